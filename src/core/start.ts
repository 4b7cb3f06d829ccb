/** Starts an agent. */
import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { neverWritten } from "../agents/claim.ts";
import { programOf, startedBy } from "../agents/command.ts";
import type { Agent } from "../agents/types.ts";
import { translateFlags } from "../convert/flags.ts";
import { fileError, SegueError } from "../errors.ts";
import { isFolder } from "../io/files.ts";
import type { Env } from "../io/state.ts";
import { localForm } from "../session/paths.ts";

export { refuseUnwritable } from "../agents/claim.ts";
export { startedBy } from "../agents/command.ts";
export { noFolder } from "../convert/store/there.ts";
export { launch } from "../io/launch.ts";

export function isInstalled(agent: Agent, env: Env): boolean {
  return programOf(agent, env) !== null;
}

/** Is it installed, and can a session be written for it? */
export function canContinue(agent: Agent, env: Env): boolean {
  return neverWritten(agent) === null && isInstalled(agent, env);
}

/**
 * Checks that the agent is installed, before anything is written for it.
 * @throws SegueError `failed`
 */
export function requireInstalled(agent: Agent, env: Env): void {
  const { name } = agent;
  const command = startedBy(agent, env);
  if (programOf(agent, env) !== null) return;
  throw new SegueError("failed", `${name} is not installed: there is no "${command}" on PATH`, {
    hint: "install it, or use --no-launch to write the session without starting it",
  });
}

/** Before anything is written. @throws SegueError `usage` when the agent cannot be given a first prompt with a session. */
export function refusePrompt(agent: Agent, prompt: string | null): void {
  if (prompt === null || agent.launch.resumesUnprompted === undefined) return;
  throw new SegueError(
    "usage",
    `${agent.name} cannot be given a prompt when it resumes a session`,
    {
      hint: "omit the prompt, and type it there",
    },
  );
}

/**
 * Translates the source agent's flags to the target agent's, with notes for the user.
 * @throws SegueError `refused` if the result would be more permissive than requested, unless
 * `force` is set.
 */
export function translated(
  args: readonly string[],
  source: Agent,
  target: Agent,
  { force = false }: { force?: boolean | undefined } = {},
): { args: string[]; notes: readonly string[] } {
  const [own, other] = [source.launch.flags, target.launch.flags];
  if (args.length === 0 || source.id === target.id || !own || !other) {
    return { args: [...args], notes: [] };
  }
  const from = { name: source.name, flags: own };
  return translateFlags(args, from, { name: target.name, flags: other }, { force });
}

/**
 * Before anything is written. A folder that does not exist may be one of another machine, which is for
 * the caller to say.
 * @throws SegueError if no agent could ever start there: it is a file, or may not be entered.
 */
export function refuseFolder(folder: string): void {
  try {
    if (!statSync(folder).isDirectory()) {
      throw new SegueError("usage", "--cwd is a file, not a folder", { where: folder });
    }
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw fileError(error, folder, "continue in this folder");
  }
}

/** The folder's path on this machine; null if it does not exist. */
export function folderAt(wanted: string): string | null {
  const found = [wanted, localForm(wanted, process.platform)].find(isFolder);
  return found === undefined ? null : resolve(found);
}
