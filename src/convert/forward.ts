/**
 * Writes one agent's session as another agent's file, streaming, with the carry that leads back.
 *
 * Source lines are processed in units: the lines that became a few target records. Each unit's
 * records are decoded again and translated back; what that does not give of the source lines is the
 * unit's part of the carry.
 */
import { isUnknownKind } from "../agents/shared/known.ts";
import { isFrameText } from "../lossless/document.ts";
import type { Decoded, Source } from "../lossless/feed.ts";
import { stringify } from "../lossless/json-text.ts";
import type { Line } from "../lossless/lines.ts";
import type { Lost } from "../lossless/recover.ts";
import type { Cuts, Writer } from "../session/codec.ts";
import { asSeen, type Plan } from "../session/survey.ts";
import type { Entry, Header, Json } from "../session/types.ts";
import type { Coder } from "./carry/units.ts";
import type { Kept } from "./project/kept.ts";
import type { Projector } from "./project/project.ts";
import type { Accounted } from "./read/account.ts";
import { filled, isOddEvent } from "./read/fill.ts";
import type { LossReport } from "./report/losses.ts";

export interface ForwardParts {
  /** Decodes the source; it may already have read part of it. */
  feed: Source;
  /** What the source's agent knows of its records. */
  agent: Accounted;
  /** Encodes for the target; it may already have committed part of it. */
  writer: Writer;
  projector: Projector;
  losses: LossReport;
  plan: Plan;
  /** What compactions keep of the source; null if they are not written in place. */
  kept: Kept | null;
  /** Writes the carry; null if none is wanted. */
  coder: Coder | null;
  /** Counts what the target's CLI will not send; undefined if it sends everything. */
  cuts?: Cuts | undefined;
  /** Counts the same of the source's CLI, where it replaces results. */
  unsent?: Cuts | undefined;
  /** Called with what the target is sent, entry by entry. */
  sent?: ((entry: Entry) => void) | undefined;
  /** Receives target lines, without their newlines. */
  write(line: string): void;
  /** Lines and entries that `feed` has already read. */
  read: { lines: number; entries: number };
}

/** The maximum number of lines held back for one unit: beyond that, they are stored unchanged. */
const MAX_HELD_CHARS = 8 << 20;
/** The same if no message is held back, that is, if nothing of them is sent. */
const MAX_UNSENT_CHARS = 256 << 10;

/** For the current line: is it in a unit, or held back for one? Did it give an entry? */
interface LineState {
  line: Line;
  place: number;
  held: boolean;
  told: boolean;
}

export class Forward {
  readonly #parts: ForwardParts;
  #held: Line[] = [];
  #heldChars = 0;
  /**
   * Of the lines held back, those after this number gave no entry: Codex's copies for the screen.
   */
  #told = 0;
  #line: number;
  /** The line of the newest message of which records were made; negative for none, and for a base's. */
  #place = -1;
  #entry: number;

  constructor(parts: ForwardParts) {
    this.#parts = parts;
    this.#line = parts.read.lines;
    this.#entry = parts.read.entries;
  }

  /**
   * Opens a new file: its header (with the target session's own id, folder and times), its title,
   * and the summary of a compaction in force, or the handoff entry that replaces more. `called`:
   * the name of a session without a title, for agents whose sessions must have one.
   */
  begin(header: Header, called: string | null): void {
    const { plan, writer, projector } = this.#parts;
    const place = { kind: "event", parentId: null, time: header.createdAt } as const;
    const start = { ...header, title: called };
    const entries: Entry[] = [{ ...place, id: "start", event: "start", header: start }];
    if (header.title !== null) {
      entries.push({ ...place, id: "title", event: "title", title: header.title });
    }
    writer.begin?.(header);
    this.#unit([], entries);
    if (plan.handoff !== undefined) {
      this.#unit([], projector.handoff(plan.handoff, header.createdAt));
    }
    if (!plan.compaction) return;
    const { n, keepFrom: _, ...compaction } = plan.compaction;
    this.#unit([], projector.compaction({ ...place, id: `compaction-${n}`, ...compaction }));
  }

  /** Rewinds the target's conversation to an earlier place. */
  rewind(mark: string, turns: number): void {
    const records = this.#parts.writer.rewind(mark, turns);
    for (const record of records) this.#parts.writer.commit(record);
    this.#records([], records);
  }

  /** A line of a file that the source continues: part of the history, not of the way back. */
  base(line: Line): void {
    this.#take(line, false);
  }

  /** The next line of the source. */
  line(line: Line): void {
    this.#take(line, true);
  }

  /** Ends the last message; the file itself stays open. */
  flush(): void {
    this.#lose(this.#parts.feed.end(), this.#line);
    this.#unit(this.#release(), this.#parts.projector.flush());
  }

