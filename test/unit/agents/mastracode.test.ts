import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { printAnswerPart, readResult } from "../../../src/agents/mastracode/content.ts";
import { mastracode } from "../../../src/agents/mastracode/index.ts";
import { projectOf } from "../../../src/agents/mastracode/project.ts";
import { fromNative, parseResult, printResult } from "../../../src/agents/mastracode/tools.ts";
import { Survey } from "../../../src/session/survey.ts";
import type {
  Entry,
  Json,
  JsonObject,
  Message,
  ToolResultPart,
} from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";

function records(name: string): Json[] {
  const lines = readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

function entriesIn(all: readonly Json[]): Entry[] {
  const reader = mastracode.reader();
  return all.flatMap((record, at) => reader.read(record, at));
}

/** What the model is sent, oldest first. */
function seen(all: readonly Json[]): Message[] {
  const entries = entriesIn(all);
  const survey = new Survey();
  for (const entry of entries) survey.add(entry);
  const plan = survey.finish(mastracode.reader().header());
  return entries.filter(
    (entry, n): entry is Message =>
      entry.kind === "message" && !entry.scaffold && plan.visibility(n) === "live",
  );
}

function textsIn(messages: readonly Message[]): string[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
  );
}

const HEAD = {
  thread: {
    id: "t1",
    resourceId: "shop-0123456789ab",
    title: "A title",
    metadata: { projectPath: "/shop", currentModelId: "anthropic/claude-opus-4-8" },
    createdAt: "2026-11-30T10:00:00.000Z",
    updatedAt: "2026-11-30T10:00:00.000Z",
  },
};

let minute = 0;
function row(role: string, type: string, content: Json): Json {
  minute += 1;
  const createdAt = new Date(Date.UTC(2026, 10, 30, 10, minute)).toISOString();
  return { message: { id: `m${minute}`, role, type, createdAt, content } };
}

function said(text: string): Json {
  const signal = { id: "s", type: "user", tagName: "user" };
  return row("signal", "user", {
    format: 2,
    parts: [{ type: "text", text }],
    metadata: { signal },
  });
}

function answered(...parts: Json[]): Json {
  return row("assistant", "v2", { format: 2, parts });
}

function timeOf(record: Json): string {
  return /"createdAt":"([^"]+)"/.exec(JSON.stringify(record))?.[1] ?? "";
}

