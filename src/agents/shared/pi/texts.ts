/** The words in which Pi presents anything but plain messages to its model (core/messages.js). */
import { compact, member, number, string } from "../../../session/json.ts";
import { saidIn } from "../../../session/other.ts";
import type { Json, JsonObject } from "../../../session/types.ts";

/** What surrounds a summary: before it, and after it. */
export interface Words {
  branch: readonly [string, string];
  compaction: readonly [string, string];
}

export const PI_WORDS: Words = {
  branch: [
    "The following is a summary of a branch that this conversation came back from:\n\n<summary>\n",
    "</summary>",
  ],
  compaction: [
    "The conversation history before this point was compacted into the following summary:\n\n<summary>\n",
    "\n</summary>",
  ],
};

/** A summary, as presented to the model. */
export function worded(summary: string, [open, close]: readonly [string, string]): string {
  return open + summary + close;
}

/** The inverse of `worded`. */
export function unworded(
  text: string,
  [open, close]: readonly [string, string],
): string | undefined {
  return text.startsWith(open) && text.endsWith(close) && text.length >= open.length + close.length
    ? text.slice(open.length, text.length - close.length)
    : undefined;
}

/** A command that the user ran with `!`, as presented to the model. */
export function bashText(message: Json | undefined): string {
  const output = saidIn(member(message, "output"));
  const exitCode = number(member(message, "exitCode")) ?? 0;
  const fullOutput = string(member(message, "fullOutputPath"));
  let text = `Ran \`${saidIn(member(message, "command"))}\`\n`;
  text += output === "" ? "(no output)" : `\`\`\`\n${output}\n\`\`\``;
  if (member(message, "cancelled") === true) text += "\n\n(command cancelled)";
  else if (exitCode !== 0) text += `\n\nCommand exited with code ${exitCode}`;
  if (member(message, "truncated") === true && fullOutput !== undefined) {
    text += `\n\n[Output truncated. Full output: ${fullOutput}]`;
  }
  return text;
}

const BASH_TAIL =
  /^(\n\n\(command cancelled\))?(?:\n\nCommand exited with code (\d+))?(?:\n\n\[Output truncated\. Full output: (.+)\])?$/;

/** The inverse of `bashText`; undefined if the text does not have exactly that form. */
export function bashExecution(text: string): JsonObject | undefined {
  const open = text.startsWith("Ran `") ? text.indexOf("`\n") : -1;
  if (open < 0) return undefined;
  const body = text.slice(open + 2);
  const fenced = body.startsWith("```\n");
  const close = fenced ? body.lastIndexOf("\n```") : 0;
  const [, cancelled, code, path] =
    BASH_TAIL.exec(body.slice(fenced ? close + 4 : "(no output)".length)) ?? [];
  const message = compact({
    role: "bashExecution",
    command: text.slice("Ran `".length, open),
    output: fenced ? body.slice(4, Math.max(4, close)) : "",
    exitCode: cancelled === undefined ? Number(code ?? 0) : undefined,
    cancelled: cancelled !== undefined,
    truncated: path !== undefined,
    fullOutputPath: path,
  });
  return bashText(message) === text ? message : undefined;
}
