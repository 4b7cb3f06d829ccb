/** What subagents did, where their transcripts lie apart from the session's. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import type { Report } from "../../src/convert/report/report.ts";
import { fixtures } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { dump, makeDatabase, rowIn, run } from "../support/opencode-db.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();

/** Of each agent that keeps them apart: the folder's sessions, the subagent's file, and its words. */
const AGENTS = [
  {
    agent: "claude-code",
    variant: "claude-code/subagent",
    own: /\/subagents\//,
    words: "MARK-SUB-FINAL",
  },
  { agent: "qwen", variant: "qwen/subagent", own: /\/subagents\//, words: "MARK-SUBPROMPT" },
  { agent: "gemini", variant: "gemini/subagent", own: /\/chats\/[^/]+\/[^/]+\.jsonl$/, words: "" },
  { agent: "codex", variant: "codex/subagent-v2", own: /9117-7be2-9289-610112fa8938/, words: "" },
  { agent: "kimi", variant: "kimi/subagent", own: /\/agents\/agent-0\//, words: "MARK-SUB-A1" },
  {
    agent: "kimi-cli",
    variant: "kimi-cli/subagent",
    own: /\/subagents\/a08bd8141\//,
    words: "MARK-SUB-A1",
  },
  { agent: "omp", variant: "omp/subagent", own: /\/Counter\.jsonl$/, words: "one door" },
];

for (const { agent, variant, own, words } of AGENTS) {
  const files = fixtures.filter(({ name }) => name.startsWith(`${variant}/`));
  const child = files.find(({ path }) => own.test(path));
  const main = files.find(({ path }) => !own.test(path));
  if (!child || !main) throw new Error(`no subagent in ${variant}`);

  const machine = (): Machine => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    m.install(main);
    return m;
  };
  /** Where a file of the fixture is on the machine. */
  const at = (m: Machine, path: string): string => m.at(path.slice(path.indexOf("/.") + 1));

  describe(`subagents of ${agent}`, () => {
    it("a transcript is converted as the conversation that it is", async () => {
      const m = machine();
      const { code, out, err } = await m.run(["convert", at(m, child.path), "--to", "pi"]);
      assert.equal(code, 0, err);
      assert.doesNotMatch(err, /: 0 messages/);
      assert.match(out, /"role":"user"/);
      assert.match(out, /"role":"assistant"/);
      assert.ok(out.includes(words));
    });

    it("`list` has one line for those that are among the sessions", async () => {
      const m = machine();
      const { out } = await m.run(["list"]);
      const isAmong = agent === "codex";
      assert.equal(/└ 1 subagent/.test(out), isAmong, out);
      assert.equal(out.trim().split("\n").length, isAmong ? 3 : 2, out);
      assert.doesNotMatch(out, /NEW_TASK/);
    });

    it("`list -n` counts a session and its subagents as one", async () => {
      const m = machine();
      const other = fixtures.find(({ name }) => name.startsWith("pi/basic/"));
      assert.ok(other);
      m.install(other);
      const { out } = await m.run(["list", "-n", "2"]);
      const rows = out.trim().split("\n").slice(1);
      assert.equal(rows.filter((row) => !row.includes("└")).length, 2, out);
      const one = await m.run(["list", "-n", "1"]);
      assert.equal(one.out.trim().split("\n").length - 1, rows.length - 1);
      const json = await m.run(["list", "-n", "2", "--json"]);
      assert.equal(JSON.parse(json.out).sessions.length, 2, "for programs nothing is folded");
    });

    it("`show` says that there are some, and shows them with --subagents", async () => {
      const m = machine();
      const plain = await m.run(["show", at(m, main.path)]);
      assert.match(plain.err, /subagents with separate transcripts: 1/);
      const shown = await m.run(["show", at(m, main.path), "--subagents"]);
      assert.equal(shown.code, 0, shown.err);
      assert.ok(shown.out.startsWith(plain.out) && shown.out.length > plain.out.length);
      assert.match(shown.out.slice(plain.out.length), /^subagent \S+\n.*\[1\] user\n/s);
      const json = JSON.parse(
        (await m.run(["show", at(m, main.path), "--json", "--subagents"])).out,
      );
      assert.equal(json.subagents.length, 1);
      assert.ok(json.subagents[0].entries.length > 0);
    });

    it("a handoff names them, and a dump has them", async () => {
      const m = machine();
      const { out } = await m.run(["handoff", at(m, main.path)]);
      assert.match(
        out,
        /Its subagent has a separate transcript, which `segue show .* --subagents`/,
      );
      const done = await m.run(["dump", agent, m.at("dump"), "--format", "markdown"]);
      assert.equal(done.code, 0, done.err);
      const names = readdirSync(m.at("dump"), { recursive: true, encoding: "utf8" });
      const below = names.filter((name) => /^[^/]+\/[^/]+\/[^/]+\.md$/.test(name));
      assert.equal(below.length, 1, names.join("\n"));
      assert.ok(readFileSync(m.at("dump", below[0] ?? ""), "utf8").includes(words));
    });
  });
}

describe("resume --subagents", () => {
  const claude = fixtures.filter(({ name }) => name.startsWith("claude-code/subagent/"));
  const main = claude.find(({ path }) => !path.includes("/subagents/"));
  const child = claude.find(({ path }) => path.includes("/subagents/"));
  if (!main || !child) throw new Error("no subagent in claude-code/subagent");
  const SESSION = "05be5057-698d-4ddf-a33d-da9e012e6579";

  /** With a session that has a subagent, and OpenCode's database. */
  const machine = (): { m: Machine; database: string } => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    m.install(main);
    const database = m.at(".local/share/opencode/opencode.db");
    mkdirSync(dirname(database), { recursive: true });
    makeDatabase(database);
    return { m, database };
  };
  const handed = async (m: Machine, ...args: string[]): Promise<Report> => {
    const given = ["resume", ...args, "--no-launch", "--subagents", "--json"];
    const { code, out, err } = await m.run(given);
    assert.equal(code, 0, err);
    return JSON.parse(out);
  };
  const elsewhere = ({ losses }: Report): number =>
    losses.find(({ code }) => code === "subagent-elsewhere")?.count ?? 0;

  it("a subagent's session hangs on its parent's in OpenCode, and says what it did", async () => {
    const { m, database } = machine();
    const report = await handed(m, SESSION, "--in", "opencode");
    const [sub, ...more] = report.subagents ?? [];
    assert.ok(sub && more.length === 0);
    assert.equal(sub.verified.readback, true);
    assert.equal(elsewhere(report), 0);
    const sql = "SELECT parent_id FROM session WHERE id = ?";
    assert.equal(rowIn(database, sql, sub.target.id)?.parent_id, report.target.id);
    const shown = await m.run(["show", report.target.path ?? "", "--subagents"]);
    assert.match(shown.out, /\nsubagent ses_.*MARK-SUB-A1.*MARK-SUB-OUT.*MARK-SUB-FINAL/s);
    const { out } = await m.run(["list", "--agent", "opencode", "--all", "--jsonl"]);
    assert.equal(out.trim().split("\n").length, 1);
  });

  it("`undo` takes back the session and its subagents, whichever of the writes is named", async () => {
    for (const n of [[], ["1"], ["2"]]) {
      const { m, database } = machine();
      const before = dump(database);
      await handed(m, SESSION, "--in", "opencode");
      const { code, out, err } = await m.run(["undo", ...n]);
      assert.equal(code, 0, err);
      assert.equal(out.trim().split("\n").length, 2);
      assert.equal(dump(database), before);
      assert.deepEqual(JSON.parse((await m.run(["log", "--json"])).out).writes, []);
    }
  });

  it("going there again, and home, adds nothing where a subagent is as it was", async () => {
    const { m, database } = machine();
    const there = await handed(m, SESSION, "--in", "opencode");
    const rows = dump(database);
    const again = await handed(m, SESSION, "--in", "opencode");
    assert.equal(again.subagents?.[0]?.how, "opened");
    assert.equal(again.subagents?.[0]?.target.id, there.subagents?.[0]?.target.id);
    const home = await handed(m, there.target.id, "--in", "claude-code");
    assert.deepEqual([home.how, home.added, elsewhere(home)], ["restored", 0, 0]);
    assert.deepEqual([home.subagents?.[0]?.how, home.subagents?.[0]?.added], ["restored", 0]);
    assert.equal(dump(database), rows);
    for (const { path } of claude) {
      const at = m.at(path.slice(path.indexOf("/.") + 1));
      assert.deepEqual(readFileSync(at), readFileSync(path));
    }
  });

  it("what a subagent did since goes to the end of its own transcript at home", async () => {
    const { m, database } = machine();
    const there = await handed(m, SESSION, "--in", "opencode");
    const id = there.subagents?.[0]?.target.id ?? "";
    const words = { type: "text", text: "MARK-LATER" };
    const data = { role: "user", time: { created: 4e12 }, agent: "build", model: {} };
    const row = "INSERT INTO message VALUES ('msg_zz', ?, 4000000000000, 4000000000000, ?)";
    run(database, row, id, JSON.stringify(data));
    const part = "INSERT INTO part VALUES ('prt_zz', 'msg_zz', ?, 4000000000000, 4000000000000, ?)";
    run(database, part, id, JSON.stringify(words));
    const home = await handed(m, there.target.id, "--in", "claude-code");
    assert.ok((home.subagents?.[0]?.added ?? 0) > 0);
    const at = m.at(child.path.slice(child.path.indexOf("/.") + 1));
    const [before, after] = [readFileSync(child.path, "utf8"), readFileSync(at, "utf8")];
    assert.ok(after.startsWith(before) && after.slice(before.length).includes("MARK-LATER"));
    await m.run(["undo"]);
    assert.equal(readFileSync(at, "utf8"), before);
  });

  it("where the agent has no place for it, the report counts it, and the exit code is 0", async () => {
    const { m } = machine();
    const report = await handed(m, SESSION, "--in", "pi");
    assert.deepEqual([report.subagents, elsewhere(report)], [[], 1]);
    const { err } = await m.run(["resume", SESSION, "--in", "pi", "--dry-run", "--subagents"]);
    assert.match(err, /subagents not handed over: 1 \(Pi\)/);
  });

  it("in Codex it is a thread that the session's spawned, and the session is the newest", async () => {
    const { m } = machine();
    const report = await handed(m, SESSION, "--in", "codex");
    const [sub] = report.subagents ?? [];
    const [first = ""] = readFileSync(sub?.target.path ?? "", "utf8").split("\n");
    const { payload } = JSON.parse(first);
    const { id } = report.target;
    assert.deepEqual([payload.session_id, payload.parent_thread_id], [id, id]);
    assert.equal(payload.source.subagent.thread_spawn.parent_thread_id, id);
    const newest = await m.run(["show", "latest", "--from", "codex", "--subagents"]);
    assert.match(newest.out, /^\[1\] user\nMARK-U1.*\nsubagent .*MARK-SUB-FINAL/s);
    const home = await handed(m, "latest", "--from", "codex", "--in", "claude-code");
    assert.deepEqual([home.how, home.added, home.subagents?.[0]?.added], ["restored", 0, 0]);
    await m.run(["undo"]);
    assert.equal(existsSync(m.at(".codex")), false);
  });

  it("going there again adds nothing, though the subagent began on another day", async () => {
    const { m } = machine();
    const at = m.at(child.path.slice(child.path.indexOf("/.") + 1));
    writeFileSync(at, readFileSync(at, "utf8").replaceAll("2026-11-21T", "2026-11-23T"));
    const there = await handed(m, SESSION, "--in", "codex");
    const again = await handed(m, SESSION, "--in", "codex");
    const [one, other] = [there, again].map(({ subagents }) => subagents?.[0]);
    assert.deepEqual([other?.how, other?.target.id], ["opened", one?.target.id]);
  });

  it("where the session is written anew, its subagents come along anew", async () => {
    const { m, database } = machine();
    const first = await handed(m, SESSION, "--in", "opencode");
    appendFileSync(
      m.at(main.path.slice(main.path.indexOf("/.") + 1)),
      `${JSON.stringify({ type: "user", uuid: "u-later", parentUuid: null, sessionId: SESSION, message: { role: "user", content: "MARK-LATER" } })}\n`,
    );
    const second = await handed(m, SESSION, "--in", "opencode");
    assert.notEqual(second.target.id, first.target.id);
    const sql = "SELECT parent_id FROM session WHERE id = ?";
    for (const { target, subagents = [] } of [first, second]) {
      const id = subagents[0]?.target.id ?? "";
      assert.equal(rowIn(database, sql, id)?.parent_id, target.id);
    }
  });

  for (const to of ["claude-code", "qwen"]) {
    const from = to === "qwen" ? "claude-code/subagent" : "qwen/subagent";
    it(`a subagent of ${from} is one of ${to}'s, and comes home`, async () => {
      const m = new Machine(mkdtempSync(join(root, "home-")));
      const files = fixtures.filter(({ name }) => name.startsWith(`${from}/`));
      const own = files.find(({ path }) => !path.includes("/subagents/"));
      assert.ok(own);
      m.install(own);
      const at = m.at(own.path.slice(own.path.indexOf("/.") + 1));
      const report = await handed(m, at, "--in", to);
      const [sub] = report.subagents ?? [];
      assert.equal(sub?.verified.readback, true);
      const path = sub.target.path ?? "";
      const [first = ""] = readFileSync(path, "utf8").split("\n");
      const { isSidechain, sessionId, agentId } = JSON.parse(first);
      assert.deepEqual([isSidechain, sessionId], [true, report.target.id]);
      assert.ok(path.endsWith(`agent-${agentId}.jsonl`));
      const meta = JSON.parse(readFileSync(path.replace(/jsonl$/, "meta.json"), "utf8"));
      assert.match(meta.description, /MARK-SUBPROMPT/);
      const shown = await m.run(["show", report.target.path ?? "", "--subagents"]);
      assert.match(shown.out, /\nsubagent agent-.*MARK-SUBPROMPT/s);
      const home = await handed(m, report.target.id, "--in", from.split("/")[0] ?? "");
      assert.deepEqual([home.how, home.added, home.subagents?.[0]?.added], ["restored", 0, 0]);
      await m.run(["undo"]);
      assert.equal(existsSync(path.replace(/\/agent-[^/]*$/, "")), false);
    });
  }

  it("is refused with --handoff, which writes no session", async () => {
    const { m } = machine();
    const given = ["resume", SESSION, "--in", "pi", "--handoff", "--subagents", "--no-launch"];
    const { code, err } = await m.run(given);
    assert.equal(code, 2);
    assert.match(err, /--subagents/);
  });

  it("without it, and with --dry-run, no subagent's session is written", async () => {
    const { m, database } = machine();
    const before = dump(database);
    const dry = await m.run(["resume", SESSION, "--in", "opencode", "--dry-run", "--subagents"]);
    assert.match(dry.err, /subagents handed over as well: 1/);
    assert.equal(dump(database), before);
    await m.run(["resume", SESSION, "--in", "opencode", "--no-launch"]);
    assert.equal(rowIn(database, "SELECT count(*) AS n FROM session")?.n, 1);
  });
});

