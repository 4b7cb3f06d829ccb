import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { codex } from "../../../src/agents/codex/index.ts";
import { parseValue } from "../../../src/lossless/json-text.ts";
import { isObject } from "../../../src/session/json.ts";
import { renderEntry } from "../../../src/session/render.ts";
import type { Entry, Header, Json, Message, Part } from "../../../src/session/types.ts";

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
    "user: /home/dev/lab/red.png + image/png + MARK-USER-1 list, read and write. ünïcødé 日本語 🎉",
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
    // How a hosted search ended is told where the file says it; nobody has its outcome.
    const paired = calls.filter((call) => call.name !== "web_search").map((call) => call.callId);
    const searches = new Set(
      calls.filter((call) => call.name === "web_search").map((call) => call.callId),
    );
    const others = results.filter((id) => !searches.has(id));
    assert.deepEqual(paired.sort(), others.sort(), path);
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
    event.kept?.flatMap(({ scaffold, parts }) => (scaffold ? [] : parts.map(brief).join())),
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

test("a fork that is read without its base says so, in every conversion", () => {
  const missing = ({ entries }: Decoded) =>
    entries.filter(
      (e) => e.kind === "event" && e.event === "unread" && e.reason === "missing-base",
    );
  assert.equal(missing(fixture("fork-orphan")).length, 1);
  const [base, fork] = globSync(`${FIXTURES}/fork/.codex/sessions/**/*.jsonl`).sort();
  assert.ok(base && fork);
  const reader = codex.reader();
  const records = [base, fork].flatMap((path) => decode(path).records);
  const entries = records.flatMap((record, at) => reader.read(record, at));
  assert.deepEqual(missing({ header: reader.header(), entries, records }), []);
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
  ];
  for (const text of injected) {
    const [entry] = codex.reader().read(say("user", text), 0);
    assert.ok(entry?.kind === "message" && entry.scaffold, text);
  }
  const [aborted] = codex.reader().read(say("user", "<turn_aborted>\n…\n</turn_aborted>"), 0);
  assert.ok(aborted?.kind === "event" && aborted.event === "interruption");
});

test("what came up in the conversation is part of it, and no turn of the user's", () => {
  const told = [
    "<user_shell_command>\n<command>\nls\n</command>\n<result>\nOutput:\na.txt\n</result>\n</user_shell_command>",
    "<subagent_notification>\n{}\n</subagent_notification>",
    "<skill>\n<name>sum</name>\nAdd it up.\n</skill>",
    '<hook_prompt hook_run_id="1">Tests fail.</hook_prompt>',
    '<codex_internal_context source="goal">\nGo on until it works.\n</codex_internal_context>',
  ];
  for (const text of told) {
    const reader = codex.reader();
    const entries = [say("user", "one"), say("user", text), rollback(1)].flatMap((record, at) =>
      reader.read(record, at),
    );
    const [one, entry, back] = entries;
    assert.ok(entry?.kind === "message" && !entry.scaffold, text);
    assert.deepEqual(entry.parts, [{ kind: "text", text }]);
    assert.equal(back?.parentId, one?.parentId, "the turn before it was taken back");
  }
});

test("what a hook added to a request comes after the request, as Codex sends it", () => {
  const [own, hook] = ["Review it.", "<hook_context>\nTests fail.\n</hook_context>"];
  for (const order of [
    [own, hook],
    [hook, own],
    [own, hook, "And more."],
  ]) {
    const content = order.map((text) => ({ type: "input_text", text }));
    const record = {
      ...Object(say("user", "")),
      payload: { type: "message", role: "user", content },
    };
    const entries = codex.reader().read(record, 0);
    const said = entries.flatMap((entry) =>
      entry.kind === "message" ? entry.parts.map(brief) : [],
    );
    assert.deepEqual(said, order);
  }
});

test("what the user typed is the user's, whatever it looks like", () => {
  for (const text of [
    "# AGENTS.md instructions are out of date: rewrite them",
    "Warning: apply_patch was requested via shell, why do I see this?",
    "Improve this:\n\n<INSTRUCTIONS>\nBe brief.\n</INSTRUCTIONS>",
  ]) {
    const [entry] = codex.reader().read(say("user", text), 0);
    assert.ok(entry?.kind === "message" && !entry.scaffold, text);
  }
  // As the harness has it; but Codex notes separately what is typed.
  const text = "<tools>\nhammer\n</tools>";
  const reader = codex.reader();
  const typed = { type: "event_msg", payload: { type: "user_message", message: text } };
  const [first, second, ...more] = [say("user", text), typed, typed].flatMap((record, at) =>
    reader.read(record, at),
  );
  assert.ok(first?.kind === "message" && first.scaffold);
  assert.ok(second?.kind === "message" && !second.scaffold);
  assert.deepEqual(second.parts, [{ kind: "text", text }]);
  assert.deepEqual(more, []);
  // What is told is in the conversation already, and is there once.
  const told = "<skill>\n<name>sum</name>\nAdd it up.\n</skill>";
  const again = { type: "event_msg", payload: { type: "user_message", message: told } };
  const once = [say("user", told), again].flatMap((record, at) => reader.read(record, at));
  assert.equal(once.length, 1);
});

