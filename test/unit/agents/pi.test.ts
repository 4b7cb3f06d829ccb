import assert from "node:assert/strict";
import { globSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { pi } from "../../../src/agents/pi/index.ts";
import {
  bashExecution,
  bashText,
  PI_WORDS,
  unworded,
  worded,
} from "../../../src/agents/shared/pi/texts.ts";
import {
  editDetails,
  fromNative,
  parseResult,
  printResult,
} from "../../../src/agents/shared/pi/tools.ts";
import { array, isObject, member, string } from "../../../src/session/json.ts";
import { reasoningAsText } from "../../../src/session/text.ts";
import type { Entry, Header, Json, Message, Part, ToolUse } from "../../../src/session/types.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");

function parseLine(line: string): Json | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function parse(path: string): Json[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .map(parseLine)
    .filter((record) => record !== undefined);
}

/** Session files below a folder of the fixtures, hidden folders included. */
function files(folder: string): string[] {
  const names = readdirSync(join(FIXTURES, folder), { recursive: true, encoding: "utf8" });
  const paths = names.filter((name) => name.endsWith(".jsonl"));
  assert.ok(paths.length > 0, folder);
  return paths.map((name) => join(FIXTURES, folder, name));
}

/** What Pi itself wrote: not the session of a version to come, nor the one with all kinds of things. */
function recorded(): string[] {
  return files("pi").filter((path) => !/\/(?:drift|kinds)\//.test(path));
}

function fixture(name: string): Json[] {
  return files(join("pi", name)).flatMap(parse);
}

function read(records: readonly Json[]): { entries: Entry[]; header: Header } {
  const reader = pi.reader();
  const entries = records.flatMap((record, at) => reader.read(record, at));
  return { entries, header: reader.header() };
}

function messages(entries: readonly Entry[]): Message[] {
  return entries.filter((entry) => entry.kind === "message");
}

/** A message in one line, to compare conversations at a glance. */
function brief({ role, parts, scaffold }: Message): string {
  return `${role}${scaffold ? " (scaffold)" : ""}: ${parts.map(briefPart).join(" | ")}`;
}

function briefPart(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "reasoning":
      return `<${part.text}>`;
    case "tool-call":
      return `${part.name}(${part.use?.tool})`;
    case "tool-result":
      return `${part.isError ? "!" : ""}${part.exitCode ?? ""}=${part.content.map(briefPart).join("+")}`;
    case "image":
      return part.mediaType;
    case "file":
      return part.name ?? "file";
    case "other":
      return part.text;
    case "unread":
      return part.reason;
  }
}

function conversation(name: string): string[] {
  const said = messages(read(fixture(name)).entries).filter((entry) => entry.role !== "system");
  return said.map(brief);
}

function events(entries: readonly Entry[]): Json[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== "event" || entry.event === "start") return [];
    const { kind: _, id: _id, parentId: _parent, time: _time, ...body } = entry;
    return [JSON.parse(JSON.stringify(body))];
  });
}

