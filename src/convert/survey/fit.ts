/**
 * Cuts a session to a size: the newest turns stay, and one entry, a handoff, replaces the earlier
 * ones. The replaced turns are in the carry, like everything that is not sent.
 *
 * Counting tokens takes a second for one to four MB of text, so only the end is counted, turn by
 * turn backwards until the size is reached. A first pass over the file finds how far back that can
 * go: as many characters as the limit would take at `SPARSE` per token; older text is assumed not
 * to fit. A second pass holds the text from there on, and nothing holds more.
 */
import type { Agent } from "../../agents/types.ts";
import { SegueError } from "../../errors.ts";
import type { Input } from "../../io/input.ts";
import { keepSmallest } from "../../io/memory.ts";
import { printed } from "../../session/json.ts";
import { isShown } from "../../session/render.ts";
import type { Numbered, Replaced } from "../../session/replaced.ts";
import { asSeen, type Plan } from "../../session/survey.ts";
import { isBreak } from "../../session/text.ts";
import type { Entry, Part } from "../../session/types.ts";
import { Projector } from "../project/project.ts";
import { entriesOf } from "../read/session.ts";
import { LossReport } from "../report/losses.ts";
import type { BaseInput, Surveyed } from "./survey-file.ts";

export interface Fit {
  /** The user's number, for the report. */
  window: number;
  /** The maximum size of the conversation, in tokens as `count` counts them. */
  limit: number;
  count(text: string): number;
  /** The text of the handoff entry, within its budget. */
  write(replaced: Replaced): string;
}

interface Source {
  agent: Agent;
  input: Input;
  bases?: readonly BaseInput[];
}

/** About the most that vendors charge for an image of a size that they do not scale down. */
const IMAGE_TOKENS = 1600;
/** What a message, a call or a result costs in addition to its text. */
const FRAME_TOKENS = 4;
/** Prose and code have three to five characters per token, runs of spaces up to a hundred. */
const SPARSE = 16;
/** From this size on, there is too little memory for the tokenizer's table and for V8. */
const BIG = 32e6;
/**
 * The handoff entry's share: a quarter of the limit, within these bounds, but at most half of it.
 */
const SHARE = { least: 800, most: 8000 };

/** Does the unchanged session fit into the target? */
export function fits(source: Source, target: Agent, { plan }: Surveyed, fit: Fit): boolean {
  return readTail(source, target, plan, fit).whole(fit) !== null;
}

/**
 * The survey with the replaced entries marked, and the handoff entry in their place.
 * @throws SegueError if not even the newest message fits.
 */
export function fitted(source: Source, target: Agent, survey: Surveyed, fit: Fit): Surveyed {
  const { plan } = survey;
  const { window } = fit;
  if (source.input.size >= BIG) keepSmallest();
  const tail = readTail(source, target, plan, fit);
  const all = tail.whole(fit);
  if (all !== null) {
    return { ...survey, fitted: { tokens: all, window, turns: 0, midTurn: false } };
  }
  const share = shareOf(fit);
  const cut = tail.cut(fit, fit.limit - share);
  if (cut === null) throw tooLarge(tail.newest(fit), fit);
  const { from, turns, midTurn } = cut;
  const budget = share - FRAME_TOKENS;
  const entries = entriesBefore(source, plan, from);
  const text = fit.write({ header: plan.header, entries, midTurn, budget });
  const tokens = fit.count(text);
  if (tokens > budget) {
    throw new SegueError("failed", `the handoff entry has ${tokens} tokens instead of ${budget}`);
  }
  return {
    ...survey,
    plan: replacing(plan, from, text),
    fitted: { tokens: cut.tokens + tokens + FRAME_TOKENS, window, turns, midTurn },
  };
}

function shareOf({ limit }: Fit): number {
  const least = Math.min(SHARE.least, Math.floor(limit / 2));
  return Math.min(SHARE.most, Math.max(least, Math.floor(limit / 4)));
}

function replacing(plan: Plan, from: number, handoff: string): Plan {
  return {
    ...plan,
    visibility: (n) => {
      const seen = plan.visibility(n);
      return seen === "live" && n < from ? "replaced" : seen;
    },
    compaction: null,
    handoff,
  };
}

function tooLarge(newest: number, { window, limit }: Fit): SegueError {
  const share = Math.max(Math.min(newest, SHARE.least), Math.min(newest / 3, SHARE.most));
  const room = newest + share;
  const least = Math.ceil((room * window) / limit / 1000);
  return new SegueError("usage", `the newest message alone has about ${newest} tokens`, {
    where: `--fit ${window}`,
    hint: `it fits with --fit ${least}k`,
  });
}

