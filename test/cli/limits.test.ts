/** `segue limits`: what users and scripts see of each account, from sessions as CLIs wrote them. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, it } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { agentNamed } from "../../src/agents/registry.ts";
import { openSegue } from "../../src/core/segue.ts";
import { fixture } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { moveTimes, moveTogether } from "../support/moved.ts";
import { makeDatabase } from "../support/opencode-db.ts";
import { Machine } from "../support/segue.ts";
import { fails } from "./support.ts";

const root = temporaryFolder();
const [MINUTE, HOUR, DAY] = [6e4, 36e5, 864e5];

const schema = readFileSync(join(import.meta.dirname, "../../schema/limits.schema.json"), "utf8");
const isDocument = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(schema));

interface Window {
  hours: number;
  tokens: number;
  input: number;
  output: number;
  cacheRead: number;
  cost: number | null;
  unpriced: number;
}

interface Account {
  agent: string;
  profile: string | null;
  status: string;
  kind: string | null;
  usedPercent: number | null;
  scope: string | null;
  resetsAt: string | null;
  until: string | null;
  session: string | null;
  source: string | null;
  windows: Window[];
}

/** A machine whose sessions ended some time ago. */
function machine(ago: number, ...names: string[]): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  for (const name of names) {
    cpSync(join(import.meta.dirname, "../fixtures", name), m.home, { recursive: true });
  }
  moveTogether(m.home, Date.now() - ago);
  return m;
}

function file(m: Machine, pattern: string): string {
  return m.at(known(globSync(pattern, { cwd: m.home })[0], pattern));
}

async function limits(m: Machine, ...args: string[]): Promise<Account[]> {
  const { out, err, code } = await m.run(["limits", "--json", ...args]);
  assert.equal(code, 0, err);
  return JSON.parse(out).limits;
}

async function one(m: Machine, agent: string): Promise<Account> {
  return known((await limits(m, agent))[0]);
}

/** A session of Claude Code that ended with these words of the CLI. */
function refused(words: string, ago = 10 * MINUTE): Machine {
  const m = machine(ago, "claude-code/limit-429");
  const path = file(m, CLAUDE);
  const lines = readFileSync(path, "utf8").split("\n");
  const told = lines.map((line) =>
    line.includes('"isApiErrorMessage":true')
      ? line.replace(/"text":"[^"]*"/, () => `"text":${JSON.stringify(words)}`)
      : line,
  );
  writeFileSync(path, told.join("\n"));
  utimesSync(path, (Date.now() - ago) / 1000, (Date.now() - ago) / 1000);
  return m;
}

const WEEKLY = "You've hit your weekly limit";

const windowOf = ({ windows }: Account, hours: number) =>
  known(windows.find((window) => window.hours === hours));

const now = (): string => new Date().toISOString();

const CODEX = ".codex/sessions/**/*.jsonl";
const CLAUDE = ".claude/projects/*/*.jsonl";

