import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { codex } from "../../src/agents/codex/index.ts";
import { parseValue } from "../../src/lossless/json-text.ts";
import { isObject } from "../../src/session/json.ts";
import type { Entry, Header, Json, Message, Part } from "../../src/session/types.ts";

const FIXTURES = "test/fixtures/codex";

interface Decoded {
  header: Header;
  entries: Entry[];
  records: Json[];
}

function decode(path: string): Decoded {
  const reader = codex.reader();
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  const records = lines.map((line) => parseValue(line) ?? null);
  const entries = records.flatMap((record, at) => reader.read(record, at));
  return { header: reader.header(), entries, records };
}

/** The first rollout of a fixture whose name holds `part`. */
function fixture(name: string, part = ""): Decoded {
  const [path] = globSync(`${FIXTURES}/${name}/.codex/sessions/**/*${part}*.jsonl`).sort();
  assert.ok(path, name);
  return decode(path);
}

function brief(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "reasoning":
      return `thought: ${part.text}`;
    case "tool-call":
      return `${part.name} ${part.use?.tool ?? "-"}`;
    case "tool-result":
      return `${part.exitCode ?? "-"}: ${part.content.map(brief).join("|")}`;
    case "image":
      return part.mediaType;
    case "file":
      return "file";
    case "other":
      return part.text;
    case "unread":
      return part.reason;
  }
}

function conversation({ entries }: Decoded): string[] {
  return entries
    .filter((entry) => entry.kind === "message")
    .filter((entry) => !entry.scaffold)
    .map((entry) => `${entry.role}: ${entry.parts.map(brief).join(" + ")}`);
}

function events({ entries }: Decoded): string[] {
  return entries
    .filter((entry) => entry.kind === "event")
    .map((entry) => entry.event)
    .filter((name) => name !== "opaque");
}

test("a paginated rollout reads as the conversation it holds", () => {
  const read = fixture("basic");
  assert.deepEqual(conversation(read).slice(0, 9), [
    "user: image/png + MARK-USER-1 list, read and write. ünïcødé 日本語 🎉",
    "assistant: thought: MARK-THINK-1 look first",
    "assistant: MARK-ASSISTANT-1 listing",
    "assistant: exec_command execute",
    "tool: 0: MARK-TOOLOUT-1 ünïcødé 日本語 🎉\nhello.txt\n",
    "assistant: MARK-ASSISTANT-2 failing",
    "assistant: exec_command execute",
    "tool: 3: MARK-FILE-1 hello\nMARK-ERR\n",
    "assistant: MARK-ASSISTANT-3 patching",
  ]);
  assert.equal(read.header.id, "01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee");
  assert.equal(read.header.model, "gpt-5.5");
  assert.equal(read.header.gitBranch, "master");
  assert.deepEqual(events(read), ["start"]);
});

test("the items of one response share a group, and parallel results follow them", () => {
  const messages = fixture("basic").entries.filter((entry) => entry.kind === "message");
  const parallel = messages.filter((entry) => /MARK-PAR/.test(JSON.stringify(entry.parts)));
  assert.deepEqual(
    parallel.map((entry) => entry.role),
    ["assistant", "assistant", "tool", "tool"],
  );
  assert.equal(parallel[0]?.group, parallel[1]?.group);
  assert.ok(parallel[0]?.group);
});

test("files of every version give the same conversation", () => {
  const shared = [
    "user: MARK-USER-1 list",
    "assistant: thought: MARK-THINK-1 hm",
    "assistant: MARK-ASSISTANT-1 listing",
    "assistant: COMMAND execute",
    "tool: 0: MARK-TOOLOUT-1 ünï\nhello.txt\n",
    "assistant: MARK-ASSISTANT-2 patch",
    "assistant: COMMAND write",
  ];
  const versions = [
    ["0.20.0", "shell"],
    ["0.77.0", "shell"],
    ["0.120.0", "exec_command"],
    ["0.144.6", "exec_command"],
  ] as const;
  for (const [version, tool] of versions) {
    // The harness's messages have lost their marks in these samples.
    const lines = conversation(fixture(`old-${version}`)).filter((line) => !/lorem/.test(line));
    const expected = shared.map((line) => line.replace("COMMAND", tool));
    assert.deepEqual(lines.slice(0, expected.length), expected, version);
    assert.ok(lines.includes("assistant: update_plan todo"), version);
    assert.ok(lines.includes("assistant: MARK-ASSISTANT-4 done"), version);
  }
});

