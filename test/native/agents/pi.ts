import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import { type Obj, obj, objs, parseJson, str } from "../model-server/json.ts";
import { packed } from "../pins.ts";
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

const tools = /^(bash|read|write|edit)$/;

/** The models of the lab's pi, one for each protocol. */
export const PI_MODELS = {
  anthropic: "lab-anthropic/claude-lab",
  responses: "lab-responses/gpt-lab",
  chat: "lab-chat/chat-lab",
  gemini: "lab-gemini/gemini-3-lab",
} as const;

export const pi: Driver = {
  id: "pi",
  command: "pi",
  program: [process.execPath, process.env.SEGUE_LAB_PI ?? join(packed("pi"), "dist/bundle/cli.js")],
  env: () => ({ PI_OFFLINE: "1", PI_TELEMETRY: "0", PI_SKIP_VERSION_CHECK: "1" }),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["pi", ...args],
  listArgs: ["-r"],
  rename(lab, id, name) {
    const path = sessionPath(lab, id);
    const last = obj(parseJson(readFileSync(path, "utf8").trimEnd().split("\n").at(-1) ?? ""));
    const timestamp = new Date().toISOString();
    const place = { id: "0a0b0c0d", parentId: str(last.id) ?? null, timestamp };
    appendFileSync(path, `${JSON.stringify({ type: "session_info", ...place, name })}\n`);
  },
  fixtures: ".pi/agent/sessions/*/*.jsonl",
};

function sessionPath(lab: Lab, id: string): string {
  return newest(lab, `.pi/agent/sessions/*/*_${id}.jsonl`, `pi session ${id}`);
}

function configure({ home, url, options }: Place): void {
  const agentDir = join(home, ".pi/agent");
  mkdirSync(agentDir, { recursive: true });
  const providers = piProviders(url);
  writeFileSync(join(agentDir, "models.json"), JSON.stringify({ providers }));
  const [defaultProvider, name] = (options.piModel ?? PI_MODELS.anthropic).split("/");
  const settings = {
    defaultProvider,
    defaultModel: name,
    defaultThinkingLevel: "medium",
    enableInstallTelemetry: false,
    retry: { enabled: false },
  };
  writeFileSync(join(agentDir, "settings.json"), JSON.stringify(settings));
}

/** A provider for each protocol, in the form that Pi and oh-my-pi share. */
export function piProviders(url: string): Obj {
  const provider = (api: string, baseUrl: string, id: string): Obj => ({
    baseUrl,
    api,
    apiKey: API_KEY,
    models: [
      {
        id,
        name: id,
        reasoning: true,
        input: ["text", "image"],
        contextWindow: 400_000,
        maxTokens: 32_000,
        cost: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
      },
    ],
  });
  return {
    "lab-anthropic": provider("anthropic-messages", url, "claude-lab"),
    "lab-responses": provider("openai-responses", `${url}/v1`, "gpt-lab"),
    "lab-chat": provider("openai-completions", `${url}/v1`, "chat-lab"),
    "lab-gemini": provider("google-generative-ai", `${url}/v1beta`, "gemini-3-lab"),
  };
}

/** `pi --mode json`, which ends with exit code 0 after errors too: `error` tells. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--mode", "json"];
  if (options.resume !== undefined) args.push("--session", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []));
  if (options.image !== undefined) args.push(`@${options.image}`);
  args.push(options.prompt);
  const done = await runProgram(lab, "pi", args, options);
  const events = jsonLines(done.stdout);
  const answers = events
    .filter((event) => event.type === "message_end")
    .map((event) => obj(event.message))
    .filter((message) => message.role === "assistant");
  const last = answers.at(-1);
  const texts = objs(last?.content).filter((part) => part.type === "text");
  const bad = last?.stopReason === "error" || last?.stopReason === "aborted";
  return {
    ...done,
    agent: "pi",
    sessionId: str(events.find((event) => event.type === "session")?.id) ?? null,
    text: str(texts.at(-1)?.text) ?? null,
    error: failure(done, bad ? (str(last?.errorMessage) ?? "error") : null),
  };
}
