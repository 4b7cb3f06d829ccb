/** The catalogue as users meet it: right at once, whatever happened to the stores or to its file. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import { stores } from "../../src/agents/stores.ts";
import { databasePath } from "../../src/catalog/database.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import type { Machine } from "../support/segue.ts";
import { lastWentOn } from "../support/times.ts";
import { CLAUDE, CODEX, fails, idOf, inhabited, PI, stored } from "./support.ts";

const root = temporaryFolder();
const CATALOG = databasePath({ SEGUE_HOME: ".segue" });

interface Listed {
  updatedAt: string | null;
  id: string;
  title: string;
  messages: number | null;
  tokens: number | null;
  limit: { resetsAt: string | null; text: string } | null;
}

async function list(m: Machine, ...args: string[]): Promise<Listed[]> {
  const { out, err, code } = await m.run(["list", "--all", "--json", ...args]);
  assert.equal(code, 0, err);
  return JSON.parse(out).sessions;
}

async function one(m: Machine, id: string): Promise<Listed> {
  return known((await list(m)).find((session) => session.id === id));
}

const ids = (listed: readonly Listed[]) => listed.map(({ id }) => id).sort();
const ALL = [CLAUDE, CODEX, PI].map(idOf).sort();

function copyOf(m: Machine, path: string, id: string): string {
  const old = known(/[0-9a-f-]{36}(?=\.jsonl)/.exec(path))[0];
  const copy = path.replace(old, id);
  writeFileSync(copy, readFileSync(path, "utf8").replaceAll(old, id));
  assert.ok(copy.startsWith(m.home));
  return copy;
}

const OTHER = "01a1fc28-078c-74e9-80e0-000000000001";

function piLine(id: string, message: object): string {
  const place = { id, parentId: null, timestamp: "2026-11-21T09:00:00.000Z" };
  return `${JSON.stringify({ type: "message", ...place, message })}\n`;
}

const said = (id: string, text: string) =>
  piLine(id, { role: "user", content: [{ type: "text", text }] });

it("every agent has its store in the table of stores, and it is the same", () => {
  assert.deepEqual(
    Object.keys(stores),
    agents.map(({ id }) => id),
  );
  const env = { HOME: "/home/dev" };
  for (const { id, store } of agents) {
    const same = known(stores[id]);
    assert.deepEqual(same.roots(env), store.roots(env), id);
    assert.deepEqual(Object.keys(same), Object.keys(store), id);
  }
});

describe("the catalogue is right at once:", () => {
  it("a new session is there, one that continued is as it is now, a deleted one is gone", async () => {
    const m = inhabited(root);
    const path = m.at(stored(PI));
    assert.deepEqual(ids(await list(m)), ALL);
    const copy = copyOf(m, path, OTHER);
    assert.deepEqual(ids(await list(m)), [...ALL, OTHER].sort());
    const before = await one(m, idOf(PI));
    appendFileSync(path, said("aaaaaaaa", "one more"));
    const after = await one(m, idOf(PI));
    assert.equal(after.messages, known(before.messages) + 1);
    rmSync(copy);
    assert.deepEqual(ids(await list(m)), ALL);
  });

  it("a file of the same size and time that another was put in place of", async () => {
    const m = inhabited(root);
    const path = m.at(stored(PI));
    const { title } = await one(m, idOf(PI));
    const text = readFileSync(path, "utf8");
    utimesSync(path, 1e9, 1e9);
    await list(m);
    rmSync(path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(m.at("in between"), "");
    writeFileSync(path, text.replaceAll("MARK-USER-1", "KRAM-USER-1"));
    utimesSync(path, 1e9, 1e9);
    const now = (await one(m, idOf(PI))).title;
    assert.ok([title, title.replace("MARK", "KRAM")].includes(now));
  });

  it("stores of other places come and go without harm to each other", async () => {
    const m = inhabited(root);
    await list(m);
    const elsewhere = { env: { CODEX_HOME: m.at("nowhere") } };
    const { out } = await m.run(["list", "--all", "--json"], elsewhere);
    assert.deepEqual(ids(JSON.parse(out).sessions), [CLAUDE, PI].map(idOf).sort());
    assert.deepEqual(ids(await list(m)), ALL);
  });
});

describe("the catalogue's file", () => {
  it("is made anew when it is damaged, with a word about it", async () => {
    const m = inhabited(root);
    await m.run(["scan"]);
    const whole = readFileSync(m.at(CATALOG));
    const middle = Buffer.from(whole);
    middle.fill(0xaa, 4096, 36_000);
    for (const bytes of [Buffer.from("no database"), whole.subarray(0, 5000), middle]) {
      for (const ending of ["-wal", "-shm"]) rmSync(m.at(CATALOG) + ending, { force: true });
      writeFileSync(m.at(CATALOG), bytes);
      const { out, err, code } = await m.run(["list", "--all", "--json"]);
      assert.equal(code, 0, err);
      assert.deepEqual(ids(JSON.parse(out).sessions), ALL);
      const found = await m.run(["search", "MARK-USER-1", "--json"]);
      assert.equal(JSON.parse(found.out).sessions.length, 3, found.err);
      assert.ok(`${err}${found.err}`.trim().split("\n").length <= 1, err + found.err);
    }
  });

  it("of an older edition is removed", async () => {
    const m = inhabited(root);
    mkdirSync(m.at(".segue/cache"), { recursive: true });
    writeFileSync(m.at(".segue/cache/catalog-0.sqlite"), "old");
    await list(m);
    assert.throws(() => readFileSync(m.at(".segue/cache/catalog-0.sqlite")));
    assert.ok(readFileSync(m.at(CATALOG)).length > 0);
  });

  it("may be impossible to keep: everything works, and it is said", async () => {
    const m = inhabited(root);
    mkdirSync(m.at(CATALOG), { recursive: true });
    const { out, err, code } = await m.run(["list", "--all", "--json"]);
    assert.equal(code, 0);
    assert.deepEqual(ids(JSON.parse(out).sessions), ALL);
    assert.match(err, /cannot save the session catalog/);
    assert.equal(
      JSON.parse((await m.run(["search", "MARK-USER-1", "--json"])).out).sessions.length,
      3,
    );
  });

  it("is used by many at once", async () => {
    const m = inhabited(root);
    for (let n = 10; n < 40; n++) copyOf(m, m.at(stored(PI)), OTHER.replace(/..$/, String(n)));
    const commands = [["list"], ["scan"], ["list"], ["search", "MARK-USER-1"], ["scan"]];
    const ended = await Promise.all(
      commands.map((args) => m.run([...args, "--json"], { alone: true })),
    );
    for (const { code, err } of ended) assert.equal(code, 0, err);
    const { out } = await m.run(["search", "MARK-USER-1", "--all", "--json"]);
    const { sessions } = JSON.parse(out);
    assert.equal(sessions.length, 33);
    for (const { hits } of sessions) assert.deepEqual(hits[0].entry, 1);
    assert.equal(JSON.parse((await m.run(["scan", "--json"])).out).read, 0);
  });
});

describe("a usage limit", () => {
  it("is told of a session that stopped there, until it continues", async () => {
    const m = inhabited(root);
    const path = m.at(stored(PI));
    assert.deepEqual(await list(m, "--limited"), []);
    const failed = { role: "assistant", content: [], stopReason: "error", model: "m" };
    const errorMessage = '429 {"error":{"type":"rate_limit_error"}}';
    appendFileSync(path, piLine("bbbbbbbb", { ...failed, errorMessage }));
    const [limited, ...more] = await list(m, "--limited");
    assert.equal(limited?.id, idOf(PI));
    assert.deepEqual(more, []);
    assert.match(known(limited.limit).text, /rate_limit_error/);
    assert.match((await m.run(["list"])).out, /\[rate limit\] MARK/);
    const content = [{ type: "text", text: "on we go" }];
    appendFileSync(path, piLine("cccccccc", { role: "assistant", content, stopReason: "stop" }));
    assert.deepEqual(await list(m, "--limited"), []);
  });
});

describe("what a list shows", () => {
  it("no number of tokens, rather than none, of a session whose agent noted it otherwise", async () => {
    const m = inhabited(root);
    const done = await m.run(["resume", "pi#1", "--in", "claude", "--no-launch"]);
    assert.equal(done.code, 0, done.err);
    for (const { id, tokens } of await list(m)) assert.notEqual(tokens, 0, id);
  });

  it("tokens of the last answer, where the agent notes them", async () => {
    const m = inhabited(root);
    for (const { id, tokens } of await list(m)) assert.ok(known(tokens) > 1000, id);
  });

  it("of long sessions, from head and tail alone; messages once they were counted", async () => {
    const m = inhabited(root);
    const path = m.at(stored(PI));
    const lines = Array.from({ length: 4000 }, (_, n) =>
      said(n.toString(16).padStart(8, "0"), `no. ${n}`),
    );
    appendFileSync(path, lines.join(""));
    const before = await one(m, idOf(PI));
    assert.match(before.title, /^MARK-USER-1/);
    assert.equal(before.messages, null);
    await m.run(["scan"]);
    assert.equal((await one(m, idOf(PI))).messages, 4009);
    appendFileSync(path, said("dddddddd", "and on"));
    assert.equal((await one(m, idOf(PI))).messages, null);
    await m.run(["scan"]);
    assert.equal((await one(m, idOf(PI))).messages, 4010);
  });

  it("a title of ten megabytes is cut, wherever it stands", async () => {
    const m = inhabited(root);
    const long = "x".repeat(10_000_000);
    const info = { type: "session_info", id: "eeeeeeee", parentId: null, name: `Title ${long}` };
    appendFileSync(
      m.at(stored(PI)),
      `${JSON.stringify({ ...info, timestamp: "2026-11-21T09:00:00.000Z" })}\n`,
    );
    const claude = m.at(stored(CLAUDE));
    const text = readFileSync(claude, "utf8").replaceAll("MARK-USER-1 please", `Prompt ${long}`);
    writeFileSync(claude, text);
    for (const { title } of await list(m)) assert.ok(title.length <= 1000);
    assert.match((await one(m, idOf(CLAUDE))).title, /^Prompt x+…$/);
    const { out } = await m.run(["list"]);
    for (const line of out.split("\n")) assert.ok(line.length < 250);
  });

  it("a time to come is no reason to be first", async () => {
    const m = inhabited(root);
    lastWentOn(m.at(stored(CODEX)), new Date(4e12));
    const listed = await list(m);
    assert.equal(listed.at(-1)?.id, idOf(CODEX));
    assert.match((await m.run(["list"])).out, /codex +2096-10-02 /);
  });

  it("a session is as old as its conversation: a store that was copied has files of today", async () => {
    const m = inhabited(root);
    lastWentOn(m.at(stored(PI)), new Date("2026-11-01T10:00:00Z"));
    utimesSync(m.at(stored(PI)), new Date(), new Date());
    const [pi] = (await list(m)).slice(-1);
    assert.equal(pi?.id, idOf(PI));
    assert.equal(pi.updatedAt, "2026-11-01T10:00:00.000Z");
    const since = await list(m, "--since", "2026-11-15");
    assert.ok(!since.some(({ id }) => id === idOf(PI)));
  });
});

describe("two sessions of one id", () => {
  it("are both listed, and the selector asks which by its path", async () => {
    const m = inhabited(root);
    const path = m.at(stored(CLAUDE));
    const other = join(dirname(dirname(path)), "-home-dev-other", `${idOf(CLAUDE)}.jsonl`);
    mkdirSync(dirname(other), { recursive: true });
    writeFileSync(other, readFileSync(path));
    assert.equal((await list(m, "--agent", "claude")).length, 2);
    const ended = await m.run(["show", idOf(CLAUDE)]);
    fails(ended, 3, /matches 2 sessions/, 2);
    assert.match(ended.err, /by its path/);
    for (const place of [path, other]) {
      assert.ok(ended.err.includes(place));
      assert.equal((await m.run(["show", place])).code, 0);
    }
  });
});