describe("an account", () => {
  it("is limited by its newest refusal, until the time that it was told", async () => {
    const m = machine(10 * MINUTE, "codex/limit-429", "codex/basic");
    const account = await one(m, "codex");
    assert.equal(account.status, "limited");
    assert.ok(Date.parse(known(account.resetsAt)) > Date.now());
    assert.equal(account.until, account.resetsAt);
    assert.deepEqual([account.kind, account.scope], ["quota", "session"]);
    assert.equal(account.usedPercent, 100);
    assert.equal(account.session, "01a1fc35-c890-7033-8e44-0aec96c84c0c");
    assert.equal((await one(machine(3 * DAY, "codex/limit-429"), "codex")).status, "ok");
  });

  it("is free again with a later answer of another session", async () => {
    const m = refused(WEEKLY);
    const before = await one(m, "claude-code");
    assert.deepEqual(
      [before.status, before.kind, before.scope, before.resetsAt],
      ["limited", "quota", "weekly", null],
    );
    assert.ok(Date.parse(known(before.until)) > Date.now() + 6 * DAY);
    const later = new Machine(mkdtempSync(join(root, "home-")));
    later.install(fixture("claude-code/basic"));
    moveTimes(later.home, Date.now() - MINUTE);
    const path = file(later, CLAUDE);
    writeFileSync(m.at(path.slice(later.home.length + 1)), readFileSync(path));
    assert.equal((await one(m, "claude-code")).status, "ok");
  });

  it("is not free by an answer that another agent gave", async () => {
    const m = refused(WEEKLY);
    m.install(fixture("codex/basic"));
    // Handed over to Claude Code, and written now: after its limit.
    const done = await m.run(["resume", "codex#1", "--in", "claude", "--no-launch"]);
    assert.equal(done.code, 0, done.err);
    assert.equal(globSync(CLAUDE, { cwd: m.home }).length, 2);
    const account = await one(m, "claude-code");
    assert.equal(account.status, "limited");
    // Nor did it use tokens twice.
    const alone = await one(refused(WEEKLY), "claude-code");
    assert.deepEqual(windowOf(account, 24), windowOf(alone, 24));
  });

  it("stays limited while another agent has its session, and once that is home again", async () => {
    const m = refused(WEEKLY);
    m.install(fixture("codex/basic"));
    const used = windowOf(await one(m, "claude-code"), 24);
    const basic = file(m, CODEX);
    const there = await m.run(["resume", "claude#1", "--in", "codex", "--no-launch"]);
    assert.equal(there.code, 0, there.err);
    const path = known(
      globSync(CODEX, { cwd: m.home })
        .map((name) => m.at(name))
        .find((one) => one !== basic),
    );
    // What the CLI adds: a turn, as it wrote it in another session.
    const lines = readFileSync(basic, "utf8").trimEnd().split("\n");
    const from = lines.findLastIndex((line) => line.includes('"type":"task_started"'));
    const turn = lines.slice(from).join("\n");
    appendFileSync(path, `${turn.replace(/"timestamp":"[^"]+"/g, `"timestamp":"${now()}"`)}\n`);
    const home = await m.run(["resume", "codex#1", "--in", "claude", "--no-launch"]);
    assert.equal(home.code, 0, home.err);
    assert.equal(globSync(CLAUDE, { cwd: m.home }).length, 1);
    assert.match(home.err, /the original is restored byte for byte, followed by [1-9]/);
    const account = await one(m, "claude-code");
    assert.equal(account.status, "limited");
    assert.deepEqual(windowOf(account, 24), used);
    // But the session itself has continued.
    const { out } = await m.run(["list", "--limited", "--json"]);
    assert.deepEqual(JSON.parse(out).sessions, []);
  });

  it("of which one model is used up works with others", async () => {
    const m = refused("You've hit your Opus limit");
    const account = await one(m, "claude-code");
    assert.deepEqual([account.status, account.scope], ["limited", "model"]);
    const path = file(m, CLAUDE);
    const line = known(
      readFileSync(path, "utf8")
        .match(/^.*"model":"claude-opus-4-8".*$/gm)
        ?.at(-1),
    );
    const later = line.replace(/"timestamp":"[^"]+"/, `"timestamp":"${now()}"`);
    appendFileSync(path, `${later.replace("claude-opus-4-8", "claude-sonnet-5")}\n`);
    assert.equal((await one(m, "claude-code")).status, "warning");
    appendFileSync(path, `${later}\n`);
    assert.equal((await one(m, "claude-code")).status, "ok");
  });

  it("of a profile has limits of its own, and what was used with it", async () => {
    const m = refused(WEEKLY);
    renameSync(m.at(".claude"), m.at(".claude-work"));
    m.install(fixture("claude-code/basic"));
    moveTimes(m.at(".claude"), Date.now() - MINUTE);
    mkdirSync(m.at(".segue"));
    const config =
      "profiles: { claude-work: { agent: claude, env: { CLAUDE_CONFIG_DIR: ~/.claude-work } } }";
    writeFileSync(m.at(".segue/config.yml"), config);
    const all = await limits(m, "claude");
    assert.deepEqual(
      all.map(({ profile, status }) => [profile, status]),
      [
        [null, "ok"],
        ["claude-work", "limited"],
      ],
    );
    assert.deepEqual(
      all.map((account) => windowOf(account, 5).tokens),
      [8 * 1580, 1580],
    );
    const work = await limits(m, "claude-work");
    assert.deepEqual(
      work.map(({ agent, profile }) => [agent, profile]),
      [["claude-code", "claude-work"]],
    );
    const segue = await openSegue({ cwd: m.home, env: m.env });
    const same = (await segue.limits({ agents: ["claude-work"] })).limits;
    assert.deepEqual(
      same.map(({ agent, profile }) => [agent, profile]),
      [["claude-code", "claude-work"]],
    );
    assert.match((await m.run(["limits"])).out, /^claude-work +limited: weekly/m);
  });

  it("is limited by what its hook reported, until it answers again", async () => {
    const m = machine(10 * MINUTE, "kimi-cli/basic");
    assert.equal((await one(m, "kimi-cli")).status, "ok");
    const input = { hook_event_name: "StopFailure", error_type: "APIStatusError", session_id: "s" };
    const stdin = JSON.stringify({ ...input, error_message: "429 weekly usage limit reached" });
    assert.equal((await m.run(["hook", "kimi-cli"], { stdin })).code, 0);
    const document = JSON.parse((await m.run(["limits", "kimi-cli", "--json"])).out);
    assert.ok(isDocument(document), JSON.stringify(isDocument.errors));
    const account = await one(m, "kimi-cli");
    assert.deepEqual(
      [account.status, account.kind, account.scope, account.source, account.session],
      ["limited", "quota", "weekly", "hook", "s"],
    );
    const later = (Date.now() + 1000) / 1000;
    utimesSync(file(m, ".kimi/sessions/*/*/context.jsonl"), later, later);
    assert.equal((await one(m, "kimi-cli")).status, "ok");
  });

  it("that only a conversation is about is not limited", async () => {
    const m = machine(10 * MINUTE, "claude-code/basic");
    const path = file(m, CLAUDE);
    const text = readFileSync(path, "utf8").replaceAll("MARK-USER-1", "rate_limit 429, resets 5pm");
    writeFileSync(path, text);
    assert.equal((await one(m, "claude-code")).status, "ok");
  });
});