test("one message may hold the harness's words and the user's", () => {
  const record = say("user", "<environment_context>\n</environment_context>");
  const payload = {
    type: "message",
    role: "user",
    content: [
      { type: "input_text", text: "<environment_context>\n</environment_context>" },
      { type: "input_text", text: "Hello." },
    ],
  };
  const entries = codex.reader().read({ ...Object(record), payload }, 0);
  assert.deepEqual(
    entries.map(
      (entry) => entry.kind === "message" && [entry.scaffold ?? false, entry.parts.map(brief)],
    ),
    [
      [true, ["<environment_context>\n</environment_context>"]],
      [false, ["Hello."]],
    ],
  );
});

const item = (payload: Json): Json => ({ timestamp: "x", type: "response_item", payload });

const partsOf = (payload: Json): Part[] =>
  codex
    .reader()
    .read(item(payload), 0)
    .flatMap((entry) => (entry.kind === "message" ? entry.parts : []));

test("every kind of content is a part", () => {
  const PDF = "JVBERi0xLjQK";
  const content = [
    { type: "input_text", text: "text" },
    { type: "input_file", filename: "a.pdf", file_data: `data:application/pdf;base64,${PDF}` },
    { type: "input_file", file_url: "https://example.org/b.pdf" },
    { type: "input_file", file_id: "file-1" },
    { type: "input_audio", audio_url: "data:audio/mp3;base64,AAAA" },
    { type: "input_image", file_id: "file-2" },
    { type: "input_image", image_url: "https://example.org/c.png" },
    { type: "encrypted_content", encrypted_content: "gAAAA" },
    { type: "newer", words: "words" },
    "a bare text",
  ];
  assert.deepEqual(partsOf({ type: "message", role: "user", content }), [
    { kind: "text", text: "text" },
    { kind: "file", name: "a.pdf", mediaType: "application/pdf", data: PDF },
    {
      kind: "file",
      name: null,
      mediaType: "application/pdf",
      data: null,
      url: "https://example.org/b.pdf",
    },
    { kind: "unread", type: "input_file", reason: "missing" },
    { kind: "file", name: null, mediaType: "audio/mp3", data: "AAAA" },
    { kind: "unread", type: "input_image", reason: "missing" },
    { kind: "image", mediaType: "image/png", data: null, url: "https://example.org/c.png" },
    { kind: "unread", type: "encrypted_content", reason: "sealed" },
    { kind: "other", type: "newer", text: "words", unknown: true },
    { kind: "text", text: "a bare text" },
  ]);
});

test("content that is no list is content all the same", () => {
  const text = [{ kind: "text", text: "words" }];
  const one = { type: "input_text", text: "words" };
  for (const content of ["words", one, [one]]) {
    assert.deepEqual(partsOf({ type: "message", role: "user", content }), text);
    const output = { type: "function_call_output", call_id: "c", output: content };
    const [result] = partsOf(output);
    assert.ok(result?.kind === "tool-result");
    assert.deepEqual(result.content, text);
  }
});

test("a refusal, and the sources of an answer, are what the model said", () => {
  const content = [
    { type: "refusal", refusal: "I cannot." },
    {
      type: "output_text",
      text: "See (https://example.org/said).",
      annotations: [
        { type: "url_citation", url: "https://example.org/said" },
        { type: "url_citation", url: "https://example.org/unsaid", title: "Unsaid" },
      ],
    },
  ];
  assert.deepEqual(partsOf({ type: "message", role: "assistant", content }), [
    { kind: "other", type: "refusal", text: "I cannot." },
    { kind: "text", text: "See (https://example.org/said)." },
    { kind: "other", type: "annotations", text: "Unsaid: https://example.org/unsaid" },
  ]);
});

test("calls that the API itself makes, and what came of them", () => {
  const reader = codex.reader();
  const payloads: Json[] = [
    { type: "tool_search_call", execution: "server", arguments: { query: "mail" } },
    { type: "tool_search_output", execution: "server", tools: [{ name: "send_mail" }] },
    { type: "web_search_call", id: "ws_1", action: { type: "open_page", url: "https://x.org/" } },
    { type: "code_interpreter_call", id: "ci_1", code: "print(1)" },
  ];
  const parts = payloads
    .flatMap((payload, at) => reader.read(item(payload), at))
    .flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
  const [search, found, page, code] = parts;
  assert.ok(search?.kind === "tool-call" && found?.kind === "tool-result");
  assert.equal(found.callId, search.callId);
  assert.deepEqual(found.content.map(brief), ['[{"name":"send_mail"}]']);
  assert.ok(page?.kind === "tool-call");
  assert.deepEqual(page.use, { tool: "fetch", url: "https://x.org/" });
  assert.ok(code?.kind === "other" && code.unknown && code.text.includes("print(1)"));
});

