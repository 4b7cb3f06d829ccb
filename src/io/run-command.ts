/** Runs a command of the user's, with its output among our messages. */
import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { wordsOf } from "../errors.ts";
import { findProgram, programWords } from "./program.ts";
import type { Env } from "./state.ts";

/** How long it may take, in milliseconds. */
const MOST = 10 * 60_000;

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

/** Never throws. The command has no input, and its output goes to stderr. */
export function runCommand(
  command: { words: readonly string[] } | { shell: string },
  { env, cwd, signal }: RunOptions,
): Promise<Ran> {
  return new Promise((resolve) => {
    try {
      const [file, args, shell] = start(command, env);
      const child = spawn(file, args, {
        ...{ env, shell, signal, timeout: MOST, stdio: ["ignore", 2, 2] },
        ...(isFolder(cwd) ? { cwd } : {}),
      });
      child.on("error", (error) => resolve({ code: null, why: wordsOf(error) }));
      child.on("close", (code, by) =>
        resolve({ code, why: by === null ? null : `it was ended by ${by}` }),
      );
    } catch (error) {
      resolve({ code: null, why: wordsOf(error) });
    }
  });
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
