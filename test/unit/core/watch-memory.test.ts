/** A day of traffic in one process: what is remembered of it does not grow. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { agentNamed } from "../../../src/agents/registry.ts";
import { hookFile, recordHookSignal } from "../../../src/core/hook-signals.ts";
import { type Watched, watch } from "../../../src/core/watch.ts";
import type { Env } from "../../../src/io/state.ts";
import { DEFAULT_POLICY } from "../../../src/limits/policy.ts";
import type { Signal } from "../../../src/limits/types.ts";
import { TestClock, TestWatcher } from "../../support/clock.ts";
import { temporaryFolder } from "../../support/folder.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

const START = Date.parse("2026-11-21T00:00:00Z");
/** Of the day: one session after the other, with a limit in each. */
const MINUTES = 24 * 60;
const EVERY = 10;
/** The heap at the end of the day, as a share of that after a quarter of it. */
const MOST = 1.15;

it("keeps its memory flat over a day of traffic", async () => {
  const home = temporaryFolder();
  const folder = join(home, ".claude/projects/-home-dev-shop");
  mkdirSync(folder, { recursive: true });
  const env = { HOME: home, SEGUE_HOME: join(home, ".segue"), PATH: "" };
  const places = { env, cwd: home, stores: new Map<string, string>() };
  const clock = new TestClock("2026-11-21T00:00:00Z");
  const end = new AbortController();
  const told = { limited: 0, clear: 0 };
  const tell = (one: Watched): void => {
    if (one.what !== "notice" || one.notice.event === "warning") return;
    told[one.notice.event]++;
  };
  const target = { agent: agentNamed("claude-code"), profile: null, places };
  const done = watch([target], {
    ...{ places, policy: DEFAULT_POLICY, signal: end.signal, reasoning: "text", tell, clock },
    watcher: new TestWatcher(),
  });
  const heaps: number[] = [];
  for (let minute = 0; minute < MINUTES; minute++) {
    const session = Math.floor(minute / EVERY);
    const path = join(folder, `${uuid(session)}.jsonl`);
    writeTurns(path, session, minute);
    reportByHook(env, session, minute);
    // The oldest are cleaned up, as agents do.
    const old = join(folder, `${uuid(session - 20)}.jsonl`);
    if (session >= 20) rmSync(old, { force: true });
    await until(() => clock.sleeping === 1);
    clock.pass(60_000);
    await until(() => clock.sleeping === 1);
    if ((minute + 1) % (MINUTES / 4) !== 0) continue;
    collect();
    heaps.push(process.memoryUsage().heapUsed);
  }
  end.abort();
  await done;
  assert.ok(statSync(hookFile(env)).size < 300_000);
  assert.deepEqual(told, { limited: MINUTES / EVERY, clear: MINUTES / EVERY });
  const [quarter = 0, , , last = 0] = heaps;
  assert.ok(last < quarter * MOST, `heap after each quarter: ${heaps.join(", ")}`);
});

/** A minute of a session: forty turns; a limit in its middle, which the next answer ends. */
function writeTurns(path: string, session: number, minute: number): void {
  const time = new Date(START + minute * 60_000 + 1000).toISOString();
  const lines = Array.from({ length: 40 }, (_, n) => {
    const isLimit = minute % EVERY === 5 && n === 20;
    const text = isLimit ? "You've hit your limit" : `walrus ${"x".repeat(500)}`;
    const message = { id: `m${minute}-${n}`, role: "assistant", type: "message", model: "m" };
    return JSON.stringify({
      ...{ type: "assistant", uuid: uuid(minute * 40 + n), parentUuid: null, timestamp: time },
      ...{ sessionId: uuid(session), cwd: "/home/dev/shop", isSidechain: false },
      ...(isLimit ? { isApiErrorMessage: true, error: "rate_limit" } : {}),
      message: { ...message, content: [{ type: "text", text }], stop_reason: "end_turn" },
    });
  });
  const text = `${lines.join("\n")}\n`;
  if (minute % EVERY === 0) writeFileSync(path, text);
  else appendFileSync(path, text);
}

/** What the hook of the agent says of the same limit, and what another one says that nobody asked about. */
function reportByHook(env: Env, session: number, minute: number): void {
  const at = START + minute * 60_000 + 1000;
  const whose = { agent: "codex", profile: null, session: uuid(session) };
  const what = { kind: "quota", scope: "unknown", usedPercent: null, resetsAt: null } as const;
  const signal: Signal = {
    ...{ ...whose, ...what, at, retryable: true, source: "hook", text: "x".repeat(2000) },
  };
  recordHookSignal(env, { signal, path: null, cwd: null });
  if (minute % EVERY !== 5) return;
  recordHookSignal(env, {
    ...{ signal: { ...signal, agent: "claude-code", text: "limit" }, path: null, cwd: null },
  });
}

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
