/**
 * Between two accounts of one agent, every recorded session is copied as it is: the same bytes or rows,
 * with what is beside it; and undone exactly.
 */
import assert from "node:assert/strict";
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { writable } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { rowsAt } from "../../src/convert/read/open.ts";
import { SegueError } from "../../src/errors.ts";
import { DATABASES, makeStoreOf } from "../support/account-stores.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine, SHOP } from "../support/segue.ts";

const root = temporaryFolder();
const FIXTURES = join(import.meta.dirname, "../fixtures");

/** These keep their sessions in the project's folder, whatever the account. */
const IN_PROJECTS = new Set(["aider", "crush"]);

interface Place {
  id: string;
  path: string;
  cwd: string | null;
}

/** A machine with the agent's own account, which has the recorded sessions, and an empty one. */
function machine(agent: Agent, variant: string): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  mkdirSync(m.at(".segue"));
  const env = `{ HOME: ${m.at("two")} }`;
  writeFileSync(
    m.at(".segue/config.yml"),
    `profiles: { two: { agent: ${agent.id}, env: ${env} } }`,
  );
  for (const home of [m.at(), m.at("two")]) makeStoreOf(agent, home);
  const folder = join(FIXTURES, agent.id, variant);
  for (const name of readdirSync(folder)) {
    if (name.startsWith(".")) cpSync(join(folder, name), m.at(name), { recursive: true });
    else if (name.endsWith(".jsonl")) addRows(m, agent, join(folder, name));
  }
  return m;
}

/** In a form that newer versions only read. */
const OLDER = new Set(["opencode/json-storage", "openclaw/legacy"]);
/**
 * Without an id that can be used; what Goose takes over itself when it makes its database; what Cursor
 * writes for its models alone; and a task of Cline's, for an account that has only sessions.
 */
const REFUSED = new Set([
  "gemini/checkpoint",
  "goose/legacy",
  "cursor/transcript",
  "cline/task-store",
]);

let added = 0;

/** A session that was recorded as rows of a database. */
function addRows(m: Machine, { id, store }: Agent, path: string): void {
  const [, place] = DATABASES[id] ?? [];
  if (place === undefined || !store.database) return;
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const own = `0f0e0d0c-0000-4000-8000-${String(++added).padStart(12, "0")}`;
  const renamed = store.database.renamed(lines, own, m.at(place));
  try {
    store.database.replace(m.at(place), own, null, renamed);
  } catch (error) {
    // What its version of the database cannot hold, and what needs another session.
    const isAlone = /drift|subagent/.test(path);
    if (!(error instanceof SegueError) || !isAlone) throw error;
  }
}

async function sessions(m: Machine, account: string): Promise<Place[]> {
  const { out, err, code } = await m.run(["list", "--all", "--json", "--agent", account]);
  assert.equal(code, 0, err);
  return JSON.parse(out).sessions;
}

/** As it is stored. */
function stored({ path }: Place): string {
  const rows = rowsAt(path);
  if (!rows) return readFileSync(path, "latin1");
  return known(rows.database.read(rows.path, rows.id)).join("\n");
}

/** Is it a session's file, or in its folder? */
function isOf(id: string, path: string): boolean {
  return path.split("/").some((name) => name === id || name.startsWith(`${id}.`));
}

/** Every file of an account except databases, with its contents. */
function filesBelow(home: string): Map<string, string> {
  const names = globSync("{.*/,}**/*", { cwd: home, withFileTypes: true });
  return new Map(
    names
      .filter((one) => one.isFile() && !/\.(?:db|sqlite)(?:-\w+)?$/.test(one.name))
      // What is stored by its contents may belong to other sessions as well: it stays.
      .filter(({ parentPath }) => !parentPath.endsWith("/blobs"))
      .map((one) => {
        const path = join(one.parentPath, one.name);
        return [path.slice(home.length), readFileSync(path, "latin1")];
      }),
  );
}

/** And there is nothing left of it. */
async function undo(m: Machine, before: ReadonlyMap<string, string>): Promise<void> {
  const { code, err } = await m.run(["undo"]);
  assert.equal(code, 0, err);
  assert.deepEqual(await sessions(m, "two"), []);
  assert.deepEqual(filesBelow(m.at("two")), before, "undone");
}

for (const agent of writable) {
  if (IN_PROJECTS.has(agent.id)) continue;
  describe(`${agent.name}: from one account to the other, as it is`, () => {
    for (const variant of readdirSync(join(FIXTURES, agent.id))) {
      it(variant, async (t) => {
        const m = machine(agent, variant);
        const all = await sessions(m, agent.id);
        if (all.length === 0) return t.diagnostic("a file that is in no store");
        const before = filesBelow(m.at("two"));
        for (const own of all) {
          const first = stored(own);
          const folder = own.cwd ?? SHOP;
          const args = [
            "resume",
            `${agent.id}:${own.id}`,
            "--in",
            "two",
            "--no-launch",
            "--cwd",
            folder,
          ];
          const { code, err } = await m.run(args);
          const name = `${agent.id}/${variant}`;
          if (REFUSED.has(name)) {
            assert.deepEqual([code, filesBelow(m.at("two"))], [4, before], err);
            continue;
          }
          assert.equal(code, 0, `${own.id}: ${err}`);
          if (OLDER.has(name)) {
            assert.match(err, /an older version stored it in another form: writing a new session/);
            await undo(m, before);
            continue;
          }
          const copy = known(
            (await sessions(m, "two")).find(({ id }) => id === own.id),
            err,
          );
          assert.ok(copy.path.startsWith(m.at("two")), copy.path);
          assert.equal(stored(copy), first, "the same bytes");
          assert.equal(stored(own), first, "the source is as it was");
          const there = filesBelow(m.at("two"));
          // Of documents that name their own places, and what runs left in them, only records are copied.
          const isPlain = rowsAt(own.path) === null || agent.store.database?.copy !== undefined;
          for (const [name, text] of filesBelow(m.home)) {
            const isOther = name.startsWith("/two/") || m.at(name) === own.path;
            if (isOther || !isOf(own.id, name) || !isPlain) continue;
            assert.equal(there.get(name), text, `${name} came along`);
          }
          await undo(m, before);
        }
      });
    }
  });
}