/** Includes the compaction in force, although it keeps earlier messages that stay. */
function entriesBefore(source: Source, plan: Plan, end: number): Iterable<Numbered> {
  const { agent, input, bases = [] } = source;
  const compaction = plan.compaction?.n ?? -1;
  return {
    *[Symbol.iterator]() {
      let n = -1;
      let number = 0;
      for (const read of entriesOf(agent, input, bases)) {
        if (++n >= end && n > compaction) return;
        const entry = asSeen(plan, read, n);
        if (!isShown(entry)) continue;
        number++;
        const isReplaced = n < end && plan.visibility(n) === "live";
        if (isReplaced || n === compaction) yield { entry, number };
      }
    },
  };
}

/** The newest part of the conversation, as the target would get it. */
function readTail(source: Source, target: Agent, plan: Plan, { limit }: Fit): Tail {
  const sizes = new Sizes();
  tell(source, target, plan, sizes);
  const tail = new Tail(sizes.before(limit * SPARSE));
  tell(source, target, plan, tail);
  return tail;
}

/** Receives the pieces of a conversation. */
interface Listener {
  /** What is sent before everything else. */
  ahead(entries: readonly Entry[]): void;
  /** A piece begins with this entry of the source. */
  begin(from: number, isRequest: boolean): void;
  /** An entry of the source that is in the newest piece. */
  see(entry: Entry): void;
  /** What is sent for the newest piece. */
  add(entries: readonly Entry[]): void;
}

function tell(source: Source, target: Agent, plan: Plan, listener: Listener): void {
  const { agent, input, bases = [] } = source;
  const options = { inline: false, own: agent.id === target.id };
  const projector = new Projector(target, new LossReport(), options);
  if (plan.compaction) {
    const { n, keepFrom: _, ...compaction } = plan.compaction;
    const place = { kind: "event", id: `compaction-${n}`, parentId: null, time: null } as const;
    listener.ahead(projector.compaction({ ...place, ...compaction }));
  }
  let n = -1;
  for (const read of entriesOf(agent, input, bases)) {
    if (plan.visibility(++n) !== "live") continue;
    const entry = asSeen(plan, read, n);
    const { pending, holding } = projector;
    const { before, now } = projector.push(entry, "live", 0);
    listener.add(before);
    // What is inserted after a result belongs to it.
    if (holding) listener.see(entry);
    if (holding) continue;
    if (now.length > 0) listener.begin(n, isRequest(entry));
    else if (projector.pending && (!pending || before.length > 0)) listener.begin(n, false);
    listener.see(entry);
    listener.add(now);
  }
  listener.add(projector.flush());
}

/** Does a turn begin with it? */
function isRequest(entry: Entry): boolean {
  if (entry.kind !== "message" || entry.role !== "user") return false;
  return entry.parts.some((part) => part.kind !== "text" || !isBreak(part.text));
}

/** A message of the target with its results, or a message of the user. */
interface Piece {
  /** Number of its first entry in the source. */
  from: number;
  isRequest: boolean;
  /** false if a result in or after it belongs to an earlier call. */
  mayStart: boolean;
  weight: Weight;
}

interface Cut {
  from: number;
  tokens: number;
  turns: number;
  midTurn: boolean;
}

/** How many characters each piece has. */
class Sizes implements Listener {
  readonly #chars: number[] = [];

  ahead(): void {}

  begin(): void {
    this.#chars.push(0);
  }

  see(): void {}

  add(entries: readonly Entry[]): void {
    const at = this.#chars.length - 1;
    const weight = new Weight();
    for (const entry of entries) weight.add(entry);
    if (at >= 0) this.#chars[at] = (this.#chars[at] ?? 0) + weight.chars;
  }

  /** The number of pieces before those that have at least `chars` characters. */
  before(chars: number): number {
    let at = this.#chars.length;
    for (let sum = 0; at > 0 && sum < chars; sum += this.#chars[at] ?? 0) at--;
    return at;
  }
}

/** The pieces except for the first `gone` ones. */
class Tail implements Listener {
  readonly #gone: number;
  readonly #ahead = new Weight();
  readonly #pieces: Piece[] = [];
  /** The number of pieces so far, and the requests among those that are gone. */
  #told = 0;
  #goneRequests = 0;
  /** Number of the piece with a call that has no result yet. */
  readonly #calls = new Map<string, number>();

  constructor(gone: number) {
    this.#gone = gone;
  }

  ahead(entries: readonly Entry[]): void {
    for (const entry of entries) this.#ahead.add(entry);
  }

