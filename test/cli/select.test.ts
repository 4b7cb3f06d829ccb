/** Which session is meant, and which are listed. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { lastWentOn } from "../support/times.ts";
import { CLAUDE, CODEX, fails, idOf, inhabited, PI, stored } from "./support.ts";

const root = temporaryFolder();
const machine = () => new Machine(mkdtempSync(join(root, "home-")));

/** The id of the session that a selector means. */
async function meant(m: Machine, ...args: string[]): Promise<string> {
  const { code, out, err } = await m.run(["show", ...args, "--json"]);
  assert.equal(code, 0, err);
  return JSON.parse(out).header.id;
}

/** A copy of a stored session, with an id and a first message of its own. */
function another(m: Machine, path: string, id: string): string {
  const old = known(/[0-9a-f-]{36}(?=\.jsonl)/.exec(path))[0];
  const copy = path.replace(old, id);
  writeFileSync(copy, readFileSync(path, "utf8").replaceAll(old, id));
  utimesSync(copy, new Date(), new Date(Date.now() - 60_000));
  assert.ok(copy.startsWith(m.home));
  return copy;
}

const uuid = (n: number) => `01a1fc28-078c-74e9-80e0-${String(n).padStart(12, "0")}`;

describe("selecting a session", () => {
  it("by id, prefix, agent and id, number, latest, or path", async () => {
    const m = inhabited(root);
    utimesSync(m.at(stored(CODEX)), new Date(), new Date(Date.now() + 60_000));
    const id = idOf(PI);
    for (const selector of [id, `pi:${id}`, `pi:${id.slice(0, 13)}`, "pi#1", m.at(stored(PI))]) {
      assert.equal(await meant(m, selector), id, selector);
    }
    assert.equal(await meant(m, "latest"), idOf(CODEX));
  });

  it("a prefix of two: both are shown with folder and title, and 3", async () => {
    const m = inhabited(root);
    // Pi's and Codex's ids begin with the same time.
    const shared = idOf(PI).slice(0, 5);
    assert.ok(idOf(CODEX).startsWith(shared));
    for (const args of [
      ["show", shared],
      ["resume", shared, "--in", "claude"],
    ]) {
      const ended = await m.run(args);
      fails(ended, 3, /matches 2 sessions/, 2);
      assert.match(ended.err, new RegExp(`^ +pi +${idOf(PI)} +/home/dev/shop +MARK-USER-1`, "m"));
      assert.match(ended.err, new RegExp(`^ +codex +${idOf(CODEX)} `, "m"));
    }
    assert.equal(await meant(m, `pi:${shared}`), idOf(PI));
    assert.equal(await meant(m, shared, "--from", "pi"), idOf(PI));
  });

  it("a prefix of many: eight lines of them", async () => {
    const m = inhabited(root);
    for (let n = 0; n < 9; n++) another(m, m.at(stored(PI)), uuid(n));
    const ended = await m.run(["show", "pi:01a1"]);
    fails(ended, 3, /matches 10 sessions/, 8);
    assert.match(ended.err, /… and 3 more\n$/);
  });

  it("the candidates take the room there is, their ids whole", async () => {
    const m = inhabited(root);
    const other = another(m, m.at(stored(CLAUDE)), uuid(1));
    writeFileSync(
      other,
      readFileSync(other, "utf8").replaceAll("/home/dev/shop", "/home/dev/a/long/folder/shop"),
    );
    const shared = uuid(1).slice(0, 5);
    for (const COLUMNS of ["80", "120"]) {
      const { err } = await m.run(["show", shared], { env: { COLUMNS } });
      assert.match(err, /matches 3 sessions/);
      for (const id of [uuid(1), idOf(PI), idOf(CODEX)]) assert.ok(err.includes(` ${id}  `), err);
      assert.match(err, /folder\/shop /);
      assert.deepEqual(
        err.split("\n").filter((line) => line.length > Number(COLUMNS)),
        [],
      );
    }
  });

  it("agents have short names", async () => {
    const m = inhabited(root);
    for (const name of ["claude", "cc", "CLAUDE-CODE"]) {
      assert.equal(await meant(m, `${name}#1`), idOf(CLAUDE), name);
    }
  });

  it("--store says where to look", async () => {
    const m = inhabited(root);
    const bare = machine();
    const store = m.at(".pi/agent/sessions");
    const { out } = await bare.run(["list", "--all", "--json", "--store", `pi=${store}`]);
    assert.equal(JSON.parse(out).sessions.length, 1);
    const vendor = { env: { CODEX_HOME: m.at(".codex") } };
    const moved = await bare.run(["list", "--all", "--json"], vendor);
    assert.equal(JSON.parse(moved.out).sessions[0].agent, "codex");
    assert.doesNotMatch((await bare.run(["list", "--help"])).out, /default: \[\]/);
  });
});

