import assert from "node:assert/strict";
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { claudeCode } from "../../../src/agents/claude-code/index.ts";
import { slug } from "../../../src/agents/claude-code/store.ts";
import { lastModel } from "../../../src/agents/shared/claude/models.ts";
import { numberLines, unnumberLines } from "../../../src/agents/shared/claude/tools.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import { convertFile } from "../../../src/convert/file.ts";
import { Demotion } from "../../../src/convert/project/demote.ts";
import type { LossCode } from "../../../src/convert/report/losses.ts";
import { array, member } from "../../../src/session/json.ts";
import { Survey } from "../../../src/session/survey.ts";
import type {
  Entry,
  Header,
  Json,
  JsonObject,
  Message,
  ToolUse,
} from "../../../src/session/types.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/claude-code", import.meta.url));

function linesOf(variant: string): Json[] {
  const [file = ""] = globSync(".claude/projects/*/*.jsonl", { cwd: join(FIXTURES, variant) });
  const text = readFileSync(join(FIXTURES, variant, file), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line): Json => JSON.parse(line));
}

function read(lines: readonly Json[]): { entries: Entry[]; header: Header } {
  const reader = claudeCode.reader();
  const entries = lines.flatMap((line, at) => reader.read(line, at));
  return { entries, header: reader.header() };
}

function live(entries: readonly Entry[]): Message[] {
  const survey = new Survey();
  for (const entry of entries) survey.add(entry);
  const plan = survey.finish(claudeCode.reader().header());
  return entries.filter(
    (entry, n): entry is Message => entry.kind === "message" && plan.visibility(n) === "live",
  );
}

const FRAME = {
  cwd: "/p",
  sessionId: "s",
  version: "2.1.197",
  timestamp: "2026-01-01T00:00:00.000Z",
};

function line(
  uuid: string,
  parentUuid: string | null,
  type: string,
  message: Json,
  more = {},
): Json {
  return { parentUuid, isSidechain: false, type, message, uuid, ...FRAME, ...more };
}

function assistant(uuid: string, parent: string, id: string, block: Json): Json {
  return line(uuid, parent, "assistant", { id, role: "assistant", model: "m", content: [block] });
}

function result(uuid: string, parent: string, tool_use_id: string): Json {
  const content = [{ type: "tool_result", tool_use_id, content: `out ${tool_use_id}` }];
  return line(uuid, parent, "user", { role: "user", content });
}

function textsOf(said: readonly Message[]): string[] {
  return said.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
  );
}

function unreadIn(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) =>
    entry.kind === "event" && entry.event === "unread" ? [`${entry.type} ${entry.reason}`] : [],
  );
}

/** Where the loss report finds records of another session, each once. */
async function foreignIn(lines: readonly Json[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "segue-foreign-"));
  const path = join(folder, "a.jsonl");
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const { losses } = await convertFile(path, { to: "pi", output: join(folder, "b") });
  rmSync(folder, { recursive: true });
  assert.ok(!losses.some(({ code }) => code === "branch-carried"));
  const found = losses.find(({ code }) => code === "record-foreign");
  assert.equal(found?.count ?? 0, found?.where.length ?? 0);
  return found?.where ?? [];
}

const use = (id: string) => ({ type: "tool_use", id, name: "Bash", input: { command: id } });

