/** Sessions as rows of Crush's database: read, written, changed and taken back. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { crush } from "../../../src/agents/crush/index.ts";
import { SegueError } from "../../../src/errors.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import { member } from "../../../src/session/json.ts";
import { makeCrush } from "../../support/crush-db.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { dump, rowIn, run } from "../../support/opencode-db.ts";

const root = temporaryFolder();
const rows = known(crush.store.database);

function linesOf(name: string): string[] {
  return readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
}

const LINES = linesOf("crush/tools");
const ID = String(member(member(JSON.parse(LINES[0] ?? ""), "sessions"), "id"));

/** A project with a database without sessions. */
function project(): { folder: string; path: string } {
  const folder = mkdtempSync(join(root, "project-"));
  mkdirSync(join(folder, ".crush"));
  const path = join(folder, ".crush/crush.db");
  makeCrush(path);
  return { folder, path };
}

function refused(why: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof SegueError && error.kind === "refused" && why.test(error.message);
}

describe("a session in Crush's database", () => {
  it("comes out as it went in, and goes without a trace", () => {
    const { path } = project();
    const empty = dump(path);
    rows.replace(path, ID, null, LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    rows.replace(path, ID, LINES, null);
    assert.equal(dump(path), empty);
    assert.equal(rows.read(path, ID), null);
  });

  it("keeps the times that it has, and has the count that Crush would make", () => {
    const { path } = project();
    rows.replace(path, ID, null, LINES);
    const session = rowIn(path, "SELECT * FROM sessions WHERE id = ?", ID);
    assert.equal(session?.message_count, LINES.length - 1);
    const own = member(JSON.parse(LINES[0] ?? ""), "sessions");
    assert.equal(session?.updated_at, member(own, "updated_at"));
    assert.equal(session?.summary_message_id, null);
  });

  it("grows by what is added, and is what it was when that is taken back", () => {
    const { path } = project();
    const first = LINES.slice(0, 9);
    rows.replace(path, ID, null, first);
    run(path, "INSERT INTO files VALUES ('f1', ?, '/a', 'text', 0, 1, 1)", ID);
    const before = dump(path);
    rows.replace(path, ID, first, LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    rows.replace(path, ID, LINES, first);
    assert.equal(dump(path), before);
  });

  it("takes its copies of files along when it is removed", () => {
    const { path } = project();
    const empty = dump(path);
    rows.replace(path, ID, null, LINES);
    run(path, "INSERT INTO files VALUES ('f1', ?, '/a', 'text', 0, 1, 1)", ID);
    run(path, "INSERT INTO read_files VALUES (?, 'a', 1)", ID);
    rows.replace(path, ID, LINES, null);
    assert.equal(dump(path), empty);
  });

  it("has its texts as Go writes them", () => {
    const { path } = project();
    const lines = LINES.map((line) => line.replace(", too.", ", \u2028too."));
    rows.replace(path, ID, null, lines);
    const row = rowIn(path, "SELECT parts FROM messages WHERE parts LIKE '%All is done%'");
    assert.match(String(row?.parts), /\\u003ca\\u003e \\u0026 \\u003cb\\u003e, \\u2028too/);
    assert.deepEqual(rows.read(path, ID), lines);
  });

  it("names the newest summary, unless it says otherwise", () => {
    const { path } = project();
    const compacted = linesOf("crush/compacted");
    const id = String(member(member(JSON.parse(compacted[0] ?? ""), "sessions"), "id"));
    rows.replace(path, id, null, compacted);
    const last = compacted.filter((line) => line.includes('"is_summary_message":1')).at(-1);
    const summary = member(member(JSON.parse(last ?? ""), "messages"), "id");
    assert.equal(rowIn(path, "SELECT * FROM sessions")?.summary_message_id, summary);
    run(path, "UPDATE sessions SET summary_message_id = NULL, updated_at = 1");
    const changed = known(rows.read(path, id));
    assert.match(changed[0] ?? "", /"summary_message_id":null/);
    rows.replace(path, id, changed, null);
    rows.replace(path, id, null, changed);
    assert.equal(rowIn(path, "SELECT * FROM sessions")?.summary_message_id, null);
  });

  it("is refused if it has changed in the meantime, or if there is one of its id", () => {
    const { path } = project();
    rows.replace(path, ID, null, LINES);
    const before = dump(path);
    assert.throws(() => rows.replace(path, ID, null, LINES), /already exists/);
    assert.throws(() => rows.replace(path, ID, LINES.slice(0, 5), null), /has changed/);
    assert.equal(dump(path), before);
  });

  it("never takes or gives a row of another session", () => {
    const { path } = project();
    const other = LINES.map((line, n) => (n === 3 ? line.replaceAll(ID, "another") : line));
    const empty = dump(path);
    assert.throws(() => rows.replace(path, ID, null, other), refused(/belongs to another session/));
    assert.equal(dump(path), empty);
  });

  it("has new ids in a copy", () => {
    const { path } = project();
    rows.replace(path, ID, null, LINES);
    const copy = rows.renamed(LINES, "5f0c0de5-0000-4000-8000-000000000001");
    rows.replace(path, "5f0c0de5-0000-4000-8000-000000000001", null, copy);
    assert.deepEqual(rows.read(path, ID), LINES);
    assert.equal(rowIn(path, "SELECT count(*) AS n FROM messages")?.n, 2 * (LINES.length - 1));
  });
});

describe("a database of another layout", () => {
  it("is refused if a column is missing, or a new one must be filled, and stays as it is", () => {
    const { path } = project();
    run(path, "ALTER TABLE messages ADD COLUMN flavour TEXT NOT NULL DEFAULT 'x'");
    rows.replace(path, ID, null, LINES);
    rows.replace(path, ID, LINES, null);
    run(path, "ALTER TABLE sessions DROP COLUMN todos");
    assert.throws(() => rows.replace(path, ID, null, LINES), refused(/an older version of Crush/));
    run(path, "ALTER TABLE sessions DROP COLUMN title");
    assert.throws(() => rows.replace(path, ID, null, LINES), refused(/no column "title"/));
  });

  it("is refused without Crush's notes of its migrations", () => {
    const { path } = project();
    assert.ok(rows.holds(path));
    run(path, "DROP TABLE goose_db_version");
    assert.throws(() => rows.replace(path, ID, null, LINES), refused(/goose_db_version/));
  });
});

describe("where Crush's sessions are", () => {
  const home = mkdtempSync(join(root, "home-"));
  const env = { HOME: home, CRUSH_GLOBAL_DATA: join(home, "data") };
  const [list = ""] = crush.store.roots(env);
  mkdirSync(list, { recursive: true });

  function register(...projects: { path: string; data_dir: string }[]): void {
    writeFileSync(join(list, "projects.json"), JSON.stringify({ projects }));
  }

  function placeFor(cwd: string): string {
    return crush.store.pathFor(list, { ...emptyHeader("crush"), cwd }, env);
  }

  it("they are found in every project of its list, with the project's folder", async () => {
    const [one, two] = [project(), project()];
    register(
      { path: one.folder, data_dir: join(one.folder, ".crush") },
      { path: join(one.folder, "src"), data_dir: join(one.folder, ".crush") },
      { path: two.folder, data_dir: join(two.folder, ".crush") },
      { path: join(root, "gone"), data_dir: join(root, "gone/.crush") },
    );
    rows.replace(one.path, ID, null, LINES);
    const [found, ...more] = await crush.store.find(list);
    assert.deepEqual(more, []);
    assert.equal(found?.path, one.path);
    assert.equal(found?.summary?.cwd, one.folder);
    assert.equal(found?.summary?.title, "Side reply");
    assert.equal(found?.summary?.model, "claude-lab");
    const { folder } = crush.store;
    const told = { cwd: null, cwds: [], worktree: null };
    assert.equal(folder?.(`${one.path}#${ID}`, told), one.folder);
  });

  it("a new one goes where Crush looks: the nearest .crush, as far as the repository goes", () => {
    register();
    const { folder, path } = project();
    const src = join(folder, "src");
    mkdirSync(src);
    assert.equal(placeFor(folder), path);
    // Without a repository, Crush looks in the folder itself only.
    assert.equal(placeFor(src), join(src, ".crush/crush.db"));
    mkdirSync(join(folder, ".git"));
    assert.equal(placeFor(src), path);
    mkdirSync(join(src, ".crush"));
    assert.equal(placeFor(src), join(src, ".crush/crush.db"));
  });

  it("not into the home folder's .crush, and where its list says, if that exists", () => {
    mkdirSync(join(home, ".git"));
    mkdirSync(join(home, ".crush"));
    mkdirSync(join(home, "shop"));
    assert.equal(placeFor(join(home, "shop")), join(home, "shop/.crush/crush.db"));
    const elsewhere = project();
    const data_dir = join(elsewhere.folder, ".crush");
    register({ path: join(home, "shop"), data_dir });
    assert.equal(placeFor(join(home, "shop")), elsewhere.path);
  });

  it("subagents' are not listed, but belong to their session", async () => {
    const { folder, path } = project();
    register({ path: folder, data_dir: join(folder, ".crush") });
    const [parent, child] = [subagentLines("subagent"), subagentLines("child")];
    const [id, own] = [parent, child].map((lines) =>
      String(member(member(JSON.parse(lines[0] ?? ""), "sessions"), "id")),
    );
    rows.replace(path, known(id), null, parent);
    rows.replace(path, known(own), null, child);
    assert.deepEqual(
      (await crush.store.find(list)).map((found) => found.id),
      [id],
    );
    assert.deepEqual(await crush.store.children?.(`${path}#${id}`), [`${path}#${own}`]);
    const place = { id: known(own), path: `${path}#${own}` };
    assert.match(crush.launch.hindrance?.(place)?.why ?? "", /belongs to a subagent/);
  });

  it("its CLI is not made to ask about the project first", () => {
    const { folder, path } = project();
    crush.launch.prepare?.({ id: ID, path: `${path}#${ID}` });
    assert.equal(readFileSync(join(folder, ".crush/init"), "utf8"), "");
    writeFileSync(join(folder, ".crush/init"), "own");
    crush.launch.prepare?.({ id: ID, path: `${path}#${ID}` });
    assert.equal(readFileSync(join(folder, ".crush/init"), "utf8"), "own");
  });

  it("its CLI is told the data folder, which one in between would hide", () => {
    const session = { id: ID, path: `/shop/.crush/crush.db#${ID}`, prompt: null, args: ["-y"] };
    const args = ["--data-dir", "/shop/.crush", "--session", ID, "-y"];
    assert.deepEqual(crush.launch.resumeArgs(session), args);
  });
});

function subagentLines(name: string): string[] {
  const file = new URL(`../../fixtures/crush/subagent/${name}.jsonl`, import.meta.url);
  return readFileSync(file, "utf8").split("\n").slice(0, -1);
}
