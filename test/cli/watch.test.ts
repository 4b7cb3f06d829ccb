/** `segue watch`, `segue install-hooks` and what hooks call. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { hookSignals } from "../../src/core/hook-signals.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import type { Machine } from "../support/segue.ts";
import { CLAUDE, fails, idOf, inhabited, stored } from "./support.ts";

const BIN = join(import.meta.dirname, "../../src/bin.ts");
const root = temporaryFolder();

const schema = readFileSync(join(import.meta.dirname, "../../schema/watch.schema.json"), "utf8");
const isLine = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(schema));

interface Watching {
  /** The events on stdout so far, in order. */
  readonly events: string[];
  /** Waits for what a person is told. */
  says(pattern: RegExp): Promise<void>;
  /** Waits for the n-th line on stdout with this event. */
  until(event: string, n?: number): Promise<{ [key: string]: unknown }>;
  end(signal: NodeJS.Signals): Promise<{ code: number | null; out: string; err: string }>;
}

async function watching(machine: Machine, args: string[]): Promise<Watching> {
  let [out, err] = ["", ""];
  let wake = (): void => {};
  const started = Promise.withResolvers<ChildProcess>();
  const ended = machine.run(["watch", ...args], {
    started(child) {
      child.stdout?.on("data", (chunk) => {
        out += chunk;
        wake();
      });
      child.stderr?.on("data", (chunk) => {
        err += chunk;
        wake();
      });
      started.resolve(child);
    },
  });
  const child = await started.promise;
  const change = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    await promise;
  };
  while (!err.includes("watching")) await change();
  return {
    get events() {
      return [...out.matchAll(/"event":"(\w+)"/g)].map(([, event]) => event ?? "");
    },
    async says(pattern) {
      while (!pattern.test(out)) await change();
    },
    async until(event, n = 1) {
      for (;;) {
        const lines = out.split("\n").slice(0, -1);
        const line = lines.filter((one) => one.includes(`"event":"${event}"`))[n - 1];
        if (line !== undefined) return JSON.parse(line);
        await change();
      }
    },
    async end(signal) {
      child.kill(signal);
      return await ended;
    },
  };
}

const base = (n: number) => ({
  ...{ parentUuid: null, isSidechain: false, type: "assistant", cwd: "/home/dev/shop" },
  ...{ uuid: `00000000-0000-4000-8000-00000000000${n}`, timestamp: new Date().toISOString() },
  sessionId: idOf(CLAUDE),
});

function limit(n: number, text = "You've hit your weekly limit"): string {
  const message = { id: `m${n}`, role: "assistant", type: "message", model: "<synthetic>" };
  const content = [{ type: "text", text }];
  const about = { isApiErrorMessage: true, error: "rate_limit", apiErrorStatus: 429 };
  return `${JSON.stringify({ ...base(n), ...about, message: { ...message, content } })}\n`;
}

