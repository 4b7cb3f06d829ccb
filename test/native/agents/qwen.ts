import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Lab } from "../lab.ts";
import { obj, parseJson, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import {
  API_KEY,
  below,
  failure,
  fileBytes,
  jsonLines,
  newest,
  runProgram,
  unchanged,
} from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(run_shell_command|read_file|write_file|edit)$/;

/** A model's name that Qwen Code sends images to; to others it sends a note that there was one. */
const MODEL = "qwen3-vl-plus";

export const qwen: Driver = {
  id: "qwen",
  command: "qwen",
  program: [
    "/usr/bin/env",
    `BASH_ENV=${below("agents/qwen-shell.sh")}`,
    process.execPath,
    process.env.SEGUE_LAB_QWEN ?? pinned("node_modules/@qwen-code/qwen-code/cli-entry.js"),
  ],
  env: ({ url }) => ({
    OPENAI_API_KEY: API_KEY,
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_MODEL: MODEL,
  }),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  own: unchanged,
  // Reasoning stays reasoning, whoever thought it.
  foreign: (markers) =>
    markers.map((one) => (one.role === "tool-call" ? { ...one, name: tools } : one)),
  tui: (args) => ["qwen", ...args],
  listArgs: ["--resume"],
  rename(lab, id, customTitle) {
    const path = sessionPath(lab, id);
    const last = obj(parseJson(readFileSync(path, "utf8").trimEnd().split("\n").at(-1) ?? ""));
    const { sessionId, cwd, version, gitBranch } = last;
    const record = {
      uuid: "0a0b0c0d-0000-4000-a000-000000000000",
      parentUuid: str(last.uuid) ?? null,
      sessionId,
      timestamp: new Date().toISOString(),
      type: "system",
      provenance: "system",
      cwd,
      version,
      gitBranch,
      subtype: "custom_title",
      systemPayload: { customTitle, titleSource: "manual" },
    };
    appendFileSync(path, `${JSON.stringify(record)}\n`);
  },
  fixtures: ".qwen/projects/*/chats/*.jsonl",
};

function sessionPath(lab: Lab, id: string): string {
  return newest(lab, `.qwen/projects/*/chats/${id}.jsonl`, `qwen session ${id}`);
}

function configure({ home }: Place): void {
  mkdirSync(join(home, ".qwen"), { recursive: true });
  const settings = {
    security: { auth: { selectedType: "openai" }, folderTrust: { enabled: false } },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
    general: { disableAutoUpdate: true, enableAutoUpdate: false },
    // What it asks of the model after a turn would take steps of the script.
    ui: { enableFollowupSuggestions: false },
    memory: { enableManagedAutoMemory: false, enableManagedAutoDream: false },
  };
  writeFileSync(join(home, ".qwen/settings.json"), JSON.stringify(settings));
}

/** `qwen -p`, which tells of itself in a stream of JSON lines. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--yolo", "-o", "stream-json"];
  if (options.resume !== undefined) args.push("--resume", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []));
  // It reads files of its workspace only.
  if (options.image !== undefined) args.push("--include-directories", dirname(options.image));
  const image = options.image === undefined ? "" : ` @${options.image}`;
  args.push("-p", `${options.prompt}${image}`);
  const done = await runProgram(lab, "qwen", args, options);
  const events = jsonLines(done.stdout);
  const result = events.findLast((event) => event.type === "result");
  const text = str(result?.result) ?? null;
  const bad = result?.is_error === true;
  return {
    ...done,
    agent: "qwen",
    sessionId: str(events.find((event) => str(event.session_id))?.session_id) ?? null,
    text,
    error: failure(done, bad ? (str(obj(result?.error).message) ?? "error") : null),
  };
}
