/** Sessions as rows of OpenCode's database: read, written, changed and taken back. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { kilo } from "../../../src/agents/kilo/index.ts";
import { opencode } from "../../../src/agents/opencode/index.ts";
import { projectOf, remoteId } from "../../../src/agents/shared/opencode/project.ts";
import type { Agent, Database } from "../../../src/agents/types.ts";
import { SegueError } from "../../../src/errors.ts";
import { member } from "../../../src/session/json.ts";
import { fixture } from "../../support/fixtures.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { dump, makeDatabase, makeKiloDatabase, run } from "../../support/opencode-db.ts";

const root = temporaryFolder();

function rowsOf(agent: Agent): Database {
  assert.ok(agent.store.database);
  return agent.store.database;
}
const rows = rowsOf(opencode);

function fresh(make: (path: string) => void = makeDatabase, name = "opencode.db"): string {
  const path = join(mkdtempSync(join(root, "db-")), name);
  make(path);
  return path;
}

function linesOf(name: string): string[] {
  return readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
}
const LINES = linesOf("opencode/rows");
const ID = String(member(member(JSON.parse(LINES[0] ?? ""), "session"), "id"));

function refused(why: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof SegueError && error.kind === "refused" && why.test(error.message);
}

describe("a session in the database", () => {
  it("comes out as it went in, and goes without a trace", () => {
    const path = fresh();
    const empty = dump(path);
    rows.replace(path, ID, null, LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    rows.replace(path, ID, LINES, null);
    assert.equal(dump(path), empty);
    assert.equal(rows.read(path, ID), null);
  });

  it("grows by what is added, and is what it was when that is taken back", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES.slice(0, 6));
    const before = dump(path);
    rows.replace(path, ID, LINES.slice(0, 6), LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    rows.replace(path, ID, LINES, LINES.slice(0, 6));
    assert.equal(dump(path), before);
  });

  it("is changed where it differs, as after the CLI's own import", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    run(path, "UPDATE session SET title = 'other', cost = 3.5, metadata = '{\"a\": 1}'");
    run(path, "UPDATE part SET data = json_set(data, '$.extra', 1)");
    run(path, "DELETE FROM part WHERE id IN (SELECT id FROM part LIMIT 2)");
    const now = rows.read(path, ID);
    assert.notDeepEqual(now, LINES);
    rows.replace(path, ID, now, LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
  });

  it("keeps text of a column that is not spelled as JSON.stringify spells it", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    const odd = '{"role":"user", "n":1.0,"n":2,"2":1,"1":2}';
    run(path, "UPDATE message SET data = ? WHERE id = (SELECT min(id) FROM message)", odd);
    run(path, "UPDATE session SET summary_diffs = 'no json', time_archived = 0");
    const before = dump(path);
    const lines = rows.read(path, ID);
    rows.replace(path, ID, lines, null);
    rows.replace(path, ID, null, lines);
    assert.equal(dump(path).replace(/project\n.*/, ""), before.replace(/project\n.*/, ""));
  });

  it("has its to-do list with it", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    run(path, "INSERT INTO todo VALUES (?, 'write', 'pending', 'high', 0, 1, 2)", ID);
    const lines = rows.read(path, ID);
    assert.match(lines?.[0] ?? "", /"todos":\[\{/);
    rows.replace(path, ID, lines, null);
    rows.replace(path, ID, null, lines);
    assert.deepEqual(rows.read(path, ID), lines);
  });

  it("loses the messages that a line takes away, and its mark of a revert", () => {
    const path = fresh();
    const from = String(member(member(JSON.parse(LINES[5] ?? ""), "message"), "id"));
    rows.replace(path, ID, null, LINES);
    run(path, "UPDATE session SET revert = ?", JSON.stringify({ messageID: from }));
    const before = rows.read(path, ID) ?? [];
    const after = [...before, JSON.stringify({ removed: { from } })];
    const whole = dump(path);
    rows.replace(path, ID, before, after);
    assert.deepEqual(rows.read(path, ID), LINES.slice(0, 5));
    rows.replace(path, ID, after, before);
    assert.equal(dump(path), whole);
  });

  it("is the older experimental store's, where that holds it", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES.slice(0, 1));
    const said = JSON.stringify({ text: "hello", time: { created: 5 } });
    run(path, "INSERT INTO session_message VALUES ('m1', ?, 'user', 1, 5, 5, ?)", ID, said);
    const lines = rows.read(path, ID) ?? [];
    const reader = opencode.reader();
    const entries = lines.flatMap((line, at) => reader.read(JSON.parse(line), at));
    assert.deepEqual(entries.at(-1), {
      kind: "message",
      id: "m1",
      parentId: null,
      time: "1970-01-01T00:00:00.005Z",
      role: "user",
      parts: [{ kind: "text", text: "hello" }],
    });
  });

  it("is read while another connection writes", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE; UPDATE session SET title = 'half done'");
    assert.deepEqual(rows.read(path, ID), LINES);
    other.exec("ROLLBACK");
    other.close();
  });
});