describe("mastracode: what its model sees", () => {
  it("is one answer a step, and the results of a step after it", () => {
    const call = (toolCallId: string): Json => ({
      type: "tool-invocation",
      toolInvocation: {
        state: "result",
        toolCallId,
        toolName: "execute_command",
        args: { command: "ls" },
        result: "a\nExit code: 2",
      },
    });
    const text = (words: string): Json => ({ type: "text", text: words });
    const all = [
      HEAD,
      said("go"),
      answered(
        text("one"),
        call("c1"),
        call("c2"),
        text("two"),
        { type: "step-start" },
        text("three"),
      ),
    ];
    const messages = seen(all);
    assert.deepEqual(
      messages.map(({ role }) => role),
      ["user", "assistant", "tool", "assistant", "assistant"],
    );
    const [result] = messages[2]?.parts ?? [];
    assert.deepEqual(result, {
      kind: "tool-result",
      callId: "c1",
      isError: true,
      exitCode: 2,
      content: [{ kind: "text", text: "a" }],
    });
  });

  it("is what a tool told the model, where it told the screen more", () => {
    const invocation = {
      state: "result",
      toolCallId: "c1",
      toolName: "task_check",
      args: {},
      result: { all: "of it" },
    };
    const mastra = { modelOutput: { type: "text", value: "in short" } };
    const part = {
      type: "tool-invocation",
      toolInvocation: invocation,
      providerMetadata: { mastra },
    };
    const [, , tool] = seen([HEAD, said("go"), answered(part)]);
    const [result] = tool?.parts ?? [];
    assert.ok(result?.kind === "tool-result");
    assert.deepEqual(result.content, [{ kind: "text", text: "in short" }]);
  });

  it("is the observations in place of what they cover", () => {
    const [one, two, three] = [said("one"), answered({ type: "text", text: "two" }), said("three")];
    const memory = {
      memory: {
        id: "o1",
        lookupKey: "thread:t1",
        activeObservations: "The user counted.",
        generationCount: 0,
        lastObservedAt: timeOf(two),
      },
    };
    const all = [HEAD, one, two, memory, three];
    assert.deepEqual(textsIn(seen(all)), ["three"]);
    const summaries = entriesIn(all).flatMap((entry) =>
      entry.kind === "event" && entry.event === "compaction" ? [entry.summary] : [],
    );
    assert.deepEqual(summaries, ["The user counted."]);
  });

  it("is only the rest of a message of which they cover a part", () => {
    const one = said("one");
    const memory = {
      memory: {
        id: "o1",
        lookupKey: "thread:t1",
        activeObservations: "The user counted.",
        generationCount: 0,
        lastObservedAt: "2026-11-30T23:00:00.000Z",
      },
    };
    const partial = answered(
      { type: "text", text: "before" },
      { type: "data-om-observation-end", data: {} },
      { type: "text", text: "after" },
    );
    assert.deepEqual(textsIn(seen([HEAD, one, memory, partial])), ["after"]);
  });

  it("is not what Mastra Code adds by itself, and is what a notification says", () => {
    const texts = textsIn(seen(records("mastracode/kinds")));
    assert.ok(!texts.some((text) => /KIND-S1/.test(text)));
    assert.ok(
      texts.includes('<notification source="ci">KIND-N1 the build is green</notification>'),
    );
    assert.ok(
      texts.includes('<user from="a &quot;friend&quot;" n="2">KIND-U3 with attributes</user>'),
    );
  });

  it("is the task list, as it was told", () => {
    const texts = textsIn(seen(records("mastracode/tools")));
    const [list, ...others] = texts.filter((text) => text.startsWith("<current-task-list"));
    assert.deepEqual(others, []);
    assert.match(list ?? "", /✓ \[completed\] \{id: task_look_around\} Look around\n/);
  });

  it("is the task list and the objective as they are, where observations stand for what told of them", () => {
    const task = { id: "t", content: "Write a test", status: "in_progress", activeForm: "Writing" };
    const state = [
      { type: "task", value: JSON.stringify([task]) },
      { type: "goal", value: JSON.stringify({ objective: "Ship it", status: "active" }) },
    ];
    const list = row("signal", "current-task-list", {
      format: 2,
      parts: [{ type: "text", text: "LIST" }],
      metadata: { signal: { id: "s", type: "state", tagName: "current-task-list" } },
    });
    const memory = {
      memory: {
        id: "o1",
        lookupKey: "thread:t1",
        activeObservations: "The user asked for a test.",
        lastObservedAt: new Date(Date.UTC(2026, 10, 30, 10, minute)).toISOString(),
      },
    };
    const stateSignals = { tasks: { lastSignalId: `m${minute}` } };
    const head = { thread: { ...HEAD.thread, metadata: { mastra: { stateSignals } } }, state };
    const summariesIn = (all: Json[]) =>
      entriesIn(all).flatMap((entry) =>
        entry.kind === "event" && entry.event === "compaction" ? [entry.summary] : [],
      );
    const observed = "The user asked for a test.";
    const tasks =
      '<current-task-list count="1">\n  ▸ [in_progress] {id: t} Write a test\n</current-task-list>';
    const goal = '<current-objective status="active">\n  Ship it\n</current-objective>';
    assert.deepEqual(summariesIn([head, list, memory]), [[observed, tasks, goal].join("\n\n")]);
    assert.deepEqual(textsIn(seen([head, list, memory])), []);
    // A list that a message tells afterwards is told there.
    assert.deepEqual(summariesIn([head, memory, list]), [[observed, goal].join("\n\n")]);
  });

  it("is, with observations, a reminder to continue, which is kept aside", () => {
    const scaffolds = (name: string) =>
      entriesIn(records(name)).filter((entry) => entry.kind === "message" && entry.scaffold);
    assert.equal(scaffolds("mastracode/observed").length, 1);
    assert.equal(scaffolds("mastracode/compacted").length, 0);
  });

  it("is a goal that the user sets, what its judge says, and what another version or a tool tells", () => {
    const signal = (type: string, text: string, about: JsonObject): Json =>
      row("signal", type, {
        format: 2,
        parts: [{ type: "text", text }],
        metadata: { signal: { id: "s", type, ...about } },
      });
    const all = [
      HEAD,
      signal("system-reminder", "Make the tests pass.", { attributes: { type: "goal" } }),
      signal("reactive", "Not yet.", {
        tagName: "system-reminder",
        attributes: { type: "goal-judge" },
      }),
      signal("reactive", "The pull request was merged.", { tagName: "pull-request" }),
      signal("telepathy", "A thought.", { tagName: "thought" }),
      signal("reactive", "A minute later", { attributes: { type: "temporal-gap" } }),
    ];
    const messages = seen(all);
    assert.deepEqual(textsIn(messages), [
      "Make the tests pass.",
      "Not yet.",
      "<pull-request>The pull request was merged.</pull-request>",
      "<thought>A thought.</thought>",
    ]);
    assert.deepEqual(
      messages.map(({ told }) => told === true),
      [false, true, true, true],
    );
  });

  it("has no result for a call that is still open", () => {
    const part = {
      type: "tool-invocation",
      toolInvocation: { state: "call", toolCallId: "c1", toolName: "ask_user", args: {} },
    };
    assert.deepEqual(
      seen([HEAD, said("go"), answered(part)]).map(({ role }) => role),
      ["user", "assistant"],
    );
  });
});

