/**
 * `segue run --failover`: the first agent's model server answers as its vendor does at a limit; the work
 * continues in another agent, with all of the history. Its limit lasts, so it comes home by hand: how it
 * comes home by itself is in failover-return.test.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { agentNamed } from "../../src/agents/registry.ts";
import { own } from "./agents/index.ts";
import { assertHistory, type Expected, historyOf } from "./assert-history.ts";
import { AGENTS, type Agent, createLab, sessionPath } from "./lab.ts";
import type { RecordedRequest, ScriptedError } from "./model-server/server.ts";
import { enterNetns } from "./netns.ts";
import { abroad, work } from "./pairs.ts";
import { type Recording, record, turn } from "./record.ts";
import { runSegue, segue } from "./segue.ts";
import { some } from "./some.ts";

enterNetns();

const anthropic = (status: number, type: string, message: string): ScriptedError => ({
  status,
  body: { type: "error", error: { type, message } },
});

const openai = (status: number, code: string, message: string): ScriptedError => ({
  status,
  body: { error: { message, type: code, param: null, code } },
});

const QUOTA = "You exceeded your current quota, please check your plan and billing details.";

/** Each with another one, and with what its vendor answers. */
const CASES: readonly { from: Agent; to: Agent; error: ScriptedError; model?: string }[] = [
  {
    from: "claude-code",
    to: "codex",
    error: anthropic(
      429,
      "rate_limit_error",
      "This request would exceed your account's rate limit.",
    ),
  },
  {
    from: "codex",
    to: "claude-code",
    error: {
      status: 429,
      body: {
        error: {
          type: "usage_limit_reached",
          message: "The usage limit has been reached",
          plan_type: "plus",
          resets_in_seconds: 3600,
        },
      },
    },
  },
  {
    from: "gemini",
    to: "codex",
    error: {
      status: 429,
      body: {
        error: {
          code: 429,
          message: `${QUOTA} Quota exceeded for metric: generate_requests_per_model_per_day`,
          status: "RESOURCE_EXHAUSTED",
          details: [
            {
              "@type": "type.googleapis.com/google.rpc.QuotaFailure",
              violations: [
                {
                  quotaMetric:
                    "generativelanguage.googleapis.com/generate_requests_per_model_per_day",
                  quotaId: "GenerateRequestsPerDayPerProjectPerModel",
                },
              ],
            },
          ],
        },
      },
    },
  },
  {
    from: "opencode",
    to: "claude-code",
    error: anthropic(402, "billing_error", "Your credit balance is too low."),
  },
  { from: "copilot", to: "codex", error: openai(402, "quota_exceeded", "You have no quota") },
  { from: "pi", to: "opencode", error: openai(429, "insufficient_quota", QUOTA) },
  { from: "qwen", to: "codex", error: openai(429, "insufficient_quota", QUOTA) },
  {
    from: "droid",
    to: "claude-code",
    error: anthropic(402, "billing_error", "Your credit balance is too low."),
  },
  {
    from: "kimi",
    to: "codex",
    error: openai(
      403,
      "access_terminated_error",
      "You've reached your usage limit for this billing cycle.",
    ),
  },
  { from: "grok", to: "opencode", error: openai(429, "insufficient_quota", QUOTA) },
  // It only prints it.
  {
    from: "goose",
    to: "claude-code",
    error: anthropic(400, "invalid_request_error", "Your credit balance is too low."),
  },
];

/** The next agent is asked to continue: whoever is not, is at the limit. Gemini CLI takes the prompt back. */
function isAskedToContinue(request: RecordedRequest, from: Agent): boolean {
  if (from === "gemini") return request.protocol !== "gemini";
  const said = historyOf(request).filter(({ role }) => role === "user");
  return said.some(({ text }) => /(?:^|[\n>"])\s*continue\s*(?:["\n<]|$)/.test(text));
}

/** Flags that let it work without asking: the next agent gets its own for that. */
const FLAGS: { readonly [agent: Agent]: readonly string[] } = {
  "claude-code": ["--dangerously-skip-permissions"],
  codex: ["--dangerously-bypass-approvals-and-sandbox", "--skip-git-repo-check"],
  // Without a model, it asks another one first which to take, with a piece cut out of the history.
  gemini: ["--yolo", "--model", "gemini-3.1-pro-preview"],
  copilot: ["--allow-all"],
  qwen: ["--yolo"],
  droid: ["--skip-permissions-unsafe"],
  grok: ["--always-approve"],
};

/** The command line on which the agent continues its session without a screen, as a user would type it. */
function lineOf(agent: Agent, { sessionId: id, path }: Recording, prompt: string): string[] {
  const { headless } = agentNamed(agent).launch;
  assert.ok(headless, agent);
  return [agent, ...headless.resumeArgs({ id, path, prompt, args: FLAGS[agent] ?? [] })];
}

const CHOSEN = some(CASES, 6).filter(({ from, to }) =>
  [from, to].every((id) => AGENTS.includes(id)),
);

for (const { from, to, error } of CHOSEN) {
  test(`${from} at its limit → ${to} → ${from}`, async () => {
    const lab = await createLab();
    try {
      // Kimi Code takes an image only from an editor, in whose sessions it has no tools of its own.
      const recording = await record(lab, from, from === "kimi" ? { plain: true } : {});
      const { prompt } = work("F");
      const asked: Expected[] = from === "gemini" ? [] : [{ role: "user", marker: "continue" }];
      lab.server.limit = (request) => (isAskedToContinue(request, from) ? null : error);
      lab.server.script([{ thinking: "MARK-F-R2 I think", text: "MARK-F-A2 done" }]);
      const line = lineOf(from, recording, prompt);
      const done = await runSegue(lab, ["run", "--failover", to, "--return", ...line]);
      const said = `${done.stderr}\n${done.stdout}`;
      assert.equal(lab.server.stepsLeft, 0, said);
      assertHistory(lab.server.lastMain(), [
        ...abroad(recording.markers, to),
        ...abroad([{ role: "user", marker: "MARK-F-U1" }], to),
        ...asked,
      ]);
      assert.equal(done.code, 0, said);
      assert.match(done.stdout, /MARK-F-A2/, said);
      assert.deepEqual(lab.server.refusals, []);

      // The session is in the other agent.
      const [, id = ""] = new RegExp(`segue resume ${to}:(\\S+)`).exec(said) ?? [];
      assert.notEqual(id, "", said);
      assert.ok(sessionPath(lab, to, id) !== "");
      lab.server.limit = null;
      await segue(lab, ["resume", `${to}:${id}`, "--in", from, "--no-launch"]);
      await turn(lab, from, [{ text: "MARK-Z-A1" }], {
        prompt: "MARK-Z-U1",
        resume: recording.sessionId,
      });
      assertHistory(lab.server.lastMain(), [
        ...own(recording.markers, from),
        { role: "user", marker: "MARK-F-U1" },
        ...asked,
        { role: "assistant", marker: "MARK-F-A2" },
        { role: "user", marker: "MARK-Z-U1" },
      ]);
    } finally {
      await lab.close();
    }
  });
}
