/** Which of the recorded sessions the oracle takes by default, and those with a say of their own. */

/** By agent, the fixtures that are richest, and those with kinds of content that no other has. */
export const CHOSEN: { readonly [agent: string]: readonly string[] } = {
  auggie: ["compact", "image", "tools"],
  aider: ["commands", "failing", "imported", "marks", "resumed"],
  "claude-code": ["attachments", "documents", "rendered", "server-tools", "slash-command"],
  cline: ["compact", "mcp", "media", "rich"],
  codex: ["archive", "compact-sealed", "content"],
  continue: ["editor", "shell", "tools"],
  copilot: ["kinds"],
  crush: ["kinds"],
  deepagents: ["rich"],
  droid: ["kinds", "subagents", "switched"],
  gemini: ["parts"],
  grok: ["background", "compacted", "image", "mcp", "plan", "rewind", "store"],
  goose: ["image", "kinds", "mcp", "recipe", "tools"],
  gptme: ["basic", "compacted", "rewound", "tools"],
  hermes: ["acp", "kinds", "mcp"],
  kimi: ["blob", "interrupted"],
  "kimi-cli": ["basic", "compacted", "media"],
  omp: ["kinds", "snapcompact"],
  mastracode: ["active", "chat", "kinds", "mcp"],
  nanocoder: ["compact", "screen", "tools"],
  openclaw: ["gateway", "kinds"],
  opencode: ["kinds"],
  openhands: ["tools"],
  pi: ["kinds"],
  qwen: ["parts"],
  vibe: ["lines", "old"],
};

/** Recorded stores of Mistral Vibe 3.x: once they are moved into the lab, their digests do not fit. */
const VIBE =
  "basic-3.0.3 compacted fork image interrupted killed limit-429 mcp odd-arguments quota-402 rich store subagent".split(
    " ",
  );

/** Sessions that their own CLI does not continue with, by the name of the test, and its words. */
export const REFUSED: ReadonlyMap<string, RegExp> = new Map([
  ...VIBE.map((name): [string, RegExp] => [`vibe ${name} CURRENT`, /vibe sent no request/]),
  [
    "codex archive rollout-2026-11-21T03-38-05-01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee.jsonl",
    /is archived\. Run `codex unarchive/,
  ],
  // Kimi CLI 1.51.0 skips records of unknown roles only if they have a content.
  ["kimi-cli drift context.jsonl", /missing 1 required keyword-only argument: 'content'/],
  // Records of a form that Codex reads no more.
  [
    "codex old-0.20.0 rollout-2026-11-21T04-03-51-573f5437-af2c-4e04-b098-11c441587b96.jsonl",
    /failed to read session metadata/,
  ],
  [
    "codex subagent-v2 rollout-2026-11-21T03-45-31-01a1fc35-9117-7be2-9289-610112fa8938.jsonl",
    /cannot resume an unloaded multi-agent v2 sub-agent/,
  ],
  [
    "codex fork-orphan rollout-2026-11-27T09-30-00-01a21000-0000-7000-8000-000000000005.jsonl",
    /missing source rollout/,
  ],
  [
    "cline subagent agent_1795947805964_4br539.messages.json",
    /Resource not found: 1795947805147_5531r__agent_/,
  ],
  // A subagent's session, which Crush itself opens for nobody.
  ["crush subagent child.jsonl", /the session's id is not safe to use/],
  // Made up: what a newer Cline might write.
  ["cline drift 1795947783303_tux06.messages.json", /cline sent no request/],
  // The same of Nanocoder: reasoning that is no text.
  [
    "nanocoder drift d0000000-0000-4000-8000-000000000001.json",
    /reasoning\.trim is not a function/,
  ],
  // 1.28.1 was ended in the middle of a turn.
  [
    "nanocoder old-1.28.1 ddb5b30a-de53-42e3-a516-cb0cb5a4531f.json",
    /Tool results are missing for tool calls/,
  ],
  // A part that is a text: Qwen Code 0.24.4 breaks on it.
  ["qwen drift-chain 7b200000-0000-4000-8000-000000000003.jsonl", /Cannot use 'in' operator/],
  // 0.32.1 sends nothing at all of a session with a call in the state `output-error`, which its types have.
  [
    "mastracode output-error c0000000-0000-4000-8000-0000000000c2.jsonl",
    /mastracode sent no request/,
  ],
  // Made up, with a row of a newer table, which Segue does not write into a database that has none such.
  [
    "mastracode drift d0000000-0000-4000-8000-0000000000d1.jsonl",
    /the rows belong to another session, or are none/,
  ],
  // Made up: what a newer Copilot might write.
  ["copilot drift events.jsonl", /Session file is corrupted \(line 22/],
  // The same of Continue: what is in the history and no message.
  [
    "continue drift d0000000-0000-4000-8000-000000000001.json",
    /Cannot read properties of undefined \(reading 'content'\)/,
  ],
]);

/** Files of a session that has a newer one, which is what its CLI continues with; a word that only that one has. */
export const SUPERSEDED: ReadonlyMap<string, string> = new Map([
  [
    "codex revert rollout-2026-11-21T03-38-05-01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee.jsonl",
    "MARK-AFTER-REVERT",
  ],
]);

/**
 * What the source's own CLI sends in its system prompt, where the oracle does not look: the observations of
 * Mastra Code, and what was noted with them.
 */
export const IN_SYSTEM_PROMPT: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "mastracode active 6c1a7cce-326b-4be9-96a9-8122a5ea6084.jsonl",
    ["marker ACTIVE-1", "marker ACTIVE-2", "tend the herb garden", "Go on with the next bed."],
  ],
  [
    "mastracode observed 0b5e0000-0000-4000-8000-0000000000e1.jsonl",
    ["marker OBSERVED-1", "marker OBSERVED-2", "Primary: count numbers"],
  ],
]);
