/** What the databases of all agents check before they change a session's lines. */
import { Overtaken } from "../../errors.ts";

export type Lines = readonly string[] | null;

/** Are these the same lines? null is a session that does not exist. */
export function sameLines(a: Lines, b: Lines): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((line, n) => line === b[n]);
}

/**
 * A session that is not what it was: it exists where none is expected (`before` is null), was
 * removed (`now` is null), or continued. `what` names the session: `session "ID"`.
 */
export function movedOn(
  where: string,
  now: { readonly length: number } | null,
  before: Lines,
  what = "the session",
): Overtaken {
  if (before === null) return new Overtaken(`${what} already exists`, { where });
  const why = now === null ? "no longer exists" : "has changed in the meantime";
  return new Overtaken(`the session ${why}: nothing was changed`, { where });
}
