/** The tokens that a session has used, by time and model. */
import type { Usage } from "../session/types.ts";
import { isIn, type Span } from "./foreign.ts";

/** Milliseconds: the catalog counts tokens in steps of this length. */
export const STEP = 15 * 60_000;
/** Uses that are older than this are not kept. */
export const KEPT = 8 * 864e5;

/** What was used in one step. */
export interface Used extends Usage {
  /** When the step begins: milliseconds since the epoch. */
  step: number;
  /** "" if it is not recorded. */
  model: string;
}

/** What a count needs to go on where another one ended. */
export interface UseState {
  /** The latest requests: a further record of one of them replaces its count. */
  last: [key: string, used: Used][];
  time: number | null;
  model: string | null;
}

interface When {
  time: string | null;
  model: string | null;
}

/** How many requests may be answered at the same time, as by subagents in the same file. */
const AT_ONCE = 8;

/**
 * Adds up requests. Some agents record an answer in several pieces, each with the tokens used so far:
 * these have the same key.
 */
export class UseCount {
  readonly #foreign: readonly Span[];
  readonly #since: number;
  readonly #last: Map<string, Used>;
  #time: number | null;
  #model: string | null;
  #steps = new Map<string, Used>();

  /** `foreign`: times in which other agents did the work. */
  constructor(before: UseState | null, foreign: readonly Span[], now: number) {
    this.#foreign = foreign;
    this.#since = now - KEPT;
    this.#last = new Map(before?.last);
    this.#time = before?.time ?? null;
    this.#model = before?.model ?? null;
  }

  note(key: string, usage: Usage, { time, model }: When): void {
    const at = time === null ? Number.NaN : Date.parse(time);
    if (!Number.isNaN(at)) this.#time = at;
    this.#model = model ?? this.#model;
    if (this.#time === null || this.#time < this.#since) return;
    if (isIn(this.#time, this.#foreign) || Object.values(usage).every((n) => n === 0)) return;
    const { input, output, cacheRead, cacheWrite } = usage;
    const step = Math.floor(this.#time / STEP) * STEP;
    const used = { step, model: this.#model ?? "", input, output, cacheRead, cacheWrite };
    const before = this.#last.get(key);
    if (before) this.#add(before, -1);
    this.#add(used, 1);
    this.#last.delete(key);
    this.#last.set(key, used);
    const [oldest] = this.#last.keys();
    if (this.#last.size > AT_ONCE && oldest !== undefined) this.#last.delete(oldest);
  }

  #add(used: Used, times: 1 | -1): void {
    const { step, model } = used;
    const sum = this.#steps.get(`${step} ${model}`) ?? { ...NOTHING, step, model };
    this.#steps.set(`${step} ${model}`, {
      ...sum,
      input: sum.input + times * used.input,
      output: sum.output + times * used.output,
      cacheRead: sum.cacheRead + times * used.cacheRead,
      cacheWrite: sum.cacheWrite + times * used.cacheWrite,
    });
  }

  /** What was counted since the last call. */
  take(): Used[] {
    const used = [...this.#steps.values()];
    this.#steps = new Map();
    return used;
  }

  get state(): UseState {
    return { last: [...this.#last], time: this.#time, model: this.#model };
  }
}

const NOTHING: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
