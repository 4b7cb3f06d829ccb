import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Lab } from "../lab.ts";
import { type Obj, obj, parseJson, str } from "../model-server/json.ts";
import { pythonProgram, whyNoPython } from "../python.ts";
import {
  API_KEY,
  failure,
  fileBytes,
  newest,
  reasoningAsText,
  runProgram,
  unchanged,
} from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(run_terminal_command|read_file|write|search_replace)$/;

/** The models of the lab's grok, one for each protocol. */
export const GROK_MODELS = {
  chat: "lab",
  anthropic: "lab-anthropic",
  responses: "lab-responses",
} as const;

/** It adds nothing that Anthropic's API requires by itself. */
const ANTHROPIC = `extra_headers = { "x-api-key" = "${API_KEY}", "anthropic-version" = "2023-06-01" }\n`;

const SESSIONS = ".grok/sessions";

export const grok: Driver = {
  id: "grok",
  command: "grok",
  program: [
    process.env.SEGUE_LAB_GROK ??
      pythonProgram("grok", "lib/python*/site-packages/grok_cli_bin/bin/grok"),
  ],
  absent: () => (process.env.SEGUE_LAB_GROK === undefined ? whyNoPython("grok") : null),
  env: () => ({ GROK_TELEMETRY_ENABLED: "false" }),
  configure,
  run,
  sessionPath: (lab, id) => `${join(lab.home, SESSIONS)}#${id}`,
  bytes: (lab, id) => fileBytes(chatOf(lab, id)),
  tools,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["grok", ...args],
  listArgs: ["sessions", "list"],
  rename(lab, id, title) {
    const path = join(dirname(chatOf(lab, id)), "summary.json");
    const summary = obj(parseJson(readFileSync(path, "utf8")));
    const renamed = { ...summary, generated_title: title, title_is_manual: true };
    writeFileSync(path, JSON.stringify(renamed, null, 2));
  },
  acp: ["agent", "-m", GROK_MODELS.chat, "--always-approve", "stdio"],
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: `${SESSIONS}/*/*/chat_history.jsonl`,
};

function chatOf(lab: Lab, id: string): string {
  return newest(lab, `${SESSIONS}/*/${id}/chat_history.jsonl`, `grok session ${id}`);
}

function configure({ home, url }: Place): void {
  mkdirSync(join(home, ".grok"), { recursive: true });
  const model = (id: string, backend: string, more = ""): string =>
    `[model.${id}]\nmodel = "${id}"\nbase_url = "${url}/v1"\nname = "${id}"\napi_key = "${API_KEY}"\napi_backend = "${backend}"\ncontext_window = 400000\n${more}`;
  const config = [
    "[cli]\nauto_update = false\n",
    "[telemetry]\nenabled = false\n",
    `[models]\ndefault = "${GROK_MODELS.chat}"\n`,
    model(GROK_MODELS.chat, "chat_completions"),
    model(GROK_MODELS.anthropic, "messages", ANTHROPIC),
    model(GROK_MODELS.responses, "responses"),
  ];
  writeFileSync(join(home, ".grok/config.toml"), config.join("\n"));
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--always-approve", "--output-format", "json"];
  if (options.resume !== undefined) args.push("--resume", options.resume);
  const model = options.model ?? (hasModel(lab, options.resume) ? undefined : GROK_MODELS.chat);
  if (model !== undefined) args.push("--model", model);
  args.push(...(options.args ?? []), ...said(options));
  const done = await runProgram(lab, "grok", args, options);
  const result = obj(parseJson(done.stdout));
  const error = str(result.error) ?? str(result.message) ?? null;
  return {
    ...done,
    agent: "grok",
    sessionId: str(result.sessionId) ?? options.resume ?? null,
    text: str(result.text) ?? null,
    error: failure(done, error),
  };
}

/** With a session's model that it does not have, the CLI waits for ever (0.2.111). */
function hasModel(lab: Lab, id: string | undefined): boolean {
  if (id === undefined) return true;
  const summary = readFileSync(join(dirname(chatOf(lab, id)), "summary.json"), "utf8");
  const model = str(obj(parseJson(summary)).current_model_id);
  return Object.values(GROK_MODELS).some((own) => own === model);
}

function said({ prompt, image }: CliOptions): string[] {
  if (image === undefined) return ["--single", prompt];
  const data = readFileSync(image).toString("base64");
  const blocks: Obj[] = [
    { type: "text", text: prompt },
    { type: "image", data, mimeType: "image/png" },
  ];
  return ["--prompt-json", JSON.stringify(blocks)];
}
