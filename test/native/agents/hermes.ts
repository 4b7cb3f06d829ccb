/** Hermes Agent: a CLI from PyPI, whose sessions are rows of one database. */
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
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Expected } from "../assert-history.ts";
import type { Lab } from "../lab.ts";
import { pinned } from "../pins.ts";
import { pythonProgram, whyNoPython } from "../python.ts";
import { API_KEY, failure, reasoningAsText, runProgram } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(terminal|read_file|write_file|patch)$/;
const PROGRAM = [process.env.SEGUE_LAB_HERMES ?? pythonProgram("hermes", "bin/hermes")];
const DATABASE = ".hermes/state.db";
// Without the first, every start looks for packages to install.
const ENV = { HERMES_DISABLE_LAZY_INSTALLS: "1" };

export const hermes: Driver = {
  id: "hermes",
  command: "hermes",
  program: PROGRAM,
  absent: () => whyNoPython("hermes"),
  env: () => ENV,
  prepare: emptyDatabase,
  configure,
  run,
  sessionPath: (lab, id) => `${database(lab)}#${id}`,
  bytes: (lab, id) => conversation(database(lab), id),
  tools,
  // It stores the path of a picture, not the picture.
  attachesImages: false,
  // A provider of the user's own is not sent reasoning again.
  own: withoutReasoning,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["hermes", ...args],
  listArgs: ["sessions", "list"],
  listsIds: true,
  rename(lab, id, title) {
    const db = new DatabaseSync(database(lab));
    db.prepare("UPDATE sessions SET title = ? WHERE id = ?").run(title, id);
    db.close();
  },
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: "*.jsonl",
};

function withoutReasoning(markers: readonly Expected[]): Expected[] {
  return markers.filter(({ role }) => role !== "reasoning");
}

function database(lab: Lab): string {
  return join(lab.home, DATABASE);
}

/** A database without sessions, as Hermes itself makes it with its first command; each lab gets a copy. */
function emptyDatabase(): string {
  const kept = pinned(".cache/hermes-state.sqlite");
  if (existsSync(kept)) return kept;
  const home = mkdtempSync(join(tmpdir(), "segue-hermes-"));
  const [program = ""] = PROGRAM;
  execFileSync(program, ["sessions", "list"], {
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

/** What was said: the messages of a session, in order. */
function conversation(path: string, session: string): Buffer {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare("SELECT * FROM messages WHERE session_id = ? ORDER BY id").all(session);
  db.close();
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

function configure({ home, url }: Place): void {
  const folder = join(home, ".hermes");
  mkdirSync(folder, { recursive: true });
  const settings = {
    model: {
      default: "chat-lab",
      provider: "custom",
      base_url: `${url}/v1`,
      api_key: API_KEY,
      context_length: 400_000,
      supports_vision: true,
    },
    agent: { verify_on_stop: false },
    security: { allow_lazy_installs: false },
  };
  // JSON is YAML, too.
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(settings));
  copyFileSync(emptyDatabase(), join(home, DATABASE));
}

/** `hermes chat -Q`: the answer, and the session's id. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["chat", "-Q", "--yolo"];
  if (options.resume !== undefined) args.push("--resume", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  if (options.image !== undefined) args.push("--image", options.image);
  args.push(...(options.args ?? []), `--query=${options.prompt}`);
  const done = await runProgram(lab, "hermes", args, options);
  const id = /^session_id: (\S+)$/m.exec(`${done.stdout}\n${done.stderr}`)?.[1];
  return {
    ...done,
    agent: "hermes",
    sessionId: id ?? options.resume ?? null,
    text: done.stdout.replace(/^session_id: .*$/m, "").trim() || null,
    error: failure(done, null),
  };
}