describe("claude-code: reading", () => {
  it("reads what was said and done, with calls and results in pairs", () => {
    const { entries, header } = read(linesOf("basic"));
    const said = live(entries).filter((entry) => !entry.scaffold);
    assert.deepEqual(
      said.slice(0, 7).map(({ role, parts }) => `${role} ${parts.map(({ kind }) => kind)}`),
      [
        "user text",
        "assistant reasoning",
        "assistant text",
        "assistant tool-call",
        "tool tool-result",
        "assistant text",
        "assistant tool-call",
      ],
    );
    assert.equal(header.id, "5bc11129-2190-4369-9607-043d5c33041d");
    assert.equal(header.cwd, "/home/dev/shop");
    assert.equal(header.model, "claude-opus-4-8");
  });

  it("puts parallel calls in one line, as the CLI does, whatever their parents", () => {
    const { entries } = read([
      line("u", null, "user", { role: "user", content: "go" }),
      assistant("a1", "u", "msg_1", use("t1")),
      assistant("a2", "a1", "msg_1", use("t2")),
      result("r1", "a1", "t1"),
      result("r2", "a2", "t2"),
      assistant("b", "r2", "msg_2", { type: "text", text: "done" }),
    ]);
    assert.deepEqual(
      live(entries).map(({ id }) => id),
      ["u", "a1", "a2", "r1", "r2", "b"],
    );
  });

  it("has nothing of the session follow what happened to a subagent", () => {
    const side = { isSidechain: true, agentId: "a" };
    const { entries } = read([
      line("u", null, "user", { role: "user", content: "go" }),
      line("s1", "u", "system", {}, { ...side, subtype: "compact_boundary" }),
      line(
        "s2",
        "s1",
        "user",
        { role: "user", content: "short" },
        { ...side, isCompactSummary: true },
      ),
      line("s3", "s2", "attachment", {}, { ...side, attachment: { type: "date" } }),
      line("s4", "s3", "assistant", {}, { ...side, isApiErrorMessage: true }),
      assistant("b", "u", "msg_2", { type: "text", text: "done" }),
      line("s5", "s4", "system", {}, { ...side, subtype: "x" }),
    ]);
    const events = entries.filter(({ kind }) => kind === "event");
    assert.equal(events.length, 4);
    assert.ok(events.every(({ parentId }) => parentId === null));
    assert.deepEqual(
      live(entries).map(({ id }) => id),
      ["u", "b"],
    );
  });

  it("puts calls whose results came in between in one line, too", () => {
    const { entries } = read([
      line("u", null, "user", { role: "user", content: "go" }),
      assistant("a1", "u", "msg_1", use("t1")),
      result("r1", "a1", "t1"),
      assistant("a2", "a1", "msg_1", use("t2")),
      result("r2", "a2", "t2"),
      assistant("b", "r2", "msg_2", { type: "text", text: "done" }),
    ]);
    assert.deepEqual(
      live(entries).map(({ id }) => id),
      ["u", "a1", "r1", "a2", "r2", "b"],
    );
  });

  it("tells a true fork from parallel calls", () => {
    const { entries } = read([
      line("u", null, "user", { role: "user", content: "go" }),
      assistant("a1", "u", "msg_1", { type: "text", text: "first" }),
      line("v", "a1", "user", { role: "user", content: "left behind" }),
      line("w", "a1", "user", { role: "user", content: "instead" }),
    ]);
    assert.deepEqual(
      live(entries).map(({ id }) => id),
      ["u", "a1", "w"],
    );
  });

  it("sees the summary and what it keeps in place of what was compacted", () => {
    const { entries } = read(linesOf("compact"));
    const texts = live(entries).flatMap(({ parts }) =>
      parts.map((part) => (part.kind === "text" ? part.text : "")),
    );
    assert.ok(
      texts.some((text) => text.includes("MARK-ASSISTANT-4")),
      "the kept message",
    );
    assert.ok(!texts.some((text) => text.includes("MARK-USER-1")), "what was compacted");
    assert.ok(entries.some((entry) => entry.kind === "event" && entry.event === "compaction"));
  });

  it("takes an API error for a limit, not for an answer", () => {
    const { entries } = read(linesOf("limit-429"));
    const limits = entries.filter((entry) => entry.kind === "event" && entry.event === "limit");
    assert.equal(limits.length, 1);
  });

  it("sets a subagent's lines apart", () => {
    const side = line("x", "u", "user", { role: "user", content: "sub" }, { isSidechain: true });
    const { entries } = read([line("u", null, "user", { role: "user", content: "go" }), side]);
    assert.deepEqual(
      live(entries).map(({ id }) => id),
      ["u"],
    );
  });

  it("keeps what the CLI says of itself apart, and nothing that it sends as the user's", () => {
    const isScaffold = (content: string, more = {}): boolean => {
      const [entry] = read([line("u", null, "user", { role: "user", content }, more)]).entries;
      return entry?.kind === "message" && entry.scaffold === true;
    };
    assert.equal(isScaffold("hello"), false);
    const caveat = "<local-command-caveat>Caveat: …</local-command-caveat>";
    assert.equal(isScaffold(caveat, { isMeta: true }), true);
    assert.equal(isScaffold("<system-reminder>Be brief</system-reminder>", { isMeta: true }), true);
    assert.equal(isScaffold("<local-command-stdout>ok</local-command-stdout>"), false);
    assert.equal(isScaffold("<bash-input>git status</bash-input>"), false);
    assert.equal(isScaffold("<command-name>/review</command-name>"), false);
    assert.equal(isScaffold("Review the code", { isMeta: true }), false);
  });

  it("has calls of the vendor's own tools, their results and what follows in order, as groups", () => {
    const said = live(read(linesOf("server-tools")).entries);
    const kinds = said.map(({ role, parts }) => `${role} ${parts.map(({ kind }) => kind)}`);
    assert.deepEqual(kinds.slice(0, 8), [
      "user text",
      "assistant text",
      "assistant tool-call",
      "tool tool-result",
      "assistant text,other,unread",
      "assistant tool-call",
      "tool tool-result",
      "assistant tool-call",
    ]);
    // One record that holds all of it is the same.
    assert.deepEqual(kinds.slice(-5), [
      "assistant text,tool-call",
      "tool tool-result",
      "assistant text",
      "user text",
      "assistant text",
    ]);
    const groups = said.flatMap(({ group }) => group ?? []);
    assert.equal(groups[0], groups[1]);
    assert.notEqual(groups[1], groups[2]);
    const results = said.flatMap(({ parts }) => parts.filter(({ kind }) => kind === "tool-result"));
    assert.match(JSON.stringify(results[0]), /MARK-HIT.*"sealed"/);
    const failed = results.map((part) => part.kind === "tool-result" && part.isError);
    assert.deepEqual(failed, [false, false, true, true, false, false, false, false]);
  });

  it("reads documents, search results and links, in messages and in results", () => {
    const said = live(read(linesOf("documents")).entries);
    const parts = said.flatMap((entry) => entry.parts);
    const inside = parts.flatMap((part) => (part.kind === "tool-result" ? part.content : []));
    assert.deepEqual(
      inside.map((part) => (part.kind === "other" ? part.type : part.kind)),
      ["text", "text", "file", "file", "search_result", "resource_link"].concat([
        "tool_reference",
        "tool_reference",
        "file",
      ]),
    );
    const files = [...parts, ...inside].filter((part) => part.kind === "file");
    assert.ok(
      files.some(({ mediaType, data }) => mediaType === "application/pdf" && data !== null),
    );
    assert.ok(files.some(({ text }) => text === "CONTENTDOC body"));
    assert.ok(files.some(({ url }) => url === "https://e.org/URLDOC.pdf"));
    assert.ok(files.some(({ name }) => name === "file_FILEDOC"));
  });

  it("sends on a block of a kind that it does not know", () => {
    const { entries } = read([
      line("u", null, "user", { role: "user", content: [{ type: "hologram", words: "as light" }] }),
    ]);
    const [part] = live(entries).flatMap((entry) => entry.parts);
    assert.ok(part?.kind === "other" && part.unknown === true);
    assert.match(part.text, /as light/);
  });

  it("reads what stands in a record beside a result, and has the next record follow it", () => {
    const both = [...array(member(member(result("r", "a", "t1"), "message"), "content"))];
    const { entries } = read([
      line("u", null, "user", { role: "user", content: "go" }),
      assistant("a", "u", "msg_1", use("t1")),
      line("r", "a", "user", { role: "user", content: [...both, { type: "text", text: "and" }] }),
      assistant("b", "r", "msg_2", { type: "text", text: "done" }),
    ]);
    assert.deepEqual(
      live(entries).map(({ role }) => role),
      ["user", "assistant", "tool", "user", "assistant"],
    );
  });

  it("takes one uuid for one record", () => {
    const records = [
      line("u", null, "user", { role: "user", content: "go" }),
      assistant("a", "u", "msg_1", use("t1")),
      result("r", "a", "t1"),
    ];
    const { entries } = read([
      ...records,
      ...records,
      assistant("b", "r", "msg_2", { type: "text", text: "done" }),
    ]);
    assert.deepEqual(
      live(entries).map(({ id }) => id),
      ["u", "a", "r", "b"],
    );
    assert.deepEqual(unreadIn(entries), ["user repeated", "assistant repeated", "user repeated"]);
  });

  it("keeps nothing from before a compaction whose first kept message is not on the way to it", () => {
    const texts = textsOf(live(read(linesOf("second-compaction")).entries));
    assert.deepEqual(texts, ["U5 after second compact", "A6 final answer"]);
  });

  it("takes a summary in the middle of the chain for a message, as the CLI does", () => {
    const { entries } = read([
      line("u", null, "user", { role: "user", content: "old" }),
      line("s", "u", "user", { role: "user", content: "in short" }, { isCompactSummary: true }),
      line("v", "s", "user", { role: "user", content: "new" }),
    ]);
    assert.deepEqual(textsOf(live(entries)), ["old", "in short", "new"]);
  });

  it("takes what stands before a boundary for compacted though the summary is missing", () => {
    const boundary = { subtype: "compact_boundary", logicalParentUuid: "u" };
    const { entries } = read([
      line("u", null, "user", { role: "user", content: "old" }),
      line("b", null, "system", {}, boundary),
      line("v", "b", "user", { role: "user", content: "new" }),
    ]);
    assert.deepEqual(textsOf(live(entries)), ["new"]);
    assert.ok(entries.some((entry) => entry.kind === "event" && entry.event === "compaction"));
  });

  it("reads a file in which no record names a parent in its order, and says so", () => {
    const entries = read(linesOf("no-parents")).entries;
    const survey = new Survey();
    for (const entry of entries) survey.add(entry);
    const plan = survey.finish(claudeCode.reader().header());
    assert.equal(live(entries).length, entries.length);
    assert.ok(plan.orphans > 0);
  });

  it("recognises and reads messages without uuid or session", () => {
    const bare: Json[] = [
      { type: "user", message: { role: "user", content: "one" } },
      {
        type: "assistant",
        message: { role: "assistant", content: [{ type: "text", text: "two" }] },
      },
      { type: "user", message: { role: "user", content: "three" } },
    ];
    assert.ok(bare.every(claudeCode.recognises));
    assert.deepEqual(textsOf(live(read(bare).entries)), ["one", "two", "three"]);
  });

  it("reads a message that is a string as its content", () => {
    const said = [
      line("u", null, "user", "ask"),
      line("a", "u", "assistant", "answer"),
      line("c", "a", "user", "a summary", { isCompactSummary: true }),
      { type: "user", message: "no uuid" },
    ];
    const { entries } = read(said);
    assert.deepEqual(textsOf(live(entries)), ["ask", "answer", "a summary", "no uuid"]);
    const unknown = said.flatMap((record) => unknowns(record, claudeCode.known ?? true));
    assert.deepEqual(unknown, []);
  });

  it("finds the result of a call though the next prompt hangs on a note of progress", () => {
    const { entries } = read([
      line("u", null, "user", { role: "user", content: "go" }),
      assistant("a", "u", "msg_1", use("t1")),
      line("p", "a", "progress", {}),
      line("q", "p", "progress", {}),
      result("r", "a", "t1"),
      line("v", "q", "user", { role: "user", content: "again" }),
    ]);
    assert.deepEqual(
      live(entries).map(({ id }) => id),
      ["u", "a", "r", "v"],
    );
  });

  it("is where the user went back to, before the next prompt as well", () => {
    assert.deepEqual(textsOf(live(read(linesOf("rewound")).entries)), ["MARK-U1", "MARK-A1"]);
  });

  it("names another session in the file", async () => {
    const { entries } = read(linesOf("two-sessions"));
    assert.deepEqual(textsOf(live(entries)), ["MARK-U1", "MARK-A1"]);
    const session = entries.find((entry) => entry.kind === "event" && entry.event === "session");
    assert.match(JSON.stringify(session), /"before":"903a577d[^"]*","now":"7773c5da/);
    assert.deepEqual(await foreignIn(linesOf("two-sessions")), ["line 1", "line 2"]);
  });

  it("names the records of another session, where the first of two continues as well", async () => {
    const of = (sessionId: string, uuid: string, parentUuid: string | null): Json => {
      const message = { role: "user", content: uuid };
      return { parentUuid, type: "user", uuid, message, ...FRAME, sessionId };
    };
    const lines = [of("s", "a", null), of("t", "b", null), of("t", "c", "b"), of("s", "d", "a")];
    assert.deepEqual(textsOf(live(read(lines).entries)), ["a", "d"]);
    assert.deepEqual(await foreignIn(lines), ["line 2", "line 3"]);
    // One that follows on a record of another continues it.
    const resumed = [of("s", "a", null), of("t", "b", "a"), of("s", "c", "b")];
    assert.deepEqual(textsOf(live(read(resumed).entries)), ["a", "b", "c"]);
    assert.deepEqual(await foreignIn(resumed), []);
  });

  it("reads each kind of attachment that is sent, and names those that are not", () => {
    const { entries } = read(linesOf("attachments"));
    const texts = textsOf(live(entries)).join("\n");
    for (const word of ["FILE", "DIR", "RESOURCE", "SELECTION", "OPEN", "HOOKCONTEXT", "MEMORY"]) {
      assert.match(texts, new RegExp(`MARK-${word}`));
    }
    assert.deepEqual(unreadIn(entries), ["attachment/hook_success unsent"]);
    assert.equal(entries.filter((entry) => entry.kind === "message" && entry.scaffold).length, 1);
  });

  it("reads an attachment of a kind that it does not know by what was sent of it", () => {
    const attachment = (uuid: string, more: JsonObject): Json => ({
      parentUuid: null,
      uuid,
      type: "attachment",
      attachment: { type: "daydream", content: "of sheep" },
      ...FRAME,
      ...more,
    });
    const rendered = [{ content: "Electric sheep", caption: "Dreaming" }];
    const [sent, unsent] = read([attachment("a", { rendered }), attachment("b", {})]).entries;
    assert.match(JSON.stringify(sent), /"other".*Electric sheep.*"unknown":true/);
    assert.match(JSON.stringify(sent), /Dreaming/, "what a newer version puts beside it");
    assert.ok(unsent?.kind === "event" && unsent.event === "opaque");
  });

  it("takes mentioned files and queued prompts as the user's", () => {
    const attachment = (body: Json) => ({
      parentUuid: null,
      uuid: "a",
      type: "attachment",
      attachment: body,
      ...FRAME,
    });
    const file = { filePath: "/p/a.txt", content: "inside" };
    const [mentioned] = read([
      attachment({ type: "file", content: { type: "text", file } }),
    ]).entries;
    const [queued] = read([attachment({ type: "queued_command", prompt: "and this" })]).entries;
    const image = {
      type: "image",
      source: { type: "base64", media_type: "image/png", data: "AA" },
    };
    const prompt = [{ type: "text", text: "and that" }, image];
    const [blocks] = read([attachment({ type: "queued_command", prompt })]).entries;
    assert.match(JSON.stringify(mentioned), /inside/);
    assert.match(JSON.stringify(queued), /and this/);
    assert.deepEqual(blocks?.kind === "message" && blocks.parts.map(({ kind }) => kind), [
      "text",
      "image",
    ]);
  });

  it("prefers a title of the user's own", () => {
    const { header } = read([
      { type: "ai-title", aiTitle: "generated", sessionId: "s" },
      { type: "custom-title", customTitle: "mine", sessionId: "s" },
      { type: "summary", summary: "old", leafUuid: "x" },
    ]);
    assert.equal(header.title, "mine");
  });
});

