/**
 * The list line of a session, from the head and the tail of its file: the amount of reading does
 * not depend on the session's length.
 */

import { closeSync, readSync } from "node:fs";
import { resolve } from "node:path";
import type { Agent, Database, Found } from "../agents/types.ts";
import { foldersAt } from "../convert/read/folder.ts";
import { isCompressed, linesOf } from "../convert/read/open.ts";
import { besideTitle } from "../convert/read/session.ts";
import { openFile } from "../io/door.ts";
import { Input } from "../io/input.ts";
import { formsOf, mayBeDocument } from "../lossless/document.ts";
import { Feed } from "../lossless/feed.ts";
import { LineSplitter, type Line as Text, lineOf as textOf } from "../lossless/lines.ts";
import type { Spent } from "../session/codec.ts";
import { MessageCount, type Messages } from "../session/count.ts";
import { FirstRequest, titleOf } from "../session/title.ts";
import type { Entry, Json, Message } from "../session/types.ts";
import { cutTitle, type Limit, type Line, type Sign, withSummary } from "./row.ts";
import { limitOf, Signs, stopsAt } from "./sign.ts";
import { placeOf } from "./stores.ts";
import type { UseCount } from "./use.ts";

/** A file of up to this size is read completely, so that its messages are counted. */
const WHOLE = 96 << 10;
/** The same of up to this many rows of a database; of more, the last ones are read. */
const FEW_ROWS = 100;
const LAST_ROWS = 12;
const CHUNK = 32 << 10;
const TAIL = 8 << 10;
/** A tail without a token count is read again, longer, up to this size. */
const FAIR_TAIL = 32 << 10;
/** And one that has neither an answer nor a limit, or no complete line, up to this size. */
const LONGEST_TAIL = 2 << 20;
/** The first prompt follows the harness's context; with pictures in it, it is long. */
const LONGEST_HEAD = 32 << 20;
/** It would have appeared within this size and this many lines. */
const ENOUGH_HEAD = 1 << 20;
const ENOUGH_LINES = 300;

/** Shared by all reads, which are synchronous. */
const buffer = Buffer.allocUnsafe(WHOLE);

/** @throws the file system's error if the file cannot be read. */
export function lineOf(agent: Agent, found: Found): Line {
  const { summary } = found;
  const scan = new Scan(agent);
  if (summary && agent.store.database) {
    const { messages: rows } = summary;
    if (rows === null) return withSummary(rowsLine(scan, agent, found), summary);
    const isEmpty = rows === 0;
    if (rows <= FEW_ROWS) return withSummary({ ...rowsLine(scan, agent, found), isEmpty }, summary);
    if (summary.title === null) readRequest(scan, agent.store.database, found);
    scan.leaveHead();
    readEnd(scan, agent.store.database, found, rows);
    return withSummary({ ...scan.line(true, found.path), isEmpty, messages: null }, summary);
  }
  // What its store does not tell of a session in a folder or database, its records tell.
  if (placeOf(found, agent) !== found.path) return rowsLine(scan, agent, found);
  const whole = readFile(scan, found.path);
  const line = scan.line(whole, found.path, agent.store.title?.(found.path) ?? null);
  return summary ? withSummary(line, summary) : line;
}

/** A session whose rows are few, or not counted. */
function rowsLine(scan: Scan, { store }: Agent, { path, id }: Found): Line {
  for (const line of store.database?.read(path, id) ?? []) scan.take(textOf(Buffer.from(line)));
  return scan.line(true, path);
}

/** What is shown above a session. */
export interface Heading extends Pick<Line, "title" | "cwd" | "model" | "createdAt"> {
  id: string;
}

/** The heading of an open session of any length, as fast as in a list. */
export function headingOf(agent: Agent, input: Input): Heading {
  const scan = new Scan(agent);
  readFile(scan, input.path);
  const place = input.name ?? input.path;
  const line = scan.line(false, place, besideTitle(agent, input));
  const { title, cwd, model, createdAt } = line;
  const id = agent.store.identity?.(resolve(place))?.id ?? scan.id;
  return { id, title, cwd, model, createdAt };
}

/** A session in a database without a title: reads up to the first request. */
function readRequest(scan: Scan, database: Database, { path, id }: Found): void {
  for (const line of database.read(path, id) ?? []) {
    scan.take(textOf(Buffer.from(line)));
    if (scan.knowsHead) return;
  }
}

/** The last of a session's `rows` messages: whether it stopped at a limit, and what its context takes. */
function readEnd(scan: Scan, database: Database, { path, id }: Found, rows: number): void {
  for (let most = LAST_ROWS; ; most *= 4) {
    const lines = database.end?.(path, id, most) ?? database.read(path, id) ?? [];
    for (const line of lines) scan.take(textOf(Buffer.from(line)));
    if (scan.knowsEnd || most >= rows || database.end === undefined) return;
  }
}

