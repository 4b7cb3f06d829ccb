/**
 * How a document reaches the receiving agent: as a file that the first message of a new session
 * refers to. So it may have any size and any contents: it is never an argument, and no shell sees
 * it.
 */
import { join } from "node:path";
import { startedBy } from "../agents/command.ts";
import type { Agent, Attach } from "../agents/types.ts";
import { wordsOf } from "../errors.ts";
import { documentName, ownPlace, type Place, projectPlace, writeDocument } from "../io/handoff.ts";
import { checkArguments } from "../io/program.ts";
import type { Env } from "../io/state.ts";
import { firstPrompt, fits, type Task } from "./prompt.ts";

export interface Request extends Task {
  target: Agent;
  /** The session that the document describes. */
  session: { agent: Pick<Agent, "id" | "name">; id: string };
  markdown: string;
  /** The user's own arguments for the target. */
  args?: readonly string[];
  /** Nothing is written; only the result is returned. */
  dryRun?: boolean;
}

export interface Delivery {
  /** The document. */
  file: string;
  /** The command that starts the target, in the project's folder. */
  command: string[];
  /** What the user must type first, if the CLI takes no first message; else null. */
  toSay: string | null;
  /** What the user should know about it; null for nothing. */
  note: string | null;
}

/**
 * Writes the document where the target reads it without asking, or else to Segue's own folder.
 * `cwd`: the folder in which the target will be started.
 * @throws SegueError if the command would be too long, or the file cannot be written.
 */
export function deliver(request: Request, cwd: string, env: Env): Delivery {
  const { target, session, markdown } = request;
  const name = documentName(session.agent.id, session.id);
  const put = (place: Place): Delivery => {
    const file = join(place.folder, name);
    const opened = opening(request, file, process.platform);
    const command = [startedBy(target, env), ...opened.args];
    // Checked before anything is written.
    checkArguments(command, env);
    if (!request.dryRun) writeDocument(place, name, markdown);
    return { file, command, toSay: opened.toSay, note: null };
  };
  const wanted = placeFor(request, cwd, env);
  if (wanted === null) return put(ownPlace(env));
  try {
    return put(wanted);
  } catch (error) {
    const delivery = put(ownPlace(env));
    const why = `cannot use ${wanted.folder}: ${wordsOf(error)}`;
    return {
      ...delivery,
      note: `${why}; ${target.name} may ask before it reads the document elsewhere`,
    };
  }
}

/** null for Segue's own folder. */
function placeFor({ target, markdown }: Request, cwd: string, env: Env): Place | null {
  const { place, attach } = target.launch.start ?? {};
  if (place === undefined || (attach?.anywhere && fits(markdown, attach.most))) return null;
  return place === "project" ? projectPlace(cwd) : { ...place(cwd, env), inProject: false };
}

export interface Opening {
  args: string[];
  /** See `Delivery`. */
  toSay: string | null;
}

/** The arguments that open the target with a document at `path`. */
export function opening(request: Request, path: string, platform: NodeJS.Platform): Opening {
  const { target, session, markdown, args = [], instead, go } = request;
  const { start } = target.launch;
  const attached = start?.attach ? attach(start.attach, markdown, path, platform) : null;
  const prompt = firstPrompt({
    from: session.agent.name,
    file: attached?.words ?? path,
    attached: attached !== null,
    ...(instead === undefined ? {} : { instead }),
    ...(go === undefined ? {} : { go }),
  });
  if (!start) return { args: [...args], toSay: prompt };
  return { args: start.args({ prompt, file: attached?.argument ?? null, args }), toSay: null };
}

/** Words in the prompt, or an argument; null if the document would not be included completely. */
function attach(
  { mention, most }: Attach,
  markdown: string,
  path: string,
  platform: NodeJS.Platform,
): { words: string; argument: string | null } | null {
  if (!fits(markdown, most)) return null;
  if (!mention) return { words: path, argument: path };
  const words = mention(path, platform);
  return words === null ? null : { words, argument: null };
}