test("every call has its result, in every fixture", () => {
  for (const path of globSync(`${FIXTURES}/*/.codex/**/rollout-*.jsonl`)) {
    const { entries } = decode(path);
    const parts = entries.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
    const calls = parts.flatMap((part) => (part.kind === "tool-call" ? [part] : []));
    const results = parts.flatMap((part) => (part.kind === "tool-result" ? [part.callId] : []));
    // A hosted search has its outcome inside; nobody else can have it.
    const paired = calls.filter((call) => call.name !== "web_search").map((call) => call.callId);
    assert.deepEqual(paired.sort(), results.sort(), path);
  }
});

test("ids are unique, and each parent stands before its child", () => {
  const files = [
    ...globSync(`${FIXTURES}/*/.codex/**/rollout-*.jsonl`),
    ...globSync("test/fixtures/hostile/codex-*.jsonl"),
  ];
  for (const path of files) {
    const seen = new Set<string>();
    for (const { id, parentId } of decode(path).entries) {
      assert.ok(!seen.has(id), `${path}: ${id}`);
      assert.ok(parentId === null || seen.has(parentId), `${path}: ${parentId}`);
      seen.add(id);
    }
  }
});

test("scaffolding, limits, interruptions and compactions are told from what was said", () => {
  const limited = fixture("limit-429");
  assert.deepEqual(events(limited), ["start", "limit", "limit"]);
  const limit = limited.entries.findLast((e) => e.kind === "event" && e.event === "limit");
  assert.ok(limit?.kind === "event" && limit.event === "limit");
  assert.equal(limit.resetsAt, "2026-11-21T22:26:40.000Z");

  const interrupted = fixture("int-INT-s-hang");
  assert.deepEqual(events(interrupted), ["start", "interruption"]);

  const compacted = fixture("compact");
  const event = compacted.entries.find((e) => e.kind === "event" && e.event === "compaction");
  assert.ok(event?.kind === "event" && event.event === "compaction");
  assert.match(event.summary, /Side reply$/);
  assert.deepEqual(
    event.kept?.map((message) => message.parts.map(brief).join()),
    ["MARK-USER-1 list, read and write. ünïcødé 日本語 🎉", "MARK-USER-2 again"],
  );
});

test("MCP tools, code mode and subagents", () => {
  assert.ok(conversation(fixture("mcp")).includes("assistant: mcp__demo__lookup mcp"));
  const code = fixture("code-mode");
  const failed = code.entries
    .flatMap((entry) => (entry.kind === "message" ? entry.parts : []))
    .filter((part) => part.kind === "tool-result")
    .map((part) => part.isError);
  assert.deepEqual(failed, [false, true]);
  const inner = code.entries.filter(
    (e) => e.kind === "event" && e.event === "opaque" && /^item_/.test(e.type),
  );
  assert.equal(inner.length, 2);
  const child = fixture("subagent-v2", "9117");
  assert.equal(child.header.parent, "01a1fc35-908c-7e22-95ff-a0a07f93cfbf");
});

test("a fork that is read after its base is the fork's session", () => {
  const [base, fork] = globSync(`${FIXTURES}/fork/.codex/sessions/**/*.jsonl`).sort();
  assert.ok(base && fork);
  const reader = codex.reader();
  const records = [base, fork].flatMap((path) => decode(path).records);
  const entries = records.flatMap((record, at) => reader.read(record, at));
  assert.equal(reader.header().id, "01a1fc37-b293-7d90-ab09-2ccddff7fd7b");
  assert.equal(reader.header().parent, "01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee");
  assert.equal(entries.filter((e) => e.kind === "event" && e.event === "start").length, 1);
});

const say = (role: string, text: string): Json => ({
  timestamp: "2026-11-21T03:38:05.809Z",
  type: "response_item",
  payload: { type: "message", role, content: [{ type: "input_text", text }] },
});

