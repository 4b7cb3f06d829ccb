/**
 * How to rebuild lines of a session file from the predictions of an agent's writer. Both the
 * residue of a file (against its own entries) and the carry of a file (against its translation) are
 * lists of these operations. Encoder and decoder run the same closed loop: predict, correct,
 * commit.
 */
import type { Writer } from "../session/codec.ts";
import type { Entry, Json } from "../session/types.ts";
import { apply, diff, equal, overlay, type Patch, TooDeep } from "./delta.ts";
import { isFrame } from "./document.ts";
import { print, type Spelling, spellingOf, stringify } from "./json-text.ts";
import { type Line, lineOf, type Span } from "./lines.ts";
import { Recent, recordAt } from "./recover.ts";

/**
 * One line of the file:
 * - `0`: the next prediction, unchanged
 * - `{p, s, at}`: a prediction (the next, or number `at[1]` of entry `at[0]`), patched and
 *   formatted
 * - `{l, p, s}`: no prediction; patched from the last line of kind `l`
 * - `{t}`: text that is not JSON, or that no patch reproduces; `{b}`: bytes that are not UTF-8
 *   (base64).
 *   `c`: it is still a record, from which the writer continues. (Carries of version 2 lack it.)
 *   `f`: records in it, or ending in it, although it is not one itself; see recover.ts.
 */
export type Op =
  | 0
  | { p?: Patch; s?: Spelling; at?: [number, number] }
  | { l: string; p?: Patch; s?: Spelling }
  | Literal;

type Literal = ({ t: string } | { b: string }) & { c?: 1; f?: Span[] };

/** The predictions for an entry. */
interface Predicted {
  entry: Entry;
  records: readonly Json[];
  /** When that was; see `Loop.stamp`. */
  stamp: number;
}

/** A prediction: record number `index[1]` of entry number `index[0]`. */
interface Slot {
  from: Predicted;
  index: [number, number];
  /** As it was first predicted. */
  record: Json;
  kind: string;
  key: string;
  used: boolean;
}

/**
 * The predictions for a group of entries, taken one by one, mostly in order. Each is made when an
 * operation first needs it: by then more is known, and it rarely has to be made again. The number
 * of records predicted for an entry depends on that moment, so only operations may determine it:
 * they are all that encoder and decoder both know.
 */
class Slots {
  protected readonly loop: Loop;
  protected readonly entries: readonly Entry[];
  protected readonly slots: Slot[] = [];
  /** For each entry that has its slots, the number of the first. */
  readonly #starts: number[] = [];
  #next = 0;

  constructor(loop: Loop, entries: readonly Entry[]) {
    this.loop = loop;
    this.entries = entries;
  }

  /** Number of the first slot that may be free. */
  protected get next(): number {
    return this.#next;
  }

  /** How many entries have their slots. */
  protected get predicted(): number {
    return this.#starts.length;
  }

  protected add(slots: readonly Slot[]): void {
    this.#starts.push(this.slots.length);
    this.slots.push(...slots);
  }

  /** The slots of entry number `e`, in the current state. */
  protected predict(e: number): Slot[] | undefined {
    const entry = this.entries[e];
    if (!entry) return undefined;
    const { writer } = this.loop;
    const records = writer.predict(entry);
    const from = { entry, records, stamp: this.loop.stamp(entry) };
    return records.map((record, r) => {
      const [kind, key] = [writer.kind(record), writer.key(record)];
      return { from, index: [e, r], record, kind, key, used: false };
    });
  }

