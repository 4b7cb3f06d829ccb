/** Finds the blocks of a history in its bytes. */
import {
  BREAK,
  carryIn,
  hasMarks,
  idIn,
  linesIn,
  OUTPUT,
  titleIn,
  USER,
  unescaped,
} from "./marks.ts";
import { STARTED } from "./print.ts";
import type { Block } from "./records.ts";

/** A block, and the bytes that it is. */
export interface Raw {
  block: Block;
  bytes: Buffer;
}

interface Line {
  bytes: Buffer;
  /** Without what ends it. */
  text: string;
  is: "started" | "user" | "output" | "other";
}

export function blocksOf(bytes: Buffer): Raw[] {
  return new Splitter(linesOf(bytes)).blocks();
}

/**
 * What the CLI writes ends in two spaces, but not what a model writes. Where an editor took these
 * away, Aider's own rule is left: in a run of which the CLI's version stands there without them.
 */
function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < bytes.length; ) {
    const at = bytes.indexOf(0x0a, from);
    const end = at < 0 ? bytes.length : at + 1;
    const line = bytes.subarray(from, end);
    lines.push({ bytes: line, text: line.toString("utf8").replace(/\r?\n$/, ""), is: "other" });
    from = end;
  }
  let from = 0;
  lines.forEach(({ text }, n) => {
    if (!isStart(text)) return;
    markRun(lines.slice(from, n));
    from = n;
  });
  markRun(lines.slice(from));
  return lines;
}

/** Of the lines of one run, which are the CLI's and which the user's. */
function markRun(lines: readonly Line[]): void {
  const version = lines.find(({ text }) => text.startsWith(`${OUTPUT}Aider v`));
  const isSpaced = version === undefined || version.text.endsWith(BREAK);
  for (const line of lines) line.is = kindOf(line.text, isSpaced);
}

function isStart(text: string): boolean {
  return (
    text.startsWith(STARTED) &&
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\s*$/.test(text.slice(STARTED.length))
  );
}

function kindOf(text: string, isSpaced: boolean): Line["is"] {
  if (isStart(text)) return "started";
  if (isSpaced && !text.endsWith(BREAK)) return "other";
  if (text.startsWith(USER)) return "user";
  return text.startsWith(OUTPUT) ? "output" : "other";
}

class Splitter {
  readonly #lines: readonly Line[];
  readonly #found: Raw[] = [];
  #at = 0;
  /** Has the user said something since the last run began? */
  #hasUser = false;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  blocks(): Raw[] {
    for (let line = this.#lines[0]; line !== undefined; line = this.#lines[this.#at]) {
      if (line.is === "started") this.#started([]);
      else if (line.is === "user") this.#user([]);
      else if (line.is === "output") this.#output();
      else if (!this.#long(line)) this.#other();
    }
    return this.#found;
  }

