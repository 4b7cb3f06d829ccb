/** Sessions as rows of Mastra Code's database: read, written, changed and taken back. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { mastracode } from "../../../src/agents/mastracode/index.ts";
import {
  appendRows,
  keepBackup,
  keepHead,
  openedSize,
  takeRowsBack,
} from "../../../src/convert/store/rows.ts";
import { SegueError } from "../../../src/errors.ts";
import type { Entry } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { dumpMastraCode as dump, makeMastraCode } from "../../support/mastracode-db.ts";
import { rowIn, run } from "../../support/opencode-db.ts";

const root = temporaryFolder();
const rows = known(mastracode.store.database);

function linesOf(name: string): string[] {
  return readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
}

function idOf(lines: readonly string[]): string {
  return /"id":"([^"]+)"/.exec(lines[0] ?? "")?.[1] ?? "";
}

function fresh(): string {
  const path = join(mkdtempSync(join(root, "home-")), "mastra.db");
  makeMastraCode(path);
  return path;
}

function refused(why: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof SegueError && error.kind === "refused" && why.test(error.message);
}

describe("a session in Mastra Code's database", () => {
  for (const name of ["kinds", "rows", "tools", "compacted", "observed", "active"]) {
    it(`comes out as it went in, and goes without a trace (${name})`, () => {
      const lines = linesOf(`mastracode/${name}`);
      const path = fresh();
      const empty = dump(path);
      rows.replace(path, idOf(lines), null, lines);
      assert.deepEqual(rows.read(path, idOf(lines)), lines);
      rows.replace(path, idOf(lines), lines, null);
      assert.equal(dump(path), empty);
      assert.equal(rows.read(path, idOf(lines)), null);
    });
  }

  it("keeps what a thread says about itself as SQLite's JSONB, and a message as text", () => {
    const lines = linesOf("mastracode/kinds");
    const path = fresh();
    rows.replace(path, idOf(lines), null, lines);
    const types = rowIn(
      path,
      `SELECT typeof(metadata) AS thread, (SELECT typeof(content) FROM mastra_messages LIMIT 1) AS message,
        json_extract(metadata, '$.projectPath') AS project FROM mastra_threads`,
    );
    assert.equal(types?.thread, "blob");
    assert.equal(types?.message, "text");
    assert.equal(types?.project, "/tmp/lab/project");
  });

  it("keeps text that no JSON.stringify would print, and bytes that are no JSON", () => {
    const lines = linesOf("mastracode/rows");
    const path = fresh();
    const id = idOf(lines);
    rows.replace(path, id, null, lines);
    run(path, `UPDATE mastra_messages SET content = '{"format": 2,  "parts": []}'`);
    run(path, "UPDATE mastra_threads SET metadata = x'00ff01'");
    const odd = rows.read(path, id);
    const stored = dump(path);
    rows.replace(path, id, odd, null);
    rows.replace(path, id, null, odd);
    assert.equal(dump(path), stored);
  });

  it("keeps numbers that are too large for JavaScript, and messages without a resource", () => {
    const lines = linesOf("mastracode/compacted");
    const path = fresh();
    const id = idOf(lines);
    rows.replace(path, id, null, lines);
    run(path, 'UPDATE mastra_messages SET "resourceId" = NULL');
    run(path, 'UPDATE mastra_observational_memory SET "totalTokensObserved" = 9007199254740993');
    const odd = rows.read(path, id);
    const stored = dump(path);
    rows.replace(path, id, odd, null);
    rows.replace(path, id, null, odd);
    assert.equal(dump(path), stored);
  });

  it("grows by what is added, and is what it was when that is taken back", () => {
    const lines = linesOf("mastracode/kinds");
    const path = fresh();
    const few = lines.slice(0, 4);
    rows.replace(path, idOf(lines), null, few);
    const before = dump(path);
    rows.replace(path, idOf(lines), few, lines);
    assert.deepEqual(rows.read(path, idOf(lines)), lines);
    rows.replace(path, idOf(lines), lines, few);
    assert.equal(dump(path), before);
  });

  it("is not written over when something was said in the meantime", () => {
    const lines = linesOf("mastracode/rows");
    const path = fresh();
    rows.replace(path, idOf(lines), null, lines);
    run(path, "UPDATE mastra_messages SET content = '{}' WHERE role = 'signal'");
    assert.throws(
      () => rows.replace(path, idOf(lines), lines, null),
      /has changed in the meantime: nothing was changed/,
    );
    assert.throws(() => rows.replace(path, idOf(lines), null, lines), /already exists/);
  });

  it("gets new ids for all of its rows as a copy", () => {
    const lines = linesOf("mastracode/compacted");
    const path = fresh();
    rows.replace(path, idOf(lines), null, lines);
    const copy = rows.renamed(lines, "11111111-0000-4000-8000-000000000000");
    rows.replace(path, "11111111-0000-4000-8000-000000000000", null, copy);
    assert.deepEqual(rows.read(path, "11111111-0000-4000-8000-000000000000"), copy);
    assert.deepEqual(rows.read(path, idOf(lines)), lines);
  });

  it("takes a summary of another agent's, with what was said after it", () => {
    const lines = linesOf("mastracode/tools");
    const writer = mastracode.writer({ seed: "s", cliVersion: null });
    for (const line of lines) writer.commit(JSON.parse(line));
    const place = { id: "e", parentId: null, time: "2026-11-30T05:00:00.000Z" };
    const entries: Entry[] = [
      { ...place, kind: "event", event: "compaction", summary: "What was done." },
      { ...place, kind: "message", role: "user", parts: [{ kind: "text", text: "Go on." }] },
    ];
    writer.expect?.(entries, false);
    const more = entries.flatMap((entry) => {
      const records = writer.predict(entry);
      for (const record of records) writer.commit(record);
      return records.map((record) => JSON.stringify(record));
    });
    const path = fresh();
    rows.replace(path, idOf(lines), null, [...lines, ...more]);
    assert.deepEqual(rows.read(path, idOf(lines)), [...lines, ...more]);
  });

  it("names, as a copy, the message that told of the task list by its new id", () => {
    const copy = rows.renamed(linesOf("mastracode/active"), "11111111-0000-4000-8000-000000000000");
    const [, told] = /"lastSignalId":"([^"]+)"/.exec(copy[0] ?? "") ?? [];
    const list = copy.filter((line) => line.startsWith(`{"message":{"id":"${told}"`));
    assert.match(list.join("\n"), /"type":"current-task-list"/);
    assert.equal(list.length, 1);
  });

  it("is refused where a row belongs to another session", () => {
    const lines = linesOf("mastracode/rows");
    const why = refused(/belong to another session/);
    assert.throws(() => rows.replace(fresh(), "another", null, lines), why);
  });

  it("is refused in a database whose layout is unknown", () => {
    const lines = linesOf("mastracode/rows");
    const path = fresh();
    run(path, "ALTER TABLE mastra_messages RENAME COLUMN content TO body");
    const why = refused(/mastra_messages has no column "content"/);
    assert.throws(() => rows.read(path, idOf(lines)), why);
    const newer = fresh();
    run(newer, "DROP TABLE mastra_threads");
    run(
      newer,
      `CREATE TABLE mastra_threads (id TEXT PRIMARY KEY, "resourceId" TEXT, title TEXT, metadata TEXT,
        "createdAt" TEXT, "updatedAt" TEXT, tenant TEXT NOT NULL)`,
    );
    assert.throws(
      () => rows.replace(newer, idOf(lines), null, lines),
      refused(/new column "tenant" that must be filled/),
    );
  });

  it("has not continued when it was only made the newest, so that it grows, and is taken back exactly", () => {
    const lines = linesOf("mastracode/kinds");
    const few = lines.slice(0, 4);
    const path = fresh();
    const id = idOf(lines);
    const place = `${path}#${id}`;
    rows.replace(path, id, null, few);
    // One that is newer than the clock says: it was put back.
    const newer = linesOf("mastracode/rows").map((line) =>
      line
        .replace(/"resourceId":"project-[0-9a-f]+"/, '"resourceId":"project-000000000000"')
        .replace(/"updatedAt":"2026/, '"updatedAt":"2126'),
    );
    rows.replace(path, idOf(newer), null, newer);
    mastracode.launch.prepare?.({ id, path: place });
    const newest = 'SELECT id FROM mastra_threads ORDER BY "updatedAt" DESC LIMIT 1';
    assert.equal(rowIn(path, newest)?.id, id);
    const whole = Buffer.from(`${lines.join("\n")}\n`);
    assert.equal(openedSize(place, whole), Buffer.byteLength(`${few.join("\n")}\n`));
    const env = { SEGUE_HOME: mkdtempSync(join(root, "state-")) };
    const backup = keepBackup(env, Buffer.from(`${few.join("\n")}\n`));
    appendRows(place, Buffer.byteLength(`${few.join("\n")}\n`), whole);
    assert.deepEqual(rows.read(path, id), lines);
    run(path, `UPDATE mastra_threads SET "updatedAt" = '2000-01-01' WHERE id <> '${id}'`);
    run(path, `UPDATE mastra_threads SET "updatedAt" = '2127-01-01' WHERE id = '${id}'`);
    const side = { agent: "mastracode", id, path: place, bytes: whole.length };
    const sha256 = createHash("sha256").update(whole).digest("hex");
    const target = { ...side, sha256 };
    const write = {
      n: 1,
      time: "",
      action: "append",
      path: place,
      before: 0,
      madeFolder: null,
    } as const;
    takeRowsBack({ ...write, source: target, target, carry: null, backup }, false, env);
    assert.deepEqual(rows.read(path, id), few);
    const sha = createHash("sha256")
      .update(`${few.join("\n")}\n`)
      .digest("hex");
    const create = { ...write, action: "create", source: target, carry: null } as const;
    run(path, `UPDATE mastra_threads SET "updatedAt" = '2127-01-01' WHERE id = '${id}'`);
    const made = { ...create, target: { ...target, sha256: sha } };
    assert.throws(() => takeRowsBack(made, false, env), /has changed since Segue wrote it/);
    takeRowsBack({ ...made, backup: keepHead(env, few) }, false, env);
    assert.equal(rows.read(path, id), null);
    rows.replace(path, id, null, few);
    run(path, `UPDATE mastra_threads SET title = 'Another' WHERE id = '${id}'`);
    assert.equal(openedSize(place, whole), null);
  });
});
