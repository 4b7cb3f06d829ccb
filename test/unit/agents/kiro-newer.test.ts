/** Kiro CLI 3's sessions, and those of Kiro's editor: both are only read. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { kiro } from "../../../src/agents/kiro/index.ts";
import { launch } from "../../../src/agents/kiro/launch.ts";
import { store } from "../../../src/agents/kiro/store.ts";
import { fromNative } from "../../../src/agents/kiro/tools.ts";
import type { Entry, Json, JsonObject, Message, Part } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const database = known(store.database);
const ID = "sess_33333333-3333-4333-8333-333333333333";
const CHILD = "7d0d3f10-0000-4000-a000-000000000001";

function linesOf(variant: string): string[] {
  return readFileSync(fixture(`kiro/${variant}`).path, "utf8")
    .split("\n")
    .slice(0, -1);
}

function entriesOf(lines: readonly string[]): Entry[] {
  const reader = kiro.reader();
  return lines.flatMap((line, at) => reader.read(JSON.parse(line), at));
}

function messagesOf(lines: readonly string[]): Message[] {
  return entriesOf(lines).filter((entry) => entry.kind === "message");
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function said(part: Part): string {
  if (part.kind === "text" || part.kind === "other") return part.text;
  return part.kind === "tool-call" ? `call ${part.name}` : part.kind;
}

/** A home with a session of version 3 and its subagent's. */
function version3(): { sessions: string; bucket: string } {
  const sessions = join(mkdtempSync(join(root, "home-")), ".kiro/sessions");
  const bucket = join(sessions, "0123456789abcdef");
  const [head = "", ...lines] = linesOf("version-3");
  const about = { ...JSON.parse(head).metadata, title: "The tests", agentMode: "vibe" };
  const times = { lastModifiedAt: "2026-09-14T05:50:00.000Z", status: "idle" };
  write(join(bucket, ID, "session.json"), JSON.stringify({ ...about, ...times }, null, 2));
  write(join(bucket, ID, "messages.jsonl"), lines.map((line) => `${line}\n`).join(""));
  const inner = linesOf("version-3-subagent").slice(1);
  write(
    join(bucket, ID, "sub-executions", `${CHILD}.jsonl`),
    inner.map((line) => `${line}\n`).join(""),
  );
  return { sessions, bucket };
}

