/**
 * Feeds the lines of a session file to its reader, including records in damaged lines. All code
 * that reads sessions uses this, so that records and entries have the same numbers everywhere.
 */
import type { Beside, Codec, Reader } from "../session/codec.ts";
import type { Entry, Json } from "../session/types.ts";
import { isFrame, isFrameText } from "./document.ts";
import type { Line } from "./lines.ts";
import { isRecord, type Lost, Recoverer } from "./recover.ts";

/** A line, and its contents. */
export interface ReadLine {
  line: Line;
  /** One for most lines; none for a line that is blank, not JSON, or the first of a document. */
  records: readonly Decoded[];
  /** Records that were found in a damaged line. */
  recovered: number;
  lost: readonly Lost[];
}

export interface Decoded {
  value: Json;
  entries: Entry[];
}

/** What Forward reads from. */
export interface Source {
  read(line: Line): ReadLine;
  /** What is lost with the last line. */
  end(): readonly Lost[];
}

/** Decodes the lines of one session file. It keeps state: create one per pass. */
export class Feed implements Source {
  readonly reader: Reader;
  readonly #records: Records;
  /** Each record has a number, and so has each line without one. */
  #at = 0;

  constructor(agent: Pick<Codec, "recognises" | "reader">, beside?: Beside) {
    this.reader = agent.reader(beside);
    this.#records = new Records(agent.recognises);
  }

  read(line: Line): ReadLine {
    const { values, lost } = this.#records.of(line);
    const records = values.map((value, n) => ({
      value,
      entries: isFrame(value) ? [] : this.reader.read(value, this.#at + n),
    }));
    this.#at += Math.max(1, values.length);
    return { line, records, recovered: line.found?.length ?? 0, lost };
  }

  /** The entries of a line. */
  entries(line: Line): Entry[] {
    const { records } = this.read(line);
    const [only] = records;
    return only && records.length === 1 ? only.entries : records.flatMap(({ entries }) => entries);
  }

  end(): readonly Lost[] {
    return this.#records.end();
  }
}

/** The records of lines, in order. */
export class Records {
  readonly #recoverer: Recoverer;

  constructor(recognises: (record: Json) => boolean) {
    this.#recoverer = new Recoverer(recognises);
  }

  /** Stores in the line what is found in it. */
  of(line: Line): { values: readonly Json[]; lost: readonly Lost[] } {
    const { value } = line;
    // A line that merely looks like a document's first one is complete, and not a record.
    if (value === undefined && isFrameText(line.text)) return { values: [], lost: [] };
    const isInside = this.#recoverer.isPending && !isRecord(value);
    const { found, lost } = this.#recoverer.take(line);
    if (value !== undefined && !isInside) return { values: [value], lost };
    if (found.length > 0) line.found = found;
    return { values: found.map((each) => each.value), lost };
  }

  end(): readonly Lost[] {
    return this.#recoverer.end();
  }
}

/** The records of a line that was read: what it is, or what was found in a damaged one. */
export function recordsIn({ value, found }: Line): readonly Json[] {
  if (found) return found.map((each) => each.value);
  return value === undefined ? [] : [value];
}

/**
 * Are they nothing but what the CLI puts before a session from elsewhere? A damaged line may have other
 * records besides.
 */
export function isPreface({ preface }: Pick<Codec, "preface">, records: readonly Json[]): boolean {
  return preface !== undefined && records.length > 0 && records.every((record) => preface(record));
}
