/**
 * `segue watch` beside a real CLI: it sees that a request was refused, prepares the session for another
 * agent, keeps the copy up to date, and leaves it to the real CLI that continues it.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isThere } from "../../src/convert/read/open.ts";
import { AGENTS, createLab, type Lab, runCli } from "./lab.ts";
import { type Obj, obj, objs, parseJson, str } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { killGroup, PATIENCE_MS, timedOut } from "./process.ts";
import { BIN } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

const error = {
  status: 429,
  body: { type: "error", error: { type: "rate_limit_error", message: "Weekly limit reached" } },
};

/** Files to which lines are appended, and a database of which rows are changed. */
const TARGETS = ["codex", "pi", "opencode"].filter((agent) => AGENTS.includes(agent));

for (const target of some(TARGETS, 4)) {
  test(`a session of claude-code is prepared for ${target}, and continued there`, async () => {
    const lab = await createLab();
    const watching = new Watching(lab, `rules: [{ prepare: ${target}, notify: none }]\n`);
    try {
      const first = await say(lab, "MARK-W-U1", "MARK-W-A1");
      await watching.begin();
      await refuse(lab, first, "MARK-W-U2");
      const limited = await watching.event("limited");
      assert.equal(limited.session, first);
      const prepared = obj((await watching.event("prepared")).target);
      await refuse(lab, first, "MARK-W-U3");
      const again = obj((await watching.event("prepared", 2)).target);
      assert.deepEqual(again, prepared);
      const id = str(again.id) ?? "";
      lab.server.script([{ text: "MARK-W-A4" }]);
      const since = lab.server.requests.length;
      const done = await runCli(lab, target, { prompt: "MARK-W-U4", resume: id });
      assert.equal(done.error, null);
      const asked = JSON.stringify(lab.server.requests.slice(since).find(({ main }) => main)?.body);
      for (const mark of ["U1", "A1", "U2", "U3", "U4"]) {
        assert.equal(asked.split(`MARK-W-${mark}`).length, 2, `${mark} is sent once`);
      }
      assert.equal(await watching.end(), 143);
      // It was used: so it stays.
      assert.ok(isThere(str(again.path) ?? ""));
      assert.equal(watching.events("removed").length, 0);
    } finally {
      watching.kill();
      await lab.close();
    }
  });
}

async function say(lab: Lab, prompt: string, text: string): Promise<string> {
  lab.server.script([{ text }]);
  const done = await runCli(lab, "claude-code", { prompt });
  assert.equal(done.error, null);
  assert.ok(done.sessionId);
  return done.sessionId;
}

async function refuse(lab: Lab, resume: string, prompt: string): Promise<void> {
  lab.server.script(Array.from({ length: 100 }, () => ({ error })));
  const done = await runCli(lab, "claude-code", { prompt, resume });
  assert.notEqual(done.error, null);
}

class Watching {
  readonly #lab: Lab;
  readonly #policy: string;
  #child: ChildProcess | null = null;
  #out = "";
  #err = "";

  constructor(lab: Lab, policy: string) {
    this.#lab = lab;
    this.#policy = join(lab.root, "policy.yml");
    writeFileSync(this.#policy, policy);
  }

  async begin(): Promise<void> {
    const { cwd, env: own, home } = this.#lab;
    const args = ["watch", "--json", "--agent", "claude-code", "--policy", this.#policy];
    const env = { ...own, SEGUE_HOME: join(home, ".segue") };
    const child = spawn(process.execPath, [BIN, ...args], { cwd, env, detached: true });
    this.#child = child;
    child.stdout.on("data", (chunk) => {
      this.#out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      this.#err += chunk;
    });
    await this.#until("did not begin", () => this.#err.includes("watching"));
  }

  events(name: string): Obj[] {
    const lines = this.#out.split("\n").slice(0, -1);
    return objs(lines.map((line) => parseJson(line))).filter(({ event }) => event === name);
  }

  /** The nth of that name. */
  async event(name: string, n = 1): Promise<Obj> {
    await this.#until(`reported no ${name}`, () => this.events(name).length >= n);
    return obj(this.events(name)[n - 1]);
  }

  /** The exit code after SIGTERM. */
  async end(): Promise<number | null> {
    const child = this.#child;
    child?.kill("SIGTERM");
    await this.#until("did not end", () => child?.exitCode !== null);
    return child?.exitCode ?? null;
  }

  kill(): void {
    if (this.#child?.exitCode === null) killGroup(this.#child.pid);
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!isSo()) {
      if (Date.now() > deadline) throw timedOut(`watch ${what}:\n${this.#out}${this.#err}`);
      await sleep(100);
    }
  }
}