describe("claude-code: writing", () => {
  const header: Header = {
    agent: "claude-code",
    id: "11111111-2222-4333-8444-555555555555",
    title: null,
    cwd: "/p",
    gitBranch: "main",
    gitCommit: null,
    model: null,
    version: null,
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: null,
    parent: null,
  };

  function write(entries: readonly Entry[]): Json[] {
    const writer = claudeCode.writer({ seed: "s", cliVersion: null });
    writer.begin?.(header);
    const records: Json[] = [];
    for (const entry of entries) {
      for (const record of writer.predict(entry)) {
        writer.commit(record);
        records.push(record);
      }
    }
    return [...records, ...writer.end()];
  }

  const place = { parentId: null, time: "2026-01-01T00:00:01.000Z" };

  it("writes a text that was attached as bytes as the text that the API takes", () => {
    const data = Buffer.from("# Ä").toString("base64");
    const file = { kind: "file", name: "a.txt", mediaType: "text/plain", data } as const;
    const [said] = write([{ kind: "message", ...place, id: "1", role: "user", parts: [file] }]);
    assert.deepEqual(member(member(said ?? null, "message"), "content"), [
      {
        type: "document",
        source: { type: "text", media_type: "text/plain", data: "# Ä" },
        title: "a.txt",
      },
    ]);
  });

  const call = (callId: string) =>
    ({
      kind: "tool-call",
      callId,
      name: "Bash",
      input: { command: "x" },
      use: { tool: "execute", command: "x" },
    }) as const;
  const answer = (callId: string, exitCode: number): Message => ({
    kind: "message",
    ...place,
    id: `r${callId}`,
    role: "tool",
    parts: [
      {
        kind: "tool-result",
        callId,
        isError: exitCode !== 0,
        exitCode,
        content: [{ kind: "text", text: "out" }],
      },
    ],
  });
  const session: Entry[] = [
    { kind: "message", ...place, id: "1", role: "user", parts: [{ kind: "text", text: "hi" }] },
    {
      kind: "message",
      ...place,
      id: "2",
      role: "assistant",
      parts: [{ kind: "text", text: "ok" }, call("t1"), call("t2")],
    },
    answer("t1", 0),
    answer("t2", 3),
  ];

  it("writes each block as a line of one message, with the keys that resuming needs", () => {
    const records = write(session);
    const [user, text, call1, call2, result1, result2] = records;
    for (const record of records) {
      for (const key of ["type", "uuid", "sessionId", "timestamp", "cwd", "version", "message"]) {
        assert.notEqual(member(record, key), undefined, key);
      }
    }
    const messageId = (record: Json | undefined) => member(member(record, "message"), "id");
    assert.equal(messageId(text), messageId(call1));
    assert.equal(messageId(call1), messageId(call2));
    assert.equal(typeof member(member(text, "message"), "model"), "string");
    assert.equal(member(user, "parentUuid"), null);
    assert.equal(member(text, "parentUuid"), member(user, "uuid") ?? null);
    assert.equal(member(result1, "parentUuid"), member(call1, "uuid") ?? null);
    assert.equal(member(result2, "parentUuid"), member(call2, "uuid") ?? null);
  });

  it("words a failed command as the CLI does, and reads it back", () => {
    const records = write(session);
    const [block] = array(member(member(records[5], "message"), "content"));
    assert.equal(member(block, "content"), "Exit code 3\nout");
    assert.equal(member(block, "is_error"), true);
    const { entries } = read(records);
    const part = entries.flatMap((entry) => (entry.kind === "message" ? entry.parts : [])).at(-1);
    assert.deepEqual(part?.kind === "tool-result" && [part.exitCode, part.content], [
      3,
      [{ kind: "text", text: "out" }],
    ]);
  });

  it("gives the same lines for the same input", () => {
    assert.deepEqual(write(session), write(session));
  });
});