describe("pi: reading real sessions", () => {
  it("reads messages, calls and results", () => {
    assert.deepEqual(conversation("basic"), [
      "user: MARK-USER-1 please list, read, write. ünïcødé",
      "assistant: <MARK-THINK-1 the user wants the listing> | MARK-ASSISTANT-1 I will list the files. | bash(execute)",
      "tool: =MARK-TOOLOUT-1\nhello.txt\nünïcødé 日本語 🎉\n",
      "assistant: MARK-ASSISTANT-2 Now reading a file. | read(read)",
      "tool: =MARK-FILE-1 hello\n",
      "assistant: MARK-ASSISTANT-3 Now writing a file. | write(write)",
      "tool: =Successfully wrote to out.txt",
      "assistant: MARK-ASSISTANT-4 editing | edit(edit)",
      "tool: =Successfully replaced 1 block(s) in out.txt.",
      "assistant: <MARK-THINK-2> | bash(execute) | bash(execute)",
      "tool: !3=MARK-FAIL-1\n",
      "tool: =MARK-PARALLEL-1\n",
      "assistant: MARK-ASSISTANT-5 All done. émoji 🎉",
      "user: MARK-USER-2 continue",
      "assistant: RESUMED-OK MARK-RESUME-A",
    ]);
  });

  it("reads the header", () => {
    assert.deepEqual(read(fixture("compact")).header, {
      agent: "pi",
      id: "01a1fc29-0f9f-71b5-9bf8-44f46c9a6ea3",
      title: "MARK-NAME my session",
      cwd: "/home/dev/shop",
      gitBranch: null,
      gitCommit: null,
      model: "mock-model",
      version: null,
      createdAt: "2026-11-21T03:31:51.839Z",
      updatedAt: "2026-11-21T03:31:52.050Z",
      parent: null,
    });
  });

  it("reads compaction, settings and the user's own commands", () => {
    const { entries } = read(fixture("compact"));
    const tags = events(entries).map((event) => member(event, "event"));
    assert.deepEqual(tags, ["model", "mode", "title", "mode", "compaction", "model", "mode"]);
    const compaction = events(entries)[4];
    assert.equal(member(compaction, "keepFrom"), "bf94c787");
    assert.equal(member(compaction, "tokens"), 1580);
    const bash = messages(entries).find((entry) => entry.id === "d5de3c40");
    assert.equal(
      bash && brief(bash),
      "user: Ran `echo MARK-USERBASH; exit 2`\n```\nMARK-USERBASH\n\n```\n\nCommand exited with code 2",
    );
  });

  it("reads the tree", () => {
    const { entries } = read(fixture("tree-branch"));
    const parents = entries.map(({ id, parentId }) => `${parentId} > ${id}`);
    assert.ok(parents.includes("6bdcb581 > 208effe4"), "the branch that was left");
    assert.ok(parents.includes("6bdcb581 > 0a703176"), "the branch that was taken");
    assert.deepEqual(events(entries).slice(2), [
      { event: "label", target: "208effe4", label: "MARK-LBL" },
      { event: "title", title: "MARK-TUINAME" },
    ]);
    const said = conversation("tree-branch");
    assert.match(said[4] ?? "", /^user: The following is a summary of a branch/);
    assert.match(said[7] ?? "", /^user: Ran `echo MARK-BANG`/);
    assert.match(said[8] ?? "", /^user \(scaffold\): Ran `echo MARK-BANGBANG`/);
  });

  it("reads images", () => {
    assert.match(conversation("image")[0] ?? "", /MARK-U1 describe \| image\/png$/);
    assert.equal(conversation("image")[2], "tool: =Read image file [image/png]+image/png");
  });

  it("reads failed attempts, what hides them, and the limit behind them", () => {
    const { entries } = read(fixture("rate-limit"));
    const failed = messages(entries).filter((entry) => entry.stop === "error");
    const hidden = entries.flatMap((entry) =>
      entry.kind === "event" && entry.event === "hide" ? [entry.target] : [],
    );
    assert.equal(failed.length, 4);
    assert.deepEqual(
      hidden,
      failed.slice(0, 3).map((entry) => entry.id),
    );
    const limits = entries.filter((entry) => entry.kind === "event" && entry.event === "limit");
    assert.equal(limits.at(-1)?.parentId, failed.at(-1)?.id);
  });

  it("reads every kind of message, and edits of what the model sees", () => {
    const said = conversation("kinds").join("\n");
    for (const words of [
      ...["STRING", "FILE", "TEXT", "IMAGE", "MCP one", "BASH", "EXTENSION", "CUSTOM", "BRANCH"],
      "LAST",
    ]) {
      assert.ok(said.includes(`KIND-${words}`), words);
    }
    for (const words of ["STATE", "DETAILS"]) assert.ok(!said.includes(`KIND-${words}`), words);
    const hidden = events(read(fixture("kinds")).entries).filter(
      (body) => member(body, "event") === "hide",
    );
    assert.deepEqual(hidden, [
      { event: "hide", target: "a0000011" },
      {
        event: "hide",
        target: "a000000f",
        instead: [{ kind: "text", text: "KIND-NEW words in their place" }],
      },
    ]);
  });

  it("reads blocks that are newer than it as what they say", () => {
    const block = { type: "hologram", words: "a cube" };
    const records = [
      message("user", [block]),
      message("assistant", [block]),
      message("toolResult", [block]),
      message("user", block),
    ];
    const parts = messages(read(records).entries)
      .flatMap((entry) => entry.parts)
      .flatMap((part) => (part.kind === "tool-result" ? part.content : [part]));
    const other = { kind: "other", type: "hologram", text: "a cube", unknown: true };
    assert.deepEqual(parts, [other, other, other, other]);
  });

  it("puts the new content of a result in its place", () => {
    const at = { parentId: null, timestamp: "2026-11-21T03:30:44Z" };
    const result = {
      role: "toolResult",
      toolCallId: "c",
      content: [{ type: "text", text: "long" }],
    };
    const replacement = { content: [{ type: "text", text: "short" }] };
    const { entries } = read([
      { ...at, type: "message", id: "r", message: { ...result, isError: true } },
      { ...at, type: "context_edit", id: "e", targetId: "r", replacement },
    ]);
    const part = { kind: "tool-result", callId: "c", isError: true };
    const content = [{ kind: "text", text: "short" }];
    assert.deepEqual(events(entries), [
      { event: "hide", target: "r", instead: [{ ...part, content }] },
    ]);
  });

  it("reads an aborted answer", () => {
    const { entries } = read(fixture("abort"));
    assert.equal(messages(entries).filter((entry) => entry.stop === "aborted").length, 1);
  });

  it("reads what has no ids as a chain (version 1 of the format)", () => {
    const { entries, header } = read([
      { type: "session", id: "s", timestamp: "2025-12-01T00:00:00.000Z", cwd: "/x", modelId: "m" },
      message("user", [{ type: "text", text: "one" }]),
      message("assistant", [{ type: "text", text: "two" }]),
      {
        type: "compaction",
        timestamp: "2025-12-01T00:00:02.000Z",
        summary: "s",
        firstKeptEntryIndex: 2,
      },
    ]);
    assert.deepEqual(entries.map((entry) => [entry.id, entry.parentId]).slice(1), [
      ["#1", null],
      ["#2", "#1"],
      ["#3", "#2"],
    ]);
    assert.equal(member(events(entries)[0], "keepFrom"), "#2");
    assert.equal(header.model, "m");
  });

  it("takes anything without throwing", () => {
    const odd: Json[] = [
      null,
      [],
      7,
      "x",
      {},
      { type: "message" },
      { type: "message", message: [] },
    ];
    const hostile = globSync(join(FIXTURES, "hostile/pi-*.jsonl")).flatMap(parse);
    assert.ok(hostile.length > 0);
    for (const record of [...odd, ...hostile]) {
      for (const entry of pi.reader().read(record, 0)) pi.writer(OPTIONS).predict(entry);
      pi.writer(OPTIONS).commit(record);
      pi.writer(OPTIONS).kind(record);
    }
  });

  it("recognises its own lines and no others", () => {
    for (const path of recorded()) {
      for (const record of parse(path)) assert.ok(pi.recognises(record));
    }
    for (const agent of ["codex", "claude-code"]) {
      for (const path of files(agent)) {
        for (const record of parse(path)) assert.ok(!pi.recognises(record), JSON.stringify(record));
      }
    }
  });
});

