/** Runs a command of the user's, with its output among our messages. */
import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { wordsOf } from "../errors.ts";
import { onInterrupt } from "./interrupt.ts";
import { findProgram, programWords } from "./program.ts";
import type { Env } from "./state.ts";

/** How long it may take, in milliseconds. */
const MOST = 10 * 60_000;
/** How long it may take to end when it is told to. */
const GRACE = 2000;
/** How long it may take to be gone when nothing can be heeded any more. */
const LAST = 500;
const PAUSE = 50;

const isWindows = process.platform === "win32";

export interface RunOptions {
  env: Env;
  /** Where it runs, if that exists. */
  cwd: string | null;
  signal: AbortSignal;
}

/** How it ended; `why`: that it could not be started, or was ended. */
export interface Ran {
  code: number | null;
  why: string | null;
}

/**
 * Never throws. The command has no input, and its output goes to stderr. If it is ended, so is everything that
 * it started, unless that has a process group of its own.
 */
export function runCommand(
  command: { words: readonly string[] } | { shell: string },
  { env, cwd, signal }: RunOptions,
): Promise<Ran> {
  return new Promise((resolve) => {
    try {
      const [file, args, shell] = start(command, env);
      if (signal.aborted) throw new Error("it was not started");
      const child = spawn(file, args, {
        ...{ env: withoutNulls(env), shell, detached: !isWindows, stdio: ["ignore", 2, 2] },
        ...(isFolder(cwd) ? { cwd } : {}),
      });
      let ending: Promise<void> | null = null;
      const end = (): void => {
        ending ??= endGroup(child);
      };
      const timer = setTimeout(end, MOST);
      signal.addEventListener("abort", end, { once: true });
      const forget = onInterrupt(() => sendTo(child, "SIGKILL"));
      const settle = async (ran: Ran): Promise<void> => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        await ending;
        forget();
        resolve(ran);
      };
      child.on("error", (error) => void settle({ code: null, why: wordsOf(error) }));
      child.on("close", (code, by) => {
        const why = ending !== null ? "it was ended" : by === null ? null : `it was ended by ${by}`;
        void settle({ code, why });
      });
    } catch (error) {
      resolve({ code: null, why: wordsOf(error) });
    }
  });
}

/** A variable cannot hold them, and nothing would be started: what an agent's hook was given may. */
function withoutNulls(env: Env): Env {
  const all = Object.entries(env).map(([name, value]) => [name, value?.replaceAll("\0", "")]);
  return Object.fromEntries(all);
}

/** First politely. What heeds nothing must not keep us from ending. */
async function endGroup(child: ChildProcess): Promise<void> {
  sendTo(child, "SIGTERM");
  for (let waited = 0; waited < GRACE && sendTo(child, 0); waited += PAUSE) await after(PAUSE);
  sendTo(child, "SIGKILL");
  // The system takes a moment for it. What has ended may still wait for a parent that never asks.
  for (let waited = 0; waited < LAST && sendTo(child, 0); waited += PAUSE) await after(PAUSE);
}

/** To its group. False if nothing of it is left. */
function sendTo(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    return isWindows ? child.kill(signal) : process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

function start(
  command: { words: readonly string[] } | { shell: string },
  env: Env,
): [file: string, args: string[], shell: boolean] {
  if ("shell" in command) return [command.shell, [], true];
  const [name = "", ...args] = command.words;
  const path = findProgram(name, env);
  if (path === null) throw new Error(`there is no program "${name}"`);
  const [program, ...before] = programWords(path, env);
  return [program, [...before, ...args], false];
}

function isFolder(path: string | null): path is string {
  try {
    return path !== null && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
  } catch {
    return false;
  }
}
