/**
 * How to rebuild lines of a session file from what an agent's writer predicts: the residue of a
 * file against its own entries, and the carry of a file against its translation, are both lists
 * of these operations. Coder and decoder run the same closed loop: predict, correct, commit.
 */
import type { Writer } from "../agents/types.ts";
import type { Entry, Json } from "../session/types.ts";
import { apply, diff, equal, overlay, type Patch, TooDeep } from "./delta.ts";
import { print, type Spelling, spellingOf, stringify } from "./json-text.ts";
import { type Line, lineOf } from "./lines.ts";

/**
 * One line of the file:
 * - `0`: the next prediction as it is
 * - `{p, s, at}`: a prediction (the next, or number `at[1]` of entry `at[0]`), patched, spelled
 * - `{l, p, s}`: no prediction; patched from the last line of kind `l`
 * - `{t}`: a text that is not JSON, or that no patch reproduces; `{b}`: bytes that are not UTF-8 (base64)
 */
export type Op =
  | 0
  | { p?: Patch; s?: Spelling; at?: [number, number] }
  | { l: string; p?: Patch; s?: Spelling }
  | { t: string }
  | { b: string };

/** What an entry is predicted to be. */
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
 * The predictions for a group of entries, taken one by one, mostly in order. Each is made when it
 * is first looked at: by then more is known, and it rarely has to be made again.
 */
class Slots {
  readonly #loop: Loop;
  readonly #entries: readonly Entry[];
  readonly #slots: Slot[] = [];
  #predicted = 0;
  #next = 0;

  constructor(loop: Loop, entries: readonly Entry[]) {
    this.#loop = loop;
    this.#entries = entries;
  }

  /** Predicts one more entry; false when there is none. */
  #extend(): boolean {
    const e = this.#predicted;
    const entry = this.#entries[e];
    if (!entry) return false;
    this.#predicted++;
    const { writer } = this.#loop;
    const records = writer.predict(entry);
    const from = { entry, records, stamp: this.#loop.stamp(entry) };
    for (let r = 0; r < records.length; r++) {
      const record = records[r] ?? null;
      const [kind, key] = [writer.kind(record), writer.key(record)];
      this.#slots.push({ from, index: [e, r], record, kind, key, used: false });
    }
    return true;
  }

