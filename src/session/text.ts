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

/** A word for a POSIX shell, quoted where it has to be. To be shown: nothing is run through a shell. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
