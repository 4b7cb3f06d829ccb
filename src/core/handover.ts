/** Hands a session over: first prepares it, then writes it to the agent's store or discards it. */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { refuseUnwritable, unprovenNote } from "../agents/claim.ts";
import { installedVersion, programOf, startedBy } from "../agents/command.ts";
import { isSameAccount } from "../agents/profile.ts";
import type { Agent } from "../agents/types.ts";
import type { Selected } from "../catalog/select.ts";
import { type Places, placeOf, rootsOf } from "../catalog/stores.ts";
import type { ReasoningFate } from "../convert/project/project.ts";
import { withSiblings } from "../convert/store/beside.ts";
import { withSubagents } from "../convert/store/subagents.ts";
import { Transfer } from "../convert/store/transfer.ts";
import type { Outcome, TransferOptions } from "../convert/store/types.ts";
import type { Fit } from "../convert/survey/fit.ts";
import { fileError, SegueError } from "../errors.ts";
import { heedSignals } from "../io/interrupt.ts";
import type { Side } from "../io/journal.ts";
import { checkArguments } from "../io/program.ts";
import type { Env } from "../io/state.ts";
import { refuseFolder } from "./start.ts";

export type { Outcome } from "../convert/store/types.ts";

export interface HandoverOptions {
  /** Also send the messages before a compaction. */
  fullHistory?: boolean | undefined;
  /** The maximum number of tokens: a handoff entry replaces older turns. */
  fit?: number | undefined;
  /** Write a new session even if the original could be continued. */
  fork?: boolean | undefined;
  /** Write even if verification fails or the session is open in its agent. */
  force?: boolean | undefined;
  /** Nothing will be committed: neither a store nor Segue's own folder is touched. */
  dryRun?: boolean | undefined;
  /**
   * How reasoning is sent to another vendor's model: as quoted text (the default), or not at all.
   */
  reasoning?: ReasoningFate | undefined;
  /** Also hand over its subagents' sessions, if the agent can store them. */
  subagents?: boolean | undefined;
  /** The folder in which the session continues: paths are rewritten for it. */
  cwd?: string | undefined;
  /** A copy that Segue wrote of it, to which what is new may be added instead of writing another. */
  extend?: Side | undefined;
  /** Called with warnings. */
  warn?(text: string): void;
  /** Called with the progress of each pass over the source. */
  progress?(done: number, total: number): void;
}

/**
 * Reads and converts the session into `scratch`. No session in a store changes until `commit`.
 * @throws SegueError if the session cannot be read, is open in its agent, or the result does not
 * verify.
 */
export async function prepare(
  given: Selected,
  target: Agent,
  places: Places,
  options: HandoverOptions & { scratch: string },
): Promise<Outcome> {
  const { env } = places;
  const { fit, cwd, scratch } = options;
  refuseUnwritable(target);
  if (cwd !== undefined) refuseFolder(cwd);
  const roots = rootsOf(target, places);
  const isOther = given.agent.id === target.id && !isSameAccount(given.agent, target);
  // Two accounts may have the same store.
  const isShared = isOther && roots.some((root) => isBelow(given.path, root));
  const selected = isShared ? { ...given, agent: target } : given;
  const note = selected.agent.id === target.id ? null : unprovenNote(target);
  if (note !== null) options.warn?.(note);
  const root = targetRoot(selected, target, places);
  const copied = isOther && !isShared;
  const known = copied ? await placesIn(target, roots) : undefined;
  const bases = copied ? await relatedTo(selected, root, places) : [];
  const there = {
    agent: target,
    ...(known && { known, bases }),
    root,
    version: installedVersion(target, env),
    command: programOf(target, env),
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
    extend: options.extend,
  };
  const transfer = new Transfer(selected, there, how);
  const isOwn = selected.agent.id === target.id && fit === undefined;
  const session = isOwn ? transfer.native() : await transfer.prepare();
  // In their own agent, they already exist.
  const outcome =
    options.subagents && selected.agent.id !== target.id
      ? await withSubagents(session, selected, there, { ...how, along: transfer.along(session) })
      : session;
  await heedSignals();
  return outcome;
}

