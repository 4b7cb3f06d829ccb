/** Reads what is new in one session, with as little reading as possible. */
import { createHash } from "node:crypto";
import { closeSync } from "node:fs";
import type { Agent } from "../agents/types.ts";
import { feedOf } from "../convert/read/folder.ts";
import { isCompressed, linesOf } from "../convert/read/open.ts";
import { openFile } from "../io/door.ts";
import { Input } from "../io/input.ts";
import { readAt } from "../io/read-at.ts";
import { allowanceMoment, Moments, momentOf, timeOf } from "../limits/moments.ts";
import { formsOf, mayBeDocument } from "../lossless/document.ts";
import type { Feed } from "../lossless/feed.ts";
import { type Line, lineOf, linesIn } from "../lossless/lines.ts";
import { member, string } from "../session/json.ts";
import type { Json } from "../session/types.ts";

/** What one reading gave. */
export interface Reading {
  moments: Moments;
  /** Was it only what was appended since the last reading? Otherwise it was the whole session. */
  isAppended: boolean;
}

export interface Tail {
  /** @throws if it cannot be read. */
  read(): Reading;
  /** According to what was read so far. */
  readonly cwd: string | null;
}

const CHUNK = 1 << 20;
const MARK = 512;
/** How much of a file is read again so that its reader knows where it is. */
const BEFORE = 64 << 10;
const ALL_BEFORE = 1 << 20;
/** A reader may remember something of each record: after this many bytes, a new one takes over. */
const MOST_READ = 16 << 20;
const NEWLINE = 0x0a;

/** A file to which its agent appends lines, or which it writes again as a whole. */
export class FileTail implements Tail {
  readonly #agent: Agent;
  readonly #place: string;
  #feed: Feed | null = null;
  /** Up to here, it was read. */
  #offset: number;
  /** What was before `#offset` and at the beginning; "" if that is unknown. */
  #mark = "";
  /** Up to here, there is no end of the line that begins at `#offset`. */
  #checked = 0;
  /** How many bytes the reader has seen. */
  #fed = 0;
  #isSettled: boolean;
  #untimed = new Map<string, number>();

  /** `from`: everything before is old, though the line that it is in may have been unfinished. */
  constructor(agent: Agent, place: string, from: number) {
    this.#agent = agent;
    this.#place = place;
    this.#offset = from;
    this.#isSettled = from === 0;
  }

  get cwd(): string | null {
    return this.#feed?.reader.header().cwd ?? null;
  }

