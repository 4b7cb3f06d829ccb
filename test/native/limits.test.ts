/**
 * The vendor refuses what a real CLI asks: too many requests, nothing left to spend, too much to do. What
 * the CLI then writes is read back as that fault, while it still waits or once it has given up; or nothing
 * is there, as its README says.
 */
import assert from "node:assert/strict";
import { mkdtempSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { agentNamed } from "../../src/agents/registry.ts";
import { feedOf } from "../../src/convert/read/folder.ts";
import { openSession } from "../../src/convert/read/open.ts";
import type { EventBody } from "../../src/session/types.ts";
import { createLab, type Lab, runCli } from "./lab.ts";
import type { Failing } from "./model-server/failures.ts";
import { enterNetns } from "./netns.ts";

enterNetns();

type Refusal = EventBody & { event: "limit" | "error" };

/** What the agent's store tells of refused requests, oldest first. */
async function refusalsIn(lab: Lab, agent: string): Promise<Refusal[]> {
  const { store } = agentNamed(agent);
  const found = await Promise.all(
    store.roots(lab.env, undefined, lab.cwd).map((root) => store.find(root)),
  );
  const newest = found
    .flat()
    .sort((a, b) => a.mtime - b.mtime)
    .at(-1);
  if (newest === undefined) return [];
  const input = openSession(newest.path, { scratch: mkdtempSync(join(lab.root, "read-")) });
  try {
    const feed = feedOf(agentNamed(agent), newest.path);
    return [...input.lines()].flatMap((line) =>
      feed
        .entries(line)
        .flatMap((entry) =>
          entry.kind === "event" && (entry.event === "limit" || entry.event === "error")
            ? [entry]
            : [],
        ),
    );
  } finally {
    input.close();
  }
}

/** Runs the CLI until its store shows why it is refused, or until it ends. */
async function refusedRun(lab: Lab, agent: string, how: Failing): Promise<Refusal | undefined> {
  lab.server.script(Array.from({ length: 1000 }, () => ({ fails: how })));
  const stop = new AbortController();
  let hasEnded = false;
  const running = runCli(lab, agent, { prompt: "MARK-L-U1 Hello.", stop: stop.signal }).finally(
    () => {
      hasEnded = true;
    },
  );
  running.catch(() => {});
  while (!hasEnded) {
    const seen = (await refusalsIn(lab, agent).catch(() => [])).filter(({ fault }) => fault);
    if (seen.length > 0) stop.abort();
    await Promise.race([running.catch(() => {}), sleep(200)]);
  }
  const done = await running;
  if (process.env.SHOW)
    console.log(
      agent,
      how,
      done.code,
      done.signal,
      done.ms,
      done.error?.slice(0, 300),
      done.stdout.slice(-300),
      lab.server.mainRequests().length,
    );
  return (await refusalsIn(lab, agent)).at(-1);
}

void statSync;
for (const agent of (process.env.AG ?? "").split(","))
  for (const how of (process.env.HOW ?? "rate,quota,overload").split(",") as Failing[])
    test(`${agent} ${how}`, async () => {
      const lab = await createLab();
      try {
        const got = await refusedRun(lab, agent, how);
        console.log(
          "RESULT",
          agent,
          how,
          lab.server.mainRequests()[0]?.protocol,
          JSON.stringify(got),
        );
        assert.ok(true);
      } finally {
        await lab.close();
      }
    });
