import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join, posix, win32 } from "node:path";
import { describe, it } from "node:test";
import { warp } from "../../../src/agents/warp/index.ts";
import { TASK } from "../../../src/agents/warp/schema.ts";
import { fromNative, structOf } from "../../../src/agents/warp/tools.ts";
import { decoded } from "../../../src/agents/warp/wire.ts";
import { SegueError } from "../../../src/errors.ts";
import type { Entry, Json, JsonObject, Message } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { addConversation, encoded, makeWarp } from "../../support/warp-db.ts";

const root = temporaryFolder();
const rows = known(warp.store.database);

function linesOf(name: string): string[] {
  return readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
}

function read(lines: readonly string[]) {
  const reader = warp.reader();
  const entries = lines.flatMap((line, at) => reader.read(JSON.parse(line), at));
  return { entries, header: reader.header() };
}

function messagesIn(entries: readonly Entry[]): Message[] {
  return entries.filter((entry): entry is Message => entry.kind === "message");
}

function eventsIn(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => (entry.kind === "event" ? [entry.event] : []));
}

describe("a conversation of Warp's", () => {
  it("is read from its tasks, with folder, title, times and model", () => {
    const { entries, header } = read(linesOf("warp/rows"));
    assert.equal(header.cwd, "/home/user/project");
    assert.equal(header.title, "Fix the greeting");
    assert.equal(header.createdAt, "2026-11-20T10:00:00.500Z");
    const messages = messagesIn(entries);
    assert.deepEqual(messages.map(({ role }) => role).slice(0, 6), [
      "user",
      "assistant",
      "assistant",
      "assistant",
      "tool",
      "assistant",
    ]);
    const uses = messages.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === "tool-call" ? [part.use?.tool] : [])),
    );
    assert.deepEqual(uses, ["read", "edit", "execute", "execute"]);
    const last = messages.flatMap(({ parts }) => parts).findLast((p) => p.kind === "tool-result");
    assert.ok(last?.kind === "tool-result" && last.isError && last.exitCode === 5);
    assert.ok(eventsIn(entries).includes("model"));
  });

  it("has searches, MCP results, a subagent's messages, and sealed payloads that are counted", () => {
    const { entries } = read(linesOf("warp/kinds"));
    const messages = messagesIn(entries);
    const parts = messages.flatMap((message) => message.parts);
    const results = parts.flatMap((part) => (part.kind === "tool-result" ? [part] : []));
    const [grep, glob, mcp, subagent, cancelled, failed] = results;
    assert.deepEqual(grep?.content, [{ kind: "text", text: "src/a.ts:3,9" }]);
    assert.deepEqual(glob?.content, [{ kind: "text", text: "README.md" }]);
    assert.deepEqual(
      mcp?.content.map(({ kind }) => kind),
      ["text", "image"],
    );
    assert.deepEqual(subagent?.content, [{ kind: "text", text: "It is found." }]);
    assert.ok(cancelled?.isError && failed?.isError);
    const call = parts.find((part) => part.kind === "tool-call" && part.callId === "c3");
    assert.ok(call?.kind === "tool-call");
    assert.deepEqual([call.name, call.input], ["shoot", { full: true, scale: 1.5, of: ["a", {}] }]);
    assert.deepEqual(
      messages.flatMap(({ sidechain }) => sidechain ?? []),
      ["t2"],
    );
    assert.equal(eventsIn(entries).filter((event) => event === "unread").length, 2);
    assert.ok(messages.some(({ told, parts: [part] }) => told && part?.kind === "text"));
  });

  it("without tasks that can be decoded is what the user said, and says what is not read", () => {
    const { entries } = read(linesOf("warp/words"));
    const texts = messagesIn(entries).flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
    );
    assert.deepEqual(texts, ["Only my words are here.", "Second words."]);
    assert.ok(eventsIn(entries).includes("unread"));
  });

  it("is summed up by a summary", () => {
    const { entries } = read(linesOf("warp/compacted"));
    assert.ok(eventsIn(entries).includes("compaction"));
  });
});

