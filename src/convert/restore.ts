/**
 * The way back: turns a session that was converted and perhaps continued into its original agent's
 * file again. Unchanged parts get their old bytes back; new turns are encoded after them.
 */
import type { Agent } from "../agents/types.ts";
import type { Carry, Unit } from "../lossless/carry.ts";
import { formsOf, isFrame } from "../lossless/document.ts";
import {
  type Feed,
  isPreface,
  type ReadLine,
  Records,
  recordsIn,
  type Source,
} from "../lossless/feed.ts";
import type { Line } from "../lossless/lines.ts";
import { type Restored, ScriptReader } from "../lossless/script.ts";
import type { Cuts } from "../session/codec.ts";
import { digest } from "../session/digest.ts";
import type { Entry, Json } from "../session/types.ts";
import { homeWriter, isCarry, type UnitCoder } from "./carry/units.ts";
import { Forward } from "./forward.ts";
import type { Counts } from "./project/counts.ts";
import { Kept } from "./project/kept.ts";
import { Projector, type ReasoningFate } from "./project/project.ts";
import { inHomeTerms } from "./project/translate.ts";
import { feedOf } from "./read/folder.ts";
import { LossReport } from "./report/losses.ts";
import type { Surveyed } from "./survey/survey-file.ts";

export interface RestoreOptions {
  /** The agent whose file is read, and the original agent. */
  from: Agent;
  home: Agent;
  /** Where the file that is read is stored. */
  place?: string | null;
  carry: Carry;
  /** Survey of the whole file, looking through compactions. */
  survey: Pick<Surveyed, "plan" | "oldEntries" | "forkFrom">;
  /**
   * Writes the carry of this very step, from the original back to `from`; null if none is wanted.
   */
  coder: UnitCoder | null;
  /** What happens to new reasoning that the original agent cannot take as such. */
  reasoning: ReasoningFate;
  /** Receives pieces of the original file's lines, including newlines. */
  write(piece: string | Buffer): void;
}

export interface RestoreResult {
  /** Restored lines, and new lines. */
  restored: number;
  added: number;
  /** The output begins with a document's first line. */
  framed: boolean;
  /**
   * Carry units that no longer match: the file was changed there, or the original's format has no
   * branches.
   */
  stale: number;
  losses: LossReport;
  counts: Counts;
  tokens: number;
}

export function restore(lines: Iterable<Line>, options: RestoreOptions): RestoreResult {
  return new Restore(options, lines[Symbol.iterator]()).run();
}

/** A decoded line of the file that is read. `first`: the number of its first entry. */
interface Read extends ReadLine {
  entries: Entry[];
  first: number;
}

const NEWLINE = "\n";

class Restore {
  readonly #options: RestoreOptions;
  readonly #lines: Iterator<Line>;
  readonly #script: ScriptReader;
  readonly #kept: Kept;
  readonly #feed: Feed;
  /** In the original file. */
  readonly #records: Records;
  readonly #cuts: Cuts | undefined;
  #at = 0;
  #entry = 0;
  #restored = 0;
  #added = 0;
  #owesNewline = false;
  #framed = false;
  /** The writer's mark where the new turns attach, once that place has been restored. */
  #mark: string | null = null;
  /** The messages and turns between that place and the end of what was restored. */
  #saidSince = 0;
  #turnsSince = 0;
  /** Units of an abandoned branch, which the original's format cannot represent. */
  #cut = 0;

  constructor(options: RestoreOptions, lines: Iterator<Line>) {
    this.#options = options;
    this.#lines = lines;
    this.#feed = feedOf(options.from, options.place ?? null);
    this.#records = new Records(options.home.recognises);
    this.#cuts = options.home.cuts?.();
    this.#kept = new Kept(options.survey.plan, options.survey.oldEntries);
    this.#script = new ScriptReader(homeWriter(options.home, options.carry.header.target.id));
  }

