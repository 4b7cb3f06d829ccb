/** What holds for the options of every command, and for the variables beside them. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join } from "node:path";
import { describe, it } from "node:test";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { BASICS, CODEX, fails, inhabited, PI, stored } from "./support.ts";

const root = temporaryFolder();

/** A machine whose Claude Code store is in the folder `moved`. */
function moved(): Machine {
  const m = inhabited(root);
  cpSync(m.at(".claude/projects"), m.at("moved"), { recursive: true });
  return m;
}

async function sessions(m: Machine, args: string[], env = {}): Promise<{ path: string }[]> {
  const { out, err } = await m.run(["list", "--all", "--json", ...args], { env });
  assert.notEqual(out, "", err);
  return JSON.parse(out).sessions;
}

describe("~ where the shell leaves it alone", () => {
  it("--store agent=~/x, in each command that looks for sessions", async () => {
    const m = moved();
    const store = ["--store", "claude=~/moved"];
    const [one] = await sessions(m, ["--agent", "claude", ...store]);
    assert.ok(known(one).path.startsWith(m.at("moved")));
    for (const words of [
      ["search", "MARK-USER-1", "--agent", "claude"],
      ["show", "claude#1"],
    ]) {
      const { code, err } = await m.run([...words, ...store]);
      assert.equal(code, 0, err);
    }
  });

  it("--cwd=~/x, --output=~/x, --report=~/x, and the folder of a dump", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("p/q"), { recursive: true });
    const at = { cwd: m.at("p/q") };
    const source = m.at(stored(PI));
    const places = ["--cwd=~/shop", "--output=~/new.jsonl", "--report=~/report.json"];
    const { code, err } = await m.run(["convert", source, "--to", "codex", ...places], at);
    assert.equal(code, 0, err);
    assert.ok(existsSync(m.at("new.jsonl")) && existsSync(m.at("report.json")));
    const { out } = await m.run(["show", "~/new.jsonl", "--json"], at);
    assert.equal(JSON.parse(out).header.cwd, m.at("shop"));
    assert.equal((await m.run(["dump", "pi", "~/dumped"], at)).code, 0);
    assert.ok(existsSync(m.at("dumped/pi")));
    assert.deepEqual(readdirSync(at.cwd), [], "something was written below a folder named ~");
  });

  it("SEGUE_HOME where nothing can be", { skip: process.platform !== "linux" }, async () => {
    const m = new Machine(join(root, "nowhere"));
    const env = { SEGUE_HOME: "/proc/nope", NODE_COMPILE_CACHE: "" };
    const { code, err } = await m.run(["limits"], { env });
    assert.equal(code, 0, err);
  });

  it("SEGUE_HOME=~/x", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("p"));
    const at = { cwd: m.at("p"), env: { SEGUE_HOME: "~/own" } };
    const { err, code } = await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"], at);
    assert.equal(code, 0, err);
    assert.ok(existsSync(m.at("own/journal.jsonl")));
    const alone = await m.run(["list"], { ...at, alone: true });
    assert.equal(alone.code, 0, alone.err);
    assert.deepEqual(readdirSync(m.at("p")), []);
  });
});

describe("a store that is not there", () => {
  it("is said, but for the one that a session is written to", async () => {
    const m = inhabited(root);
    const there = ["--store", `codex=${m.at("new")}`];
    fails(await m.run(["list", ...there]), 3, /there is no such folder/);
    fails(
      await m.run(["resume", "pi#1", "--in", "pi", "--dry-run", ...there]),
      3,
      /no such folder/,
    );
    const { code, err, out } = await m.run([
      ...["resume", "pi#1", "--in", "codex", "--no-launch", "--json"],
      ...there,
    ]);
    assert.equal(code, 0, err);
    assert.ok(JSON.parse(out).target.path.startsWith(m.at("new")));
    fails(await m.run(["list", "--store", `pi=${m.at(stored(PI))}`]), 3, /this is not a folder/);
  });

  it("is said of a setting, too, but for the one that a session is written to", async () => {
    const m = inhabited(root);
    const env = { SEGUE_AGENTS_CODEX_STORE: "~/nowhere" };
    const says = /agents\.codex\.store \(SEGUE_AGENTS_CODEX_STORE\): there is no folder .*nowhere/;
    for (const words of [["list"], ["search", "x"], ["show", "pi#1"]]) {
      const { code, err } = await m.run(words, { env });
      assert.equal(code, 0, err);
      assert.match(err, says);
    }
    const args = ["resume", "pi#1", "--in", "codex", "--no-launch"];
    assert.doesNotMatch((await m.run(args, { env })).err, says);
    assert.ok(existsSync(m.at("nowhere/sessions")));
  });

  it("two stores of one agent are no guess", async () => {
    const m = moved();
    const two = ["--store", "claude=~/moved", "--store", "cc=~/.claude/projects"];
    for (const words of [["list"], ["show", "latest"]]) {
      fails(await m.run([...words, ...two]), 2, /another store of claude-code is specified/);
    }
  });
});

