/** Goose, whose sessions are rows of one database. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Lab } from "../lab.ts";
import { pinned } from "../pins.ts";
import { API_KEY, failure, reasoningAsText, runProgram, unchanged } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(shell|write|edit)$/;

/** The models of the lab's Goose, one for each protocol: `provider/model`. */
export const GOOSE_MODELS = {
  anthropic: "anthropic/claude-sonnet-4-5",
  chat: "openai/gpt-4o",
} as const;

const DATABASE = ".local/share/goose/sessions/sessions.db";

export const goose: Driver = {
  id: "goose",
  command: "goose",
  program: [
    process.env.SEGUE_LAB_GOOSE ?? pinned("node_modules/@aaif/goose-binary-linux-x64/bin/goose"),
  ],
  env,
  configure: () => {},
  run,
  sessionPath: (lab, id) => `${database(lab)}#${id}`,
  bytes: (lab, id) => conversation(database(lab), id),
  tools,
  attachesImages: false,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["goose", ...args],
  listArgs: ["session", "list"],
  rename(lab, id, title) {
    const db = new DatabaseSync(database(lab));
    db.prepare("UPDATE sessions SET name = ?, user_set_name = 1 WHERE id = ?").run(title, id);
    db.close();
  },
  acp: ["acp"],
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: "*.jsonl",
};

function database(lab: Lab): string {
  return join(lab.home, DATABASE);
}

/** Everything is set by the environment: no file is needed. */
function env({ url }: Place): Record<string, string> {
  return {
    GOOSE_PROVIDER: "anthropic",
    GOOSE_MODEL: "claude-sonnet-4-5",
    GOOSE_DISABLE_KEYRING: "1",
    GOOSE_MODE: "auto",
    GOOSE_TELEMETRY_ENABLED: "false",
    ANTHROPIC_HOST: url,
    ANTHROPIC_API_KEY: API_KEY,
    OPENAI_HOST: url,
    OPENAI_API_KEY: API_KEY,
  };
}

/** What was said: the rows of a session, in the order in which Goose sends them. */
function conversation(path: string, session: string): Buffer {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db
    .prepare(
      "SELECT id, role, content_json FROM messages WHERE session_id = ? ORDER BY created_timestamp, id",
    )
    .all(session);
  db.close();
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["run", "--output-format", "stream-json"];
  if (options.resume !== undefined) args.push("--resume", "--session-id", options.resume);
  args.push(...(options.args ?? []), "--text", options.prompt);
  const [provider, model] = options.model?.split("/") ?? [];
  if (provider !== undefined && model !== undefined)
    args.push("--provider", provider, "--model", model);
  const done = await runProgram(lab, "goose", args, options);
  return {
    ...done,
    agent: "goose",
    sessionId: options.resume ?? newest(lab),
    text: null,
    error: failure(done, null),
  };
}

function newest(lab: Lab): string | null {
  const db = new DatabaseSync(database(lab), { readOnly: true });
  const row = db.prepare("SELECT id FROM sessions ORDER BY updated_at DESC, id DESC LIMIT 1").get();
  db.close();
  return row === undefined ? null : String(row.id);
}