  run(): RestoreResult {
    const { from, home, survey, coder, carry, reasoning } = this.#options;
    const { unread, stale: unfit } = this.#restoreUnits();
    const stale = unfit + this.#cut;
    const open = carry.footer.source.open && stale === 0;
    const losses = new LossReport();
    const projector = new Projector(home, losses, {
      inline: true,
      own: from.id === home.id,
      reasoning,
    });
    const forward = new Forward({
      feed: replay(this.#feed, unread),
      agent: from,
      writer: this.#script.writer,
      projector,
      losses,
      plan: survey.plan,
      cuts: this.#cuts,
      kept: this.#kept,
      coder,
      write: (text) => this.#add(text),
      read: { lines: this.#at - unread.length, entries: unread[0]?.first ?? this.#entry },
    });
    if (this.#mark !== null && this.#saidSince > 0) forward.rewind(this.#mark, this.#turnsSince);
    for (const { line } of unread) forward.line(line);
    for (let next = this.#lines.next(); !next.done; next = this.#lines.next()) {
      forward.line(next.value);
    }
    forward.flush();
    if (this.#added > 0) forward.end();
    if (this.#owesNewline && (this.#added > 0 || !open)) this.#options.write(NEWLINE);
    return {
      restored: this.#restored,
      added: this.#added,
      framed: this.#framed,
      stale,
      losses,
      counts: projector.counts,
      tokens: projector.tokens,
    };
  }

  /** Goes through the carry; stops at the first unit that does not match. */
  #restoreUnits(): { unread: Read[]; stale: number } {
    let unread: Read[] = [];
    let stale = 0;
    for (const unit of this.#options.carry.units()) {
      if (stale > 0) {
        stale++;
        continue;
      }
      const reads = this.#next(unit.n);
      if (!this.#unit(unit, reads)) {
        stale = 1;
        unread = reads;
      }
    }
    return { unread, stale };
  }

  #next(n: number): Read[] {
    const out: Read[] = [];
    for (let records = 0; records < n; ) {
      const next = this.#lines.next();
      if (next.done) break;
      const read = this.#decode(next.value);
      out.push(read);
      if (this.#isRecord(read)) records++;
    }
    return out;
  }

  #decode(line: Line): Read {
    this.#at++;
    const told = this.#feed.read(line);
    const entries = told.records.flatMap((record) => record.entries);
    const first = this.#entry;
    for (const entry of entries) this.#kept.see(entry, this.#entry++);
    return { ...told, entries, first };
  }

  /** false if the records are not those that the unit was made for. */
  #unit(unit: Unit, reads: readonly Read[]): boolean {
    const told = reads.filter((read) => this.#isRecord(read));
    const entries = told.flatMap((read) => read.entries);
    const records = told.length;
    if (records < unit.n || digest(entries) !== unit.d) return false;
    if (unit.r) this.#script.reset(unit.r === 2);
    const home = inHomeTerms(entries, this.#options.home.tools);
    const lines = this.#decodeOps(unit, home);
    if (!lines) return false;
    this.#noteMark(entries);
    const kept = this.#isCut() ? [] : lines;
    if (this.#isCut()) this.#cut++;
    if (!this.#owesNewline) {
      this.#framed = formsOf(this.#options.home).length > 0 && isFrame(kept[0]?.value);
    }
    for (const { content } of kept) this.#emit(content);
    const restored = this.#recordsOf(kept);
    // What is left out of the old ones is nothing new, but a history grows.
    for (const record of restored.flat()) this.#cuts?.results(record);
    this.#restored += kept.filter(
      ({ value }, n) => !isFrame(value) && !isPreface(this.#options.home, restored[n] ?? []),
    ).length;
    this.#options.coder?.unit(
      reads.map((read) => read.line),
      restored,
    );
    return true;
  }

  /** Lines of the session itself: neither an embedded carry, nor a preface, nor a document's first line. */
  #isRecord({ line, entries }: Read): boolean {
    if (isFrame(line.value) || entries.some(isCarry)) return false;
    return !isPreface(this.#options.from, recordsIn(line));
  }

  /** The records of lines of the original file, where somebody asks for them. */
  #recordsOf(kept: readonly Restored[]): (readonly Json[])[] {
    const { coder, home } = this.#options;
    if (coder === undefined && home.preface === undefined) return [];
    return kept.map((each) => this.#records.of(textOf(each)).values);
  }

  #isCut(): boolean {
    return this.#saidSince > 0 && this.#options.home.cutsOff === true;
  }

  #noteMark(entries: readonly Entry[]): void {
    if (this.#mark === null) {
      if (this.#entry > this.#options.survey.forkFrom) this.#mark = this.#script.writer.mark();
      return;
    }
    for (const entry of entries) {
      if (entry.kind !== "message" || entry.scaffold) continue;
      this.#saidSince++;
      if (entry.role === "user" && !entry.told) this.#turnsSince++;
    }
  }

  #decodeOps(unit: Unit, home: readonly Entry[]): Restored[] | undefined {
    try {
      return this.#script.decode(unit.o, home);
    } catch {
      // If the writer fails, it is not the one that the unit was made with.
      return undefined;
    }
  }

  /** Each line's newline is written before the next line, so that the last one can be left out. */
  #emit(content: string | Buffer): void {
    if (this.#owesNewline) this.#options.write(NEWLINE);
    this.#owesNewline = true;
    this.#options.write(content);
  }

  #add(text: string): void {
    this.#emit(text);
    this.#added++;
  }
}

/** Returns what was read ahead first, without reading it twice. */
function replay(feed: Feed, reads: readonly ReadLine[]): Source {
  const queue = [...reads];
  return {
    read: (line) => queue.shift() ?? feed.read(line),
    end: () => feed.end(),
  };
}

function textOf({ content, value }: Restored): Line {
  return { text: content.toString(), value };
}
