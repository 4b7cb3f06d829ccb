/** Profiles: every command takes one where it takes an agent. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { claudeCode } from "../../src/agents/claude-code/index.ts";
import { watchTargets } from "../../src/core/watch.ts";
import { Journal } from "../../src/io/journal.ts";
import { workOn } from "../support/conversion.ts";
import { fixture, fixtures } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { CLAUDE, CODEX, fails, idOf, stored } from "./support.ts";

const root = temporaryFolder();

const CONFIG = `profiles:
  claude-work:
    agent: claude
    env: { CLAUDE_CONFIG_DIR: ~/.claude-work }
  codex-two:
    agent: codex
    env: { CODEX_HOME: ~/.codex-two }
`;

/** A session of Claude Code in each account, and one of Codex in its own. */
function machine(config = CONFIG): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  for (const each of [CLAUDE, CODEX]) m.install(each);
  const other = fixture("claude-code/limit-429");
  const at = m.at(stored(other).replace(".claude/", ".claude-work/"));
  mkdirSync(dirname(at), { recursive: true });
  cpSync(other.path, at);
  mkdirSync(m.at(".segue"));
  writeFileSync(m.at(".segue/config.yml"), config);
  return m;
}

const OTHER = idOf(fixture("claude-code/limit-429"));

interface Listed {
  agent: string;
  profile: string | null;
  id: string;
  path: string;
  from: { agent: string; profile: string | null; id: string } | null;
  continuedIn: { agent: string; profile: string | null; id: string }[];
}

async function list(m: Machine, ...args: string[]): Promise<Listed[]> {
  const { out, err, code } = await m.run(["list", "--all", "--json", ...args]);
  assert.equal(code, 0, err);
  return JSON.parse(out).sessions;
}

async function ok(m: Machine, ...args: string[]) {
  const ended = await m.run(args);
  assert.equal(ended.code, 0, `${args.join(" ")}: ${ended.err}`);
  return ended;
}

/** Everything below a folder, with its contents. */
function contents(folder: string): Map<string, string> {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = all.filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => [
      join(parentPath, name),
      readFileSync(join(parentPath, name), "latin1"),
    ]),
  );
}

