import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix, win32 } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { cursor } from "../../../src/agents/cursor/index.ts";
import { trae } from "../../../src/agents/trae/index.ts";
import { usersOf } from "../../../src/agents/trae/store.ts";
import { fromNative } from "../../../src/agents/trae/tools.ts";
import { SegueError } from "../../../src/errors.ts";
import type { Entry, Json, Message } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const rows = known(trae.store.database);

function read(lines: readonly string[]) {
  const reader = trae.reader();
  const entries = lines.flatMap((line, at) => reader.read(JSON.parse(line), at));
  return { entries, header: reader.header() };
}

function readFixture(name: string) {
  return read(readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1));
}

function messagesIn(entries: readonly Entry[]): Message[] {
  return entries.filter((entry): entry is Message => entry.kind === "message");
}

function wordsIn(entries: readonly Entry[]): string[] {
  return messagesIn(entries).flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
  );
}

/** A state of the editor's with these values, each stored as it is. */
function makeState(path: string, values: Readonly<Record<string, string | Uint8Array>>): string {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path);
  db.exec("CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)");
  const insert = db.prepare("INSERT INTO ItemTable (key, value) VALUES (?, ?)");
  for (const [key, value] of Object.entries(values)) insert.run(key, value);
  db.close();
  return path;
}

const KEY = "memento/icube-ai-agent-storage";

function stored(...list: Json[]): string {
  return JSON.stringify({ list, currentSessionId: "one" });
}

function session(sessionId: string, ...said: string[]): Json {
  const messages = said.map((content, n) => ({
    role: n % 2 === 0 ? "user" : "assistant",
    content,
    turnIndex: Math.floor(n / 2),
  }));
  return { sessionId, createdAt: 1752480000000, updatedAt: 1752480060000, messages };
}

describe("a session of Trae's", () => {
  it("is read with the steps of its answers, its title, folder, times and model", () => {
    const { entries, header } = readFixture("trae/rows");
    assert.equal(header.title, "Fix the greeting");
    assert.equal(header.cwd, "/home/user/project");
    assert.equal(header.model, "claude-sonnet-4");
    assert.equal(header.createdAt, "2025-07-14T08:00:00.000Z");
    const messages = messagesIn(entries);
    const uses = messages.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === "tool-call" ? [part.use?.tool] : [])),
    );
    assert.deepEqual(uses, ["read", "edit", "execute"]);
    const kinds = messages.flatMap(({ parts }) => parts.map(({ kind }) => kind));
    assert.equal(kinds.filter((kind) => kind === "reasoning").length, 2);
    assert.equal(kinds.filter((kind) => kind === "tool-result").length, 3);
    // The summary is in the last step's arguments, and once more in its result.
    const summary = "The greeting has a comma, and both tests pass.";
    assert.equal(wordsIn(entries).filter((text) => text === summary).length, 1);
  });

  it("has failures, prompts with what they mention, and answers that were broken off", () => {
    const { entries } = readFixture("trae/kinds");
    const parts = messagesIn(entries).flatMap((message) => message.parts);
    const failed = parts.flatMap((part) =>
      part.kind === "tool-result" && part.isError ? [part.content] : [],
    );
    assert.deepEqual(failed, [
      [{ kind: "text", text: "failed" }],
      [{ kind: "text", text: "canceled" }],
    ]);
    const mentioned = parts.find((part) => part.kind === "text" && part.told);
    assert.ok(mentioned?.kind === "text" && mentioned.text === "the text of a.ts");
    assert.ok(entries.some((entry) => entry.kind === "event" && entry.event === "interruption"));
    assert.ok(wordsIn(entries).includes("The answer as a text."));
  });

  it("may be of the form that its editor has in memory since 2026", () => {
    const { entries } = readFixture("trae/drift");
    const parts = messagesIn(entries).flatMap((message) => message.parts);
    const call = parts.find((part) => part.kind === "tool-call");
    assert.ok(call?.kind === "tool-call" && call.name === "RunCommand" && call.callId === "c1");
    assert.ok(wordsIn(entries).includes("Done."));
  });

  it("says all where a step and the object in it say different things", () => {
    const toolCallInfo = { name: "run_command", params: { command: "ls" }, result: "INNER" };
    const planItems = [{ toolCallInfo, result: "OUTER" }];
    const own = { role: "assistant", agentTaskContent: { guideline: { planItems } } };
    const { entries } = read([JSON.stringify({ traeMessage: own })]);
    const all = JSON.stringify(entries);
    assert.match(all, /INNER.*OUTER/);
  });

  it("says of a call what it means only if that is all it says", () => {
    assert.deepEqual(fromNative("view_files", { files: [{ file_path: "a" }] }), {
      tool: "read",
      path: "a",
    });
    assert.equal(
      fromNative("view_files", { files: [{ file_path: "a" }, { file_path: "b" }] }),
      null,
    );
    assert.equal(
      fromNative("update_file", { file_path: "a", replace_blocks: [{ old_str: 1 }] }),
      null,
    );
    assert.equal(fromNative("rename_file", { file_path: "a" }), null);
  });
});

