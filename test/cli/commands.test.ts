/** The command line's contract: exit codes, what goes where, and the shapes of its JSON. */
import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import { type Fixture, fixture } from "../support/fixtures.ts";
import { known, sha256, temporaryFolder } from "../support/folder.ts";
import { type Ended, Machine } from "../support/segue.ts";

const root = temporaryFolder();
const machine = () => new Machine(mkdtempSync(join(root, "home-")));
const BASICS = agents.map(({ id }) => fixture(`${id}/basic`));
const [CLAUDE, CODEX, PI] = [known(BASICS[0]), known(BASICS[1]), known(BASICS[2])];

/** A machine with a session of each agent. */
function inhabited(): Machine {
  const m = machine();
  for (const each of BASICS) m.install(each);
  return m;
}

function idOf({ name }: Fixture): string {
  return known(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.jsonl)/.exec(name))[0];
}

function fails({ err, code, out }: Ended, exit: number, says: RegExp): void {
  assert.match(err, says);
  assert.ok(err.trimEnd().split("\n").length <= 3, err);
  assert.doesNotMatch(err, /^ +at |should not happen/m);
  assert.equal(out, "", "stdout");
  assert.equal(code, exit, err);
}

/** Names of all keys, to any depth: what programs may rely on. */
function keys(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [keys(value[0])];
  if (typeof value !== "object" || value === null)
    return typeof value === "object" ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, keys(v)]));
}

describe("wrong use", () => {
  for (const [args, exit, says] of [
    [["convert", "x.jsonl"], 2, /--to/],
    [["convert", "--to", "pi"], 2, /missing required argument/],
    [["convert", "a.jsonl", "--to", "pi", "--json"], 2, /-o/],
    [["list", "-n", "0"], 2, /above 0/],
    [["list", "--nonsense"], 2, /unknown option/],
    [["show", "x", "--range", "a"], 2, /5-12/],
    [["show", "x", "--tools", "all"], 2, /none, brief, full/],
    [["check"], 2, /name a session/],
    [["nonsense"], 2, /unknown command/],
    [["list", "--store", "pi"], 2, /agent=dir/],
    [["convert", "a.jsonl", "--to", "clude"], 3, /claude/],
    [["list", "--agent", "nobody"], 3, /there is no agent/],
    [["show", "deadbeef"], 3, /there is no session/],
    [["show", "abc"], 3, /four characters/],
    [["show", "pi#7"], 3, /no number 7/],
    [["show", "latest"], 3, /no session was found/],
    [["resume", "latest", "--in", "pi"], 3, /no session was found/],
    [["undo"], 3, /nothing to undo/],
    [["undo", "9"], 3, /no write 9/],
  ] as const) {
    it(`segue ${args.join(" ")}`, async () => {
      const m = machine();
      m.copy(PI, "a.jsonl");
      fails(await m.run(args), exit, says);
    });
  }

  it("nothing at all: help, and 2", async () => {
    const { code, out, err } = await machine().run([]);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /Usage: segue/);
  });

  it("--help and --version are no errors", async () => {
    const help = await machine().run(["--help"]);
    assert.equal(help.code, 0);
    assert.match(help.out, /resume.*\n.*convert/s);
    const version = await machine().run(["--version"]);
    assert.deepEqual([version.code, version.err], [0, ""]);
    assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
  });
});

describe("selecting a session", () => {
  it("by id, prefix, agent and id, number, latest, or path", async () => {
    const m = inhabited();
    utimesSync(m.at(stored(CODEX)), new Date(), new Date(Date.now() + 60_000));
    const id = idOf(PI);
    for (const selector of [id, `pi:${id}`, `pi:${id.slice(0, 13)}`, "pi#1", m.at(stored(PI))]) {
      const { code, out, err } = await m.run(["show", selector, "--json"]);
      assert.equal(code, 0, err);
      assert.equal(JSON.parse(out).header.id, id, selector);
    }
    const { out } = await m.run(["show", "latest", "--json"]);
    assert.equal(JSON.parse(out).header.id, idOf(CODEX));
  });

  it("a prefix of two: both are named, and 3", async () => {
    const m = inhabited();
    // Pi's and Codex's ids begin with the same time.
    const shared = idOf(PI).slice(0, 5);
    assert.ok(idOf(CODEX).startsWith(shared));
    const ended = await m.run(["show", shared]);
    fails(ended, 3, /any of 2 sessions/);
    assert.match(ended.err, new RegExp(`pi:${idOf(PI)}`));
    assert.match(ended.err, new RegExp(`codex:${idOf(CODEX)}`));
    assert.equal((await m.run(["show", `pi:${shared}`])).code, 0);
    assert.equal((await m.run(["show", shared, "--from", "pi"])).code, 0);
  });

  it("agents have short names", async () => {
    const m = inhabited();
    for (const name of ["claude", "cc", "CLAUDE-CODE"]) {
      assert.equal((await m.run(["show", `${name}#1`])).code, 0, name);
    }
  });

  it("--store says where to look", async () => {
    const m = inhabited();
    const bare = machine();
    const store = m.at(".pi/agent/sessions");
    const { out } = await bare.run(["list", "--all", "--json", "--store", `pi=${store}`]);
    assert.equal(JSON.parse(out).sessions.length, 1);
    const vendor = { env: { CODEX_HOME: m.at(".codex") } };
    const moved = await bare.run(["list", "--all", "--json"], vendor);
    assert.equal(JSON.parse(moved.out).sessions[0].agent, "codex");
  });
});

