/** OpenClaw, whose sessions are chats of an assistant: rows of a database, below a key. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Lab } from "../lab.ts";
import { type Obj, obj, objs, parseJson, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import { API_KEY, failure, reasoningAsText, runProgram, unchanged } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(exec|read|write|edit)$/;

/** The models of the lab's OpenClaw, one for each protocol. */
export const OPENCLAW_MODELS = {
  anthropic: "lab-anthropic/claude-lab",
  responses: "lab-responses/gpt-lab",
  chat: "lab-chat/chat-lab",
} as const;

export const openclaw: Driver = {
  id: "openclaw",
  command: "openclaw",
  program: [
    process.execPath,
    process.env.SEGUE_LAB_OPENCLAW ?? pinned("node_modules/openclaw/openclaw.mjs"),
  ],
  env: () => ({
    OPENCLAW_DISABLE_BONJOUR: "1",
    OPENCLAW_SKIP_CHANNELS: "1",
    OPENCLAW_NO_RESPAWN: "1",
  }),
  configure,
  run,
  sessionPath: (lab, id) => `${database(lab)}#${id}`,
  bytes: (lab, id) => conversation(database(lab), id),
  tools,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["openclaw", ...args],
  listArgs: ["sessions"],
  rename: null,
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: "*.jsonl",
};

function database(lab: Lab): string {
  return join(lab.home, ".openclaw/agents/main/agent/openclaw-agent.sqlite");
}

/** What was said: the events of a session, in order. */
function conversation(path: string, session: string): Buffer {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db
    .prepare(
      "SELECT event_json, hex(event_zstd) AS packed FROM transcript_events WHERE session_id = ? ORDER BY seq",
    )
    .all(session);
  db.close();
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

function configure({ home, folders, url }: Place): void {
  const state = join(home, ".openclaw");
  mkdirSync(state, { recursive: true });
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
        cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      },
    ],
  });
  const settings = {
    gateway: { mode: "local" },
    agents: {
      defaults: {
        workspace: folders[0] ?? home,
        model: { primary: OPENCLAW_MODELS.anthropic },
        skipBootstrap: true,
      },
    },
    models: {
      mode: "merge",
      providers: {
        "lab-anthropic": provider("anthropic-messages", url, "claude-lab"),
        "lab-responses": provider("openai-responses", `${url}/v1`, "gpt-lab"),
        "lab-chat": provider("openai-completions", `${url}/v1`, "chat-lab"),
      },
    },
  };
  writeFileSync(join(state, "openclaw.json"), JSON.stringify(settings));
}

/** `openclaw agent --local`, without a gateway. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["agent", "--local", "--agent", "main", "--json"];
  if (options.resume !== undefined) args.push("--session-id", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []));
  args.push("-m", options.prompt);
  const done = await runProgram(lab, "openclaw", args, options);
  const answer = obj(parseJson(done.stdout.slice(done.stdout.indexOf("{"))));
  const texts = objs(answer.payloads).map(({ text }) => str(text));
  const meta = obj(obj(answer.meta).agentMeta);
  return {
    ...done,
    agent: "openclaw",
    sessionId: str(meta.sessionId) ?? options.resume ?? null,
    text: texts.at(-1) ?? null,
    error: failure(done, null),
  };
}