describe("a write is refused", () => {
  it("when the session continued, is gone, or is there already", () => {
    const path = fresh();
    assert.throws(() => rows.replace(path, ID, LINES, null), refused(/no longer exists/));
    rows.replace(path, ID, null, LINES);
    assert.throws(() => rows.replace(path, ID, null, LINES), refused(/already/));
    run(path, "UPDATE session SET title = 'x'");
    const before = dump(path);
    assert.throws(() => rows.replace(path, ID, LINES, null), refused(/has changed/));
    assert.equal(dump(path), before);
  });

  it("when the layout is not known", () => {
    const cases: [string, RegExp][] = [
      [
        "CREATE TABLE todo (session_id, content, status, priority, position, realm NOT NULL)",
        /"realm"/,
      ],
      ["ALTER TABLE message RENAME COLUMN data TO body", /no column "data"/],
      ["ALTER TABLE part RENAME TO piece", /no table "part"/],
    ];
    for (const [sql, why] of cases) {
      const path = fresh();
      run(path, "DROP TABLE todo");
      run(path, sql);
      const before = dump(path);
      assert.throws(() => rows.replace(path, ID, null, LINES), refused(why));
      assert.equal(dump(path), before);
    }
  });

  it("but new columns that may be empty do no harm, and are kept", () => {
    const path = fresh();
    run(path, "ALTER TABLE session ADD COLUMN mood text");
    rows.replace(path, ID, null, LINES);
    assert.deepEqual(rows.read(path, ID), LINES);
    run(path, "UPDATE session SET mood = 'fine'");
    const lines = rows.read(path, ID);
    assert.match(lines?.[0] ?? "", /"mood":"fine"/);
    rows.replace(path, ID, lines, null);
    rows.replace(path, ID, null, lines);
    assert.deepEqual(rows.read(path, ID), lines);
  });

  it("when a line names another session's row, or one that cannot be there", () => {
    const path = fresh();
    const before = dump(path);
    const wrong = LINES.map((line) =>
      line.replaceAll(`"session_id":"${ID}"`, '"session_id":"ses_x"'),
    );
    assert.throws(() => rows.replace(path, ID, null, wrong), refused(/another session/));
    const twice = LINES.map((line, n) =>
      n === 2 ? line.replace('"time_created":', '"x":') : line,
    );
    assert.throws(() => rows.replace(path, ID, null, twice), refused(/rejected the session/));
    assert.equal(dump(path), before);
  });
});

describe("an older database", () => {
  it("lacks columns: the writer is told which there are", () => {
    const path = fresh();
    run(path, "ALTER TABLE session DROP COLUMN model");
    run(path, "ALTER TABLE session DROP COLUMN agent");
    run(path, "ALTER TABLE session DROP COLUMN path");
    const facts = opencode.store.facts?.(join(path, ".."), "/", {}) ?? null;
    const header = { ...opencode.reader().header(), id: ID, cwd: "/", createdAt: null };
    const writer = opencode.writer({ seed: "s", cliVersion: "1.2.27", facts });
    const place = { kind: "event", id: "start", parentId: null, time: null } as const;
    const line = JSON.stringify(writer.predict({ ...place, event: "start", header })[0]);
    assert.doesNotMatch(line, /"(model|agent|path)"/);
    rows.replace(path, ID, null, [line]);
    assert.deepEqual(rows.read(path, ID), [line]);
  });
});

