import { execFileSync } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import { type Obj, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import {
  API_KEY,
  failure,
  fileBytes,
  jsonLines,
  newest,
  reasoningAsText,
  runProgram,
  unchanged,
} from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(Bash|Read|Write|Edit)$/;

export const claudeCode: Driver = {
  id: "claude-code",
  command: "claude",
  program: [
    process.env.SEGUE_LAB_CLAUDE ?? pinned("node_modules/@anthropic-ai/claude-code/bin/claude.exe"),
  ],
  env: ({ url }) => ({
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: API_KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CODE_MAX_RETRIES: "0",
    IS_SANDBOX: "1",
  }),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["claude", ...args],
  listArgs: ["--resume"],
  rename(lab, sessionId, customTitle) {
    const record = { type: "custom-title", customTitle, sessionId };
    appendFileSync(sessionPath(lab, sessionId), `${JSON.stringify(record)}\n`);
  },
  fixtures: ".claude/projects/*/*.jsonl",
};

function sessionPath(lab: Lab, id: string): string {
  return newest(lab, `.claude/projects/*/${id}.jsonl`, `claude session ${id}`);
}

/** Lets the terminal interface start without its first-run questions in these folders. */
function configure({ home, folders }: Place): void {
  const trusted = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true };
  const config = {
    hasCompletedOnboarding: true,
    bypassPermissionsModeAccepted: true,
    theme: "dark",
    customApiKeyResponses: { approved: [API_KEY.slice(-20)], rejected: [] },
    projects: Object.fromEntries(folders.map((folder) => [folder, trusted])),
  };
  writeFileSync(join(home, ".claude.json"), JSON.stringify(config));
}

/** `claude -p`, from the print mode's stream of JSON lines. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const content: Obj[] = [];
  if (options.image !== undefined) {
    const data = execFileSync("base64", ["-w0", options.image], { encoding: "utf8" });
    content.push({ type: "image", source: { type: "base64", media_type: "image/png", data } });
  }
  content.push({ type: "text", text: options.prompt });
  const args = ["-p", "--output-format", "stream-json", "--input-format", "stream-json"];
  args.push("--verbose", "--dangerously-skip-permissions");
  if (options.resume !== undefined) args.push("--resume", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  const input = `${JSON.stringify({ type: "user", message: { role: "user", content } })}\n`;
  const done = await runProgram(lab, "claude", [...args, ...(options.args ?? [])], options, input);
  const events = jsonLines(done.stdout);
  const result = events.findLast((event) => event.type === "result");
  const text = str(result?.result) ?? null;
  return {
    ...done,
    agent: "claude-code",
    sessionId: str(events.find((event) => str(event.session_id))?.session_id) ?? null,
    text,
    error: failure(done, result?.is_error === true ? text : null),
  };
}