  begin(from: number, isRequest: boolean): void {
    this.#told++;
    if (this.#told > this.#gone) {
      this.#pieces.push({ from, isRequest, mayStart: true, weight: new Weight() });
    } else this.#goneRequests += Number(isRequest);
  }

  add(entries: readonly Entry[]): void {
    const piece = this.#pieces.at(-1);
    if (piece) for (const entry of entries) piece.weight.add(entry);
  }

  /** Never cut between a call and its result, even if they are sent separately. */
  see(entry: Entry): void {
    if (entry.kind !== "message") return;
    const now = this.#told - 1;
    for (const part of entry.parts) {
      if (part.kind === "tool-call") this.#calls.set(part.callId, now);
      if (part.kind !== "tool-result") continue;
      const call = this.#calls.get(part.callId) ?? now;
      this.#calls.delete(part.callId);
      for (const piece of this.#pieces.slice(Math.max(0, call + 1 - this.#gone))) {
        piece.mayStart = false;
      }
    }
  }

  /** The tokens of everything; null if that is more than the limit. */
  whole({ limit, count }: Fit): number | null {
    if (this.#gone > 0) return null;
    let tokens = this.#ahead.tokens(count);
    for (const { weight } of this.#pieces.toReversed()) {
      if (tokens > limit) return null;
      tokens += weight.tokens(count);
    }
    return tokens > limit ? null : tokens;
  }

  /**
   * The longest end within `room` tokens that begins with a request; else the longest at any
   * possible cut.
   */
  cut({ count }: Fit, room: number): Cut | null {
    let tokens = 0;
    let found: { at: number; tokens: number } | null = null;
    for (let at = this.#pieces.length - 1; at >= 0; at--) {
      const piece = this.#pieces[at];
      tokens += piece?.weight.tokens(count) ?? 0;
      if (tokens > room) break;
      if (!piece?.mayStart) continue;
      const isTurn = found !== null && this.#isRequest(found.at);
      if (piece.isRequest || !isTurn) found = { at, tokens };
    }
    return found && this.#cutAt(found.at, found.tokens);
  }

  #isRequest(at: number): boolean {
    return this.#pieces[at]?.isRequest ?? false;
  }

  #cutAt(at: number, tokens: number): Cut {
    const requests = this.#pieces.slice(0, at).filter(({ isRequest }) => isRequest).length;
    const before = this.#goneRequests + requests;
    const midTurn = !this.#isRequest(at) && before > 0;
    const from = this.#pieces[at]?.from ?? 0;
    return { from, tokens, turns: before - Number(midTurn), midTurn };
  }

  /** The tokens of the shortest possible end. */
  newest({ count }: Fit): number {
    const at = this.#pieces.findLastIndex(({ mayStart }) => mayStart);
    return this.#pieces.slice(at).reduce((sum, { weight }) => sum + weight.tokens(count), 0);
  }
}

/** The cost of a piece: its texts, counted once on request, and everything else. */
class Weight {
  readonly #texts: string[] = [];
  #fixed = 0;
  #counted: number | null = null;
  chars = 0;

  add(entry: Entry): void {
    this.#fixed += FRAME_TOKENS;
    if (entry.kind === "message") for (const part of entry.parts) this.#part(part);
    else if (entry.event === "compaction") this.#text(entry.summary);
  }

  #part(part: Part): void {
    switch (part.kind) {
      case "text":
        this.#text(part.text);
        break;
      case "reasoning":
        this.#text(part.text);
        // Its full length, as only its vendor knows its contents.
        this.#fixed += Math.ceil(part.seal === undefined ? 0 : printed(part.seal).length / 4);
        break;
      case "image":
        this.#fixed += IMAGE_TOKENS;
        break;
      case "file":
        this.#fixed += Math.ceil((part.data ?? part.url ?? "").length / 4);
        this.#text(part.text ?? "");
        break;
      case "other":
        this.#text(part.text);
        break;
      case "unread":
        break;
      case "tool-call":
        this.#fixed += FRAME_TOKENS;
        this.#text(part.name);
        this.#text(printed(part.input));
        break;
      case "tool-result":
        this.#fixed += FRAME_TOKENS;
        for (const item of part.content) this.#part(item);
        break;
    }
  }

  #text(text: string): void {
    this.#texts.push(text);
    this.chars += text.length;
  }

  tokens(count: Fit["count"]): number {
    this.#counted ??= this.#texts.reduce((sum, text) => sum + count(text), this.#fixed);
    return this.#counted;
  }
}