function message(role: string, content: Json): Json {
  return { type: "message", timestamp: "2025-12-01T00:00:01.000Z", message: { role, content } };
}

const OPTIONS = { seed: "test", cliVersion: null };

describe("pi: writing", () => {
  it("predicts every message of real sessions as a record of its kind", () => {
    for (const path of recorded()) {
      const reader = pi.reader();
      const writer = pi.writer(OPTIONS);
      parse(path).forEach((record, at) => {
        const entries = reader.read(record, at);
        const predicted = entries.flatMap((entry) => writer.predict(entry));
        if (writer.kind(record) !== "message/system") {
          assert.deepEqual(
            predicted.map((p) => writer.kind(p)),
            [writer.kind(record)],
            path,
          );
          assert.deepEqual(
            predicted.map((p) => writer.key(p)),
            [writer.key(record)],
            path,
          );
        }
        writer.commit(record);
      });
    }
  });

  it("predicts without side effects", () => {
    const writer = pi.writer(OPTIONS);
    for (const entry of SESSION) {
      const predicted = writer.predict(entry);
      assert.deepEqual(writer.predict(entry), predicted);
      for (const record of predicted) writer.commit(record);
    }
  });

  it("writes what Pi needs", () => {
    const records = write(pi.writer(OPTIONS), SESSION);
    assert.deepEqual(records[0], {
      type: "session",
      version: 3,
      id: "0190a0a0-0000-7000-8000-000000000000",
      timestamp: "2026-01-01T00:00:00.000Z",
      cwd: "/home/dev/shop",
    });
    const tree = records.slice(1);
    let parent: Json = null;
    for (const record of tree) {
      assert.equal(member(record, "parentId"), parent);
      assert.match(string(member(record, "id")) ?? "", /^[0-9a-f]{8}$/);
      parent = member(record, "id") ?? null;
    }
    assert.equal(new Set(tree.map((record) => member(record, "id"))).size, tree.length);
    assert.deepEqual(
      tree.map((record) => pi.writer(OPTIONS).kind(record)),
      [
        "session_info",
        "compaction",
        "message/user",
        "message/assistant",
        "message/toolResult",
        "message/toolResult",
        "message/assistant",
      ],
    );
    assert.equal(member(tree[1], "firstKeptEntryId"), member(tree[1], "id"), "keeps none");
    const answer = member(tree[3], "message");
    assert.ok(Array.isArray(member(answer, "content")));
    assert.ok(isObject(member(member(answer, "usage"), "cost")));
    assert.equal(member(answer, "stopReason"), "toolUse");
    assert.equal(member(answer, "timestamp"), Date.parse("2026-01-01T00:00:03.000Z"));
    assert.equal(member(member(tree[4], "message"), "toolName"), "bash");
  });

  it("gives back what it was given", () => {
    const { entries, header } = read(write(pi.writer(OPTIONS), SESSION));
    assert.equal(header.title, "A title");
    assert.deepEqual(messages(entries).map(brief), messages(SESSION).flatMap(split).map(brief));
  });

  it("continues from a real session with its own provider and model", () => {
    const writer = pi.writer(OPTIONS);
    const records = fixture("basic");
    for (const record of records) writer.commit(record);
    const [added] = write(writer, [say("assistant", "more", { model: "gpt-5", usage: USAGE })]);
    assert.equal(member(added, "parentId"), "bdd030ad");
    const message = member(added, "message");
    assert.equal(member(message, "provider"), "mocka");
    assert.equal(member(message, "model"), "mock-claude");
    assert.equal(member(member(message, "usage"), "totalTokens"), 0, "not this model's count");
  });

  it("goes back to a mark", () => {
    const writer = pi.writer(OPTIONS);
    write(writer, SESSION);
    const mark = writer.mark();
    write(writer, [say("user", "left")]);
    assert.deepEqual(writer.rewind(mark, 1), []);
    assert.equal(member(writer.predict(say("user", "taken"))[0], "parentId"), mark);
  });

  it("keeps a carry in a record that Pi skips", () => {
    const carry: Entry = {
      ...place("c"),
      kind: "event",
      event: "carry",
      part: 1,
      parts: 2,
      data: "eA",
    };
    const [record] = write(pi.writer(OPTIONS), [carry]);
    assert.deepEqual(Object.keys(isObject(record) ? record : {}), [
      "type",
      "customType",
      "data",
      "id",
      "parentId",
      "timestamp",
    ]);
    assert.deepEqual(events(read([record ?? null]).entries), [
      { event: "carry", part: 1, parts: 2, data: "eA" },
    ]);
  });

  it("never gives an id twice", () => {
    const writer = pi.writer(OPTIONS);
    const ids = new Set<Json | undefined>();
    for (let i = 0; i < 100_000; i++) {
      const id = member(writer.predict(say("user", "x"))[0], "id");
      ids.add(id);
      writer.commit({ type: "label", id: id ?? null });
    }
    assert.equal(ids.size, 100_000);
  });

  it("keeps no compaction boundary that is not in the file", () => {
    const compaction: Entry = {
      ...place("c"),
      kind: "event",
      event: "compaction",
      summary: "s",
      keepFrom: "elsewhere",
    };
    const [record] = pi.writer(OPTIONS).predict(compaction);
    assert.equal(member(record, "firstKeptEntryId"), member(record, "id"));
  });

  it("writes reasoning as text and reads it back", () => {
    const [record] = write(pi.writer(OPTIONS), [say("assistant", reasoningAsText("hm"))]);
    const [block] = array(member(member(record, "message"), "content"));
    assert.equal(member(block, "type"), "text");
    assert.deepEqual(messages(read([record ?? null]).entries)[0]?.parts, [
      { kind: "reasoning", text: "hm" },
    ]);
  });
});