describe("a session of a clock that was ahead", () => {
  it("is written as of now, so that the next prompt is later", () => {
    const facts = opencode.store.facts?.(join(fresh(), ".."), "/", {}) ?? null;
    const time = "2999-01-01T00:00:00.000Z";
    const header = { ...opencode.reader().header(), id: ID, cwd: "/", createdAt: time };
    const writer = opencode.writer({ seed: "s", cliVersion: null, facts });
    const place = { id: "one", parentId: null, time };
    const lines = [
      ...writer.predict({ ...place, kind: "event", event: "start", header }),
      ...writer.predict({
        ...place,
        kind: "message",
        role: "user",
        parts: [{ kind: "text", text: "hello" }],
      }),
    ];
    assert.equal(lines.length, 2);
    const written = [...JSON.stringify(lines).matchAll(/"(?:time_)?created":(\d+)/g)];
    assert.ok(written.length >= 2);
    for (const [, ms] of written) assert.ok(Number(ms) <= Date.now() + 1);
  });
});

describe("Kilo's database", () => {
  it("is told apart from OpenCode's, and takes a session in spite of its indexes", () => {
    const path = fresh(makeKiloDatabase, "kilo.db");
    const own = rowsOf(kilo);
    assert.ok(own.holds(path) && !rows.holds(path));
    const lines = linesOf("kilo/rows");
    const id = String(member(member(JSON.parse(lines[0] ?? ""), "session"), "id"));
    const empty = dump(path);
    own.replace(path, id, null, lines);
    assert.deepEqual(own.read(path, id), lines);
    own.replace(path, id, lines, null);
    assert.equal(dump(path), empty);
  });
});

describe("a session under a new id", () => {
  it("shares no row with the old one", () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    const copy = rows.renamed(LINES, "ses_new");
    rows.replace(path, "ses_new", null, copy);
    assert.deepEqual(rows.read(path, "ses_new"), copy);
    assert.deepEqual(rows.read(path, ID), LINES);
    assert.ok(!copy.join("").includes(ID));
  });
});

