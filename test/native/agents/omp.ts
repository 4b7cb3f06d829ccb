import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import { obj, objs, str } from "../model-server/json.ts";
import { packedBin, pinned } from "../pins.ts";
import { piProviders } from "./pi.ts";
import { failure, fileBytes, jsonLines, newest, reasoningAsText, runProgram } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^_?(bash|read|write|edit)$/;

/** The models of the lab's omp, one for each protocol. */
export const OMP_MODELS = {
  anthropic: "lab-anthropic/claude-lab",
  responses: "lab-responses/gpt-lab",
  chat: "lab-chat/chat-lab",
} as const;

/** It runs on Bun, which no host need have: npm has it, too. */
const program =
  process.env.SEGUE_LAB_OMP === undefined
    ? [pinned("node_modules/@oven/bun-linux-x64/bin/bun"), packedBin("omp")]
    : [process.env.SEGUE_LAB_OMP];

export const omp: Driver = {
  id: "omp",
  command: "omp",
  program,
  env: () => ({}),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  // Where a model thinks in OpenAI's Responses, 18.2.3 sends nothing of it after a resume.
  own: (markers, model) =>
    model === OMP_MODELS.responses
      ? markers.filter(({ role }) => role !== "reasoning")
      : [...markers],
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["omp", ...args],
  listArgs: ["-r"],
  rename: null,
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: ".omp/agent/sessions/*/*.jsonl",
};

function sessionPath(lab: Lab, id: string): string {
  return newest(lab, `.omp/agent/sessions/*/*_${id}.jsonl`, `omp session ${id}`);
}

function configure({ home, url }: Place): void {
  const agentDir = join(home, ".omp/agent");
  mkdirSync(agentDir, { recursive: true });
  const { "lab-gemini": _, ...providers } = piProviders(url);
  // JSON is YAML.
  writeFileSync(join(agentDir, "models.yml"), JSON.stringify({ providers }));
  const config = {
    modelRoles: { default: OMP_MODELS.anthropic },
    defaultThinkingLevel: "medium",
    retry: { enabled: false },
    startup: { checkUpdate: false, setupWizard: false, showSplash: false },
    tools: { approvalMode: "yolo" },
    // Its usual way has a language of its own, which names lines by what they contain.
    edit: { mode: "replace" },
  };
  writeFileSync(join(agentDir, "config.yml"), JSON.stringify(config));
}

/** `omp --mode json`; without a title of its own, for which it would ask the model. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--mode", "json", "--no-title"];
  if (options.resume !== undefined) args.push("--resume", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []));
  if (options.image !== undefined) args.push(`@${options.image}`);
  args.push(options.prompt);
  const done = await runProgram(lab, "omp", args, options);
  const events = jsonLines(done.stdout);
  const answers = events
    .filter((event) => event.type === "message_end")
    .map((event) => obj(event.message))
    .filter((message) => message.role === "assistant");
  const last = answers.at(-1);
  const texts = objs(last?.content).filter((part) => part.type === "text");
  const bad = last?.stopReason === "error" || last?.stopReason === "aborted";
  return {
    ...done,
    agent: "omp",
    sessionId: str(events.find((event) => event.type === "session")?.id) ?? null,
    text: str(texts.at(-1)?.text) ?? null,
    error: failure(done, bad ? (str(last?.errorMessage) ?? "error") : null),
  };
}