function stored({ path }: Fixture): string {
  return path.slice(path.indexOf("/.", path.indexOf("/fixtures/")) + 1);
}

describe("segue show", () => {
  it("prints the conversation, all or part of it", async () => {
    const m = inhabited();
    const all = await m.run(["show", "pi#1"]);
    assert.match(all.out, /^\[1\] user\nMARK-USER-1/);
    assert.equal(all.err, "");
    const blocks = all.out.split(/^(?=\[\d+\] )/m);
    assert.equal(
      (await m.run(["show", "pi#1", "--range", "2-3"])).out,
      blocks.slice(1, 3).join(""),
    );
    assert.equal((await m.run(["show", "pi#1", "--tail", "2"])).out, blocks.slice(-2).join(""));
    assert.doesNotMatch((await m.run(["show", "pi#1", "--tools", "none"])).out, /^[→←]/m);
  });

  it("prints the file as it is, and takes one from stdin", async () => {
    const m = inhabited();
    const raw = await m.run(["show", "pi#1", "--raw"]);
    assert.ok(raw.stdout.equals(readFileSync(PI.path)));
    const piped = await m.run(["show", "-", "--json"], { stdin: readFileSync(PI.path) });
    const read = await m.run(["show", "pi#1", "--json"]);
    assert.equal(piped.out, read.out);
  });
});

describe("segue convert", () => {
  for (const source of BASICS) {
    for (const { id } of agents) {
      if (id === source.agent.id) continue;
      it(`${source.agent.id} to ${id} and back, through pipes`, async () => {
        const m = machine();
        const stdin = readFileSync(source.path);
        const there = await m.run(["convert", "-", "--to", id], { stdin });
        assert.equal(there.code, 0, there.err);
        assert.match(there.err, new RegExp(`${source.agent.id} → ${id}: `));
        for (const line of there.out.trimEnd().split("\n")) JSON.parse(line);
        const back = await m.run(["convert", "-", "--to", source.agent.id, "--quiet"], {
          stdin: there.stdout,
        });
        assert.equal(back.err, "");
        assert.ok(back.stdout.equals(stdin), "other bytes came back");
        assert.deepEqual(readdirSync(m.home), []);
      });
    }
  }

  it("writes a file and its carry, and reports", async () => {
    const m = machine();
    const source = m.copy(CLAUDE, "a.jsonl");
    const before = sha256(source);
    const args = [
      "convert",
      "a.jsonl",
      "--to",
      "codex",
      "-o",
      "b.jsonl",
      "--json",
      "--report",
      "r",
    ];
    const { code, out, err } = await m.run(args);
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(readdirSync(m.home).sort(), ["a.jsonl", "b.jsonl", "b.jsonl.segue", "r"]);
    assert.equal(readFileSync(m.at("r"), "utf8"), out);
    assert.equal(sha256(source), before);
    const report = JSON.parse(out);
    assert.equal(report.verified.readback, true);
    assert.deepEqual(keys(report), {
      schema: "string",
      how: "string",
      source: { agent: "string", id: "string", path: "string", records: "number", bytes: "number" },
      target: { agent: "string", id: "string", path: "string", command: null },
      counts: {
        messages: "number",
        toolCalls: "number",
        toolResults: "number",
        reasoning: "number",
        images: "number",
      },
      tokens: { estimate: "number", window: null },
      losses: [
        { code: "string", severity: "string", count: "number", what: "string", where: ["string"] },
      ],
      carry: { path: "string", bytes: "number" },
      verified: { readback: "boolean", laws: ["number"] },
      added: "number",
      stale: "number",
    });
  });

  it("--no-carry keeps nothing, --embed keeps it inside", async () => {
    const m = machine();
    m.copy(PI, "a.jsonl");
    await m.run(["convert", "a.jsonl", "--to", "codex", "-o", "n.jsonl", "--no-carry"]);
    await m.run(["convert", "a.jsonl", "--to", "codex", "-o", "e.jsonl", "--embed"]);
    assert.deepEqual(readdirSync(m.home).sort(), ["a.jsonl", "e.jsonl", "n.jsonl"]);
    const home = await m.run(["convert", "e.jsonl", "--to", "pi", "--quiet"]);
    assert.ok(home.stdout.equals(readFileSync(PI.path)));
    const anew = await m.run(["convert", "n.jsonl", "--to", "pi", "--quiet"]);
    assert.match(anew.out, /MARK-USER-1/);
    const fresh = await m.run(["convert", "e.jsonl", "--to", "pi", "--fresh", "--quiet"]);
    assert.notEqual(fresh.out, home.out);
  });

  it("gives the same bytes each time", {
    todo: "the carry names the temporary copy of stdin as its source",
  }, async () => {
    const m = machine();
    const stdin = readFileSync(CODEX.path);
    const [a, b] = [
      await m.run(["convert", "-", "--to", "pi"], { stdin }),
      await m.run(["convert", "-", "--to", "pi"], { stdin }),
    ];
    assert.ok(a.stdout.equals(b.stdout));
  });
});

