/** What every way of starting an agent shares. */
import { resolve } from "node:path";
import type { Agent } from "../agents/types.ts";
import { isFolder } from "../catalog/select.ts";
import { translateFlags } from "../convert/flags.ts";
import type { ReasoningFate } from "../convert/project.ts";
import { SegueError } from "../errors.ts";
import { commandOf, findCommand } from "../io/launch.ts";
import type { Env } from "../io/state.ts";
import type { DocumentOptions } from "./handoff.ts";
import { ask, say } from "./terminal.ts";

export interface ResumeOptions extends DocumentOptions {
  in?: string;
  from?: string;
  dryRun?: boolean;
  launch: boolean;
  prompt?: string;
  handoff?: boolean;
  debugPrompt?: boolean;
  fullHistory?: boolean;
  fit?: number;
  reasoning?: ReasoningFate;
  fork?: boolean;
  force?: boolean;
  json?: boolean;
}

export function launches({ dryRun = false, launch }: ResumeOptions): boolean {
  return launch && !dryRun;
}

/** What the user set on the one agent, in terms of the other. */
export function forwarded(
  args: readonly string[],
  source: Agent,
  target: Agent,
  { force = false }: ResumeOptions,
): string[] {
  const [own, other] = [source.launch.flags, target.launch.flags];
  if (args.length === 0 || source === target || !own || !other) return [...args];
  const { name } = target;
  const [from, to] = [
    { name: source.name, flags: own },
    { name, flags: other },
  ];
  const said = translateFlags(args, from, to, { force });
  for (const note of said.notes) say(note);
  return said.args;
}

/** null where nobody can be asked, and for an answer that is no folder. */
export async function askFolder(gone: string): Promise<string | null> {
  const question = `go on in another folder? [${process.cwd()}; a path; n] `;
  const answer = await ask(`the session's folder is gone: ${gone}\n${question}`);
  if (answer === null || /^no?$/i.test(answer)) return null;
  const folder = resolve(/^(?:y|yes)?$/i.test(answer) ? "." : answer);
  return isFolder(folder) ? folder : null;
}

export function gone(folder: string, { cwd }: ResumeOptions): SegueError {
  if (cwd !== undefined) {
    return new SegueError("failed", "there is no such folder to go on in", { where: folder });
  }
  return new SegueError("failed", "the session's folder is gone, so its agent cannot start there", {
    where: folder,
    hint: `name another with --cwd: the session's paths are rewritten for it`,
  });
}

/** Before anything is written for it. */
export function requireInstalled(agent: Agent, env: Env): void {
  const { name } = agent;
  const command = commandOf(agent, env);
  if (findCommand(command, env) !== null) return;
  throw new SegueError("failed", `${name} is not installed: there is no "${command}" on PATH`, {
    hint: "install it, or give --no-launch to write the session for later",
  });
}
