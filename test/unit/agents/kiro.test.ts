import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { kiro } from "../../../src/agents/kiro/index.ts";
import { launch } from "../../../src/agents/kiro/launch.ts";
import { store } from "../../../src/agents/kiro/store.ts";
import { builtIn, fromNative, tools } from "../../../src/agents/kiro/tools.ts";
import type { Host } from "../../../src/io/host.ts";
import { hostOf } from "../../../src/io/host.ts";
import { sqlite } from "../../../src/io/sqlite.ts";
import type { Entry, Json, JsonObject, Message } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const database = known(store.database);
const ID = "e53ccf60-b53a-4fdd-a00f-05547225a99d";

function linesOf(variant: string): string[] {
  return readFileSync(fixture(`kiro/${variant}`).path, "utf8")
    .split("\n")
    .slice(0, -1);
}

/** A store with the session, as Segue writes it. */
function written(lines = linesOf("rows")): { cli: string; log: string; about: string } {
  const cli = join(mkdtempSync(join(root, "home-")), "sessions/cli");
  database.replace(cli, ID, null, lines);
  return { cli, log: join(cli, `${ID}.jsonl`), about: join(cli, `${ID}.json`) };
}

function read(records: readonly Json[]): Entry[] {
  const reader = kiro.reader();
  return records.flatMap((record, at) => reader.read(record, at));
}

function messages(variant: string): Message[] {
  const entries = read(linesOf(variant).map((line): Json => JSON.parse(line)));
  return entries.filter((entry) => entry.kind === "message");
}