describe("a profile in lists", () => {
  it("its sessions are listed with it, and the agent's own without", async () => {
    const m = machine();
    const all = await list(m);
    assert.deepEqual(
      all.map(({ agent, profile, id }) => [agent, profile, id]).sort(),
      [
        ["claude-code", "claude-work", OTHER],
        ["claude-code", null, idOf(CLAUDE)],
        ["codex", null, idOf(CODEX)],
      ].sort(),
    );
    for (const [name, ids] of [
      ["claude-work", [OTHER]],
      ["CLAUDE-WORK", [OTHER]],
      ["claude", [idOf(CLAUDE)]],
      ["codex-two", []],
    ] as const) {
      const those = await list(m, "--agent", name);
      assert.deepEqual(
        those.map(({ id }) => id),
        ids,
        name,
      );
    }
    // The second time, they come from the catalog.
    assert.deepEqual(await list(m), all);
    const { out } = await ok(m, "list");
    assert.match(out, /^claude-work +/m);
  });

  it("a store that two names share is listed once", async () => {
    const m = machine(`profiles:
  same: { agent: claude, env: { CLAUDE_CONFIG_DIR: ~/.claude } }
  linked: { agent: claude, env: { CLAUDE_CONFIG_DIR: ~/link } }
  none: { agent: claude }
`);
    symlinkSync(m.at(".claude"), m.at("link"));
    const all = await list(m);
    assert.deepEqual(
      all.map(({ profile }) => profile),
      [null, null],
    );
    for (const name of ["same", "linked", "none"]) {
      const [one, ...more] = await list(m, "--agent", name);
      assert.deepEqual([one?.profile, more], [name, []]);
      // Nothing is copied onto itself.
      const { err } = await ok(m, "resume", "claude#1", "--in", name, "--no-launch");
      assert.match(err, /its own agent|already in the store/);
    }
    assert.equal(new Journal(m.env).writes().length, 0);
  });

  it("search, info and agents say it as well", async () => {
    const m = machine();
    const found = JSON.parse((await ok(m, "search", "MARK", "--json")).out);
    const profiles = found.sessions.map(({ profile }: Listed) => profile);
    assert.ok(profiles.includes("claude-work") && profiles.includes(null), profiles.join());
    const only = JSON.parse(
      (await ok(m, "search", "MARK", "--agent", "claude-work", "--json")).out,
    );
    assert.deepEqual(
      only.sessions.map(({ id }: Listed) => id),
      [OTHER],
    );
    const info = JSON.parse((await ok(m, "info", `claude-work:${OTHER}`, "--json")).out);
    assert.deepEqual([info.agent, info.profile], ["claude-code", "claude-work"]);
    assert.match((await ok(m, "info", "claude-work#1")).out, /^profile +claude-work$/m);
    assert.equal(JSON.parse((await ok(m, "info", "codex#1", "--json")).out).profile, null);
    const { agents } = JSON.parse((await ok(m, "agents", "--json")).out);
    const named = agents.filter(({ id }: { id: string }) => id === "claude-code");
    assert.deepEqual(
      named.map(({ profile, stores, sessions }: (typeof agents)[0]) => [profile, stores, sessions]),
      [
        [null, [m.at(".claude/projects")], 1],
        ["claude-work", [m.at(".claude-work/projects")], 1],
      ],
    );
    assert.match((await ok(m, "agents")).out, /^claude-code .*\n└ claude-work /m);
  });

  it("limits: each account by itself", async () => {
    const m = machine();
    const accountsOf = async (...names: string[]): Promise<string[]> => {
      const { out } = await ok(m, "limits", ...names, "--json");
      const { limits }: { limits: { agent: string; profile: string | null }[] } = JSON.parse(out);
      return limits.map(({ agent, profile }) => `${agent} ${profile}`);
    };
    assert.deepEqual(await accountsOf("claude-work"), ["claude-code claude-work"]);
    const both = ["claude-code null", "claude-code claude-work"];
    const all = await accountsOf();
    assert.deepEqual(
      all.filter((one) => one.startsWith("claude")),
      both,
    );
    assert.match((await ok(m, "limits")).out, /^claude-work /m);
  });
});

