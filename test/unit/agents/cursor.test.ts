import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { typedIn, typedParts } from "../../../src/agents/cursor/frames.ts";
import { cursor } from "../../../src/agents/cursor/index.ts";
import { fromNative, parseResult, printResult } from "../../../src/agents/cursor/tools.ts";
import { transcript } from "../../../src/agents/cursor/transcript.ts";
import { bytesField, fieldsOf, intField, numberField } from "../../../src/agents/cursor/wire.ts";
import { folderOf } from "../../../src/agents/shared/state.ts";
import { hostOf } from "../../../src/io/host.ts";
import { Survey } from "../../../src/session/survey.ts";
import type { Entry, Json, Message, ToolResultPart } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";

function entriesOf(name: string): Entry[] {
  const lines = readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
  return entriesIn(lines.map((line) => JSON.parse(line)));
}

function entriesIn(records: readonly Json[]): Entry[] {
  const reader = cursor.reader();
  return records.flatMap((record, at) => reader.read(record, at));
}

/** What the model is sent, oldest first. */
function seen(entries: readonly Entry[]): Message[] {
  const survey = new Survey();
  for (const entry of entries) survey.add(entry);
  const plan = survey.finish(cursor.reader().header());
  return entries.filter(
    (entry, n): entry is Message =>
      entry.kind === "message" && entry.scaffold !== true && plan.visibility(n) === "live",
  );
}

const kindsOf = (messages: readonly Message[]) =>
  messages.map(({ role, parts }) => `${role}:${parts.map(({ kind }) => kind).join("+")}`);