describe("claude-code: tools", () => {
  const uses: ToolUse[] = [
    { tool: "execute", command: "ls", timeoutMs: 5 },
    { tool: "read", path: "/a", offset: 3, limit: 2 },
    { tool: "write", path: "/a", content: "x" },
    { tool: "edit", path: "/a", edits: [{ old: "x", new: "y", all: true }] },
    {
      tool: "edit",
      path: "/a",
      edits: [
        { old: "x", new: "y" },
        { old: "z", new: "" },
      ],
    },
    { tool: "search", pattern: "x", path: "/a", glob: "*.ts" },
    { tool: "glob", pattern: "*", path: "/a" },
    { tool: "fetch", url: "https://a", prompt: "p" },
    { tool: "web-search", query: "q" },
    { tool: "todo", items: [{ text: "t", status: "pending" }] },
    { tool: "subagent", prompt: "p", description: "d", type: "t" },
    { tool: "mcp", server: "s", name: "t", input: { a: 1 } },
  ];
  for (const meant of uses) {
    it(`maps ${meant.tool} both ways`, () => {
      const native = claudeCode.tools.toNative(meant);
      assert.ok(native);
      const block = { type: "tool_use", id: "t", name: native.name, input: native.input };
      const { entries } = read([assistant("a", "u", "m", block)]);
      const [part] = entries.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
      assert.deepEqual(part?.kind === "tool-call" && part.use, meant);
    });
  }

  it("numbers the lines that Read shows, and takes the numbers off", () => {
    assert.equal(numberLines("a\nb", 7), "7\ta\n8\tb");
    assert.equal(unnumberLines("7\ta\n8\tb"), "a\nb");
    assert.equal(unnumberLines("     1→a"), "a");
    assert.equal(unnumberLines("7\ta\n9\tb"), undefined);
    assert.equal(unnumberLines("plain"), undefined);
  });
});

