/**
 * Recorded sessions, through two other agents: what its own CLI sends its model after a resume is
 * in what theirs send, in order, or the loss report names it. Then the cases: small files of forms
 * that real ones have, with words that the other models must be sent. In CI it is half of the richest
 * sessions of each agent and of those that have a form of their own; `run.ts oracle --full` takes every one.
 */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { AGENTS, createLab } from "../lab.ts";
import { enterNetns } from "../netns.ts";
import { ALL, some } from "../some.ts";
import { type Input, inputOf, sessionsIn, type Words, wordsFor } from "./inputs.ts";
import { complaints, judge, labFor, partners } from "./oracle.ts";
import { CHOSEN, IN_SYSTEM_PROMPT, REFUSED, SUPERSEDED } from "./sessions.ts";

enterNetns();

const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));
const CASES = fileURLToPath(new URL("../cases", import.meta.url));

async function proves(input: Input, words?: Words): Promise<void> {
  const lab = await createLab(labFor(input));
  try {
    for (const verdict of await judge(lab, input, some(partners(input.agent), 6))) {
      assert.ok(verdict.atoms > 0, "the source's own CLI sent nothing of it");
      assert.deepEqual(complaints(verdict, words), [], `in ${verdict.target}`);
    }
  } finally {
    await lab.close();
  }
}

/** Its CLI continues with another file of the session: nothing but what is new there is missing. */
async function isSuperseded(input: Input, word: string): Promise<void> {
  const lab = await createLab(labFor(input));
  try {
    for (const verdict of await judge(lab, input, some(partners(input.agent), 6))) {
      const wrong = complaints(verdict);
      assert.ok(wrong.length === 1 && wrong[0]?.includes(word), wrong.join("\n"));
    }
  } finally {
    await lab.close();
  }
}

/** Its own CLI does not continue with it, so that there is nothing to compare with; Segue converts it. */
async function isRefused(input: Input, why: RegExp): Promise<void> {
  const lab = await createLab(labFor(input));
  try {
    await assert.rejects(judge(lab, input, some(partners(input.agent), 6)), why);
  } finally {
    await lab.close();
  }
}

/** Those of each agent that are tried. */
function recorded(): { name: string; input: Input }[] {
  // A slow CLI has no partners, but by hand.
  const tried = AGENTS.filter((id) => partners(id).length > 0);
  return tried.flatMap((agent) =>
    globSync("*", { cwd: join(FIXTURES, agent) })
      .sort()
      .filter((variant) => ALL || CHOSEN[agent]?.includes(variant))
      .flatMap((variant) =>
        sessionsIn(agent, join(FIXTURES, agent, variant)).map((input) => ({ variant, input })),
      )
      .map(({ variant, input }) => ({
        name: `${agent} ${variant} ${basename(input.path)}`,
        input,
      })),
  );
}

describe("oracle", { concurrency: 2 }, () => {
  for (const { name, input } of some(recorded(), 9)) {
    test(`oracle: ${name}`, () => {
      const why = REFUSED.get(name);
      if (why) return isRefused(input, why);
      const newer = SUPERSEDED.get(name);
      if (newer !== undefined) return isSuperseded(input, newer);
      return proves(input, { sees: IN_SYSTEM_PROMPT.get(name) ?? [], sees_not: [] });
    });
  }
  for (const name of globSync("*.jsonl", { cwd: CASES }).sort()) {
    const path = join(CASES, name);
    test(`oracle: ${name}`, () => proves(inputOf(path), wordsFor(path)));
  }
});
