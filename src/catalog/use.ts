/** The tokens that a session has used, answer by answer. */
import { createHash } from "node:crypto";
import type { Usage } from "../session/types.ts";
import { isIn, type Span } from "./foreign.ts";

/** Milliseconds: the catalog rounds the times of answers down to steps of this length. */
export const STEP = 15 * 60_000;
/** Uses that are older than this are not kept. */
export const KEPT = 8 * 864e5;

/** Requests are told apart by how many tokens they have: some models cost more above one of these. */
export const LENGTHS = [32_000, 100_000, 128_000, 200_000, 256_000, 272_000, 512_000] as const;

/** How long a request is at least: just above one of the lengths, or 0. */
export function lengthOf({ input, cacheRead, cacheWrite }: Usage): number {
  const prompt = input + cacheRead + cacheWrite;
  const above = LENGTHS.findLast((length) => prompt > length);
  return above === undefined ? 0 : above + 1;
}

/** What was used, by account, step, model and length of the requests. */
export interface Used extends Usage {
  /** When the step begins: milliseconds since the epoch. */
  step: number;
  /** "" if it is not recorded. */
  model: string;
  /** Of `cacheWrite`, what is kept for an hour. */
  longWrite: number;
  /** As `lengthOf` has it. */
  prompt: number;
}

/** What one answer used. */
export interface Answer extends Used {
  /** Its number in its session: a further record of it replaces its counts. */
  key: number;
  /** Its number in all sessions: a copy of it, as in a fork, has the same one. */
  same: number;
}

/** What a count needs to continue where another one ended. */
export interface UseState {
  time: number | null;
  model: string | null;
  /** The subagents' transcripts that were counted, with marks that show whether they are unchanged. */
  children?: { [path: string]: string };
}

/** What a record says about an answer. */
export interface Spending {
  key: string;
  /** Its name in copies of the record, too; without it, time, model and tokens are. */
  name?: string | undefined;
  usage: Usage;
  longWrite?: number | undefined;
  time: string | null;
  model: string | null;
}

/**
 * Adds up answers. Some agents record an answer in several pieces, each with the tokens used so far:
 * these have the same key.
 */
export class UseCount {
  readonly #foreign: readonly Span[];
  readonly #since: number;
  /** Of a subagent's answers, which count for the session that it is of: the subagent. */
  readonly #child: string;
  #time: number | null;
  #model: string | null;
  #answers = new Map<number, Answer>();

  /** `foreign`: times in which other agents did the work. */
  constructor(before: UseState | null, foreign: readonly Span[], now: number, child = "") {
    this.#foreign = foreign;
    this.#child = child;
    this.#since = now - KEPT;
    this.#time = before?.time ?? null;
    this.#model = before?.model ?? null;
  }

  note({ key, name, time, model: told, ...spent }: Spending): void {
    const usage = credible(spent.usage);
    const longWrite = amountOf(spent.longWrite ?? 0);
    const at = time === null ? Number.NaN : Date.parse(time);
    if (!Number.isNaN(at)) this.#time = at;
    this.#model = told ?? this.#model;
    if (this.#time === null || this.#time < this.#since) return;
    if (isIn(this.#time, this.#foreign) || Object.values(usage).every((n) => n === 0)) return;
    const { input, output, cacheRead, cacheWrite } = usage;
    const model = this.#model ?? "";
    const own = numbered(`${this.#child} ${key}`);
    const before = this.#answers.get(own);
    const plain = [this.#time, model, input, output, cacheRead, cacheWrite].join();
    // Without a time of its own, only the key distinguishes it from others with the same counts.
    const same = name ?? (Number.isNaN(at) ? `${key} ${plain}` : plain);
    this.#answers.set(own, {
      ...{ key: own, same: before?.same ?? numbered(same) },
      ...{ step: Math.floor(this.#time / STEP) * STEP, model },
      ...{ input, output, cacheRead, cacheWrite, longWrite, prompt: lengthOf(usage) },
    });
  }

  /** The answers since the last call. */
  take(): Answer[] {
    const answers = [...this.#answers.values()];
    this.#answers = new Map();
    return answers;
  }

  get state(): UseState {
    return { time: this.#time, model: this.#model };
  }
}

/** More tokens than this were not used in one session. */
const MOST_TOKENS = 1e12;

/** A record may be damaged: what is no number of tokens counts as none. */
function amountOf(tokens: number): number {
  return Number.isInteger(tokens) && tokens >= 0 && tokens <= MOST_TOKENS ? tokens : 0;
}

function credible({ input, output, cacheRead, cacheWrite }: Usage): Usage {
  return {
    input: amountOf(input),
    output: amountOf(output),
    cacheRead: amountOf(cacheRead),
    cacheWrite: amountOf(cacheWrite),
  };
}

/** Exact in JavaScript and SQLite; of a million names, two have the same with a probability of 0.2 %. */
function numbered(name: string): number {
  return createHash("sha256").update(name).digest().readUIntBE(0, 6);
}