describe("segue list, agents, check, log", () => {
  it("list --json and --jsonl", async () => {
    const m = inhabited();
    const { out, err, code } = await m.run(["list", "--all", "--json"]);
    assert.deepEqual([code, err], [0, ""]);
    const document = JSON.parse(out);
    assert.equal(document.schema, "segue/list@1");
    assert.deepEqual(Object.keys(document.sessions[0]), [
      ...["agent", "id", "title", "cwd", "createdAt", "updatedAt", "messages", "tokens", "model"],
      ...["path", "branch", "parent", "limit"],
    ]);
    const found = document.sessions.map(({ agent }: { agent: string }) => agent).sort();
    assert.deepEqual(found, agents.map(({ id }) => id).sort());
    const lines = await m.run(["list", "--all", "--jsonl"]);
    assert.deepEqual(
      lines.out
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
      document.sessions,
    );
    const one = await m.run(["list", "--all", "--agent", "pi", "-n", "1", "--jsonl"]);
    assert.equal(JSON.parse(one.out).id, idOf(PI));
  });

  it("list is of this project, unless --all", async () => {
    const m = inhabited();
    const none = await m.run(["list"]);
    assert.deepEqual([none.code, none.out], [0, ""]);
    assert.match(none.err, /3 elsewhere/);
    const there = await m.run(["list", "--cwd", "/home/dev/shop", "--json"]);
    assert.equal(JSON.parse(there.out).sessions.length, 3);
  });

  it("agents --json", async () => {
    const m = inhabited();
    const { out, code } = await m.run(["agents", "--json"]);
    assert.equal(code, 0);
    const document = JSON.parse(out);
    assert.equal(document.schema, "segue/agents@1");
    for (const row of document.agents) {
      assert.deepEqual(Object.keys(row), [
        ...["id", "name", "installed", "version", "stores", "sessions", "read", "write", "resume"],
        "proven",
      ]);
      assert.deepEqual([row.installed, row.version, row.sessions], [false, null, 1]);
    }
  });

  it("check proves the laws, and says what would be lost", async () => {
    const m = inhabited();
    const { out, code } = await m.run(["check", "claude#1", "--json"]);
    assert.equal(code, 0);
    const document = JSON.parse(out);
    assert.deepEqual(Object.keys(document), ["schema", "agent", "path", "laws", "losses"]);
    assert.equal(document.laws.length, agents.length);
    for (const law of document.laws) {
      assert.deepEqual(Object.keys(law), ["law", "through", "ok", "detail"]);
      assert.equal(law.ok, true);
    }
    const words = await m.run(["check", "--all"]);
    assert.equal(words.code, 0);
    assert.equal(words.out.match(/law 1 {2}same bytes/g)?.length, 3);
    assert.doesNotMatch(words.out, /FAILED/);
  });

  it("log and undo: what was written is named, and taken back exactly", async () => {
    const m = inhabited();
    const before = readdirSync(m.home, { recursive: true, encoding: "utf8" }).sort();
    assert.equal((await m.run(["log"])).out, "");
    await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"]);
    await m.run(["resume", "pi#1", "--in", "claude", "--no-launch"]);
    const { writes } = JSON.parse((await m.run(["log", "--json"])).out);
    assert.deepEqual(
      writes.map((w: { n: number; target: { agent: string } }) => [w.n, w.target.agent]),
      [
        [2, "claude-code"],
        [1, "codex"],
      ],
    );
    assert.equal((await m.run(["undo", "1"])).code, 0);
    assert.equal((await m.run(["undo"])).code, 0);
    fails(await m.run(["undo"]), 3, /nothing to undo/);
    const after = readdirSync(m.home, { recursive: true, encoding: "utf8" })
      .filter((path) => !path.startsWith(".segue"))
      .sort();
    assert.deepEqual(after, before);
  });

  it("a journal whose last line is torn is read", async () => {
    const m = inhabited();
    await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"]);
    const path = m.at(".segue/journal.jsonl");
    writeFileSync(path, `${readFileSync(path, "utf8")}{"n":2,"ti`);
    await m.run(["resume", "pi#1", "--in", "claude", "--no-launch"]);
    const { writes } = JSON.parse((await m.run(["log", "--json"])).out);
    assert.equal(writes.length, 2);
  });
});