describe("a folder", () => {
  for (const [session, store] of [
    [CLAUDE, ".claude/projects"],
    [CODEX, ".codex"],
    [PI, ".pi/agent/sessions"],
  ] as const) {
    it(`with one session of ${session.agent.id}: that one`, async () => {
      const m = inhabited(root);
      const id = idOf(session);
      const path = m.at(stored(session));
      for (const folder of [m.at(store), dirname(path)]) {
        assert.equal(await meant(m, folder), id);
        assert.equal(await meant(m, `${folder}#${id}`), id);
        assert.equal(await meant(m, `${folder}#${id.slice(0, 8)}`), id);
      }
      const there = await m.run(["convert", store, "--to", session.agent.id, "--quiet"]);
      assert.equal(there.out, readFileSync(path, "utf8"));
    });
  }

  it("with several: they are listed, and one is named by folder#id", async () => {
    const m = inhabited(root);
    another(m, m.at(stored(PI)), uuid(7));
    const folder = dirname(m.at(stored(PI)));
    for (const place of [folder, dirname(folder)]) {
      fails(await m.run(["show", place]), 3, /matches 2 sessions/, 2);
      assert.equal(await meant(m, `${place}#${uuid(7)}`), uuid(7));
      fails(await m.run(["show", `${place}#nonesuch`]), 3, /no session "nonesuch" in this folder/);
    }
  });

  it("of no store: its session files, and nothing else that is there", async () => {
    const m = machine();
    mkdirSync(m.at("box"));
    copyFileSync(CODEX.path, m.at("box/any name.jsonl"));
    writeFileSync(m.at("box/data.jsonl"), '{"a":1}\n');
    writeFileSync(m.at("box/notes.txt"), "Dear diary\n");
    assert.equal(await meant(m, "box"), idOf(CODEX));
    copyFileSync(PI.path, m.at("box/other.jsonl"));
    fails(await m.run(["show", "./box"]), 3, /matches 2 sessions/, 2);
    assert.equal(await meant(m, `box#${idOf(PI)}`), idOf(PI));
  });

  it("without any: 5", async () => {
    const m = machine();
    mkdirSync(m.at("box"));
    fails(await m.run(["show", m.at("box")]), 5, /folder does not contain a session/);
  });
});

describe("path#id", () => {
  it("of a file: the id must be that of its session", async () => {
    const m = machine();
    m.copy(PI, "a.jsonl");
    assert.equal(await meant(m, `a.jsonl#${idOf(PI)}`), idOf(PI));
    fails(await m.run(["show", `a.jsonl#${idOf(CODEX)}`]), 3, new RegExp(idOf(PI)));
  });

  it("a file with # in its name is a file", async () => {
    const m = machine();
    m.copy(PI, "a#b.jsonl");
    assert.equal(await meant(m, "a#b.jsonl"), idOf(PI));
  });
});

