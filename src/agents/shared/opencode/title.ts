/**
 * OpenCode gives every session a provisional title at once, and a better one after the first
 * answer.
 */

const MADE_UP = /^(?:New|Child) session - \d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** A session's title; null for the provisional one. */
export function ownTitle(title: string | null | undefined): string | null {
  return title === undefined || title === null || title === "" || MADE_UP.test(title)
    ? null
    : title;
}
