/** Deep Agents Code: a CLI from PyPI, whose sessions are LangGraph's checkpoints in one database. Each start runs a server, too. */
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
import type { Lab } from "../lab.ts";
import { pinned } from "../pins.ts";
import { pythonProgram, whyNoPython } from "../python.ts";
import { API_KEY, failure, reasoningAsText, runProgram, unchanged } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(execute|read_file|write_file|edit_file)$/;
const DATABASE = ".deepagents/.state/sessions.db";

export const deepagents: Driver = {
  id: "deepagents",
  command: "dcode",
  program: [process.env.SEGUE_LAB_DEEPAGENTS ?? pythonProgram("deepagents", "bin/dcode")],
  absent: () => whyNoPython("deepagents"),
  env: () => ({
    DEEPAGENTS_CODE_OFFLINE: "1",
    DEEPAGENTS_CODE_NO_UPDATE_CHECK: "1",
    DEEPAGENTS_CODE_ONBOARDING: "0",
    DEEPAGENTS_CODE_PRICES_AUTO_UPDATE: "0",
    DEEPAGENTS_CODE_RIPGREP_INSTALLER: "system",
    LANGSMITH_TRACING: "false",
    ANTHROPIC_API_KEY: API_KEY,
    // What forbids blocking calls in its server needs a package that has no wheel: see `standIn`.
    LANGGRAPH_ALLOW_BLOCKING: "true",
  }),
  prepare: emptyDatabase,
  configure,
  run,
  sessionPath: (lab, id) => `${join(lab.home, DATABASE)}#${id}`,
  bytes: (lab, id) => conversation(join(lab.home, DATABASE), id),
  tools,
  // A run without a screen takes a text alone.
  attachesImages: false,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  // The interpreter takes long to start, and a turn waits for it no longer than some seconds.
  tui: (args) => ["dcode", "--no-mcp", "--no-interpreter", ...args],
  listArgs: ["threads", "list"],
  listsIds: true,
  rename(lab, id, title) {
    const db = new DatabaseSync(join(lab.home, DATABASE));
    db.exec(
      "CREATE TABLE IF NOT EXISTS dcode_thread_names (thread_id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL)",
    );
    db.prepare("INSERT OR REPLACE INTO dcode_thread_names VALUES (?, ?)").run(id, title);
    db.close();
  },
  partners: ["claude-code", "codex", "gemini", "opencode"],
  slow: true,
  fixtures: "*.jsonl",
};

/**
 * LangGraph's server imports forbiddenfruit, which PyPI has without a wheel, for a check that is off here. A
 * module of that name is enough.
 */
function standIn(): void {
  const packages = pythonProgram("deepagents", "lib/python3*/site-packages");
  const path = join(packages, "forbiddenfruit.py");
  if (!existsSync(path)) writeFileSync(path, "def curse(*_):\n    pass\n");
}

/** A database without sessions, made by the library that the CLI itself makes it with; each lab gets a copy. */
function emptyDatabase(): string {
  const kept = pinned(".cache/deepagents-sessions.sqlite");
  standIn();
  if (existsSync(kept)) return kept;
  const folder = mkdtempSync(join(tmpdir(), "segue-deepagents-"));
  const path = join(folder, "sessions.db");
  const code =
    "import sys\nfrom langgraph.checkpoint.sqlite import SqliteSaver\nwith SqliteSaver.from_conn_string(sys.argv[1]) as saver: saver.setup()";
  execFileSync(pythonProgram("deepagents", "bin/python"), ["-c", code, path], {
    env: { HOME: folder, PATH: process.env.PATH ?? "" },
    stdio: "ignore",
  });
  const made = join(folder, "made.sqlite");
  const db = new DatabaseSync(path);
  db.prepare("VACUUM INTO ?").run(made);
  db.close();
  // Under another name first: several test files may be at it.
  copyFileSync(made, `${kept}.${process.pid}`);
  renameSync(`${kept}.${process.pid}`, kept);
  rmSync(folder, { recursive: true, force: true });
  return kept;
}

/** What was said: the messages that steps wrote, in order. */
function conversation(path: string, thread: string): Buffer {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db
    .prepare(
      `SELECT checkpoint_id, task_path, value FROM writes
        WHERE thread_id = ? AND checkpoint_ns = '' AND channel = 'messages'
        ORDER BY checkpoint_id, task_path, task_id, idx`,
    )
    .all(thread);
  db.close();
  return Buffer.concat(
    rows.map(({ checkpoint_id, value }) => {
      const bytes = value instanceof Uint8Array ? value : Buffer.alloc(0);
      return Buffer.concat([Buffer.from(`${String(checkpoint_id)} `), bytes, Buffer.from("\n")]);
    }),
  );
}

function configure({ home, url }: Place): void {
  const folder = join(home, ".deepagents");
  mkdirSync(join(folder, ".state"), { recursive: true, mode: 0o700 });
  const config = [
    '[models]\ndefault = "anthropic:claude-opus-4-5-lab"',
    '[warnings]\nsuppress = ["ripgrep", "tavily"]',
    `[models.providers.anthropic]\nbase_url = "${url}"`,
    '[models.providers.anthropic.params]\nmax_tokens = 32000\nthinking = { type = "enabled", budget_tokens = 1024 }',
  ];
  writeFileSync(join(folder, "config.toml"), `${config.join("\n\n")}\n`);
  if (whyNoPython("deepagents") === null) copyFileSync(emptyDatabase(), join(home, DATABASE));
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  // What a thread may do is part of it: all runs have the same flags.
  const args = ["--quiet", "--shell-allow-list=all", "--no-mcp", "--no-interpreter"];
  if (options.resume !== undefined) args.push(`--resume=${options.resume}`);
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []), `--non-interactive=${options.prompt}`);
  const done = await runProgram(lab, "dcode", args, options);
  const told = `${done.stdout}\n${done.stderr}`;
  const id = /^Thread: (\S+)$/m.exec(told)?.[1] ?? options.resume ?? null;
  const error = /^(?:Agent error|Error): .*$/m.exec(told)?.[0] ?? null;
  return {
    ...done,
    agent: "deepagents",
    sessionId: id,
    text: done.stdout.replace(/^Thread: .*$/m, "").trim() || null,
    error: failure(done, error),
  };
}
