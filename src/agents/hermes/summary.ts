/** What Hermes puts in the place of earlier messages when it compacts a session. */
import { string } from "../../session/json.ts";
import type { JsonObject } from "../../session/types.ts";

/** The older of the two ways in which Hermes begins a summary, and the shorter. */
const SHORT = "[CONTEXT SUMMARY]:";
const LONG = "[CONTEXT COMPACTION";

/** The summary that a row is; null for all others. */
export function summaryIn({ content }: JsonObject): string | null {
  const text = string(content)?.trimStart() ?? "";
  if (text.startsWith(SHORT)) return text.slice(SHORT.length).trim();
  return text.startsWith(LONG) ? text : null;
}

export function summaryText(summary: string): string {
  return summary.startsWith(LONG) ? summary : `${SHORT}\n${summary}`;
}