describe("what was used", () => {
  it("is counted once for an answer in several records, and has its price", async () => {
    const account = await one(machine(10 * MINUTE, "claude-code/basic"), "claude-code");
    const used = windowOf(account, 5);
    // The fixture has eight answers, each with the same counts, in more than eight records.
    assert.equal(used.input, 8 * 1200);
    assert.equal(used.output, 8 * 80);
    assert.equal(used.cacheRead, 8 * 300);
    assert.equal(used.tokens, 8 * 1580);
    assert.equal(used.unpriced, 0);
    assert.equal(used.cost, Number((8 * (1200 * 5 + 80 * 25 + 300 * 0.5) * 1e-6).toFixed(4)));
  });

  it("is counted by when it was used", async () => {
    const account = await one(machine(20 * HOUR, "codex/basic"), "codex");
    assert.equal(windowOf(account, 5).tokens, 0);
    assert.ok(windowOf(account, 24).tokens > 0);
    assert.equal(windowOf(account, 24).tokens, windowOf(account, 168).tokens);
    const old = await one(machine(30 * DAY, "codex/basic"), "codex");
    assert.equal(windowOf(old, 168).tokens, 0);
  });

  /** The answers of a session's file: each with an id of its own. */
  function answersIn(path: string): number {
    const lines = readFileSync(path, "utf8").match(/^.*"type":"assistant".*$/gm) ?? [];
    return new Set(lines.map((line) => /"id":"msg_[^"]+"/.exec(line)?.[0])).size;
  }

  it("is counted once in a fork, which copies the answers", async () => {
    const m = machine(10 * MINUTE, "claude-code/basic");
    const alone = windowOf(await one(m, "claude-code"), 5);
    const path = file(m, CLAUDE);
    const id = "0f0e0d0c-0000-4000-8000-00000000000a";
    const own = basename(path, ".jsonl");
    const copy = readFileSync(path, "utf8").replaceAll(own, id);
    const fork = join(dirname(path), `${id}.jsonl`);
    writeFileSync(fork, copy);
    assert.deepEqual(windowOf(await one(m, "claude-code"), 5), alone);
    const last = known(copy.match(/^.*"type":"assistant".*$/gm)?.at(-1));
    const more = last
      .replace(/"id":"msg_[^"]+"/, '"id":"msg_more"')
      .replace(/"timestamp":"[^"]+"/, `"timestamp":"${now()}"`);
    appendFileSync(fork, `${more}\n`);
    assert.equal(windowOf(await one(m, "claude-code"), 5).tokens, alone.tokens + 1580);
    // The original may be gone.
    rmSync(path);
    assert.equal(windowOf(await one(m, "claude-code"), 5).tokens, alone.tokens + 1580);
  });

  for (const [agent, fixtureName, answers] of [
    ["copilot", "copilot/fork", 3],
    ["kimi", "kimi/fork", 2],
    ["codex", "codex/fork", 9],
  ] as const) {
    it(`is counted once in a fork as ${agent} makes it`, async () => {
      const used = windowOf(await one(machine(MINUTE, fixtureName), agent), 168);
      assert.equal(used.output, answers * 80);
    });
  }

  it("includes subagents, whose transcripts are in no list", async () => {
    const m = machine(MINUTE, "claude-code/subagent");
    const all = globSync(".claude/projects/**/*.jsonl", { cwd: m.home }).map((name) => m.at(name));
    const [main = 0, child = 0] = all.toSorted((a, b) => a.length - b.length).map(answersIn);
    assert.ok(child > 0);
    const before = windowOf(await one(m, "claude-code"), 5);
    assert.equal(before.tokens, (main + child) * 1580);
    // Only the session itself has grown: what its subagent used is counted already.
    appendFileSync(file(m, CLAUDE), "\n");
    assert.deepEqual(windowOf(await one(m, "claude-code"), 5), before);
    await m.run(["scan", "--rebuild"]);
    assert.deepEqual(windowOf(await one(m, "claude-code"), 5), before);
  });

  it("includes subagents that are rows of the same database", async () => {
    const m = machine(0);
    const path = m.at(".local/share/opencode/opencode.db");
    mkdirSync(dirname(path), { recursive: true });
    makeDatabase(path);
    const { database } = agentNamed("opencode").store;
    const text = readFileSync(fixture("opencode/rows").path, "utf8");
    const newest = Math.max(...(text.match(/\b1\d{12}\b/g) ?? []).map(Number));
    /** The recorded session under another id, some seconds ago. */
    const put = (id: string, ago: number, parent?: string): void => {
      const moved = text.replace(/\b1\d{12}\b/g, (time) => String(Number(time) - newest + ago));
      const lines = known(database).renamed(moved.trimEnd().split("\n"), id, path);
      const own = parent === undefined ? "" : `"parent_id":"${parent}",`;
      const [head = "", ...rest] = lines;
      const session = head.replace('{"session":{', `{"session":{${own}`);
      known(database).replace(path, id, null, [session, ...rest]);
    };
    put("ses_parent", Date.now() - MINUTE);
    const alone = windowOf(await one(m, "opencode"), 5);
    assert.ok(alone.tokens > 0);
    put("ses_child", Date.now() - MINUTE / 2, "ses_parent");
    put("ses_grandchild", Date.now() - MINUTE / 3, "ses_child");
    await m.run(["scan", "--rebuild"]);
    assert.equal((await limits(m, "opencode")).length, 1);
    assert.equal(windowOf(await one(m, "opencode"), 5).tokens, 3 * alone.tokens);
  });

  it("is not counted again for a session that was handed over, subagents included", async () => {
    const m = machine(MINUTE, "claude-code/subagent");
    for (const target of ["codex", "pi"]) {
      const args = ["resume", "claude#1", "--in", target, "--no-launch"];
      const { code, err } = await m.run(args);
      assert.equal(code, 0, err);
      assert.equal(windowOf(await one(m, target), 168).tokens, 0, target);
    }
  });

  it("has no price if the model has none", async () => {
    const used = windowOf(await one(machine(MINUTE, "pi/basic"), "pi"), 5);
    assert.ok(used.tokens > 0);
    assert.equal(used.unpriced, used.tokens);
    assert.equal(used.cost, null);
  });

  it("grows with the session, by no more than what was added", async () => {
    const m = machine(10 * MINUTE, "codex/basic");
    const before = windowOf(await one(m, "codex"), 5);
    const path = file(m, CODEX);
    const last = known(
      readFileSync(path, "utf8")
        .match(/^.*"token_count".*$/gm)
        ?.at(-1),
    );
    // The same request again, as when the limits have changed.
    appendFileSync(path, `${last}\n`);
    assert.deepEqual(windowOf(await one(m, "codex"), 5), before);
    const more = last.replace(/"total_tokens":\d+/, '"total_tokens":999999');
    appendFileSync(path, `${more}\n`);
    const after = windowOf(await one(m, "codex"), 5);
    assert.equal(after.input, before.input + 900);
    assert.equal(after.output, before.output + 80);
    await m.run(["scan", "--rebuild"]);
    assert.deepEqual(windowOf(await one(m, "codex"), 5), after);
  });
});

describe("segue limits", () => {
  it("shows agents with sessions, and those that are asked for", async () => {
    const m = machine(MINUTE, "codex/basic", "pi/basic");
    assert.deepEqual(
      (await limits(m)).map(({ agent }) => agent),
      ["codex", "pi"],
    );
    assert.deepEqual(
      (await limits(m, "gemini", "cx")).map(({ agent }) => agent),
      ["codex", "gemini"],
    );
    fails(await m.run(["limits", "codx"]), 3, /there is no agent "codx"/);
  });

  it("prints the keys that scripts rely on, in order", async () => {
    const account = await one(machine(MINUTE, "codex/limit-429"), "codex");
    assert.deepEqual(
      Object.keys(account).join(" "),
      "agent profile status kind scope usedPercent resetsAt until retryable source at session text allowances windows",
    );
    assert.deepEqual(
      Object.keys(windowOf(account, 5)).join(" "),
      "hours tokens input output cacheRead cacheWrite cost unpriced",
    );
    assert.equal(account.profile, null);
  });

  it("says what it assumes, and that costs are list prices", async () => {
    const m = refused(WEEKLY, MINUTE);
    m.install(fixture("codex/basic"));
    moveTimes(m.at(".codex"), Date.now() - MINUTE);
    const { out, err } = await m.run(["limits"]);
    assert.match(out, /^claude-code +limited: weekly.* ~in \d/m);
    assert.match(out, /^codex +ok +.*\$0\.\d\d$/m);
    assert.match(err, /~: assumed/);
    assert.match(err, /list prices of \d{4}-\d\d-\d\d/);
  });

  it("is a function of the library, too", async () => {
    const m = machine(MINUTE, "codex/limit-429", "pi/basic");
    const segue = await openSegue({ cwd: m.home, env: m.env });
    const { limits: all, pricedOn } = await segue.limits({ agents: ["cx"] });
    assert.match(pricedOn, /^\d{4}-\d\d-\d\d$/);
    assert.deepEqual(
      all.map(({ agent, status, scope }) => [agent, status, scope]),
      [["codex", "limited", "session"]],
    );
    assert.equal((await segue.limits()).limits.length, 2);
    await assert.rejects(segue.limits({ agents: ["nobody"] }), /there is no agent/);
  });

  it("works without any sessions", async () => {
    const m = machine(0);
    const { out, code } = await m.run(["limits", "--json"]);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out).limits, []);
  });
});

