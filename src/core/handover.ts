/** Handing a session over: prepared first, then written into the agent's store or discarded. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { commandOf, installedVersion } from "../agents/command.ts";
import type { Agent } from "../agents/types.ts";
import type { Selected } from "../catalog/select.ts";
import { type Places, rootsOf } from "../catalog/stores.ts";
import type { ReasoningFate } from "../convert/project/project.ts";
import { withSubagents } from "../convert/store/subagents.ts";
import { Transfer } from "../convert/store/transfer.ts";
import type { Outcome, TransferOptions } from "../convert/store/types.ts";
import type { Fit } from "../convert/survey/fit.ts";
import { fileError, SegueError } from "../errors.ts";
import { heedSignals } from "../io/interrupt.ts";
import { findCommand } from "../io/launch.ts";
import { checkArguments } from "../io/program.ts";
import type { Env } from "../io/state.ts";

export type { Outcome } from "../convert/store/types.ts";

export interface HandoverOptions {
  /** Send what came before a compaction as well. */
  fullHistory?: boolean | undefined;
  /** So many tokens at most: a handoff entry stands for older turns. */
  fit?: number | undefined;
  /** Write a new session even where the original could be continued. */
  fork?: boolean | undefined;
  /** Write what does not verify, and to a session that is open in its agent. */
  force?: boolean | undefined;
  /** Nothing will be committed: no store and no folder of Segue's is touched. */
  dryRun?: boolean | undefined;
  /** What another vendor's model is sent of reasoning: as quoted text (the default), or not at all. */
  reasoning?: ReasoningFate | undefined;
  /** Its subagents' sessions come along, where the agent has a place for them. */
  subagents?: boolean | undefined;
  /** The folder that it goes on in: paths are rewritten for it. */
  cwd?: string | undefined;
  /** Is told what is worth knowing but stops nothing. */
  warn?(text: string): void;
  /** Is told how far each pass over the source has come. */
  progress?(done: number, total: number): void;
}

/**
 * Reads and converts the session into `scratch`. No session in a store has changed until `commit`.
 * @throws SegueError when it cannot be read, is open in its agent, or what it gives does not verify.
 */
export async function prepare(
  selected: Selected,
  target: Agent,
  places: Places,
  options: HandoverOptions & { scratch: string },
): Promise<Outcome> {
  const { env } = places;
  const { fit, cwd, scratch } = options;
  const there = {
    agent: target,
    root: targetRoot(selected, target, places),
    version: installedVersion(target, env),
    command: findCommand(commandOf(target, env), env),
  };
  const how: TransferOptions = {
    env,
    scratch,
    fullHistory: options.fullHistory ?? false,
    fit: fit === undefined ? null : await fitTo(fit, selected.agent),
    fork: options.fork ?? false,
    force: options.force ?? false,
    dryRun: options.dryRun ?? false,
    reasoning: options.reasoning ?? "text",
    warn: (text) => options.warn?.(text),
    progress: (done, total) => options.progress?.(done, total),
    ...(cwd === undefined ? {} : { cwd: resolve(cwd) }),
  };
  const transfer = new Transfer(selected, there, how);
  const isOwn = selected.agent === target && fit === undefined;
  const session = isOwn ? transfer.native() : await transfer.prepare();
  // In its own agent they are there.
  const outcome =
    options.subagents && selected.agent !== target
      ? await withSubagents(session, selected, there, { ...how, along: transfer.along(session) })
      : session;
  await heedSignals();
  return outcome;
}

function targetRoot({ agent, path }: Selected, target: Agent, places: Places): string {
  const roots = rootsOf(target, places);
  const own = agent === target && target.launch.opensPaths;
  const itsOwn = roots.find((root) => own && path.startsWith(join(root, "/")));
  const root = itsOwn ?? roots.find((folder) => existsSync(folder)) ?? roots[0];
  if (root === undefined) throw new SegueError("failed", `${target.name} has no store here`);
  return root;
}

/** What is prepared takes effect, whole or not at all. @throws SegueError `Overtaken` when another process was quicker. */
export function commit(outcome: Outcome): void {
  try {
    outcome.commit();
  } catch (error) {
    outcome.discard();
    throw error;
  }
}

/**
 * What starts the agent with the session. `args`: for it, in its own terms.
 * @throws SegueError where it cannot be started on a session so.
 */
export function startCommand(
  target: Agent,
  outcome: Outcome,
  { prompt, args }: { prompt: string | null; args: readonly string[] },
  env: Env,
): string[] {
  const { id, path } = outcome;
  try {
    return [commandOf(target, env), ...target.launch.resumeArgs({ id, path, prompt, args })];
  } catch (error) {
    outcome.discard();
    throw error;
  }
}

/** What the agent needs so that it opens this session. @throws SegueError when the session is gone. */
export function prepareStart({ launch }: Agent, { id, path }: Outcome): void {
  try {
    launch.prepare?.({ id, path });
  } catch (error) {
    throw fileError(error, path, "make it the session that is opened next");
  }
}

/** Before anything is written: what could not be started then. @throws SegueError `failed` */
export function refuseTooLong(command: readonly string[], outcome: Outcome, env: Env): void {
  try {
    checkArguments(command, env);
  } catch (error) {
    outcome.discard();
    throw error;
  }
}

/**
 * Has the agent note the title, where it keeps titles outside its sessions. One that cannot be noted is a
 * pity, not a failure: the session itself is written. Gives why not; null when all is well.
 */
export async function noteTitle(
  target: Agent,
  { id, title }: Outcome,
  env: Env,
): Promise<string | null> {
  const command = findCommand(commandOf(target, env), env);
  if (title === null || command === null || !target.launch.setTitle) return null;
  try {
    await target.launch.setTitle({ command, id, title, env });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Loads what counts tokens: half a second, so only where it is asked for. `agent`: the session's own. */
export async function fitTo(window: number, agent: Agent): Promise<Fit> {
  const { spendable, tokenCounter } = await import("../handoff/tokens.ts");
  const { writeFitEntry } = await import("../handoff/fit.ts");
  const count = await tokenCounter();
  return {
    window,
    limit: spendable(window),
    count,
    write: (replaced) => writeFitEntry(replaced, agent, count),
  };
}