describe("Kiro's store", () => {
  it("gives the lines again that were written, and files as Kiro has them", async () => {
    const { cli, log, about } = written();
    assert.deepEqual(database.read(cli, ID), linesOf("rows"));
    const own = linesOf("rows").filter((line) => line.startsWith('{"version"'));
    assert.equal(readFileSync(log, "utf8"), own.map((line) => `${line}\n`).join(""));
    const document: JsonObject = JSON.parse(readFileSync(about, "utf8"));
    assert.equal(document.title, "What does the README say, and do the tests pass?");
    assert.equal(document.session_created_reason, "subagent");
    assert.equal(document.updated_at, "2026-09-22T20:46:39.000Z");
    const [found, ...more] = await store.find(cli);
    assert.equal(more.length, 0);
    assert.equal(found?.id, ID);
    assert.equal(found?.summary?.cwd, "/home/dev/shop");
    assert.equal(store.whole?.(log), `${cli}#${ID}`);
  });

  it("only has more lines when the session continues in Kiro, whatever else it writes", () => {
    const { cli, log, about } = written();
    const before = known(database.read(cli, ID));
    const prompt = { message_id: "p", content: [{ kind: "text", data: "more" }], meta: {} };
    const answer = { message_id: "a", content: [{ kind: "text", data: "done" }] };
    const added = [
      { version: "v1", kind: "Prompt", data: prompt },
      { version: "v1", kind: "AssistantMessage", data: answer },
    ].map((line) => JSON.stringify(line));
    writeFileSync(log, `${readFileSync(log, "utf8")}${added.join("\n")}\n`);
    const document = JSON.parse(readFileSync(about, "utf8"));
    const { session_state: state } = document;
    const turn = { message_ids: ["p", "a"], end_timestamp: "2026-09-22T21:00:00Z" };
    state.conversation_metadata.user_turn_metadatas.push(turn);
    state.rts_model_state.model_info = { model_id: "auto" };
    document.updated_at = "2026-09-22T21:00:00Z";
    document.title = "What does the README say...";
    writeFileSync(about, JSON.stringify(document, null, 2));
    assert.deepEqual(database.read(cli, ID), [...before, ...added, JSON.stringify({ turn })]);
    // And what was added can be taken back.
    database.replace(cli, ID, known(database.read(cli, ID)), before);
    assert.deepEqual(database.read(cli, ID), before);
  });

  it("changes nothing of a session that has changed in the meantime, and removes its own files", () => {
    const { cli, log, about } = written();
    const lines = known(database.read(cli, ID));
    assert.throws(() => database.replace(cli, ID, lines.slice(0, 3), null), /has changed/);
    assert.throws(() => database.replace(cli, ID, null, lines), /already exists/);
    database.replace(cli, ID, lines, null);
    assert.equal(existsSync(log) || existsSync(about), false);
    assert.throws(() => database.replace(cli, "../x", null, lines), /no name of a file/);
  });

  it("keeps bytes that are no line of Kiro's, and writes nothing after a torn one", () => {
    const { cli, log } = written();
    const odd = Buffer.from([0xff, 0x0a]);
    const torn = Buffer.from('{"version":"v1","ki');
    writeFileSync(log, Buffer.concat([readFileSync(log), odd, Buffer.from("\n[1]\n"), torn]));
    const bytes = readFileSync(log);
    const lines = known(database.read(cli, ID));
    assert.throws(() => database.replace(cli, ID, lines, [...lines, "{}"]), /not complete/);
    database.replace(cli, ID, lines, null);
    database.replace(cli, ID, null, lines);
    assert.ok(readFileSync(log).equals(bytes));
  });

  it("lists a session whose <id>.json is damaged, and says so when it is read", async () => {
    const { cli, about, log } = written();
    for (const text of ["", '{"session_id":"', "[]"]) {
      writeFileSync(about, text);
      const [found] = await store.find(cli);
      assert.equal(found?.id, ID);
      assert.equal(found?.summary, undefined);
      assert.throws(() => database.read(cli, ID), { kind: "unreadable", where: about });
      assert.equal(store.whole?.(log), null);
    }
    assert.equal(database.read(cli, "0f0ccf60-b53a-4fdd-a00f-05547225a9aa"), null);
  });

  it("tells subagents by their parent, and the process that has a session open", async () => {
    const { cli, about } = written();
    const child = "0f0ccf60-b53a-4fdd-a00f-05547225a9aa";
    database.replace(cli, child, null, linesOf("kinds"));
    assert.deepEqual(await store.children?.(`${cli}#${ID}`), [`${cli}#${child}`]);
    assert.equal(store.isSubagent?.(`${cli}#${child}`), true);
    assert.equal(store.title?.(`${cli}#${child}`), "A look around");
    writeFileSync(
      about.replace(/json$/, "lock"),
      '{"pid":4711,"started_at":"2026-01-01T00:00:00Z"}',
    );
    assert.deepEqual(store.opened?.(cli, ID), [{ pid: 4711 }]);
  });

  it("is where the system keeps such data, and where KIRO_HOME says", () => {
    const on = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] => {
      const host: Host = hostOf({ HOME: "/h", USERPROFILE: "C:\\h" }, platform);
      return store.roots(env, host);
    };
    assert.deepEqual(on("linux", {}), [
      "/h/.kiro/sessions/cli",
      "/h/.kiro/sessions",
      "/h/.local/share/kiro-cli",
      "/h/.local/share/amazon-q",
      "/h/.config/Kiro/User/globalStorage/kiro.kiroagent",
      "/h/.kiro-server/data/User/globalStorage/kiro.kiroagent",
    ]);
    assert.equal(on("darwin", {})[3], "/h/Library/Application Support/amazon-q");
    assert.equal(
      on("darwin", {})[4],
      "/h/Library/Application Support/Kiro/User/globalStorage/kiro.kiroagent",
    );
    assert.equal(on("win32", { LOCALAPPDATA: "C:\\d" })[2], "C:\\d\\kiro-cli");
    assert.equal(
      on("win32", { APPDATA: "C:\\r" })[4],
      "C:\\r\\Kiro\\User\\globalStorage\\kiro.kiroagent",
    );
    // Kiro CLI 3 does not go by KIRO_HOME: its sessions are looked for in both places.
    assert.deepEqual(on("linux", { KIRO_HOME: "/k" }).slice(0, 3), [
      "/k/sessions/cli",
      "/k/sessions",
      "/h/.kiro/sessions",
    ]);
    assert.ok(
      on("linux", { VSCODE_APPDATA: "/a" }).includes("/a/Kiro/User/globalStorage/kiro.kiroagent"),
    );
  });
});

