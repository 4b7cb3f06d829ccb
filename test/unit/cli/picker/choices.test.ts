import assert from "node:assert/strict";
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { lastChoices, noteChoice } from "../../../../src/core/choices.ts";
import { temporaryFolder } from "../../../support/folder.ts";

const root = temporaryFolder();

it("the last choice of an agent is kept for each agent, for its user alone", () => {
  const env = { SEGUE_HOME: join(mkdtempSync(join(root, "state-")), "segue") };
  assert.deepEqual([...lastChoices(env)], []);
  noteChoice(env, "codex", "pi");
  noteChoice(env, "pi", "pi");
  noteChoice(env, "codex", "gemini");
  assert.deepEqual(Object.fromEntries(lastChoices(env)), { codex: "gemini", pi: "pi" });
  assert.equal(statSync(join(env.SEGUE_HOME, "picker.json")).mode & 0o777, 0o600);
});

it("a file that is damaged, or a folder that cannot be written, costs no more than the proposal", () => {
  const env = { SEGUE_HOME: mkdtempSync(join(root, "state-")) };
  for (const text of ["{", "[]", '{"targets":[1]}', '{"targets":{"codex":3}}']) {
    writeFileSync(join(env.SEGUE_HOME, "picker.json"), text);
    assert.deepEqual([...lastChoices(env)], [], text);
  }
  noteChoice({ SEGUE_HOME: join(env.SEGUE_HOME, "picker.json", "below") }, "codex", "pi");
});
