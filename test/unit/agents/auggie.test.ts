import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, describe, it } from "node:test";
import { session } from "../../../src/agents/auggie/document.ts";
import { auggie } from "../../../src/agents/auggie/index.ts";
import { parseResult, wordedResult } from "../../../src/agents/auggie/results.ts";
import { fromNative } from "../../../src/agents/auggie/tools.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import { linesOf } from "../../../src/convert/read/open.ts";
import { Input } from "../../../src/io/input.ts";
import { isFrame } from "../../../src/lossless/document.ts";
import { array, isObject, member } from "../../../src/session/json.ts";
import type { Entry, Header, Json, Part, ToolUse } from "../../../src/session/types.ts";
import { call, HEADER, message, result } from "../../support/entries.ts";
import { fixture, fixtures } from "../../support/fixtures.ts";

function recordsIn(path: string): Json[] {
  const input = new Input(path);
  const lines = linesOf(input)?.toString("utf8") ?? readFileSync(path, "utf8");
  input.close();
  return lines
    .trimEnd()
    .split("\n")
    .map((line): Json => JSON.parse(line))
    .filter((record) => !isFrame(record));
}

function records(variant: string): Json[] {
  return recordsIn(fixture(`auggie/${variant}`).path);
}

function read(all: readonly Json[]): { entries: Entry[]; header: Header } {
  const reader = auggie.reader();
  const entries = all.flatMap((record, at) => reader.read(record, at));
  return { entries, header: reader.header() };
}

function brief(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "reasoning":
      return `~${part.text}`;
    case "tool-call":
      return `${part.name}:${part.use?.tool ?? "?"}`;
    case "tool-result": {
      const code = part.exitCode === undefined ? "" : `[${part.exitCode}]`;
      return `${part.isError ? "!" : ""}${code}=${part.content.map(brief).join(" + ")}`;
    }
    case "image":
      return part.mediaType;
    case "file":
      return part.name ?? "file";
    case "other":
      return part.text;
    case "unread":
      return `-${part.type} ${part.reason}`;
  }
}

function conversation(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => {
    if (entry.kind === "message") {
      const said = `${entry.role}: ${entry.parts.map(brief).join(" | ")}`;
      return [entry.stop === "aborted" ? `(${said})` : said];
    }
    if (entry.event === "compaction") return ["compaction"];
    if (entry.event === "unread") return [`-${entry.type} ${entry.reason}`];
    return entry.event === "interruption" ? ["interruption"] : [];
  });
}

/** Written anew from these entries, as one document. */
function written(entries: readonly Entry[]): Json[] {
  const writer = auggie.writer({ seed: "test", cliVersion: null });
  const header = { ...HEADER, id: "new", cwd: "/home/dev/shop", title: "Called so" };
  const start = { kind: "event", id: "s", parentId: null, time: null } as const;
  return [{ ...start, event: "start" as const, header }, ...entries].flatMap((entry) => {
    const predicted = writer.predict(entry);
    for (const record of predicted) writer.commit(record);
    return predicted;
  });
}

function exchangesOf(all: readonly Json[]): Json[] {
  return array(member(session.document(all), "chatHistory"));
}

/** Of each exchange, the types of its nodes: asked, and answered. */
function forms(all: readonly Json[]): string[] {
  return exchangesOf(all).map((element) => {
    const types = (key: string) =>
      array(member(member(element, "exchange"), key)).map((node) => member(node, "type"));
    return `${types("request_nodes").join()} → ${types("response_nodes").join()}`;
  });
}

