/**
 * Plays an agent's CLI for `segue run`: `fake-agent.ts claude …`. It reads what to do from ~/claude.json, one
 * entry per start, writes it to a session as the real one would, and logs how it was started.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a fake does in one start. */
export interface Deed {
  /** The model's answer. */
  says?: string;
  /** Its vendor's answer to a request. */
  limit?: string;
  prints?: string;
  errors?: string;
  /** Then it ends with this code, by itself; else it stays open. */
  code?: number;
  /** It does not heed SIGINT; or no signal that it can ignore. */
  deaf?: "SIGINT" | "all";
  /** It ends by itself after so many milliseconds. */
  after?: number;
  /** It starts a `worker`, which may not heed SIGINT, either. */
  worker?: "heeds" | "deaf";
  /** It starts what is to outlive it: in a group of its own, and in the background of a shell. */
  servers?: true;
}

/** How it was started, and by what it was ended. */
export interface Logged {
  pid: number;
  args: string[];
  cwd: string;
  input?: string;
  signal?: string;
}

type Json = { [key: string]: unknown };

const [name = "", ...args] = process.argv.slice(2);
const home = process.env.HOME ?? "";
const cwd = process.cwd();

if (name !== "") main();

function main(): void {
  if (name === "worker" || name === "bystander") {
    noteSignals(args[0] === "deaf" ? "SIGINT" : name === "bystander" ? "all" : undefined);
    appendFileSync(
      join(home, `${name}.log`),
      `${JSON.stringify({ pid: process.pid, args, cwd })}\n`,
    );
    setTimeout(() => {}, 120_000);
    return;
  }
  if (args.includes("--version")) {
    console.log(name === "claude" ? "2.1.332 (Claude Code)" : "1.5.2");
    return;
  }
  const log = (more: Partial<Logged> = {}): void =>
    appendFileSync(
      join(home, `${name}.log`),
      `${JSON.stringify({ pid: process.pid, args, cwd, ...more })}\n`,
    );
  const done = existsSync(join(home, `${name}.log`)) ? logged(home, name).length : 0;
  const deeds: Deed[] = JSON.parse(readFileSync(join(home, `${name}.json`), "utf8"));
  const deed = deeds[done] ?? {};
  log();
  noteSignals(deed.deaf);
  if (deed.worker !== undefined) begin(deed.worker);
  if (deed.servers) serve();
  if (deed.prints !== undefined) console.log(deed.prints);
  if (deed.errors !== undefined) console.error(deed.errors);
  if (deed.says !== undefined || deed.limit !== undefined) write(deed);
  if (deed.code !== undefined) process.exitCode = deed.code;
  else setTimeout(() => {}, deed.after ?? 120_000);
  if (deed.code !== undefined && deed.after !== undefined) setTimeout(() => {}, deed.after);
}

/** It ends at a signal, unless it is deaf to it. */
function noteSignals(deaf: Deed["deaf"]): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      appendFileSync(join(home, `${name}.signals`), `${signal}\n`);
      if (deaf !== "all" && deaf !== signal) process.exit(128);
    });
  }
  if (deaf === "all") process.on("SIGHUP", () => {});
}

function begin(how: string): void {
  spawn(process.execPath, [import.meta.filename, "worker", how], { stdio: "ignore" });
}

function serve(): void {
  const own = spawn("sleep", ["120"], { stdio: "ignore", detached: true });
  writeFileSync(join(home, "server.pid"), `${own.pid}`);
  const script = `sleep 120 & echo $! > '${join(home, "background.pid")}'; wait`;
  spawn("sh", ["-c", script], { stdio: "ignore" });
}

/** What the fake of this name logged. */
export function logged(folder: string, who: string): Logged[] {
  const path = join(folder, `${who}.log`);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return text.split("\n").flatMap((line): Logged[] => (line === "" ? [] : [JSON.parse(line)]));
}

function write(deed: Deed): void {
  const { path, records } = name === "claude" ? claude(deed) : pi(deed);
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

function lastIn(path: string): Json {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return JSON.parse(lines.at(-1) ?? "{}");
}

function time(): string {
  return new Date().toISOString();
}

function claude({ says, limit }: Deed): { path: string; records: Json[] } {
  const at = args.indexOf("--resume");
  const sessionId = at < 0 ? randomUUID() : (args[at + 1] ?? "");
  const own = process.env.CLAUDE_CONFIG_DIR ?? join(home, ".claude");
  const folder = join(own, "projects", cwd.replace(/[^a-zA-Z0-9]/g, "-"));
  const path = join(folder, `${sessionId}.jsonl`);
  let parentUuid = at < 0 ? null : lastIn(path).uuid;
  const record = (type: string, message: Json, more: Json = {}): Json => {
    const uuid = randomUUID();
    const made = {
      ...{ parentUuid, isSidechain: false, userType: "external", cwd, sessionId },
      ...{ version: "2.1.332", gitBranch: "", type, message, uuid, timestamp: time(), ...more },
    };
    parentUuid = uuid;
    return made;
  };
  const prompt = args.includes("--") ? args.slice(args.indexOf("--") + 1).join(" ") : "Do it.";
  const records = [record("user", { role: "user", content: prompt })];
  const answer = (text: string, model: string): Json => ({
    ...{ id: `msg_${randomUUID()}`, type: "message", role: "assistant", model },
    content: [{ type: "text", text }],
    stop_reason: model === "<synthetic>" ? "stop_sequence" : "end_turn",
    usage: { input_tokens: 10, output_tokens: 10 },
  });
  if (says !== undefined) records.push(record("assistant", answer(says, "claude-opus-4-8")));
  if (limit !== undefined) {
    const more = { isApiErrorMessage: true, error: "rate_limit", apiErrorStatus: 429 };
    records.push(record("assistant", answer(limit, "<synthetic>"), more));
  }
  return { path, records };
}

function pi({ says, limit }: Deed): { path: string; records: Json[] } {
  const path = args[args.indexOf("--session") + 1] ?? "";
  let parentId = lastIn(path).id;
  const record = (message: Json): Json => {
    const id = randomUUID().slice(0, 8);
    const made = { type: "message", id, parentId, timestamp: time() };
    parentId = id;
    return { ...made, message: { ...message, timestamp: Date.now() } };
  };
  const content = [{ type: "text", text: args.at(-1) }];
  const records = [record({ role: "user", content })];
  const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, totalTokens: 2 };
  const model = { api: "openai-responses", provider: "openai", model: "gpt-5.5", usage };
  if (says !== undefined) {
    const text = [{ type: "text", text: says }];
    records.push(record({ role: "assistant", content: text, ...model, stopReason: "stop" }));
  }
  if (limit !== undefined) {
    const error = { stopReason: "error", errorMessage: limit };
    records.push(record({ role: "assistant", content: [], ...model, ...error }));
  }
  return { path, records };
}

/** Puts fakes with these deeds on a machine's PATH. */
export function fake(folder: string, deeds: { [who: string]: readonly Deed[] }): void {
  mkdirSync(join(folder, "bin"), { recursive: true });
  for (const [who, all] of Object.entries(deeds)) {
    writeFileSync(join(folder, `${who}.json`), JSON.stringify(all));
    const words = [process.execPath, import.meta.filename, who].map((word) => `'${word}'`);
    const script = `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`;
    writeFileSync(join(folder, "bin", who), script, { mode: 0o755 });
  }
}