describe("before a switch", () => {
  /** A session of Codex with many long messages. */
  function long(m: Machine, times: number): void {
    const path = file(m, CODEX);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replaceAll("MARK-USER-1", "long ".repeat(times)));
  }

  it("says what it costs to send the session again", async () => {
    const m = machine(MINUTE, "codex/basic", "claude-code/basic");
    long(m, 40_000);
    const args = ["resume", "codex#1", "--in", "claude", "--dry-run"];
    const { err } = await m.run(args);
    assert.match(err, /^about \d+k tokens to send again.*about \$\d+\.\d\d.*claude-opus-4-8/m);
    const { out, err: more } = await m.run([...args, "--json"]);
    const { tokens } = JSON.parse(out);
    assert.equal(tokens.model, "claude-opus-4-8");
    assert.equal(tokens.modelWindow, 1_000_000);
    assert.equal(tokens.cost, Number((tokens.estimate * 5e-6 + 2 * 1600 * 5e-6).toFixed(4)));
    assert.doesNotMatch(more, /send again/);
  });

  it("offers --fit for a session that is too long", async () => {
    const m = machine(MINUTE, "codex/basic", "claude-code/basic");
    const path = file(m, CLAUDE);
    writeFileSync(
      path,
      readFileSync(path, "utf8").replaceAll("MARK-USER-1", "long ".repeat(250_000)),
    );
    const { err } = await m.run(["resume", "claude#1", "--in", "codex", "--dry-run"]);
    assert.match(
      err,
      /^segue: about \d+k tokens may not fit: Codex .*258k to gpt-5\.5; add --fit 206k$/m,
    );
    const fitted = await m.run([
      "resume",
      "claude#1",
      "--in",
      "codex",
      "--dry-run",
      "--fit",
      "206k",
    ]);
    assert.doesNotMatch(fitted.err, /may not fit/);
  });

  it("says nothing where nothing is known", async () => {
    const m = machine(MINUTE, "codex/basic");
    const { err, out } = await m.run(["resume", "codex#1", "--in", "pi", "--dry-run", "--json"]);
    assert.doesNotMatch(err, /send again|may not fit/);
    const { model, modelWindow, cost } = JSON.parse(out).tokens;
    assert.deepEqual({ model, modelWindow, cost }, { model: null, modelWindow: null, cost: null });
  });
});
