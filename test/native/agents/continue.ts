import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import { obj, objs, parseJson, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import { API_KEY, failure, reasoningAsText, runProgram } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(Bash|Read|Write|Edit|MultiEdit)$/;

/** The models of the lab's Continue, one for each way to the API; those of Anthropic edit with MultiEdit. */
export const CONTINUE_MODELS = { chat: "chat-lab", anthropic: "claude-lab" } as const;

export const continueCli: Driver = {
  id: "continue",
  command: "cn",
  program: [
    process.execPath,
    process.env.SEGUE_LAB_CONTINUE ?? pinned("node_modules/@continuedev/cli/dist/cn.js"),
  ],
  env: () => ({ CONTINUE_METRICS_ENABLED: "0", CONTINUE_CLI_ENABLE_TELEMETRY: "0" }),
  configure,
  run,
  sessionPath: (lab, id) => `${join(lab.home, SESSIONS)}#${id}`,
  bytes: (lab, id) => {
    const { history } = obj(parseJson(readFileSync(fileOf(lab, id), "utf8")));
    return Buffer.from(
      objs(history)
        .map((item) => `${JSON.stringify(item)}\n`)
        .join(""),
    );
  },
  tools,
  attachesImages: false,
  keepsReasoning: false,
  own: (markers) => markers.filter(({ role }) => role !== "reasoning"),
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["cn", ...args],
  listArgs: ["ls"],
  rename(lab, id, title) {
    const path = fileOf(lab, id);
    const session = { ...obj(parseJson(readFileSync(path, "utf8"))), title };
    writeFileSync(path, JSON.stringify(session, null, 2));
  },
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: ".continue/sessions/*-*.json",
};

const SESSIONS = ".continue/sessions";

function fileOf(lab: Lab, id: string): string {
  return join(lab.home, SESSIONS, `${id}.json`);
}

function configure({ home, url }: Place): void {
  const folder = join(home, ".continue");
  mkdirSync(folder, { recursive: true });
  const model = (name: string, provider: string, apiBase: string): object => ({
    name,
    provider,
    model: name,
    apiBase,
    apiKey: API_KEY,
    roles: ["chat"],
    capabilities: ["tool_use", "image_input"],
  });
  const config = {
    name: "lab",
    version: "1.0.0",
    schema: "v1",
    models: [model(CONTINUE_MODELS.chat, "openai", `${url}/v1`)],
  };
  // JSON is YAML, too.
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(config));
  const anthropic = {
    ...config,
    models: [model(CONTINUE_MODELS.anthropic, "anthropic", `${url}/v1/`)],
  };
  writeFileSync(join(folder, `${CONTINUE_MODELS.anthropic}.yaml`), JSON.stringify(anthropic));
  writeFileSync(join(folder, ".onboarding_complete"), "2026-01-01T00:00:00.000Z");
}

/** `cn -p`, which tells nothing but the last answer: the session is the one that was saved last. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["-p", "--auto"];
  if (options.model !== undefined) {
    args.push("--config", join(lab.home, ".continue", `${options.model}.yaml`));
  }
  if (options.resume !== undefined) {
    // It opens the one that was changed last.
    utimesSync(fileOf(lab, options.resume), new Date(), new Date());
    args.push("--resume");
  }
  args.push(...(options.args ?? []), "--", options.prompt);
  const done = await runProgram(lab, "cn", args, options);
  const told = obj(parseJson(done.stderr.trim().split("\n").at(-1) ?? ""));
  return {
    ...done,
    agent: "continue",
    sessionId: newestId(lab),
    text: done.stdout.trim() || null,
    error: failure(done, told.status === "error" ? (str(told.message) ?? "error") : null),
  };
}

function newestId(lab: Lab): string | null {
  const folder = join(lab.home, SESSIONS);
  const times = readdirSync(folder)
    .filter((name) => name.endsWith(".json") && name !== "sessions.json")
    .map((name) => ({ name, time: statSync(join(folder, name)).mtimeMs }));
  const newest = times.sort((a, b) => b.time - a.time)[0];
  return newest ? newest.name.replace(/\.json$/, "") : null;
}
