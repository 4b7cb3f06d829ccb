/**
 * The vendor refuses what a real CLI asks: too many requests, nothing left to spend, too much to do. What
 * the CLI then writes is read back as that fault, while it still waits or once it has given up; or nothing
 * is there, as its README says.
 */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { agentNamed } from "../../src/agents/registry.ts";
import { feedOf } from "../../src/convert/read/folder.ts";
import { isThere, openSession } from "../../src/convert/read/open.ts";
import type { EventBody } from "../../src/session/types.ts";
import { createLab, type Lab, runCli, tuiCommand } from "./lab.ts";
import type { Failing } from "./model-server/failures.ts";
import type { Step } from "./model-server/server.ts";
import { enterNetns } from "./netns.ts";
import { claudeLimit, logInToPlan } from "./plans.ts";
import { PATIENCE_MS, timedOut } from "./process.ts";
import { some } from "./some.ts";
import { Tui } from "./tmux.ts";

enterNetns();

type Refusal = EventBody & { event: "limit" | "error" };

/** What the agent's store tells of refused requests, oldest first. */
async function refusalsIn(lab: Lab, agent: string): Promise<Refusal[]> {
  const { store } = agentNamed(agent);
  const roots = store.roots(lab.env, undefined, lab.cwd);
  const found = (await Promise.all(roots.map((root) => store.find(root)))).flat();
  const newest = found.sort((a, b) => a.mtime - b.mtime).at(-1);
  if (newest === undefined) return [];
  const rows = `${newest.path}#${newest.id}`;
  const place = store.database !== undefined && isThere(rows) ? rows : newest.path;
  const input = openSession(place, { scratch: mkdtempSync(join(lab.root, "read-")) });
  try {
    const feed = feedOf(agentNamed(agent), place);
    return [...input.lines()]
      .flatMap((line) => feed.entries(line))
      .flatMap((entry) =>
        entry.kind === "event" && (entry.event === "limit" || entry.event === "error")
          ? [entry]
          : [],
      );
  } finally {
    input.close();
  }
}

/** The newest that says why; while the CLI writes, a store may be half there. */
async function refusalIn(lab: Lab, agent: string): Promise<Refusal | undefined> {
  const all = await refusalsIn(lab, agent).catch(() => []);
  return all.findLast(({ fault }) => fault !== undefined);
}

/** However often it tries. */
const again = (step: Step): Step[] => Array.from({ length: 1000 }, () => step);

/** Runs the CLI until its store shows why it is refused, or until it ends. */
async function refusedRun(lab: Lab, agent: string, step: Step): Promise<Refusal | undefined> {
  lab.server.script(again(step));
  const stop = new AbortController();
  let hasEnded = false;
  const running = runCli(lab, agent, {
    prompt: "MARK-L-U1 Hello.",
    stop: stop.signal,
  }).finally(() => {
    hasEnded = true;
  });
  // Whatever it ends with is awaited below.
  const ended = running.catch(() => {});
  while (!hasEnded) {
    if ((await refusalIn(lab, agent)) !== undefined) stop.abort();
    await Promise.race([ended, sleep(200)]);
  }
  const done = await running;
  assert.ok(lab.server.mainRequests().length > 0, "nothing was asked");
  assert.notEqual(done.error, null, "the CLI says that it failed, or it was stopped");
  return refusalIn(lab, agent);
}

/** "limit quota credits 429 record": what an event says, in a line. */
function brief(refusal: Refusal | undefined): string {
  if (refusal === undefined) return NOTHING;
  const { event, fault } = refusal;
  return [event, fault?.kind, fault?.scope, fault?.status, fault?.source]
    .filter((one) => one !== undefined)
    .join(" ");
}

const NOTHING = "nothing";

