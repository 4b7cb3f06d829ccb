import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import type { Expected } from "../assert-history.ts";
import type { Lab } from "../lab.ts";
import { arr, obj } from "../model-server/json.ts";
import { pythonProgram, whyNoPython } from "../python.ts";
import {
  API_KEY,
  below,
  failure,
  fileBytes,
  jsonLines,
  newest,
  reasoningAsText,
  runProgram,
} from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(shell|read|save|patch)$/;

/** The models of the lab's gptme, one for each protocol. */
export const GPTME_MODELS = {
  anthropic: "anthropic/claude-sonnet-4-6",
  chat: "openai/gpt-4o",
  responses: "openai/gpt-5.4",
} as const;

export const gptme: Driver = {
  id: "gptme",
  command: "gptme",
  program: [
    "/bin/sh",
    below("agents/gptme.sh"),
    process.env.SEGUE_LAB_GPTME ?? pythonProgram("gptme", "bin/gptme"),
  ],
  absent: () => whyNoPython("gptme"),
  env: ({ url }) => ({ SEGUE_LAB_GPTME_URL: url }),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  own,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["gptme", ...args],
  listArgs: [],
  rename(lab, id, title) {
    const path = join(dirname(sessionPath(lab, id)), "config.toml");
    const others = readFileSync(path, "utf8").replace(/^name = .*\n/m, "");
    const named = others.replace("[chat]\n", `[chat]\nname = ${JSON.stringify(title)}\n`);
    writeFileSync(path, named);
  },
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: ".local/share/gptme/logs/*/conversation.jsonl",
  ready,
};

/** Only Anthropic's API gets reasoning as such, and with it no text that follows it without a call. */
function own(markers: readonly Expected[], model: string = GPTME_MODELS.chat): Expected[] {
  if (model === GPTME_MODELS.anthropic) {
    return markers.filter(({ marker }) => !marker.endsWith("A08"));
  }
  // With the Responses API, gptme asks for no summary of the reasoning, and gets none.
  if (model === GPTME_MODELS.responses) return markers.filter(({ role }) => role !== "reasoning");
  return markers.map((one) => (one.role === "reasoning" ? { ...one, role: "assistant" } : one));
}

/** gptme reads pictures where they were, and not from its copies beside the log. */
async function ready(_lab: Lab, path: string): Promise<void> {
  for (const record of jsonLines(readFileSync(path, "utf8"))) {
    const files = arr(record.files).map(String);
    for (const [name, digest] of Object.entries(obj(record.file_hashes))) {
      const there = files.find((file) => file === name || file.endsWith(`/${name}`));
      if (there === undefined) continue;
      cpSync(join(dirname(path), "files", `${String(digest)}${extname(there)}`), there);
    }
  }
}

function sessionPath(lab: Lab, id: string): string {
  return newest(lab, `.local/share/gptme/logs/${id}/conversation.jsonl`, `gptme session ${id}`);
}

function configure({ home }: Place): void {
  const folder = join(home, ".config/gptme");
  mkdirSync(folder, { recursive: true });
  const config = [
    "[env]",
    `MODEL = "${GPTME_MODELS.chat}"`,
    `ANTHROPIC_API_KEY = "${API_KEY}"`,
    `OPENAI_API_KEY = "${API_KEY}"`,
    "",
  ];
  writeFileSync(join(folder, "config.toml"), config.join("\n"));
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const id = options.resume ?? `lab-${randomBytes(6).toString("hex")}`;
  const args = ["--name", id, "--non-interactive", "--tool-format", "tool"];
  // Without a tool to say that it is done, the model is not asked for that.
  args.push("--tools", "shell,save,patch,read,vision");
  args.push("--output-format", "json");
  if (options.model !== undefined) args.push("--model", options.model);
  const image = options.image === undefined ? "" : ` ${options.image}`;
  args.push(...(options.args ?? []), "--", `${options.prompt}${image}`);
  const done = await runProgram(lab, "gptme", args, options);
  const said = jsonLines(done.stdout).findLast(({ role }) => role === "assistant");
  return {
    ...done,
    agent: "gptme",
    sessionId: id,
    text: typeof said?.content === "string" ? said.content : null,
    error: failure(done, null),
  };
}