  /** Gives one more entry its slots; false if there is none. */
  #extend(): boolean {
    const slots = this.predict(this.predicted);
    if (!slots) return false;
    this.add(slots);
    return true;
  }

  at(index: [number, number] | undefined): Slot | undefined {
    if (!index) {
      const next = this.skipUsed();
      while (next >= this.slots.length && this.#extend());
      return this.slots[next];
    }
    while (this.predicted <= index[0] && this.#extend());
    const slot = this.slots[this.#placeOf(index)];
    return slot?.index[0] === index[0] ? slot : undefined;
  }

  #placeOf([e, r]: [number, number]): number {
    return (this.#starts[e] ?? this.slots.length) + r;
  }

  take(slot: Slot): void {
    slot.used = true;
    this.#next = this.#placeOf(slot.index) + 1;
  }

  protected skipUsed(): number {
    let i = this.#next;
    while (this.slots[i]?.used) i++;
    return i;
  }
}

/**
 * The same for the encoder, which must look ahead for the slot that a line belongs to. What it sees
 * there is set aside; it counts only once an operation takes one of its slots.
 */
class CoderSlots extends Slots {
  /** For the entries that come next: each list as it was when it was last needed. */
  readonly #ahead: Slot[][] = [];
  /** How many of them are as the decoder would make them now. */
  #fresh = 0;

  /** Something was committed. */
  outdate(): void {
    this.#fresh = 0;
  }

  /**
   * The slot for a line of this kind and key: of the same call first, else the next of its kind.
   */
  match(kind: string, key: string): Slot | undefined {
    for (;;) {
      const slot = this.#search(kind, key);
      if (!slot || !this.#refresh(slot)) return slot;
    }
  }

  #search(kind: string, key: string): Slot | undefined {
    let sameKind: Slot | undefined;
    const fits = (slot: Slot): boolean => {
      if (slot.used || slot.kind !== kind) return false;
      sameKind ??= slot;
      return slot.key === key;
    };
    for (const slot of this.#fromNext()) {
      if (fits(slot)) return slot;
      // Without a call to search for, the next of its kind is as good as any.
      if (sameKind && key === "") return sameKind;
    }
    for (let i = 0; i < this.next; i++) {
      const slot = this.slots[i];
      if (slot && fits(slot)) return slot;
    }
    return sameKind;
  }

  *#fromNext(): Generator<Slot> {
    for (let i = this.next; i < this.slots.length; i++) {
      const slot = this.slots[i];
      if (slot) yield slot;
    }
    for (let i = 0; ; i++) {
      const slots = this.#lookAhead(i);
      if (!slots) return;
      yield* slots;
    }
  }

  #lookAhead(i: number): Slot[] | undefined {
    const known = this.#ahead[i];
    if (known) return known;
    const slots = this.predict(this.predicted + i);
    if (!slots) return undefined;
    this.#ahead[i] = slots;
    if (i === this.#fresh) this.#fresh++;
    return slots;
  }

  /** Makes all slots up to this one as the decoder will; true if that was necessary. */
  #refresh({ index: [e] }: Slot): boolean {
    const most = e - this.predicted;
    let changed = false;
    for (; this.#fresh <= most; this.#fresh++) {
      this.#ahead[this.#fresh] = this.predict(this.predicted + this.#fresh) ?? [];
      changed = true;
    }
    return changed;
  }

  /** Would the decoder reach this slot by itself? */
  isNext(slot: Slot): boolean {
    const next = this.skipUsed();
    if (next < this.slots.length) return this.slots[next] === slot;
    return this.#ahead.find((slots) => slots.length > 0)?.[0] === slot;
  }

  override take(slot: Slot): void {
    while (this.predicted <= slot.index[0]) {
      this.add(this.#ahead.shift() ?? []);
      this.#fresh--;
    }
    super.take(slot);
  }
}

interface Base {
  kind: string;
  value: Json;
}

/**
 * Creates the writer that continues at line number `line`, which is part of the input for its new
 * ids.
 */
export type MakeWriter = (line: number) => Writer;

/** What both directions share: the writer, and the last line of each kind. */
class Loop {
  readonly #make: MakeWriter;
  #last = new Map<string, Json>();
  #commits = 0;
  writer: Writer;
  line = 0;

  constructor(make: MakeWriter) {
    this.#make = make;
    this.writer = make(0);
  }

  /**
   * Forgets everything, so that what follows can be decoded without what came before. `wholly`:
   * including what one writer passes on to the next.
   */
  reset(wholly = false): void {
    this.#last = new Map();
    const before = this.writer;
    this.writer = this.#make(this.line);
    if (!wholly) this.writer.replaces?.(before);
  }

  /** Called before the lines of these entries. */
  expect(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.kind === "event" && entry.event === "start") this.writer.begin?.(entry.header);
    }
    this.writer.expect?.(entries, true);
  }

  /** The same, for lines that need no prediction. */
  tryExpect(entries: readonly Entry[]): void {
    try {
      this.expect(entries);
    } catch {
      // Those after them may need one: that is determined then.
    }
  }

  /** While it is the same, so are the predictions for the entry. */
  stamp(entry: Entry): number {
    return this.writer.stamp ? this.writer.stamp(entry) : this.#commits;
  }

  /** The base for a line that takes the slot: its prediction, given everything before it. */
  base({ from, record, index, kind }: Slot): Base | undefined {
    const stamp = this.stamp(from.entry);
    if (stamp !== from.stamp) {
      from.records = this.writer.predict(from.entry);
      from.stamp = stamp;
    }
    const now = from.records[index[1]];
    if (now === undefined) return undefined;
    return this.#base(now === record ? kind : this.writer.kind(now), now);
  }

  #base(kind: string, predicted: Json): Base {
    return { kind, value: this.#next(overlay(this.#last.get(kind), predicted)) };
  }

  /** The base for a line of this kind that nothing predicts. */
  last(kind: string): Json | undefined {
    const last = this.#last.get(kind);
    return last === undefined ? undefined : this.#next(last);
  }

  #next(record: Json): Json {
    return this.writer.next ? this.writer.next(record) : record;
  }

  commit(kind: string, value: Json): void {
    this.#last.set(kind, value);
    this.#commits++;
    this.writer.commit(value);
  }

  /**
   * Commits a line that is stored unchanged. If a writer fails because of it, it fails on both
   * sides.
   */
  note(value: Json): void {
    try {
      this.commit(this.writer.kind(value), value);
    } catch {
      // The line itself is safe.
    }
  }
}

