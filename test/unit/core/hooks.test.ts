/** Hooks are added to agents' settings, and removed byte for byte. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { follow } from "../../../src/core/follow.ts";
import { hookSignalIn } from "../../../src/core/hook-inputs.ts";
import {
  type HookSignal,
  HookTail,
  hookFile,
  hookSignals,
  recordHookSignal,
} from "../../../src/core/hook-signals.ts";
import { addedHook, removedHook } from "../../../src/core/hooks.ts";
import { TestClock, TestWatcher } from "../../support/clock.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const scratch = temporaryFolder();
let homes = 0;

/** Where `segue` is installed. */
const bin = join(scratch, "bin");
mkdirSync(bin);
writeFileSync(join(bin, "segue"), "#!/bin/sh\n", { mode: 0o755 });

function newEnv(): { HOME: string; SEGUE_HOME: string; PATH: string } {
  const home = join(scratch, `home-${++homes}`);
  mkdirSync(home);
  return { HOME: home, SEGUE_HOME: join(home, ".segue"), PATH: bin };
}

const SETTINGS: { agent: string; file: string; texts: string[] }[] = [
  {
    agent: "claude-code",
    file: ".claude/settings.json",
    texts: ['{\n  // mine\n  "model": "opus", // dear\n}\n', '{"hooks":{"Stop":[]}}', ""],
  },
  { agent: "qwen", file: ".qwen/settings.json", texts: ['{\r\n\t"a": 1\r\n}'] },
  {
    agent: "kimi",
    file: ".kimi-code/config.toml",
    texts: ['# mine\nmodel = "k"', 'a = 1\n\n[[hooks]]\nevent = "Stop"\ncommand = "x"\n', ""],
  },
  {
    agent: "kimi-cli",
    file: ".kimi/config.toml",
    texts: ['hooks = []\nmodel = "k"\n[x]\ny = 1\n'],
  },
];

const [CLAUDE, KIMI] = [".claude/settings.json", ".kimi-code/config.toml"];

