import {
  appendFileSync,
  copyFileSync,
  globSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { Lab } from "../lab.ts";
import { obj, parseJson, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import { failure, fileBytes, reasoningAsText, runProgram } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(run_shell_command|read_file|write_file|replace)$/;

/**
 * With a model that is named none is chosen by another request: in that one 0.61 sends the newest
 * messages, beginning anywhere, of its own recordings too, and the API's rules do not allow it.
 */
const MODEL = "gemini-3.1-pro-preview";

export const gemini: Driver = {
  id: "gemini",
  command: "gemini",
  program: [
    process.execPath,
    process.env.SEGUE_LAB_GEMINI ?? pinned("node_modules/@google/gemini-cli/bundle/gemini.js"),
  ],
  env: ({ url }) => ({
    GEMINI_API_KEY: "fake",
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_CLI_TRUST_WORKSPACE: "true",
    GEMINI_CLI_NO_RELAUNCH: "true",
  }),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  // 0.61 shows its thoughts, and sends none of them again.
  own: (markers) => markers.filter(({ role }) => role !== "reasoning"),
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["gemini", "--yolo", "-m", MODEL, ...args],
  listArgs: ["--list-sessions"],
  acp: ["--acp"],
  rename(lab, id, summary) {
    appendFileSync(sessionPath(lab, id), `${JSON.stringify({ $set: { summary } })}\n`);
  },
  fixtures: ".gemini/tmp/*/chats/session-*.json*",
};

/** The file that the CLI takes: of those that begin with the session's id, the longest. */
function sessionPath(lab: Lab, id: string): string {
  const files = globSync(".gemini/tmp/*/chats/session-*.json*", { cwd: lab.home })
    .map((name) => join(lab.home, name))
    .filter((path) => readFileSync(path, "utf8").slice(0, 4096).includes(`"sessionId":"${id}"`))
    .sort((a, b) => readFileSync(a).length - readFileSync(b).length);
  const path = files.at(-1);
  if (path === undefined) throw new Error(`there is no file of gemini session ${id}`);
  return path;
}

/**
 * Its clean-up is off: with every resume the CLI leaves a file that makes it delete the session
 * itself later. What it does to sessions of Segue's is tried in cleanup.test.ts.
 */
function configure({ home, options }: Place): void {
  const folder = join(home, ".gemini");
  mkdirSync(folder, { recursive: true });
  const settings = {
    security: { auth: { selectedType: "gemini-api-key" } },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
    general: {
      disableAutoUpdate: true,
      enableAutoUpdate: false,
      sessionRetention: { enabled: options.geminiCleansUp ?? false },
    },
  };
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings));
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--yolo", "-o", "json"];
  args.push("-m", options.model ?? MODEL);
  if (options.resume !== undefined) args.push("--resume", options.resume);
  args.push(...(options.args ?? []));
  args.push("-p", `${options.prompt}${attached(lab, options)}`);
  const done = await runProgram(lab, "gemini", args, options);
  const told = obj(parseJson(done.stdout));
  const failed = obj(parseJson(done.stderr.slice(done.stderr.lastIndexOf("\n{") + 1)));
  return {
    ...done,
    agent: "gemini",
    sessionId: str(told.session_id) ?? null,
    text: str(told.response) ?? null,
    error: failure(done, str(obj(failed.error).message) ?? str(obj(told.error).message) ?? null),
  };
}

/** It takes only files of the project. */
function attached(lab: Lab, { image, cwd = lab.cwd }: CliOptions): string {
  if (image === undefined) return "";
  copyFileSync(image, join(cwd, basename(image)));
  return ` @${basename(image)}`;
}
