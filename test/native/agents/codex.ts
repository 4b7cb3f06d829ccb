import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import { obj, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import {
  failure,
  fileBytes,
  jsonLines,
  newest,
  reasoningAsText,
  runProgram,
  unchanged,
} from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(exec_command|apply_patch)$/;

export const codex: Driver = {
  id: "codex",
  command: "codex",
  program: [
    process.execPath,
    process.env.SEGUE_LAB_CODEX ?? pinned("node_modules/@openai/codex/bin/codex.js"),
  ],
  env: () => ({}),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["codex", "--no-daemon", ...args],
  listArgs: ["resume"],
  // Codex keeps titles in a database.
  rename: null,
  fixtures: ".codex/{sessions/*/*/*,archived_sessions}/rollout-*.jsonl",
};

function sessionPath(lab: Lab, id: string): string {
  return newest(lab, `.codex/sessions/**/rollout-*-${id}*.jsonl`, `codex session ${id}`);
}

function configure({ home, folders, url, options }: Place): void {
  mkdirSync(join(home, ".codex"), { recursive: true });
  const trusted = folders.map((folder) => `[projects."${folder}"]\ntrust_level = "trusted"\n`);
  const config = `model = "${options.codexModel ?? "gpt-5.5"}"
model_provider = "lab"
check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[notice.model_migrations]
"gpt-5.5" = "gpt-6-sol"
[model_providers.lab]
name = "lab"
base_url = "${url}/v1"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
${trusted.join("")}`;
  writeFileSync(join(home, ".codex/config.toml"), config);
}

/** `codex exec --json`. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["exec"];
  if (options.resume !== undefined) args.push("resume");
  args.push("--json", "--dangerously-bypass-approvals-and-sandbox", "--skip-git-repo-check");
  if (options.model !== undefined) args.push("-m", options.model);
  if (options.image !== undefined) args.push("-i", options.image);
  args.push(...(options.args ?? []), "--");
  if (options.resume !== undefined) args.push(options.resume);
  args.push(options.prompt);
  const done = await runProgram(lab, "codex", args, options);
  const events = jsonLines(done.stdout);
  const started = events.find((event) => event.type === "thread.started");
  const failed = events.find((event) => event.type === "turn.failed");
  const said = events
    .map((event) => obj(event.item))
    .findLast((item) => item.type === "agent_message");
  return {
    ...done,
    agent: "codex",
    sessionId: str(started?.thread_id) ?? null,
    text: str(said?.text) ?? null,
    error: failure(done, str(obj(failed?.error).message) ?? null),
  };
}