/** Writes operations. One instance per file; the decoder will have the same `entries`. */
export class ScriptWriter {
  readonly #loop: Loop;
  /** Lines that had to be stored as text, for the report: they should be rare. */
  raw = 0;

  constructor(make: MakeWriter) {
    this.#loop = new Loop(make);
  }

  reset(): void {
    this.#loop.reset();
  }

  /** `plain`: every line is known to have the formatting of JSON.stringify. */
  encode(lines: readonly Line[], entries: readonly Entry[], plain = false): Coded[] {
    this.#loop.expect(entries);
    const slots = new CoderSlots(this.#loop, entries);
    return lines.map((line) => {
      const coded = this.#line(line, slots, plain);
      this.#loop.line++;
      return coded;
    });
  }

  /**
   * Restarts completely with lines that are stored unchanged: nothing is predicted, so nothing can
   * go wrong. `before`: the number of lines before them.
   */
  literal(lines: readonly Line[], entries: readonly Entry[], before: number): Coded[] {
    this.#loop.line = before;
    this.#loop.reset(true);
    this.#loop.tryExpect(entries);
    return lines.map((line) => {
      const coded = this.#raw(line, null);
      this.#loop.line++;
      return coded;
    });
  }

  get line(): number {
    return this.#loop.line;
  }

  #line(line: Line, slots: CoderSlots, plain: boolean): Coded {
    const { value, text, bytes } = line;
    if (bytes || value === undefined) return this.#raw(line, slots);
    try {
      return this.#json(value, plain ? null : text, slots) ?? this.#raw(line, slots);
    } catch (error) {
      if (error instanceof TooDeep) return this.#raw(line, slots);
      throw error;
    }
  }

  #raw({ text, bytes, value, found = [] }: Line, slots: CoderSlots | null): Coded {
    this.raw++;
    const op = bytes ? { b: bytes.toString("base64") } : { t: text };
    for (const record of value === undefined ? found.map((each) => each.value) : [value]) {
      this.#loop.note(record);
      slots?.outdate();
    }
    if (value !== undefined) return { op: { ...op, c: 1 }, base: undefined };
    if (found.length === 0) return { op, base: undefined };
    return { op: { ...op, f: found.map(({ span }) => span) }, base: undefined };
  }

  /** `text`: null if its formatting does not matter. */
  #json(value: Json, text: string | null, slots: CoderSlots): Coded | undefined {
    const kind = this.#loop.writer.kind(value);
    const slot = slots.match(kind, this.#loop.writer.key(value));
    const predicted = slot && this.#loop.base(slot);
    const fits = predicted?.kind === kind;
    const base = fits ? predicted.value : this.#loop.last(kind);
    const patch = diff(base, value);
    const rest = text === null ? patched(patch) : proven(base, patch, value, text);
    if (!rest) return undefined;
    const op = slot && fits ? took(slots, slot, rest) : { l: kind, ...rest };
    this.#loop.commit(kind, value);
    slots.outdate();
    return { op, base };
  }
}

function took(slots: CoderSlots, slot: Slot, rest: Correction): Op {
  const next = slots.isNext(slot);
  slots.take(slot);
  if (!next) return { ...rest, at: slot.index };
  return rest.p === undefined && !rest.s ? 0 : rest;
}

/** An operation, and what it corrects: a prediction or an earlier line. */
export interface Coded {
  op: Op;
  base: Json | undefined;
}

interface Correction {
  p?: Patch;
  s?: Spelling;
}

function patched(patch: Patch | null): Correction {
  return patch === null ? {} : { p: patch };
}

/** A patch is stored as JSON, which has no Infinity: 1e400 would come out of it as null. */
function isStorable(value: Json): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isStorable);
}