const USAGE = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 };

function place(id: string): { id: string; parentId: string | null; time: string | null } {
  return { id, parentId: null, time: "2026-01-01T00:00:02.000Z" };
}

function say(role: Message["role"], text: string, more: Partial<Message> = {}): Message {
  return { ...place(text), kind: "message", role, parts: [{ kind: "text", text }], ...more };
}

function write(writer: ReturnType<typeof pi.writer>, entries: readonly Entry[]): Json[] {
  return entries.flatMap((entry) => {
    const records = writer.predict(entry);
    for (const record of records) writer.commit(record);
    return records;
  });
}

/** Pi keeps each result in a record of its own. */
function split(entry: Message): Message[] {
  return entry.role === "tool" ? entry.parts.map((part) => ({ ...entry, parts: [part] })) : [entry];
}

const HEADER: Header = {
  agent: "claude-code",
  id: "0190a0a0-0000-7000-8000-000000000000",
  title: "A title",
  cwd: "/home/dev/shop",
  gitBranch: "main",
  gitCommit: null,
  model: "claude-x",
  version: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: null,
  parent: null,
};

const RUN: Part = {
  kind: "tool-call",
  callId: "t1",
  name: "bash",
  input: { command: "false" },
  use: { tool: "execute", command: "false" },
};