describe("a variable that names a folder relative to this one", () => {
  const VARIABLES: { [id: string]: (store: string) => { [name: string]: string } } = {
    "claude-code": () => ({ CLAUDE_CONFIG_DIR: "home/.claude" }),
    codex: () => ({ CODEX_HOME: "./home/.codex" }),
    pi: () => ({ PI_CODING_AGENT_DIR: "home/.pi/agent" }),
    omp: () => ({ PI_CODING_AGENT_DIR: "home/.omp/agent" }),
    copilot: () => ({ COPILOT_HOME: "home/.copilot" }),
    gemini: () => ({ GEMINI_CLI_HOME: "home" }),
    droid: () => ({ FACTORY_HOME_OVERRIDE: "home" }),
    cline: () => ({ CLINE_DIR: "home/.cline" }),
    grok: () => ({ GROK_HOME: "home/.grok" }),
    kimi: () => ({ KIMI_CODE_HOME: "home/.kimi-code" }),
    continue: () => ({ CONTINUE_GLOBAL_DIR: "home/.continue" }),
    mastracode: () => ({ MASTRA_APP_DATA_DIR: "home/.local/share/mastracode" }),
    nanocoder: () => ({ NANOCODER_DATA_DIR: "home/.local/share/nanocoder" }),
    aider: () => ({ AIDER_CHAT_HISTORY_FILE: "home/.aider.chat.history.md" }),
    "kimi-cli": () => ({ KIMI_SHARE_DIR: "home/.kimi" }),
    vibe: () => ({ VIBE_HOME: "home/.vibe" }),
    openhands: () => ({ OPENHANDS_PERSISTENCE_DIR: "home/.openhands" }),
    gptme: () => ({ GPTME_LOGS_HOME: "home/.local/share/gptme/logs" }),
    amp: () => ({ XDG_DATA_HOME: "home/.local/share" }),
    muse: () => ({ XDG_DATA_HOME: "home/.local/share" }),
    qoder: () => ({ QODER_CONFIG_DIR: "home/.qoder" }),
    // None of its own.
    auggie: () => ({ HOME: "home" }),
    windsurf: () => ({ HOME: "home" }),
  };

  for (const each of BASICS) {
    it(`${each.agent.name}: paths of --json are absolute`, async () => {
      const outer = new Machine(mkdtempSync(join(root, "outer-")));
      const inner = new Machine(outer.at("home"));
      inner.install(each);
      const env = known(VARIABLES[each.agent.id])("");
      const [one] = await sessions(outer, [], env);
      assert.ok(isAbsolute(known(one).path), known(one).path);
      const { out } = await outer.run(["agents", "--json"], { env });
      const { agents } = JSON.parse(out);
      const { stores } = known(agents.find(({ id }: { id: string }) => id === each.agent.id));
      assert.ok(stores.length > 0 && stores.every(isAbsolute), String(stores));
    });
  }

  it("the agent that is started in another folder finds the store", async () => {
    const m = inhabited(root);
    const env = { CODEX_HOME: "other/codex", PATH: `${m.at("bin")}:/usr/bin:/bin` };
    mkdirSync(m.at("bin"));
    mkdirSync(m.at("shop"));
    const script = '#!/bin/sh\necho "$CODEX_HOME" > "$HOME/told"\n';
    writeFileSync(m.at("bin/codex"), script, { mode: 0o755 });
    const args = ["resume", "pi#1", "--in", "codex", "--cwd", m.at("shop")];
    const { code, err } = await m.run(args, { env });
    assert.equal(code, 0, err);
    assert.equal(readFileSync(m.at("told"), "utf8").trim(), m.at("other/codex"));
  });

  it("files that were named relative to this folder are absolute in a report", async () => {
    const m = inhabited(root);
    m.copy(PI, "a.jsonl");
    const args = ["convert", "a.jsonl", "--to", "codex", "-o", "b.jsonl", "--json"];
    const { source, target, carry } = JSON.parse((await m.run(args)).out);
    assert.deepEqual(
      [source.path, target.path, carry.path],
      [m.at("a.jsonl"), m.at("b.jsonl"), m.at("b.jsonl.segue")],
    );
  });
});

describe("options without a value, and given twice", () => {
  for (const [args, says] of [
    [["resume", "pi#1", "--in", "codex", "--prompt", ""], /--prompt needs a value/],
    [["resume", "pi#1", "--in", "codex", "--prompt", "  "], /--prompt needs a value/],
    [["resume", "pi#1", "--in="], /--in needs a value/],
    [["pi", "--in", "codex", "--handoff", "--prompt="], /--prompt needs a value/],
    [["handoff", "pi#1", "--then", ""], /--then needs a value/],
    [["list", "--cwd", ""], /--cwd needs a value/],
    [["list", "--agent", ""], /--agent needs a value/],
    [["resume", "pi#1", "--in", "codex", "--in", "claude"], /--in is specified twice/],
    [["pi", "--in", "codex", "--in", "claude"], /--in is specified twice/],
    [["list", "-n", "2", "--number", "3"], /--number is specified twice/],
    [["search", "x", "--agent", "pi", "--agent", "codex"], /--agent is specified twice/],
    [["list", "--cwd", "a", "--cwd", "b"], /--cwd is specified twice/],
    [["convert", "a", "--to", "pi", "--to", "codex"], /--to is specified twice/],
    [
      ["handoff", "pi#1", "--redact", "--no-redact"],
      /--redact and --no-redact cannot be used together/,
    ],
  ] as const) {
    it(`segue ${args.join(" ")}`, async () => {
      fails(await inhabited(root).run([...args, ...noLaunch(args)]), 2, says);
    });
  }

  it("of --color the last one counts, and a switch may be given again", async () => {
    const m = inhabited(root);
    const { out, err } = await m.run(["--color", "always", "config", "--color", "never"]);
    assert.match(out, /color +never +flag: --color/, err);
    assert.equal((await m.run(["list", "--all", "--all"])).code, 0);
    assert.equal((await m.run(["show", "codex#1", "--store", `codex=${m.at(".codex")}`])).code, 0);
    assert.ok(existsSync(m.at(stored(CODEX))));
  });
});

function noLaunch([command = ""]: readonly string[]): string[] {
  return command === "resume" || command === "pi" ? ["--no-launch"] : [];
}
