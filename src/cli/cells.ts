/** Measures text in terminal columns. */
import measure from "fast-string-truncated-width";
import { oneLine } from "./terminal.ts";

/** How much of a text is measured, however long it is. */
const LONGEST = 2000;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += columnsOf(segment);
  return width;
}

function columnsOf(grapheme: string): number {
  if (grapheme.length === 1 && grapheme >= " " && grapheme <= "~") return 1;
  return isCluster(grapheme) ? sumOf(grapheme) : measure(grapheme).width;
}

/** Several letters in one, as in Indic scripts; a Korean letter is one on every terminal. */
function isCluster(grapheme: string): boolean {
  return /\p{Mc}|\p{L}.*\p{L}/u.test(grapheme) && !/\p{Script=Hangul}/u.test(grapheme);
}

/** Terminals give each of these letters and vowel signs its own column; other marks take none. */
function sumOf(grapheme: string): number {
  const columns = (char: string): number => {
    if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(char)) return 0;
    return /\p{Mc}/u.test(char) ? 1 : measure(char).width;
  };
  return [...grapheme].reduce((sum, char) => sum + columns(char), 0);
}

/** How many characters fit into this width; only complete letters. */
function fitting(text: string, width: number): number {
  let room = width;
  for (const { segment, index } of graphemes.segment(text)) {
    room -= columnsOf(segment);
    if (room < 0) return index;
  }
  return text.length;
}

/** One line of untrusted text, without terminal control characters. */
export function clean(text: string): string {
  return oneLine(text.slice(0, LONGEST));
}

/** At most this wide. */
export function clip(line: string, width: number): string {
  if (fitting(line, width) === line.length) return line;
  return width < 1 ? "" : `${line.slice(0, fitting(line, width - 1))}…`;
}

/** Exactly this wide. */
export function fill(line: string, width: number): string {
  const clipped = clip(line, width);
  return clipped + " ".repeat(Math.max(0, width - widthOf(clipped)));
}

/** Lines of at most this width, broken between words if possible; at most `most` of them. */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let rest = clean(text);
  while (rest !== "" && width > 0) {
    if (lines.length === most - 1) return [...lines, clip(rest, width)];
    const index = fitting(rest, width);
    if (index === rest.length) return [...lines, rest];
    const space = rest.lastIndexOf(" ", index);
    // A letter that fits nowhere is left out, so that this ends.
    if (index === 0) return lines;
    const end = space > index / 2 ? space : index;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return lines;
}

/** Columns of text, each as wide as its widest cell; the last is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
    });
  }
  return rows
    .map((row) =>
      row.map((cell, i) => (i === row.length - 1 ? cell : fill(cell, widths[i] ?? 0))).join("  "),
    )
    .join("\n");
}
