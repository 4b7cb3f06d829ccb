/** What Nanocoder itself says in the user's role. */

const OPEN = "<conversation-summary>\n";
const CLOSE =
  "\n</conversation-summary>\n\n(The above is an automated summary of earlier conversation. Continue from the most recent message.)";

/** The summary that a compaction leaves of all that came before; null if it is another text. */
export function summaryIn(text: string | undefined): string | null {
  if (text === undefined || !text.startsWith(OPEN) || !text.endsWith(CLOSE)) return null;
  return text.slice(OPEN.length, -CLOSE.length);
}

export function summaryText(summary: string): string {
  return OPEN + summary + CLOSE;
}

/** What it tells its model when an answer was empty or could not be read. */
const NUDGES = new Set([
  "Please continue with the task.",
  "Please provide a summary or response based on the tool results above.",
  "You produced reasoning but no final response. Please provide your answer based on your reasoning above.",
  "Context has been compacted. Please continue with the task.",
]);

const OPENINGS = [
  "Your previous response contained a malformed tool call. ",
  // What a command printed that the user typed after "!".
  "Bash command output:\n```\n$ ",
  "Automatic diagnostics after the recent edits found issues. ",
];

/** A text that the user did not type. */
export function isTold(text: string | undefined): boolean {
  if (text === undefined) return false;
  return NUDGES.has(text) || OPENINGS.some((opening) => text.startsWith(opening));
}
