/** What `segue limits` counts of forks that real CLIs make: an answer that was copied counts once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLab, type Lab } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { record, turn } from "./record.ts";
import { segue } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

const FORKS = [
  ["claude-code", "--fork-session"],
  ["opencode", "--fork"],
] as const;

interface Used {
  tokens: number;
  output: number;
}

async function used(lab: Lab, agent: string): Promise<Used> {
  const { limits } = JSON.parse(await segue(lab, ["limits", agent, "--json"]));
  return limits[0].windows[2];
}

for (const [agent, flag] of some(FORKS, 2)) {
  test(`${agent}: a fork adds only its own answer`, async () => {
    const lab = await createLab();
    try {
      const { sessionId } = await record(lab, agent);
      const before = await used(lab, agent);
      assert.ok(before.tokens > 0);
      const steps = [{ text: "MARK-FORK-A1 aside" }];
      const prompt = "MARK-FORK-U1 go on";
      await turn(lab, agent, steps, { prompt, resume: sessionId, args: [flag] });
      const { sessions } = JSON.parse(
        await segue(lab, ["list", "--all", "--json", "--agent", agent]),
      );
      assert.equal(sessions.length, 2, "it is another session");
      const after = await used(lab, agent);
      // Every answer of the model server has these counts.
      assert.deepEqual([after.tokens - before.tokens, after.output - before.output], [1580, 80]);
    } finally {
      await lab.close();
    }
  });
}
