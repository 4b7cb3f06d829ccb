/**
 * Output to the terminal. Text from sessions is untrusted: it must not control or hide anything.
 */
import { agentIds } from "../core/places.ts";
import { escaped, printable } from "../session/printable.ts";

/** One line of it, at most `width` characters. */
export function oneLine(text: string, width = Number.POSITIVE_INFINITY): string {
  const line = printable(text.replace(/\s+/g, " ").trim());
  if (line.length <= width) return line;
  // Not in the middle of a character.
  return `${line.slice(0, Math.max(0, width - 1)).replace(/[\ud800-\udbff\u200d]+$/, "")}…`;
}

/** The end of a long path says more than its beginning. */
export function endOf(path: string, width: number): string {
  const line = oneLine(path);
  return line.length <= width ? line : `…${line.slice(line.length - width + 1)}`;
}

let quiet = false;

/** `--quiet`: from now on, print only errors and warnings. */
export function beQuiet(yes: boolean): void {
  quiet = yes;
}

let verbose = false;

/** `--verbose`: from now on, print more. */
export function beVerbose(yes: boolean): void {
  verbose = yes;
}

let color: string | null = "auto";

/** "always", "never", or depending on the terminal. */
export function useColor(when: string | null): void {
  color = when;
}

/** Does the terminal support colours, and may they be used? */
export function hasColor(stream: NodeJS.WriteStream = process.stdout): boolean {
  if (color === "always" || color === "never") return color === "always";
  return process.env.TERM !== "dumb" && stream.isTTY === true;
}

const STYLES = { bold: "1", dim: "2", red: "31", green: "32" };

/** Without control characters, and in the given style if colours are on. */
function styled(style: keyof typeof STYLES, text: string, stream?: NodeJS.WriteStream): string {
  const plain = printable(text);
  return hasColor(stream) ? `\x1b[${STYLES[style]}m${plain}\x1b[0m` : plain;
}

/** What colours distinguish: agents, and more or less important text. */
export type Style = keyof typeof STYLES | { agent: string };

/** Colours that are readable on dark and on light screens. */
const HUES = ["33", "36", "35", "32", "34", "31", "96", "93", "95", "92", "94"];

/** In colour if colours are on; see `printPainted`. */
export function paint(style: Style, text: string): string {
  const plain = printable(text);
  return hasColor() ? `\x1b[${codeOf(style)}m${plain}\x1b[0m` : plain;
}

/** The escape sequence for a style. */
export function codeOf(style: Style): string {
  if (typeof style === "string") return STYLES[style];
  const place = Math.max(0, agentIds.indexOf(style.agent));
  return HUES[place % HUES.length] ?? "0";
}

/** Prints lines made by `paint`: everything else in them must be printable already. */
export function printPainted(lines: readonly string[]): void {
  write(process.stdout, `${lines.join("\n")}\n`);
}

/** A text whose first line is a heading, ready to be printed. */
export function headed(text: string): string {
  const [heading = ""] = text.split("\n", 1);
  return `${styled("bold", heading)}${printable(text.slice(heading.length))}`;
}

/** The progress line, while it is on the screen. */
let shownLine: ProgressLine | null = null;

/** Removes that line before other output. */
export function clearProgress(): void {
  shownLine?.clear();
}

function write(stream: NodeJS.WriteStream, text: string): void {
  clearProgress();
  stream.write(text);
}

/** What ended the run. */
export function warnError(text: string): void {
  write(process.stderr, `${styled("red", "segue:", process.stderr)} ${printable(text)}\n`);
}

/** A warning for the user. */
export function say(text: string): void {
  if (!quiet) warn(text);
}

/** With `--verbose` only. */
export function sayMore(text: string): void {
  if (verbose) say(text);
}

/** Printed in any case. */
export function warn(text: string): void {
  write(process.stderr, `${printable(text)}\n`);
}

export function print(text: string): void {
  write(process.stdout, `${printable(text)}\n`);
}

/** Pieces of text as one line, every second one in bold. */
export function highlighted(pieces: readonly string[]): string {
  const shown = pieces.map((piece, i) => {
    const text = printable(piece);
    return i % 2 === 1 ? `\x1b[1;33m${text}\x1b[0m` : text;
  });
  return shown.join("");
}

export function printJson(document: unknown): void {
  write(process.stdout, `${safeJson(document, 2)}\n`);
}

export function printJsonLine(document: unknown): void {
  write(process.stdout, `${safeJson(document)}\n`);
}

/** JSON without hidden characters: the values stay the same. */
function safeJson(document: unknown, indent?: number): string {
  return escaped(JSON.stringify(document, null, indent));
}

/**
 * Shows the progress of long work on a terminal; shows nothing in the first second, or without a
 * terminal. `clear` removes it.
 */
export class ProgressLine {
  readonly #since = Date.now();
  readonly #doing: string;
  #shown = "";

  constructor(doing = "reading") {
    this.#doing = doing;
  }

  readonly update = (done: number, total: number): void => {
    if (quiet || !process.stderr.isTTY || Date.now() - this.#since < 1000) return;
    const text = `${Math.floor((100 * done) / Math.max(1, total))} %`;
    if (text === this.#shown) return;
    this.#shown = text;
    shownLine = this;
    process.stderr.write(`\r\x1b[K${this.#doing} … ${text}`);
  };

  clear(): void {
    if (this.#shown !== "") process.stderr.write("\r\x1b[K");
    this.#shown = "";
    if (shownLine === this) shownLine = null;
  }
}

/** Asks for a line on the terminal; null if there is none, or no line (Ctrl-D). */
export async function ask(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new Promise<never>((_, reject) => {
    // While it asks, Ctrl-C is a key; it must keep its usual meaning.
    lines.once("SIGINT", () => {
      lines.close();
      process.stderr.write("\n");
      process.kill(process.pid, "SIGINT");
      // The signal is handled in the event loop, which would end before it, with nothing to wait for.
      setTimeout(reject, 1000);
    });
  });
  const answer = lines.question(printable(question)).catch(() => {
    process.stderr.write("\n");
    return null;
  });
  try {
    return (await Promise.race([answer, interrupted]))?.trim() ?? null;
  } finally {
    lines.close();
  }
}

/** The width of lines: the terminal's, that in COLUMNS, or a common default. */
export function screenWidth(stream: NodeJS.WriteStream, usual: number): number {
  if (stream.isTTY && stream.columns > 0) return stream.columns;
  const set = Number(process.env.COLUMNS);
  return Number.isInteger(set) && set > 0 ? set : usual;
}

/**
 * Rings the bell of a terminal, and shows a notice there where the terminal can (OSC 9: iTerm2, Windows
 * Terminal, Kitty, WezTerm and others; the rest ignore it).
 */
export function alert(text: string): void {
  const stream = process.stderr.isTTY ? process.stderr : process.stdout;
  if (!stream.isTTY || process.env.TERM === "dumb") return;
  write(stream, `\x1b]9;${printable(text)}\x07\x07`);
}

/** Names, each with a description that is wrapped beside it. */
export function definitions(rows: readonly (readonly [string, string])[], width: number): string {
  const indent = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows
    .map(([name, about]) => {
      const lines = wrapped(about, Math.max(20, width - indent));
      return lines.map((line, i) => (i === 0 ? name : "").padEnd(indent) + line).join("\n");
    })
    .join("\n");
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
