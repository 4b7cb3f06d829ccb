import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { deepagents } from "../../../src/agents/deepagents/index.ts";
import { known } from "../../../src/agents/deepagents/known.ts";
import { errorOf } from "../../../src/agents/deepagents/limits.ts";
import { fromNative, parseResult, printResult } from "../../../src/agents/deepagents/tools.ts";
import { uuid6 } from "../../../src/agents/deepagents/uuid6.ts";
import { misplaced, unknowns } from "../../../src/agents/shared/known.ts";
import { Survey } from "../../../src/session/survey.ts";
import type { Entry, Json, JsonObject, Message, ToolUse } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";

function records(name: string): Json[] {
  const lines = readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

function entriesIn(all: readonly Json[]): Entry[] {
  const reader = deepagents.reader();
  return all.flatMap((record, at) => reader.read(record, at));
}

function messagesIn(all: readonly Json[]): Message[] {
  const entries = entriesIn(all);
  const survey = new Survey();
  for (const entry of entries) survey.add(entry);
  const plan = survey.finish(deepagents.reader().header());
  return entries.filter(
    (entry, n): entry is Message =>
      entry.kind === "message" && !entry.scaffold && plan.visibility(n) === "live",
  );
}

/** The texts that the model sees, oldest first. */
function seen(all: readonly Json[]): string[] {
  return messagesIn(all).flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
  );
}

const HEAD = { thread_id: "01a229d6-ce9c-7591-a92e-57555159252e", agent_name: "agent" };
let ticks = 17_959_998_000_000_000n;

function step(channel: string, value: Json, more: JsonObject = {}): JsonObject {
  ticks += 1000n;
  const checkpoint_id = uuid6(ticks, 0, "test");
  return { checkpoint_id, ...more, task_id: `task-${ticks}`, idx: 0, channel, value };
}

function said(name: string, id: string, content: Json, more: JsonObject = {}): JsonObject {
  const fields = { content, additional_kwargs: {}, id, ...more };
  return { "segue.ext": 5, module: "langchain_core.messages", name, fields, method: "x" };
}

function human(id: string, content: Json, more: JsonObject = {}): JsonObject {
  return step("messages", [said("HumanMessage", id, content)], more);
}

function ai(id: string, content: Json, more: JsonObject = {}): JsonObject {
  return step("messages", [said("AIMessage", id, content, more)]);
}

const removed = (id: string): JsonObject => said("RemoveMessage", id, "");

