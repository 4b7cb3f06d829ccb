/**
 * First looks at a file: which agent it belongs to, and which part of it is in the model's view.
 */
import { agents } from "../../agents/registry.ts";
import { checkArchive } from "../../agents/shared/exports/files.ts";
import type { Agent } from "../../agents/types.ts";
import { HOW_TO_ASK, unsupportedStoreAt } from "../../agents/unsupported.ts";
import { SegueError } from "../../errors.ts";
import type { Input } from "../../io/input.ts";
import { isFrame } from "../../lossless/document.ts";
import { Feed, isPreface, Records, recordsIn } from "../../lossless/feed.ts";
import type { Line } from "../../lossless/lines.ts";
import { type Plan, Survey, type SurveyOptions } from "../../session/survey.ts";
import { headerAt } from "../read/folder.ts";

const DETECT_LINES = 64;

/** If another agent has this many times as many records, the file is that agent's. */
const CLEARLY = 4;

/**
 * The agent whose records the file contains, judged by many of its lines; or the named agent, which
 * is accepted for a file that matches no agent, but not for one that clearly belongs to another.
 */
export function detectAgent(lines: Iterable<Line>, where: string, named?: Agent): Agent {
  const votes = votesOf(lines);
  const [best] = [...votes].sort((a, b) => b[1] - a[1]);
  if (named) {
    if (best && (votes.get(named) ?? 0) * CLEARLY < best[1]) throw another(best[0], named, where);
    return named;
  }
  if (best) return best[0];
  throw unknownFile(where);
}

/** A file of an agent that Segue only knows by name is not taken for damage. */
function unknownFile(where: string): SegueError {
  checkArchive(where);
  const store = unsupportedStoreAt(where, process.env);
  if (store === null) {
    return new SegueError("unreadable", "this is not a session of an agent that Segue supports", {
      where,
      hint: "specify its agent with --from if you know it",
    });
  }
  const why = store.why === null ? "" : `: ${store.why}`;
  return new SegueError("unreadable", `Segue does not read the sessions of ${store.name}${why}`, {
    where,
    hint: `how to ask for it: ${HOW_TO_ASK}`,
  });
}

function another({ id, name }: Agent, named: Agent, where: string): SegueError {
  const what = `this looks like a session of ${name}, not of ${named.name}`;
  return new SegueError("usage", what, { where, hint: `omit --from, or use --from ${id}` });
}

/** How many records of each agent are in the first lines. */
function votesOf(lines: Iterable<Line>): Map<Agent, number> {
  const votes = new Map<Agent, number>();
  const records = new Records((record) => agents.some((agent) => agent.recognises(record)));
  let looked = 0;
  for (const line of lines) {
    const { values } = records.of(line);
    if (values.length === 0) continue;
    for (const agent of agents) {
      const own = values.filter((value) => agent.recognises(value)).length;
      if (own > 0) votes.set(agent, (votes.get(agent) ?? 0) + own);
    }
    if (++looked >= DETECT_LINES) break;
  }
  return votes;
}

/** For a session that cannot be continued. */
export function nothingIn(where: string): SegueError {
  return new SegueError("unreadable", "this session has no messages yet", { where });
}

export interface Surveyed {
  plan: Plan;
  lines: number;
  /** An embedded carry; null for none. */
  embedded: Buffer | null;
  /**
   * The number of entries in the first `oldLines` lines, and the entry that the first live one
   * after them follows.
   */
  oldEntries: number;
  forkFrom: number;
  /** How it was made to fit a size. */
  fitted?: Fitted;
}

/** See convert/survey/fit.ts. */
export interface Fitted {
  /** The tokens of the conversation in the target, with the handoff entry. */
  tokens: number;
  window: number;
  /**
   * The number of older turns that are replaced completely, and whether the beginning of the newest
   * one is replaced as well.
   */
  turns: number;
  midTurn: boolean;
}

/** The leading bytes of another file that this one continues. */
export interface BaseInput {
  input: Input;
  bytes: number;
}

export interface FileOptions extends SurveyOptions {
  bases?: readonly BaseInput[];
  /** Bases to their very end: what follows the place where they were left is a branch. */
  wholeBases?: boolean;
  /** The session's path, if it differs from the input's. */
  place?: string;
  /** Lines of an earlier conversion: what follows them is new. */
  oldLines?: number;
}

export function surveyFile(agent: Agent, input: Input, options: FileOptions = {}): Surveyed {
  const feed = new Feed(agent);
  const survey = new Survey();
  const pieces = new Map<number, { parts: number; data: string }>();
  let entries = 0;
  let lines = 0;
  let firstNew = -1;
  const take = (line: Line): boolean => {
    let own = true;
    for (const entry of feed.entries(line)) {
      survey.add(entry);
      entries++;
      if (entry.kind !== "event" || entry.event !== "carry") continue;
      pieces.set(entry.part, entry);
      own = false;
    }
    return own;
  };
  const read = (line: Line): void => {
    if (lines === options.oldLines) firstNew = entries;
    const isSaid = take(line) && !isFrame(line.value);
    const own = isSaid && !isPreface(agent, recordsIn(line));
    if (own) lines++;
  };
  for (const { input: base, bytes } of options.bases ?? []) {
    for (const line of base.lines({ end: bytes })) read(line);
    if (!options.wholeBases) continue;
    const { tip } = survey;
    for (const line of base.lines({ start: bytes })) read(line);
    survey.leaveAt(tip);
  }
  for (const line of input.lines()) read(line);
  if (lines === options.oldLines) firstNew = entries;
  const header = headerAt(agent, feed.reader, options.place ?? input.name);
  const plan = survey.finish(header, options);
  return {
    plan,
    lines,
    embedded: join(pieces),
    oldEntries: firstNew < 0 ? entries : firstNew,
    forkFrom: forkFrom(plan, firstNew),
  };
}

/**
 * The entry that the new turns follow. What was hidden at the end of the old ones was taken back, in an
 * agent without branches.
 */
function forkFrom(plan: Plan, firstNew: number): number {
  if (firstNew < 0) return plan.entries;
  for (let n = firstNew; n < plan.entries; n++) {
    if (plan.visibility(n) !== "live") continue;
    let at = plan.parent(n);
    while (at >= 0 && plan.visibility(at) === "hidden") at = plan.parent(at);
    return at;
  }
  return plan.entries;
}

function join(pieces: Map<number, { parts: number; data: string }>): Buffer | null {
  const parts = pieces.get(0)?.parts ?? 0;
  const data: Buffer[] = [];
  for (let i = 0; i < parts; i++) {
    const piece = pieces.get(i);
    if (!piece || piece.parts !== parts) return null;
    data.push(Buffer.from(piece.data, "base64"));
  }
  return parts === 0 ? null : Buffer.concat(data);
}
