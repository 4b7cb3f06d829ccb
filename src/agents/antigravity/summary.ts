/** How a summary of another agent's stands in a session: as a prompt. */
export const SUMMARY = "This is a summary of the conversation so far\\.";
const HEAD = "This is a summary of the conversation so far.\n\n";

export function summaryText(summary: string): string {
  return HEAD + summary;
}

/** The summary that a prompt is; null for any other prompt. */
export function summaryIn(text: string): string | null {
  return text.startsWith(HEAD) ? text.slice(HEAD.length) : null;
}