const SESSION: Entry[] = [
  { ...place("start"), kind: "event", event: "start", header: HEADER },
  { ...place("title"), kind: "event", event: "title", title: "A title" },
  { ...place("sum"), kind: "event", event: "compaction", summary: "what was", tokens: 9 },
  {
    ...say("user", "hello"),
    parts: [
      { kind: "text", text: "hello" },
      { kind: "image", mediaType: "image/png", data: "AAAA" },
    ],
  },
  {
    ...say("assistant", "on it", { model: "claude-x", usage: USAGE, time: "2026-01-01T00:00:03Z" }),
    parts: [
      { kind: "text", text: "on it" },
      RUN,
      { kind: "tool-call", callId: "t2", name: "WebFetch", input: { url: "u" }, use: null },
    ],
  },
  {
    ...say("tool", ""),
    parts: [
      { kind: "tool-result", callId: "t1", isError: true, exitCode: 3, content: [] },
      {
        kind: "tool-result",
        callId: "t2",
        isError: false,
        content: [{ kind: "text", text: "page" }],
      },
    ],
  },
  say("assistant", "done", { model: "claude-x" }),
];

describe("pi: tools", () => {
  const both: [ToolUse, string, Json][] = [
    [{ tool: "execute", command: "ls", timeoutMs: 1500 }, "bash", { command: "ls", timeout: 1.5 }],
    [{ tool: "read", path: "a", offset: 2, limit: 3 }, "read", { path: "a", offset: 2, limit: 3 }],
    [{ tool: "write", path: "a", content: "b" }, "write", { path: "a", content: "b" }],
    [
      { tool: "edit", path: "a", edits: [{ old: "x", new: "y" }] },
      "edit",
      { path: "a", edits: [{ oldText: "x", newText: "y" }] },
    ],
    [
      { tool: "search", pattern: "p", path: "d", glob: "*.ts" },
      "grep",
      { pattern: "p", path: "d", glob: "*.ts" },
    ],
    [{ tool: "glob", pattern: "*.ts" }, "find", { pattern: "*.ts" }],
    [{ tool: "list", path: "src" }, "ls", { path: "src" }],
    [{ tool: "mcp", server: "db", name: "query", input: { q: 1 } }, "mcp__db__query", { q: 1 }],
  ];

  it("maps them both ways", () => {
    for (const [use, name, input] of both) {
      assert.deepEqual(pi.tools.toNative(use), { name, input, exact: true });
      assert.deepEqual(fromNative(name, input), use);
    }
  });

  it("reads the edits of older versions", () => {
    assert.deepEqual(fromNative("edit", { path: "a", oldText: "x", newText: "y" }), {
      tool: "edit",
      path: "a",
      edits: [{ old: "x", new: "y" }],
    });
  });

  it("says what it cannot express", () => {
    assert.equal(pi.tools.toNative({ tool: "web-search", query: "q" }), null);
    assert.equal(pi.tools.toNative({ tool: "execute", command: "ls", cwd: "/a b" })?.exact, false);
    const all = { tool: "edit", path: "a", edits: [{ old: "x", new: "y", all: true }] } as const;
    assert.equal(pi.tools.toNative({ ...all, edits: [...all.edits] })?.exact, false);
    assert.equal(fromNative("grep", { pattern: "p", context: 3 }), null);
    assert.equal(fromNative("bash", "ls"), null);
  });

  it("shows edits on Pi's screen", () => {
    const edits = [
      { old: "a\nb\n", new: "c\n" },
      { old: "d", new: "" },
    ];
    assert.deepEqual(editDetails({ tool: "edit", path: "f", edits }), {
      diff: "- a\n- b\n+ c\n  ...\n- d",
    });
    assert.equal(editDetails({ tool: "read", path: "f" }), undefined);
  });

  it("accepts names and inputs that every API takes", () => {
    const call = { kind: "tool-call", callId: "c", use: null } as const;
    assert.ok(pi.tools.accepts({ ...call, name: "WebFetch", input: {} }));
    assert.ok(!pi.tools.accepts({ ...call, name: "apply_patch", input: "*** Begin Patch" }));
    assert.ok(!pi.tools.accepts({ ...call, name: "web.run", input: {} }));
    assert.ok(!pi.tools.accepts({ ...call, name: "x".repeat(65), input: {} }));
  });

  it("words the results of commands", () => {
    const use: ToolUse = { tool: "execute", command: "x" };
    const worded = (text: string, isError: boolean) => {
      const content: { kind: "text"; text: string }[] = [{ kind: "text", text }];
      return { kind: "tool-result", callId: "c", isError, content } as const;
    };
    for (const result of [
      worded("out\n\n\nCommand exited with code 3", true),
      worded("(no output)\n\nCommand exited with code 1", true),
      worded("(no output)", false),
      worded("plain", false),
      worded("no\n\nCommand aborted", true),
    ]) {
      const { exitCode: _, ...back } = printResult(use, parseResult(use, result));
      assert.deepEqual(back, result);
    }
    assert.equal(parseResult(use, worded("o\n\nCommand exited with code 3", true)).exitCode, 3);
  });
});

