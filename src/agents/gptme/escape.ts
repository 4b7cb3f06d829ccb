/**
 * What in an answer's text is more than text to gptme when it sends the log again. An answer from
 * elsewhere must not contain it: gptme would take a line for a call, or leave out what follows it.
 */

/** Languages of code blocks that are calls of a tool: gptme sends nothing that follows such a block. */
const LANGUAGES = [
  "append",
  "choice",
  "clarify",
  "complete",
  "elicit",
  "form",
  "gh",
  "hashline_edit",
  "ipython",
  "mcp",
  "memory",
  "morph",
  "patch",
  "patch_many",
  "progress",
  "py",
  "read",
  "request_tool_change",
  "restart",
  "save",
  "shell",
  "tmux",
  "todo",
  "vent",
  "watch",
];

const FENCE = `\`{3,}[ \\t]*(?:${LANGUAGES.join("|")})(?=[ \\r\\n]|$)`;
const CALL = String.raw`@[^\r\n]+?\([\p{L}\p{N}_\-:.]+\):\s*\{`;
const START = String.raw`(?<![^\n\r])`;
const LINE = new RegExp(`${START}(?=${FENCE}|${CALL})`, "gu");
const SPACED = new RegExp(`${START} (?=${FENCE}|${CALL})`, "gu");

/** Around reasoning: gptme takes it out wherever it is in an answer. */
const TAG = /<(think|thinking)>/g;
const SPACED_TAG = /<(think|thinking) >/g;

/** A space before such a line, and in such a tag, makes it plain text. */
export function escaped(text: string): string {
  return text.replace(LINE, " ").replace(TAG, "<$1 >");
}

/** The inverse. */
export function unescaped(text: string): string {
  return text.replace(SPACED, "").replace(SPACED_TAG, "<$1>");
}

/** JSON in which no such tag is, with the same value. */
export function escapedJson(json: string): string {
  return json.replace(/<(?=think)/g, "\\u003c");
}
