/**
 * Every recorded session, through two other agents: what its own CLI sends its model after a resume
 * is in what theirs send, in order, or the loss report names it. Then the cases: small files of
 * forms that real ones have, with words that the other models must be sent.
 */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { AGENTS, createLab } from "../lab.ts";
import { enterNetns } from "../netns.ts";
import { type Input, inputOf, sessionsIn, type Words, wordsFor } from "./inputs.ts";
import { complaints, judge, partners } from "./oracle.ts";

enterNetns();

const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));
const CASES = fileURLToPath(new URL("../cases", import.meta.url));

async function proves(input: Input, words?: Words): Promise<void> {
  const lab = await createLab();
  try {
    for (const verdict of await judge(lab, input, partners(input.agent))) {
      assert.ok(verdict.atoms > 0, "the source's own CLI sent nothing of it");
      assert.deepEqual(complaints(verdict, words), [], `in ${verdict.target}`);
    }
  } finally {
    await lab.close();
  }
}

for (const agent of AGENTS) {
  for (const variant of globSync("*", { cwd: join(FIXTURES, agent) }).sort()) {
    if (variant === "basic") continue;
    for (const input of sessionsIn(agent, join(FIXTURES, agent, variant))) {
      test(`oracle: ${agent} ${variant} ${basename(input.path)}`, () => proves(input));
    }
  }
}

for (const name of globSync("*.jsonl", { cwd: CASES }).sort()) {
  const path = join(CASES, name);
  test(`oracle: ${name}`, () => proves(inputOf(path), wordsFor(path)));
}
