/** Threads as rows of Zed's database: read, written, changed and taken back. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { join, posix, win32 } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { zed } from "../../../src/agents/zed/index.ts";
import { SegueError } from "../../../src/errors.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { makeZed } from "../../support/zed-db.ts";

const root = temporaryFolder();
const rows = known(zed.store.database);

function linesOf(name: string): string[] {
  return readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
}

function idOf(lines: readonly string[]): string {
  return /"id":"([^"]+)"/.exec(lines[0] ?? "")?.[1] ?? "";
}

function fresh(added?: readonly string[]): string {
  const path = join(mkdtempSync(join(root, "home-")), "threads.db");
  makeZed(path, added);
  return path;
}

function ask(path: string, sql: string, ...values: (string | Uint8Array)[]) {
  const db = new DatabaseSync(path);
  try {
    return db.prepare(sql).all(...values);
  } finally {
    db.close();
  }
}

function documentIn(path: string): string {
  const [row] = ask(path, "SELECT data FROM threads");
  const data = row?.data;
  return data instanceof Uint8Array ? zstdDecompressSync(data).toString() : "";
}

function refused(why: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof SegueError && error.kind === "refused" && why.test(error.message);
}

describe("a thread in Zed's database", () => {
  for (const name of ["rows", "kinds", "compacted", "older", "oldest", "subagent", "unreadable"]) {
    it(`comes out as it went in, and goes without a trace (${name})`, () => {
      const lines = linesOf(`zed/${name}`);
      const path = fresh();
      rows.replace(path, idOf(lines), null, lines);
      assert.deepEqual(rows.read(path, idOf(lines)), lines);
      rows.replace(path, idOf(lines), lines, null);
      assert.deepEqual(ask(path, "SELECT * FROM threads"), []);
    });
  }

  it("is one document, compressed as Zed does it, with its messages in their place", () => {
    const lines = linesOf("zed/rows");
    const path = fresh();
    rows.replace(path, idOf(lines), null, lines);
    const document: unknown = JSON.parse(documentIn(path));
    assert.ok(typeof document === "object" && document !== null && "messages" in document);
    assert.ok(Array.isArray(document.messages) && document.messages.length === lines.length - 1);
    const keys = Object.keys(document);
    assert.deepEqual([keys[0], keys[1], keys.at(-1)], ["title", "messages", "version"]);
  });

  it("keeps numbers and escapes that no JSON.stringify would print", () => {
    const path = fresh();
    const text =
      '{"title":"T\\u00e9","messages":["Resume",{"User":{"id":"u","content":[{"Text":"a\\/b, ]}"}]}}],"cost":1.0,"version":"0.3.0"}';
    ask(
      path,
      "INSERT INTO threads (id, summary, updated_at, data_type, data) VALUES ('x', 'T', '2026-01-01T00:00:00Z', 'zstd', ?)",
      zstdCompressSync(text),
    );
    const lines = known(rows.read(path, "x"));
    assert.equal(lines.length, 3);
    const more = [
      ...lines,
      '{"message":{"Agent":{"content":[],"tool_results":{},"reasoning_details":null}}}',
    ];
    rows.replace(path, "x", lines, more);
    rows.replace(path, "x", more, lines);
    assert.equal(documentIn(path), text);
  });

  it("of an older version is read, but never gets messages of the present one", () => {
    const lines = linesOf("zed/older");
    const path = fresh();
    rows.replace(path, idOf(lines), null, lines);
    const after = [...lines, '{"message":"Resume"}'];
    const why = refused(/form of an older Zed/);
    assert.throws(() => rows.replace(path, idOf(lines), lines, after), why);
    assert.deepEqual(rows.read(path, idOf(lines)), lines);
  });

  it("that is spelled in another way is read, and not changed", () => {
    const path = fresh();
    const text = '{\n  "title": "T",\n  "messages": ["Resume"],\n  "version": "0.3.0"\n}';
    ask(
      path,
      "INSERT INTO threads (id, summary, updated_at, data_type, data) VALUES ('x', 'T', '2026-01-01T00:00:00Z', 'json', ?)",
      Buffer.from(text),
    );
    const lines = known(rows.read(path, "x"));
    assert.equal(lines[1], '{"message":"Resume"}');
    assert.throws(() => rows.replace(path, "x", lines, lines.slice(0, 1)), refused(/cannot write/));
  });

  it("is not changed if it is not what it was, or exists", () => {
    const lines = linesOf("zed/rows");
    const path = fresh();
    const id = idOf(lines);
    rows.replace(path, id, null, lines);
    assert.throws(() => rows.replace(path, id, null, lines), /already exists/);
    assert.throws(() => rows.replace(path, id, lines.slice(0, 2), lines), /has changed/);
    assert.throws(() => rows.replace(path, "other", null, lines), refused(/names another/));
  });

  it("goes into a database of an older Zed only without the columns that it does not have", () => {
    const lines = linesOf("zed/rows");
    const path = fresh([]);
    assert.throws(
      () => rows.replace(path, idOf(lines), null, lines),
      refused(/column "folder_paths"/),
    );
    const facts = zed.store.facts?.(join(path, "../none"), "/x", {});
    assert.equal(JSON.stringify(facts).includes('"columns":null'), true);
  });

  it("is refused by a database with a column that must be filled", () => {
    const path = fresh();
    ask(path, "DROP TABLE threads");
    ask(
      path,
      "CREATE TABLE threads (id TEXT PRIMARY KEY, summary TEXT NOT NULL, updated_at TEXT NOT NULL, data_type TEXT NOT NULL, data BLOB NOT NULL, owner TEXT NOT NULL)",
    );
    const lines = linesOf("zed/oldest");
    assert.throws(
      () => rows.replace(path, idOf(lines), null, lines),
      refused(/new column "owner"/),
    );
  });

  it("has a new id in its row only", () => {
    const lines = linesOf("zed/rows");
    const again = rows.renamed(lines, "new");
    assert.deepEqual(again.slice(1), lines.slice(1));
    assert.equal(again[0], lines[0]?.replace(idOf(lines), "new"));
  });

  it("whose data is damaged is kept as it is, and says so", () => {
    const path = fresh();
    ask(
      path,
      "INSERT INTO threads (id, summary, updated_at, data_type, data) VALUES ('x', 'T', '2026-01-01T00:00:00Z', 'zstd', ?)",
      Buffer.from("no frame"),
    );
    const [line = ""] = known(rows.read(path, "x"));
    const entries = zed.reader().read(JSON.parse(line), 0);
    assert.deepEqual(
      entries.map((entry) => entry.kind === "event" && entry.event),
      ["start", "unread"],
    );
  });
});

describe("Zed's store", () => {
  it("lists threads by their columns, and subagents below the thread that started them", async () => {
    const home = mkdtempSync(join(root, "home-"));
    const path = zed.store.pathFor(home, zed.reader().header(), {});
    rows.import?.({ command: "zed", path, id: "", lines: [], scratch: "", cwd: "", env: {} });
    for (const name of ["rows", "kinds", "subagent"]) {
      const lines = linesOf(`zed/${name}`);
      rows.replace(path, idOf(lines), null, lines);
    }
    const found = await zed.store.find(home);
    assert.deepEqual(found.map(({ summary }) => [summary?.title, summary?.cwd]).sort(), [
      ["Every kind of part", "/home/user/web"],
      ["Fix the greeting", "/home/user/project"],
    ]);
    const parent = idOf(linesOf("zed/kinds"));
    const children = await zed.store.children?.(`${path}#${parent}`);
    assert.deepEqual(children, [`${path}#${idOf(linesOf("zed/subagent"))}`]);
  });

  it("lists a subagent's thread whose parent was deleted", async () => {
    const home = mkdtempSync(join(root, "home-"));
    const path = zed.store.pathFor(home, zed.reader().header(), {});
    rows.import?.({ command: "zed", path, id: "", lines: [], scratch: "", cwd: "", env: {} });
    const lines = linesOf("zed/subagent");
    rows.replace(path, idOf(lines), null, lines);
    assert.deepEqual(
      (await zed.store.find(home)).map(({ id }) => id),
      [idOf(lines)],
    );
  });

  it("finds subagents in a database from before threads had a time of creation", async () => {
    const path = fresh(["parent_id"]);
    const db = new DatabaseSync(path);
    const add = db.prepare(
      "INSERT INTO threads (id, summary, updated_at, data_type, data, parent_id) VALUES (?, '', '', 'json', '{}', ?)",
    );
    add.run("a", null);
    add.run("b", "a");
    db.close();
    assert.deepEqual(await zed.store.children?.(`${path}#a`), [`${path}#b`]);
  });

  it("is where Zed has its data, on each system", () => {
    const linux = { platform: "linux", path: posix, home: "/home/u" } as const;
    const mac = { platform: "darwin", path: posix, home: "/Users/u" } as const;
    const windows = { platform: "win32", path: win32, home: "C:\\Users\\u" } as const;
    assert.deepEqual(zed.store.roots({}, linux), ["/home/u/.local/share/zed"]);
    assert.deepEqual(zed.store.roots({ XDG_DATA_HOME: "/d" }, linux), ["/d/zed"]);
    assert.deepEqual(zed.store.roots({ FLATPAK_XDG_DATA_HOME: "/f" }, linux), ["/f/zed"]);
    assert.deepEqual(zed.store.roots({}, mac), ["/Users/u/Library/Application Support/Zed"]);
    const local = { LOCALAPPDATA: "D:\\Local" };
    assert.deepEqual(zed.store.roots(local, windows), ["D:\\Local\\Zed"]);
  });
});
