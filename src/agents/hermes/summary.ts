/** What stands in the place of earlier messages when a session was compacted. */
import { string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { isMessage, MESSAGE_COLUMNS } from "./records.ts";

/** The older of the two ways in which Hermes begins a summary, and the shorter. */
const SHORT = "[CONTEXT SUMMARY]:";
const LONG = "[CONTEXT COMPACTION";

/**
 * Marks a summary that Segue wrote: all messages before it are archived. Hermes reads this column of
 * answers only. Its own summaries stand after the first messages, which it repeats before them.
 */
const MARK = "compaction";

/** The summary that a row is; null for all others. */
export function summaryIn({ content }: JsonObject): string | null {
  const text = string(content)?.trimStart() ?? "";
  if (text.startsWith(SHORT)) return text.slice(SHORT.length).trim();
  return text.startsWith(LONG) ? text : null;
}

/** Does it take the place of all that came before, whatever the rows of that say? */
export function replacesAll(row: JsonObject): boolean {
  return row.role === "user" && row.finish_reason === MARK && summaryIn(row) !== null;
}

export function summaryRow(summary: string, timestamp: number): JsonObject {
  const content = summary.startsWith(LONG) ? summary : `${SHORT}\n${summary}`;
  return { role: "user", content, timestamp, finish_reason: MARK };
}

/** The records as the database has them: what a summary stands for is archived. */
export function withArchived(records: readonly Json[]): Json[] {
  const last = records.findLastIndex((record) => isMessage(record) && replacesAll(record));
  return records.map((record, n) =>
    n < last && isMessage(record) && record.active !== 0 ? archived(record) : record,
  );
}

function archived(row: JsonObject): JsonObject {
  const out: JsonObject = {};
  const marked: JsonObject = { ...row, active: 0, compacted: 1 };
  for (const name of new Set<string>([...MESSAGE_COLUMNS, ...Object.keys(row)])) {
    const value = marked[name];
    if (value !== undefined) out[name] = value;
  }
  return out;
}