describe("Warp's database", () => {
  it("is listed and read, and never written", async () => {
    const home = mkdtempSync(join(root, "home-"));
    mkdirSync(home, { recursive: true });
    const path = warp.store.pathFor(home, warp.reader().header(), {});
    makeWarp(path);
    const query = { text: "Hello.", folder: "/p", at: "2026-11-20 10:00:00" };
    const message = { id: "m", task_id: "t", user_query: { query: "Hello." } };
    addConversation(path, "one", [query], [{ id: "t", messages: [message] }]);
    const [found] = await warp.store.find(home);
    assert.deepEqual([found?.id, found?.summary?.cwd], ["one", "/p"]);
    assert.equal(warp.store.inDatabase?.(path)[0]?.id, "one");
    const lines = known(rows.read(path, "one"));
    assert.deepEqual(messagesIn(read(lines).entries)[0]?.parts, [{ kind: "text", text: "Hello." }]);
    assert.throws(
      () => rows.replace(path, "one", lines, null),
      (error) => error instanceof SegueError && error.kind === "refused",
    );
    assert.equal(rows.read(path, "two"), null);
  });

  it("is where Warp has its state, on each system", () => {
    const linux = { platform: "linux", path: posix, home: "/home/u" } as const;
    const mac = { platform: "darwin", path: posix, home: "/Users/u" } as const;
    const windows = { platform: "win32", path: win32, home: "C:\\Users\\u" } as const;
    assert.deepEqual(warp.store.roots({}, linux), ["/home/u/.local/state/warp-terminal"]);
    assert.deepEqual(warp.store.roots({ XDG_STATE_HOME: "/s" }, linux), ["/s/warp-terminal"]);
    assert.match(String(warp.store.roots({}, mac)), /2BBY89MBSN\.dev\.warp.*Warp-Stable$/);
    const local = { LOCALAPPDATA: "D:\\Local" };
    assert.deepEqual(warp.store.roots(local, windows), ["D:\\Local\\warp\\Warp\\data"]);
  });
});

/** The lines of a conversation with this one task, through a database. */
function throughDatabase(messages: Json[]): string[] {
  const path = join(mkdtempSync(join(root, "task-")), "warp.sqlite");
  makeWarp(path);
  addConversation(path, "one", [], [{ id: "t", messages }]);
  return known(rows.read(path, "one"));
}

function resultsOf(results: JsonObject[]) {
  const messages = results.map(
    (result, n): Json => ({
      id: `r${n}`,
      task_id: "t",
      tool_call_result: { tool_call_id: `c${n}`, ...result },
    }),
  );
  return messagesIn(read(throughDatabase(messages)).entries).flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "tool-result" ? [part] : [])),
  );
}

describe("results of Warp's tools", () => {
  const text = (text: string) => [{ kind: "text", text }];

  it("of commands: still running, ended by a signal, denied, or gone", () => {
    const long_running_command_snapshot = { output: "MARK listening", command_id: "b" };
    const results = resultsOf([
      { run_shell_command: { command: "npm start", long_running_command_snapshot } },
      { run_shell_command: { command_finished: { output: "killed", exit_code: -1 } } },
      { run_shell_command: { permission_denied: { denylisted_command: {} } } },
      { write_to_long_running_shell_command: { long_running_command_snapshot } },
      { read_shell_command_output: { error: { command_not_found: {} } } },
    ]);
    const running = text("MARK listening\n[the command is still running]");
    assert.deepEqual(
      results.map(({ isError, content }) => [isError, content]),
      [
        [false, running],
        [true, text("killed")],
        [true, text("Permission denied")],
        [false, running],
        [true, text("command not found")],
      ],
    );
    assert.equal(results[1]?.exitCode, -1);
  });

  it("of documents, skills, resources and screens", () => {
    const data = Buffer.from("picture").toString("base64");
    const results = resultsOf([
      { create_documents: { success: { created_documents: [{ content: "# Plan" }] } } },
      { read_skill: { success: { content: { file_path: "SKILL.md", content: "Do it." } } } },
      { read_mcp_resource: { success: { contents: [{ uri: "a:b", text: { content: "R" } }] } } },
      { use_computer: { success: { screenshot: { data, mime_type: "image/png" } } } },
      { start_agent: { error: { error: "no room" } } },
    ]);
    assert.deepEqual(
      results.map(({ content }) => content),
      [
        text("# Plan"),
        text("Do it."),
        text("R"),
        [{ kind: "image", mediaType: "image/png", data }],
        text("no room"),
      ],
    );
  });
});