describe("the store", () => {
  it("lists what its database tells, without the sessions of subagents", async () => {
    const path = fresh();
    rows.replace(path, ID, null, LINES);
    rows.replace(path, "ses_child", null, rows.renamed(LINES, "ses_child"));
    run(path, "UPDATE session SET parent_id = ? WHERE id = 'ses_child'", ID);
    const [one, ...more] = await opencode.store.find(join(path, ".."));
    assert.equal(more.length, 0);
    assert.equal(one?.id, ID);
    assert.equal(one?.summary?.title, "Side reply");
    assert.equal(one?.summary?.messages, 11);
    assert.deepEqual(await opencode.store.children?.(`${path}#${ID}`), [`${path}#ses_child`]);
  });

  it("finds its database by the environment", () => {
    const env = { HOME: "/home/u" };
    const header = opencode.reader().header();
    assert.deepEqual(opencode.store.roots(env), ["/home/u/.local/share/opencode"]);
    assert.deepEqual(opencode.store.roots({ ...env, XDG_DATA_HOME: "/d" }), ["/d/opencode"]);
    assert.deepEqual(opencode.store.roots({ ...env, OPENCODE_DB: "/x/my.db" }), ["/x"]);
    assert.equal(opencode.store.pathFor("/d/opencode", header, env), "/d/opencode/opencode.db");
    assert.equal(
      opencode.store.pathFor("/x", header, { ...env, OPENCODE_DB: "/x/my.db" }),
      "/x/my.db",
    );
    assert.deepEqual(kilo.store.roots(env), ["/home/u/.local/share/kilo"]);
    const channel = fresh(makeDatabase, "opencode-dev.db");
    assert.equal(opencode.store.pathFor(join(channel, ".."), header, env), channel);
  });

  it("knows a model: that of the newest session, of the CLI's state, of the settings", () => {
    const folder = mkdtempSync(join(root, "home-"));
    const env = { HOME: folder };
    const data = join(folder, ".local/share/opencode");
    const model = () => opencode.store.model?.(data, env);
    assert.equal(model(), null);
    mkdirSync(join(folder, ".config/opencode"), { recursive: true });
    const settings = '{\n  // the best\n  "url": "http://x", "model": "a/b/c", /* , */\n}';
    writeFileSync(join(folder, ".config/opencode/opencode.jsonc"), settings);
    assert.equal(model(), "a/b/c");
    mkdirSync(join(folder, ".local/state/opencode"), { recursive: true });
    const recent = JSON.stringify({ recent: [{ providerID: "p", modelID: "m" }] });
    writeFileSync(join(folder, ".local/state/opencode/model.json"), recent);
    assert.equal(model(), "p/m");
    mkdirSync(data, { recursive: true });
    makeDatabase(join(data, "opencode.db"));
    rows.replace(join(data, "opencode.db"), ID, null, LINES);
    assert.equal(model(), "lab-anthropic/claude-lab");
  });

  it("reads the folder of JSON files of versions before 1.2", async () => {
    const data = join(
      import.meta.dirname,
      "../../fixtures/opencode/json-storage/.local/share/opencode",
    );
    const [one] = await opencode.store.find(data);
    assert.ok(one && rows.holds(one.path));
    const lines = rows.read(one.path, one.id) ?? [];
    assert.equal(lines.length, 8);
    const reader = opencode.reader();
    const entries = lines.flatMap((line, at) => reader.read(JSON.parse(line), at));
    assert.equal(reader.header().title, "Side reply");
    assert.ok(entries.some((entry) => entry.kind === "message" && entry.role === "tool"));
    assert.equal(rows.read(one.path, "../../x"), null);
    assert.throws(() => rows.replace(one.path, one.id, lines, null), refused(/older version/));
  });
});

describe("the project of a folder", () => {
  it("is named by its remote", () => {
    const id = "97c1d40db7d2a370dc4fbc2b4e99e4347980c7c2";
    assert.equal(remoteId("git@GitHub.com:Foo/Bar.git"), id);
    assert.equal(remoteId("https://user:pw@github.com/Foo/Bar.git"), id);
    assert.equal(remoteId("ssh://git@github.com/Foo/Bar"), id);
    assert.equal(remoteId("file:///srv/x.git"), null);
    assert.equal(remoteId("/srv/x.git"), null);
  });

  it("else by what is noted in its repository, its first commit, or not at all", () => {
    const folder = mkdtempSync(join(root, "repo-"));
    assert.deepEqual(projectOf(folder, "opencode", process.env), {
      id: "global",
      worktree: "/",
      vcs: null,
    });
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@e", ...args], {
        cwd: folder,
        encoding: "utf8",
      }).trim();
    git("init", "-q");
    assert.equal(projectOf(folder, "opencode", process.env).id, "global");
    git("commit", "-q", "--allow-empty", "-m", "first");
    const first = git("rev-parse", "HEAD");
    mkdirSync(join(folder, "sub"));
    const project = projectOf(join(folder, "sub"), "opencode", process.env);
    assert.equal(project.id, first);
    assert.ok(existsSync(join(project.worktree, "sub")));
    writeFileSync(join(folder, ".git/opencode"), "noted\n");
    assert.equal(projectOf(folder, "opencode", process.env).id, "noted");
    assert.equal(projectOf(folder, "kilo", process.env).id, first);
    git("remote", "add", "origin", "git@github.com:foo/bar.git");
    assert.equal(
      projectOf(folder, "opencode", process.env).id,
      remoteId("git@github.com:foo/bar.git"),
    );
  });
});