test("what one agent of the tree says to another is a message", () => {
  const record = {
    timestamp: "x",
    type: "inter_agent_communication",
    payload: { author: "/root/a", recipient: "/root", content: "Done.", trigger_turn: true },
  };
  const [entry] = codex.reader().read(record, 0);
  assert.ok(entry?.kind === "message" && !entry.scaffold);
  assert.deepEqual(entry.parts.map(brief), ["from /root/a to /root", "Done."]);
});

const sealed = { type: "compaction", encrypted_content: "AAAA" };
const compacted = (...history: Json[]): Json => ({
  timestamp: "2026-11-21T03:38:05.809Z",
  type: "compacted",
  payload: { message: "", replacement_history: history },
});
const user = (text: string): Json => ({
  type: "message",
  role: "user",
  content: [{ type: "input_text", text }],
});

test("what stands beside an encrypted summary is the history from there on", () => {
  const reader = codex.reader();
  const records = [say("user", "one"), compacted(user("one"), user("two"), sealed)];
  const [, event, notice] = records.flatMap((record, at) => reader.read(record, at));
  assert.ok(event?.kind === "event" && event.event === "compaction");
  assert.equal(event.summary, "");
  assert.deepEqual(
    event.kept?.map((message) => message.parts.map(brief).join()),
    ["one", "two"],
  );
  assert.ok(notice?.kind === "event" && notice.event === "unread");
  assert.equal(notice.reason, "sealed-summary");
});

test("a file that begins with a compaction holds the messages that this says again", () => {
  const entries = codex.reader().read(compacted(user("one"), user("two"), sealed), 0);
  const said = entries.flatMap((entry) => (entry.kind === "message" ? entry.parts.map(brief) : []));
  assert.deepEqual(said, ["one", "two"]);
});

test("what a file begins with, since it was compacted, is shown once", () => {
  const { records: lines } = fixture("compact");
  const at = lines.findIndex((line) => isObject(line) && line.type === "compacted");
  const shown = (records: readonly Json[]): string[] => {
    const reader = codex.reader();
    const entries = records.flatMap((record, n) => reader.read(record, n));
    return entries.flatMap((entry) => renderEntry(entry, "full") ?? []);
  };
  const cut = shown([...lines.slice(0, 1), ...lines.slice(at)]);
  for (const mark of ["MARK-USER-1", "MARK-USER-2"]) {
    assert.equal(cut.join("\n").split(mark).length, 2, mark);
  }
  // Where they were said long before, what is kept of them is told.
  const whole = shown(lines);
  assert.match(whole.join("\n"), /compaction\n[\s\S]*kept: user\nMARK-USER-1/);
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
  assert.ok(entry?.kind === "event" && entry.event === "unread");
  assert.equal(entry.reason, "sealed-summary");
});

test("an encrypted summary is named beside one that can be read", () => {
  const record: Json = {
    type: "compacted",
    payload: { message: "Readable.", replacement_history: [user("one"), sealed] },
  };
  const reader = codex.reader();
  reader.read(say("user", "zero"), 0);
  const events = reader.read(record, 1).filter(({ kind }) => kind === "event");
  const [compaction, notice] = events;
  assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
  assert.equal(compaction.summary, "Readable.");
  assert.match(renderEntry(compaction, "brief") ?? "", /Readable\.[\s\S]*one/);
  assert.ok(notice?.kind === "event" && notice.event === "unread");
});

test("words that begin with a tag of the harness's, and unheard-of roles, are said", () => {
  const texts = [
    "<environment_context> is what I ask about",
    "<environment_context>\n  <cwd>/a</cwd>\n</environment_context>",
  ];
  const reader = codex.reader();
  const records = [...texts.map((text) => say("user", text)), say("critic", "No.")];
  const entries = records.flatMap((record, at) => reader.read(record, at));
  assert.deepEqual(conversation({ header: reader.header(), entries, records }), [
    `user: ${texts[0]}`,
    "user: No.",
  ]);
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

test("a search that the API made says how it ended, since Codex keeps no result of it", () => {
  const payload = { type: "web_search_call", status: "completed", action: { query: "x" } };
  const entries = codex.reader().read({ type: "response_item", payload }, 3);
  assert.deepEqual(
    entries.map((entry) => entry.kind === "message" && entry.parts.map(brief).join()),
    ["web_search web-search", "-: completed; the result was not recorded by Codex"],
  );
});

test("a picture that was generated is of the type that its data shows", () => {
  const types = ["/9j/AAAA", "UklGRAAA", "iVBORw0KGgoAAAAA"].flatMap((result) => {
    const payload = { type: "image_generation_call", id: "ig", status: "completed", result };
    const record = { timestamp: "2026-11-29T10:00:00.000Z", type: "response_item", payload };
    const said = codex.reader().read(record, 0);
    const parts = said.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
    return parts.flatMap((part) => (part.kind === "tool-result" ? part.content : []));
  });
  const shown = types.flatMap((part) => (part.kind === "image" ? [part.mediaType] : []));
  assert.deepEqual(shown, ["image/jpeg", "image/webp", "image/png"]);
});