  read(): Reading {
    const { fd, size } = openFile(this.#place);
    try {
      if (this.#isOther(fd, size)) return this.#readWhole();
      const goesOn = size >= this.#offset && this.#isSame(fd);
      const isAppended = goesOn && this.#offset > 0;
      if (!goesOn) this.#restart();
      const moments = new Moments(this.#untimed);
      if (!this.#isSettled) this.#settle(fd);
      this.#readOn(fd, size, moments);
      return { moments, isAppended };
    } finally {
      closeSync(fd);
    }
  }

  /** Compressed, or a document. */
  #isOther(fd: number, size: number): boolean {
    const forms = formsOf(this.#agent);
    const head = readAt(fd, 0, Math.min(size, forms.length > 0 ? BEFORE : MARK));
    return isCompressed(head) || (forms.length > 0 && mayBeDocument(head, size, forms));
  }

  #readWhole(): Reading {
    this.#restart();
    const input = new Input(this.#place);
    try {
      const lines = linesOf(input);
      const moments = new Moments();
      this.#feed = feedOf(this.#agent, this.#place);
      for (const line of lines ? linesIn(lines) : input.lines()) this.#take(line, moments);
      return { moments, isAppended: false };
    } finally {
      input.close();
    }
  }

  #restart(): void {
    this.#feed = null;
    this.#offset = 0;
    this.#mark = "";
    this.#checked = 0;
    this.#fed = 0;
    this.#isSettled = true;
    this.#untimed = new Map();
  }

  /** The old end of the file may be in the middle of a line that was finished since. */
  #settle(fd: number): void {
    for (let end = this.#offset; end > 0; ) {
      const from = Math.max(0, end - BEFORE);
      const at = readAt(fd, from, end - from).lastIndexOf(NEWLINE);
      end = from;
      this.#offset = at < 0 ? from : from + at + 1;
      if (at >= 0) break;
    }
    this.#isSettled = true;
  }

  #isSame(fd: number): boolean {
    return this.#mark === "" || this.#mark === markOf(fd, this.#offset);
  }

  #readOn(fd: number, size: number, moments: Moments): void {
    for (let from = Math.max(this.#offset, this.#checked); from < size; ) {
      const bytes = readAt(fd, from, Math.min(CHUNK, size - from));
      if (bytes.length === 0) break;
      const end = bytes.lastIndexOf(NEWLINE);
      from += bytes.length;
      if (end < 0) this.#checked = from;
      else this.#readTo(fd, from - bytes.length + end + 1, moments);
    }
    this.#readRest(fd, size, moments);
    this.#mark = markOf(fd, this.#offset);
  }

  /** Whole lines. */
  #readTo(fd: number, end: number, moments: Moments): void {
    const feed = this.#primed(fd);
    const bytes = readAt(fd, this.#offset, end - this.#offset);
    for (const line of linesIn(bytes)) this.#take(line, moments, feed);
    this.#offset += bytes.length;
    this.#checked = this.#offset;
    this.#fed += bytes.length;
  }

  /** A last line without its end, if it is a whole record: some agents write the end before the next. */
  #readRest(fd: number, size: number, moments: Moments): void {
    if (size - this.#offset > CHUNK || size <= this.#offset) return;
    const bytes = readAt(fd, this.#offset, size - this.#offset);
    const value = bytes[0] === 0x7b && bytes.at(-1) === 0x7d ? lineOf(bytes).value : undefined;
    if (value !== undefined) this.#readTo(fd, size, moments);
  }

  /** The reader, which knows the beginning of the file, and what is right before. */
  #primed(fd: number): Feed {
    if (this.#feed !== null && this.#fed < MOST_READ) return this.#feed;
    const feed = feedOf(this.#agent, this.#place);
    this.#feed = feed;
    this.#fed = 0;
    if (this.#offset > ALL_BEFORE) {
      const head = readAt(fd, 0, BEFORE);
      const first = head.indexOf(NEWLINE);
      if (first >= 0) feed.read(lineOf(head.subarray(0, first)));
      const before = readAt(fd, this.#offset - BEFORE, BEFORE);
      for (const line of linesIn(before.subarray(before.indexOf(NEWLINE) + 1))) feed.read(line);
    } else for (const line of linesIn(readAt(fd, 0, this.#offset))) feed.read(line);
    return feed;
  }

  #take(line: Line, moments: Moments, feed = this.#feed): void {
    if (feed) take(this.#agent, feed, line, moments);
  }
}

/** A session in a database, of which each reading is one of all its rows. */
export class RowsTail implements Tail {
  readonly #agent: Agent;
  readonly #path: string;
  readonly #id: string;
  #cwd: string | null = null;

  constructor(agent: Agent, path: string, id: string) {
    this.#agent = agent;
    this.#path = path;
    this.#id = id;
  }

  get cwd(): string | null {
    return this.#cwd;
  }

  read(): Reading {
    const moments = new Moments();
    const feed = feedOf(this.#agent, `${this.#path}#${this.#id}`);
    for (const line of this.#agent.store.database?.read(this.#path, this.#id) ?? []) {
      take(this.#agent, feed, lineOf(Buffer.from(line)), moments);
    }
    this.#cwd = feed.reader.header().cwd;
    return { moments, isAppended: false };
  }
}

function take(agent: Agent, feed: Feed, line: Line, moments: Moments): void {
  for (const { value, entries } of feed.read(line).records) {
    const time = entries.find((entry) => entry.time !== null)?.time ?? stampOf(value);
    moments.add(allowanceMoment(value, timeOf(time), agent.allowances));
    for (const entry of entries) moments.add(momentOf(entry));
  }
}

function stampOf(record: Json): string | null {
  return string(member(record, "timestamp")) ?? null;
}

function markOf(fd: number, offset: number): string {
  const hash = createHash("sha1");
  hash.update(readAt(fd, 0, Math.min(MARK, offset)));
  const from = Math.max(0, offset - MARK);
  hash.update(readAt(fd, from, offset - from));
  return hash.digest("base64");
}