describe("Cursor's sessions", () => {
  it("hold the user's words without Cursor's own, calls with their results, and reasoning", () => {
    assert.deepEqual(kindsOf(seen(entriesOf("cursor/rows"))), [
      "user:text",
      "assistant:reasoning+tool-call",
      "tool:tool-result",
      "assistant:text+tool-call",
      "tool:tool-result",
      "assistant:text",
      "user:text",
      "assistant:tool-call+tool-call",
      "tool:tool-result",
      "tool:tool-result",
      "assistant:tool-call",
      "tool:tool-result",
      "assistant:text",
    ]);
    const [first] = seen(entriesOf("cursor/rows"));
    assert.deepEqual(first?.parts, [{ kind: "text", text: "MARK-USER-1 What is in this folder?" }]);
  });

  it("have a summary in the place of what came before it", () => {
    const entries = entriesOf("cursor/compacted");
    const summary = entries.find((entry) => entry.kind === "event" && entry.event === "compaction");
    assert.match(JSON.stringify(summary), /The user asked a first question/);
    assert.deepEqual(kindsOf(seen(entries)), ["user:text", "assistant:text"]);
  });

  it("are read from their turns where they have no messages", () => {
    const messages = seen(entriesOf("cursor/turns"));
    assert.deepEqual(kindsOf(messages), [
      "user:text",
      "assistant:reasoning",
      "assistant:tool-call",
      "tool:tool-result",
      "assistant:other",
      "assistant:text",
    ]);
    const result = messages[3]?.parts[0];
    assert.ok(result?.kind === "tool-result" && result.exitCode === 2 && result.isError);
  });

  it("of the editor hold calls and results in one bubble, and what no list names", () => {
    const messages = seen(entriesOf("cursor/editor"));
    assert.deepEqual(kindsOf(messages), [
      "user:text",
      "assistant:reasoning",
      "assistant:tool-call",
      "tool:tool-result",
      "assistant:tool-call",
      "tool:tool-result",
      "assistant:tool-call",
      "assistant:text",
      "user:text",
    ]);
    const results = messages.flatMap(({ parts }) =>
      parts.filter((part) => part.kind === "tool-result"),
    );
    assert.deepEqual(
      results.map(({ isError, content }) => [isError, content]),
      [
        [false, [{ kind: "text", text: "src\n" }]],
        [true, [{ kind: "text", text: "File not found" }]],
      ],
    );
  });

  it("tell of a bubble that is missing", () => {
    const missing = entriesOf("cursor/editor").filter((entry) =>
      JSON.stringify(entry).includes('"missing"'),
    );
    assert.equal(missing.length, 1);
  });

  it("of the editor have the words where only the input field has them", () => {
    const field = JSON.stringify({
      root: {
        children: [
          { type: "paragraph", children: [{ text: "one " }, { text: "line" }] },
          { type: "paragraph", children: [{ text: "two" }, { type: "linebreak" }, { text: "3" }] },
        ],
      },
    });
    for (const [bubble, text] of [
      [{ type: "user", text: "", rawText: "raw" }, "raw"],
      [{ type: "user", delegate: { a: "asked" } }, "asked"],
      [{ type: "user", initText: field }, "one line\ntwo\n3"],
      [{ type: 1, text: "", richText: field }, "one line\ntwo\n3"],
    ] as const) {
      const [said] = seen(entriesIn([{ tab: { tabId: "t", bubbles: [bubble] } }]));
      assert.deepEqual(said?.parts, [{ kind: "text", text }]);
    }
  });

  it("of the editor have what the user attached, in every form", () => {
    const uuid = "a";
    const png = [0x89, 0x50, 0x4e, 0x47];
    const json = {
      type: 1,
      text: "See",
      images: [{ uuid, data: { ...png } }, { data: png }, "data:image/gif;base64,R0lGOD", {}],
      context: {
        selectedImages: [
          { uuid, path: "/a.png" },
          { uuid: "b", path: "/b.png" },
        ],
        selections: [{ text: "let a;", uri: { fsPath: "/w/a.ts" } }],
      },
      attachedCodeChunks: [{ relativeWorkspacePath: "b.ts", lines: ["let b;", "let c;"] }],
    };
    const [said] = seen(entriesIn([{ bubble: "b1", json }]));
    assert.deepEqual(said?.parts, [
      { kind: "text", text: "@/w/a.ts\n\nlet a;", told: true },
      { kind: "text", text: "@b.ts\n\nlet b;\nlet c;", told: true },
      { kind: "text", text: "See" },
      { kind: "image", mediaType: "image/png", data: "iVBORw==" },
      { kind: "image", mediaType: "image/png", data: "iVBORw==" },
      { kind: "image", mediaType: "image/gif", data: "R0lGOD" },
      { kind: "unread", type: "image", reason: "missing" },
      { kind: "other", type: "image", text: "[image: /b.png]" },
    ]);
  });

  it("of the editor have bubbles that the composer itself holds", () => {
    const conversationMap = { m1: { type: 1, text: "Q" }, m2: { type: 2, text: "A" } };
    const lines = [
      { composer: { composerId: "c", conversationMap } },
      { bubble: "m1", value: null },
      { bubble: "m2", value: null },
    ];
    assert.deepEqual(kindsOf(seen(entriesIn(lines))), ["user:text", "assistant:text"]);
  });

  it("tell why a turn failed", () => {
    const events = (record: Json) =>
      entriesIn([record]).flatMap((entry) =>
        entry.kind === "event" ? [[entry.event, "text" in entry ? entry.text : ""]] : [],
      );
    const errorDetails = { title: "Oh", message: "You've hit your usage limit" };
    assert.deepEqual(events({ bubble: "b", json: { type: 2, text: "", errorDetails } }), [
      ["limit", "Oh: You've hit your usage limit"],
    ]);
    const ended = (error?: string) =>
      events({ type: "turn_ended", status: "error", error: error ?? null });
    assert.deepEqual(ended("You've hit your usage limit."), [
      ["limit", "You've hit your usage limit."],
    ]);
    assert.deepEqual(ended("User aborted request"), [["interruption", ""]]);
    assert.deepEqual(ended(), [["error", "error"]]);
    assert.deepEqual(events({ type: "turn_ended", status: "success" }), [["opaque", ""]]);
  });
});