describe("auggie", () => {
  it("reads a session: each message is an entry, whatever exchange it is in", () => {
    const { entries, header } = read(records("basic"));
    assert.deepEqual(conversation(entries), [
      "user: MARK-USER-1 What is in this project? ünïcødé 日本語",
      "assistant: ~MARK-R1 The user wants a listing.",
      "assistant: MARK-ASSISTANT-1 I look around. ünïcødé 日本語 🎉",
      "assistant: launch-process:execute",
      "tool: [0]=MARK-O1\nhello.txt\n",
      "assistant: MARK-A2 There is one file.",
      "assistant: view:read",
      "tool: =MARK-FILE hello\nsecond line\n",
      "assistant: MARK-A3 That is all.",
      "user: MARK-USER-2 Thank you.",
      "assistant: ~MARK-R4 Short.",
      "assistant: MARK-A4 Bye.",
    ]);
    assert.equal(header.cwd, "/home/dev/shop");
    assert.equal(header.id, basename(fixture("auggie/basic").path, ".json"));
    const groups = entries.flatMap((entry) => (entry.kind === "message" ? [entry.group] : []));
    assert.equal(new Set(groups.filter((group) => group !== undefined)).size, 4);
  });

  it("reads images, documents and what tools show", () => {
    assert.deepEqual(conversation(read(records("image")).entries), [
      "user: MARK-U1 What is on it? | image/png | paper.pdf",
      "assistant: MARK-A1 I see. Another one.",
      "assistant: view:read",
      "tool: =Image file: /home/dev/shop/shot.png (79 Bytes) + image/png",
      "assistant: MARK-A2 Both are one colour.",
    ]);
    assert.deepEqual(conversation(read(records("mcp")).entries).slice(2, 6), [
      "assistant: weather_lab:mcp",
      "assistant: photo_lab:mcp",
      "tool: =MARK-O-WEATHER sunny in Oslo + and warm",
      "tool: =MARK-O-PHOTO a picture + image/png",
    ]);
  });

  it("names each prompt that waits in the queue: the CLI restores them", () => {
    const [head, ...rest] = records("basic");
    assert.ok(isObject(head));
    const asked = { mode: "agent", source: "user" };
    const messages = ["one", "two"].map((text) => ({ id: text, text, ...asked }));
    const queue = { messages, isPaused: false };
    const { entries } = read([{ ...head, queue }, ...rest]);
    assert.deepEqual(conversation(entries).slice(0, 2), ["-queue queued", "-queue queued"]);
    assert.deepEqual(conversation(entries).slice(2), conversation(read(records("basic")).entries));
  });

  it("reads what was interrupted as what it is: the CLI does not send it again", () => {
    const said = conversation(read(records("interrupted")).entries);
    assert.deepEqual(said.slice(-7), [
      "assistant: launch-process:execute",
      "interruption",
      "(tool: ![-1]=\nProcess error: The operation was aborted)",
      "interruption",
      "(user: MARK-U2 Slowly.)",
      "user: MARK-U3 Are you there?",
      "assistant: MARK-A5 Here.",
    ]);
  });

  it("reads a summary before what was asked with it, in the words that the CLI sends", () => {
    const { entries } = read(records("compact"));
    const said = conversation(entries);
    assert.deepEqual(said.slice(said.lastIndexOf("compaction")), [
      "compaction",
      "user: MARK-U3 Are you sure?",
      "assistant: MARK-A5 Yes.",
    ]);
    // Beside a summary, the CLI leaves out the thinking.
    assert.deepEqual(said.slice(said.indexOf("compaction"), said.indexOf("compaction") + 4), [
      "compaction",
      "user: MARK-U2 And again.",
      "-thinking unsent",
      "assistant: MARK-A3 Once more.",
    ]);
    const summary = entries.find((entry) => entry.kind === "event" && entry.event === "compaction");
    assert.ok(summary?.kind === "event" && summary.event === "compaction");
    assert.match(
      summary.summary,
      /^\n<supervisor>\nThis is a continuation[\s\S]*<summary request_id="[0-9a-f-]{36}">\nSide reply\n<\/summary>[\s\S]*Beginning part has 0 exchanges\.[\s\S]*echo MARK-O1[\s\S]*read the full session history from the session file at: \S+\n<\/supervisor>$/,
    );
  });

  it("writes a question and its answer as one exchange, and results into the next", () => {
    const all = written([
      message("1", null, "user", ["one"]),
      message("2", "1", "assistant", ["two", call("a"), call("b")]),
      message("3", "2", "tool", [result("a", "done")]),
      message("4", "3", "tool", [result("b", "done")]),
      message("5", "4", "assistant", ["three"]),
      message("6", "5", "assistant", ["four"]),
      message("7", "6", "user", ["five"]),
    ]);
    assert.deepEqual(forms(all), ["0,4 → 0,5,5", "4,1,1 → 0,0", "0,4 → "]);
    const [first, second] = exchangesOf(all).map((one) => member(one, "exchange"));
    assert.deepEqual(
      [member(first, "request_message"), member(first, "response_text")],
      ["one", "two"],
    );
    assert.deepEqual(
      [member(second, "request_message"), member(second, "response_text")],
      ["", "threefour"],
    );
    assert.deepEqual(
      exchangesOf(all).map((one) => member(one, "sequenceId")),
      [1, 2, 3],
    );
  });

  it("never writes an exchange without a question, or one in the middle without an answer", () => {
    const all = written([
      message("1", null, "user", ["one"]),
      message("2", "1", "user", ["two"]),
      message("3", "2", "assistant", [call("a")]),
      message("4", "3", "tool", [result("a", "done")]),
      message("5", "4", "user", ["three"]),
      message("6", "5", "assistant", ["four"]),
    ]);
    assert.deepEqual(forms(all), ["0,4,0,4 → 5", "4,1,0,4 → 0"]);
    assert.deepEqual(session.records(session.document(all)), all);
  });

  it("writes no text that the CLI would take for a summary of all before it", () => {
    const text = "<supervisor>\n<summary>nothing</summary>\n</supervisor>";
    const all = written([message("1", null, "user", [text])]);
    assert.deepEqual(forms(all), ["0,0,4 → "]);
    const said = read(all).entries.flatMap((entry) =>
      entry.kind === "message" ? entry.parts.map(brief) : [],
    );
    assert.equal(said.join(""), text);
  });

  it("takes every document apart so that it gives the document again", () => {
    const node = (type: number, more: object = {}) => ({ id: 1, type, ...more });
    const said = node(0, { text_node: { content: "a" } });
    const lists = [[], [said], [node(4)], [node(4), said, said, node(4), said], [node(1), node(1)]];
    const more = [
      [said, node(10), node(1)],
      [node(10), said, node(4), node(1)],
      [null, "x"],
    ];
    const odd: Json[] = [
      null,
      "x",
      [],
      {},
      { exchange: null },
      { element: 1 },
      { request_nodes: [] },
    ];
    const chatHistory: Json[] = [
      ...odd,
      ...[...lists, ...more].map((request_nodes) => ({
        exchange: { request_message: "a", response_nodes: [node(0), 5], request_nodes },
        completed: true,
      })),
      { exchange: { request_message: null, request_nodes: [], response_nodes: [] } },
      { exchange: { response_text: "other", request_nodes: [said], response_nodes: [] } },
    ];
    const document = { sessionId: "a", chatHistory, agentState: {} };
    const taken = session.records(document) ?? [];
    assert.deepEqual(session.document(taken), document);
    assert.deepEqual(session.records(session.document(taken)), taken);
  });

  it("knows all that its CLI wrote", () => {
    for (const { path, name } of fixtures) {
      if (!name.startsWith("auggie/") || name.startsWith("auggie/drift/")) continue;
      for (const record of recordsIn(path)) {
        assert.ok(auggie.recognises(record), name);
        assert.deepEqual(unknowns(record, auggie.known ?? true), [], name);
      }
    }
  });

  it("writes its own sessions with the keys that its CLI gives them", () => {
    const own = records("basic");
    const again = written(read(own).entries.slice(1));
    const keysOf = (record: Json | undefined) => (isObject(record) ? Object.keys(record) : []);
    const isKept = (record: Json) => member(member(record, "response_node"), "type") !== 10;
    assert.deepEqual(
      again.slice(1).map(keysOf),
      own
        .slice(1, 5)
        .concat(own.slice(6))
        .filter(isKept)
        .map(keysOf)
        .map((keys) =>
          keys.filter((key) => !/^(isHistorySummary|historySummaryVersion)$/.test(key)),
        ),
    );
  });

  it("has its tools in both directions", () => {
    const uses: ToolUse[] = [
      { tool: "execute", command: "ls", timeoutMs: 20_000 },
      { tool: "execute", command: "ls", cwd: "/x", timeoutMs: 20_000 },
      { tool: "read", path: "/a" },
      { tool: "read", path: "/a", offset: 3 },
      { tool: "read", path: "/a", offset: 3, limit: 4 },
      { tool: "list", path: "/a" },
      { tool: "write", path: "/a", content: "x" },
      { tool: "write", path: "/a", content: "x\n" },
      {
        tool: "edit",
        path: "/a",
        edits: [
          { old: "a", new: "b" },
          { old: "c", new: "d" },
        ],
      },
      { tool: "patch", patch: "*** Begin Patch\n*** End Patch" },
      { tool: "fetch", url: "https://example.com" },
      { tool: "web-search", query: "words" },
      { tool: "subagent", prompt: "p", description: "d", type: "helper" },
      {
        tool: "todo",
        items: [
          { text: "one", status: "completed" },
          { text: "two", status: "in_progress" },
          { text: "three", status: "pending" },
        ],
      },
    ];
    for (const use of uses) {
      const native = auggie.tools.toNative(use);
      assert.ok(native?.exact, use.tool);
      assert.deepEqual(fromNative(native.name, native.input), use);
    }
    assert.deepEqual(
      auggie.tools.toNative({ tool: "mcp", server: "lab", name: "weather", input: {} }),
      { name: "weather_lab", input: {}, exact: true },
    );
    // As models of older versions call it.
    const old = { command: "str_replace", path: "/a", old_str_1: "a", new_str_1: "b" };
    assert.deepEqual(fromNative("str-replace-editor", old), {
      tool: "edit",
      path: "/a",
      edits: [{ old: "a", new: "b" }],
    });
  });

  it("takes the words of its tools off a result, and puts them back", () => {
    const cases: [ToolUse, string][] = [
      [
        { tool: "execute", command: "x" },
        "Here are the results from executing the command.\n<return-code>\n3\n</return-code>\n<output>\nno\n\n</output>",
      ],
      [
        { tool: "read", path: "/a" },
        "Here's the result of running `cat -n` on /a:\n     1\tx\n     2\t\nTotal lines in file: 2\n",
      ],
    ];
    for (const [use, text] of cases) {
      const part = result("c", text);
      const parsed = parseResult(use, part);
      assert.notDeepEqual(parsed.content, part.content);
      assert.deepEqual(wordedResult(use, parsed).content, part.content);
    }
  });
});