describe("selectors and commands with a profile", () => {
  it("PROFILE:id, PROFILE#n, --from, and the path of its session", async () => {
    const m = machine();
    const [{ path }] = [known((await list(m, "--agent", "claude-work"))[0])];
    for (const selector of ["claude-work#1", `claude-work:${OTHER.slice(0, 8)}`, OTHER, path]) {
      const { agent, profile, id } = JSON.parse((await ok(m, "info", selector, "--json")).out);
      assert.deepEqual([agent, profile, id], ["claude-code", "claude-work", OTHER], selector);
    }
    await ok(m, "show", "latest", "--from", "claude-work");
    await ok(m, "handoff", "claude-work#1", "--for", "codex-two");
    await ok(m, "check", "--all", "--from", "claude-work");
    await ok(m, "doctor", "--agent", "claude-work");
    const { stdout } = await ok(m, "convert", "claude-work#1", "--to", "codex-two");
    assert.match(stdout.toString().split("\n")[0] ?? "", /session_meta/);
    await ok(m, "dump", "claude-work", "out");
    assert.deepEqual(readdirSync(m.at("out", "claude-work")), [`${OTHER}.jsonl`]);
    const all = await ok(m, "dump", "all", "every");
    assert.match(all.err, /^3 written/);
    const bash = (await ok(m, "completions", "bash")).out;
    assert.match(bash, /local agents="[^"]*\bclaude-work\b/);
    assert.match(bash, /^ +claude-work\) /m);
  });

  it("the agent's name means its own account", async () => {
    const m = machine();
    fails(
      await m.run(["info", `claude:${OTHER}`]),
      3,
      /there is no session "[^"]+" of Claude Code\n.*claude-work:/,
    );
    fails(await m.run(["show", "claude#2"]), 3, /Claude Code has 1 session; there is no number 2/);
    fails(
      await m.run(["show", "claude#1", "--from", "claude-work"]),
      2,
      /a session of Claude Code, but --from names another agent/,
    );
  });

  it("--store PROFILE=DIR, and its store may not be written to", async () => {
    const m = machine();
    mkdirSync(m.at("elsewhere"));
    cpSync(m.at(".claude"), m.at("elsewhere"), { recursive: true });
    const { out } = await ok(m, "list", "--json", "--store", `claude-work=${m.at("elsewhere")}`);
    const { sessions }: { sessions: Listed[] } = JSON.parse(out);
    const work = sessions.filter(({ profile }) => profile === "claude-work");
    assert.deepEqual(
      work.map(({ id }) => id),
      [idOf(CLAUDE)],
    );
    const into = m.at(".claude-work/projects/x.jsonl");
    fails(await m.run(["convert", CODEX.path, "--to", "claude", "-o", into]), 4, /'s store/);
    fails(await m.run(["dump", m.at(".claude-work/x")]), 4, /'s store/);
  });

  it("quick resume: segue PROFILE [n]", async () => {
    const m = machine();
    const { out } = await ok(m, "claude-work", "--no-launch");
    assert.equal(out.trim(), `CLAUDE_CONFIG_DIR=${m.at(".claude-work")} claude --resume ${OTHER}`);
    fails(
      await m.run(["claude-work", "2", "--no-launch"]),
      3,
      /has 1 session; there is no number 2/,
    );
    fails(await m.run(["claude-work", "x", "--no-launch"]), 2, /segue claude-work 3 opens/);
    fails(
      await m.run(["claude-wrok", "2"]),
      3,
      /no agent or profile.*\n.*did you mean claude-work/,
    );
  });

  it("wrong names: the nearest are named", async () => {
    const m = machine();
    for (const args of [
      ["list", "--agent", "claude-wrk"],
      ["resume", "latest", "--in", "claude-wrk"],
      ["show", "latest", "--from", "claude-wrk"],
      ["handoff", "latest", "--for", "claude-wrk"],
      ["convert", CODEX.path, "--to", "claude-wrk"],
      ["list", "--store", `claude-wrk=${m.home}`],
      ["config", "set", "in", "claude-wrk"],
    ]) {
      fails(await m.run(args), 3, /no agent or profile "claude-wrk"\n.*did you mean claude-work/);
    }
  });
});