describe("an agent's hook", () => {
  for (const { agent, file, texts } of SETTINGS) {
    for (const text of texts) {
      it(`is added to ${agent}'s settings and removed from them: ${JSON.stringify(text)}`, () => {
        const env = newEnv();
        const path = join(env.HOME, file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text, { mode: 0o640 });
        known(addedHook(agentNamed(agent), env)).apply();
        assert.match(readFileSync(path, "utf8"), new RegExp(` hook ${agent}\\b`));
        assert.equal(addedHook(agentNamed(agent), env), null);
        assert.equal(statSync(path).mode & 0o777, 0o640);
        known(removedHook(agentNamed(agent), env)).apply();
        assert.equal(readFileSync(path, "utf8"), text);
        assert.equal(removedHook(agentNamed(agent), env), null);
      });
    }
  }

  for (const agent of ["claude-code", "qwen", "kimi", "kimi-cli", "copilot", "pi", "omp"]) {
    it(`leaves nothing of ${agent} where there was nothing`, () => {
      const env = newEnv();
      const change = known(addedHook(agentNamed(agent), env));
      change.apply();
      assert.ok(existsSync(change.path));
      known(removedHook(agentNamed(agent), env)).apply();
      assert.deepEqual(readdirSync(env.HOME), [".segue"]);
      assert.deepEqual(readdirSync(join(env.SEGUE_HOME, "hooks")), []);
    });
  }

  it("is removed alone when the settings were changed since", () => {
    const env = newEnv();
    const path = join(env.HOME, ".claude/settings.json");
    mkdirSync(dirname(path));
    writeFileSync(path, '{\n  "a": 1\n}\n');
    const agent = agentNamed("claude-code");
    known(addedHook(agent, env)).apply();
    writeFileSync(path, readFileSync(path, "utf8").replace('"a": 1', '"a": 2, // more\n  "b": 3'));
    known(removedHook(agent, env)).apply();
    assert.equal(readFileSync(path, "utf8"), '{\n  "a": 2, // more\n  "b": 3\n}\n');
  });

  for (const [file, before, [from, to], left] of [
    [CLAUDE, '{"a": 1, "hooks": {}}', ['"a": 1', '"a": 2'], '{"a": 2, "hooks": {}}'],
    [CLAUDE, '{"hooks":{"StopFailure":[]}}\r\n', ["{", "{ "], '{ "hooks":{"StopFailure":[]}}\r\n'],
    [CLAUDE, '{\n "a": 1, // one\n}', ["one", "two"], '{\n "a": 1, // two\n}'],
    [KIMI, "hooks = [\n]\n[loop]\nx = 1\n", ["x = 1", "x = 2"], "hooks = [\n]\n[loop]\nx = 2\n"],
    [KIMI, "[other]\nhooks = []\n", ["[other]", "[others]"], "[others]\nhooks = []\n"],
  ] as const) {
    it(`leaves what was there before: ${JSON.stringify(left)}`, () => {
      const env = newEnv();
      const path = join(env.HOME, file);
      mkdirSync(dirname(path));
      writeFileSync(path, before);
      const agent = agentNamed(file === CLAUDE ? "claude" : "kimi");
      known(addedHook(agent, env)).apply();
      writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
      known(removedHook(agent, env)).apply();
      assert.equal(readFileSync(path, "utf8"), left);
    });
  }

  it("is refused where something of the user's would be lost", () => {
    const env = newEnv();
    const [claude, kimi] = [agentNamed("claude"), agentNamed("kimi")];
    const [settings, config] = [join(env.HOME, CLAUDE), join(env.HOME, KIMI)];
    for (const path of [settings, config]) mkdirSync(dirname(path));
    const latin = Buffer.from('{"a":"caf\u00e9"}', "latin1");
    writeFileSync(settings, latin);
    assert.throws(() => addedHook(claude, env), { kind: "refused", message: /UTF-8/ });
    assert.deepEqual(readFileSync(settings), latin);
    rmSync(settings);
    symlinkSync(join(env.HOME, "nowhere.json"), settings);
    assert.throws(() => addedHook(claude, env), { kind: "refused", message: /a link/ });
    known(addedHook(kimi, env)).apply();
    appendFileSync(config, "timeout = 5\n");
    const edited = readFileSync(config, "utf8");
    assert.throws(() => removedHook(kimi, env), { kind: "refused", hint: /by hand/ });
    assert.equal(readFileSync(config, "utf8"), edited);
  });

  it("is not taken for an entry of the user's without hooks", () => {
    const env = newEnv();
    const path = join(env.HOME, CLAUDE);
    mkdirSync(dirname(path));
    writeFileSync(path, '{"hooks":{"StopFailure":[{"matcher":"*","hooks":[]}]}}');
    assert.equal(removedHook(agentNamed("claude"), env), null);
    assert.ok(addedHook(agentNamed("claude"), env));
  });

  it("is removed from the folder that is meant, whatever Segue wrote down last", () => {
    const env = newEnv();
    const agent = agentNamed("claude");
    const two = ["one", "two"].map((name) => ({ ...env, CLAUDE_CONFIG_DIR: join(env.HOME, name) }));
    const [one, other] = two.map((each) => {
      mkdirSync(each.CLAUDE_CONFIG_DIR);
      const path = join(each.CLAUDE_CONFIG_DIR, "settings.json");
      writeFileSync(path, '{"a":1}');
      known(addedHook(agent, each)).apply();
      return path;
    });
    known(removedHook(agent, known(two[0]))).apply();
    assert.equal(readFileSync(known(one), "utf8"), '{"a":1}');
    writeFileSync(join(env.SEGUE_HOME, "hooks/claude-code.json"), "{ damaged");
    known(removedHook(agent, known(two[1]))).apply();
    assert.equal(readFileSync(known(other), "utf8"), '{"a":1}');
  });

  it("is not written over a change that came in between", () => {
    const env = newEnv();
    const path = join(env.HOME, ".claude/settings.json");
    const change = known(addedHook(agentNamed("claude-code"), env));
    mkdirSync(dirname(path));
    writeFileSync(path, "{}");
    assert.throws(() => change.apply(), /changed in the meantime/);
    assert.equal(readFileSync(path, "utf8"), "{}");
  });

  it("is refused where settings are damaged, or another file is in its place", () => {
    const env = newEnv();
    for (const [agent, file, text] of [
      ["claude-code", ".claude/settings.json", "{ broken"],
      ["claude-code", ".claude/settings.json", '{"hooks": []}'],
      ["kimi", ".kimi-code/config.toml", 'hooks = [{ event = "Stop", command = "x" }]\n'],
      ["kimi", ".kimi-code/config.toml", "broken = = 1"],
      ["pi", ".pi/agent/extensions/segue.ts", "export default () => {};"],
    ] as const) {
      const path = join(env.HOME, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      assert.throws(() => addedHook(agentNamed(agent), env), { kind: "refused" }, text);
      assert.equal(readFileSync(path, "utf8"), text);
    }
  });

  it("is refused for an agent that has none, with what helps instead", () => {
    assert.throws(() => addedHook(agentNamed("codex"), newEnv()), {
      kind: "refused",
      hint: /segue watch/,
    });
  });
});

const INPUTS: { agent: string; input: object; kind: string | null; scope?: string }[] = [
  {
    agent: "claude-code",
    input: {
      ...{ session_id: "s", transcript_path: "/t", cwd: "/c", hook_event_name: "StopFailure" },
      ...{ error: "rate_limit", last_assistant_message: "You've hit your weekly limit" },
    },
    kind: "quota",
    scope: "weekly",
  },
  {
    agent: "claude-code",
    input: { hook_event_name: "StopFailure", error: "authentication_failed" },
    kind: "auth",
  },
  {
    agent: "kimi",
    input: {
      ...{ hook_event_name: "StopFailure", error_type: "APIProviderQuotaExhaustedError" },
      error_message: "429 You have exceeded your weekly usage limit",
    },
    kind: "quota",
  },
  {
    agent: "copilot",
    input: {
      ...{ sessionId: "s", errorContext: "model_call", recoverable: true, timestamp: 5 },
      error: { name: "Error", message: '{"type":"rate_limit_error","message":"slow down"}' },
    },
    kind: "rate",
  },
  { agent: "claude-code", input: { hook_event_name: "Stop", error: "rate_limit" }, kind: null },
  {
    agent: "copilot",
    input: { errorContext: "tool_execution", error: { message: "429 rate limit" } },
    kind: null,
  },
];

const NOW = Date.parse("2026-11-21T08:00:00Z");

describe("what a hook says", () => {
  for (const { agent, input, kind, scope } of INPUTS) {
    it(`becomes a signal, or nothing: ${JSON.stringify(input)}`, () => {
      const found = hookSignalIn(JSON.stringify(input), { agent, profile: null }, 1000);
      assert.equal(found?.signal.kind ?? null, kind);
      if (scope !== undefined) assert.equal(found?.signal.scope, scope);
    });
  }

  it("has the present time, unless it says another one that can be", () => {
    const error = { name: "Error", message: "429 rate limit" };
    for (const [timestamp, at] of [
      [NOW - 5, NOW - 5],
      [1e300, NOW],
      [-8.64e15, NOW],
      [NOW / 1000, NOW],
    ] as const) {
      const input = JSON.stringify({ errorContext: "model_call", timestamp, error });
      const found = hookSignalIn(input, { agent: "copilot", profile: null }, NOW);
      assert.equal(found?.signal.at, at);
    }
  });

  it("counts only with times that can be dates", () => {
    const env = newEnv();
    mkdirSync(dirname(hookFile(env)), { recursive: true });
    const line = { agent: "kimi", kind: "quota", at: NOW, resetsAt: 1e300 };
    const lines = [{ ...line, at: -1e300 }, line].map((one) => `${JSON.stringify(one)}\n`);
    writeFileSync(hookFile(env), lines.join(""));
    assert.deepEqual(
      hookSignals(env).map(({ signal }) => [signal.at, signal.resetsAt]),
      [[NOW, null]],
    );
  });

  it("is nothing for what is not JSON", () => {
    for (const text of ["", "null", "[1]", "{", "\0", '{"hook_event_name":"StopFailure"}']) {
      assert.equal(hookSignalIn(text, { agent: "pi", profile: null }, 0), null);
    }
  });

  it("is followed into a new file, with what was still added to the older one", () => {
    const env = newEnv();
    const whose = { agent: "claude-code", profile: null };
    const signal = known(hookSignalIn(JSON.stringify(INPUTS[0]?.input), whose, 1000));
    recordHookSignal(env, signal);
    const tail = new HookTail(env);
    const record = (at: number): void =>
      recordHookSignal(env, { ...signal, signal: { ...signal.signal, at } });
    const path = hookFile(env);
    record(2000);
    renameSync(path, path.replace("signals", "signals.1"));
    record(3000);
    const times = (all: readonly HookSignal[]): number[] => all.map((one) => one.signal.at);
    assert.deepEqual(times(tail.read()), [2000, 3000]);
    assert.deepEqual(tail.read(), []);
    record(4000);
    rmSync(path);
    assert.deepEqual(tail.read(), []);
    record(5000);
    assert.deepEqual(times(tail.read()), [5000]);
  });

  it("is followed with the place of its session, which a hook need not know", async () => {
    const env = newEnv();
    const path = join(env.HOME, ".claude/projects/-c/s.jsonl");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '{"type":"user","sessionId":"s","cwd":"/home/dev/shop","message":{}}\n');
    const [clock, watcher] = [new TestClock("2026-11-21T08:00:00Z"), new TestWatcher()];
    const places = { env, cwd: env.HOME, stores: new Map<string, string>() };
    const target = { agent: agentNamed("claude-code"), profile: null, places };
    const all = await follow([target], { clock, watcher });
    const input = { ...INPUTS[0]?.input, transcript_path: undefined };
    const whose = { agent: "claude-code", profile: null };
    recordHookSignal(env, known(hookSignalIn(JSON.stringify(input), whose, clock.now())));
    await all.look(false);
    clock.pass(1000);
    const [seen] = await all.look(false);
    assert.equal(seen?.session.path, path);
    assert.equal(seen.session.cwd, "/c");
    all.close();
  });

  it("is kept in a file that does not grow without end, and followed", async () => {
    const env = newEnv();
    const signal = known(
      hookSignalIn(JSON.stringify(INPUTS[0]?.input), { agent: "claude-code", profile: null }, 1000),
    );
    const clock = new TestClock("2026-11-21T08:00:00Z");
    const places = { env, cwd: env.HOME, stores: new Map<string, string>() };
    const target = { agent: agentNamed("claude-code"), profile: null, places };
    const all = await follow([target], { clock, watcher: new TestWatcher() });
    recordHookSignal(env, signal);
    assert.deepEqual(await all.look(false), []);
    clock.pass(1000);
    const [seen, ...more] = await all.look(false);
    assert.equal(seen?.what, "signal");
    assert.equal(more.length, 0);
    assert.equal(seen.session.path, "/t");
    all.close();
    const long = { ...signal, signal: { ...signal.signal, text: "x".repeat(5000) } };
    for (let n = 0; n < 1000; n++) recordHookSignal(env, long);
    assert.ok(statSync(hookFile(env)).size < 300_000);
    assert.ok(hookSignals(env).length > 100);
    writeFileSync(hookFile(env), "null\n{}\nbroken\n", { flag: "a" });
    assert.ok(hookSignals(env).every((one) => one.signal.agent === "claude-code"));
    assert.equal(hookSignals(env, 2000).length, 0);
  });
});