/** Passes a file's head and tail to `scan`. Was that the whole file? */
function readFile(scan: Scan, path: string): boolean {
  const { fd, size } = openFile(path);
  try {
    const head = readInto(fd, buffer, 0, Math.min(size, size <= WHOLE ? WHOLE : CHUNK));
    if (scan.mayBeOther(head, size)) {
      const lines = linesAt(path);
      if (lines) {
        scan.noteAll(lines);
        return true;
      }
    }
    if (size <= WHOLE) {
      scan.noteAll(head);
      return true;
    }
    const headEnd = readHead(scan, fd, head, size);
    if (headEnd >= size) return true;
    scan.leaveHead();
    readTail(scan, fd, headEnd, size);
    return false;
  } finally {
    closeSync(fd);
  }
}

function linesAt(path: string): Buffer | null {
  const input = new Input(path);
  try {
    return linesOf(input);
  } finally {
    input.close();
  }
}

/** Reads until the scan knows what a head contains; returns the position up to which it took all. */
function readHead(scan: Scan, fd: number, first: Buffer, size: number): number {
  const splitter = new LineSplitter();
  let chunk = first;
  let [end, lines] = [0, 0];
  for (;;) {
    for (const line of splitter.push(chunk)) {
      lines++;
      scan.take(line);
      if (scan.knowsHead) return end;
    }
    end += chunk.length;
    const rest = end >= size ? splitter.end() : null;
    if (rest) scan.take(rest);
    const isEnough = lines >= ENOUGH_LINES && end >= ENOUGH_HEAD;
    if (end >= size || end >= LONGEST_HEAD || isEnough || chunk.length === 0) return end;
    // A long line is read in increasingly long pieces.
    const length = Math.min(size - end, chunk.includes(0x0a) ? CHUNK : end);
    const room = length <= buffer.length ? buffer : Buffer.allocUnsafe(length);
    chunk = readInto(fd, room, end, length);
  }
}

function readTail(scan: Scan, fd: number, headEnd: number, size: number): void {
  for (let length = TAIL; ; length *= 4) {
    const from = Math.max(headEnd, size - length);
    const room = length <= buffer.length ? buffer : Buffer.allocUnsafe(length);
    const tail = readInto(fd, room, from, size - from);
    const start = from === 0 ? 0 : tail.indexOf(0x0a) + 1;
    const hasLine = start > 0 && tail.indexOf(0x0a, start) >= 0;
    if (hasLine) scan.noteAll(tail.subarray(start));
    if (hasLine && scan.knowsEnd && (scan.knowsTail || length >= FAIR_TAIL)) return;
    if (from === headEnd || length >= LONGEST_TAIL) return;
  }
}

function readInto(fd: number, room: Buffer, offset: number, length: number): Buffer {
  let filled = 0;
  while (filled < length) {
    const n = readSync(fd, room, filled, length - filled, offset + filled);
    if (n === 0) break;
    filled += n;
  }
  return room.subarray(0, filled);
}

/** Collects from a session's entries what its list line needs. */
export class Scan {
  readonly #agent: Agent;
  readonly #feed: Feed;
  readonly #request = new FirstRequest();
  #isEmpty = true;
  /** Was there an answer, or a limit, in the tail? */
  #knowsEnd = false;
  readonly #count: MessageCount;
  #tokens: number | null = null;
  #limit: Limit | null = null;
  readonly #signs = new Signs();
  #use: UseCount | null = null;
  /** The time up to which the head goes: the end may be days later. */
  #headTime: string | null = null;

  /** `before`: the result of an earlier scan of a session that this one continues. */
  constructor(agent: Agent, before?: Messages) {
    this.#agent = agent;
    this.#feed = new Feed(agent);
    this.#count = new MessageCount(before);
  }

  /** Passes the reader a line that an earlier scan has processed. */
  prime(line: Text): void {
    this.#feed.read(line);
  }

  /** From now on, input is from the tail: what the head said about the end no longer counts. */
  leaveHead(): void {
    this.#tokens = null;
    this.#limit = null;
    this.#knowsEnd = false;
    this.#signs.clear();
    this.#headTime = this.#feed.reader.header().updatedAt;
  }

