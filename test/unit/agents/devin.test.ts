/** Devin's records: what its model sees of them, and what Segue writes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { devin } from "../../../src/agents/devin/index.ts";
import { fromNative, parseResult, printResult } from "../../../src/agents/devin/tools.ts";
import { member } from "../../../src/session/json.ts";
import { Survey } from "../../../src/session/survey.ts";
import type {
  Entry,
  Json,
  JsonObject,
  Message,
  Part,
  ToolResultPart,
} from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";

function records(name: string): Json[] {
  const lines = readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

function read(all: readonly Json[]) {
  const reader = devin.reader();
  const entries = all.flatMap((record, at) => reader.read(record, at));
  const survey = new Survey();
  for (const entry of entries) survey.add(entry);
  const header = reader.header();
  const plan = survey.finish(header);
  const isLive = (entry: Entry, n: number): entry is Message =>
    entry.kind === "message" && !entry.scaffold && plan.visibility(n) === "live";
  return { entries, header, plan, live: entries.filter(isLive) };
}

function texts(messages: readonly Message[]): string[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
  );
}

const HEAD = {
  session: {
    id: "calm-river",
    title: " A title ",
    working_directory: "/shop",
    model: "swe-2-high",
    agent_mode: "normal",
    created_at: 1_795_900_000,
    last_activity_at: 1_795_900_050,
  },
};

function node(id: number, parent: number | null, chat_message: Json, more: JsonObject = {}): Json {
  const place = parent === null ? {} : { parent_node_id: parent };
  const row = { node_id: id, ...place, created_at: 1_795_900_000 + id, chat_message };
  return { node: { ...row, ...more } };
}

function off(record: Json): Json {
  return { node: member(record, "node") ?? null, off: true };
}

function said(role: string, content: Json, more: JsonObject = {}): JsonObject {
  return { message_id: `${role}-${JSON.stringify(content)}`, role, content, ...more };
}

describe("devin: a session's header", () => {
  it("has title, folder, model and times, which count seconds", () => {
    const { header } = read([HEAD, node(0, null, said("user", "hi"))]);
    assert.equal(header.id, "calm-river");
    assert.equal(header.title, "A title");
    assert.equal(header.cwd, "/shop");
    assert.equal(header.model, "swe-2-high");
    assert.equal(header.createdAt, "2026-11-28T21:06:40.000Z");
    assert.equal(header.updatedAt, "2026-11-28T21:07:30.000Z");
  });

  it("is there whatever its numbers are: a time outside the calendar is none", () => {
    const session = { ...HEAD.session, created_at: 1e300, last_activity_at: -9e18 };
    const odd = { node_id: { "segue.integer": "9223372036854775807" }, created_at: 9e15 };
    const all = [{ session }, node(0, null, said("user", "hi"), odd)];
    const { header, live, plan } = read(all);
    assert.equal(header.createdAt, null);
    assert.deepEqual(texts(live), ["hi"]);
    assert.equal(plan.orphans, 0);
  });
});

describe("devin: what its model sees", () => {
  it("is the way from the end of the chain to its root: no retries, no copies, nothing taken back", () => {
    const { live } = read(records("devin/branches"));
    assert.deepEqual(texts(live), [
      "MARK-USER-1: name a colour",
      "MARK-ANSWER-1: red",
      "MARK-USER-2: another one",
      "MARK-ANSWER-2: green",
    ]);
  });

  it("follows a rebuilt chain: what was copied is sent once", () => {
    const [user, answer] = [said("user", "one"), said("assistant", "two")];
    const prefix = said("system", "new rules", {
      metadata: { telemetry: { source: "sysprompt" } },
    });
    const all = [
      HEAD,
      off(node(0, null, user)),
      off(node(1, 0, answer)),
      node(2, null, prefix, { metadata: { is_system_prefix: true } }),
      node(3, 2, user),
      node(4, 3, answer),
      node(5, 4, said("user", "three")),
    ];
    const { live } = read(all);
    assert.deepEqual(texts(live), ["one", "two", "three"]);
  });

  it("has no second copy of what was said under other instructions", () => {
    const [user, answer] = [said("user", "one"), said("assistant", "two")];
    const prefix = (words: string) =>
      said("system", words, { metadata: { telemetry: { source: "sysprompt" } } });
    const all = [
      HEAD,
      off(node(0, null, prefix("old rules"))),
      off(node(1, 0, user)),
      off(node(2, 1, answer)),
      node(3, null, prefix("new rules")),
      node(4, 3, user),
      node(5, 4, answer),
      node(6, 5, said("user", "three")),
    ];
    const { live, entries } = read(all);
    assert.deepEqual(texts(live), ["one", "two", "three"]);
    const messages = entries.filter((entry) => entry.kind === "message" && !entry.scaffold);
    assert.equal(messages.length, 3);
  });

  it("is the summary in place of what it was made of", () => {
    const { live, plan, entries } = read(records("devin/compacted"));
    assert.match(plan.compaction?.summary ?? "", /MARK-SUMMARY/);
    assert.deepEqual(texts(live), ["MARK-USER-1: and now?", "MARK-ANSWER-1: still half full"]);
    const old = entries.findIndex(
      (entry) => entry.kind === "message" && texts([entry]).includes("MARK-OLD-2: half full"),
    );
    assert.equal(plan.visibility(old), "compacted");
  });

  it("is a subagent's report, not its thread", () => {
    const { live, entries } = read(records("devin/subagent"));
    const report = live.find(({ told }) => told);
    assert.match(texts(report ? [report] : []).join(), /MARK-SUB-1: counted/);
    const side = entries.filter(
      (entry) => entry.kind === "message" && entry.sidechain !== undefined,
    );
    assert.equal(side.length, 5);
  });

  it("is what hooks added, not Devin's own instructions", () => {
    const { live } = read(records("devin/kinds"));
    const told = live.filter((message) => message.told);
    assert.deepEqual(texts(told), ["MARK-TOLD-1: from a hook", "MARK-TOLD-2: added by a hook"]);
  });
});

function partsOf(name: string, kind: Part["kind"]): Part[] {
  const { live } = read(records(name));
  return live.flatMap(({ parts }) => parts.filter((part) => part.kind === kind));
}

describe("devin: parts", () => {
  it("are calls in the shared vocabulary, with their results", () => {
    const uses = partsOf("devin/rows", "tool-call").map((part) =>
      part.kind === "tool-call" ? part.use?.tool : undefined,
    );
    assert.deepEqual(uses, ["execute", "read", "execute", undefined, "write", undefined]);
    const [first, , failed] = partsOf("devin/rows", "tool-result");
    assert.deepEqual(first, {
      kind: "tool-result",
      callId: "exec_0",
      isError: false,
      content: [{ kind: "text", text: "app.ts\ntest.ts" }],
      exitCode: 0,
    });
    assert.ok(failed?.kind === "tool-result" && failed.isError && failed.exitCode === 1);
  });

  it("are reasoning with its seal, and images", () => {
    const [thought, open] = partsOf("devin/rows", "reasoning");
    assert.deepEqual(thought, {
      kind: "reasoning",
      text: "MARK-THINK-1: list first",
      seal: { signature: "sealed.v1.AAAA", signature_type: "sealed" },
    });
    assert.deepEqual(open, { kind: "reasoning", text: "The price is wrong." });
    const [image] = partsOf("devin/image", "image");
    assert.ok(image?.kind === "image" && image.mediaType === "image/png");
    const [result] = partsOf("devin/image", "tool-result");
    assert.ok(result?.kind === "tool-result");
    assert.deepEqual(
      result.content.map(({ kind }) => kind),
      ["text", "image"],
    );
  });

  it("come with the tokens of their request, without those of the cache", () => {
    const { live } = read(records("devin/rows"));
    const last = live.findLast(({ role }) => role === "assistant");
    assert.deepEqual(last?.usage, { input: 2385, output: 93, cacheRead: 6260, cacheWrite: 0 });
    assert.equal(last?.stop, "end");
    assert.equal(last?.model, "swe-2-high");
  });

  it("of a kind that nobody knows are passed on", () => {
    const { live } = read(records("devin/drift"));
    const seen = JSON.stringify(live);
    for (const n of [2, 3, 4, 5, 6, 7, 8]) assert.ok(seen.includes(`MARK-NEW-${n}`), `${n}`);
  });
});

describe("devin: tools", () => {
  const use = fromNative("exec", { command: "npm test", timeout: 10_000 });
  const result: ToolResultPart = {
    kind: "tool-result",
    callId: "c",
    isError: true,
    exitCode: 2,
    content: [{ kind: "text", text: "a\n\nb" }],
  };

  it("say how a command ended, which is read again", () => {
    assert.deepEqual(use, { tool: "execute", command: "npm test", timeoutMs: 10_000 });
    const printed = printResult(use, result, "4768a1");
    const [text] = printed.content;
    assert.deepEqual(text, {
      kind: "text",
      text: "Output from command in shell 4768a1:\na\n\nb\n\nExit code: 2",
    });
    assert.deepEqual(parseResult(use, printed), result);
  });

  it("with options that were not seen stay as they are", () => {
    assert.equal(fromNative("grep", { pattern: "x", output_mode: "count" }), null);
    assert.equal(fromNative("mcp_call_tool", { server_name: "docs" }), null);
  });
});

describe("devin: writing", () => {
  const time = "2026-11-28T21:07:00.000Z";

  function write(entries: readonly Entry[]): Json[] {
    const writer = devin.writer({
      seed: "s",
      cliVersion: null,
      facts: { model: "swe-2-high", now: 1_795_900_100_000 },
    });
    return entries.flatMap((entry) => {
      const out = writer.predict(entry);
      for (const record of out) writer.commit(record);
      return out;
    });
  }

  it("is a chain of nodes with all keys, in a session with a model that Devin knows", () => {
    const place = { parentId: null, time };
    const header = { ...read([HEAD]).header, model: "claude-opus-5" };
    const call = { tool: "execute", command: "ls" } as const;
    const out = write([
      { kind: "event", id: "0", ...place, event: "start", header },
      { kind: "message", id: "1", ...place, role: "user", parts: [{ kind: "text", text: "go" }] },
      {
        kind: "message",
        id: "2",
        ...place,
        role: "assistant",
        parts: [
          { kind: "text", text: "yes" },
          { kind: "tool-call", callId: "c1", name: "exec", input: { command: "ls" }, use: call },
        ],
      },
      {
        kind: "message",
        id: "3",
        ...place,
        role: "tool",
        parts: [{ kind: "tool-result", callId: "c1", isError: false, exitCode: 0, content: [] }],
      },
    ]);
    assert.equal(member(member(out[0], "session"), "model"), "swe-2-high");
    const nodes = out.slice(1).map((record) => member(record, "node"));
    const links = nodes.map((one) => [member(one, "node_id"), member(one, "parent_node_id")]);
    assert.deepEqual(links, [
      [0, undefined],
      [1, 0],
      [2, 1],
    ]);
    const again = read(out);
    assert.deepEqual(texts(again.live), ["go", "yes"]);
    const [result] = again.live[2]?.parts ?? [];
    assert.ok(result?.kind === "tool-result" && result.exitCode === 0 && !result.isError);
  });

  it("puts a summary where Devin has its own", () => {
    const out = write([
      { kind: "event", id: "0", parentId: null, time, event: "start", header: read([HEAD]).header },
      { kind: "event", id: "1", parentId: null, time, event: "compaction", summary: "so far" },
    ]);
    assert.equal(read(out).plan.compaction?.summary, "so far");
  });
});