describe("settings of profiles", () => {
  it("config shows, gets and sets them", async () => {
    const m = machine();
    const { out } = await ok(m, "config");
    const where = m.at(".segue/config.yml");
    assert.match(
      out,
      new RegExp(`^profiles.claude-work.agent +claude-code +user: ${where}:3$`, "m"),
    );
    const key = "profiles.claude-work.env.CLAUDE_CONFIG_DIR";
    assert.equal((await ok(m, "config", "get", key)).out.trim(), m.at(".claude-work"));
    fails(
      await m.run(["config", "set", "profiles.x.env.CODEX_HOME", "~/x"]),
      2,
      /does not say which agent.*\n.*set profiles\.x\.agent first/,
    );
    await ok(m, "config", "set", "profiles.x.agent", "codex");
    await ok(m, "config", "set", "profiles.x.env.CODEX_HOME", "~/x");
    assert.match(
      readFileSync(where, "utf8"),
      / {2}x:\n {4}agent: codex\n {4}env:\n {6}CODEX_HOME: ~\/x/,
    );
    const before = readFileSync(where, "utf8");
    for (const [name, value, says] of [
      ["profiles.codex.agent", "codex", /cannot be called "codex"/],
      ["profiles.x.env.CODEX_HOME", "x", /absolute path/],
      ["profiles.x.env.PATH", "/x", /cannot be set by a profile/],
      ["profiles.x.agnt", "codex", /there is no setting/],
    ] as const) {
      fails(await m.run(["config", "set", name, value]), 2, says);
    }
    assert.equal(readFileSync(where, "utf8"), before);
    await ok(m, "config", "set", "in", "x");
    const { out: command } = await ok(m, "resume", "codex#1", "--no-launch");
    assert.match(command, new RegExp(`^CODEX_HOME=${m.at("x")} codex resume `));
  });

  it("no command is the name of a profile", async () => {
    const m = machine();
    const { out } = await ok(m, "--help");
    const [, commands = ""] = /Commands:\n([\s\S]*?)\n\n/.exec(out) ?? [];
    const names = [...commands.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = ""]) => name);
    assert.ok(names.length > 15, names.join());
    for (const name of [...names, "latest"]) {
      fails(
        await m.run(["config", "set", `profiles.${name}.agent`, "codex"]),
        2,
        /cannot be called/,
      );
    }
  });

  it("hostile: a project's file names no account, and nothing is read or written for it", async () => {
    const m = machine("");
    mkdirSync(m.at("p"));
    writeFileSync(m.at("p/.segue.yml"), CONFIG.replaceAll("~", m.at("evil")));
    for (const args of [["list"], ["resume", "claude#1", "--in", "claude-work", "--no-launch"]]) {
      const ended = await m.run(args, { cwd: m.at("p"), asGiven: true });
      fails(ended, 2, /a project's file cannot set profiles\.claude-work\.agent/);
    }
    assert.equal(existsSync(m.at("evil")), false);
    const { err, code } = await m.run(["claude-work", "--no-launch"], { cwd: m.at("p") });
    assert.notEqual(code, 0);
    assert.doesNotMatch(err, /this is a bug/);
    // The environment names none either.
    const env = { SEGUE_PROFILES_X_AGENT: "codex", SEGUE_PROFILES_X_ENV_CODEX_HOME: m.at("evil") };
    fails(await m.run(["list", "--agent", "x"], { env }), 3, /there is no agent "x"/);
  });

  it("a file that cannot be used: with its line, wherever a profile is named", async () => {
    const m = machine(`${CONFIG}    agent: pi\n  bad name: { agent: codex }\n`);
    for (const args of [["claude-work"], ["list"], ["resume", "latest", "--in", "claude-work"]]) {
      const { code, err } = await m.run(args);
      assert.equal(code, 2, err);
      assert.match(err, /config\.yml:\d+/);
    }
  });
});

describe("hooks and watching of profiles", () => {
  it("a hook is added to the profile's settings, and removed from them", async () => {
    const m = machine();
    const before = contents(m.at(".claude"));
    await ok(m, "install-hooks", "claude-work", "--yes");
    const settings = readFileSync(m.at(".claude-work/settings.json"), "utf8");
    assert.match(settings, /hook claude-work/);
    assert.deepEqual(contents(m.at(".claude")), before);
    await ok(m, "install-hooks", "claude-work", "--remove", "--yes");
    assert.equal(existsSync(m.at(".claude-work/settings.json")), false);
  });

  it("every store is watched once", () => {
    const m = machine();
    const profiles = [
      { name: "work", agent: "claude-code", env: { CLAUDE_CONFIG_DIR: m.at(".claude-work") } },
      { name: "same", agent: "claude-code", env: { CLAUDE_CONFIG_DIR: m.at(".claude") } },
    ];
    const places = { env: m.env, cwd: m.home, stores: new Map<string, string>(), profiles };
    const own = watchTargets(places, []).filter(({ agent }) => agent.id === "claude-code");
    assert.deepEqual(
      own.map(({ profile }) => profile),
      [null, "work"],
    );
    const named = watchTargets(places, ["same", "codex", "same"]);
    assert.deepEqual(
      named.map(({ agent, profile }) => [agent.id, profile]),
      [
        ["claude-code", "same"],
        ["codex", null],
      ],
    );
  });
});

/** Starts in place of the agent, and prints what it was started with. */
function agentThatTells(m: Machine, name: string): void {
  mkdirSync(m.at("bin"), { recursive: true });
  const tells = `#!/bin/sh
case "$1" in --version) echo 2.1.332; exit;; esac
echo "$CLAUDE_CONFIG_DIR|$CODEX_HOME|$SEGUE_HOME|$*"
`;
  writeFileSync(m.at("bin", name), tells);
  chmodSync(m.at("bin", name), 0o755);
}