  /** Is it something other than lines: compressed, or a document? */
  mayBeOther(head: Buffer, size: number): boolean {
    if (isCompressed(head)) return true;
    const forms = formsOf(this.#agent);
    return forms.length > 0 && mayBeDocument(head, size, forms);
  }

  /** Does it know what only the head of a session contains? */
  get knowsHead(): boolean {
    return this.#request.found && this.#feed.reader.header().cwd !== null;
  }

  /** Does it know what only the tail contains? */
  get knowsTail(): boolean {
    return this.#tokens !== null || this.#limit !== null;
  }

  /** Does it know whether the session stopped at a limit? */
  get knowsEnd(): boolean {
    return this.#knowsEnd;
  }

  /** All entries of these lines; they are processed as they are requested. */
  *takeAll(bytes: Buffer): Generator<Entry> {
    const splitter = new LineSplitter();
    for (const line of splitter.push(bytes)) yield* this.take(line);
    const rest = splitter.end();
    if (rest) yield* this.take(rest);
  }

  take(line: Text): Entry[] {
    const { records } = this.#feed.read(line);
    for (const { value, entries } of records) {
      const spent = this.#agent.spent?.(value);
      for (const entry of entries) this.note(entry, spent !== undefined);
      this.#noteRecord(value, entries[0]?.time ?? null, spent);
    }
    return records.flatMap(({ entries }) => entries);
  }

  /** What is in no entry. */
  #noteRecord(value: Json, time: string | null, spent: Spent | undefined): void {
    this.#tokens = this.#agent.contextTokens?.(value) ?? this.#tokens;
    const used = this.#agent.allowances?.(value);
    if (used && used.length > 0) this.#signs.noteAllowances(used, time);
    if (!spent) return;
    const { window, ...counts } = spent;
    this.#use?.note({ ...counts, time, model: spent.model ?? this.#model });
    if (window !== undefined) this.#signs.noteWindow(window, time, this.#model);
  }

  noteAll(bytes: Buffer): void {
    for (const _ of this.takeAll(bytes));
  }

  /** `isCounted`: what the entry took is known from its record. */
  note(entry: Entry, isCounted = false): void {
    this.#request.note(entry);
    this.#count.note(entry);
    if (entry.kind === "event") {
      if (stopsAt(entry)) [this.#limit, this.#knowsEnd] = [limitOf(entry), true];
      if (entry.event === "limit" || entry.event === "error") {
        this.#signs.noteEvent(entry, this.#model);
      }
      if (entry.event === "compaction") this.#isEmpty = false;
      return;
    }
    this.#noteUse(entry, isCounted);
    if (!entry.scaffold && entry.parts.length > 0) this.#isEmpty = false;
    if (entry.scaffold || entry.sidechain !== undefined) return;
    if (entry.role === "assistant" && entry.stop !== "error") {
      [this.#limit, this.#knowsEnd] = [null, true];
    }
    if (entry.usage) {
      const { input, output, cacheRead, cacheWrite } = entry.usage;
      // Sessions from agents that record no tokens have zeros, and so do failed answers.
      this.#tokens = input + output + cacheRead + cacheWrite || this.#tokens;
    }
  }

  #noteUse(entry: Message, isCounted: boolean): void {
    const { usage, time } = entry;
    const isAnswer = entry.role === "assistant" && entry.scaffold !== true;
    if (isAnswer && entry.stop !== "error" && entry.parts.length > 0) {
      this.#signs.noteAnswer(time, entry.model ?? this.#model);
    }
    if (!usage || !this.#use || isCounted) return;
    const model = entry.model ?? this.#model;
    this.#use.note({ key: entry.group ?? entry.id, usage, time, model });
  }

  get #model(): string | null {
    return this.#feed.reader.header().model;
  }

  /** From now on, counts tokens. */
  countUse(use: UseCount): void {
    this.#use = use;
  }

  get sign(): Sign {
    return this.#signs.sign();
  }

  /** "" if its records do not contain it. */
  get id(): string {
    return this.#feed.reader.header().id;
  }

  /** As far as its records say it. */
  get title(): string | null {
    return this.#feed.reader.header().title;
  }

  get counted(): Messages {
    return this.#count;
  }

  /** `place`: the session's path; `beside`: a title stored beside the file. */
  line(whole: boolean, place: string, beside: string | null = null): Line {
    const header = this.#feed.reader.header();
    const title = titleOf(header.title ?? beside, this.#request.text);
    return {
      title: title === null ? null : cutTitle(title),
      ...foldersAt(this.#agent, this.#feed.reader, place),
      isEmpty: whole && this.#isEmpty,
      createdAt: utc(header.createdAt),
      updatedAt: !whole && header.updatedAt === this.#headTime ? null : utc(header.updatedAt),
      messages: whole ? this.#count.messages : null,
      tokens: this.#tokens,
      model: header.model,
      branch: header.gitBranch,
      parent: header.parent,
      isSubagent: header.parent !== null && (this.#agent.store.isSubagent?.(place) ?? false),
      limit: this.#signs.withUsed(this.#limit),
      sign: this.sign,
    };
  }
}

/** As in the JSON documents: ISO 8601 in UTC; null for anything that is not a time. */
function utc(time: string | null): string | null {
  const at = time === null ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