describe("the store of Kiro CLI 3", () => {
  it("lists sessions with title, folder and model, and reads their lines", async () => {
    const { sessions, bucket } = version3();
    const found = await store.find(sessions);
    assert.deepEqual(
      found.map(({ id, path, summary }) => [id, path, summary?.title, summary?.cwd]),
      [
        [ID, bucket, "The tests", "/home/dev/shop"],
        [CHILD, join(bucket, ID, "sub-executions"), null, "/home/dev/shop"],
      ],
    );
    assert.equal(found[0]?.summary?.model, "claude-sonnet-4.5");
    assert.deepEqual(database.read(bucket, ID), linesOf("version-3"));
    assert.equal(store.title?.(`${bucket}#${ID}`), "The tests");
    assert.equal(database.read(bucket, "sess_none"), null);
    assert.equal(database.read(bucket, "../x"), null);
  });

  it("has subagents in files of their own", async () => {
    const { bucket } = version3();
    const folder = join(bucket, ID, "sub-executions");
    const child = `${folder}#${CHILD}`;
    assert.deepEqual(await store.children?.(`${bucket}#${ID}`), [child]);
    assert.equal(store.isSubagent?.(child), true);
    assert.equal(store.isSubagent?.(`${bucket}#${ID}`), false);
    assert.deepEqual(database.read(folder, CHILD)?.length, linesOf("version-3-subagent").length);
    assert.equal(entriesOf(known(database.read(folder, CHILD))).length, 5);
  });

  it("is named by its files, and never written to", () => {
    const { bucket } = version3();
    const file = join(bucket, ID, "messages.jsonl");
    assert.equal(store.whole?.(file), `${bucket}#${ID}`);
    assert.equal(store.whole?.(join(bucket, ID, "session.json")), `${bucket}#${ID}`);
    const lines = known(database.read(bucket, ID));
    assert.throws(() => database.replace(bucket, ID, lines, null), /only reads the sessions/);
  });

  it("keeps damaged lines, and says where session.json is damaged", async () => {
    const { sessions, bucket } = version3();
    const log = join(bucket, ID, "messages.jsonl");
    writeFileSync(log, `${readFileSync(log, "utf8")}no JSON\n{"id":"x","payl`);
    const lines = known(database.read(bucket, ID));
    assert.deepEqual(lines.slice(-2), [
      '{"file":"jsonl","line":"no JSON"}',
      '{"file":"jsonl","line":"{\\"id\\":\\"x\\",\\"payl","torn":true}',
    ]);
    const about = join(bucket, ID, "session.json");
    writeFileSync(about, '{"id":');
    assert.throws(() => database.read(bucket, ID), { kind: "unreadable", where: about });
    assert.deepEqual(
      (await store.find(sessions)).map(({ id, summary }) => [id, summary]),
      [[ID, undefined]],
    );
  });

  it("is resumed by the CLI's own engine for it", () => {
    const { bucket } = version3();
    const request = { id: ID, path: `${bucket}#${ID}`, prompt: "go on", args: [] };
    assert.deepEqual(launch.resumeArgs(request), ["chat", "--v3", "--resume-id", ID, "go on"]);
    assert.equal(launch.hindrance?.({ id: ID, path: `${bucket}#${ID}` }), null);
    const child = `${join(bucket, ID, "sub-executions")}#${CHILD}`;
    assert.match(launch.hindrance?.({ id: CHILD, path: child })?.why ?? "", /subagent/);
  });
});

describe("the records of Kiro CLI 3", () => {
  it("are prompts with images and files, reasoning, calls and results", () => {
    const all = messagesOf(linesOf("version-3"));
    const [first] = all;
    assert.deepEqual(
      first?.parts.map(({ kind }) => kind),
      ["text", "image", "text"],
    );
    const calls = all.flatMap(({ parts }) => parts.filter((part) => part.kind === "tool-call"));
    assert.deepEqual(
      calls.map(({ name, use }) => [name, use?.tool]),
      [
        ["execute_bash", "execute"],
        ["fs_write", "write"],
        ["invoke_sub_agent", undefined],
      ],
    );
    const results = all.flatMap(({ parts }) => parts.filter((part) => part.kind === "tool-result"));
    assert.deepEqual(
      results.map(({ isError }) => isError),
      [true, false, false],
    );
    const [thought] = all.flatMap(({ parts }) => parts.filter(({ kind }) => kind === "reasoning"));
    assert.ok(thought?.kind === "reasoning" && thought.seal !== undefined);
  });

  it("are taken back, or replaced by a summary", () => {
    const entries = entriesOf(linesOf("version-3"));
    const fixed = entries.find(({ id }) => id === "u3");
    // What was taken back is a branch of its own.
    assert.equal(fixed?.parentId, "session_start_1");
    const compaction = entries.find(
      (entry) => entry.kind === "event" && entry.event === "compaction",
    );
    assert.match(JSON.stringify(compaction), /The tests are fixed/);
    assert.equal(entries.find(({ id }) => id === "u4")?.parentId, compaction?.id);
  });

  it("are left alone by a tombstone for none of them, and a summary of a part is a message", () => {
    const record = (id: string, payload: JsonObject): string =>
      JSON.stringify({ id, timestamp: "2026-01-01T00:00:00Z", payload });
    const user = (id: string) => record(id, { type: "user", content: id });
    const dead = (kind: string, from: string) =>
      record(`t${from}`, { type: "tombstone", kind, effectiveFromMessageId: from });
    const short = { type: "assistant", operationType: "Summary", content: "in short" };
    const summary = record("s", short);
    const kept = messagesOf([user("a"), user("b"), dead("checkpoint_revert", "z"), user("c")]);
    assert.deepEqual(
      kept.map(({ parentId }) => parentId),
      [null, "a", "b"],
    );
    const part = messagesOf([user("a"), user("b"), dead("summarization", "b"), summary]);
    assert.deepEqual(part.at(-1)?.parts, [{ kind: "text", text: "in short" }]);
    assert.equal(part.at(-1)?.parentId, "a");
  });

  it("say why a request failed", () => {
    const [limit] = entriesOf(linesOf("version-3")).filter(
      (entry) => entry.kind === "event" && entry.event === "limit",
    );
    assert.match(JSON.stringify(limit), /Too many requests/);
  });
});

