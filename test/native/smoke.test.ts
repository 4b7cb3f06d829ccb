import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { CONTINUE_MODELS } from "./agents/continue.ts";
import { CRUSH_MODELS } from "./agents/crush.ts";
import { DROID_MODELS } from "./agents/droid.ts";
import { GOOSE_MODELS } from "./agents/goose.ts";
import { GPTME_MODELS } from "./agents/gptme.ts";
import { GROK_MODELS } from "./agents/grok.ts";
import { driverOf } from "./agents/index.ts";
import { KIMI_MODELS } from "./agents/kimi.ts";
import { KIMI_CLI_MODELS } from "./agents/kimi-cli.ts";
import { MASTRACODE_MODELS } from "./agents/mastracode.ts";
import { NANOCODER_MODELS } from "./agents/nanocoder.ts";
import { OMP_MODELS } from "./agents/omp.ts";
import { OPENCODE_MODELS } from "./agents/opencode.ts";
import { assertHistory, countImages } from "./assert-history.ts";
import { AGENTS, type Agent, COPILOT_MODELS, createLab, PI_MODELS } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { record, turn } from "./record.ts";
import { some } from "./some.ts";

enterNetns();

/** Every agent with its usual model, and where the model decides over the protocol or the tools, with others. */
const runs: { agent: Agent; model?: string }[] = [
  { agent: "claude-code" },
  { agent: "claude-code", model: "claude-sonnet-4-5" },
  { agent: "codex" },
  { agent: "codex", model: "gpt-6-sol" },
  { agent: "pi", model: PI_MODELS.anthropic },
  { agent: "pi", model: PI_MODELS.responses },
  { agent: "pi", model: PI_MODELS.chat },
  { agent: "pi", model: PI_MODELS.gemini },
  { agent: "copilot", model: COPILOT_MODELS.anthropic },
  { agent: "copilot", model: COPILOT_MODELS.responses },
  { agent: "copilot", model: COPILOT_MODELS.completions },
  { agent: "gemini" },
  { agent: "gemini", model: "gemini-2.5-pro" },
  { agent: "qwen" },
  { agent: "opencode", model: OPENCODE_MODELS.anthropic },
  { agent: "opencode", model: OPENCODE_MODELS.responses },
  { agent: "opencode", model: OPENCODE_MODELS.chat },
  { agent: "kilo" },
  { agent: "droid", model: DROID_MODELS.anthropic },
  { agent: "droid", model: DROID_MODELS.responses },
  { agent: "droid", model: DROID_MODELS.chat },
  { agent: "cline" },
  { agent: "kimi", model: KIMI_MODELS.kimi },
  { agent: "kimi", model: KIMI_MODELS.responses },
  { agent: "continue" },
  { agent: "continue", model: CONTINUE_MODELS.anthropic },
  { agent: "openclaw" },
  { agent: "grok", model: GROK_MODELS.chat },
  { agent: "grok", model: GROK_MODELS.responses },
  { agent: "goose" },
  { agent: "goose", model: GOOSE_MODELS.chat },
  { agent: "hermes" },
  { agent: "crush", model: CRUSH_MODELS.anthropic },
  { agent: "crush", model: CRUSH_MODELS.responses },
  { agent: "crush", model: CRUSH_MODELS.chat },
  { agent: "kimi-cli", model: KIMI_CLI_MODELS.kimi },
  { agent: "vibe" },
  { agent: "mastracode" },
  { agent: "mastracode", model: MASTRACODE_MODELS.chat },
  { agent: "nanocoder", model: NANOCODER_MODELS.chat },
  { agent: "nanocoder", model: NANOCODER_MODELS.anthropic },
  { agent: "openhands" },
  { agent: "auggie" },
  { agent: "aider" },
  { agent: "omp", model: OMP_MODELS.anthropic },
  { agent: "omp", model: OMP_MODELS.responses },
  { agent: "omp", model: OMP_MODELS.chat },
  { agent: "gptme", model: GPTME_MODELS.anthropic },
  { agent: "gptme", model: GPTME_MODELS.chat },
  { agent: "gptme", model: GPTME_MODELS.responses },
  { agent: "deepagents" },
];

/** Every agent; in CI an eighth of them, with one of their models, which the commit chooses. */
const chosen = some(AGENTS, 8).flatMap((id) => {
  const own = runs.filter(({ agent }) => agent === id);
  return some(own, own.length);
});

test("every agent has a model to be tried with", () => {
  assert.deepEqual(
    AGENTS.filter((id) => !runs.some(({ agent }) => agent === id)),
    [],
  );
});

for (const { agent, ...options } of chosen) {
  const name = `${agent} ${options.model ?? ""}`.trim();
  test(`${name} records a rich session and resumes it natively`, async () => {
    const lab = await createLab();
    try {
      const recording = await record(lab, agent, options);
      await turn(lab, agent, [{ text: "MARK-S-A12 Resumed." }], {
        ...options,
        prompt: "MARK-S-U12 What did we do?",
        resume: recording.sessionId,
      });
      const history = assertHistory(lab.server.lastMain(), [
        ...driverOf(agent).own(recording.markers, options.model),
        { role: "user", marker: "MARK-S-U12" },
      ]);
      assert.equal(countImages(history), recording.images);
      assert.deepEqual(lab.server.refusals, []);
    } finally {
      await lab.close();
    }
  });
}

test("a reasoning signature that is not this vendor's own is refused, so these tests can fail", async () => {
  const lab = await createLab();
  try {
    const recording = await record(lab, "claude-code");
    const lines = readFileSync(recording.path, "utf8");
    const forged = lines.replace(/"signature":"[^"]+"/, '"signature":"Rm9yZWlnbg=="');
    assert.notEqual(forged, lines);
    writeFileSync(recording.path, forged);
    await assert.rejects(
      turn(lab, "claude-code", [{ text: "x" }], { prompt: "go on", resume: recording.sessionId }),
      /refused claude[\s\S]*thinking-signature/,
    );
  } finally {
    await lab.close();
  }
});
