/**
 * Finds complete records in lines that are not JSON. After a crash or a full disk, a file may
 * contain several records on one line, NULs before a record, a truncated record before a complete
 * one, or a record that raw newlines split over several lines. One pass in linear time; the amount
 * held of an incomplete record is bounded.
 */
import { isObject } from "../session/json.ts";
import type { Json } from "../session/types.ts";
import { isFrame } from "./document.ts";
import { parseValue } from "./json-text.ts";
import { type Found, type Line, MAX_DEPTH, type Span } from "./lines.ts";

/** Lines of which something was not recovered; the first is this many lines back. */
export interface Lost {
  back: number;
  count: number;
}

export interface Recovered {
  found: readonly Found[];
  lost: readonly Lost[];
}

/** The most that is held of a record until its end is found: the whole texts of its lines. */
export const MOST_CHARS = 8 << 20;
const MOST_LINES = 20_000;

/** What is expected next in the current record; `seek`: there is none. */
type State =
  | "seek"
  | "first-key"
  | "key"
  | "colon"
  | "first-item"
  | "value"
  | "after"
  | "in-key"
  | "in-text";

interface Place {
  line: number;
  at: number;
}

interface Container extends Place {
  isObject: boolean;
}

const NUL = 0;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const NONE: Recovered = { found: [], lost: [] };

interface Whole extends Found {
  text: string;
}

/** Takes the lines of a file in order. */
export class Recoverer {
  readonly #recognises: (record: Json) => boolean;
  #line = -1;
  #text = "";
  #state: State = "seek";
  /** Can only a record begin here? At the start of a line, after a record, after NULs. */
  #isClean = true;
  readonly #open: Container[] = [];
  #start: Place = { line: 0, at: 0 };
  #isProven = true;
  /** The lines of the record so far, without this one. */
  #before: string[] = [];
  #chars = 0;
  /** An inner object that has just ended: it may be a record that follows a truncated one. */
  #inner: { place: Place; to: number } | null = null;
  /** Position of the last quote that ended a string in this line. */
  #quote = -1;
  /** A truncated record that ends where the next begins: nothing is lost if that one repeats it. */
  #torn: { text: string; to: number } | null = null;
  /** The last line that is counted as lost. */
  #counted = -1;
  #found: Found[] = [];
  #lost: Lost[] = [];

  constructor(recognises: (record: Json) => boolean) {
    this.#recognises = recognises;
  }

  /** Has a record begun whose end is still to come? */
  get isPending(): boolean {
    return this.#state !== "seek";
  }

  /** The next line. A record on a line of its own is not among the results. */
  take({ text, value }: Line): Recovered {
    this.#line++;
    if (value !== undefined && !this.isPending) return NONE;
    this.#text = text;
    this.#found = [];
    this.#lost = [];
    if (isRecord(value)) this.#abandon();
    else this.#scan();
    return { found: this.#found, lost: this.#lost };
  }

  /** What is lost with the last line, counted from the line after it. */
  end(): readonly Lost[] {
    this.#line++;
    this.#text = "";
    this.#lost = [];
    if (this.isPending) this.#abandon();
    return this.#lost;
  }

  /** The line is a record: the one that had begun has no end. */
  #abandon(): void {
    const [only = ""] = this.#before;
    const isRepeated =
      this.#before.length === 1 && this.#text.startsWith(only.slice(this.#start.at));
    if (!isRepeated) this.#lose(this.#start.line, this.#line - 1);
    this.#stop(true);
  }