describe("segue resume", () => {
  it("--dry-run writes nothing, and gives the whole report", async () => {
    const m = inhabited();
    const before = readdirSync(m.home, { recursive: true, encoding: "utf8" }).sort();
    const { code, out } = await m.run(["resume", "pi#1", "--in", "codex", "--dry-run", "--json"]);
    assert.equal(code, 0);
    const report = JSON.parse(out);
    assert.equal(report.target.command[0], "codex");
    assert.equal(report.verified.readback, true);
    const after = readdirSync(m.home, { recursive: true, encoding: "utf8" })
      .filter((path) => !path.startsWith(".segue"))
      .sort();
    assert.deepEqual(after, before);
  });

  it("--no-launch writes the session where its agent finds it, and prints the command", async () => {
    const m = inhabited();
    for (const { id } of agents) {
      if (id === "pi") continue;
      const { code, out, err } = await m.run(["resume", "pi#1", "--in", id, "--no-launch"]);
      assert.equal(code, 0, err);
      assert.equal(out.split("\n").length, 2);
      const listed = JSON.parse((await m.run(["list", "--all", "--agent", id, "--json"])).out);
      assert.equal(listed.sessions.length, 2);
      const newer = listed.sessions.find((s: { id: string }) => out.includes(s.id));
      assert.match(newer.title, /MARK-USER-1/);
    }
  });

  it("comes home to an unchanged original: its old bytes are a prefix", async () => {
    const m = inhabited();
    const original = m.at(stored(PI));
    const old = readFileSync(original);
    await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"]);
    const rollout = readdirSync(m.at(".codex"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".jsonl") && !name.includes(basename(CODEX.path)))
      .map((name) => m.at(".codex", name));
    const [path] = rollout;
    assert.ok(path !== undefined && rollout.length === 1);
    const line = readFileSync(path, "utf8")
      .split("\n")
      .find((l) => l.includes("MARK-USER-1"));
    writeFileSync(path, `${known(line).replaceAll("MARK-USER-1", "ADDED-THERE")}\n`, { flag: "a" });
    const { code, err } = await m.run(["resume", path, "--in", "pi", "--no-launch"]);
    assert.equal(code, 0, err);
    const now = readFileSync(original);
    assert.ok(now.length > old.length && now.subarray(0, old.length).equals(old));
    assert.match(now.subarray(old.length).toString(), /ADDED-THERE/);
    assert.equal((await m.run(["undo"])).code, 0);
    assert.ok(readFileSync(original).equals(old));
  });

  it("an agent that is not installed: said before anything is written", async () => {
    const m = inhabited();
    fails(await m.run(["resume", "pi#1", "--in", "codex"]), 1, /not installed/);
    assert.equal((await m.run(["log", "--json"])).out.includes('"n"'), false);
  });

  it("a folder that is gone", async () => {
    const m = inhabited();
    mkdirSync(m.at("bin"));
    writeFileSync(m.at("bin/pi"), "#!/bin/sh\necho started\n", { mode: 0o755 });
    const text = readFileSync(PI.path, "utf8").replaceAll("/home/dev/shop", m.at("gone"));
    writeFileSync(m.at(stored(PI)), text);
    const ended = await m.run(["resume", "pi#1", "--quiet"]);
    fails(ended, 1, /folder is gone/);
  });
});