describe("deepagents: what its model sees", () => {
  it("is what its steps wrote, in order", () => {
    assert.deepEqual(seen(records("deepagents/rows")), ["Hi", "Hello", "Go on", "Bye"]);
  });

  it("is the newer of two messages with one id, and nothing of what was removed", () => {
    const all = [HEAD, human("a", "one"), ai("b", "two"), human("a", "ONE")];
    assert.deepEqual(seen(all), ["ONE", "two"]);
    assert.deepEqual(seen([...all, step("messages", [removed("b")]), human("c", "three")]), [
      "ONE",
      "three",
    ]);
  });

  it("begins anew where all messages were removed; what was written again stays what it was", () => {
    const one = said("HumanMessage", "a", "one");
    const two = said("AIMessage", "b", "two");
    const result = said("ToolMessage", "c", "no result", { tool_call_id: "x" });
    const again = step("messages", [removed("__remove_all__"), one, result, two]);
    const all = [HEAD, step("messages", [one]), step("messages", [two]), again];
    assert.deepEqual(seen(all), ["one", "two"]);
    const entries = entriesIn(all);
    // The first is not told again.
    assert.equal(entries.filter(({ kind }) => kind === "message").length, 4);
    assert.deepEqual(
      messagesIn(all).map(({ role }) => role),
      ["user", "tool", "assistant"],
    );
  });

  it("is nothing of a result that a cut off step wrote: both calls get one that says so", () => {
    const live = messagesIn(records("deepagents/interrupted"));
    assert.deepEqual(
      live.map(({ role }) => role),
      ["user", "assistant", "tool", "tool", "user", "assistant"],
    );
    assert.ok(!JSON.stringify(live.slice(2)).includes('"text":"one"'));
  });

  it("is not the last message once that was removed", () => {
    const all = [HEAD, human("a", "one"), ai("b", "two"), step("messages", [removed("b")])];
    assert.deepEqual(seen(all), ["one"]);
  });

  it("is a summary and what follows its cutoff", () => {
    const summary = {
      cutoff_index: 2,
      summary_message: said("HumanMessage", "s", "in short"),
      file_path: null,
    };
    const all = [
      HEAD,
      human("a", "one"),
      ai("b", "two"),
      human("c", "three"),
      step("_summarization_event", summary),
      ai("d", "four"),
    ];
    assert.deepEqual(seen(all), ["three", "four"]);
    const summaries = entriesIn(all).flatMap((one) =>
      one.kind === "event" && one.event === "compaction" ? [one.summary] : [],
    );
    assert.deepEqual(summaries, ["in short"]);
  });

  it("is all messages again once the CLI has discarded a summary, or finds that it counts too many", () => {
    const summary = (cutoff_index: number): JsonObject =>
      step("_summarization_event", {
        cutoff_index,
        summary_message: said("HumanMessage", "s", "in short"),
      });
    const all = [HEAD, human("a", "one"), ai("b", "two"), summary(2), human("c", "three")];
    assert.deepEqual(seen(all), ["three"]);
    const discarded = [...all, step("_summarization_event", null), ai("d", "four")];
    assert.deepEqual(seen(discarded), ["one", "two", "three", "four"]);
    const tooMany = [HEAD, human("a", "one"), summary(7), ai("b", "two")];
    assert.deepEqual(seen(tooMany), ["one", "two"]);
  });

  it("has no summary on a branch from before it, even if it took the place of nothing", () => {
    const first = human("a", "one");
    const after = String(first.checkpoint_id);
    const value = { cutoff_index: 0, summary_message: said("HumanMessage", "s", "in short") };
    const all = [HEAD, first, step("_summarization_event", value), human("c", "three", { after })];
    const messages = messagesIn(all);
    assert.deepEqual(seen(all), ["one", "three"]);
    assert.equal(messages[0]?.parentId, null);
  });

  it("is nothing where all messages were removed, until the next", () => {
    const all = [
      HEAD,
      human("a", "one"),
      ai("b", "two"),
      step("messages", [removed("__remove_all__")]),
    ];
    assert.deepEqual(seen(all), []);
    assert.deepEqual(seen([...all, human("c", "three")]), ["three"]);
  });

  it("is what LangGraph's Overwrite holds, in the place of all before it", () => {
    const three = [said("HumanMessage", "c", "three")];
    const forms: Json[] = [
      {
        "segue.ext": 2,
        value: ["langgraph.types", "Overwrite", { value: three, type: "__overwrite__" }],
      },
      { value: three, type: "__overwrite__" },
      { __overwrite__: three },
    ];
    for (const form of forms) {
      const all = [HEAD, human("a", "one"), ai("b", "two"), step("messages", form)];
      assert.deepEqual(seen([...all, ai("d", "four")]), ["three", "four"]);
    }
  });

  it("has what a summary holds beside its text named in it", () => {
    const content = [
      { type: "text", text: "in short" },
      { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } },
    ];
    const value = { cutoff_index: 1, summary_message: said("HumanMessage", "s", content) };
    const entries = entriesIn([HEAD, human("a", "one"), step("_summarization_event", value)]);
    const [last] = entries.slice(-1);
    assert.ok(last?.kind === "event" && last.event === "compaction");
    assert.equal(last.summary, "in short\n\n[image: image/png, 2 bytes]");
  });

  it("has calls that are only in OpenAI's form, where LangChain finds no others", () => {
    const beside = (more: JsonObject): Json[] => [HEAD, ai("a", "", more)];
    const tool_calls = [
      { id: "k", type: "function", function: { name: "ls", arguments: '{"path":"/"}' } },
    ];
    const additional_kwargs = { tool_calls };
    const [answer] = messagesIn(beside({ tool_calls: [], additional_kwargs }));
    const use = { tool: "list", path: "/" };
    assert.deepEqual(answer?.parts, [
      { kind: "tool-call", callId: "k", name: "ls", input: { path: "/" }, use },
    ]);
    const own = [{ name: "glob", args: {}, id: "own", type: "tool_call" }];
    const [other] = messagesIn(beside({ tool_calls: own, additional_kwargs }));
    assert.deepEqual(
      other?.parts.map((part) => part.kind === "tool-call" && part.callId),
      ["own"],
    );
  });

  it("has the words of a thought wherever they are", () => {
    const content = [{ type: "reasoning", id: "rs", summary: [], content: [{ text: "hm" }] }];
    const [answer] = messagesIn([HEAD, ai("a", content)]);
    const [thought] = answer?.parts ?? [];
    assert.equal(thought?.kind === "reasoning" && thought.text, "hm");
  });

  it("has a message that is written alone once", () => {
    const value = said("HumanMessage", "a", "one");
    const places = unknowns(step("messages", value), known);
    assert.deepEqual([places, misplaced(step("messages", value), known)], [[], []]);
    const all = { value: [value], type: "__overwrite__" };
    const overwrite = step("messages", { "segue.ext": 2, value: ["m", "Overwrite", all] });
    for (const record of [step("messages", all), overwrite]) {
      assert.deepEqual(unknowns(record, known), []);
    }
  });

  it("has a call that only the content has beside a call without an id", () => {
    const content = [{ type: "tool_use", id: "other", name: "ls", input: { path: "/only-here" } }];
    const calls = [{ name: "execute", args: { command: "ls" }, id: null, type: "tool_call" }];
    const [answer] = messagesIn([HEAD, ai("a", content, { tool_calls: calls })]);
    assert.match(JSON.stringify(answer?.parts), /only-here/);
  });

  it("is the newest branch of a thread that forked", () => {
    const first = human("a", "one");
    const after = String(first.checkpoint_id);
    const all = [HEAD, first, ai("b", "two"), human("c", "three"), ai("d", "four")];
    assert.deepEqual(seen([...all, human("e", "other", { after })]), ["one", "other"]);
  });

  it("has thoughts with their seal, and each call once", () => {
    const content = [
      { type: "thinking", thinking: "hm", signature: "c2ln", index: 0 },
      { type: "text", text: "I look.", index: 1 },
      { type: "tool_use", id: "call", name: "execute", input: {}, partial_json: "{}", index: 2 },
    ];
    const calls = [{ name: "execute", args: { command: "ls" }, id: "call", type: "tool_call" }];
    const [answer] = messagesIn([HEAD, ai("a", content, { tool_calls: calls })]);
    assert.deepEqual(answer?.parts, [
      { kind: "reasoning", text: "hm", seal: { signature: "c2ln" } },
      { kind: "text", text: "I look." },
      {
        kind: "tool-call",
        callId: "call",
        name: "execute",
        input: { command: "ls" },
        use: { tool: "execute", command: "ls" },
      },
    ]);
  });

  it("has calls whose arguments are no JSON, and calls that only the content has as other content", () => {
    const invalid = [{ name: "execute", args: '{"comm', id: "x", type: "invalid_tool_call" }];
    const content = [{ type: "tool_use", id: "y", name: "ls", input: { path: "/" } }];
    const [answer] = messagesIn([HEAD, ai("a", content, { invalid_tool_calls: invalid })]);
    assert.deepEqual(
      answer?.parts.map(({ kind }) => kind),
      ["other", "tool-call"],
    );
  });

  it("is not the user's word where the CLI put it into the user's role", () => {
    const more = { additional_kwargs: { lc_source: "local_context" } };
    const record = step("messages", [said("HumanMessage", "a", "Local context", more)]);
    assert.equal(messagesIn([HEAD, record])[0]?.told, true);
  });

  it("has pictures of every form", () => {
    const content = [
      { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
      { type: "image", base64: "AQ==", mime_type: "image/jpeg" },
      { type: "image", source: { type: "base64", media_type: "image/gif", data: "Ag==" } },
    ];
    assert.deepEqual(messagesIn([HEAD, human("a", content)])[0]?.parts, [
      { kind: "image", mediaType: "image/png", data: "AA==" },
      { kind: "image", mediaType: "image/jpeg", data: "AQ==" },
      { kind: "image", mediaType: "image/gif", data: "Ag==" },
    ]);
  });

  it("is read from messages as older versions stored them, and from plain ones", () => {
    const older = {
      lc: 1,
      type: "constructor",
      id: ["langchain", "schema", "messages", "HumanMessage"],
      kwargs: { content: "older", id: "a" },
    };
    const all = [
      HEAD,
      step("messages", [older]),
      step("messages", { role: "user", content: "plain" }),
    ];
    assert.deepEqual(seen(all), ["older", "plain"]);
  });
});

