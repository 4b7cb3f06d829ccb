/** Agents' own hooks: that a request was refused reaches Segue through them, and they go as they came. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { hookSignals } from "../../src/core/hook-signals.ts";
import { createLab, runCli } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { segue } from "./segue.ts";

enterNetns();

const body = {
  type: "error",
  error: {
    type: "rate_limit_error",
    code: "insufficient_quota",
    message: "You have exceeded your weekly usage limit",
  },
};

/** Where each keeps the hook; what the user has there, if that is not the lab's. */
const AGENTS: { agent: string; file: string; own?: string }[] = [
  { agent: "claude-code", file: ".claude/settings.json", own: '{\n  "env": {}\n}' },
  { agent: "copilot", file: ".copilot/hooks/segue.json" },
  { agent: "kimi", file: ".kimi-code/config.toml" },
  { agent: "kimi-cli", file: ".kimi/config.toml" },
  { agent: "pi", file: ".pi/agent/extensions/segue.ts" },
  { agent: "omp", file: ".omp/agent/extensions/segue.ts" },
];

for (const { agent, file, own } of AGENTS) {
  test(`${agent}: its hook tells of a refused request`, async () => {
    const lab = await createLab({
      steps: Array.from({ length: 40 }, () => ({ error: { status: 429, body } })),
    });
    try {
      const path = join(lab.home, file);
      if (own !== undefined) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, own);
      }
      const before = existsSync(path) ? readFileSync(path) : null;
      await segue(lab, ["install-hooks", agent, "--yes"]);
      const env = { SEGUE_HOME: join(lab.home, ".segue") };
      Object.assign(lab.env, env);
      // Some try again for minutes.
      void runCli(lab, agent, { prompt: "hello" }).catch(() => {});
      while (hookSignals(env).length === 0) await new Promise((done) => setTimeout(done, 100));
      const [first] = hookSignals(env);
      assert.equal(first?.signal.agent, agent);
      assert.match(first.signal.kind, /^(?:quota|rate)$/);
      assert.match(first.signal.text, /weekly usage limit/);
      assert.ok(first.signal.session);
      await segue(lab, ["install-hooks", agent, "--remove", "--yes"]);
      assert.deepEqual(existsSync(path) ? readFileSync(path) : null, before);
    } finally {
      await lab.close();
    }
  });
}
