/** Mastra Code, whose sessions are rows of one database. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Lab } from "../lab.ts";
import { type Obj, obj, parseJson, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import {
  API_KEY,
  below,
  failure,
  jsonLines,
  reasoningAsText,
  runProgram,
  unchanged,
} from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(execute_command|view|write_file|string_replace_lsp)$/;

/**
 * The models of the lab's Mastra Code, one for each protocol. Of OpenAI's Responses, it sends what was said
 * before as references to what the vendor stores.
 */
export const MASTRACODE_MODELS = {
  // The one that Claude Code uses by itself: after a change of models it leaves old thinking out.
  anthropic: "anthropic/claude-opus-5-5",
  chat: "lab/chat-lab",
} as const;

const FOLDER = ".local/share/mastracode";

export const mastracode: Driver = {
  id: "mastracode",
  command: "mastracode",
  program: [
    "/bin/sh",
    below("agents/mastracode.sh"),
    process.execPath,
    process.env.SEGUE_LAB_MASTRACODE ?? pinned("node_modules/mastracode/dist/cli.js"),
  ],
  env: ({ url }) => ({ SEGUE_LAB_MASTRACODE_URL: url, MASTRA_TELEMETRY_DISABLED: "1" }),
  configure,
  run,
  sessionPath: (lab, id) => `${database(lab)}#${id}`,
  bytes: (lab, id) => conversation(database(lab), id),
  attachesImages: false,
  tools,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["mastracode", ...args],
  listArgs: [],
  listKeys: ["/threads", "Enter"],
  rename(lab, id, title) {
    const db = new DatabaseSync(database(lab));
    db.prepare("UPDATE mastra_threads SET title = ? WHERE id = ?").run(title, id);
    db.close();
  },
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: "*.jsonl",
};

/**
 * As its `/models` does. Its `--model` takes only models of a list, which it fetches from the network.
 */
function chooseModel(lab: Lab, model: string, session: string | undefined): void {
  const path = join(lab.home, FOLDER, "settings.json");
  const settings = obj(parseJson(readFileSync(path, "utf8")));
  const models = { ...obj(settings.models), modeDefaults: modeDefaults(model) };
  writeFileSync(path, JSON.stringify({ ...settings, models }, null, 2));
  if (session === undefined) return;
  const db = new DatabaseSync(database(lab));
  const sql = `UPDATE mastra_threads SET metadata =
    jsonb_set(metadata, '$.currentModelId', ?, '$.modeModelId_build', ?) WHERE id = ?`;
  db.prepare(sql).run(model, model, session);
  db.close();
}

function modeDefaults(model: string): Obj {
  return { build: model, plan: model, fast: model };
}

function database(lab: Lab): string {
  return join(lab.home, FOLDER, "mastra.db");
}

/** Nothing is to be observed, which is its compaction, unless a test asks for it. */
function configure({ home, url }: Place): void {
  const folder = join(home, FOLDER);
  mkdirSync(folder, { recursive: true });
  const model = MASTRACODE_MODELS.anthropic;
  const settings = {
    onboarding: {
      completedAt: "2026-01-01T00:00:00.000Z",
      version: 1,
      quietModePreferenceSelected: true,
    },
    models: {
      modeDefaults: modeDefaults(model),
      omModelOverride: MASTRACODE_MODELS.chat,
      observerModelOverride: MASTRACODE_MODELS.chat,
      reflectorModelOverride: MASTRACODE_MODELS.chat,
      omObservationThreshold: 1_000_000,
      omReflectionThreshold: 1_000_000,
    },
    preferences: { yolo: true, theme: "dark", thinkingLevel: "medium" },
    customProviders: [{ name: "lab", url: `${url}/v1`, apiKey: API_KEY, models: ["chat-lab"] }],
  };
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings, null, 2));
  const key = { type: "api_key", key: API_KEY };
  writeFileSync(
    join(folder, "auth.json"),
    JSON.stringify({ anthropic: key, "openai-codex": key }, null, 2),
    { mode: 0o600 },
  );
}

/** What was said: the messages of a session, in the order in which Mastra Code reads them. */
function conversation(path: string, session: string): Buffer {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db
    .prepare(
      'SELECT id, role, type, content FROM mastra_messages WHERE thread_id = ? ORDER BY "createdAt", rowid',
    )
    .all(session);
  db.close();
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

function hasThreads(path: string): boolean {
  if (!existsSync(path)) return false;
  const db = new DatabaseSync(path, { readOnly: true });
  const found = db.prepare("SELECT 1 FROM mastra_messages LIMIT 1").get() !== undefined;
  db.close();
  return found;
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--output", "jsonl"];
  // Without a thread, it continues the newest of the resource, although its help says otherwise.
  if (options.resume !== undefined) args.push("--thread", options.resume);
  else if (hasThreads(database(lab))) args.push("--resource-id", "of-its-own");
  if (options.model !== undefined) chooseModel(lab, options.model, options.resume);
  args.push(...(options.args ?? []), "--prompt", options.prompt);
  const done = await runProgram(lab, "mastracode", args, options, "");
  const events = jsonLines(done.stdout);
  const result = events.findLast(({ type }) => type === "result");
  return {
    ...done,
    agent: "mastracode",
    sessionId: str(result?.threadId) ?? options.resume ?? null,
    text: str(result?.text) ?? null,
    error: failure(done, str(obj(result?.error).message) ?? null),
  };
}