describe("deepagents: tools", () => {
  it("count lines from 0", () => {
    const input = { file_path: "/a", offset: 9, limit: 5 };
    const use = fromNative("read_file", input);
    assert.deepEqual(use, { tool: "read", path: "/a", offset: 10, limit: 5 });
    assert.deepEqual(use && deepagents.tools.toNative(use), {
      name: "read_file",
      input,
      exact: true,
    });
  });

  it("tell how a command ended, whatever it printed", () => {
    const use: ToolUse = { tool: "execute", command: "x" };
    for (const [text, printed, exitCode] of [
      ["hi\n\n[Command succeeded with exit code 0]", "hi", 0],
      ["hi\n\n\n[Command succeeded with exit code 0]", "hi\n", 0],
      ["ho\n\nExit code: 3\n[Command failed with exit code 3]", "ho", 3],
    ] as const) {
      const result = {
        kind: "tool-result",
        callId: "c",
        isError: false,
        content: [{ kind: "text", text }],
      } as const;
      const parsed = parseResult(use, { ...result, content: [...result.content] });
      assert.deepEqual(parsed.content, [{ kind: "text", text: printed }]);
      assert.equal(parsed.exitCode, exitCode);
      assert.deepEqual(printResult(use, parsed).content, result.content);
    }
  });

  it("keep what only looks like an end", () => {
    const use: ToolUse = { tool: "execute", command: "x" };
    const text = "Exit code: 4\n[Command failed with exit code 3]";
    const parsed = parseResult(use, {
      kind: "tool-result",
      callId: "c",
      isError: false,
      content: [{ kind: "text", text: `a\n\n${text}` }],
    });
    assert.deepEqual(parsed.content, [{ kind: "text", text: `a\n\n${text}` }]);
  });
});