function answer(n: number): string {
  const message = { id: `m${n}`, role: "assistant", type: "message", model: "claude-x" };
  const content = [{ type: "text", text: "done" }];
  return `${JSON.stringify({ ...base(n), message: { ...message, content, stop_reason: "end_turn" } })}\n`;
}

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function below(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

describe("segue watch", () => {
  it("does what the policy says, and takes it back when the limit is over", async () => {
    const machine = inhabited(root);
    const path = machine.at(stored(CLAUDE));
    const script = machine.at("on-limit.sh");
    writeFileSync(script, '#!/bin/sh\nenv | grep ^SEGUE_ > "$1.$SEGUE_EVENT"\n', { mode: 0o755 });
    writeFileSync(
      machine.at("limits.yml"),
      "rules:\n  - agent: claude\n    prepare: codex\n    run: [./on-limit.sh, out]\n",
    );
    const before = below(machine.at(".codex"));
    const args = ["--json", "--agent", "claude,pi", "--policy", machine.at("limits.yml")];
    const watch = await watching(machine, args);
    appendFileSync(path, limit(1));
    const limited = await watch.until("limited");
    assert.equal(limited.agent, "claude-code");
    assert.equal(limited.session, idOf(CLAUDE));
    assert.equal(limited.path, path);
    const prepared = await watch.until("prepared");
    const { path: copy } = Object(prepared.target);
    assert.ok(existsSync(copy));
    await watch.until("ran");
    appendFileSync(path, answer(2));
    await watch.until("clear");
    await watch.until("removed");
    assert.deepEqual(below(machine.at(".codex")), before);
    const { code, out, err } = await watch.end("SIGTERM");
    assert.equal(code, 143, err);
    for (const line of out.trimEnd().split("\n")) assert.ok(isLine(JSON.parse(line)), line);
    assert.deepEqual(below(machine.at(".codex")), before);
    assert.doesNotMatch(err, /this is a bug|cannot/);
    const folder = [machine.home, "/home/dev/shop"].find((one) =>
      existsSync(join(one, "out.limited")),
    );
    const told = readFileSync(join(known(folder), "out.limited"), "utf8");
    assert.match(told, /SEGUE_AGENT=claude-code\n/);
    assert.match(told, /SEGUE_KIND=quota\n/);
  });

  it("reports the next limit while a session is still being prepared", async () => {
    const machine = inhabited(root);
    const path = machine.at(stored(CLAUDE));
    const other = join(dirname(path), "0f0f0f0f-0000-4000-8000-00000000000f.jsonl");
    const policy = machine.at("limits.yml");
    writeFileSync(policy, "rules:\n  - scope: weekly\n    when: limited\n    prepare: pi\n");
    // Preparing takes as long as Pi takes to say its version: until the other limit was reported.
    const [begun, told] = [machine.at("begun"), machine.at("told")];
    mkdirSync(machine.at("bin"), { recursive: true });
    const wait = `: > '${begun}'; while [ ! -e '${told}' ]; do sleep 0.05; done; echo 1.5.2`;
    writeFileSync(machine.at("bin/pi"), `#!/bin/sh\n${wait}\n`, { mode: 0o755 });
    const watch = await watching(machine, ["--json", "--policy", policy]);
    appendFileSync(path, limit(1));
    await until(() => existsSync(begun));
    writeFileSync(
      other,
      limit(2, "You've hit your session limit").replaceAll(idOf(CLAUDE), "0f0f"),
    );
    await watch.until("limited", 2);
    assert.deepEqual(watch.events, ["limited", "limited"]);
    writeFileSync(told, "");
    await watch.until("prepared");
    const { code, err } = await watch.end("SIGTERM");
    assert.equal(code, 143, err);
    assert.doesNotMatch(err, /this is a bug|cannot/);
  });

  it("takes back what it prepared when it is ended, though the session was deleted", async () => {
    const machine = inhabited(root);
    const path = machine.at(stored(CLAUDE));
    const policy = machine.at("limits.yml");
    writeFileSync(policy, "rules:\n  - prepare: [codex, pi]\n    notify: none\n");
    const before = below(machine.home).filter((name) => !name.startsWith(".segue"));
    const watch = await watching(machine, ["--json", "--agent", "claude", "--policy", policy]);
    appendFileSync(path, limit(1));
    await watch.until("prepared");
    rmSync(path);
    const { code, out, err } = await watch.end("SIGTERM");
    assert.equal(code, 143, err);
    assert.equal(out.match(/"event":"prepared"/g)?.length, out.match(/"event":"removed"/g)?.length);
    const after = below(machine.home).filter((name) => !name.startsWith(".segue"));
    assert.deepEqual([...after, stored(CLAUDE)].sort(), before);
  });

  it("tells people in one line each, and leaves nothing when it is ended", async () => {
    const machine = inhabited(root);
    const path = machine.at(stored(CLAUDE));
    const watch = await watching(machine, ["--agent", "claude"]);
    appendFileSync(path, limit(1, "You've hit your limit \x1b]0;owned\x07"));
    await watch.says(/limit reached/);
    appendFileSync(path, limit(2));
    appendFileSync(path, answer(3));
    await watch.says(/is over/);
    const { code, out } = await watch.end("SIGINT");
    assert.equal(code, 130);
    assert.equal(out.match(/Claude Code: .*limit reached/g)?.length, 1);
    assert.ok(!out.includes("\x1b"));
    assert.ok(!existsSync(machine.at(".segue")));
  });

  it("ends when nobody reads what it says any more", async () => {
    const machine = inhabited(root);
    const path = machine.at(stored(CLAUDE));
    const { code, err } = await machine.run(["watch", "--agent", "claude", "--json"], {
      started(child) {
        child.stdout?.destroy();
        child.stderr?.once("data", () => appendFileSync(path, limit(1) + answer(2)));
        child.stderr?.on("data", () => {});
      },
    });
    assert.equal(code, 0, err);
  });

  it("refuses a policy with an error, and agents that there are none of", async () => {
    const machine = inhabited(root);
    writeFileSync(machine.at("bad.yml"), "rules:\n  - agnet: claude\n    notify: true\n");
    fails(await machine.run(["watch", "--policy", "bad.yml"]), 2, /no key "agnet".*bad\.yml:2/);
    fails(await machine.run(["watch", "--policy", "none.yml"]), 3, /none\.yml/);
    fails(await machine.run(["watch", "--agent", "cluade"]), 3, /no agent/);
  });
});

describe("segue install-hooks", () => {
  it("shows the change, and makes it only with leave", async () => {
    const machine = inhabited(root);
    const path = machine.at(".claude/settings.json");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '{\n  "model": "opus" // mine\n}\n');
    const asked = await machine.run(["install-hooks", "claude"]);
    assert.equal(asked.code, 2);
    assert.match(asked.out, /^\+ {5}"StopFailure": \[/m);
    assert.match(asked.err, /note: Claude Code ignores its settings.* has comments/);
    assert.equal(readFileSync(path, "utf8"), '{\n  "model": "opus" // mine\n}\n');
    assert.equal((await machine.run(["install-hooks", "claude", "--yes"])).code, 0);
    assert.match(readFileSync(path, "utf8"), /hook claude-code/);
    assert.match((await machine.run(["install-hooks", "claude"])).err, /has the hook already/);
    const removed = await machine.run(["install-hooks", "claude", "--remove", "--yes"]);
    assert.equal(removed.code, 0, removed.err);
    assert.equal(readFileSync(path, "utf8"), '{\n  "model": "opus" // mine\n}\n');
    fails(await machine.run(["install-hooks", "codex"]), 4, /Codex.* has no hook/);
  });

  it("has hooks call a command that says nothing and never fails", async () => {
    const machine = inhabited(root);
    const input = { hook_event_name: "StopFailure", error: "rate_limit", session_id: "s" };
    const stdin = JSON.stringify({ ...input, last_assistant_message: "You've hit your limit" });
    for (const [words, given] of [
      [["hook", "claude-code"], stdin],
      [["hook", "claude-code"], "{ broken"],
      [["hook", "nobody"], stdin],
    ] as const) {
      const { code, out, err } = await machine.run(words, { stdin: given });
      assert.deepEqual([code, out, err], [0, "", ""]);
    }
    assert.equal(hookSignals({ SEGUE_HOME: machine.at(".segue") }).length, 1);
  });

  it("does not need an agent to close the input of its hook", async () => {
    const machine = inhabited(root);
    const input = { hook_event_name: "StopFailure", error: "rate_limit", session_id: "s" };
    const text = JSON.stringify({ ...input, last_assistant_message: "You've hit your limit {}" });
    const child = spawn(process.execPath, [BIN, "hook", "kimi"], {
      env: machine.env,
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.stdin.write(text.slice(0, text.indexOf("}") + 1));
    child.stdin.write(text.slice(text.indexOf("}") + 1));
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    const [found] = hookSignals({ SEGUE_HOME: machine.at(".segue") });
    assert.equal(found?.signal.agent, "kimi");
  });
});
