/** Which program an agent is on this machine, and which version. */
import { spawnSync } from "node:child_process";
import { findCommand, versionIn } from "../io/launch.ts";
import { programWords } from "../io/program.ts";
import { type Env, variableFor } from "../io/state.ts";
import type { Agent } from "./types.ts";

/** What starts an agent: its usual command, or what the user set in its place. */
export function commandOf({ id, launch }: Agent, env: Env): string {
  return env[variableFor(`agents.${id}.command`)] || launch.command;
}

/** The version of an agent's CLI; null when it is not installed or does not say. */
export function installedVersion(agent: Agent, env: Env): string | null {
  const path = findCommand(commandOf(agent, env), env);
  return path === null ? null : versionOf(path, agent.launch.versionArgs, env);
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

/** null for what cannot be started; that is said when it is to be. */
function startable(path: string, env: Env): [string, ...string[]] | null {
  try {
    return programWords(path, env);
  } catch {
    return null;
  }
}
