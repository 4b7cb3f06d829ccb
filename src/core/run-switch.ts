/** Hands a session over to the agent that continues it. */

import { envOf } from "../agents/profile.ts";
import type { Agent } from "../agents/types.ts";
import type { Selected } from "../catalog/select.ts";
import type { Places } from "../catalog/stores.ts";
import type { ReasoningFate } from "../convert/project/project.ts";
import type { Report } from "../convert/report/report.ts";
import { Overtaken, SegueError } from "../errors.ts";
import { isFolder } from "../io/files.ts";
import { withScratch } from "../io/folders.ts";
import {
  commit,
  noteTitle,
  type Outcome,
  prepare,
  prepareStart,
  startCommand,
} from "./handover.ts";
import { adviceOn, destinationOf, noteDestination } from "./sending.ts";

export interface SwitchRequest {
  selected: Selected;
  target: Agent;
  places: Places;
  /** For the agent, in its own terms. */
  args: readonly string[];
  /** null: none. */
  prompt: string | null;
  isHeadless: boolean;
  /** The folder to work in, if the session's own is unknown or gone. */
  cwd: string;
  reasoning: ReasoningFate;
  /** Older turns are replaced so that it fits. */
  fit?: number | undefined;
  warn(text: string): void;
}

export interface Switched {
  command: string[];
  cwd: string;
  /** As written. */
  session: Selected;
  report: Report;
  note: string;
}

/** How often another process may be faster. */
const TRIES = 10;
/** How long the ended agent's own processes may take to let go of the session, in milliseconds. */
const RELEASE = 5000;
const PAUSE = 250;

/**
 * Writes the session to the target's store, as `segue resume` does: it is in the journal.
 * @throws SegueError
 */
export async function switchTo(request: SwitchRequest): Promise<Switched> {
  const until = Date.now() + RELEASE;
  for (let n = 1; ; n++) {
    try {
      return await withScratch((scratch) => switchOnce(request, scratch));
    } catch (error) {
      const isHeld = error instanceof SegueError && error.kind === "refused";
      if (error instanceof Overtaken ? n >= TRIES : !isHeld || Date.now() >= until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

async function switchOnce(request: SwitchRequest, scratch: string): Promise<Switched> {
  const { selected, target, places, reasoning, warn, fit } = request;
  const how = { scratch, reasoning, warn, ...(fit === undefined ? {} : { fit }) };
  const first = await prepare(selected, target, places, how);
  const folder = first.cwd !== null && isFolder(first.cwd) ? first.cwd : null;
  const outcome = folder === null ? await elsewhere(first, request, how) : first;
  const env = envOf(target, places.env);
  if (selected.agent !== target) {
    noteDestination(outcome.report, await destinationOf(target, request.args, places));
    const advice = adviceOn(outcome.report, target);
    if (advice) warn(advice.text);
  }
  const command = commandFor(request, outcome);
  outcome.report.target.command = command;
  const found = target.launch.hindrance?.(outcome);
  if (found) {
    outcome.discard();
    throw new SegueError("failed", `the session ${found.why}, so ${target.name} cannot open it`, {
      where: outcome.path,
      hint: found.how,
    });
  }
  commit(outcome);
  const why = await noteTitle(target, outcome, env);
  if (why !== null) warn(`cannot set the title in ${target.name}: ${why}`);
  prepareStart(target, outcome);
  const { id, path, report, note } = outcome;
  const session = { agent: target, id, path, name: path };
  return { command, cwd: folder ?? request.cwd, session, report, note };
}

async function elsewhere(
  first: Outcome,
  { selected, target, places, cwd }: SwitchRequest,
  how: { scratch: string; reasoning: ReasoningFate; warn(text: string): void },
): Promise<Outcome> {
  first.discard();
  return await prepare(selected, target, places, { ...how, cwd });
}

function commandFor(request: SwitchRequest, outcome: Outcome): string[] {
  const { target, places, args, prompt, isHeadless } = request;
  const { launch } = target;
  const { headless } = launch;
  if (!isHeadless || prompt === null) {
    const said = launch.resumesUnprompted || launch.endsAfterPrompt ? null : prompt;
    return startCommand(target, outcome, { prompt: said, args }, places.env);
  }
  if (!headless) {
    outcome.discard();
    throw new SegueError("failed", `${target.name} cannot continue a session without a screen`);
  }
  const { id, path } = outcome;
  const [program = ""] = startCommand(target, outcome, { prompt: null, args: [] }, places.env);
  return [program, ...headless.resumeArgs({ id, path, prompt, args })];
}
