import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DroidRpc } from "../droid-rpc.ts";
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

const tools = /^(Execute|Read|Create|Edit)$/;

/** The models of the lab's droid, one for each protocol. */
export const DROID_MODELS = {
  anthropic: "custom:lab-anthropic-0",
  chat: "custom:lab-chat-0",
  responses: "custom:lab-responses-0",
} as const;

export const droid: Driver = {
  id: "droid",
  command: "droid",
  program: [process.env.SEGUE_LAB_DROID ?? pinned("node_modules/@factory/cli-linux-x64/bin/droid")],
  env: ({ url }) => ({
    FACTORY_API_BASE_URL: url,
    FACTORY_API_KEY: "fk-lab",
    FACTORY_DROID_AUTO_UPDATE_ENABLED: "false",
  }),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  // Over Chat Completions it sends no reasoning again, not even its own (0.225.2 [run]).
  own: (markers, model) =>
    model === DROID_MODELS.chat
      ? markers.filter(({ role }) => role !== "reasoning")
      : unchanged(markers),
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["droid", ...args],
  listArgs: ["--resume"],
  rename: null,
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: ".factory/sessions/*/*.jsonl",
};

function sessionPath(lab: Lab, id: string): string {
  return newest(lab, `.factory/sessions/*/${id}.jsonl`, `droid session ${id}`);
}

function configure({ home, folders, url }: Place): void {
  mkdirSync(join(home, ".factory"), { recursive: true });
  const model = (provider: string, baseUrl: string, name: string): Obj => ({
    model: name,
    displayName: `lab-${provider}`,
    baseUrl,
    apiKey: API_KEY,
    maxOutputTokens: 8000,
    noImageSupport: false,
  });
  const trusted = { trustedAt: "2026-01-01T00:00:00.000Z" };
  const settings = {
    customModels: [
      { ...model("anthropic", url, "claude-lab"), provider: "anthropic" },
      { ...model("chat", `${url}/v1`, "chat-lab"), provider: "generic-chat-completion-api" },
      { ...model("responses", `${url}/v1`, "gpt-lab"), provider: "openai" },
    ],
    sessionDefaultSettings: { model: DROID_MODELS.anthropic, reasoningEffort: "none" },
    cloudSessionSync: false,
    trustedFolders: Object.fromEntries(folders.map((folder) => [folder, trusted])),
  };
  writeFileSync(join(home, ".factory/settings.json"), JSON.stringify(settings));
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  if (options.image !== undefined) return runWithImage(lab, options, options.image);
  const args = ["exec", "--skip-permissions-unsafe", "-o", "json"];
  if (options.model !== undefined) args.push("-m", options.model);
  if (options.resume !== undefined) args.push("-s", options.resume);
  args.push(...(options.args ?? []), options.prompt);
  const done = await runProgram(lab, "droid", args, options);
  const result = jsonLines(done.stdout).findLast((event) => event.type === "result");
  const text = str(result?.result) ?? null;
  const bad = result?.is_error === true;
  return {
    ...done,
    agent: "droid",
    sessionId: str(result?.session_id) ?? null,
    text,
    error: failure(done, bad ? (text ?? "error") : null),
  };
}

/** `droid exec` takes images over JSON-RPC only. */
async function runWithImage(lab: Lab, options: CliOptions, image: string): Promise<CliRun> {
  const started = Date.now();
  const { cwd = lab.cwd, model = DROID_MODELS.anthropic, resume } = options;
  const rpc = new DroidRpc(lab, cwd);
  try {
    const settings = { machineId: "lab", cwd, modelId: model, skipPermissionsUnsafe: true };
    const session =
      resume === undefined
        ? await rpc.request("droid.initialize_session", settings)
        : await rpc.request("droid.load_session", { sessionId: resume });
    const data = readFileSync(image).toString("base64");
    const images = [{ type: "base64", mediaType: "image/png", data }];
    const outcome = await rpc.turn({ text: options.prompt, images });
    const reason = str(outcome.reason) ?? "";
    return {
      code: 0,
      signal: null,
      stdout: rpc.output,
      stderr: "",
      ms: Date.now() - started,
      agent: "droid",
      sessionId: str(session.sessionId) ?? resume ?? null,
      text: null,
      error: reason === "completed" ? null : reason,
    };
  } finally {
    await rpc.close();
  }
}
