/** What a report about an unknown store says of it, and what it never says. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { shapesOf } from "../../../src/catalog/shapes.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();

/** Stands in every value, and in every name that is a user's. */
const SECRET = "Zebra9Tulip";

function store(files: { [path: string]: string | Buffer }): string {
  const folder = mkdtempSync(join(root, "store-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

function database(folder: string): void {
  const db = new DatabaseSync(join(folder, "state.db"));
  db.exec(`CREATE TABLE chats (id TEXT PRIMARY KEY, body TEXT DEFAULT '${SECRET}', "${SECRET} x" BLOB);
    CREATE TABLE "${SECRET}-1" (a INTEGER);`);
  const body = JSON.stringify({ role: SECRET, parts: [{ text: SECRET }], env: { [SECRET]: 1 } });
  db.prepare("INSERT INTO chats VALUES (?, ?, ?)").run(SECRET, body, Buffer.from(SECRET));
  db.close();
}

function everything(): string {
  const message = {
    type: SECRET,
    role: SECRET,
    content: [{ type: SECRET, text: SECRET }, SECRET, 5],
    arguments: { [SECRET]: SECRET, path: SECRET },
    env: { ZEBRA: SECRET },
    byPath: { [`/home/${SECRET}/a.ts`]: { lines: 3, owner: SECRET } },
    usage: { input_tokens: 5 },
    nested: JSON.stringify({ key: SECRET }),
  };
  const folder = store({
    [`-home-${SECRET}-shop/sessions/4f1c2d3e-0000-4000-8000-000000000001.jsonl`]: `${`${JSON.stringify(message)}\n`.repeat(2)}no JSON: ${SECRET}\n`,
    [`-home-${SECRET}-shop/sessions/session-${SECRET}.json`]: JSON.stringify([message], null, 2),
    [`${SECRET}/notes.md`]: `# ${SECRET}\n`,
    [`${SECRET}.${SECRET}`]: SECRET,
    "blobs/0123456789abcdef": Buffer.from([0, 1, 2, ...Buffer.from(SECRET)]),
    "state/2026-11-30.log": SECRET,
  });
  database(folder);
  return folder;
}

describe("the shapes of a store", () => {
  it("contain no value, and no name that is a user's", () => {
    const printed = JSON.stringify(shapesOf(everything()));
    assert.ok(!printed.toLowerCase().includes(SECRET.toLowerCase()), printed);
    assert.ok(!printed.includes("ZEBRA"), printed);
    assert.ok(!printed.includes("shop"), printed);
  });

  it("name files by patterns, and JSON by keys and types", () => {
    const shapes = shapesOf(everything());
    const found = new Map(shapes.map((one) => [one.pattern, one]));
    const lines = found.get("<name>/sessions/<uuid>.jsonl");
    assert.equal(lines?.kind, "jsonl");
    for (const place of [
      "content: array",
      "content[]: number | object | string",
      "content[].text: string",
      "arguments.<key>: string",
      "byPath.<key>.lines: number",
      "usage.input_tokens: number",
    ]) {
      assert.ok(lines?.places.includes(place), `${place} in ${lines?.places.join("\n")}`);
    }
    assert.equal(found.get("<name>/sessions/session-<id>.json")?.kind, "json");
    assert.equal(found.get("blobs/<hex>")?.kind, "binary");
    assert.equal(found.get("state/<time>.log")?.kind, "text");
  });

  it("have the tables and columns of a database, and what JSON there is in its texts", () => {
    const shape = shapesOf(everything()).find(({ kind }) => kind === "sqlite");
    assert.equal(shape?.pattern, "state.db");
    for (const place of [
      "chats.id: column TEXT",
      "chats.<name>: column BLOB",
      "<name>.a: column INTEGER",
      "chats.body.parts[].text: string",
      "chats.body.env.<key>: number",
    ]) {
      assert.ok(shape.places.includes(place), `${place} in ${shape.places.join("\n")}`);
    }
  });

  it("count files of the same pattern, and read one file by its path", () => {
    const folder = store({
      "sessions/4f1c2d3e-0000-4000-8000-000000000001.json": '{"a":1}',
      "sessions/4f1c2d3e-0000-4000-8000-000000000002.json": '{"a":"x"}',
    });
    const [shape, ...more] = shapesOf(folder);
    assert.equal(more.length, 0);
    assert.deepEqual([shape?.files, shape?.places], [2, [".: object", "a: number | string"]]);
    const [one] = shapesOf(join(folder, "sessions/4f1c2d3e-0000-4000-8000-000000000001.json"));
    assert.deepEqual([one?.pattern, one?.files], ["<uuid>.json", 1]);
  });

  it("of an object with very many keys are those of a table", () => {
    const letters = (n: number): string =>
      [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");
    const names = Array.from({ length: 61 }, (_, n) => `word_${letters(n)}`);
    const many = Object.fromEntries(names.map((name, n) => [name, n]));
    const folder = store({ "index.json": JSON.stringify({ people: many }) });
    const places = shapesOf(folder)[0]?.places ?? [];
    assert.ok(places.includes("people.<key>: number"));
  });

  it("of objects that are all alike are those of a table, whatever they are called", () => {
    const team = { zebra: { role: "a", since: 1 }, tulip: { since: 2, role: "b" } };
    const folder = store({ "a.json": JSON.stringify({ team, one: { b: 1 } }) });
    const places = shapesOf(folder)[0]?.places ?? [];
    assert.ok(places.includes("team.<key>.role: string"));
    assert.ok(places.includes("one.b: number"));
    assert.ok(!places.join().includes("zebra"));
  });

  it("of nothing are none", () => {
    assert.deepEqual(shapesOf(join(root, "none")), []);
  });
});