const rollback = (turns: number): Json => ({
  timestamp: "2026-11-21T03:38:06.000Z",
  type: "event_msg",
  payload: { type: "thread_rolled_back", num_turns: turns },
});

test("a rollback goes back by the user's turns", () => {
  const reader = codex.reader();
  const records = [
    say("user", "one"),
    say("assistant", "1"),
    say("user", "two"),
    say("assistant", "2"),
  ];
  const entries = [...records, rollback(1), say("user", "three")].flatMap((record, at) =>
    reader.read(record, at),
  );
  assert.deepEqual(
    entries.map((entry) => [entry.id, entry.parentId]),
    [
      ["#0", null],
      ["#1", "#0"],
      ["#2", "#1"],
      ["#3", "#2"],
      ["#4", "#1"],
      ["#5", "#4"],
    ],
  );
});

test("injected messages of older files are known by how they begin", () => {
  const injected = [
    "<environment_context>\n<cwd>/x</cwd>\n</environment_context>",
    "<user_instructions>\n\nBe brief.\n\n</user_instructions>",
    "# AGENTS.md instructions for /x\n\n<INSTRUCTIONS>\nBe brief.\n</INSTRUCTIONS>",
    "<user_shell_command>ls</user_shell_command>",
  ];
  for (const text of injected) {
    const [entry] = codex.reader().read(say("user", text), 0);
    assert.ok(entry?.kind === "message" && entry.scaffold, text);
  }
  const [aborted] = codex.reader().read(say("user", "<turn_aborted>\n…\n</turn_aborted>"), 0);
  assert.ok(aborted?.kind === "event" && aborted.event === "interruption");
});

test("a compaction that only its vendor can read stands in nobody's way", () => {
  const record = {
    timestamp: "2026-11-21T03:38:05.809Z",
    type: "compacted",
    payload: {
      message: "",
      replacement_history: [{ type: "compaction", encrypted_content: "AAAA" }],
    },
  };
  const [entry] = codex.reader().read(record, 0);
  assert.ok(entry?.kind === "event" && entry.event === "opaque");
});

test("an old compaction keeps the user's messages", () => {
  const reader = codex.reader();
  reader.read(say("user", "one"), 0);
  reader.read(say("assistant", "1"), 1);
  const record = { timestamp: "x", type: "compacted", payload: { message: "the summary" } };
  const [entry] = reader.read(record, 2);
  assert.ok(entry?.kind === "event" && entry.event === "compaction");
  assert.equal(entry.summary, "the summary");
  assert.deepEqual(
    entry.kept?.map((message: Message) => message.parts.map(brief).join()),
    ["one"],
  );
});

test("no record, however odd, makes the reader or the writer throw", () => {
  const odd: Json[] = [null, 1, "x", [], {}, { type: 1 }, { type: "response_item", payload: null }];
  const payloads = [...odd];
  for (const type of ["session_meta", "response_item", "event_msg", "compacted", "turn_context"]) {
    for (const payload of payloads) odd.push({ timestamp: "t", type, payload });
  }
  for (const kind of ["message", "function_call", "function_call_output", "reasoning"]) {
    for (const value of [null, 1, [null], { a: 1 }]) {
      const payload = { type: kind, content: value, output: value, summary: value, role: "user" };
      odd.push({ type: "response_item", payload });
    }
  }
  const reader = codex.reader();
  const writer = codex.writer({ seed: "s", cliVersion: null });
  odd.forEach((record, at) => {
    for (const entry of reader.read(record, at)) writer.predict(entry);
    writer.kind(record);
    writer.key(record);
    writer.commit(record);
    codex.recognises(record);
  });
});

test("lines of Codex are recognised, those of others are not", () => {
  for (const path of globSync(`${FIXTURES}/*/.codex/**/rollout-*.jsonl`)) {
    const [first] = decode(path).records;
    assert.ok(first && isObject(first) && codex.recognises(first), path);
  }
  assert.ok(!codex.recognises({ type: "session", id: "x", timestamp: "t", cwd: "/" }));
  assert.ok(!codex.recognises({ type: "user", sessionId: "x", uuid: "y" }));
});
