/** Starting an agent: without a shell, in the session's folder, in place of ourselves. */
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Agent } from "../agents/types.ts";
import { SegueError } from "../errors.ts";
import { leaveSignals } from "./interrupt.ts";
import type { Env } from "./state.ts";

/** The file that a command name stands for; null when it is not on PATH. */
export function findCommand(name: string, env: Env): string | null {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat", ""] : [""];
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (folder !== "" && isExecutable(path)) return path;
    }
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The version of an agent's CLI; null when it is not installed or does not say. */
export function installedVersion(agent: Agent, env: Env): string | null {
  const command = findCommand(agent.launch.command, env);
  if (command === null) return null;
  const { stdout, status } = spawnSync(command, [...agent.launch.versionArgs], {
    encoding: "utf8",
    env,
    timeout: 20_000,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (status !== 0) return null;
  return /\d+\.\d+(?:\.\d+)?(?:[-+][\w.]+)?/.exec(stdout)?.[0] ?? null;
}

/**
 * Becomes the agent: its stdin, stdout, signals and exit code are ours. Where a process cannot
 * replace itself (Windows), it runs as a child and its end is ours.
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
  await asChild(path, args, cwd, env);
}

function asChild(path: string, args: string[], cwd: string, env: Env): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { cwd, env, stdio: "inherit" });
    leaveSignals();
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, forward);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
      resolve();
    });
  });
}