describe("mastracode: a session's facts", () => {
  it("are those of its thread", () => {
    const reader = mastracode.reader();
    reader.read(HEAD, 0);
    const header = reader.header();
    assert.equal(header.id, "t1");
    assert.equal(header.title, "A title");
    assert.equal(header.cwd, "/shop");
    assert.equal(header.model, "anthropic/claude-opus-4-8");
  });

  it("may be text, as before SQLite's JSONB", () => {
    const metadata = JSON.stringify({ projectPath: "/shop" });
    const reader = mastracode.reader();
    reader.read({ thread: { id: "t1", resourceId: "r", title: "", metadata } }, 0);
    assert.equal(reader.header().cwd, "/shop");
    assert.equal(reader.header().title, null);
  });
});

describe("mastracode: the project of a folder", () => {
  it("is named by the folder, where there is no repository", () => {
    // `shop-` and the start of the SHA-256 of the path, as detectProject of 0.32.1 has it.
    const { resourceId, path } = projectOf("/nowhere/Shop", {});
    assert.equal(path, "/nowhere/Shop");
    assert.match(resourceId, /^shop-[0-9a-f]{12}$/);
  });

  it("is named by the user's own setting before all else", () => {
    assert.equal(projectOf("/nowhere", { MASTRA_RESOURCE_ID: "ours" }).resourceId, "ours");
  });
});

describe("mastracode: what is written", () => {
  it("says of a result with an image that it is one of a failure", () => {
    const image = { kind: "image", mediaType: "image/png", data: "iVBORw0KGgo=" } as const;
    const result: ToolResultPart = {
      kind: "tool-result",
      callId: "c",
      isError: true,
      content: [{ kind: "text", text: "no" }, image],
    };
    const call = { kind: "tool-call", callId: "c", name: "look", input: {}, use: null } as const;
    const [part] = printAnswerPart(call, new Map([["c", result]]));
    assert.deepEqual(readResult(part ?? null), [result]);
  });
});

describe("mastracode: its tools", () => {
  it("are known by name", () => {
    const command = { command: "ls", timeout: 5, cwd: "/shop", tail: null };
    assert.deepEqual(fromNative("execute_command", command), {
      tool: "execute",
      command: "ls",
      cwd: "/shop",
      timeoutMs: 5000,
    });
    assert.equal(fromNative("execute_command", { command: "ls", background: true }), null);
    assert.equal(fromNative("notes_lookup", { name: "plants" }), null);
  });

  it("tell of a command's end in words of their own", () => {
    const use = fromNative("execute_command", { command: "ls" });
    for (const [text, exitCode] of [
      ["", 0],
      ["", 3],
      ["out\n", 7],
    ] as const) {
      const result: ToolResultPart = {
        kind: "tool-result",
        callId: "c",
        isError: exitCode !== 0,
        exitCode,
        content: text === "" ? [] : [{ kind: "text", text }],
      };
      assert.deepEqual(parseResult(use, printResult(use, result)), result);
    }
  });
});
