/** Crush's records in the session model, and back. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { crush } from "../../../src/agents/crush/index.ts";
import { printResult } from "../../../src/agents/crush/tools.ts";
import { isObject } from "../../../src/session/json.ts";
import type { Entry, Json, JsonObject, Message, Part } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";

function entriesOf(name: string): Entry[] {
  const lines = readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
  const reader = crush.reader();
  return lines.flatMap((line, at) => reader.read(JSON.parse(line), at));
}

function messages(name: string): Message[] {
  return entriesOf(name).filter((entry) => entry.kind === "message");
}

function message(role: string, ...parts: Json[]): Json {
  const row = { id: "m1", session_id: "s1", role, parts, created_at: 5, updated_at: 5 };
  return { messages: row };
}

function part(type: string, data: JsonObject): Json {
  return { type, data };
}

function readOne(record: Json): Entry {
  const [entry, ...more] = crush.reader().read(record, 0);
  assert.ok(entry);
  assert.deepEqual(more, []);
  return entry;
}

function partsOf(record: Json): Part[] {
  const entry = readOne(record);
  return entry.kind === "message" ? entry.parts : [];
}

describe("what Crush's model is sent", () => {
  it("is one text and one reasoning of a message: the first", () => {
    const twice = [part("text", { text: "sent" }), part("text", { text: "not sent" })];
    const unsent = { kind: "unread", type: "text", reason: "unsent" };
    assert.deepEqual(partsOf(message("assistant", ...twice)), [
      { kind: "text", text: "sent" },
      unsent,
    ]);
    assert.deepEqual(partsOf(message("user", ...twice)), [{ kind: "text", text: "sent" }, unsent]);
  });

  it("is what the user attached, and what a command of the user's printed", () => {
    const [first] = messages("crush/kinds");
    assert.deepEqual(
      first?.parts.map(({ kind }) => kind),
      ["text", "image", "file", "file"],
    );
    const run = { command: "ls", output: "a.txt\n", exit_code: 2 };
    const [told] = partsOf(message("user", part("shell_command", run)));
    assert.deepEqual(told, { kind: "text", text: "$ ls\na.txt\n\n(exit code 2)", told: true });
    const output =
      "\u001b]0;dev@host: ~\u0007\u001b[1;31mred\u001b[0m\u001b(B \u001b]8;;http://x\u001b\\link";
    const [plain] = partsOf(message("user", part("shell_command", { ...run, output })));
    assert.equal(plain?.kind === "text" && plain.text, "$ ls\nred link\n(exit code 2)");
  });

  it("is the picture of a result, and not the words beside it", () => {
    const result = { tool_call_id: "c", content: "The map", data: "iVBO", mime_type: "image/png" };
    const [read] = partsOf(message("tool", part("tool_result", result)));
    assert.deepEqual(read?.kind === "tool-result" && read.content, [
      { kind: "image", mediaType: "image/png", data: "iVBO" },
      { kind: "unread", type: "content", reason: "unsent" },
    ]);
    // Of a failed call, the words.
    const failed = part("tool_result", { ...result, is_error: true });
    const [words] = partsOf(message("tool", failed));
    assert.deepEqual(words?.kind === "tool-result" && words.content, [
      { kind: "text", text: "The map" },
      { kind: "unread", type: "data", reason: "unsent" },
    ]);
  });

  it("is an interrupted answer, too, if it said anything", () => {
    const said = entriesOf("crush/interrupted");
    const answer = said.find((entry) => entry.kind === "message" && entry.role === "assistant");
    assert.equal(answer?.kind === "message" && answer.stop, undefined);
    assert.ok(said.some((entry) => entry.kind === "event" && entry.event === "interruption"));
  });

  it("is the newest summary in place of what came before it", () => {
    const summaries = entriesOf("crush/compacted").filter(
      (entry) => entry.kind === "event" && entry.event === "compaction",
    );
    assert.equal(summaries.length, 2);
    const parts = [part("reasoning", { thinking: "how?" }), part("text", { text: "So far." })];
    const row = { id: "m1", session_id: "s1", role: "assistant", parts, is_summary_message: 1 };
    // No prompt, which nobody typed, for what the model thought about it.
    const own = crush.reader().read({ messages: row }, 0);
    assert.deepEqual(
      own.map((entry) => entry.kind === "event" && entry.event),
      ["compaction", "unread"],
    );
    // A summary that failed stands for nothing: the session's row names none.
    assert.ok(
      !entriesOf("crush/kinds").some((it) => it.kind === "event" && it.event === "compaction"),
    );
  });
});

describe("failures of Crush", () => {
  const failure = (name: string) =>
    entriesOf(name).find((entry) => entry.kind === "event" && /limit|error/.test(entry.event));

  it("are limits if the provider says so, in its own words", () => {
    const limit = failure("crush/limit-429");
    assert.ok(limit?.kind === "event" && limit.event === "limit");
    assert.match(limit.text, /^Too Many Requests: This request would exceed/);
    const quota = failure("crush/quota");
    assert.ok(quota?.kind === "event" && quota.event === "limit");
    assert.match(quota.text, /^Bad Request: Your credit balance is too low/);
  });

  it("are errors otherwise, and a request that was not answered is no message", () => {
    const details = 'POST "http://x": 500 {"error":{"message":"It is broken"}}';
    const end = { reason: "error", time: 5, message: "Internal Server Error", details };
    const entry = readOne(message("assistant", part("finish", end)));
    assert.ok(entry.kind === "event" && entry.event === "error");
    assert.equal(entry.text, "Internal Server Error: It is broken");
  });
});

describe("what is damaged in Crush's rows", () => {
  it("is read as content, whatever stands where", () => {
    for (const odd of ["text", 7, null, { type: "citation", title: "T" }, { type: "text" }]) {
      const parts = partsOf(message("assistant", odd));
      assert.equal(parts.length, 1, JSON.stringify(odd));
      assert.equal(parts[0]?.kind, "other");
    }
    const text = partsOf(message("user", part("text", { text: [{ text: "inside" }] })));
    assert.deepEqual(text, [{ kind: "text", text: "inside" }]);
  });

  it("is named if its role is unknown", () => {
    const entry = readOne(message("developer", part("text", { text: "x" })));
    assert.ok(entry.kind === "event" && entry.event === "unread");
  });
});

describe("Crush's tools", () => {
  const native = (name: string, input: Json): Json => {
    const use = partsOf(
      message("assistant", part("tool_call", { id: "c", name, input: JSON.stringify(input) })),
    )[0];
    const call = use?.kind === "tool-call" && use.use && crush.tools.toNative(use.use);
    return call ? { name: call.name, input: call.input } : null;
  };

  it("mean the same in the shared vocabulary and back", () => {
    const calls: [string, Json][] = [
      ["view", { file_path: "/a", offset: 10, limit: 5 }],
      ["write", { file_path: "/a", content: "x" }],
      ["edit", { file_path: "/a", old_string: "x", new_string: "y", replace_all: true }],
      [
        "multiedit",
        {
          file_path: "/a",
          edits: [
            { old_string: "x", new_string: "y" },
            { old_string: "z", new_string: "" },
          ],
        },
      ],
      ["grep", { pattern: "x", path: "/a", include: "*.ts" }],
      ["glob", { pattern: "*.ts" }],
      ["ls", { path: "/a" }],
      ["agent", { prompt: "look" }],
      ["agentic_fetch", { prompt: "look", url: "https://example.com" }],
      ["mcp_weather_get_forecast", { city: "Oslo" }],
    ];
    for (const [name, input] of calls) assert.deepEqual(native(name, input), { name, input });
  });

  it("have no word for a command in the background, or a search for plain text", () => {
    assert.equal(native("bash", { command: "x", run_in_background: true }), null);
    assert.equal(native("grep", { pattern: "x", literal_text: true }), null);
  });
});

describe("what Segue writes for Crush", () => {
  const place = { id: "e", parentId: null, time: "2026-11-29T10:00:00.000Z" };
  const write = (entry: Message): JsonObject[] => {
    const now = Date.parse("2026-11-29T09:00:00.000Z") / 1000;
    const options = { seed: "s", cliVersion: null, facts: { now } };
    return crush.writer(options).predict(entry).filter(isObject);
  };

  it("is never later than now, or the next prompt would come before it", () => {
    const [row] = write({
      kind: "message",
      role: "user",
      ...place,
      parts: [{ kind: "text", text: "x" }],
    });
    const seconds = Date.parse("2026-11-29T09:00:00.000Z") / 1000;
    assert.equal(isObject(row?.messages) && row.messages.created_at, seconds);
  });

  it("is one text of several, as Crush sends no second", () => {
    const parts: Part[] = [
      { kind: "text", text: "one" },
      { kind: "text", text: "two" },
    ];
    const [row] = write({ kind: "message", role: "assistant", ...place, parts });
    assert.match(JSON.stringify(row), /"text":"one\\n\\ntwo"/);
  });
});

it("writes a result without a text in the words of its own shell", () => {
  // Crush sends an empty text as it is, and Anthropic's API refuses it.
  const result = { kind: "tool-result", callId: "c", isError: false, content: [] } as const;
  assert.equal(printResult("", { ...result, content: [] }), "no output");
  assert.equal(printResult(" \n", { ...result, content: [], exitCode: 0 }), "no output");
  assert.equal(printResult("", { ...result, content: [], exitCode: 2 }), "\nExit code 2");
});
