/** The words in which Pi presents anything but plain messages to its model (core/messages.js). */
import { compact, member, number, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { Json, JsonObject } from "../../session/types.ts";

const BRANCH_OPEN =
  "The following is a summary of a branch that this conversation came back from:\n\n<summary>\n";
const BRANCH_CLOSE = "</summary>";

export function branchText(summary: string): string {
  return BRANCH_OPEN + summary + BRANCH_CLOSE;
}

/** A compaction, as presented to the model. */
export function compactionText(summary: string): string {
  return `The conversation history before this point was compacted into the following summary:\n\n<summary>\n${summary}\n</summary>`;
}

/** The inverse of `branchText`. */
export function branchSummary(text: string): string | undefined {
  return text.startsWith(BRANCH_OPEN) && text.endsWith(BRANCH_CLOSE)
    ? text.slice(BRANCH_OPEN.length, -BRANCH_CLOSE.length)
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
