/**
 * Is a session open in its own CLI right now? Determined from the CLI's records and the running
 * processes.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { SegueError } from "../errors.ts";
import { programOf } from "../io/interpreters.ts";
import { startTicks } from "../io/process.ts";
import type { Env } from "../io/state.ts";
import type { Agent, Opened } from "./types.ts";

/** A session that is about to be written to or removed. */
export interface Target {
  id: string;
  path: string;
  cwd: string | null;
}

interface Process {
  pid: number;
  words: readonly string[];
  /** null if the system does not report it. */
  cwd: string | null;
  /** Milliseconds since the epoch; null if the system does not report it. */
  started: number | null;
}

/**
 * Two programs that write to the same session destroy or branch each other's work: no vendor's CLI
 * reads the file again while it has the session open.
 * @throws SegueError `refused` if the session is open, or may be.
 */
export function refuseOpen(agent: Agent, target: Target, env: Env): void {
  const found = openedBy(agent, target, env);
  if (!found) return;
  const { pid, sure } = found;
  const says = sure
    ? "has this session open"
    : "runs in this folder, and may have this session open";
  throw new SegueError("refused", `${agent.name} ${says} (process ${pid})`, {
    where: target.path,
    hint: "close it there first, or use --force",
  });
}

export function openedBy(
  agent: Agent,
  { id, path, cwd }: Target,
  env: Env,
): { pid: number; sure: boolean } | null {
  const running = programsOf(agent, env);
  if (running.length === 0) return null;
  const sure = running.find((one) => names(one, id, path)) ?? noted(agent, id, running, env);
  if (sure) return { pid: sure.pid, sure: true };
  if (agent.store.opened || cwd === null) return null;
  const likely = running.find((one) => one.cwd === cwd && !namesAnother(one));
  return likely ? { pid: likely.pid, sure: false } : null;
}

/** The processes of its CLI that work in this folder, as far as the system says where they do. */
export function runningIn(
  agent: Agent,
  cwd: string,
  env: Env,
): { pid: number; words: readonly string[] }[] {
  return programsOf(agent, env).filter((one) => one.cwd === cwd);
}

function programsOf({ launch: { command, title } }: Agent, env: Env): Process[] {
  if (command === null) return [];
  return processes(env).filter(
    (one) => isProgram(one, command) || (title !== undefined && one.words[0] === title),
  );
}

/** A session id in the form of agents that do not record what is open. */
const ID = /(?:^|[=_/\\])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|ses_\w{20,})/i;

/** Was it started with another session as an argument? */
function namesAnother({ words }: Process): boolean {
  return words.slice(1).some((word) => ID.test(word));
}

/** Was it started with this session as an argument: `--resume ID`, `--session=ID`, `-s PATH`? */
function names({ words }: Process, id: string, path: string): boolean {
  return words.some((word) => [id, path].includes(word.slice(word.indexOf("=") + 1)));
}

function noted(
  { store }: Agent,
  id: string,
  running: readonly Process[],
  env: Env,
): Process | undefined {
  for (const root of store.roots(env)) {
    const opened = store.opened?.(root, id) ?? [];
    const one = running.find((each) => opened.some((note) => isMeant(each, note)));
    if (one) return one;
  }
  return undefined;
}

/** The system reports start times in whole seconds. */
const SLACK_MS = 2000;

function isMeant({ pid, started }: Process, opened: Opened): boolean {
  return "pid" in opened ? opened.pid === pid : started !== null && started - SLACK_MS <= opened.at;
}

/**
 * Identifies a process by what was started: the program itself, or the file that an interpreter
 * runs.
 */
function isProgram({ words }: Process, command: string): boolean {
  const script = programOf(words);
  return script !== null && (nameOf(script) === command || isOfPackage(script, command));
}

function nameOf(word: string): string {
  const [name = ""] = word.split(/[\\/]/).slice(-1);
  return name.replace(/\.(?:[cm]?[jt]s|exe|cmd)$/, "");
}

/**
 * Is it a file of the npm package with this name, or with a name derived from the command:
 * `qwen-code`, `gemini-cli`?
 */
function isOfPackage(script: string, command: string): boolean {
  const parts = script.split(/[\\/]/);
  const from = parts.lastIndexOf("node_modules");
  if (from < 0) return false;
  return parts.slice(from + 1).some((part) => part === command || part.startsWith(`${command}-`));
}

/** Processes of this user with the same home folder, and therefore the same stores. */
function processes(env: Env): Process[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((name) => processAt(Number(name), env) ?? []);
  } catch {
    return process.platform === "win32" ? [] : listed();
  }
}

function processAt(pid: number, env: Env): Process | null {
  try {
    const at = `/proc/${pid}`;
    const { HOME } = env;
    const variables = readFileSync(`${at}/environ`, "utf8").split("\0");
    // A process that gives itself a longer name may overwrite its variables: then nothing is known of them.
    const isKnown = variables.some((variable) => variable.includes("="));
    if (HOME !== undefined && isKnown && !variables.includes(`HOME=${HOME}`)) return null;
    const words = readFileSync(`${at}/cmdline`, "utf8").split("\0");
    return { pid, words, cwd: readlinkSync(`${at}/cwd`), started: startOf(pid) };
  } catch {
    // It belongs to another user, or has ended.
    return null;
  }
}

/** Clock ticks per second as Linux reports them to programs, on every architecture. */
const TICKS = 100;

function startOf(pid: number): number | null {
  const [, boot] = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8")) ?? [];
  const ticks = startTicks(pid);
  return boot === undefined || ticks === null ? null : (Number(boot) + ticks / TICKS) * 1000;
}

/** For systems without /proc. */
function listed(): Process[] {
  try {
    const text = execFileSync("ps", ["-xo", "pid=,args="], { encoding: "utf8" });
    return text.split("\n").flatMap((line) => {
      const [, pid, args] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
      if (pid === undefined || args === undefined || Number(pid) === process.pid) return [];
      return [{ pid: Number(pid), words: args.split(" "), cwd: null, started: null }];
    });
  } catch {
    return [];
  }
}
