/** What all ways of starting an agent share. */
import { resolve } from "node:path";
import type { ReasoningFate } from "../core/convert.ts";
import { isFolder } from "../core/find.ts";
import type { Agent } from "../core/names.ts";
import { folderAt, noFolder, translated } from "../core/start.ts";
import { SegueError } from "../errors.ts";
import { shellWord } from "../session/text.ts";
import type { DocumentOptions } from "./handoff.ts";
import { expanded } from "./options.ts";
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
  subagents?: boolean;
  fork?: boolean;
  force?: boolean;
  json?: boolean;
}

/** A command as the user can run it: with a profile's variables. */
export function commandLine({ profile }: Agent, command: readonly string[]): string {
  const variables = Object.entries(profile?.env ?? {});
  return [
    ...variables.map(([name, value]) => `${name}=${shellWord(value)}`),
    ...command.map(shellWord),
  ].join(" ");
}

export function launches({ dryRun = false, launch }: ResumeOptions): boolean {
  return launch && !dryRun;
}

/** The source agent's flags, translated to the target's. */
export function forwarded(
  given: readonly string[],
  source: Agent,
  target: Agent,
  { force = false }: ResumeOptions,
): string[] {
  const { args, notes } = translated(given, source, target, { force });
  for (const note of notes) say(note);
  return args;
}

/** Where a session continues. */
export interface Place {
  /** Its own folder, or the requested one; null if it is unknown. */
  wanted: string | null;
  /** The session's path, for messages. */
  session: string;
}

/** The folder in which it continues; null if it does not exist, or is unknown. */
export function folderHere({ wanted }: Place, options: ResumeOptions): string | null {
  const found = wanted === null ? null : folderAt(wanted);
  if (found !== null) return found;
  if (options.dryRun) {
    say(wanted === null ? `${UNKNOWN}: specify it with --cwd` : `${GONE}: ${wanted}`);
    return wanted ?? process.cwd();
  }
  // For example, for another machine: a user who names a folder that does not exist here knows
  // that.
  return !options.launch && options.cwd !== undefined ? resolve(options.cwd) : null;
}

const GONE = "the session's folder no longer exists";
const UNKNOWN = "cannot tell which folder this session belongs to";

/** Another folder, which the user names. @throws SegueError if the user cannot be asked. */
export async function elsewhere(place: Place, options: ResumeOptions): Promise<string> {
  const other = options.cwd === undefined ? await askFolder(place.wanted) : null;
  if (other !== null) return other;
  throw place.wanted === null ? noFolder(place.session) : gone(place.wanted, options);
}

/** null if the user cannot be asked, or if the answer is not a folder. */
async function askFolder(wanted: string | null): Promise<string | null> {
  const question = `continue in another folder? [${process.cwd()}; a path; n] `;
  const answer = await ask(`${wanted === null ? UNKNOWN : `${GONE}: ${wanted}`}\n${question}`);
  if (answer === null || /^no?$/i.test(answer)) return null;
  const folder = resolve(/^(?:y|yes)?$/i.test(answer) ? "." : expanded(answer));
  return isFolder(folder) ? folder : null;
}

function gone(folder: string, { cwd, launch }: ResumeOptions): SegueError {
  if (cwd !== undefined) {
    return new SegueError("failed", "there is no such folder", { where: folder });
  }
  const other = "specify another one with --cwd: the session's paths are rewritten for it";
  return new SegueError("failed", `${GONE}, so its agent cannot start there`, {
    where: folder,
    hint: launch ? other : `${other}; or specify the same one to write the session anyway`,
  });
}