describe("the frames of Cursor", () => {
  it("stand around a user's words, also behind a time", () => {
    assert.deepEqual(typedIn("<user_query>\na\n</user_query>"), { text: "a", isOwn: false });
    const timed = "<timestamp>now</timestamp>\n<user_query>\na\nb\n</user_query>";
    assert.deepEqual(typedIn(timed), { text: "a\nb", isOwn: false });
    assert.deepEqual(typedIn("<user_info>\nOS\n</user_info>"), {
      text: "<user_info>\nOS\n</user_info>",
      isOwn: true,
    });
    const files = "<attached_files>\nMARK\n</attached_files>";
    const remark = "<system_reminder>\nBE BRIEF\n</system_reminder>";
    const full = `<timestamp>now</timestamp>\n${files}\n<user_query>\na\n</user_query>\n${remark}`;
    assert.deepEqual(typedParts(full), [
      { kind: "text", text: files, told: true },
      { kind: "text", text: "a" },
      { kind: "text", text: remark, told: true },
    ]);
    const quoted = "see <user_query>\na\n</user_query>";
    assert.deepEqual(typedIn(quoted), { text: quoted, isOwn: false });
  });

  it("stand around a command's output", () => {
    const use = fromNative("Shell", { command: "ls", working_directory: "/a", block_until_ms: 5 });
    assert.deepEqual(use, { tool: "execute", command: "ls", cwd: "/a", timeoutMs: 5 });
    const told = (text: string): ToolResultPart => ({
      ...{ kind: "tool-result", callId: "c", isError: false },
      content: [{ kind: "text", text }],
    });
    const failed = told("Exit code: 1\n\nCommand output:\n\n```\nno\n```");
    const read = parseResult(use, failed);
    assert.deepEqual(
      [read.exitCode, read.isError, read.content],
      [1, true, [{ kind: "text", text: "no" }]],
    );
    assert.deepEqual(printResult(use, read).content, failed.content);
  });
});

describe("transcripts that are text", () => {
  const TEXT = [
    "user:",
    "<user_query>",
    "List it",
    "</user_query>",
    "",
    "assistant:",
    "[Thinking] I look.",
    "I list the folder.",
    "[Tool call] Shell",
    "  command: ls",
    "  description: List",
    "",
    "[Tool result] Shell",
    "  src",
    "Done.\r",
    "",
  ].join("\n");

  it("are split into records that give the same bytes", () => {
    const bytes = Buffer.from(TEXT);
    assert.ok(transcript.opens(TEXT));
    assert.deepEqual(transcript.join(transcript.split(bytes) ?? []), bytes);
    assert.equal(transcript.split(Buffer.from([0xff])), null);
  });

  it("have thoughts, calls and results", () => {
    const messages = seen(entriesIn(transcript.split(Buffer.from(TEXT)) ?? []));
    assert.deepEqual(kindsOf(messages), [
      "user:text",
      "assistant:reasoning+text+tool-call+text",
      "tool:tool-result",
    ]);
    const call = messages[1]?.parts.find((part) => part.kind === "tool-call");
    assert.deepEqual(call?.input, { command: "ls", description: "List" });
  });
});

describe("where Cursor keeps its sessions", () => {
  const home = "/home/u";
  const roots = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = "linux") =>
    cursor.store.roots(env, { ...hostOf({ HOME: home }), platform, home });

  it("is told by its variables, and by the system", () => {
    assert.deepEqual(roots({}), [
      "/home/u/.cursor",
      "/home/u/.config/Cursor/User",
      "/home/u/.cursor-server/data/User",
    ]);
    assert.equal(roots({ CURSOR_CONFIG_DIR: "/a" })[0], "/a");
    assert.equal(roots({ XDG_CONFIG_HOME: "/x" })[0], "/x/cursor");
    assert.ok(roots({ CURSOR_DATA_DIR: "/d" }).includes("/d"));
    const mac = roots({}, "darwin");
    assert.ok(mac.includes("/home/u/Library/Application Support/Cursor/User"));
  });

  it("names folders as file URIs, also of Windows", () => {
    assert.equal(folderOf("file:///home/a%20b"), "/home/a b");
    assert.equal(folderOf("file:///c%3A/a%20b"), "c:\\a b");
    assert.equal(folderOf("vscode-remote://ssh/home/a"), null);
    assert.equal(folderOf("/plain"), "/plain");
  });
});

describe("Protocol Buffers", () => {
  it("give the fields back, and none for other bytes", () => {
    const inner = bytesField(2, "text");
    const message = Buffer.concat([
      bytesField(1, inner),
      numberField(300, 2 ** 40),
      intField(4, -1),
    ]);
    const fields = fieldsOf(message) ?? [];
    assert.deepEqual(
      fields.map(({ number }) => number),
      [1, 300, 4],
    );
    assert.deepEqual(fields[0]?.bytes, inner);
    assert.equal(fields[1]?.value, 2n ** 40n);
    assert.equal(BigInt.asIntN(32, fields[2]?.value ?? 0n), -1n);
    assert.equal(fieldsOf(Buffer.from("# a file")), null);
    assert.equal(fieldsOf(Buffer.from([0x0a, 0xff, 0x01])), null);
  });
});
