/**
 * Two accounts of one agent: the session goes to the other one as it is, the real CLI resumes it there
 * with the whole history in its request, works, and it comes home with exactly the new turns.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { own } from "./agents/index.ts";
import { assertHistory } from "./assert-history.ts";
import { createLab, type Lab } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { hand, segue } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

interface Account {
  agent: string;
  /** The variable that names its folder. */
  variable: string;
  /** Where its own account has that folder, below the home folder. */
  folder: string;
  /** Where its CLI keeps what it logged in with, in that folder. */
  credentials: string;
}

const ACCOUNTS: readonly Account[] = [
  {
    agent: "claude-code",
    variable: "CLAUDE_CONFIG_DIR",
    folder: ".claude",
    credentials: ".credentials.json",
  },
  { agent: "codex", variable: "CODEX_HOME", folder: ".codex", credentials: "secret.json" },
  {
    agent: "opencode",
    variable: "XDG_DATA_HOME",
    folder: ".local/share",
    credentials: "opencode/account.json",
  },
  { agent: "pi", variable: "PI_CODING_AGENT_DIR", folder: ".pi/agent", credentials: "secret.json" },
  { agent: "copilot", variable: "COPILOT_HOME", folder: ".copilot", credentials: "secret.json" },
  { agent: "vibe", variable: "VIBE_HOME", folder: ".vibe", credentials: ".env" },
];

for (const account of some(ACCOUNTS, 5)) {
  const { agent } = account;
  test(`${agent}: to another account, and home`, async () => {
    const lab = await createLab();
    try {
      const other = withAccount(lab, account);
      const recording = await record(lab, agent);
      const secret = join(lab.home, account.folder, account.credentials);
      mkdirSync(join(secret, ".."), { recursive: true });
      writeFileSync(secret, "secret");
      const original = await raw(lab, `${agent}#1`);

      const there = await hand(lab, recording.sessionId, "other");
      assert.equal(there.id, recording.sessionId);
      assert.ok(there.path.startsWith(other.folder), there.path);
      assert.equal(await raw(lab, "other#1"), original, "the same bytes or rows");
      const done = work("T1");
      await turn(other.lab, agent, done.steps, { prompt: done.prompt, resume: there.id });
      const [asked] = done.markers;
      assert.ok(asked);
      assertHistory(lab.server.lastMain(), [...own(recording.markers, agent), asked]);
      assert.equal(await raw(lab, `${agent}#1`), original, "the source is as it was");

      const worked = await raw(lab, "other#1");
      await hand(lab, `other:${there.id}`, agent);
      assert.equal(await raw(lab, `${agent}#1`), worked, "exactly the new turns");
      await segue(lab, ["undo"]);
      assert.equal(await raw(lab, `${agent}#1`), original, "undone exactly");
      const back = await hand(lab, `other:${there.id}`, agent);
      assert.equal(back.path, recording.path);
      const prompt = "MARK-Z-U1 where are we?";
      await turn(lab, agent, [{ text: "MARK-Z-A1" }], { prompt, resume: back.id });
      assertHistory(lab.server.lastMain(), [
        ...own([...recording.markers, ...done.markers], agent),
        { role: "user", marker: "MARK-Z-U1" },
      ]);
      assert.deepEqual(lab.server.refusals, []);
      assert.equal(existsSync(join(other.folder, account.credentials)), false);
    } finally {
      await lab.close();
    }
  });
}

/** The same machine, where the agent's CLI is started for the other account. */
function withAccount(lab: Lab, { agent, variable, folder }: Account): { lab: Lab; folder: string } {
  const place = join(lab.home, "other");
  const from = join(lab.home, folder);
  // Its settings, as of a user who has used it before.
  if (existsSync(from)) cpSync(from, place, { recursive: true });
  else mkdirSync(place);
  mkdirSync(join(lab.home, ".segue"));
  writeFileSync(
    join(lab.home, ".segue/config.yml"),
    `profiles: { other: { agent: ${agent}, env: { ${variable}: ~/other } } }\n`,
  );
  return { lab: { ...lab, env: { ...lab.env, [variable]: place } }, folder: place };
}

/** A session's own lines: rows of a database as JSON. */
function raw(lab: Lab, session: string): Promise<string> {
  return segue(lab, ["show", session, "--raw"]);
}