  #take(count: number): Line[] {
    const lines = this.#lines.slice(this.#at, this.#at + count);
    this.#at += lines.length;
    return lines;
  }

  /** How many lines from here on are of this kind. */
  #count(fits: (line: Line) => boolean): number {
    let end = this.#at;
    for (let line = this.#lines[end]; line !== undefined && fits(line); ) line = this.#lines[++end];
    return end - this.#at;
  }

  #add(block: Block, lines: readonly Line[]): void {
    if (block.kind === "started" || block.kind === "user") this.#hasUser = block.kind === "user";
    this.#found.push({ block, bytes: Buffer.concat(lines.map(({ bytes }) => bytes)) });
  }

  #started(before: readonly Line[]): void {
    const [line] = this.#take(1);
    const after = isBlank(this.#lines[this.#at]) ? this.#take(1) : [];
    const text = line?.text.slice(STARTED.length).trimEnd() ?? "";
    this.#add({ kind: "started", text }, [...before, ...(line ? [line] : []), ...after]);
  }

  #user(before: readonly Line[]): void {
    const lines = this.#take(this.#count(({ is }) => is === "user"));
    const text = lines.map((line) => withoutBreak(line.text.slice(USER.length))).join("\n");
    this.#add({ kind: "user", text }, [...before, ...lines]);
  }

  #output(): void {
    const [line] = this.#lines.slice(this.#at, this.#at + 1);
    const text = withoutBreak(line?.text.slice(OUTPUT.length) ?? "");
    const own = ownBlock(text);
    if (own) this.#add(own, this.#take(1));
    else if (linesIn(text) === null || !this.#escaped(text)) this.#outputs();
  }

  /** Lines of the CLI's; what Segue put among them is a block of its own. */
  #outputs(): void {
    const first = this.#at;
    const count = this.#count((line) => {
      if (line.is !== "output") return false;
      const text = withoutBreak(line.text.slice(OUTPUT.length));
      return line === this.#lines[first] || (ownBlock(text) === null && linesIn(text) === null);
    });
    const lines = this.#take(count);
    const text = lines.map((line) => withoutBreak(line.text.slice(OUTPUT.length))).join("\n");
    this.#add({ kind: "output", text }, lines);
  }

  /** An answer of which a note says where spaces were put. */
  #escaped(note: string): boolean {
    const start = this.#at;
    const lines = this.#take(1);
    lines.push(...this.#take(this.#answerLength()));
    const answer = answerIn(textOf(lines.slice(1)));
    const text = answer === null ? null : unescaped(answer, linesIn(note) ?? []);
    if (text === null) {
      this.#at = start;
      return false;
    }
    this.#add({ kind: "assistant", text }, lines);
    return true;
  }

  /**
   * An output with line breaks in it, such as the command line with a prompt of several lines, or why
   * an edit failed. It begins right after other lines of the CLI's, and ends as any output does.
   */
  #long(line: Line): boolean {
    const before = this.#found.at(-1)?.block.kind;
    const isAfter =
      before === "output" || before === "long" || before === "user" || before === "started";
    if (!line.text.startsWith(OUTPUT) || !isAfter) return false;
    // What stands before the user said anything is no answer, whatever the prompt's lines end in.
    const all = this.#count(({ is }) => is === "other");
    const first = this.#count(({ is, text }) => is === "other" && !text.endsWith(BREAK)) + 1;
    const count = this.#hasUser ? first : all;
    const last = this.#lines[this.#at + count - 1];
    if (last?.is !== "other" || !last.text.endsWith(BREAK) || count < 2) return false;
    const lines = this.#take(count);
    const text = withoutBreak(
      lines
        .map((one) => one.text)
        .join("\n")
        .slice(OUTPUT.length),
    );
    this.#add({ kind: "long", text }, lines);
    return true;
  }

  /** Lines without a mark; the last blank one belongs to what follows. */
  #other(): void {
    const lines = this.#take(this.#answerLength());
    const isLent = this.#lends(this.#at) && isBlank(this.#lines[this.#at]);
    if (lines.length > 0) this.#add(answerOf(textOf(lines)), lines);
    if (!isLent) return;
    const before = this.#take(1);
    if (this.#lines[this.#at]?.is === "user") this.#user(before);
    else this.#started(before);
  }

  /** The number of lines of the answer that begins here. */
  #answerLength(): number {
    const all = this.#count(({ is }) => is === "other");
    return this.#lends(this.#at + all - 1) && isBlank(this.#lines[this.#at + all - 1])
      ? all - 1
      : all;
  }

  /** Does a block begin after this line that has a blank line before it? */
  #lends(at: number): boolean {
    const next = this.#lines[at + 1]?.is;
    return next === "user" || next === "started";
  }
}

/** A line of Segue's own. */
function ownBlock(text: string): Block | null {
  const id = idIn(text);
  if (id !== null) return { kind: "id", text: id };
  const title = titleIn(text);
  if (title !== null) return { kind: "title", text: title };
  const carry = carryIn(text);
  if (carry === null) return null;
  return { kind: "carry", text: carry.data, part: carry.part, parts: carry.parts };
}

function answerOf(raw: string): Block {
  if (raw.trim() === "") return { kind: "blank", text: raw };
  const text = answerIn(raw) ?? raw.trim();
  return hasMarks(text) ? { kind: "assistant", text, plain: true } : { kind: "assistant", text };
}

/** The answer in the form that the CLI gives it: a line break before it, and two after it. */
function answerIn(raw: string): string | null {
  return raw.startsWith("\n") && raw.endsWith("\n\n") && raw.length > 3 ? raw.slice(1, -2) : null;
}

/** With the line ends that Aider reads. */
function textOf(lines: readonly Line[]): string {
  const whole = lines.map(({ bytes }) => bytes.toString("utf8")).join("");
  const isWindows = lines.every(({ bytes }) => bytes.length > 1 && bytes.at(-2) === 0x0d);
  return isWindows ? whole.replaceAll("\r\n", "\n") : whole;
}

function withoutBreak(text: string): string {
  if (text.endsWith(BREAK)) return text.slice(0, -BREAK.length);
  // An empty line: of the mark and the two spaces, one is the same.
  return text === " " ? "" : text;
}

function isBlank(line: Line | undefined): boolean {
  return line !== undefined && line.text === "" && line.bytes.at(-1) === 0x0a;
}
