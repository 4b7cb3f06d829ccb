/** Crush, whose sessions are rows of a database in each project. No registry has its program. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Expected } from "../assert-history.ts";
import type { Lab } from "../lab.ts";
import type { Obj } from "../model-server/json.ts";
import { API_KEY, failure, reasoningAsText, runProgram } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(bash|view|write|edit)$/;
const PROGRAM = process.env.SEGUE_LAB_CRUSH ?? "";

/** The models of the lab's Crush, one for each protocol. */
export const CRUSH_MODELS = {
  anthropic: "lab-anthropic/claude-lab",
  responses: "lab-responses/gpt-5-lab",
  chat: "lab-chat/chat-lab",
} as const;

export const crush: Driver = {
  id: "crush",
  command: "crush",
  program: [PROGRAM],
  absent: () =>
    PROGRAM !== "" && existsSync(PROGRAM)
      ? null
      : "SEGUE_LAB_CRUSH does not name a binary of Crush",
  env: () => ({
    CRUSH_DISABLE_METRICS: "1",
    CRUSH_DISABLE_PROVIDER_AUTO_UPDATE: "1",
    DO_NOT_TRACK: "1",
  }),
  configure,
  run,
  sessionPath: (lab, id) => `${database(lab.cwd)}#${id}`,
  bytes: (lab, id) => conversation(database(lab.cwd), id),
  attachesImages: false,
  tools,
  own,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["crush", ...args],
  listArgs: ["session", "list"],
  rename(lab, id, title) {
    const db = new DatabaseSync(database(lab.cwd));
    db.prepare("UPDATE sessions SET title = ? WHERE id = ?").run(title, id);
    db.close();
  },
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: "*.jsonl",
};

function own(markers: readonly Expected[], model: string = CRUSH_MODELS.anthropic): Expected[] {
  // Reasoning of earlier turns is not sent again.
  if (model === CRUSH_MODELS.responses) return markers.filter(({ role }) => role !== "reasoning");
  // Over Chat Completions, it has a key of its own, not a place.
  return model === CRUSH_MODELS.chat ? [...markers] : anyOrder(markers);
}

/** Of an answer that is stored, Crush sends the text before the reasoning; of one just given, after it. */
function anyOrder(markers: readonly Expected[]): Expected[] {
  const follows = (n: number) =>
    markers[n]?.role === "assistant" && markers[n - 1]?.role === "reasoning";
  return markers.map((one, n) => {
    if (follows(n + 1)) return { ...one, group: `answer ${n}` };
    return follows(n) ? { ...one, group: `answer ${n - 1}` } : one;
  });
}

function database(cwd: string): string {
  return join(cwd, ".crush/crush.db");
}

/** What was said: the rows of a session that never change, in order. */
function conversation(path: string, session: string): Buffer {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db
    .prepare("SELECT id, role, parts FROM messages WHERE session_id = ? ORDER BY created_at, rowid")
    .all(session);
  db.close();
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

function configure({ home, folders, url }: Place): void {
  for (const folder of folders) {
    const data = join(folder, ".crush");
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, ".gitignore"), "*\n");
    // Else its screen asks first whether to initialize the project.
    writeFileSync(join(data, "init"), "");
  }
  const path = join(home, ".config/crush/crush.json");
  mkdirSync(dirname(path), { recursive: true });
  const provider = (type: string, base_url: string, id: string): Obj => ({
    type,
    base_url,
    api_key: API_KEY,
    models: [
      {
        id,
        name: id,
        context_window: 400_000,
        default_max_tokens: 32_000,
        can_reason: true,
        supports_attachments: true,
      },
    ],
  });
  const model = { provider: "lab-anthropic", model: "claude-lab" };
  const settings = {
    providers: {
      "lab-anthropic": provider("anthropic", url, "claude-lab"),
      "lab-responses": provider("openai", `${url}/v1`, "gpt-5-lab"),
      "lab-chat": provider("openai-compat", `${url}/v1`, "chat-lab"),
    },
    models: { large: { ...model, think: true }, small: model },
    options: { disable_provider_auto_update: true, disable_metrics: true },
  };
  writeFileSync(path, JSON.stringify(settings));
}

/** `crush run`, which approves of all tools. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const { cwd = lab.cwd } = options;
  const args = ["run", "--quiet"];
  if (options.resume !== undefined) args.push("--session", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []), "--", options.prompt);
  const done = await runProgram(lab, "crush", args, options);
  return {
    ...done,
    agent: "crush",
    sessionId: options.resume ?? newest(database(cwd)),
    text: done.stdout.trim() || null,
    error: failure(done, null),
  };
}

/** `crush run` does not name the session that it begins. */
function newest(path: string): string | null {
  if (!existsSync(path)) return null;
  const db = new DatabaseSync(path, { readOnly: true });
  const sql =
    "SELECT id FROM sessions WHERE parent_session_id IS NULL ORDER BY created_at DESC, rowid DESC LIMIT 1";
  const row = db.prepare(sql).get();
  db.close();
  return row ? String(row.id) : null;
}