describe("segue list", () => {
  /** Ids in the order in which they are listed. */
  async function listed(m: Machine, ...args: string[]): Promise<string[]> {
    const { out, code } = await m.run(["list", "--json", ...args]);
    assert.equal(code, 0);
    return JSON.parse(out).sessions.map(({ id }: { id: string }) => id);
  }

  it("shows this project's sessions first, by the folder itself and not its name", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("shop"));
    symlinkSync(m.at("shop"), m.at("link"));
    const path = m.at(stored(CODEX));
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("/home/dev/shop", m.at("link")));
    lastWentOn(path, new Date(1e12));
    assert.equal((await listed(m)).at(-1), idOf(CODEX));
    for (const folder of ["shop", "link"]) {
      const here = await listed(m, "--cwd", m.at(folder));
      assert.equal(here.length, 3);
      assert.equal(here[0], idOf(CODEX));
    }
    assert.equal(await meant(m, "latest", "--cwd", m.at("shop")), idOf(CODEX));
  });

  it("is cut at 30, or at -n; --all is not", async () => {
    const m = inhabited(root);
    for (let n = 0; n < 30; n++) another(m, m.at(stored(PI)), uuid(n));
    assert.equal((await listed(m)).length, 30);
    assert.equal((await listed(m, "-n", "2")).length, 2);
    assert.equal((await listed(m, "--all")).length, 33);
    assert.match((await m.run(["list"])).err, /^3 more: add --all$/m);
  });

  it("--since: only sessions updated since", async () => {
    const m = inhabited(root);
    const ago = (hours: number) => new Date(Date.now() - hours * 36e5);
    lastWentOn(m.at(stored(CLAUDE)), ago(0.5));
    lastWentOn(m.at(stored(CODEX)), ago(50));
    lastWentOn(m.at(stored(PI)), ago(5));
    for (const [time, ...ids] of [
      ["1h", CLAUDE],
      ["90m", CLAUDE],
      ["6h", CLAUDE, PI],
      ["2d", CLAUDE, PI],
      ["1w", CLAUDE, PI, CODEX],
      [ago(49).toISOString(), CLAUDE, PI],
      ["2001-01-01", CLAUDE, PI, CODEX],
    ] as const) {
      assert.deepEqual(await listed(m, "--since", time), ids.map(idOf), time);
    }
    for (const wrong of ["yesterday", "5", "3x", "-1d"]) {
      fails(await m.run(["list", "--since", wrong]), 2, /3h, 2d/);
    }
  });

  it("trims titles", async () => {
    const { out } = await inhabited(root).run(["list", "--json"]);
    for (const { title } of JSON.parse(out).sessions) assert.match(title, /^MARK-USER-1/);
  });

  it("finds the folder of a session whose first line is long", async () => {
    const m = inhabited(root);
    const path = m.at(stored(CODEX));
    const [first = "", ...rest] = readFileSync(path, "utf8").split("\n");
    const long = first.replace('"payload":{', `"payload":{"padding":"${"x".repeat(200_000)}",`);
    writeFileSync(path, [long, ...rest].join("\n").replaceAll("/home/dev/shop", m.home));
    utimesSync(path, new Date(0), new Date(1e12));
    assert.equal((await listed(m))[0], idOf(CODEX));
  });

  it("is not kept by a file that cannot be read", {
    skip: process.getuid?.() !== 0 && "only root can be another",
  }, async () => {
    const m = inhabited(root);
    for (const folder of [root, m.home]) chmodSync(folder, 0o755);
    const closed = another(m, m.at(stored(PI)), uuid(1));
    chmodSync(closed, 0o600);
    for (const each of [CLAUDE, CODEX, PI]) chmodSync(m.at(stored(each)), 0o644);
    appendFileSync(m.at(stored(PI)), '{"torn":');
    const { out, err, code } = await m.run(["list", "--json"], { uid: 65_534 });
    assert.equal(code, 0, err);
    assert.equal(JSON.parse(out).sessions.length, 3);
    assert.match(err, /cannot be read: 1/);
  });
});
