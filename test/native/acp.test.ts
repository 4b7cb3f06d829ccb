/**
 * Agents that speak the Agent Client Protocol load a session that Segue wrote, and tell an editor
 * what was said in it: a second opinion on the writer, beside what is sent to the model.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { AcpClient, textsIn } from "./acp.ts";
import { drivers } from "./agents/index.ts";
import { createLab } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { record } from "./record.ts";
import { hand } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

const KINDS: { [kind: string]: string } = {
  user_message_chunk: "user",
  agent_message_chunk: "assistant",
};

for (const { id: agent, command, acp } of drivers) {
  if (!acp) continue;
  for (const from of some(["pi", "claude-code"], 2)) {
    test(`${agent} loads a session of ${from} for an editor`, async () => {
      const lab = await createLab();
      try {
        const recording = await record(lab, from);
        const there = await hand(lab, recording.sessionId, agent);
        const client = await AcpClient.start(lab, join(lab.bin, command), acp);
        try {
          const updates = await client.load(there.id, lab.cwd);
          let at = 0;
          for (const { role, marker } of recording.markers) {
            if (role !== "user" && role !== "assistant") continue;
            const found = updates.findIndex(
              ({ kind, update }, n) =>
                n >= at &&
                KINDS[kind] === role &&
                textsIn(update).some((text) => text.includes(marker)),
            );
            const told = updates.map(({ kind, update }) => `${kind}: ${textsIn(update).join(" ")}`);
            assert.ok(found >= 0, `${marker} was not told in its place:\n${told.join("\n")}`);
            at = found;
          }
        } finally {
          client.close();
        }
      } finally {
        await lab.close();
      }
    });
  }
}
