/** Hands over the separate sessions of a session's subagents with it to the target's store. */
import { mkdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { SegueError } from "../../errors.ts";
import { childrenOf } from "../read/bases.ts";
import { isThere, openSession } from "../read/open.ts";
import { readHeader } from "../read/session.ts";
import { recounted } from "../report/losses.ts";
import { Transfer } from "./transfer.ts";
import type { Along, Outcome, Source, Target, TransferOptions } from "./types.ts";

type Options = TransferOptions & { along: Along };

/** A subagent's session that is ready to be written, and those of its own subagents. */
interface Prepared {
  outcomes: Outcome[];
  /** Subagents that the target cannot store. */
  left: number;
}

/** The session, with all subagents that the target can store. */
export async function withSubagents(
  outcome: Outcome,
  source: Omit<Source, "id">,
  target: Target,
  options: Options,
): Promise<Outcome> {
  const { outcomes, left } = await orDiscard(outcome, () => prepareAll(source, target, options));
  const { report } = outcome;
  return {
    ...outcome,
    report: {
      ...report,
      losses: recounted(report.losses, "subagent-elsewhere", left),
      subagents: outcomes.map((one) => one.report),
    },
    note: [outcome.note, ...said(outcomes.length, left, target)].join("\n"),
    commit: () => {
      outcome.commit();
      for (const one of outcomes) {
        one.commit();
        makeOlder(one, outcome);
      }
    },
    discard: () => {
      // The session's folders may be new, and are removed if they are empty.
      for (const one of outcomes.toReversed()) one.discard();
      outcome.discard();
    },
  };
}

/**
 * It may have been stored below another session before: the one that this one was handed over as
 * before it continued, or the original that it no longer returns to.
 */
function hangsOn({ path, report }: Outcome, { agent }: Target, options: Options): boolean {
  const { along, scratch } = options;
  if (report.how === "converted") return true;
  // If this session returns, the subagent's own session already exists.
  if (report.how === "restored") return isThere(along.path);
  const input = openSession(path, { scratch });
  try {
    return readHeader(agent, input, []).parent === along.parent;
  } finally {
    input.close();
  }
}

/**
 * Lists are sorted by time: the session is newer than its subagents', as its agent would have left
 * it.
 */
function makeOlder({ path, report }: Outcome, session: Outcome): void {
  const isWritten = report.how === "converted" || report.added > 0;
  const [own, other] = [path, session.path].map((at) => statSync(at, { throwIfNoEntry: false }));
  if (!isWritten || !own || !other || own.mtimeMs < other.mtimeMs) return;
  utimesSync(path, own.atime, new Date(other.mtimeMs - 1));
}

async function orDiscard<T>(outcome: Outcome, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    outcome.discard();
    throw error;
  }
}

function said(along: number, left: number, { agent }: Target): string[] {
  return [
    ...(along > 0 ? [`subagents handed over as well: ${along}`] : []),
    ...(left > 0 ? [`subagents not handed over: ${left} (${agent.name})`] : []),
  ];
}

async function prepareAll(
  { agent, path }: Omit<Source, "id">,
  target: Target,
  options: Options,
): Promise<Prepared> {
  const all: Prepared = { outcomes: [], left: 0 };
  for (const [n, child] of (await childrenOf(agent, path)).entries()) {
    const scratch = join(options.scratch, `subagent-${n}`);
    mkdirSync(scratch, { recursive: true });
    const { outcomes, left } = await prepareOne({ agent, path: child }, target, {
      ...options,
      scratch,
    });
    all.outcomes.push(...outcomes);
    all.left += left;
  }
  return all;
}

async function prepareOne(
  source: Omit<Source, "id">,
  target: Target,
  options: Options,
): Promise<Prepared> {
  // Its contents are not sent, so it need not fit any size.
  const transfer = new Transfer({ ...source, id: "" }, target, { ...options, fit: null });
  let outcome: Outcome;
  try {
    outcome = await transfer.prepare();
    if (!hangsOn(outcome, target, options)) {
      outcome.discard();
      const anew = { ...options, fit: null, fork: true };
      outcome = await new Transfer({ ...source, id: "" }, target, anew).prepare();
    }
  } catch (error) {
    if (!(error instanceof SegueError)) throw error;
    options.warn(`a subagent is not handed over: ${error.message} (${source.path})`);
    return { outcomes: [], left: 1 };
  }
  // Some agents store a subagent's own subagents with the session.
  const along = target.agent.store.childId ? options.along : transfer.along(outcome);
  const own = await prepareAll(source, target, { ...options, along });
  return { outcomes: [outcome, ...own.outcomes], left: own.left };
}