  /** Closes the target with its last records. */
  end(): void {
    this.#records([], this.#parts.writer.end());
    const { cuts, unsent, losses } = this.#parts;
    const dropped = cuts?.dropped?.() ?? 0;
    if (dropped > 0) losses.add("history-cut-by-target", -1, dropped);
    const replaced = cuts?.replaced?.() ?? 0;
    if (replaced > 0) losses.add("result-replaced-by-target", -1, replaced);
    const before = unsent?.replaced?.() ?? 0;
    if (before > 0) losses.add("result-replaced-by-source", -1, before);
  }

  #take(line: Line, own: boolean): void {
    const { feed, losses, projector } = this.#parts;
    const at = this.#line++;
    const place = own ? at : -1;
    const { records, recovered, lost } = feed.read(line);
    if (recovered > 0) losses.add("line-recovered", place, recovered);
    if (lost.length > 0) this.#lose(lost, at);
    // A line that merely looks like a document's first line is JSON, but not a record.
    if (line.value === undefined && isFrameText(line.text)) losses.add("event-carried", place);
    const state = { line, place, held: !own, told: false };
    for (const record of records) this.#record(record, state);
    if (!state.held) this.#hold(line);
    if (state.told) this.#told = this.#held.length;
    const most = projector.pending ? MAX_HELD_CHARS : MAX_UNSENT_CHARS;
    if (this.#heldChars > most) this.#unit(this.#release(), []);
  }

  #record(record: Decoded, state: LineState): void {
    const { value } = record;
    const { agent, plan, projector, losses, kept, unsent } = this.#parts;
    const { line, place } = state;
    const entries = filled(record, agent);
    if (isOddEvent(record.value, entries, agent)) {
      losses.add("record-unknown", place);
    }
    let isLive = false;
    for (const read of entries) {
      const n = this.#entry++;
      const entry = asSeen(plan, read, n);
      state.told = true;
      kept?.see(entry, n);
      plan.see?.(entry);
      if (isOpaque(entry) && this.#isNew(value)) {
        losses.add("record-unknown", place);
        continue;
      }
      const ready = projector.push(entry, plan.visibility(n), place);
      isLive ||= entry.kind === "message" && plan.visibility(n) === "live";
      if (entry.kind === "message" && entry.role === "tool") this.#place = place;
      // The line that ends a message belongs to the next unit, and so do its copies before it.
      if (ready.before.length > 0) this.#unit(this.#release(this.#told), ready.before);
      if (entry.kind === "message") this.#place = place;
      if (ready.now.length === 0) continue;
      if (!state.held) this.#hold(line);
      state.held = true;
      this.#unit(this.#release(), ready.now);
      for (const again of kept?.after(n) ?? []) this.#again(again, place);
    }
    if (isLive) unsent?.results(value);
  }

  /** `at`: the number of its line. */
  #lose(lost: readonly Lost[], at: number): void {
    for (const { back, count } of lost) {
      this.#parts.losses.add("line-unreadable", at - back, count);
    }
  }

  /** Is it of a kind that this version of Segue does not know? */
  #isNew(record: Json): boolean {
    const { known } = this.#parts.agent;
    return known !== undefined && isUnknownKind(record, known);
  }

  /**
   * Repeats what a compaction keeps: records of the target that correspond to no line of the
   * source.
   */
  #again(entry: Entry, place: number): void {
    const { projector } = this.#parts;
    const { before, now } = projector.push(entry, "live", place);
    this.#unit([], [...before, ...now]);
  }

  #hold(line: Line): void {
    this.#held.push(line);
    this.#heldChars += line.text.length;
  }

  #release(count = this.#held.length): Line[] {
    const lines = this.#held.splice(0, count);
    this.#heldChars = this.#held.reduce((chars, { text }) => chars + text.length, 0);
    this.#told = 0;
    return lines;
  }

  #unit(lines: Line[], entries: Entry[]): void {
    const { writer } = this.#parts;
    const records: Json[] = [];
    writer.expect?.(entries, false);
    for (const entry of entries) {
      this.#parts.sent?.(entry);
      for (const record of writer.predict(entry)) {
        writer.commit(record);
        records.push(record);
      }
    }
    this.#records(lines, records);
  }

  #cut(record: Json): void {
    const { cuts, losses } = this.#parts;
    const results = cuts?.results(record) ?? 0;
    if (results > 0) losses.add("result-cut-by-target", this.#place, results);
    const texts = cuts?.texts?.(record) ?? 0;
    if (texts > 0) losses.add("content-cut", this.#place, texts);
  }

  #records(lines: Line[], records: Json[]): void {
    for (const record of records) this.#cut(record);
    // Never undefined: a line nested too deeply to print could not have been decoded.
    for (const record of records) this.#parts.write(stringify(record) ?? "");
    this.#parts.coder?.unit(
      lines,
      records.map((record) => [record]),
    );
  }
}

function isOpaque(entry: Entry): boolean {
  return entry.kind === "event" && entry.event === "opaque";
}
