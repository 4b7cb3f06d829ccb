/** OpenClaw, whose sessions are chats of an assistant: rows of a database, below a key. */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Expected } from "../assert-history.ts";
import type { Lab } from "../lab.ts";
import { type Obj, obj, objs, parseJson, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import { API_KEY, failure, reasoningAsText, runProgram } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(exec|read|write|edit)$/;
const PROGRAM = [
  process.execPath,
  process.env.SEGUE_LAB_OPENCLAW ?? pinned("node_modules/openclaw/openclaw.mjs"),
];
const DATABASE = ".openclaw/agents/main/agent/openclaw-agent.sqlite";
const ENV = { OPENCLAW_NO_RESPAWN: "1", OPENCLAW_DISABLE_BONJOUR: "1" };

/** The models of the lab's OpenClaw, one for each protocol. */
export const OPENCLAW_MODELS = {
  anthropic: "lab-anthropic/claude-lab",
  responses: "lab-responses/gpt-lab",
  chat: "lab-chat/chat-lab",
} as const;

export const openclaw: Driver = {
  id: "openclaw",
  command: "openclaw",
  program: PROGRAM,
  env: () => ENV,
  prepare: emptyDatabase,
  configure,
  run,
  sessionPath: (lab, id) => `${database(lab)}#${id}`,
  bytes: (lab, id) => conversation(database(lab), id),
  tools,
  // Reasoning of earlier turns is not sent again.
  own: withoutReasoning,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["openclaw", ...args],
  listArgs: ["sessions", "--json"],
  listsIds: true,
  rename: null,
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: "{*.jsonl,.openclaw/agents/*/sessions/*.jsonl}",
  ready,
};

function withoutReasoning(markers: readonly Expected[]): Expected[] {
  return markers.filter(({ role }) => role !== "reasoning");
}

function database(lab: Lab): string {
  return join(lab.home, DATABASE);
}

/**
 * A database without sessions, which OpenClaw itself has made: it makes one with the first session,
 * and that takes it a while, so each lab gets a copy.
 */
function emptyDatabase(): string {
  const kept = pinned(".cache/openclaw-agent.sqlite");
  if (existsSync(kept)) return kept;
  const home = mkdtempSync(join(tmpdir(), "segue-openclaw-"));
  writeSettings(home, home, "http://127.0.0.1:1");
  const [program = "", ...args] = PROGRAM;
  execFileSync(program, [...args, "memory", "index", "--agent", "main", "--force"], {
    cwd: home,
    env: { ...ENV, HOME: home, TMPDIR: home, PATH: process.env.PATH ?? "" },
    stdio: "ignore",
  });
  const made = join(home, "made.sqlite");
  const db = new DatabaseSync(join(home, DATABASE));
  db.prepare("VACUUM INTO ?").run(made);
  db.close();
  // Under another name first: several test files may be at it.
  copyFileSync(made, `${kept}.${process.pid}`);
  renameSync(`${kept}.${process.pid}`, kept);
  rmSync(home, { recursive: true, force: true });
  return kept;
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
  writeSettings(home, folders[0] ?? home, url);
  const path = join(home, DATABASE);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(emptyDatabase(), path);
}

function writeSettings(home: string, workspace: string, url: string): void {
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
        workspace,
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

/** A picture's path in a prompt is sent as the picture, where it is in the workspace. */
function pictureIn({ cwd }: Lab, { image }: CliOptions): string[] {
  if (image === undefined) return [];
  const path = join(cwd, basename(image));
  copyFileSync(image, path);
  return [path];
}

/** Files of versions before 2026.7.2 are only read once they are imported. */
async function ready(lab: Lab, path: string): Promise<void> {
  if (!path.endsWith(".jsonl")) return;
  const done = await runProgram(lab, "openclaw", ["doctor", "--fix", "--non-interactive"], {
    prompt: "",
  });
  const why = failure(done, null);
  if (why !== null) throw new Error(`openclaw doctor: ${why}`);
}

/** `openclaw agent --local`, without a gateway. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["agent", "--local", "--agent", "main", "--json"];
  if (options.resume !== undefined) args.push("--session-id", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []));
  args.push("-m", [options.prompt, ...pictureIn(lab, options)].join(" "));
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
