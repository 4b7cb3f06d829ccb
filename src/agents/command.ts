/** The program of an agent on this machine, and its version. */
import { spawnSync } from "node:child_process";
import { SegueError } from "../errors.ts";
import { findCommand, versionIn } from "../io/launch.ts";
import { programWords } from "../io/program.ts";
import { type Env, variableFor } from "../io/state.ts";
import { envOf } from "./profile.ts";
import type { Agent } from "./types.ts";

/**
 * The command that starts an agent: its usual one, or the one that the user configured; null for an
 * agent that no command starts.
 */
export function commandOf({ id, launch }: Agent, env: Env): string | null {
  return env[variableFor(`agents.${id}.command`)] || launch.command;
}

/** @throws SegueError `usage` for an agent that no command starts. */
export function startedBy(agent: Agent, env: Env): string {
  const command = commandOf(agent, env);
  if (command !== null) return command;
  throw new SegueError("usage", `no command starts ${agent.name}`, {
    hint: "use --no-launch, or name another agent",
  });
}

/** The path of an agent's program; null if it is not installed, or has none. */
export function programOf(agent: Agent, env: Env): string | null {
  const command = commandOf(agent, env);
  return command === null ? null : findCommand(command, env);
}

/** The version of an agent's CLI; null if it is not installed or does not report one. */
export function installedVersion(agent: Agent, env: Env): string | null {
  const path = programOf(agent, env);
  return path === null ? null : versionOf(path, agent.launch.versionArgs, envOf(agent, env));
}

function versionOf(path: string, args: readonly string[], env: Env): string | null {
  const words = startable(path, env);
  if (!words) return null;
  const [program, ...before] = words;
  const { stdout, status } = spawnSync(program, [...before, ...args], {
    encoding: "utf8",
    env,
    timeout: 20_000,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (status !== 0) return null;
  return versionIn(stdout);
}

/** null if it cannot be started; that is reported when it has to be. */
function startable(path: string, env: Env): [string, ...string[]] | null {
  try {
    return programWords(path, env);
  } catch {
    return null;
  }
}