describe("the state of Trae's editor", () => {
  it("is read by key, of the user and of each workspace, as text or bytes", async () => {
    const user = join(mkdtempSync(join(root, "user-")), "Trae CN", "User");
    const shop = join(user, "workspaceStorage", "a1", "state.vscdb");
    makeState(shop, { [KEY]: Buffer.from(stored(session("one", "Hello.", "Hi."))), other: "{" });
    writeFileSync(
      join(dirname(shop), "workspace.json"),
      JSON.stringify({ folder: String(pathToFileURL("/home/dev/shop")) }),
    );
    const old = "memento/icube-ai-ng-chat-storage-7467774676505887760";
    makeState(join(user, "globalStorage", "state.vscdb"), {
      [old]: stored(session("two", "Why?"), session("one", "Hello.")),
    });
    const found = await trae.store.find(user);
    const by = (id: string) => known(found.find((one) => one.id === id));
    assert.equal(found.length, 2);
    assert.deepEqual([by("one").path, by("one").summary?.cwd], [shop, "/home/dev/shop"]);
    assert.equal(by("two").summary?.messages, 1);
    const lines = known(rows.read(shop, "one"));
    assert.deepEqual(wordsIn(read(lines).entries), ["Hello.", "Hi."]);
    assert.equal(read(lines).header.cwd, "/home/dev/shop");
    assert.equal(rows.read(shop, "two"), null);
  });

  it("is in the order of its turns, whatever its times say", () => {
    const path = makeState(join(mkdtempSync(join(root, "turns-")), "state.vscdb"), {
      [KEY]: stored({
        sessionId: "one",
        messages: [
          { role: "user", content: "Second.", turnIndex: 1, timestamp: 1 },
          { role: "user", content: "First.", turnIndex: 0, timestamp: 2 },
        ],
      }),
    });
    assert.deepEqual(wordsIn(read(known(rows.read(path, "one"))).entries), ["First.", "Second."]);
  });

  it("has sessions that readers of others found in other forms, with a time", async () => {
    const said = { role: "user", content: "Words." };
    const list = [{ id: "two", messages: said }, "?"];
    for (const value of [JSON.stringify({ list }), JSON.stringify(list)]) {
      const folder = mkdtempSync(join(root, "forms-"));
      const path = makeState(join(folder, "state.vscdb"), { [KEY]: value });
      const [found] = known(await trae.store.inDatabase?.(path));
      assert.equal(found?.id, "two");
      assert.ok(found.mtime > 0);
      const { entries, header } = read(known(rows.read(path, "two")));
      assert.deepEqual(wordsIn(entries), ["Words."]);
      assert.equal(header.id, "two");
    }
  });

  it("has no session whose messages are elsewhere, nor a damaged one", async () => {
    const empty = makeState(join(mkdtempSync(join(root, "empty-")), "state.vscdb"), {
      [KEY]: stored({ sessionId: "one", messages: [] }, null, { messages: [{}] }),
    });
    assert.ok(rows.holds(empty));
    assert.deepEqual(trae.store.inDatabase?.(empty), []);
    const torn = makeState(join(mkdtempSync(join(root, "torn-")), "state.vscdb"), {
      [KEY]: '{"list":[{"sessionId":"o',
    });
    assert.deepEqual(trae.store.inDatabase?.(torn), []);
    assert.equal(rows.read(torn, "one"), null);
  });

  it("is another editor's without Trae's key, and is never written", () => {
    const folder = mkdtempSync(join(root, "other-"));
    const other = makeState(join(folder, "state.vscdb"), { "composer.composerData": "{}" });
    assert.equal(rows.holds(other), false);
    const own = makeState(join(mkdtempSync(join(root, "own-")), "state.vscdb"), {
      [KEY]: stored(session("one", "Hello.")),
    });
    assert.equal(cursor.store.database?.holds(own), false);
    const lines = known(rows.read(own, "one"));
    assert.throws(
      () => rows.replace(own, "one", lines, null),
      (error) => error instanceof SegueError && error.kind === "refused",
    );
  });

  it("is below each of its editors' folders, on each system", () => {
    const linux = { platform: "linux", path: posix, home: "/home/u" } as const;
    const mac = { platform: "darwin", path: posix, home: "/Users/u" } as const;
    const windows = { platform: "win32", path: win32, home: "C:\\Users\\u" } as const;
    const roots = usersOf({}, linux);
    for (const name of ["Trae", "Trae CN", "TRAE SOLO", "TRAE SOLO CN"]) {
      assert.ok(roots.includes(`/home/u/.config/${name}/User`), name);
    }
    assert.ok(roots.includes("/home/u/.trae-server/data/User"));
    assert.ok(!roots.some((path) => /vscode|code-server/.test(path)));
    assert.ok(usersOf({ XDG_CONFIG_HOME: "/c" }, linux).includes("/c/Trae/User"));
    const support = "/Users/u/Library/Application Support";
    assert.ok(usersOf({}, mac).includes(`${support}/Trae CN/User`));
    const moved = usersOf({ APPDATA: "D:\\Roaming" }, windows);
    assert.ok(moved.includes("D:\\Roaming\\Trae\\User"));
    assert.ok(usersOf({ VSCODE_APPDATA: "/v" }, mac).includes("/v/Trae/User"));
    // Without any of them, the first is named.
    assert.deepEqual(trae.store.roots({}, linux), ["/home/u/.config/Trae/User"]);
  });
});
