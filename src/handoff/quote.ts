/**
 * Quotes text from sessions. Each of its lines begins with "> ", whatever it contains, so no fence,
 * heading or rule in it can end the quotation. Tags that harnesses put around their own messages
 * are broken, so that none can end the wrapper of the document, or pose as the harness.
 */
import { stripVTControlCharacters } from "node:util";
import { printableSaying } from "../session/printable.ts";
import type { Count } from "./tokens.ts";

/** All line separators. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const LINE_END = /\r\n|[\r\u000b\u000c\u0085\u2028\u2029]/g;

/** Reading tools cut lines after 2,000 characters (Claude Code 2.1, Gemini CLI 0.60, Qwen Code). */
const LONGEST = 1800;

/** Names of harness tags, which models would believe. */
const TAGS =
  /<(?=\/?(?:system|instructions?|user_|environment_|permissions|files?\b|documents?\b|context|attach|command-|local-command|thinking|function|invoke|parameter|tool_|antml:|human|assistant|user\b|bash-|task-|persisted-output|INSTRUCTIONS)|\|)/gi;

/** Without control characters or hidden text, and with uniform line endings. */
export function cleaned(text: string): string {
  const lines = text.replace(LINE_END, "\n");
  const plain = lines.includes("\x1b") ? stripVTControlCharacters(lines) : lines;
  return printableSaying(plain).toWellFormed();
}

/** Marks every line as quoted. */
export function quoted(text: string): string {
  const lines = cleaned(text).replace(TAGS, "<\\").replace(/\s+$/, "").split("\n");
  return lines
    .flatMap(folded)
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");
}

/** Of one line, as a quoted one. */
export function quotedLine(text: string): string {
  return quoted(
    cleaned(text)
      .replace(/\s*\n\s*/g, " ⏎ ")
      .trim(),
  );
}

function folded(line: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < line.length || pieces.length === 0; ) {
    // Does not split surrogate pairs.
    const piece = line.slice(at, at + LONGEST).replace(/(?<=.)[\ud800-\udbff]$/s, "");
    pieces.push(piece);
    at += Math.max(1, piece.length);
  }
  return pieces;
}

/** At most this many lines, none too long: the first third, and the rest from the end. */
export function headAndTail(text: string, most: number): string {
  const trimmed = text.replace(/\s+$/, "");
  if (most === Number.POSITIVE_INFINITY) return trimmed;
  const lines = trimmed.split("\n");
  const head = Math.ceil(most / 3);
  const out =
    lines.length <= most + 1
      ? lines
      : [
          ...lines.slice(0, head),
          `[… ${lines.length - most} lines …]`,
          ...(most > head ? lines.slice(head - most) : []),
        ];
  return out.map((line) => (line.length <= 400 ? line : clip(line, 400))).join("\n");
}

/** The beginning and the end of a text of more than `most` characters. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.ceil((most * 2) / 3);
  const start = text.slice(0, head).replace(/[\ud800-\udbff]$/, "");
  const end = text.slice(text.length - (most - head)).replace(/^[\udc00-\udfff]/, "");
  const left = text.length - start.length - end.length;
  return `${start} [… ${left} characters …] ${end}`;
}

/** What a reader must not overlook in a message that does not fit completely. */
const CONSTRAINT =
  /\b(?:must(?:n't)?|never|always|do not|don't|does not|should(?:n't)?|only|instead|without|avoid|make sure|ensure|no longer|required?|prefer|exactly|at (?:least|most)|important|careful|forbid\w*|not allowed|rather than|decid\w+|go with|we(?:'ll| will) use)\b/i;

/** Sentences and lines that set a condition or decide something, unchanged. */
export function constraintsIn(text: string): string[] {
  const sentences = text.split(/(?<=[.!?;])\s+|\n+/).map((sentence) => sentence.trim());
  return sentences.filter((one) => one.length <= 300 && CONSTRAINT.test(one));
}

/**
 * A text that takes at most `most` tokens when quoted: complete, or its beginning, the conditions
 * after it, and its end, word for word. At least some characters of the beginning and the end.
 */
export function within(text: string, most: number, count: Count): string {
  const whole = quoted(text);
  // In most texts, a token has at least one letter: a text that is far too long need not be
  // counted.
  if (whole.length <= most * 12 && count(whole) <= most) return whole;
  for (
    let characters = Math.min(text.length, most * 5);
    characters > 60;
    characters = step(characters)
  ) {
    const shortened = quoted(abridged(text, characters));
    if (count(shortened) <= most) return shortened;
  }
  return quoted(clip(text, 24));
}

function step(characters: number): number {
  return Math.floor(characters * 0.85);
}

/** Its beginning and end in half of the characters, the conditions in the other half. */
function abridged(text: string, most: number): string {
  const [half, third] = [Math.floor(most / 2), Math.floor(most / 3)];
  const start = text.slice(0, half - Math.floor(half / 3)).replace(/[\ud800-\udbff]$/, "");
  const end = text.slice(text.length - Math.floor(half / 3)).replace(/^[\udc00-\udfff]/, "");
  const between = text.slice(start.length, text.length - end.length);
  const conditions: string[] = [];
  let length = 0;
  for (const sentence of constraintsIn(between)) {
    length += sentence.length + 6;
    if (length > third) break;
    conditions.push(`… ${sentence}`);
  }
  const left = `[… ${between.length - length} characters …]`;
  return [start, ...conditions, left, end].join("\n");
}