function isBelow(path: string, root: string): boolean {
  return [join(root, "/"), `${root}#`].some((beginning) => path.startsWith(beginning));
}

/**
 * What a session of another account continues, and the transcripts of its subagents, with their places
 * below `root`.
 */
async function relatedTo(
  { agent, path }: Selected,
  root: string,
  places: Places,
): Promise<{ from: string; to: string }[]> {
  const roots = rootsOf(agent, places);
  const bases = (await agent.store.bases?.(path, roots)) ?? [];
  const children = (await agent.store.children?.(path)) ?? [];
  // Those that are rows of a database are not files.
  const transcripts = children.filter((child) => existsSync(child)).flatMap(withSiblings);
  const files = [...bases.map((base) => base.path), ...transcripts];
  return files.flatMap((from) => {
    const own = roots.find((one) => isBelow(from, one));
    return own === undefined ? [] : [{ from, to: join(root, relative(own, from)) }];
  });
}

/** Where each session is, by its id. */
async function placesIn(agent: Agent, roots: readonly string[]): Promise<Map<string, string>> {
  const found = await Promise.all(roots.map((root) => agent.store.find(root)));
  return new Map(found.flat().map((one) => [one.id, placeOf(one, agent)]));
}

function targetRoot({ agent, path }: Selected, target: Agent, places: Places): string {
  const roots = rootsOf(target, places);
  const own = isSameAccount(agent, target) && target.launch.opensPaths;
  const itsOwn = roots.find((root) => own && path.startsWith(join(root, "/")));
  const root = itsOwn ?? roots.find((folder) => existsSync(folder)) ?? roots[0];
  if (root === undefined) throw new SegueError("failed", `${target.name} has no store here`);
  return root;
}

/**
 * Makes the prepared changes take effect, completely or not at all.
 * @throws SegueError `Overtaken` if another process was faster.
 */
export function commit(outcome: Outcome): void {
  try {
    outcome.commit();
  } catch (error) {
    outcome.discard();
    throw error;
  }
}

/**
 * The command that starts the agent with the session. `args`: arguments for the agent, in its own
 * terms.
 * @throws SegueError if the agent cannot be started on a session like this
 */
export function startCommand(
  target: Agent,
  outcome: Outcome,
  { prompt, args }: { prompt: string | null; args: readonly string[] },
  env: Env,
): string[] {
  const { id, path } = outcome;
  try {
    return [startedBy(target, env), ...target.launch.resumeArgs({ id, path, prompt, args })];
  } catch (error) {
    outcome.discard();
    throw error;
  }
}

/**
 * Does what the agent needs to open this session.
 * @throws SegueError if the session no longer exists
 */
export function prepareStart({ launch }: Agent, { id, path }: Outcome): void {
  try {
    launch.prepare?.({ id, path });
  } catch (error) {
    throw fileError(error, path, "make it the session that is opened next");
  }
}

/**
 * Refuses a command that could not be started, before anything is written.
 * @throws SegueError `failed`
 */
export function refuseTooLong(command: readonly string[], outcome: Outcome, env: Env): void {
  try {
    checkArguments(command, env);
  } catch (error) {
    outcome.discard();
    throw error;
  }
}

/**
 * Asks the agent to record the title, if it stores titles outside its sessions. This can fail
 * without failing the handover: the session itself is written. Returns the reason; null on success.
 */
export async function noteTitle(
  target: Agent,
  { id, title }: Outcome,
  env: Env,
): Promise<string | null> {
  const command = programOf(target, env);
  if (title === null || command === null || !target.launch.setTitle) return null;
  try {
    await target.launch.setTitle({ command, id, title, env });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Loads the token counter, which takes half a second, so only when it is needed. `agent`: the
 * session's own.
 */
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