describe("pi: texts", () => {
  it("tells commands of the user's own from their text", () => {
    for (const message of [
      { command: "ls", output: "a\n", exitCode: 0, cancelled: false, truncated: false },
      { command: "x `y` z", output: "", exitCode: 2, cancelled: false, truncated: false },
      { command: "s", output: "```\n", cancelled: true, truncated: false },
      {
        command: "s",
        output: "o",
        exitCode: 0,
        cancelled: false,
        truncated: true,
        fullOutputPath: "/t",
      },
    ]) {
      const text = bashText(message);
      assert.equal(bashText(bashExecution(text)), text);
    }
    assert.equal(bashExecution("Ran `ls` and saw nothing"), undefined);
    assert.equal(bashExecution("Ran `ls`\nand then"), undefined);
    assert.equal(unworded(worded("s", PI_WORDS.branch), PI_WORDS.branch), "s");
    assert.equal(unworded("s", PI_WORDS.branch), undefined);
  });
});

describe("pi: store and launch", () => {
  it("finds the roots that the environment names", () => {
    assert.deepEqual(pi.store.roots({ HOME: "/h" }), ["/h/.pi/agent/sessions"]);
    assert.deepEqual(pi.store.roots({ HOME: "/h", PI_CODING_AGENT_DIR: "~/p" }), ["/h/p/sessions"]);
    assert.deepEqual(pi.store.roots({ HOME: "/h", PI_CODING_AGENT_SESSION_DIR: "/s" }), ["/s"]);
  });

  it("names files as Pi does", () => {
    assert.equal(
      pi.store.pathFor("/r", HEADER, {}),
      `/r/--home-dev-shop--/2026-01-01T00-00-00-000Z_${HEADER.id}.jsonl`,
    );
  });

  it("writes only a time into a file's name", () => {
    const name = (createdAt: string | null) =>
      basename(pi.store.pathFor("/r", { ...HEADER, createdAt }, {})).slice(0, 24);
    assert.equal(name("2026-01-01T10:00:00+01:00"), "2026-01-01T09-00-00-000Z");
    for (const time of [null, "", "/x", "+012026-01-01T00:00:00.000Z"]) {
      assert.equal(name(time), "1970-01-01T00-00-00-000Z");
    }
  });

  it("finds sessions, and survives what is none", async () => {
    const root = await mkdtemp(join(tmpdir(), "segue-pi-"));
    try {
      const folder = join(root, "--home-dev-shop--");
      await mkdir(folder);
      await symlink(root, join(folder, "loop"));
      await symlink("/nowhere", join(folder, "dangling.jsonl"));
      await writeFile(join(folder, "2026-01-01T00-00-00-000Z_my_id.jsonl"), "");
      await writeFile(join(folder, "renamed.jsonl"), '\nbad\n{"type":"session","id":"inside"}\n');
      await writeFile(join(folder, "other.jsonl"), '{"type":"message"}\n');
      await writeFile(join(folder, "note.txt"), "");
      const found = await pi.store.find(root);
      assert.deepEqual(found.map(({ id }) => id).sort(), ["inside", "my_id"]);
      assert.ok(
        found.every(({ agent, path }) => agent === "pi" && basename(path).endsWith("jsonl")),
      );
      assert.deepEqual(await pi.store.find(join(root, "missing")), []);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it("resumes by path, with a prompt that cannot be taken for an option", () => {
    const args = (prompt: string | null) =>
      pi.launch.resumeArgs({ id: "i", path: "/p.jsonl", prompt, args: [] }).slice(2);
    assert.deepEqual(args(null), []);
    assert.deepEqual(args("go on"), ["go on"]);
    assert.deepEqual(args("--help"), ["--", "--help"]);
    assert.deepEqual(args("@me"), [" @me"]);
  });
});