describe("version 1's database", () => {
  it("has each conversation once, is read, and is never written to", async () => {
    const folder = join(mkdtempSync(join(root, "data-")), "amazon-q");
    mkdirSync(folder);
    const path = join(folder, "data.sqlite3");
    const [head = "", summary = "", ...exchanges] = linesOf("amazon-q");
    const { conversation } = JSON.parse(head);
    const history = exchanges.map((line) => JSON.parse(line).exchange);
    const latest = [JSON.parse(summary).summary, { request_id: "r" }];
    const { key, conversation_id, created_at, ...rest } = conversation;
    const document = { conversation_id, history, latest_summary: latest, ...rest };
    const db = new (sqlite().DatabaseSync)(path);
    db.exec(`CREATE TABLE state (key TEXT, value BLOB);
      CREATE TABLE conversations (key TEXT PRIMARY KEY, value TEXT);
      CREATE TABLE conversations_v2 (key TEXT, conversation_id TEXT, value TEXT, created_at INTEGER, updated_at INTEGER)`);
    const older = { conversation_id: "old", history: [] };
    db.prepare("INSERT INTO conversations VALUES (?, ?)").run("/a", JSON.stringify(older));
    db.prepare("INSERT INTO conversations VALUES (?, ?)").run("/b", "no JSON");
    const add = db.prepare("INSERT INTO conversations_v2 VALUES (?, ?, ?, ?, ?)");
    add.run("/other", conversation_id, '{"history":[]}', created_at, 1);
    add.run(key, conversation_id, JSON.stringify(document), created_at, 1_763_629_300_000);
    db.close();
    assert.deepEqual(database.read(path, conversation_id), linesOf("amazon-q"));
    const found = await store.find(folder);
    assert.deepEqual(found.map(({ id }) => id).sort(), [conversation_id, "old"].sort());
    assert.equal(database.read(path, "nope"), null);
    assert.throws(() => database.replace(path, "old", [], null), /only reads the database/);
    assert.ok(launch.hindrance?.({ id: "old", path: `${path}#old` }));
    assert.equal(launch.hindrance?.({ id: ID, path: `${dirname(path)}#${ID}` }), null);
  });

  it("has what was not answered yet, a compacted side conversation, and damaged rows", async () => {
    const folder = mkdtempSync(join(root, "rows-"));
    const path = join(folder, "data.sqlite3");
    const db = new (sqlite().DatabaseSync)(path);
    db.exec(`CREATE TABLE state (key TEXT, value BLOB);
      CREATE TABLE conversations_v2 (key TEXT, conversation_id TEXT, value TEXT, created_at INTEGER, updated_at INTEGER)`);
    const add = (id: string, value: string | null) =>
      db.prepare("INSERT INTO conversations_v2 VALUES ('/p', ?, ?, 1, 2)").run(id, value);
    const asked = (prompt: string) => ({ content: { Prompt: { prompt } } });
    const exchange = (prompt: string) => {
      return { user: asked(prompt), assistant: { Response: { content: "ok" } } };
    };
    const main = { main_history: [exchange("a"), exchange("b")], main_next_message: asked("c") };
    const side = { latest_summary: ["in short", {}], history: [exchange("d")] };
    add("open", JSON.stringify({ history: [exchange("a")], next_message: asked("b") }));
    add("side", JSON.stringify({ ...side, tangent_state: main }));
    const copied = [exchange("a"), exchange("b"), exchange("d")];
    add("tangent", JSON.stringify({ history: copied, tangent_state: main }));
    add("torn", '{"history":[');
    add("none", null);
    db.close();
    const said = (id: string) =>
      read(known(database.read(path, id)).map((line): Json => JSON.parse(line))).flatMap((entry) =>
        entry.kind === "message" && entry.role === "user"
          ? entry.parts.map((part) => (part.kind === "text" ? part.text : part.kind))
          : entry.kind === "event" && entry.event === "compaction"
            ? [entry.summary]
            : [],
      );
    assert.deepEqual(said("open"), ["a", "b"]);
    assert.deepEqual(said("side"), ["a", "b", "c", "in short", "d"]);
    assert.deepEqual(said("tangent"), ["a", "b", "d"]);
    const found = await store.find(folder);
    assert.deepEqual(
      found.map(({ id, summary }) => [id, summary?.messages]),
      [
        ["open", 2],
        ["side", 6],
        ["tangent", 6],
        ["torn", undefined],
        ["none", undefined],
      ],
    );
    for (const id of ["torn", "none"]) {
      assert.throws(() => database.read(path, id), { kind: "unreadable", where: `${path}#${id}` });
    }
  });

  it("says what was cancelled, and what was said instead", () => {
    const said = messages("amazon-q").map(({ role, parts }) => `${role} ${parts.length}`);
    const wanted = ["user 2", "assistant 3", "tool 2", "assistant 1", "tool 1", "user 1"];
    assert.deepEqual(said, [...wanted, "assistant 1", "user 2", "assistant 1"]);
  });
});

