/** OpenCode, and Kilo CLI, its fork. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Expected } from "../assert-history.ts";
import type { Lab } from "../lab.ts";
import { type Obj, obj, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import { API_KEY, failure, jsonLines, runProgram, unchanged } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(bash|read|write|edit)$/;

/** The models of the lab's OpenCode, one for each protocol. */
export const OPENCODE_MODELS = {
  anthropic: "lab-anthropic/claude-lab",
  responses: "lab-responses/gpt-lab",
  chat: "lab-chat/chat-lab",
} as const;

interface Names {
  id: string;
  command: string;
  program: string[];
  /** Of its environment variables. */
  prefix: string;
  config: string;
  database: string;
  partners?: readonly string[];
}

function driver({ id, command, program, prefix, config, database, partners }: Names): Driver {
  const file = (lab: Lab) => join(lab.home, database);
  return {
    id,
    command,
    program,
    env: () =>
      Object.fromEntries(
        ["AUTOUPDATE", "MODELS_FETCH", "LSP_DOWNLOAD", "DEFAULT_PLUGINS"].map((what) => [
          `${prefix}_DISABLE_${what}`,
          "1",
        ]),
      ),
    configure: (place) => configure(place, config),
    run: (lab, options) => run(lab, id, command, options),
    sessionPath: (lab, session) => `${file(lab)}#${session}`,
    bytes: (lab, session) => conversation(file(lab), session),
    tools,
    own: unchanged,
    foreign: (markers) => foreign(markers),
    tui: (args) => [command, ...args],
    listArgs: ["session", "list"],
    rename(lab, session, title) {
      const db = new DatabaseSync(file(lab));
      db.prepare("UPDATE session SET title = ? WHERE id = ?").run(title, session);
      db.close();
    },
    acp: ["acp"],
    fixtures: "*.{jsonl,json}",
    ...(partners ? { partners } : {}),
  };
}

export const opencode = driver({
  id: "opencode",
  command: "opencode",
  program: [
    process.env.SEGUE_LAB_OPENCODE ?? pinned("node_modules/opencode-linux-x64/bin/opencode"),
  ],
  prefix: "OPENCODE",
  config: ".config/opencode/opencode.json",
  database: ".local/share/opencode/opencode.db",
});

export const kilo = driver({
  id: "kilo",
  command: "kilo",
  program: [process.env.SEGUE_LAB_KILO ?? pinned("node_modules/@kilocode/cli-linux-x64/bin/kilo")],
  prefix: "KILO",
  config: ".config/kilo/kilo.json",
  database: ".local/share/kilo/kilo.db",
  // Its code is OpenCode's: with one of another kind besides, all that is its own is seen.
  partners: ["opencode", "claude-code"],
});

function foreign(markers: readonly Expected[]): Expected[] {
  return markers.map((one) => {
    if (one.role === "reasoning") return { ...one, role: "assistant" };
    return one.role === "tool-call" ? { ...one, name: tools } : one;
  });
}

/** What was said: the rows of a session that never change, in order. */
function conversation(path: string, session: string): Buffer {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db
    .prepare(
      "SELECT m.id, p.id AS part, p.data FROM message m JOIN part p ON p.message_id = m.id WHERE m.session_id = ? ORDER BY m.time_created, m.id, p.id",
    )
    .all(session);
  db.close();
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

function configure({ home, url }: Place, file: string): void {
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  const provider = (npm: string, id: string): Obj => ({
    npm,
    options: { baseURL: `${url}/v1`, apiKey: API_KEY },
    models: {
      [id]: {
        name: id,
        reasoning: true,
        attachment: true,
        tool_call: true,
        // As models.dev says of the models of Anthropic and OpenAI.
        modalities: { input: ["text", "image", "pdf"], output: ["text"] },
        limit: { context: 400_000, output: 32_000 },
      },
    },
  });
  const allow = Object.fromEntries(
    ["edit", "bash", "webfetch", "external_directory", "doom_loop"].map((what) => [what, "allow"]),
  );
  const settings = {
    autoupdate: false,
    share: "disabled",
    // On a slow machine Kilo asks in a dialog whether to go without.
    snapshot: false,
    model: OPENCODE_MODELS.anthropic,
    small_model: OPENCODE_MODELS.anthropic,
    permission: allow,
    provider: {
      "lab-anthropic": provider("@ai-sdk/anthropic", "claude-lab"),
      "lab-responses": provider("@ai-sdk/openai", "gpt-lab"),
      "lab-chat": provider("@ai-sdk/openai-compatible", "chat-lab"),
    },
  };
  writeFileSync(path, JSON.stringify(settings));
}

/** `opencode run --format json`. */
async function run(lab: Lab, agent: string, command: string, options: CliOptions): Promise<CliRun> {
  const args = ["run", "--format", "json"];
  if (options.resume !== undefined) args.push("--session", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []));
  if (options.image !== undefined) args.push("--file", options.image);
  args.push("--", options.prompt);
  const done = await runProgram(lab, command, args, options);
  const events = jsonLines(done.stdout);
  const texts = events.filter((event) => event.type === "text").map((event) => obj(event.part));
  const failed = events.find((event) => event.type === "error");
  const told = failed === undefined ? null : JSON.stringify(failed.error ?? failed);
  return {
    ...done,
    agent,
    sessionId: str(events.find((event) => str(event.sessionID))?.sessionID) ?? null,
    text: str(texts.at(-1)?.text) ?? null,
    error: failure(done, told),
  };
}
