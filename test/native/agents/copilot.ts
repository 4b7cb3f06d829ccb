import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Expected } from "../assert-history.ts";
import type { Lab } from "../lab.ts";
import { obj, str } from "../model-server/json.ts";
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

const tools = /^(bash|view|apply_patch|create|edit)$/;

/** Models by the wire that the lab speaks with them; the first part is not sent. */
export const COPILOT_MODELS = {
  responses: "responses/gpt-5.4",
  completions: "completions/gpt-5.4",
  anthropic: "anthropic/claude-sonnet-4.5",
} as const;

function provider(url: string, model: string): Record<string, string> {
  const [wire = "", name = ""] = model.split("/");
  const anthropic = wire === "anthropic";
  return {
    COPILOT_MODEL: name,
    COPILOT_PROVIDER_TYPE: anthropic ? "anthropic" : "openai",
    COPILOT_PROVIDER_WIRE_API: anthropic ? "" : wire,
    COPILOT_PROVIDER_BASE_URL: anthropic ? url : `${url}/v1`,
  };
}

export const copilot: Driver = {
  id: "copilot",
  command: "copilot",
  program: [
    process.env.SEGUE_LAB_COPILOT ?? pinned("node_modules/@github/copilot-linux-x64/copilot"),
  ],
  env: ({ url }) => ({
    COPILOT_AUTO_UPDATE: "false",
    COPILOT_OFFLINE: "true",
    COPILOT_PROVIDER_API_KEY: API_KEY,
    ...provider(url, COPILOT_MODELS.anthropic),
  }),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  own,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["copilot", ...args],
  // `--resume` opens the only session there is; the list stands on the screen's second page.
  listArgs: [],
  listKeys: ["Tab"],
  rename(lab, id, name) {
    const path = join(dirname(sessionPath(lab, id)), "workspace.yaml");
    const text = readFileSync(path, "utf8");
    const named = text.replace(/^name: .*$/m, `name: ${name}`);
    writeFileSync(path, named.replace(/^user_named: .*$/m, "user_named: true"));
  },
  acp: ["--acp"],
  fixtures: ".copilot/session-state/*/events.jsonl",
};

/** On the wires of OpenAI no reasoning is sent after a resume, however it was sealed. */
function own(markers: readonly Expected[], model: string = COPILOT_MODELS.anthropic): Expected[] {
  const all = unchanged(markers);
  return model === COPILOT_MODELS.anthropic ? all : all.filter(({ role }) => role !== "reasoning");
}

function sessionPath(lab: Lab, id: string): string {
  return newest(lab, `.copilot/session-state/${id}/events.jsonl`, `copilot session ${id}`);
}

/** The program unpacks 235 MB of itself below ~/.cache: all private HOMEs share them. */
function configure({ home, folders }: Place): void {
  const unpacked = pinned(".cache/copilot");
  mkdirSync(unpacked, { recursive: true });
  mkdirSync(join(home, ".cache"), { recursive: true });
  symlinkSync(unpacked, join(home, ".cache/copilot"));
  mkdirSync(join(home, ".copilot"), { recursive: true });
  const config = { trusted_folders: folders, banner: "never" };
  writeFileSync(join(home, ".copilot/config.json"), JSON.stringify(config));
}

/** `copilot -p --output-format json`: events as JSON lines, the last one with the session's id. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--allow-all", "--output-format", "json"];
  if (options.resume !== undefined) args.push(`--resume=${options.resume}`);
  if (options.image !== undefined) args.push("--attachment", options.image);
  args.push(...(options.args ?? []), "-p", options.prompt);
  const { model, ...rest } = options;
  const own = model === undefined ? {} : provider(lab.server.url, model);
  const done = await runProgram({ ...lab, env: { ...lab.env, ...own } }, "copilot", args, rest);
  const events = jsonLines(done.stdout);
  const data = (type: string) =>
    obj(events.findLast((event) => event.type === type && event.agentId === undefined)?.data);
  const result = events.findLast((event) => event.type === "result");
  return {
    ...done,
    agent: "copilot",
    sessionId: str(result?.sessionId) ?? null,
    text: str(data("assistant.message").content) ?? null,
    error: failure(done, str(data("session.error").message) ?? null),
  };
}
