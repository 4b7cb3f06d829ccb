/** Writes a carry, unit by unit: source lines relative to the content of their target records. */
import type { Agent } from "../../agents/types.ts";
import type { Unit } from "../../lossless/carry.ts";
import { isFrame } from "../../lossless/document.ts";
import { isPreface } from "../../lossless/feed.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import type { Line } from "../../lossless/lines.ts";
import {
  type Coded,
  isLine,
  isPlainOp,
  type MakeWriter,
  type Op,
  ScriptReader,
  ScriptWriter,
} from "../../lossless/script.ts";
import type { Reader } from "../../session/codec.ts";
import { digest } from "../../session/digest.ts";
import type { Entry, Json } from "../../session/types.ts";
import { inHomeTerms } from "../project/translate.ts";
import { feedOf } from "../read/folder.ts";

/** The encoder restarts at a user's message after this many lines; see `Unit.r`. */
const RESET_LINES = 256;

/**
 * The writer that a carry's operations are relative to. `targetId` makes the ids of turns that are
 * added on the way back differ from those of any other session.
 */
export function homeWriter(home: Agent, targetId: string): MakeWriter {
  return (line) => home.writer({ seed: `${targetId}:${line}`, cliVersion: null });
}

/**
 * Receives the units of a conversion, in order: lines of the source, and for each line of the
 * target its content: one record, except for damaged lines.
 */
export interface Coder {
  unit(lines: readonly Line[], told: readonly (readonly Json[])[]): void;
}

/** From the file of one agent back to that of another. */
export interface Route {
  home: Agent;
  from: Agent;
  /** Id of the session that leads back. */
  targetId: string;
  trust?: Trust;
  /** Where the file of `from` is, if it was there before: it can name files beside it. */
  place?: string;
}

/**
 * How far the two sides are trusted to predict the same: `all`, as they should; `sampled`, some
 * stretches are decoded as the way back will; `proven`, all are, and a unit that does not reproduce
 * its lines is stored unchanged; `none`, all lines are stored unchanged.
 */
export type Trust = "all" | "sampled" | "proven" | "none";

/** The beginning of one in this many stretches between restarts is a sample. */
const SAMPLE = 8;
const SAMPLE_LINES = 64;

/** The decoded lines are not the encoded ones. */
export class NotTheSame extends Error {}

export class UnitCoder implements Coder {
  readonly #home: Agent;
  readonly #from: Agent;
  readonly #back: Reader;
  readonly #script: ScriptWriter;
  readonly #twin: ScriptReader | null;
  readonly #trust: Trust;
  readonly #sink: (unit: Unit) => void;
  /** See `Feed`. */
  #at = 0;
  #sinceReset = 0;
  #resets = 0;

  constructor({ home, from, targetId, trust = "all", place }: Route, sink: (unit: Unit) => void) {
    const make = homeWriter(home, targetId);
    this.#home = home;
    this.#from = from;
    this.#back = feedOf(from, place ?? null).reader;
    this.#script = new ScriptWriter(make);
    this.#twin = trust === "proven" || trust === "sampled" ? new ScriptReader(make) : null;
    this.#trust = trust;
    this.#sink = sink;
  }

  /** Source lines that had to be stored as text. */
  get raw(): number {
    return this.#script.raw;
  }

  unit(lines: readonly Line[], told: readonly (readonly Json[])[]): void {
    if (lines.length > 0 || told.length > 0) this.#sink(this.code(lines, told).unit);
  }

  /** `plain`: every line is known to have the formatting of JSON.stringify. */
  code(
    lines: readonly Line[],
    told: readonly (readonly Json[])[],
    plain = false,
  ): { unit: Unit; coded: Coded[] } {
    // Neither a document's first line, nor an embedded carry, nor a preface is one of the session's
    // own records: the same session may return with or without them.
    const own = told.map((records) => this.#entriesOf(records)).filter((one) => one !== null);
    const n = own.length;
    const entries = own.flat();
    const { r, coded } = this.#lines(lines, entries, plain);
    const o = coded.map(({ op }) => op);
    return { unit: { n, d: digest(entries), ...(r ? { r } : {}), o }, coded };
  }

  /** null for anything that is not one of the session's own records. */
  #entriesOf(records: readonly Json[]): Entry[] | null {
    const at = this.#at;
    this.#at += Math.max(1, records.length);
    if (at === 0 && isFrame(records[0])) return null;
    const isProven = this.#trust === "proven";
    const entries = records.flatMap((record, n) =>
      this.#back.read(isProven ? asRead(record) : record, at + n),
    );
    return isPreface(this.#from, records) || entries.some(isCarry) ? null : entries;
  }

  #lines(lines: readonly Line[], entries: readonly Entry[], plain: boolean): Lines {
    const home = inHomeTerms(entries, this.#home.tools);
    const before = this.#script.line;
    const reset = this.#sinceReset > RESET_LINES && isUser(entries[0]);
    if (reset) this.#sinceReset = 0;
    this.#sinceReset += lines.length;
    const predicted = this.#trust === "none" ? null : this.#predicted(lines, home, reset, plain);
    if (predicted) return predicted;
    const coded = this.#script.literal(lines, home, before);
    this.#twin?.reset(true, before);
    this.#twin?.decode(
      coded.map(({ op }) => op),
      home,
    );
    return { r: 2, coded };
  }

  /** null if the lines would not be restored this way. */
  #predicted(
    lines: readonly Line[],
    home: readonly Entry[],
    reset: boolean,
    plain: boolean,
  ): Lines | null {
    try {
      if (reset) this.#reset();
      const coded = this.#script.encode(lines, home, plain);
      if (this.#comesBack(coded, lines, home)) return { r: reset ? 1 : undefined, coded };
    } catch {
      // A failing predictor is no reason to fail.
    }
    if (this.#trust === "sampled") throw new NotTheSame("a unit does not give its lines again");
    return null;
  }

  #reset(): void {
    this.#resets++;
    this.#script.reset();
    this.#twin?.reset(false, this.#script.line);
  }

  /** A twin must see all preceding lines, because its predictions depend on them. */
  get #isSample(): boolean {
    if (this.#trust !== "sampled" || this.#twin?.writer.replaces !== undefined) return true;
    return this.#resets % SAMPLE === 0 && this.#sinceReset <= SAMPLE_LINES;
  }

  #comesBack(coded: readonly Coded[], lines: readonly Line[], home: readonly Entry[]): boolean {
    if (!this.#twin || !this.#isSample) return true;
    const ops = asCarried(
      coded.map(({ op }) => op),
      lines,
    );
    const restored = this.#twin.decode(ops, home);
    return lines.every((line, i) => isLine(restored[i]?.content ?? "", line));
  }
}

/** From this length on, lines are too long for an avoidable copy. */
const LONG_LINE = 1 << 20;

/** The operations as they will come out of the carry. */
function asCarried(ops: Op[], lines: readonly Line[]): Op[] {
  const isLong = lines.some(({ text }) => text.length > LONG_LINE);
  return isLong && ops.every(isPlainOp) ? ops : JSON.parse(JSON.stringify(ops));
}

interface Lines {
  r: Unit["r"] | undefined;
  coded: Coded[];
}

/** The record as it will be once it is read from its file. */
function asRead(record: Json): Json {
  return parseValue(stringify(record) ?? "null") ?? null;
}

/** A part of an embedded carry. */
export function isCarry(entry: Entry): boolean {
  return entry.kind === "event" && entry.event === "carry";
}

function isUser(entry: Entry | undefined): boolean {
  return entry?.kind === "message" && entry.role === "user";
}