const FOLDER = "/home/dev/shop";
const SESSION = "5e551001-1111-1111-1111-111111111111";

function action(actionType: string, id: string, more: JsonObject): JsonObject {
  const own = { type: "AgentExecutionAction", actionId: id, actionType, actionState: "Success" };
  return { ...own, chatSessionId: SESSION, emittedAt: 1_779_912_000_500, ...more };
}

/** The folder of the editor's extension, with a session and what was done in it. */
function editor(): { base: string; folder: string; executions: string } {
  const base = join(mkdtempSync(join(root, "editor-")), "globalStorage/kiro.kiroagent");
  const folder = join(base, "workspace-sessions", Buffer.from(FOLDER).toString("base64url"));
  const hash = createHash("sha256").update(FOLDER).digest("hex").slice(0, 32);
  const executions = join(base, hash, "414d1636299d2b9e4ce7e17fb11f63e9");
  const listed = { sessionId: SESSION, title: "Tests", dateCreated: "1779912000000" };
  write(join(folder, "sessions.json"), JSON.stringify([{ ...listed, workspaceDirectory: FOLDER }]));
  const user = (id: string, content: Json) => ({ message: { role: "user", id, content } });
  const answer = (id: string, executionId: string) => {
    return { message: { role: "assistant", id, content: "On it." }, executionId };
  };
  const history = [
    user("m1", [{ type: "text", text: "Do the tests pass?" }]),
    answer("m2", "e1"),
    user("m3", "And the docs?"),
    answer("m4", "e2"),
    user("m5", "Thanks."),
    answer("m6", "e3"),
  ];
  const about = { sessionId: SESSION, workspaceDirectory: FOLDER, config: { a: 1 } };
  write(join(folder, `${SESSION}.json`), JSON.stringify({ history, ...about }));
  const actions = [
    action("model", "a0", {}),
    action("runCommand", "run_command_tooluse_1", {
      input: { command: "npm test", cwd: FOLDER, terminalId: "t" },
      rawInput: { command: "npm test", cwd: FOLDER },
      output: { output: "2 failed", exitCode: 1 },
    }),
    action("replace", "tooluse_2", {
      input: { file: "a.ts", local: "file:///a", originalContent: "1", modifiedContent: "2" },
    }),
    action("say", "a3", { output: { message: "Two fail." } }),
  ];
  const toolUse = { type: "toolUse", id: "tooluse_2", name: "strReplace" };
  const args = { path: "a.ts", oldStr: "1", newStr: "2" };
  const ended = { type: "toolUseResponse", success: true, message: "Replaced." };
  const response = { ...toolUse, args, ...ended };
  const context = { messages: [{ role: "tool", entries: [response] }] };
  const first = { executionId: "e1", chatSessionId: SESSION, startTime: 1_779_912_000_000 };
  write(join(executions, "x1"), JSON.stringify({ ...first, actions, context }));
  const messages = [
    { role: "human", entries: [{ type: "text", text: "And the docs?" }] },
    {
      role: "bot",
      entries: [
        { type: "text", text: "I look." },
        { type: "toolUse", id: "tooluse_9", name: "readFile", args: { path: "README.md" } },
      ],
    },
    {
      role: "tool",
      entries: [{ type: "toolUseResponse", id: "tooluse_9", success: true, message: "# Shop" }],
    },
    { role: "bot", entries: [{ type: "text", text: "They are fine." }] },
  ];
  const second = { executionId: "e2", chatSessionId: SESSION, context: { messages } };
  write(join(executions, "x2"), JSON.stringify(second));
  return { base, folder, executions };
}

