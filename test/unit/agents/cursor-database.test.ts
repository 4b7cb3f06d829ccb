import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { blobOf, rootOf } from "../../../src/agents/cursor/graph.ts";
import { cursor } from "../../../src/agents/cursor/index.ts";
import type { Json } from "../../../src/session/types.ts";
import { makeCursor, messagesIn } from "../../support/cursor-db.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const { store } = cursor;
const database = known(store.database);

const ID = "5f0a3c1e-8f1a-4b7e-9d52-0c6a1b2d3e4f";
const MD5 = "90722f2638004be06d790eaac9ac1f8a";

function linesOf(name: string): string[] {
  return readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
}

function place(id = ID): string {
  return join(mkdtempSync(join(root, "home-")), ".cursor/chats", MD5, id, "store.db");
}

/** All rows, as they are stored. */
function rowsAt(path: string): { blobs: unknown[]; meta: unknown[] } {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const blobs = db.prepare("SELECT id, hex(data) AS data FROM blobs ORDER BY rowid").all();
    return { blobs, meta: db.prepare("SELECT key, value FROM meta ORDER BY key").all() };
  } finally {
    db.close();
  }
}

function factsAt(path: string): { [key: string]: Json } {
  const db = new DatabaseSync(path, { readOnly: true });
  const value = String(db.prepare("SELECT value FROM meta WHERE key = '0'").get()?.value);
  db.close();
  return JSON.parse(Buffer.from(value, "hex").toString("utf8"));
}

function dataAt(path: string, id: string): Buffer {
  const db = new DatabaseSync(path, { readOnly: true });
  const data = db.prepare("SELECT data FROM blobs WHERE id = ?").get(id)?.data;
  db.close();
  assert.ok(data instanceof Uint8Array, `no blob ${id}`);
  return Buffer.from(data);
}

function rootAt(path: string) {
  return known(rootOf(dataAt(path, String(factsAt(path).latestRootBlobId))));
}

const FACTS = { agentId: ID, latestRootBlobId: "", name: "A title", mode: "default" };
const HEAD = JSON.stringify({
  chat: {
    ...FACTS,
    isRunEverything: false,
    createdAt: 1796032800000,
    workspacePath: "/home/user/project",
  },
});

function messageLine(json: Json): string {
  const text = JSON.stringify(json);
  return `{"blob":"${blobOf(Buffer.from(text)).id}","json":${text}}`;
}

const asked = (text: string, requestId: string) =>
  messageLine({
    role: "user",
    content: [{ type: "text", text: `<user_query>\n${text}\n</user_query>` }],
    providerOptions: { cursor: { requestId } },
  });
const answered = (text: string, id: string) =>
  messageLine({ role: "assistant", id, content: [{ type: "text", text }] });

const NEW = [
  HEAD,
  asked("First", "r1"),
  answered("One", "a1"),
  asked("Second", "r2"),
  answered("Two", "a2"),
];

