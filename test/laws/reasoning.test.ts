/**
 * Reasoning that an agent cannot keep as reasoning is written as a quotation. Its reader takes that for
 * reasoning again: else the next agent's model is sent it as words of the answer, joined to them.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pi } from "../../src/agents/pi/index.ts";
import { writable } from "../../src/agents/registry.ts";
import { convertFile, see } from "../support/conversion.ts";
import { temporaryFolder } from "../support/folder.ts";

const TIME = Date.parse("2026-01-01T00:00:00.000Z");
const THOUGHTS = ["I think", "First.\n\n> So it says\n\nThen <b>."];

describe("reasoning is read as reasoning, whatever form it was written in", () => {
  const folder = temporaryFolder();
  const source = { agent: pi, path: join(folder, "session.jsonl") };
  writeFileSync(source.path, session());
  for (const agent of writable) {
    it(agent.id, async () => {
      const target = { agent, path: join(folder, `${agent.id}.jsonl`) };
      await convertFile(source, target);
      const { live } = await see(target);
      const parts = live.filter(({ role }) => role === "assistant").flatMap((one) => one.parts);
      assert.deepEqual(
        parts.map((part) => (part.kind === "reasoning" || part.kind === "text" ? part.text : "")),
        THOUGHTS.flatMap((thought, n) => [thought, `Answer ${n}`]),
      );
      const kinds = parts.map(({ kind }) => kind);
      assert.deepEqual(
        kinds,
        THOUGHTS.flatMap(() => ["reasoning", "text"]),
      );
    });
  }
});

/** A session of Pi's with one turn for each thought. */
function session(): string {
  const header = {
    ...{ type: "session", version: 3, id: "019a0000-0000-7000-8000-000000000001" },
    ...{ timestamp: new Date(TIME).toISOString(), cwd: "/home/dev/shop" },
  };
  const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
  const turns = THOUGHTS.flatMap((thinking, n) => {
    const answer = { api: "anthropic-messages", provider: "anthropic", model: "m", usage };
    const content = [
      { type: "thinking", thinking },
      { type: "text", text: `Answer ${n}` },
    ];
    return [
      { role: "user", content: [{ type: "text", text: `Question ${n}` }] },
      { role: "assistant", content, ...answer, stopReason: "stop" },
    ];
  });
  const id = (n: number) => `a000000${n}`;
  const records = turns.map((message, n) => {
    const timestamp = TIME + 1000 * (n + 1);
    return {
      ...{ type: "message", id: id(n), parentId: n === 0 ? null : id(n - 1) },
      ...{ timestamp: new Date(timestamp).toISOString(), message: { ...message, timestamp } },
    };
  });
  return [header, ...records].map((record) => `${JSON.stringify(record)}\n`).join("");
}