describe("handing over between accounts", () => {
  it("the CLI is started with the profile's variables, and with nothing else", async () => {
    const m = machine();
    for (const name of ["claude", "codex"]) agentThatTells(m, name);
    mkdirSync(m.at("p"));
    const where = ["--cwd", m.at("p")];
    const work = await m.run(["resume", `claude-work:${OTHER}`, ...where]);
    assert.match(
      work.out,
      new RegExp(`^${m.at(".claude-work")}\\|\\|${m.at(".segue")}\\|--resume`),
    );
    const own = await m.run(["resume", "codex#1", ...where]);
    assert.match(own.out, /^\|\|/);
    const two = await m.run(["resume", "codex#1", "--in", "codex-two", ...where]);
    assert.match(two.out, new RegExp(`^\\|${m.at(".codex-two")}\\|`), two.err);
    const doc = await m.run(["resume", "codex#1", "--in", "claude-work", "--handoff", ...where]);
    assert.match(doc.out, new RegExp(`^${m.at(".claude-work")}\\|\\|`), doc.err);
  });

  it("a plain copy, home with exactly the new turns, and both undone", async () => {
    const m = machine();
    writeFileSync(m.at(".claude/.credentials.json"), "secret");
    const [own, work] = [m.at(".claude"), m.at(".claude-work")];
    const before = [contents(own), contents(work)];
    const there = await ok(m, "resume", "claude#1", "--in", "claude-work", "--no-launch");
    assert.match(there.err, /^claude-code → claude-work: \d+ records copied$/m);
    const id = idOf(CLAUDE);
    const [copy, ...more] = (await list(m, "--agent", "claude-work")).filter(
      (one) => one.id === id,
    );
    assert.deepEqual(more, []);
    const { path } = known(copy);
    assert.deepEqual(readFileSync(path), readFileSync(CLAUDE.path));
    assert.equal(existsSync(join(work, ".credentials.json")), false);
    const all = await list(m);
    const [original] = all.filter((one) => one.id === id && one.profile === null);
    const side = { agent: "claude-code", id };
    assert.deepEqual(original?.continuedIn, [{ ...side, profile: "claude-work" }]);
    assert.deepEqual(copy?.from, { ...side, profile: null });
    assert.match((await ok(m, "log")).out, /claude-code → claude-work/);

    workOn({ agent: claudeCode, path }, "MORE");
    const back = await ok(m, "resume", `claude-work:${id}`, "--in", "claude", "--no-launch");
    assert.match(back.err, /^claude-work → claude-code: 5 new records copied$/m);
    assert.deepEqual(readFileSync(m.at(stored(CLAUDE))), readFileSync(path));
    const [undone] = [(await ok(m, "undo")).err];
    assert.match(undone, /\(claude-work → claude-code\)/);
    assert.deepEqual(contents(own), before[0]);
    fails(await m.run(["undo"]), 4, /has changed since Segue wrote it/);
    await ok(m, "undo", "--force");
    assert.deepEqual(contents(work), before[1]);
  });

  it("both have continued: a new session, and neither loses anything", async () => {
    const m = machine();
    const id = idOf(CLAUDE);
    await ok(m, "resume", "claude#1", "--in", "claude-work", "--no-launch");
    const [copy] = (await list(m, "--agent", "claude-work")).filter((one) => one.id === id);
    const { path } = known(copy);
    workOn({ agent: claudeCode, path: m.at(stored(CLAUDE)) }, "HERE");
    workOn({ agent: claudeCode, path }, "THERE");
    const own = readFileSync(m.at(stored(CLAUDE)));
    const { err } = await ok(m, "resume", `claude-work:${id}`, "--in", "claude", "--no-launch");
    assert.match(err, /it has changed in both accounts: writing a new session/);
    assert.deepEqual(readFileSync(m.at(stored(CLAUDE))), own);
    const [newest, ...others] = (await list(m, "--agent", "claude")).filter((one) => one.id !== id);
    assert.deepEqual(others, []);
    assert.match(readFileSync(known(newest).path, "utf8"), /THERE/);
    // It is there already.
    const again = await ok(m, "resume", `claude-work:${id}`, "--in", "claude", "--no-launch");
    assert.match(again.err, /already handed over/);
  });

  it("what only the source has continued with is caught up; what the target has, is left", async () => {
    const m = machine();
    const path = m.at(stored(CLAUDE));
    const there = path.replace(".claude/", ".claude-work/");
    await ok(m, "resume", "claude#1", "--in", "claude-work", "--no-launch");
    workOn({ agent: claudeCode, path }, "HERE");
    await ok(m, "resume", `claude:${idOf(CLAUDE)}`, "--in", "claude-work", "--no-launch");
    assert.deepEqual(readFileSync(there), readFileSync(path));
    workOn({ agent: claudeCode, path: there }, "THERE");
    const now = readFileSync(there);
    const { err } = await ok(
      m,
      "resume",
      `claude:${idOf(CLAUDE)}`,
      "--in",
      "claude-work",
      "--no-launch",
    );
    assert.match(err, /it has continued in Claude Code \(claude-work\)/);
    assert.deepEqual(readFileSync(there), now);
  });

  it("with subagents and what is beside, but no links and no locks", async () => {
    const m = machine();
    const sub = known(
      fixtures.find(({ name }) => /^claude-code\/subagent\/.*shop\/[^/]+\.jsonl$/.test(name)),
    );
    m.install(sub);
    const folder = m.at(stored(sub)).replace(/\.jsonl$/, "");
    mkdirSync(join(folder, "tool-results"));
    writeFileSync(join(folder, "tool-results/toolu_1.txt"), "a long result\n");
    writeFileSync(join(folder, "x.lock"), "1");
    symlinkSync(m.at(".segue/config.yml"), join(folder, "link.txt"));
    const before = contents(m.at(".claude-work"));
    await ok(m, "resume", `claude:${idOf(sub)}`, "--in", "claude-work", "--no-launch");
    const there = folder.replace(".claude/", ".claude-work/");
    assert.deepEqual(
      readdirSync(there, { recursive: true }).toSorted(),
      readdirSync(folder, { recursive: true })
        .filter((name) => !/lock|link/.test(String(name)))
        .toSorted(),
    );
    assert.equal(readFileSync(join(there, "tool-results/toolu_1.txt"), "utf8"), "a long result\n");
    // A subagent that it starts there comes home with it.
    workOn({ agent: claudeCode, path: `${there}.jsonl` }, "MORE");
    writeFileSync(join(there, "subagents/agent-a1.jsonl"), "{}\n");
    const own = contents(m.at(".claude"));
    await ok(m, "resume", `claude-work:${idOf(sub)}`, "--in", "claude", "--no-launch");
    assert.equal(readFileSync(join(folder, "subagents/agent-a1.jsonl"), "utf8"), "{}\n");
    await ok(m, "undo");
    assert.deepEqual(contents(m.at(".claude")), own);
    await ok(m, "undo", "--force");
    assert.deepEqual([...contents(m.at(".claude-work")).keys()].slice(0, 1), [...before.keys()]);
  });

  it("a fork, with what it continues", async () => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    const forks = fixtures.filter(({ name }) => name.startsWith("codex/fork/"));
    m.install(known(forks[0]));
    mkdirSync(m.at(".segue"));
    writeFileSync(m.at(".segue/config.yml"), CONFIG);
    const [base, fork] = forks.map(({ path }) => /[0-9a-f-]{36}(?=\.jsonl)/.exec(path)?.[0] ?? "");
    await ok(m, "resume", `codex:${fork}`, "--in", "codex-two", "--no-launch");
    const there = await list(m, "--agent", "codex-two");
    assert.deepEqual(there.map(({ id }) => id).sort(), [base, fork].sort());
    const texts = (account: string) => ok(m, "show", `${account}:${fork}`);
    assert.equal((await texts("codex-two")).out, (await texts("codex")).out);
    // What it continues continues by itself there, and stays.
    const { path } = known(there.find(({ id }) => id === base));
    appendFileSync(path, "{}\n");
    await ok(m, "undo");
    const left = [...contents(m.at(".codex-two")).keys()].filter((name) => /rollout/.test(name));
    assert.deepEqual(left, [path]);
  });

  it("another agent and back: home is the account that it came from", async () => {
    const m = machine();
    await ok(m, "resume", "claude-work#1", "--in", "codex-two", "--no-launch");
    const [codex] = await list(m, "--agent", "codex-two");
    assert.deepEqual(codex?.from, { agent: "claude-code", profile: "claude-work", id: OTHER });
    assert.equal((await list(m, "--agent", "codex")).length, 1);
    const line = readFileSync(known(codex).path, "utf8")
      .split("\n")
      .find((each) => each.includes('"user_message"') || each.includes('"role":"user"'));
    appendFileSync(known(codex).path, `${line}\n`);
    const work = m
      .at(stored(fixture("claude-code/limit-429")))
      .replace(".claude/", ".claude-work/");
    const before = readFileSync(work);
    // The agent's own account is not its home: a session of its own there.
    const own = await ok(m, "resume", "codex-two#1", "--in", "claude", "--no-launch");
    assert.match(own.err, /the original is another account's: writing a new session/);
    assert.deepEqual(readFileSync(work), before);
    const home = await ok(m, "resume", "codex-two#1", "--in", "claude-work", "--no-launch");
    assert.match(home.err, /the new turns go to the end of the original/);
    const after = readFileSync(work);
    assert.ok(after.length > before.length && after.subarray(0, before.length).equals(before));
    await ok(m, "undo");
    assert.deepEqual(readFileSync(work), before);
  });

  it("a profile that was renamed: its sessions still come home", async () => {
    const m = machine();
    await ok(m, "resume", "claude-work#1", "--in", "codex", "--no-launch");
    writeFileSync(m.at(".segue/config.yml"), CONFIG.replace("claude-work:", "at-work:"));
    const newest = (await list(m, "--agent", "codex")).find(({ id }) => id !== idOf(CODEX));
    const { err } = await ok(m, "resume", known(newest).path, "--in", "at-work", "--no-launch");
    assert.match(err, /the original is up to date/);
    writeFileSync(m.at(".segue/config.yml"), "");
    await ok(m, "undo");
  });

  it("with --json: which account, and with which variables its CLI is started", async () => {
    const m = machine();
    const args = ["resume", "claude#1", "--in", "claude-work", "--no-launch", "--json"];
    const { source, target, verified } = JSON.parse((await ok(m, ...args)).out);
    assert.deepEqual([source.agent, source.profile], ["claude-code", undefined]);
    assert.deepEqual([target.agent, target.profile], ["claude-code", "claude-work"]);
    assert.deepEqual(target.env, { CLAUDE_CONFIG_DIR: m.at(".claude-work") });
    assert.deepEqual(target.command, ["claude", "--resume", idOf(CLAUDE)]);
    assert.deepEqual(verified, { readback: true, laws: [1] });
  });

  it("--dry-run and --cwd", async () => {
    const m = machine();
    const before = contents(m.home);
    const dry = await m.run(["resume", "claude#1", "--in", "claude-work", "--dry-run"]);
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.err, /copied into the store of Claude Code \(claude-work\)/);
    const after = contents(m.home);
    for (const [path, text] of before) assert.equal(after.get(path), text, path);
    assert.deepEqual([...after.keys()].filter((path) => path.includes("claude-work")).length, 1);
    mkdirSync(m.at("p"));
    await ok(m, "resume", "claude#1", "--in", "claude-work", "--no-launch", "--cwd", m.at("p"));
    const newest = (await list(m, "--agent", "claude-work")).find(({ id }) => id !== OTHER);
    assert.match(readFileSync(known(newest).path, "utf8"), new RegExp(`"cwd":"${m.at("p")}"`));
  });
});
