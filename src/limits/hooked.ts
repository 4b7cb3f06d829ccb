/** Refusals that agents' hooks reported, beside what their sessions say of the same. */
import type { Signal } from "./types.ts";

/** How far apart a hook's report of a refusal and the session's record of it may be, in milliseconds. */
const NEAR = 15_000;

/** Are both about one refusal? */
export function isSameRefusal(a: Signal, b: Signal): boolean {
  return sessionOf(a) === sessionOf(b) && Math.abs(a.at - b.at) < NEAR;
}

/**
 * What hooks reported and no record of the session says then or later, because a record says more: of
 * each kind and scope, the newest of a session.
 */
export function onlyHooked<T extends Signal>(
  hooked: readonly T[],
  recorded: readonly Signal[],
): T[] {
  const newest = new Map(
    hooked.toSorted((a, b) => a.at - b.at).map((one) => [keyOf(one), one] as const),
  );
  const told = new Map<string, number>();
  for (const one of recorded) {
    // That a session is too long says nothing about the account.
    if (one.kind === "context") continue;
    const key = sessionOf(one);
    told.set(key, Math.max(one.at, told.get(key) ?? one.at));
  }
  return [...newest.values()].filter((one) => (told.get(sessionOf(one)) ?? 0) <= one.at - NEAR);
}

function sessionOf({ agent, profile, session }: Signal): string {
  return [agent, profile, session].join("\0");
}

function keyOf(signal: Signal): string {
  return [sessionOf(signal), signal.kind, signal.scope].join("\0");
}