describe("search and subagents", () => {
  const session = (): Machine => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    const main = fixtures.find(({ name }) => name.startsWith("codex/subagent-v2/"));
    assert.ok(main);
    m.install(main);
    return m;
  };

  it("what a subagent's session holds stands below the session that started it", async () => {
    const m = session();
    const { out } = await m.run(["search", "MARK-SUB-ASSIST"]);
    const lines = out.trimEnd().split("\n");
    assert.match(lines[0] ?? "", /^codex 01a1fc35-908c-\S+ .* MARK-USER-1 use a subagent$/);
    assert.match(lines[1] ?? "", /^ {2}└ subagent 01a1fc35-9117-\S+ {2}looker$/);
    assert.match(lines[2] ?? "", /^ {4}\[\d+\] MARK-SUB-ASSIST/);
    assert.equal(lines.length, 3);
    const json = JSON.parse((await m.run(["search", "MARK-SUB-ASSIST", "--json"])).out);
    assert.match(json.sessions[0].id, /^01a1fc35-9117/);
  });

  it("-n counts both as one", async () => {
    const m = session();
    const { out } = await m.run(["search", "looker", "-n", "1"]);
    assert.match(out, /^codex 01a1fc35-908c/);
    assert.match(out, /^ {2}└ subagent 01a1fc35-9117/m);
  });
});
