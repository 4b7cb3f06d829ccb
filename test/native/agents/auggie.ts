import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import { obj, objs, parseJson, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import { failure, reasoningAsText, runProgram, unchanged } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(launch-process|view|save-file|str-replace-editor)$/;

const SESSIONS = ".augment/sessions";

export const auggie: Driver = {
  id: "auggie",
  command: "auggie",
  program: [
    process.execPath,
    process.env.SEGUE_LAB_AUGGIE ?? pinned("node_modules/@augmentcode/auggie/augment.mjs"),
  ],
  env: ({ url }) => ({
    AUGMENT_SESSION_AUTH: JSON.stringify({
      accessToken: "lab-token",
      tenantURL: `${url}/`,
      scopes: ["email"],
    }),
    AUGMENT_DISABLE_AUTO_UPDATE: "1",
  }),
  configure,
  run,
  sessionPath: (lab, id) => `${join(lab.home, SESSIONS)}#${id}`,
  bytes: (lab, id) => {
    const { chatHistory } = obj(parseJson(readFileSync(fileOf(lab, id), "utf8")));
    const lines = objs(chatHistory).map((exchange) => `${JSON.stringify(exchange)}\n`);
    return Buffer.from(lines.join(""));
  },
  tools,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["auggie", ...args],
  listArgs: ["session", "resume"],
  rename(lab, id, title) {
    const path = fileOf(lab, id);
    const session = { ...obj(parseJson(readFileSync(path, "utf8"))), customTitle: title };
    writeFileSync(path, JSON.stringify(session, null, 2));
  },
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: `${SESSIONS}/*.json`,
};

function configure({ home, folders }: Place): void {
  mkdirSync(join(home, SESSIONS), { recursive: true });
  const write = (name: string, value: object): void =>
    writeFileSync(join(home, ".augment", name), JSON.stringify(value));
  // It has welcomed the user already, and is not to index anything.
  write(".auggie.json", { onboardingVersion: "1.0.0" });
  write("settings.json", { indexingDenyDirs: folders, autoUpdate: false });
}

function fileOf(lab: Lab, id: string): string {
  return join(lab.home, SESSIONS, `${id}.json`);
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--print", "--output-format", "json"];
  if (options.resume !== undefined) args.push("--resume", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  if (options.image !== undefined) args.push("--image", options.image);
  args.push(...(options.args ?? []), "--instruction", options.prompt);
  const before = new Set(sessionsOf(lab));
  const done = await runProgram(lab, "auggie", args, options);
  const result = obj(parseJson(done.stdout.trim().split("\n").at(-1) ?? ""));
  const made = sessionsOf(lab).find((id) => !before.has(id));
  return {
    ...done,
    agent: "auggie",
    sessionId: str(result.session_id) ?? options.resume ?? made ?? null,
    text: str(result.result) ?? null,
    error: failure(done, result.is_error === true ? (str(result.result) ?? "error") : null),
  };
}

function sessionsOf(lab: Lab): string[] {
  return readdirSync(join(lab.home, SESSIONS))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
}