  #scan(): void {
    this.#isClean = true;
    this.#quote = -1;
    for (let at = 0; at < this.#text.length; ) {
      at = this.#state === "seek" ? this.#seek(at) : this.#step(at);
    }
    this.#endLine();
  }

  #endLine(): void {
    // A record of more lines would be parsed again with every line that ends it.
    const isHere = this.#inner?.place.line === this.#line;
    const isTaken = isHere && this.#state === "after" && this.#takeInner();
    this.#loseTorn();
    if (isTaken || this.#state === "seek") return;
    this.#inner = null;
    this.#chars += this.#text.length;
    this.#before.push(this.#text);
    if (this.#chars <= MOST_CHARS && this.#before.length <= MOST_LINES) return;
    this.#lose(this.#start.line, this.#line);
    this.#stop(true);
  }

  /** Searches for the beginning of a record; returns the position to continue from. */
  #seek(from: number): number {
    const text = this.#text;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === NUL) this.#isClean = true;
      else if (code === OPEN && (this.#isClean || text.charCodeAt(at + 1) === QUOTE)) {
        this.#begin(at);
        return at + 1;
      } else if (!isSpace(code)) {
        this.#lose(this.#line, this.#line);
        this.#isClean = false;
      }
    }
    return text.length;
  }

  #begin(at: number): void {
    if (this.#torn && this.#torn.to !== at) this.#loseTorn();
    this.#start = { line: this.#line, at };
    this.#isProven = this.#isClean;
    this.#open.push({ line: this.#line, at, isObject: true });
    this.#state = "first-key";
  }

  #stop(isClean: boolean): void {
    this.#state = "seek";
    this.#isClean = isClean;
    this.#open.length = 0;
    this.#before = [];
    this.#chars = 0;
    this.#inner = null;
  }

  /** Reads one token; returns the position after it. */
  #step(at: number): number {
    if (this.#state === "in-key" || this.#state === "in-text") return this.#string(at);
    const code = this.#text.charCodeAt(at);
    if (isSpace(code)) return at + 1;
    switch (this.#state) {
      case "first-key":
        return code === CLOSE ? this.#close(at, true) : this.#key(at, code);
      case "key":
        return this.#key(at, code);
      case "colon":
        if (code !== COLON) return this.#fail(at);
        this.#state = "value";
        return at + 1;
      case "first-item":
        return code === CLOSE_LIST ? this.#close(at, false) : this.#value(at, code);
      case "value":
        return this.#value(at, code);
      default:
        return this.#after(at, code);
    }
  }

  #key(at: number, code: number): number {
    if (code !== QUOTE) return this.#fail(at);
    this.#state = "in-key";
    return at + 1;
  }

  #value(at: number, code: number): number {
    if (code === QUOTE) {
      this.#state = "in-text";
      return at + 1;
    }
    if (code === OPEN || code === OPEN_LIST) return this.#enter(at, code === OPEN);
    let end = at;
    while (isWord(this.#text.charCodeAt(end))) end++;
    if (end === at) return this.#fail(at);
    this.#state = "after";
    return end;
  }

  #enter(at: number, isObject: boolean): number {
    if (this.#open.length >= MAX_DEPTH) {
      // Nested deeper than any value that is processed: nothing of the line is used.
      this.#lose(this.#start.line, this.#line);
      this.#stop(false);
      return this.#text.length;
    }
    this.#open.push({ line: this.#line, at, isObject });
    this.#state = isObject ? "first-key" : "first-item";
    return at + 1;
  }

  #after(at: number, code: number): number {
    const isObject = this.#open.at(-1)?.isObject ?? false;
    if (code === COMMA) {
      this.#inner = null;
      this.#state = isObject ? "key" : "value";
      return at + 1;
    }
    return code === (isObject ? CLOSE : CLOSE_LIST) ? this.#close(at, isObject) : this.#fail(at);
  }

  #close(at: number, isObject: boolean): number {
    const isEmpty = this.#state === "first-key";
    const closed = this.#open.pop();
    this.#state = "after";
    this.#inner = closed && isObject && !isEmpty ? { place: closed, to: at + 1 } : null;
    if (this.#open.length > 0) return at + 1;
    const found = this.#inner && this.#read(this.#inner, this.#isProven);
    if (found) this.#note(found);
    else {
      this.#loseTorn();
      this.#lose(this.#start.line, this.#line);
    }
    this.#stop(found !== null);
    return at + 1;
  }

  /** Reads a string, as far as it is in this line. */
  #string(from: number): number {
    const text = this.#text;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#quote = at;
        this.#state = this.#state === "in-key" ? "colon" : "after";
        return at + 1;
      }
      if (code === NUL) return this.#fail(at);
      if (code !== BACKSLASH) continue;
      const wrong = wrongEscape(text, at);
      if (wrong >= 0) return this.#fail(wrong);
      // What follows the escaped character of \uXXXX is plain.
      at++;
    }
    return text.length;
  }

  /**
   * The current record is truncated before `at`; returns the position to search for the next one
   * from.
   */
  #fail(at: number): number {
    if (this.#state === "after" && this.#takeInner()) return at;
    const before = this.#quote - 1;
    const isOwn = this.#start.line < this.#line || before > this.#start.at;
    // Truncated inside a string: the first quote of the next record ended it.
    const isNext = this.#quote === at - 1 && this.#text.charCodeAt(before) === OPEN && isOwn;
    const to = isNext ? before : at;
    this.#tear(to);
    this.#stop(to === 0);
    return to;
  }

  #tear(to: number): void {
    const { line, at } = this.#start;
    if (line < this.#line) {
      this.#loseTorn();
      this.#lose(line, to > 0 ? this.#line : this.#line - 1);
      return;
    }
    const text = this.#text.slice(at, to);
    if (this.#torn && !text.startsWith(this.#torn.text)) this.#loseTorn();
    this.#torn = { text, to };
  }

  /** Takes the object that has just ended, if it is a record that follows a truncated one. */
  #takeInner(): boolean {
    const found = this.#inner && this.#read(this.#inner, false);
    if (!found || !this.#inner) return false;
    const { line, at } = this.#inner.place;
    if (line === this.#line && this.#start.line === line) this.#tear(at);
    else this.#lose(this.#start.line, line);
    this.#note(found);
    this.#stop(true);
    return true;
  }

  /** null if it is not a record. */
  #read({ place, to }: { place: Place; to: number }, isProven: boolean): Whole | null {
    const text = this.#textOf(place, to);
    const value = parsed(text);
    // Only a first line of Segue's own is one.
    if (value === undefined || isFrame(value)) return null;
    const isWhole = isProven && place.line === this.#line && this.#mayEndAt(to);
    if (!isWhole && !this.#recognises(value)) return null;
    return { text, value, span: [this.#line - place.line, place.at, to] };
  }

  /** A different continuation is the rest of a record whose beginning is missing. */
  #mayEndAt(to: number): boolean {
    let at = to;
    while (isSpace(this.#text.charCodeAt(at))) at++;
    const code = this.#text.charCodeAt(at);
    return at >= this.#text.length || code === NUL || code === OPEN;
  }

  #note({ text, value, span }: Whole): void {
    if (this.#torn && text.startsWith(this.#torn.text)) this.#torn = null;
    this.#loseTorn();
    this.#found.push({ value, span });
  }

  #textOf({ line, at }: Place, to: number): string {
    if (line === this.#line) return this.#text.slice(at, to);
    const lines = this.#before.slice(line - this.#start.line);
    return joined([...lines, this.#text], at, to);
  }

  #loseTorn(): void {
    if (this.#torn) this.#lose(this.#line, this.#line);
    this.#torn = null;
  }

  #lose(from: number, to: number): void {
    const first = Math.max(from, this.#counted + 1);
    if (first > to) return;
    this.#lost.push({ back: this.#line - first, count: to - first + 1 });
    this.#counted = to;
  }
}

/** The record at that position. `line`: the text of the line that many lines back. */
export function recordAt(
  [back, from, to]: Span,
  line: (back: number) => string | undefined,
): Json | undefined {
  const lines: string[] = [];
  for (let n = back; n >= 0; n--) {
    const text = line(n);
    if (text === undefined) return undefined;
    lines.push(text);
  }
  return parsed(joined(lines, from, to));
}

/** The lines in which a record that ends in the next one may have begun. */
export class Recent {
  #lines: { n: number; text: string }[] = [];
  #chars = 0;

  /** Line number `n`; when it is set again, it replaces the old value. */
  add(n: number, { content, value }: { content: string | Buffer; value: Json | undefined }): void {
    if (isRecord(value)) {
      if (this.#lines.length > 0) this.#forget(this.#lines.length);
      return;
    }
    while ((this.#lines.at(-1)?.n ?? -1) >= n) this.#chars -= this.#lines.pop()?.text.length ?? 0;
    if (this.#lines.at(-1)?.n !== n - 1) this.#forget(this.#lines.length);
    const text = content.toString();
    this.#lines.push({ n, text });
    this.#chars += text.length;
    let old = 0;
    for (let chars = this.#chars - text.length; chars > MOST_CHARS; old++) {
      chars -= this.#lines[old]?.text.length ?? 0;
    }
    if (this.#lines.length > 2 * MOST_LINES) old = Math.max(old, MOST_LINES);
    if (old > 0) this.#forget(old);
  }

  text(n: number): string | undefined {
    const first = this.#lines[0]?.n ?? 0;
    return this.#lines[n - first]?.text;
  }

  #forget(count: number): void {
    for (const { text } of this.#lines.splice(0, count)) this.#chars -= text.length;
  }
}

/** Can it be a record? Then it is not the middle of one. */
export function isRecord(value: Json | undefined): boolean {
  return isObject(value) && Object.keys(value).length > 0;
}

function joined(lines: readonly string[], from: number, to: number): string {
  const last = lines.length - 1;
  return lines
    .map((text, n) => text.slice(n === 0 ? from : 0, n === last ? to : undefined))
    .join("\n");
}

/** Control characters in strings, which JSON does not allow, are taken literally. */
function parsed(text: string): Json | undefined {
  return parseValue(text) ?? parseValue(escaped(text));
}

function escaped(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isInString = !isInString;
    else if (code === BACKSLASH) at++;
    else if (code < SPACE && isInString) {
      pieces.push(text.slice(from, at), JSON.stringify(text.charAt(at)).slice(1, -1));
      from = at + 1;
    }
  }
  return pieces.join("") + text.slice(from);
}

const SPACE = 0x20;

function isSpace(code: number): boolean {
  return code === SPACE || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** A number, true, false or null: JSON.parse checks it when the record is complete. */
function isWord(code: number): boolean {
  const isLetter = (code | SPACE) >= 0x61 && (code | SPACE) <= 0x7a;
  return (
    isLetter || (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e
  );
}

const ESCAPES = '"\\/bfnrtu';

/** The position of the first invalid character in the escape that begins at `at`; -1 for none. */
function wrongEscape(text: string, at: number): number {
  const name = text.charAt(at + 1);
  if (name === "" || !ESCAPES.includes(name)) return at + 1;
  if (name !== "u") return -1;
  for (let digit = at + 2; digit < at + 6; digit++) {
    if (!/^[\da-f]$/i.test(text.charAt(digit))) return digit;
  }
  return -1;
}