describe("deepagents: what is written", () => {
  const user: Entry = {
    kind: "message",
    id: "u",
    parentId: null,
    time: "2026-11-30T00:00:00.000Z",
    role: "user",
    parts: [{ kind: "text", text: "hi" }],
  };

  it("has ids after each other, at the time of what was said, and none in the future", () => {
    const now = Date.parse("2026-11-30T00:00:05.000Z");
    const writer = deepagents.writer({ seed: "s", cliVersion: null, facts: { now } });
    const ids: string[] = [];
    for (const time of [user.time, user.time, "2027-01-01T00:00:00.000Z", null]) {
      const [record = null] = writer.predict({ ...user, time });
      ids.push(/"checkpoint_id":"([^"]+)"/.exec(JSON.stringify(record))?.[1] ?? "");
      writer.commit(record);
    }
    assert.deepEqual([...new Set(ids)].sort(), ids);
    assert.ok((ids.at(-1) ?? "") < uuid6(BigInt(now + 1) * 10_000n, 0, "x"));
  });

  it("is a name that the CLI takes", () => {
    const writer = deepagents.writer({ seed: "s", cliVersion: null });
    const header = { ...deepagents.reader().header(), id: "x", title: `a\nb ${"c".repeat(60)}` };
    const [record] = writer.predict({
      kind: "event",
      id: "",
      parentId: null,
      time: null,
      event: "start",
      header,
    });
    assert.deepEqual(record, {
      thread_id: "x",
      name: `a b ${"c".repeat(46)}`,
      agent_name: "agent",
    });
  });
});

describe("deepagents: limits", () => {
  it("are errors of a provider's limit, and no others", () => {
    const limit = errorOf(`AnthropicRateLimitError("Error code: 429 - {'type': 'error'}")`, null);
    assert.equal(limit.event, "limit");
    assert.equal(errorOf("TimeoutError('interrupted')", null).event, "error");
  });
});
