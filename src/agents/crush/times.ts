/** Times and titles in the form in which Crush stores them. */

/** Crush counts seconds since the epoch, whatever the comments in its schema say. */
export function isoTime(seconds: number | null | undefined): string | null {
  const ms = (seconds ?? Number.NaN) * 1000;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}

export function secondsOf(time: string | null): number | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

/** What Crush calls a session until its small model has found a title. */
export const UNTITLED = "Untitled Session";
const MADE_UP: ReadonlySet<string> = new Set([UNTITLED, "New Session", "New Agent Session", ""]);

/** A session's title; null for a provisional one. */
export function ownTitle(title: string | null | undefined): string | null {
  return title === undefined || title === null || MADE_UP.has(title) ? null : title;
}
