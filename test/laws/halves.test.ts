/** Law 5: half of a surrogate pair is replaced, and counted, where the target's CLI could not send it. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../src/agents/registry.ts";
import { convertFile, see, textsOf } from "../support/conversion.ts";
import { temporaryFolder } from "../support/folder.ts";

// As their real CLIs showed on 2026-11-29.
const REFUSING = ["aider", "codex", "goose", "grok", "kimi-cli", "openhands", "vibe"];

const RECORDS = [
  { type: "session", version: 3, id: "a", timestamp: "2026-11-29T17:07:21.000Z", cwd: "/home/dev" },
  {
    type: "message",
    id: "1",
    parentId: null,
    timestamp: "2026-11-29T17:07:21.000Z",
    message: { role: "user", content: [{ type: "text", text: "half \ud83d here" }], timestamp: 1 },
  },
];

describe("half of a surrogate pair", () => {
  const folder = temporaryFolder();
  const path = join(folder, "source.jsonl");
  writeFileSync(path, RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(""));

  for (const id of REFUSING) {
    it(`in ${id}`, async () => {
      const there = { agent: agentNamed(id), path: join(folder, `${id}.jsonl`) };
      const { losses } = await convertFile({ agent: agentNamed("pi"), path }, there);
      assert.equal(losses.find(({ code }) => code === "text-repaired")?.count, 1);
      // Not in the title either.
      const written = readFileSync(there.path, "utf8");
      assert.doesNotMatch(written, /\\ud83d/i);
      assert.deepEqual((await see(there)).live.flatMap(textsOf), ["half \ufffd here"]);
    });
  }
});