describe("Kiro's records", () => {
  it("take back, clear and go back", () => {
    const entries = read(linesOf("kinds").map((line): Json => JSON.parse(line)));
    const hidden = entries.flatMap((entry) =>
      entry.kind === "event" && entry.event === "hide" ? [entry.target] : [],
    );
    const asked = entries.find(({ id }) => id === hidden[0]);
    assert.deepEqual(asked?.kind === "message" ? asked.parts : [], [
      { kind: "text", text: "never answered" },
    ]);
    const limit = entries.find((entry) => entry.kind === "event" && entry.event === "limit");
    assert.equal(limit?.kind === "event" && limit.event === "limit" && limit.fault?.status, 429);
  });

  it("are written in turn, with what is missing between them", () => {
    const writer = kiro.writer({ seed: "s", cliVersion: null });
    const said = (role: "user" | "assistant", text: string): Entry => {
      const place = { kind: "message", id: text, parentId: null, time: null } as const;
      return { ...place, role, parts: [{ kind: "text", text }] };
    };
    const entries = [said("assistant", "a"), said("user", "b"), said("user", "c")];
    const records: Json[] = [];
    for (const entry of entries) {
      writer.expect?.([entry], false);
      for (const record of writer.predict(entry)) {
        writer.commit(record);
        records.push(record);
      }
    }
    records.push(...writer.end());
    const kinds = records.map((record) => writer.kind(record));
    assert.deepEqual(kinds, [
      "Prompt/filler/text",
      "AssistantMessage/text",
      "Prompt/text",
      "AssistantMessage/filler/text",
      "Prompt/text",
      "AssistantMessage/filler/text",
    ]);
    const own = read(records).filter((entry) => entry.kind === "message");
    assert.deepEqual(own.map(({ id }) => id).length, 3);
  });
});

describe("Kiro's tools", () => {
  it("mean the same in both generations", () => {
    const lines = { operations: [{ mode: "Line", path: "a", start_line: 3, end_line: 5 }] };
    const skipped = { operations: [{ mode: "Line", path: "a", offset: 2, limit: 3 }] };
    const use = { tool: "read", path: "a", offset: 3, limit: 3 };
    assert.deepEqual(fromNative("fs_read", lines), use);
    assert.deepEqual(fromNative("read", skipped), use);
    const replaced = { command: "str_replace", path: "a", old_str: "x", new_str: "y" };
    const edit = { tool: "edit", path: "a", edits: [{ old: "x", new: "y" }] };
    assert.deepEqual(fromNative("fs_write", replaced), edit);
    assert.equal(fromNative("write", { command: "insert", path: "a", content: "x" }), null);
  });

  it("are written as version 2 has them, and noted for the screen", () => {
    const read = tools.toNative({ tool: "read", path: "a", offset: 3 });
    assert.deepEqual(read?.input, { operations: [{ mode: "Line", path: "a", offset: 2 }] });
    const note = { mode: "Line", path: "a", limit: null, offset: 2 };
    const kind = { BuiltIn: { FileRead: { operations: [note] } } };
    assert.deepEqual(builtIn("read", read?.input ?? null), { tool_use_purpose: null, kind });
    assert.equal(builtIn("mcp_thing", {}), null);
    const edits = [1, 2].map(() => ({ old: "a", new: "b" }));
    assert.equal(tools.toNative({ tool: "edit", path: "a", edits }), null);
  });
});
