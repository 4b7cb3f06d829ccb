/** Starts an agent: without a shell, in the session's folder, replacing this process. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { SegueError } from "../errors.ts";
import { leaveSignals } from "./interrupt.ts";
import { findProgram, programWords } from "./program.ts";
import type { Env } from "./state.ts";

/** The file that a command name refers to; null if it is not on PATH. */
export function findCommand(name: string, env: Env): string | null {
  return findProgram(name, env);
}

/** The first version in a text; a dot after it ends a sentence. */
export function versionIn(text: string): string | null {
  return /\d+\.\d+(?:\.\d+)?(?:[-+]\w+(?:[.-]\w+)*)?/.exec(text)?.[0] ?? null;
}

/**
 * Becomes the agent: its stdin, stdout, signals and exit code are ours. Where a process cannot
 * replace itself (Windows), the agent runs as a child, and this process ends with it.
 */
export async function launch(command: readonly string[], cwd: string, env: Env): Promise<void> {
  const [name = "", ...args] = command;
  const path = findCommand(name, env);
  if (path === null) {
    throw new SegueError("failed", `there is no "${name}" on PATH`, {
      hint: `the session is written; to open it: cd ${cwd} && ${command.join(" ")}`,
    });
  }
  if (process.platform !== "win32" && process.execve) {
    process.chdir(cwd);
    process.execve(path, [name, ...args], { ...env, PWD: cwd });
  }
  const [program, ...before] = programWords(path, env);
  await asChild(program, [...before, ...args], cwd, env);
}

/**
 * Windows sends Ctrl-C to all processes in a console; killing the child would not be an
 * interruption.
 */
const FORWARDED: readonly NodeJS.Signals[] =
  process.platform === "win32" ? ["SIGTERM", "SIGHUP"] : ["SIGINT", "SIGTERM", "SIGHUP"];
const LEFT: readonly NodeJS.Signals[] = process.platform === "win32" ? ["SIGINT", "SIGBREAK"] : [];

/** Runs a program with our own input and output, and uses its exit code. */
export function asChild(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Env,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { cwd, env, stdio: "inherit" });
    leaveSignals();
    for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
    for (const signal of LEFT) process.on(signal, () => {});
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      process.exitCode = code ?? 128 + (signal === null ? 1 : constants.signals[signal]);
      resolve();
    });
  });
}