/** Patch and formatting, verified: undefined if they would not reproduce `text`. */
function proven(
  base: Json | undefined,
  patch: Patch | null,
  value: Json,
  text: string,
): Correction | undefined {
  const p = patched(patch);
  const restored = apply(base, patch);
  const plain = stringify(restored);
  if (plain === text) return p;
  if (plain === undefined) return undefined;
  const spelling = spellingOf(value, text);
  if (spelling === null || "raw" in spelling || print(restored, spelling) !== text)
    return undefined;
  if (!isStorable(value)) return undefined;
  return { ...p, s: spelling };
}

/**
 * Does the operation reproduce the line? `plain`: the line is known to have the formatting of
 * JSON.stringify, so only its value must be compared.
 */
export function gives(op: Op, base: Json | undefined, line: Line, plain: boolean): boolean {
  if (isLiteral(op)) return isLine(contentOf(op), line);
  const value = restoredBy(op, base);
  if (plain && line.value !== undefined) return !(op !== 0 && op.s) && equal(value, line.value);
  return print(value, (op !== 0 && op.s) || null) === line.text;
}

function restoredBy(op: Exclude<Op, Literal>, base: Json | undefined): Json {
  return apply(base, op === 0 ? null : (op.p ?? null));
}

function isLiteral(op: Op): op is Literal {
  return op !== 0 && ("t" in op || "b" in op);
}

/**
 * Does it consist only of what JSON.parse returned and JSON.stringify reproduced unchanged? Then it
 * comes out of the carry as it went in.
 */
export function isPlainOp(op: Op): boolean {
  return op === 0 || !(isLiteral(op) || op.s);
}

function contentOf(op: Literal): string | Buffer {
  return "t" in op ? op.t : Buffer.from(op.b, "base64");
}

/** Is this the line, to the byte? */
export function isLine(content: string | Buffer, { text, bytes }: Line): boolean {
  if (typeof content === "string") return bytes === undefined && content === text;
  return bytes?.equals(content) ?? false;
}

/** Converts operations back to lines. Give it the same entries, group by group. */
export class ScriptReader {
  readonly #loop: Loop;
  readonly #recent = new Recent();

  constructor(make: MakeWriter) {
    this.#loop = new Loop(make);
  }

  /** The writer, which has committed every line restored so far: it can continue from there. */
  get writer(): Writer {
    return this.#loop.writer;
  }

  /** `wholly`, `line`: see `ScriptWriter.literal`. */
  reset(wholly = false, line = this.#loop.line): void {
    this.#loop.line = line;
    this.#loop.reset(wholly);
  }

  decode(ops: readonly Op[], entries: readonly Entry[]): Restored[] {
    if (ops.every(isLiteral)) this.#loop.tryExpect(entries);
    else this.#loop.expect(entries);
    const slots = new Slots(this.#loop, entries);
    return ops.map((op) => {
      const restored = this.#op(op, slots);
      this.#loop.line++;
      return restored;
    });
  }

  #op(op: Op, slots: Slots): Restored {
    if (isLiteral(op)) {
      const restored = asItIs(contentOf(op), op.c === 1);
      this.#recent.add(this.#loop.line, restored);
      if (op.c && restored.value !== undefined) this.#loop.note(restored.value);
      for (const span of op.f ?? []) this.#noteFound(span);
      return restored;
    }
    const [kind, base] = op !== 0 && "l" in op ? this.#literal(op.l) : this.#predicted(op, slots);
    const value = restoredBy(op, base);
    this.#loop.commit(kind, value);
    const restored = { content: print(value, (op !== 0 && op.s) || null), value };
    this.#recent.add(this.#loop.line, restored);
    return restored;
  }

  #noteFound(span: Span): void {
    const record = recordAt(span, (back) => this.#recent.text(this.#loop.line - back));
    if (record !== undefined) this.#loop.note(record);
  }

  #literal(kind: string): [string, Json | undefined] {
    return [kind, this.#loop.last(kind)];
  }

  #predicted(op: 0 | { at?: [number, number] }, slots: Slots): [string, Json | undefined] {
    const slot = slots.at(op === 0 ? undefined : op.at);
    if (!slot) throw new ScriptMismatch("an operation names a prediction that is not there");
    const base = this.#loop.base(slot);
    if (!base) throw new ScriptMismatch("a prediction is no longer made");
    slots.take(slot);
    return [base.kind, base.value];
  }
}

export interface Restored {
  /** The line without its newline: text, or bytes if they are not UTF-8. */
  content: string | Buffer;
  /** undefined for a line that is not JSON. */
  value: Json | undefined;
}

/** A line that was stored completely; a reader of the file may still understand it. */
function asItIs(content: string | Buffer, isRecord: boolean): Restored {
  const { value } = lineOf(Buffer.from(content));
  return { content, value: !isRecord && isFrame(value) ? undefined : value };
}

/** The operations do not belong to these entries. */
export class ScriptMismatch extends Error {}
