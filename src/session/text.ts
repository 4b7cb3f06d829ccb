/** Text forms that more than one part of Segue reads and writes. */
import type { ReasoningPart, TextPart } from "./types.ts";

const OPEN = "<thinking>\n";
const CLOSE = "\n</thinking>";

/** Reasoning as a text that another vendor's model may read: its seal means nothing there. */
export function reasoningAsText(text: string): string {
  return OPEN + text + CLOSE;
}

/** The inverse of `reasoningAsText`: a text part, or the reasoning it stands for. */
export function textPart(text: string): TextPart | ReasoningPart {
  return text.startsWith(OPEN) && text.endsWith(CLOSE) && text.length >= OPEN.length + CLOSE.length
    ? { kind: "reasoning", text: text.slice(OPEN.length, text.length - CLOSE.length) }
    : { kind: "text", text };
}

/** What stands in for a tool result that the source does not hold. */
export const NO_RESULT = "No result was recorded for this call.";

/** Does a user's message only say that the turn was broken off? Claude Code notes it so. */
export function isBreak(text: string): boolean {
  return /^\[Request interrupted by user(?: for tool use)?\]$/.test(text.trim());
}

// C0 but for newline and tab, DEL, C1, and the marks that reorder what is shown.
export const CONTROL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Without control characters: a text is shown, and commands nothing. */
export function printable(text: string): string {
  return text.replace(CONTROL, "\ufffd");
}

/** A word for a POSIX shell, quoted where it has to be. To be shown: nothing is run through a shell. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The reasoning that opens a text (see `reasoningAsText`), and the text that follows it. */
export function leadingReasoning(text: string): (TextPart | ReasoningPart)[] {
  const parts: (TextPart | ReasoningPart)[] = [];
  let rest = text;
  while (rest.startsWith(OPEN)) {
    const end = rest.indexOf(`${CLOSE}\n\n`);
    const close = end < 0 && rest.endsWith(CLOSE) ? rest.length - CLOSE.length : end;
    if (close < OPEN.length) break;
    parts.push({ kind: "reasoning", text: rest.slice(OPEN.length, close) });
    rest = rest.slice(close + CLOSE.length).replace(/^\n\n/, "");
  }
  if (rest !== "") parts.push({ kind: "text", text: rest });
  return parts;
}