describe("auggie's store", () => {
  const home = mkdtempSync(join(tmpdir(), "segue-auggie-"));
  after(() => rmSync(home, { recursive: true, force: true }));
  const folder = join(home, ".augment/sessions");
  const { store, launch } = auggie;
  const { path } = fixture("auggie/basic");
  const id = basename(path, ".json");

  it("finds sessions by their files, but not the copies that the CLI makes of them", async () => {
    mkdirSync(folder, { recursive: true });
    const bytes = readFileSync(path);
    for (const name of [`${id}.json`, `${id}-backup1.json`, `${id}.json.1.tmp`]) {
      writeFileSync(join(folder, name), bytes);
    }
    const [root = ""] = store.roots({ HOME: home });
    const found = await store.find(root);
    assert.deepEqual(
      found.map((one) => [one.id, one.path]),
      [[id, folder]],
    );
    assert.deepEqual(await store.find("/nowhere/at/all"), []);
    assert.equal(store.pathFor(root, { ...HEADER, id: "abc" }, {}), folder);
  });

  it("holds its own folder, and another with its list of tasks", () => {
    const other = join(home, "cache/sessions");
    mkdirSync(other, { recursive: true });
    assert.equal(store.database?.holds(folder), true);
    assert.equal(store.database?.holds(other), false);
    mkdirSync(join(home, "cache/task-storage"));
    assert.equal(store.database?.holds(other), true);
  });

  it("replaces a session only by what follows from it, and takes that back exactly", () => {
    const { database } = store;
    const file = join(folder, `${id}.json`);
    const bytes = readFileSync(file);
    const lines = database?.read(folder, id) ?? [];
    const more = [...lines, '{"response_node":{"id":4,"type":0,"content":" And more."}}'];
    database?.replace(folder, id, lines, more);
    assert.deepEqual(database?.read(folder, id), more);
    assert.throws(() => database?.replace(folder, id, lines, more), /changed in the meantime/);
    database?.replace(folder, id, more, lines);
    assert.deepEqual(readFileSync(file), bytes);
    assert.throws(() => database?.replace(folder, "other", null, lines), /another session/);
    assert.throws(() => database?.replace(folder, id, null, lines), /already exists/);
  });

  it("starts on a session by its id", () => {
    const request = { id, path: `${folder}#${id}`, args: ["--ask"] };
    assert.deepEqual(launch.resumeArgs({ ...request, prompt: "-x" }), [
      "--resume",
      id,
      "--ask",
      "--instruction=-x",
    ]);
  });
});

it("a summary whose result says something odd about its failure is read all the same", () => {
  const { path } = fixture("auggie/compact");
  const text = JSON.stringify(recordsIn(path));
  const odd: Json = JSON.parse(
    text.replaceAll(/"is_error":(?:true|false)/g, '"is_error":{"toString":null}'),
  );
  const reader = auggie.reader();
  const entries = (array(odd) ?? []).flatMap((record, at) => reader.read(record, at));
  assert.ok(entries.length > 0);
});