  /** The slot a line of this kind and key belongs to: same call first, else the next of its kind. */
  match(kind: string, key: string): Slot | undefined {
    let sameKind: Slot | undefined;
    const fits = (slot: Slot | undefined): boolean => {
      if (!slot || slot.used || slot.kind !== kind) return false;
      sameKind ??= slot;
      return slot.key === key;
    };
    for (let i = this.#next; i < this.#slots.length || this.#extend(); i++) {
      if (fits(this.#slots[i])) return this.#slots[i];
      // Without a call to look for, the next of its kind is as good as any.
      if (sameKind && key === "") return sameKind;
    }
    for (let i = 0; i < this.#next; i++) if (fits(this.#slots[i])) return this.#slots[i];
    return sameKind;
  }

  isNext(slot: Slot): boolean {
    return this.#slots[this.#skipUsed()] === slot;
  }

  at(index: [number, number] | undefined): Slot | undefined {
    if (!index) {
      const next = this.#skipUsed();
      while (next >= this.#slots.length && this.#extend());
      return this.#slots[next];
    }
    while (this.#predicted <= index[0] && this.#extend());
    return this.#slots.find(({ index: [e, r] }) => e === index[0] && r === index[1]);
  }

  take(slot: Slot): void {
    slot.used = true;
    this.#next = this.#slots.indexOf(slot) + 1;
  }

  #skipUsed(): number {
    let i = this.#next;
    while (this.#slots[i]?.used) i++;
    return i;
  }
}

interface Base {
  kind: string;
  value: Json;
}

/** Makes the writer that goes on at line number `line`: part of what its new ids are made from. */
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

  /** Forgets everything, so that what follows can be decoded without what came before. */
  reset(): void {
    this.#last = new Map();
    const before = this.writer;
    this.writer = this.#make(this.line);
    this.writer.replaces?.(before);
  }

  slots(entries: readonly Entry[]): Slots {
    for (const entry of entries) {
      if (entry.kind === "event" && entry.event === "start") this.writer.begin?.(entry.header);
    }
    this.writer.expect?.(entries, true);
    return new Slots(this, entries);
  }

  /** While it is the same, so is what the entry is predicted to be. */
  stamp(entry: Entry): number {
    return this.writer.stamp ? this.writer.stamp(entry) : this.#commits;
  }

  /** The base for a line that takes the slot: its prediction in the light of all before it. */
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
}

/** Writes operations. One instance per file; `entries` are what the decoder will have, too. */
export class ScriptWriter {
  readonly #loop: Loop;
  /** Lines that had to be kept as text, for the report: they should be rare. */
  raw = 0;

  constructor(make: MakeWriter) {
    this.#loop = new Loop(make);
  }

  reset(): void {
    this.#loop.reset();
  }

  /** `plain`: every line is known to be spelled as JSON.stringify does. */
  encode(lines: readonly Line[], entries: readonly Entry[], plain = false): Coded[] {
    const slots = this.#loop.slots(entries);
    return lines.map((line) => {
      const coded = this.#line(line, slots, plain);
      this.#loop.line++;
      return coded;
    });
  }

  #line(line: Line, slots: Slots, plain: boolean): Coded {
    if (line.bytes) return this.#raw({ b: line.bytes.toString("base64") });
    const { value, text } = line;
    if (value === undefined) return this.#raw({ t: text });
    try {
      return this.#json(value, plain ? null : text, slots) ?? this.#raw({ t: text });
    } catch (error) {
      if (error instanceof TooDeep) return this.#raw({ t: text });
      throw error;
    }
  }

  #raw(op: Op): Coded {
    this.raw++;
    return { op, base: undefined };
  }

  /** `text`: null when its spelling is no question. */
  #json(value: Json, text: string | null, slots: Slots): Coded | undefined {
    const kind = this.#loop.writer.kind(value);
    const slot = slots.match(kind, this.#loop.writer.key(value));
    const predicted = slot && this.#loop.base(slot);
    const fits = predicted?.kind === kind;
    const base = fits ? predicted.value : this.#loop.last(kind);
    const patch = diff(base, value);
    const rest = text === null ? patched(patch) : proven(base, patch, value, text);
    if (!rest) return undefined;
    this.#loop.commit(kind, value);
    if (!slot || !fits) return { op: { l: kind, ...rest }, base };
    const next = slots.isNext(slot);
    slots.take(slot);
    if (!next) return { op: { ...rest, at: slot.index }, base };
    return { op: rest.p === undefined && !rest.s ? 0 : rest, base };
  }
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

/** Patch and spelling, proven: undefined when they would not give `text` again. */
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
  return { ...p, s: spelling };
}

/**
 * Does the operation give the line again? `plain`: the line is known to be spelled as
 * JSON.stringify does, so that its value is all there is to compare.
 */
export function gives(op: Op, base: Json | undefined, line: Line, plain: boolean): boolean {
  if (op !== 0 && "t" in op) return line.bytes === undefined && op.t === line.text;
  if (op !== 0 && "b" in op) return line.bytes?.equals(Buffer.from(op.b, "base64")) ?? false;
  const value = restoredBy(op, base);
  if (plain && line.value !== undefined) return !(op !== 0 && op.s) && equal(value, line.value);
  return print(value, (op !== 0 && op.s) || null) === line.text;
}

function restoredBy(op: Exclude<Op, { t: string } | { b: string }>, base: Json | undefined): Json {
  return apply(base, op === 0 ? null : (op.p ?? null));
}

/** Reads operations back into lines. Give it the same entries, group by group. */
export class ScriptReader {
  readonly #loop: Loop;

  constructor(make: MakeWriter) {
    this.#loop = new Loop(make);
  }

  /** The writer, having committed every line restored so far: it can go on from there. */
  get writer(): Writer {
    return this.#loop.writer;
  }

  reset(): void {
    this.#loop.reset();
  }

  decode(ops: readonly Op[], entries: readonly Entry[]): Restored[] {
    const slots = this.#loop.slots(entries);
    return ops.map((op) => {
      const restored = this.#op(op, slots);
      this.#loop.line++;
      return restored;
    });
  }

  #op(op: Op, slots: Slots): Restored {
    if (op !== 0 && "t" in op) return asItIs(op.t);
    if (op !== 0 && "b" in op) return asItIs(Buffer.from(op.b, "base64"));
    const [kind, base] = op !== 0 && "l" in op ? this.#literal(op.l) : this.#predicted(op, slots);
    const value = restoredBy(op, base);
    this.#loop.commit(kind, value);
    return { content: print(value, (op !== 0 && op.s) || null), value };
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
  /** The line without its newline: a text, or the bytes where they are no UTF-8. */
  content: string | Buffer;
  /** undefined for a line that is no JSON. */
  value: Json | undefined;
}

/** A line that was kept whole; a reader of the file may still understand it. */
function asItIs(content: string | Buffer): Restored {
  return { content, value: lineOf(Buffer.from(content)).value };
}

/** The operations do not belong to these entries. */
export class ScriptMismatch extends Error {}