describe("a chat of Cursor's CLI", () => {
  for (const name of ["rows", "kinds", "compacted", "drift", "turns"]) {
    it(`is the same after its lines were written as rows: ${name}`, () => {
      const path = place();
      const lines = linesOf(`cursor/${name}`);
      database.replace(path, ID, null, lines);
      assert.deepEqual(database.read(path, ID), lines);
      const before = rowsAt(path);
      database.replace(path, ID, lines, [...lines, asked("More", "r9")]);
      assert.equal(known(database.read(path, ID)).at(-1), asked("More", "r9"));
      database.replace(path, ID, known(database.read(path, ID)), lines);
      assert.deepEqual(rowsAt(path), before, "taken back exactly");
    });
  }

  it("has a tree of its messages and turns, which Cursor goes by, when it is new", () => {
    const path = place();
    database.replace(path, ID, null, NEW);
    const { prompt, turns, folder } = rootAt(path);
    const ids = NEW.slice(1).map((line) => JSON.parse(line).blob);
    assert.deepEqual(prompt, ids, "what the model is sent");
    assert.equal(turns.length, 2);
    assert.equal(folder, "file:///home/user/project");
    const words = turns.map((turn) => dataAt(path, turn));
    assert.ok(words.every((turn) => turn.length > 64));
    const all = JSON.stringify(rowsAt(path).blobs);
    for (const text of ["First", "One", "Second", "Two"]) {
      assert.ok(
        all.includes(
          Buffer.from(`\n${String.fromCharCode(text.length)}${text}`)
            .toString("hex")
            .toUpperCase(),
        ),
        text,
      );
    }
    assert.deepEqual(database.read(path, ID), NEW, "the tree is not in the lines");
  });

  it("has one turn more in its tree where something was added, and nothing else changes", () => {
    const path = place();
    const lines = linesOf("cursor/rows");
    database.replace(path, ID, null, lines);
    const was = rootAt(path);
    database.replace(path, ID, lines, [...lines, asked("More", "r9"), answered("Yes", "a9")]);
    const now = rootAt(path);
    assert.deepEqual(now.prompt.slice(0, was.prompt.length), was.prompt);
    assert.equal(now.prompt.length, was.prompt.length + 2);
    assert.deepEqual(now.turns.slice(0, -1), was.turns);
    assert.equal(now.folder, was.folder);
  });

  it("sends nothing from before a summary that Segue adds, but the system's words", () => {
    const path = place();
    const lines = linesOf("cursor/rows");
    const summary = messageLine({
      role: "user",
      content: [{ type: "text", text: "What happened" }],
      providerOptions: { cursor: { isSummary: true } },
    });
    database.replace(path, ID, null, lines);
    database.replace(path, ID, lines, [...lines, summary, asked("More", "r9")]);
    const [system = "", ...rest] = rootAt(path).prompt;
    assert.match(dataAt(path, system).toString("utf8"), /"role":"system"/);
    assert.deepEqual(
      rest,
      [summary, asked("More", "r9")].map((line) => JSON.parse(line).blob),
    );
  });

  it("shows all of its tree as soon as Cursor continued with it", () => {
    const path = place();
    database.replace(path, ID, null, NEW);
    const db = new DatabaseSync(path);
    const more = asked("By hand", "r8");
    const { blob, json } = JSON.parse(more);
    db.prepare("INSERT INTO blobs VALUES (?, ?)").run(blob, Buffer.from(JSON.stringify(json)));
    const old = dataAt(path, String(factsAt(path).latestRootBlobId));
    const next = blobOf(Buffer.concat([old, Buffer.from([0x0a, 32]), Buffer.from(blob, "hex")]));
    db.prepare("INSERT INTO blobs VALUES (?, ?)").run(next.id, next.data);
    const facts = { ...factsAt(path), latestRootBlobId: next.id };
    const hex = Buffer.from(JSON.stringify(facts)).toString("hex");
    db.prepare("UPDATE meta SET value = ? WHERE key = '0'").run(hex);
    db.close();
    const lines = known(database.read(path, ID));
    assert.deepEqual(lines.slice(1, NEW.length), NEW.slice(1), "what Segue wrote comes first");
    assert.ok(lines.includes(more));
    assert.ok(lines.some((line) => line.includes('"as":"turn"')));
    const texts = messagesIn(lines).flatMap(({ parts }) =>
      parts.flatMap((part) => ("text" in part ? [part.text] : [])),
    );
    assert.deepEqual(texts, ["First", "One", "Second", "Two", "By hand"]);
  });

  it("is only opened where its facts changed and its root did not", () => {
    const then = NEW;
    const now = [HEAD.replace('"default"', '"plan"'), ...NEW.slice(1)];
    assert.deepEqual(known(database.unopened)(now, then), then);
    const moved = [HEAD.replace('RootBlobId":""', 'RootBlobId":"ab"'), ...NEW.slice(1)];
    assert.deepEqual(known(database.unopened)(moved, then), moved);
  });

  it("says a message twice that has one row, where the root names it twice", () => {
    const lines = linesOf("cursor/kinds");
    const again = lines.filter((line) => line.includes('"again":true'));
    assert.equal(again.length, 1);
    const said = messagesIn(lines).filter(({ parts }) =>
      JSON.stringify(parts).includes('"continue"'),
    );
    assert.equal(said.length, 2);
  });

  it("is removed with its folders, unless there is more in them", () => {
    const path = place();
    database.replace(path, ID, null, NEW);
    database.replace(path, ID, NEW, null);
    assert.equal(existsSync(dirname(dirname(path))), false);
    database.replace(path, ID, null, NEW);
    writeFileSync(join(dirname(path), "prompt_history.json"), "[]");
    database.replace(path, ID, NEW, null);
    assert.equal(existsSync(path), false);
    assert.ok(existsSync(join(dirname(path), "prompt_history.json")));
  });

  it("is not written over, and leaves nothing where it is refused", () => {
    const path = place();
    database.replace(path, ID, null, NEW);
    assert.throws(() => database.replace(path, ID, null, NEW), /already exists/);
    const other = place();
    assert.throws(
      () => database.replace(other, ID, null, [HEAD, '{"message":1}']),
      /none of a Cursor/,
    );
    assert.equal(existsSync(other), false);
  });

  it("is refused with another layout", () => {
    const path = place();
    makeCursor(path);
    const db = new DatabaseSync(path);
    db.exec("ALTER TABLE blobs ADD COLUMN kind TEXT NOT NULL DEFAULT ''");
    db.close();
    // A column with a default is none that must be filled; where nothing was said, there is no session.
    assert.equal(database.read(path, ID), null);
    database.replace(path, ID, null, NEW);
    const odd = place();
    mkdirSync(dirname(odd), { recursive: true });
    const bare = new DatabaseSync(odd);
    bare.exec("CREATE TABLE blobs (name TEXT); CREATE TABLE meta (key TEXT, value TEXT)");
    bare.close();
    assert.throws(() => database.read(odd, ID), /has no column "id"/);
  });

  it("keeps values that Cursor would not write", () => {
    const path = place();
    makeCursor(path);
    const db = new DatabaseSync(path);
    db.prepare("INSERT INTO meta VALUES ('0', ?)").run(Buffer.from("facts"));
    const add = db.prepare("INSERT INTO blobs VALUES (?, ?)");
    add.run("large", 9223372036854775807n);
    add.run("small", 5);
    add.run("none", null);
    db.close();
    const lines = known(database.read(path, ID));
    const copy = place();
    database.replace(copy, ID, null, lines);
    assert.deepEqual(rowsAt(copy), rowsAt(path));
    assert.match(lines[0] ?? "", /"raw":\{"segue.bytes"/);
  });

  it("is found in its folder, also where only its log has what was written last", async () => {
    const path = place();
    makeCursor(path);
    database.replace(path, ID, null, NEW);
    const home = dirname(dirname(dirname(dirname(path))));
    const [found, ...more] = await store.find(home);
    assert.deepEqual([found?.id, found?.path, more.length], [ID, path, 0]);
    assert.deepEqual(
      known(store.inDatabase)(path).map(({ id }) => id),
      [ID],
    );
  });
});
