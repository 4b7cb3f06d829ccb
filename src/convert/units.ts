/** Writes a carry, unit by unit: source lines against what their target records say. */
import type { Agent, Reader } from "../agents/types.ts";
import type { Unit } from "../lossless/carry.ts";
import { isFrame } from "../lossless/document.ts";
import type { Line } from "../lossless/lines.ts";
import { type Coded, type MakeWriter, ScriptWriter } from "../lossless/script.ts";
import { digest } from "../session/digest.ts";
import type { Entry, Json } from "../session/types.ts";
import { inHomeTerms } from "./translate.ts";

/** The coder starts afresh at a user's message after so many lines; see `Unit.r`. */
const RESET_LINES = 256;

/**
 * The writer that a carry's operations are relative to. `targetId` makes the ids of what is added
 * on the way home differ from those of any other session.
 */
export function homeWriter(home: Agent, targetId: string): MakeWriter {
  return (line) => home.writer({ seed: `${targetId}:${line}`, cliVersion: null });
}

/** Takes the units of a conversion, in their order. `records`: undefined for one that is no JSON. */
export interface Coder {
  unit(lines: readonly Line[], records: readonly (Json | undefined)[]): void;
}

export class UnitCoder implements Coder {
  readonly #home: Agent;
  readonly #back: Reader;
  readonly #script: ScriptWriter;
  readonly #sink: (unit: Unit) => void;
  #records = 0;
  #sinceReset = 0;

  constructor(source: Agent, target: Agent, targetId: string, sink: (unit: Unit) => void) {
    this.#home = source;
    this.#back = target.reader();
    this.#script = new ScriptWriter(homeWriter(source, targetId));
    this.#sink = sink;
  }

  /** Source lines that had to be kept as text. */
  get raw(): number {
    return this.#script.raw;
  }

  unit(lines: readonly Line[], records: readonly (Json | undefined)[]): void {
    if (lines.length > 0 || records.length > 0) this.#sink(this.code(lines, records).unit);
  }

  /** `plain`: every line is known to be spelled as JSON.stringify does. */
  code(
    lines: readonly Line[],
    records: readonly (Json | undefined)[],
    plain = false,
  ): { unit: Unit; coded: Coded[] } {
    const isFirst = this.#records === 0;
    const entries = records.flatMap((record) => {
      const at = this.#records++;
      return record === undefined || (at === 0 && isFrame(record))
        ? []
        : this.#back.read(record, at);
    });
    const reset = this.#sinceReset > RESET_LINES && isUser(entries[0]);
    if (reset) {
      this.#script.reset();
      this.#sinceReset = 0;
    }
    this.#sinceReset += lines.length;
    const home = inHomeTerms(entries, this.#home.tools);
    const coded = this.#script.encode(lines, home, plain);
    const o = coded.map(({ op }) => op);
    // A document's first line is none of its records: the same session may come back without it.
    const n = records.length - (isFirst && isFrame(records[0]) ? 1 : 0);
    const unit = { n, d: digest(entries), ...(reset ? { r: 1 as const } : {}), o };
    return { unit, coded };
  }
}

function isUser(entry: Entry | undefined): boolean {
  return entry?.kind === "message" && entry.role === "user";
}
