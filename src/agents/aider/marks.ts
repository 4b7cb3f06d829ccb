/** How Aider marks the lines of its history, and what keeps other lines from being taken for these. */

/** Before a line of the user's. */
export const USER = "#### ";
/** Before a line of the CLI's own output, which it never sends. */
export const OUTPUT = "> ";
/** What a written line of either ends with: a line break in Markdown. */
export const BREAK = "  ";

/** Python's `str.splitlines`, which Aider uses: these all end a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they end lines, too
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

/** What a user's text is written without, and what Python takes out of an answer when it opens the file. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they end lines, too
export const LINE_ENDS = { user: /\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]/g, assistant: /\r\n?/g };

/** Aider leaves out lines that begin with the first two, and takes the third for the user's. */
const MARKED = /^(?:# |> |#### )/;

interface Piece {
  text: string;
  end: string;
}

/** The lines of a text as Aider sees them, each with what ends it. */
export function linesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(LINE_END)) {
    pieces.push({ text: text.slice(from, match.index), end: match[0] });
    from = match.index + match[0].length;
  }
  pieces.push({ text: text.slice(from), end: "" });
  return pieces;
}

/** A text of the user's: whatever ends its lines becomes a line break, as when it is typed. */
export function typed(text: string): string {
  return linesOf(text)
    .map((line) => line.text)
    .join("\n");
}

export function isMarked(text: string): boolean {
  return MARKED.test(text);
}

/** Does the text hold lines that Aider would not send as part of it? */
export function hasMarks(text: string): boolean {
  return linesOf(text).some((line) => isMarked(line.text));
}

/** The text with a space before each line that Aider would not send, and the numbers of these lines. */
export function escaped(text: string): { text: string; lines: number[] } {
  const lines: number[] = [];
  const out = linesOf(text).map((line, n) => {
    if (!isMarked(line.text)) return line.text + line.end;
    lines.push(n + 1);
    return ` ${line.text}${line.end}`;
  });
  return { text: out.join(""), lines };
}

/** The inverse; null if these are not the lines that `escaped` would have changed. */
export function unescaped(text: string, ranges: readonly Range[]): string | null {
  const pieces = linesOf(text);
  // Anyone may have written a note, also one that names more lines than there can be.
  const count = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (!(count <= pieces.length)) return null;
  const changed = new Set(
    ranges.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, n) => first + n),
    ),
  );
  const plain = pieces.map((line, n) =>
    changed.has(n + 1) ? line.text.replace(/^ /, "") + line.end : line.text + line.end,
  );
  const out = plain.join("");
  return escaped(out).text === text ? out : null;
}

/** Lines one after the other, counted from 1. */
export interface Range {
  first: number;
  last: number;
}

const NOTE =
  /^segue: a space before lines? ([\d, -]+) of this answer keeps it from being left out$/;

/** Says which lines have a space that is not theirs: an output, which Aider does not send. */
export function noteOf(lines: readonly number[]): string {
  const ranges: string[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (lines[end + 1] === (lines[end] ?? 0) + 1) end++;
    ranges.push(end === at ? `${lines[at]}` : `${lines[at]}-${lines[end]}`);
    at = end + 1;
  }
  const which = lines.length === 1 ? "line" : "lines";
  return `segue: a space before ${which} ${ranges.join(", ")} of this answer keeps it from being left out`;
}

/** The lines that such a note names; null for another text. */
export function linesIn(note: string): Range[] | null {
  const ranges = NOTE.exec(note)?.[1];
  if (ranges === undefined) return null;
  return ranges.split(", ").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return last >= first ? [{ first, last }] : [];
  });
}

/** Between two answers: Aider would send them as one. */
export const GOES_ON = "segue: another answer";
const ID = "segue session: ";
const TITLE = "segue title: ";

export function idLine(id: string): string {
  return ID + id;
}

export function idIn(line: string): string | null {
  return line.startsWith(ID) ? line.slice(ID.length) : null;
}

export function titleLine(title: string): string {
  return TITLE + title;
}

export function titleIn(line: string): string | null {
  return line.startsWith(TITLE) ? line.slice(TITLE.length) : null;
}

export function carryLine(part: number, parts: number, data: string): string {
  return `segue carry ${part}/${parts} ${data}`;
}

export function carryIn(line: string): { part: number; parts: number; data: string } | null {
  const [, part, parts, data] =
    /^segue carry (\d{1,9})\/(\d{1,9}) ([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
  return data === undefined ? null : { part: Number(part), parts: Number(parts), data };
}
