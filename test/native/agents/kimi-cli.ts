import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Lab } from "../lab.ts";
import { obj, parseJson } from "../model-server/json.ts";
import { pythonProgram, whyNoPython } from "../python.ts";
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

const tools = /^(Shell|ReadFile|WriteFile|StrReplaceFile)$/;

/** The models of the lab's Kimi CLI, one for each protocol. */
export const KIMI_CLI_MODELS = { kimi: "lab", chat: "lab-chat" } as const;

export const kimiCli: Driver = {
  id: "kimi-cli",
  command: "kimi-cli",
  program: [process.env.SEGUE_LAB_KIMI_CLI ?? pythonProgram("kimi-cli", "bin/kimi-cli")],
  absent: () => whyNoPython("kimi-cli"),
  env: () => ({ KIMI_CLI_NO_AUTO_UPDATE: "1" }),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  attachesImages: false,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["kimi-cli", ...args],
  listArgs: ["--session"],
  rename(lab, id, title) {
    const path = join(dirname(sessionPath(lab, id)), "state.json");
    const state = obj(parseJson(readFileSync(path, "utf8")));
    writeFileSync(path, JSON.stringify({ ...state, custom_title: title, title_generated: true }));
  },
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: ".kimi/sessions/*/*/context.jsonl",
};

function sessionPath(lab: Lab, id: string): string {
  return newest(lab, `.kimi/sessions/*/${id}/context.jsonl`, `kimi-cli session ${id}`);
}

function configure({ home, url }: Place): void {
  const folder = join(home, ".kimi");
  mkdirSync(folder, { recursive: true });
  const provider = (name: string, type: string): string =>
    `[providers.${name}]\ntype = "${type}"\nbase_url = "${url}/v1"\napi_key = "${API_KEY}"\n`;
  const model = (alias: string, provided: string, name: string): string =>
    `[models.${alias}]\nprovider = "${provided}"\nmodel = "${name}"\nmax_context_size = 400000\ncapabilities = ["thinking", "image_in"]\n`;
  const config = [
    'default_model = "lab"\ndefault_thinking = true\ntelemetry = false\n',
    provider("lab-kimi", "kimi"),
    provider("lab-openai", "openai_legacy"),
    model(KIMI_CLI_MODELS.kimi, "lab-kimi", "kimi-k2-lab"),
    model(KIMI_CLI_MODELS.chat, "lab-openai", "chat-lab"),
  ];
  writeFileSync(join(folder, "config.toml"), config.join("\n"));
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--print", "--output-format", "stream-json"];
  if (options.resume !== undefined) args.push(`--session=${options.resume}`);
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []), `--prompt=${options.prompt}`);
  const done = await runProgram(lab, "kimi-cli", args, options);
  const said = jsonLines(done.stdout).findLast(({ role }) => role === "assistant");
  const [, id] = /To resume this session: kimi(?:-cli)? -r (\S+)/.exec(done.stderr) ?? [];
  return {
    ...done,
    agent: "kimi-cli",
    sessionId: id ?? options.resume ?? null,
    text: textOf(said?.content),
    error: failure(done, null),
  };
}

function textOf(content: unknown): string | null {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return null;
  const texts = content.map((part) => obj(part)).filter(({ type }) => type === "text");
  return texts.map(({ text }) => String(text)).join("") || null;
}