describe("the store of Kiro's editor", () => {
  it("lists sessions with title and folder, and reads what was done for each answer", async () => {
    const { base, folder } = editor();
    const [found, ...more] = await store.find(base);
    assert.equal(more.length, 0);
    assert.equal(found?.path, folder);
    assert.equal(found?.summary?.title, "Tests");
    assert.equal(found?.summary?.cwd, FOLDER);
    assert.equal(found?.summary?.createdAt, "2026-05-27T20:00:00.000Z");
    const lines = known(database.read(folder, SESSION));
    assert.deepEqual(
      messagesOf(lines).flatMap(({ role, parts }) => parts.map((part) => `${role} ${said(part)}`)),
      [
        "user Do the tests pass?",
        "assistant call runCommand",
        "tool tool-result",
        "assistant call strReplace",
        "tool tool-result",
        "assistant Two fail.",
        "user And the docs?",
        "assistant I look.",
        "assistant call readFile",
        "tool tool-result",
        "assistant They are fine.",
        "user Thanks.",
      ],
    );
    // The third execution is gone, which is said.
    const missing = entriesOf(lines).filter(
      (entry) => entry.kind === "event" && entry.event === "unread",
    );
    assert.equal(missing.length, 1);
    assert.equal(store.whole?.(join(folder, `${SESSION}.json`)), `${folder}#${SESSION}`);
    assert.throws(() => database.replace(folder, SESSION, lines, null), /Kiro's editor/);
    assert.match(
      launch.hindrance?.({ id: SESSION, path: `${folder}#${SESSION}` })?.why ?? "",
      /editor/,
    );
  });

  it("takes the model's arguments and results, and else what the editor made of them", () => {
    const { folder } = editor();
    const lines = known(database.read(folder, SESSION));
    const parts = messagesOf(lines).flatMap(({ parts: own }) => own);
    const calls = parts.filter((part) => part.kind === "tool-call");
    assert.deepEqual(calls[0]?.input, { command: "npm test", cwd: FOLDER });
    assert.deepEqual(calls[1]?.input, { path: "a.ts", oldStr: "1", newStr: "2" });
    const results = parts.filter((part) => part.kind === "tool-result");
    assert.deepEqual(
      results.map(({ isError, exitCode, content }) => [isError, exitCode, content.length]),
      [
        [true, 1, 1],
        [false, undefined, 1],
        [false, undefined, 1],
      ],
    );
  });

  it("leaves out nothing where an action or a document is of an unknown form", () => {
    const { folder, executions } = editor();
    const actions = [
      "WORDS-1",
      { actionType: "newThing", actionId: "n", foo: "WORDS-2" },
      action("create", "c", {
        input: { file: "WORDS-3" },
        output: "WORDS-4",
        errorMessage: "WORDS-5",
      }),
      action("say", "s", { output: { message: "WORDS-6", more: "WORDS-7" } }),
      action("reasoning", "r", { output: { message: "WORDS-8", more: "WORDS-9" } }),
    ];
    const about = { executionId: "e1", chatSessionId: SESSION };
    write(join(executions, "x1"), JSON.stringify({ ...about, actions }));
    const [message] = [{ role: "bot", content: "WORDS-10" }];
    const context = { messages: [message, "WORDS-11"] };
    const executed = { executionId: "e2", chatSessionId: SESSION, context };
    write(join(executions, "x2"), JSON.stringify(executed));
    const all = JSON.stringify(messagesOf(known(database.read(folder, SESSION))));
    for (let n = 1; n <= 11; n++) assert.match(all, new RegExp(`WORDS-${n}\\b`));
    // One in the place of a list.
    const entry = {
      message: { role: "user", content: "WORDS-12" },
      contextItems: { content: "WORDS-13" },
    };
    write(join(folder, `${SESSION}.json`), JSON.stringify({ history: entry }));
    const one = JSON.stringify(messagesOf(known(database.read(folder, SESSION))));
    assert.match(one, /WORDS-12.*WORDS-13/);
  });

  it("has mentions, files and images with a prompt", () => {
    const [first] = messagesOf(linesOf("editor"));
    assert.deepEqual(
      first?.parts.map(({ kind }) => kind),
      ["text", "other", "image", "text"],
    );
    assert.match(JSON.stringify(first?.parts.at(-1)), /context name=.*README\.md.*# Shop/);
  });

  it("has older sessions as documents, of which the longest of a run counts", async () => {
    const { base } = editor();
    const folder = dirname(hashIn(base));
    const spoken = linesOf("editor-chat")
      .slice(1)
      .map((line) => JSON.parse(line).spoken);
    const metadata = { modelId: "claude-sonnet-4", workflowId: "w", startTime: 1_770_638_400_000 };
    const write1 = (name: string, chat: Json[]) =>
      write(join(folder, `${name}.chat`), JSON.stringify({ executionId: "e", chat, metadata }));
    write1("aa", spoken.slice(0, 4));
    write1("bb", spoken);
    const found = (await store.find(base)).filter(({ path }) => path === folder);
    assert.deepEqual(
      found.map(({ id, summary }) => [id, summary?.cwd, summary?.model]),
      [["bb", FOLDER, "claude-sonnet-4"]],
    );
    const own = messagesOf(known(database.read(folder, "bb")));
    const typed = own.filter(({ role, scaffold, told }) => role === "user" && !scaffold && !told);
    const words = typed.flatMap(({ parts }) =>
      parts.filter((part) => part.kind === "text" && !part.told).map(said),
    );
    assert.deepEqual(words, ["Fix the tests."]);
  });

  it("says that a document is damaged", () => {
    const { folder } = editor();
    const file = join(folder, `${SESSION}.json`);
    writeFileSync(file, '{"history":[');
    assert.throws(() => database.read(folder, SESSION), { kind: "unreadable", where: file });
    assert.equal(database.read(folder, "sessions"), null);
  });
});

function hashIn(base: string): string {
  const hash = createHash("sha256").update(FOLDER).digest("hex").slice(0, 32);
  return join(base, hash, "x");
}

describe("the tools of Kiro's editor", () => {
  it("mean the same by the model's names and the editor's", () => {
    const edit = { tool: "edit", path: "a", edits: [{ old: "1", new: "2" }] };
    assert.deepEqual(fromNative("strReplace", { path: "a", oldStr: "1", newStr: "2" }), edit);
    const file = { file: "a", originalContent: "1", modifiedContent: "2" };
    assert.deepEqual(fromNative("replace", file), edit);
    const write = { tool: "write", path: "a", content: "2" };
    assert.deepEqual(fromNative("create", file), write);
    assert.deepEqual(fromNative("fsWrite", { path: "a", text: "2" }), write);
    const one = { tool: "read", path: "a" };
    assert.deepEqual(fromNative("readFiles", { files: [{ path: "a" }] }), one);
    assert.equal(fromNative("readFiles", { files: ["a", "b"] }), null);
    const lines = { paths: ["a"], start_line: 3, end_line: 5 };
    const read = { tool: "read", path: "a", offset: 3, limit: 3 };
    assert.deepEqual(fromNative("read_files", lines), read);
  });
});