describe("a prompt of Warp's", () => {
  it("comes with its pictures, files, commands and selected text", () => {
    const context = {
      images: [{ data: "AAAA", mime_type: "image/png" }],
      files: [{ content: { file_path: "a.txt", content: "FILE" } }],
      executed_shell_commands: [{ command: "ls", output: "OUT" }],
      selected_text: [{ text: "SELECTED" }],
    };
    const referenced_attachments = [
      { key: "note", value: { plain_text: "NOTE" } },
      { key: "diff", value: { diff_set: "AAAA" } },
    ];
    const user_query = { query: "Look.", context, referenced_attachments };
    const lines = throughDatabase([{ id: "m", task_id: "t", user_query }]);
    const text = { kind: "file", mediaType: "text/plain", data: null } as const;
    assert.deepEqual(messagesIn(read(lines).entries)[0]?.parts, [
      { kind: "text", text: "Look." },
      { ...text, name: "note", text: "NOTE" },
      { kind: "unread", type: "referenced_attachments", reason: "sealed" },
      { kind: "image", mediaType: "image/png", data: "AAAA" },
      { ...text, name: "a.txt", text: "FILE" },
      { kind: "text", text: "$ ls\nOUT", told: true },
      { kind: "text", text: "SELECTED", told: true },
    ]);
  });
});

describe("messages of Warp's without a time", () => {
  it("stay behind the one before them", () => {
    const said = (id: string, seconds?: number): Json => ({
      id,
      task_id: "t",
      ...(seconds === undefined ? {} : { timestamp: { seconds } }),
      agent_output: { text: id },
    });
    const lines = throughDatabase([
      said("a"),
      said("b", 1795168800),
      said("c"),
      said("d", 1795168801),
    ]);
    assert.deepEqual(
      messagesIn(read(lines).entries).map(({ id }) => id),
      ["a", "b", "c", "d"],
    );
  });
});

describe("arguments of MCP tools", () => {
  it("may have any name", () => {
    const args = { fields: [{ key: "__proto__", value: { string_value: "x" } }] };
    assert.deepEqual(Object.entries(structOf(args)), [["__proto__", "x"]]);
  });
});

describe("Protocol Buffers", () => {
  it("are what they were encoded from", () => {
    const messages: Json = [
      { id: "m", task_id: "t", timestamp: { seconds: 1795168800, nanos: 5 } },
    ];
    const task = { id: "t", description: "é", messages };
    assert.deepEqual(decoded(encoded(task, TASK), TASK), task);
  });

  it("keep fields of a newer schema, and texts that are none", () => {
    const bytes = Buffer.from([0x0a, 0x02, 0xff, 0xfe, 0x98, 0x06, 0x05, 0xa2, 0x06, 0x01, 0x41]);
    assert.deepEqual(decoded(bytes, TASK), {
      id: { base64: "//4=" },
      "#99": 5,
      "#100": { base64: "QQ==" },
    });
  });

  it("that are cut off, or none, are no message", () => {
    for (const bytes of [[0x0a, 0x05, 0x41], [0xff], [0x0b], [0x00]]) {
      assert.equal(decoded(Buffer.from(bytes), TASK), null);
    }
  });
});

describe("Warp's tools", () => {
  it("are named in the shared vocabulary where they do one thing", () => {
    const files = [{ name: "a", line_ranges: [{ start: 3, end: 5 }] }];
    assert.deepEqual(fromNative("read_files", { files }), {
      ...{ tool: "read", path: "a", offset: 3, limit: 3 },
    });
    assert.equal(fromNative("read_files", { files: [{ name: "a" }, { name: "b" }] }), null);
    const write = { new_files: [{ file_path: "a", content: "x" }] };
    assert.deepEqual(fromNative("apply_file_diffs", write), {
      ...{ tool: "write", path: "a", content: "x" },
    });
    assert.equal(fromNative("grep", { queries: ["a", "b"] }), null);
  });
});
