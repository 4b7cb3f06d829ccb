/** Goose, whose sessions are rows of one database. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AcpClient } from "../acp.ts";
import type { Lab } from "../lab.ts";
import { type Obj, obj, objs, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import { API_KEY, failure, jsonLines, reasoningAsText, runProgram, unchanged } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(shell|write|edit)$/;

/** The models of the lab's Goose, one for each protocol: `provider/model`. */
export const GOOSE_MODELS = {
  // The one that Claude Code uses by itself: after a change of models it leaves old thinking out.
  anthropic: "anthropic/claude-opus-5-5",
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
  run: (lab, options) =>
    options.image === undefined ? run(lab, options) : runWithImage(lab, options, options.image),
  sessionPath: (lab, id) => `${database(lab)}#${id}`,
  bytes: (lab, id) => conversation(database(lab), id),
  tools,
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
  fixtures: "{*.{json,jsonl},.local/share/goose/sessions/*.jsonl}",
};

function database(lab: Lab): string {
  return join(lab.home, DATABASE);
}

/** Everything is set by the environment: no file is needed. */
function env({ url }: Place): Record<string, string> {
  return {
    GOOSE_PROVIDER: "anthropic",
    GOOSE_MODEL: "claude-opus-5-5",
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
  const events = jsonLines(done.stdout);
  const said = events.map(({ message }) => obj(message)).filter(({ role }) => role === "assistant");
  const text = lastText(said);
  const [, started] = /\\____\)\s+(\S+) · /.exec(done.stdout) ?? [];
  // It tells of a failure as the model's answer, and ends as if all was well.
  const bad = text?.startsWith("Ran into this error") === true ? text : null;
  return {
    ...done,
    agent: "goose",
    sessionId: started ?? options.resume ?? null,
    text,
    error: failure(done, bad),
  };
}

/** An answer comes in pieces, which share an id. */
function lastText(said: readonly Obj[]): string | null {
  const last = said.filter(({ id }) => id === said.at(-1)?.id);
  const texts = last.flatMap(({ content }) => objs(content).flatMap(({ text }) => str(text) ?? []));
  return texts.length === 0 ? null : texts.join("");
}

/** Its command line takes no images: editors send them. */
async function runWithImage(lab: Lab, options: CliOptions, image: string): Promise<CliRun> {
  const started = Date.now();
  const { cwd = lab.cwd, model: wanted, resume } = options;
  const [provider, model] = wanted?.split("/") ?? [];
  const chosen =
    provider === undefined || model === undefined
      ? {}
      : { GOOSE_PROVIDER: provider, GOOSE_MODEL: model };
  const client = await AcpClient.start(
    { ...lab, env: { ...lab.env, ...chosen } },
    join(lab.bin, "goose"),
    ["acp"],
  );
  try {
    const sessionId =
      resume ?? str((await client.request("session/new", { cwd, mcpServers: [] })).sessionId) ?? "";
    if (resume !== undefined) await client.load(resume, cwd);
    const data = readFileSync(image).toString("base64");
    const picture = { type: "image", data, mimeType: "image/png" };
    const prompt = [{ type: "text", text: options.prompt }, picture];
    const { stopReason } = await client.request("session/prompt", { sessionId, prompt });
    const done = { code: 0, signal: null, stdout: "", stderr: "", ms: Date.now() - started };
    const error = stopReason === "end_turn" ? null : String(stopReason);
    return { ...done, agent: "goose", sessionId, text: null, error };
  } finally {
    await client.leave();
  }
}
