/**
 * Agents' own hooks: Segue hears through them that a request was refused, `segue limits` shows it until
 * the agent answers again, and the agent's settings are afterwards as they were.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type HookSignal, hookSignals } from "../../src/core/hook-signals.ts";
import { AGENTS, createLab, type Lab, runCli } from "./lab.ts";
import { obj, objs, parseJson } from "./model-server/json.ts";
import type { Step } from "./model-server/server.ts";
import { enterNetns } from "./netns.ts";
import { PATIENCE_MS, timedOut } from "./process.ts";
import { segue } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

/** What users have: an agent may give its hook less time than Segue takes to start from its source. */
const BUILT =
  process.env.SEGUE_LAB_BIN ?? fileURLToPath(new URL("../../dist/bin.js", import.meta.url));

const message = "You have exceeded your weekly usage limit";
const body = {
  type: "error",
  error: { type: "rate_limit_error", code: "insufficient_quota", message },
};
const REFUSED: Step = { error: { status: 429, body } };

/** After an agent has ended, its hook may still be starting. */
const HOOK_MS = 20_000;

/** Where each has the hook; what the user has there, if that is not the lab's. */
const HOOKED: readonly { agent: string; file: string; own?: string }[] = [
  { agent: "claude-code", file: ".claude/settings.json", own: '{\n  "env": {}\n}' },
  { agent: "copilot", file: ".copilot/hooks/segue.json" },
  { agent: "kimi", file: ".kimi-code/config.toml" },
  { agent: "kimi-cli", file: ".kimi/config.toml" },
  { agent: "pi", file: ".pi/agent/extensions/segue.ts" },
  { agent: "omp", file: ".omp/agent/extensions/segue.ts" },
].filter(({ agent }) => AGENTS.includes(agent));

for (const { agent, file, own } of some(HOOKED, 4)) {
  test(`${agent}: its hook reports a refused request`, async () => {
    assert.ok(existsSync(BUILT), "dist/ is not there: npm run build");
    const lab = await createLab();
    try {
      const segues = `#!/bin/sh\nexec '${process.execPath}' '${BUILT}' "$@"\n`;
      writeFileSync(join(lab.bin, "segue"), segues, { mode: 0o755 });
      lab.env.SEGUE_HOME = join(lab.home, ".segue");
      const path = join(lab.home, file);
      if (own !== undefined) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, own);
      }
      const session = await answered(lab, agent, "MARK-H-1", null);
      // Claude Code adds to its settings when it first runs.
      const before = textAt(path);
      await segue(lab, ["install-hooks", agent, "--yes"]);
      assert.equal(await statusOf(lab, agent), "ok");
      const { signal } = await reported(lab, agent, session);
      assert.equal(signal.agent, agent);
      assert.match(signal.kind, /^(?:quota|rate)$/);
      assert.match(signal.text, /weekly usage limit/);
      assert.equal(signal.session, session);
      assert.equal(await statusOf(lab, agent), "limited");
      await answered(lab, agent, "MARK-H-2", session);
      assert.notEqual(await statusOf(lab, agent), "limited");
      await segue(lab, ["install-hooks", agent, "--remove", "--yes"]);
      assert.equal(textAt(path), before);
    } finally {
      await lab.close();
    }
  });
}

/** A turn of a session, or of a new one; returns its id. */
async function answered(
  lab: Lab,
  agent: string,
  mark: string,
  session: string | null,
): Promise<string> {
  lab.server.script([{ text: `${mark} Here I am.` }]);
  const resume = session === null ? {} : { resume: session };
  const { error, text, sessionId } = await runCli(lab, agent, { prompt: "Hello.", ...resume });
  assert.equal(error, null);
  assert.match(text ?? "", new RegExp(mark));
  assert.ok(sessionId);
  return sessionId;
}

/** Runs the agent until its hook has reported a refusal; some would try again for minutes. */
async function reported(lab: Lab, agent: string, resume: string): Promise<HookSignal> {
  lab.server.script(Array.from({ length: 1000 }, () => REFUSED));
  const stop = new AbortController();
  let deadline = Date.now() + PATIENCE_MS;
  const running = runCli(lab, agent, { prompt: "And now?", resume, stop: stop.signal });
  const ended = running.then(
    () => {},
    () => {},
  );
  void ended.then(() => {
    deadline = Math.min(deadline, Date.now() + HOOK_MS);
  });
  try {
    for (;;) {
      const [found] = hookSignals(lab.env);
      if (found) return found;
      if (Date.now() > deadline) break;
      await sleep(100);
    }
  } finally {
    stop.abort();
    await ended;
  }
  assert.ok(lab.server.mainRequests().length > 1, "nothing was asked");
  throw timedOut(`the hook of ${agent} reported nothing`);
}

/** As `segue limits` shows it. */
async function statusOf(lab: Lab, agent: string): Promise<unknown> {
  const { limits } = obj(parseJson(await segue(lab, ["limits", agent, "--json"])));
  return objs(limits).find((one) => one.agent === agent)?.status;
}

function textAt(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}