describe("claude-code: store", () => {
  it("names a project's folder as 2.1.197 does", () => {
    assert.equal(slug("/home/dev/my.shop"), "-home-dev-my-shop");
    const [a, b, c] = ["a".repeat(100), "b".repeat(100), "c".repeat(40)];
    const long = slug(`/tmp/segue-lab-tbQGae/project/${a}/${b}/${c}`);
    assert.equal(long.length, 207);
    assert.ok(long.endsWith("-7lrd4e"), long);
  });
});

describe("claude-code: content of odd forms", () => {
  const read = (content: Json): string =>
    JSON.stringify(claudeCode.reader().read(line("u", null, "user", { role: "user", content }), 0));

  for (const [what, content] of [
    ["a block without a list around it", { type: "text", text: "ODD-1" }],
    ["a block without a type", [{ text: "ODD-1" }]],
    ["a text block whose text is an object", [{ type: "text", text: { value: "ODD-1" } }]],
    ["a text block that has content in place of a text", [{ type: "text", content: "ODD-1" }]],
    ["a search result whose content is a text", [{ type: "search_result", content: "ODD-1" }]],
  ] as const satisfies readonly (readonly [string, Json])[]) {
    it(`${what} is read`, () => assert.match(read(content), /"text":"[^}]*ODD-1/));
  }
});

describe("claude-code: what stands between a call and its result", () => {
  const answer = (uuid: string, parent: string, id: string): Json =>
    line(uuid, parent, "assistant", {
      id: "m",
      role: "assistant",
      content: [{ type: "tool_use", id, name: "Bash", input: { command: "ls" } }],
    });
  const told = (uuid: string, parent: string | null, content: Json): Json =>
    line(uuid, parent, "user", { role: "user", content });
  const outcome = (id: string): Json => [{ type: "tool_result", tool_use_id: id, content: id }];
  const live = (...records: Json[]): string[] => {
    const reader = claudeCode.reader();
    const survey = new Survey();
    const entries = records.flatMap((record, at) => reader.read(record, at));
    for (const entry of entries) survey.add(entry);
    const plan = survey.finish(reader.header());
    return entries.filter((_, n) => plan.visibility(n) === "live").map(({ id }) => id);
  };

  it("is on the way to the answer, and no branch", () => {
    const records = [
      told("u1", null, "go"),
      answer("a1", "u1", "t1"),
      told("u2", "a1", "words between"),
      told("r1", "u2", outcome("t1")),
    ];
    assert.deepEqual(live(...records), ["u1", "a1", "u2", "r1"]);
  });

  it("with parallel calls as well, whatever the answer hangs on", () => {
    const records = [
      told("u1", null, "go"),
      answer("a1", "u1", "t1"),
      answer("a2", "a1", "t2"),
      told("r1", "a1", outcome("t1")),
      told("u2", "r1", "words between"),
      told("r2", "a2", outcome("t2")),
      line("a3", "u2", "assistant", { id: "n", role: "assistant", content: [] }),
    ];
    assert.deepEqual(live(...records), ["u1", "a1", "a2", "r1", "u2", "r2", "a3"]);
  });

  it("but a prompt that was typed again is a branch", () => {
    const records = [
      told("u1", null, "go"),
      answer("a1", "u1", "t1"),
      told("r1", "a1", outcome("t1")),
      told("u2", "r1", "first try"),
      told("u3", "r1", "second try"),
    ];
    assert.deepEqual(live(...records), ["u1", "a1", "r1", "u3"]);
  });
});

describe("claude-code: what its API takes", () => {
  it("is sent documents as they are, in messages and in results", () => {
    const file = {
      kind: "file",
      name: "a.pdf",
      mediaType: "application/pdf",
      data: "AAAA",
    } as const;
    const losses: LossCode[] = [];
    const demotion = new Demotion(claudeCode.media ?? {}, false, (code) => losses.push(code));
    assert.deepEqual(demotion.part(file, "user"), [file]);
    assert.deepEqual(demotion.part(file, "result"), [file]);
    assert.deepEqual(losses, []);
    const large = { kind: "image", mediaType: "image/png", data: "A".repeat(6 << 20) } as const;
    demotion.part(large, "user");
    assert.deepEqual(losses, ["image-as-text"]);
  });
});

describe("claude-code: models", () => {
  const answer = (model?: string): Message => ({
    kind: "message",
    id: "a",
    parentId: null,
    time: null,
    role: "assistant",
    parts: [{ kind: "text", text: "done" }],
    ...(model === undefined ? {} : { model }),
  });
  const written = (entry: Message, options = {}, ...before: Json[]): Json | undefined => {
    const writer = claudeCode.writer({ seed: "s", cliVersion: null, ...options });
    for (const record of before) writer.commit(record);
    return member(member(writer.predict(entry)[0] ?? null, "message"), "model");
  };

  // 2.1.332 sends an empty system message before an answer of a model that it does not know [run].
  it("names only models that Claude Code knows", () => {
    assert.equal(written(answer("claude-sonnet-4-5-20250929")), "claude-sonnet-4-5-20250929");
    for (const model of ["gpt-5.5", "claude-lab", "claude-3-5-sonnet-20241022", undefined]) {
      assert.equal(written(answer(model)), "claude-opus-4-8");
      assert.equal(written(answer(model), { model: "claude-opus-5-5" }), "claude-opus-5-5");
    }
  });

  // It continues with the last answer's model, and sends no thinking of another one [run].
  it("names the session's own model for new answers of another agent's", () => {
    const own = line("u", null, "assistant", { id: "m", role: "assistant", model: "mine" });
    assert.equal(written(answer("gpt-5.5"), { model: "claude-opus-5-5" }, own), "mine");
  });

  it("keeps a name that stands in the session already", () => {
    const own = line("u", null, "assistant", { id: "m", role: "assistant", model: "mine" });
    assert.equal(written(answer("mine"), {}, own), "mine");
  });

  it("takes the model of the newest session", () => {
    const root = mkdtempSync(join(tmpdir(), "segue-"));
    assert.equal(lastModel(root), null);
    const put = (name: string, model: string, day: number): void => {
      const path = join(root, "-p", name);
      writeFileSync(path, `${JSON.stringify({ message: { model } })}\n`);
      utimesSync(path, day, day);
    };
    mkdirSync(join(root, "-p"));
    put("old.jsonl", "claude-opus-4-6", 1);
    put("new.jsonl", "claude-fable-5-2", 2);
    put("error.jsonl", "<synthetic>", 3);
    assert.equal(lastModel(root), "claude-fable-5-2");
    rmSync(root, { recursive: true });
  });
});

describe("claude-code: continuing with a file", () => {
  const goOn = (...lines: Json[]): Json => {
    const writer = claudeCode.writer({ seed: "seed", cliVersion: null });
    for (const record of lines) writer.commit(record);
    const place = { id: "x", parentId: null, time: null } as const;
    const parts = [{ kind: "text" as const, text: "and now?" }];
    return writer.predict({ kind: "message", ...place, role: "user", parts })[0] ?? null;
  };
  const title = { type: "custom-title", customTitle: "t", sessionId: "titled" };
  const side = line("a", null, "user", { role: "user", content: "x" }, { isSidechain: true });

  it("is in the session that a line outside of the tree names, where no other does", () => {
    assert.equal(member(goOn(title), "sessionId"), "titled");
    assert.equal(member(goOn(line("u", null, "user", {}), title), "sessionId"), "s");
  });

  it("hangs on the place that the user went back to", () => {
    const u = line("u", null, "user", { role: "user", content: "one" });
    const v = line("v", "u", "user", { role: "user", content: "two" });
    const back = { type: "last-prompt", leafUuid: "u", explicit: true, sessionId: "s" };
    assert.equal(member(goOn(u, v, back), "parentUuid"), "u");
    const toStart = { ...back, leafUuid: null };
    assert.equal(member(goOn(u, v, toStart), "parentUuid"), null);
  });

  it("says where the session continues after a rewind, as the CLI would send the old branch", () => {
    const writer = claudeCode.writer({ seed: "x", cliVersion: null });
    writer.commit(line("u", null, "user", { role: "user", content: "one" }));
    writer.commit(line("v", "u", "user", { role: "user", content: "two" }));
    const back = { type: "last-prompt", explicit: true, sessionId: "s" };
    assert.deepEqual(writer.rewind("u", 1), [{ ...back, leafUuid: "u" }]);
    assert.deepEqual(writer.rewind("", 1), [{ ...back, leafUuid: null }]);
  });

  it("is in the session, but not behind, a subagent's lines", () => {
    const record = goOn(side);
    assert.equal(member(record, "sessionId"), "s");
    assert.equal(member(record, "cwd"), "/p");
    assert.equal(member(record, "parentUuid"), null);
    const elsewhere = { isSidechain: true, cwd: "/worktree" };
    const after = goOn(line("u", null, "user", {}), line("a", null, "user", {}, elsewhere));
    assert.equal(member(after, "cwd"), "/p");
    assert.equal(member(after, "parentUuid"), "u");
  });
});
