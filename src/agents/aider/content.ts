/** What blocks of a history say, and parts of the session model. */
import { isCallText, leadingReasoning } from "../../session/text.ts";
import type { Part } from "../../session/types.ts";
import { printPart } from "../shared/said.ts";

/** Around the reasoning before an answer; the same in every version, says its source. */
const TAG = "thinking-content-7bbeb8e1441453ad999a0bbba8a46d4b";
const OPEN = `<${TAG}>\n\n`;
const CLOSE = `\n\n</${TAG}>`;

/** An answer: the reasoning before it is Aider's own, or what Segue quoted. */
export function readAnswer(text: string): Part[] {
  const end = text.startsWith(OPEN) ? text.indexOf(CLOSE, OPEN.length) : -1;
  if (end < 0) return leadingReasoning(text);
  const rest = text.slice(end + CLOSE.length);
  const reasoning: Part = { kind: "reasoning", text: text.slice(OPEN.length, end) };
  if (rest === "") return [reasoning];
  return [reasoning, { kind: "text", text: rest.replace(/^\n\n/, "") }];
}

/** The inverse; of other parts, what can be read. */
export function printAnswer(parts: readonly Part[]): string {
  const texts = parts.flatMap((part) => {
    if (part.kind === "reasoning") return [OPEN + part.text + CLOSE];
    const text = printPart(part);
    return text === null ? [] : [text];
  });
  return texts.join("\n\n");
}

/** Sent as the user's, but no request: a command to the CLI, or a tool's result from elsewhere. */
export function toldBy(text: string): boolean {
  return /^\/[a-z]/.test(text) || isCallText(text);
}

/** A time as Aider writes it, that of the machine's clock; null if it is none. */
export function timeOf(text: string): string | null {
  const time = new Date(text.replace(" ", "T"));
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** The inverse. */
export function clockOf(time: string | null): string {
  const date = new Date(time ?? 0);
  const valid = Number.isNaN(date.getTime()) || date.getFullYear() > 9999 ? new Date(0) : date;
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = [
    String(valid.getFullYear()).padStart(4, "0"),
    two(valid.getMonth() + 1),
    two(valid.getDate()),
  ];
  const clock = [valid.getHours(), valid.getMinutes(), valid.getSeconds()].map(two);
  return `${day.join("-")} ${clock.join(":")}`;
}
