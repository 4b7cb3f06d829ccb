/** Text forms that several parts of Segue read and write. */
import { isObject } from "./json.ts";
import type { Json, Part, ReasoningPart, TextPart } from "./types.ts";

/**
 * How reasoning that is sent as text begins. It is worded and marked as a quotation, without tags:
 * a model that reads tags in its own earlier answers may begin to write them.
 */
const QUOTED = "[Reasoning before this answer, quoted:]";

/** The form that Segue wrote before 2026-11-28; sessions with it are still read. */
const OPEN = "<thinking>\n";
const CLOSE = "\n</thinking>";

/** Reasoning as text that another vendor's model can read: its signature is worthless there. */
export function reasoningAsText(text: string): string {
  const lines = text.split("\n").map((line) => (line === "" ? ">" : `> ${line}`));
  return [QUOTED, ...lines].join("\n");
}

/** The inverse of `reasoningAsText`: a text part, or the reasoning that it represents. */
export function textPart(text: string): TextPart | ReasoningPart {
  if (text.startsWith(QUOTED)) {
    const { quoted, rest } = unquoted(text);
    if (quoted !== null && rest === "") return { kind: "reasoning", text: quoted };
  }
  return text.startsWith(OPEN) && text.endsWith(CLOSE) && text.length >= OPEN.length + CLOSE.length
    ? { kind: "reasoning", text: text.slice(OPEN.length, text.length - CLOSE.length) }
    : { kind: "text", text };
}

/** The quotation at the start of a text, and the text after it; null for none. */
function unquoted(text: string): { quoted: string | null; rest: string } {
  const none = { quoted: null, rest: text };
  let at = QUOTED.length;
  const lines: string[] = [];
  while (text[at] === "\n" && text[at + 1] === ">") {
    const end = text.indexOf("\n", at + 1);
    const line = text.slice(at + 1, end < 0 ? undefined : end);
    if (line !== ">" && line[1] !== " ") return none;
    lines.push(line.slice(2));
    at = end < 0 ? text.length : end;
  }
  return lines.length === 0 ? none : { quoted: lines.join("\n"), rest: text.slice(at) };
}

/** Parts of a user's message that the user did not type; see TextPart. */
export function notTyped(parts: readonly Part[]): Part[] {
  return parts.map((part) => (part.kind === "text" ? { ...part, told: true } : part));
}

/** The replacement for a tool result that the source does not contain. */
export const NO_RESULT = "No result was recorded for this call.";

/**
 * Does a user's message only record that the turn was interrupted? Claude Code writes such
 * messages.
 */
export function isBreak(text: string): boolean {
  return /^\[Request interrupted by user(?: for tool use)?\]$/.test(text.trim());
}

/**
 * Does the text contain only attachments to a message: a file that a prompt mentions, or what a
 * hook said? Agents store each of them as a separate message.
 */
export function isAttached(text: string): boolean {
  return /^<(file|directory|context) name="[^"\n]*">\n[\s\S]*<\/\1>\s*$/.test(text);
}

/**
 * A word for a POSIX shell, quoted if necessary. For display only: nothing is run through a shell.
 */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The reasoning at the start of a text (see `reasoningAsText`), and the text that follows it. */
export function leadingReasoning(text: string): (TextPart | ReasoningPart)[] {
  const parts: (TextPart | ReasoningPart)[] = [];
  let rest = text;
  for (let next = leading(rest); next !== null; next = leading(rest)) {
    parts.push({ kind: "reasoning", text: next.text });
    rest = next.rest.replace(/^\n\n/, "");
  }
  if (rest !== "") parts.push({ kind: "text", text: rest });
  return parts;
}

function leading(text: string): { text: string; rest: string } | null {
  if (text.startsWith(QUOTED)) {
    const { quoted, rest } = unquoted(text);
    const ends = rest === "" || rest.startsWith("\n\n");
    return quoted === null || !ends ? null : { text: quoted, rest };
  }
  if (!text.startsWith(OPEN)) return null;
  const end = text.indexOf(`${CLOSE}\n\n`);
  const close = end < 0 && text.endsWith(CLOSE) ? text.length - CLOSE.length : end;
  if (close < OPEN.length) return null;
  return { text: text.slice(OPEN.length, close), rest: text.slice(close + CLOSE.length) };
}

const STRING = String.raw`[P\]X^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)`;
const CODE = String.raw`\u001b(?:\[[0-?]*[ -/]*[@-~]|${STRING}|[ -/]*[0-~])`;
/** Codes for a terminal: sequences, strings such as a window's title, and other escapes. */
export const CODES = new RegExp(CODE, "g");
const CALLED = "[Tool call: ";
const RESULT = "[Tool result";

/** A tool call as text, for a model that has no tools. Each argument stands as it is, not as JSON. */
export function callAsText(name: string, input: Json): string {
  const told = isObject(input) ? Object.entries(input).map(argument) : [printedInput(input)];
  return [`${CALLED}${name}]`, ...told].join("\n");
}

function argument([key, value]: [string, Json]): string {
  const text = printedInput(value);
  return text.includes("\n") ? `${key}:\n${text}` : `${key}: ${text}`;
}

function printedInput(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What stands above a tool's result that is sent as text; `name`: the tool, if it is known. */
export function resultHeading(name: string | undefined, isError: boolean): string {
  return `${RESULT}${name === undefined ? "" : ` of ${name}`}${isError ? ", failed" : ""}]`;
}

/** Is the text what `callAsText` or `resultHeading` began? */
export function isCallText(text: string): boolean {
  return text.startsWith(CALLED) || /^\[Tool result(?: of [^\n]*|, failed)?\](?:\n|$)/.test(text);
}