const CASES: readonly (readonly [agent: string, how: Failing, expected: string])[] = [
  ["claude-code", "rate", "limit rate 429 record"],
  ["codex", "rate", "limit rate 429 record"],
  ["copilot", "rate", "limit rate 429 record"],
  ["droid", "rate", "limit rate 429 record"],
  ["gemini", "quota", NOTHING],
  ["grok", "rate", "limit rate 429 text"],
  ["kimi", "rate", "limit rate 429 record"],
  ["opencode", "rate", "limit rate 429 record"],
  ["pi", "rate", "limit rate 429 text"],
  ["qwen", "rate", "limit rate 429 record"],
  ["claude-code", "quota", "limit quota credits 400 record"],
  ["codex", "quota", "limit quota credits record"],
  ["copilot", "quota", "limit quota credits 400 text"],
  ["droid", "quota", "limit quota credits 400 text"],
  ["grok", "quota", "limit quota credits 429 text"],
  ["kimi", "quota", "limit quota credits 429 record"],
  ["opencode", "quota", "limit quota credits 400 text"],
  ["pi", "quota", "limit quota credits 400 text"],
  ["qwen", "quota", "limit quota credits 429 record"],
  ["claude-code", "overload", "error overload 529 record"],
  ["codex", "overload", "error overload 503 record"],
  ["copilot", "overload", "error overload 529 record"],
  ["grok", "overload", "error overload 503 text"],
  ["kimi", "overload", "error overload 503 record"],
  ["opencode", "overload", "error overload 529 record"],
  ["pi", "overload", "error overload 529 text"],
  ["qwen", "overload", "error overload 503 record"],
];

for (const [agent, how, expected] of some(CASES, 9)) {
  test(`${agent}, refused for ${how}`, async () => {
    const lab = await createLab();
    try {
      assert.equal(brief(await refusedRun(lab, agent, { fails: how })), expected);
    } finally {
      await lab.close();
    }
  });
}

async function claudePlan(): Promise<void> {
  const lab = await createLab();
  try {
    logInToPlan(lab);
    const ends = (Math.floor(Date.now() / 3_600_000) + 3) * 3600;
    const seen = await refusedRun(lab, "claude-code", { error: claudeLimit(ends) });
    assert.equal(brief(seen), "limit quota session 429 record");
    assert.ok(seen?.event === "limit");
    assert.equal(Date.parse(seen.resetsAt ?? ""), ends * 1000);
    // The same from its words alone, as older versions have them.
    assert.match(seen.text, /limit · resets \d{1,2}[ap]m \(UTC\)/);
  } finally {
    await lab.close();
  }
}

async function codexPlan(): Promise<void> {
  const lab = await createLab();
  try {
    const ends = Math.floor(Date.now() / 1000) + 3 * 86_400;
    const seen = await refusedRun(lab, "codex", {
      error: {
        status: 429,
        headers: {
          "x-codex-primary-used-percent": "40",
          "x-codex-primary-window-minutes": "300",
          "x-codex-primary-reset-at": String(ends - 86_400),
          "x-codex-secondary-used-percent": "100",
          "x-codex-secondary-window-minutes": "10080",
          "x-codex-secondary-reset-at": String(ends),
        },
        body: { error: { type: "usage_limit_reached", plan_type: "plus", resets_at: ends } },
      },
    });
    assert.equal(brief(seen), "limit quota weekly record");
    assert.ok(seen?.event === "limit");
    assert.equal(Date.parse(seen.resetsAt ?? ""), ends * 1000);
  } finally {
    await lab.close();
  }
}

async function geminiScreen(): Promise<void> {
  const lab = await createLab();
  const tui = Tui.start(lab, tuiCommand("gemini"));
  try {
    await tui.waitFor("Type your message");
    lab.server.script(again({ fails: "quota" }));
    tui.type("MARK-L-U1 Hello.");
    await tui.waitFor("MARK-L-U1 Hello.");
    // Right after what was typed, it takes the key for a line break.
    await tui.pressUntil("Enter", /Usage limit reached/);
    await tui.waitFor("2. Stop");
    tui.press("2");
    const deadline = Date.now() + PATIENCE_MS;
    let seen: Refusal | undefined;
    while (seen === undefined && Date.now() < deadline) {
      await sleep(200);
      seen = await refusalIn(lab, "gemini");
    }
    if (seen === undefined) throw timedOut(`Gemini CLI told of no limit:\n${tui.screen()}`);
    assert.equal(brief(seen), "limit quota daily text");
  } finally {
    await tui.close();
    await lab.close();
  }
}

const OTHERS: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ["Claude Code, at the limit of a plan", claudePlan],
  ["Codex, at the limit of a plan", codexPlan],
  ["Gemini CLI on the screen, with nothing left for the day", geminiScreen],
];

for (const [name, check] of some(OTHERS, 3)) test(name, check);
