/** Groups the sessions of a conversation. */
import type { Listed } from "./catalog.ts";
import { keyOf } from "./lineage.ts";
import type { Relative } from "./row.ts";

/** The properties of a session that determine its conversation. */
export type Related = Pick<
  Listed,
  "agent" | "id" | "time" | "bytes" | "from" | "continuedIn" | "parent" | "isSubagent"
> &
  Pick<Relative, "profile">;

/**
 * The sessions of each conversation: where it is now, where it was left, and what subagents did. In
 * the order of the list, but with each conversation in one place: that of its newest session.
 */
export function conversations<S extends Related>(sessions: readonly S[]): S[][] {
  const groups = new Map<string, S[]>();
  const groupOf = groupsOf(sessions);
  for (const session of sessions) {
    const name = groupOf(session);
    const group = groups.get(name);
    if (group) group.push(session);
    else groups.set(name, [session]);
  }
  return [...groups.values()].map((group) =>
    group.length === 1 ? group : group.toSorted((a, b) => rank(a) - rank(b)),
  );
}

function rank(session: Related): number {
  if (session.isSubagent) return 2;
  return wasLeft(session) ? 1 : 0;
}

/**
 * Where the conversation continues in another session: nothing was added to this one since it was
 * handed over. This includes a session that has kept its size, even if another machine's clock
 * dated it later.
 */
export function wasLeft({
  time,
  bytes,
  continuedIn,
}: Pick<Related, "time" | "bytes" | "continuedIn">): boolean {
  const newest = continuedIn.at(-1);
  return newest !== undefined && (newest.time >= time || (bytes > 0 && newest.bytes === bytes));
}

/** A name for the conversation of a session: its first known session. */
function groupsOf(sessions: readonly Related[]): (session: Relative) => string {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    return root;
  };
  for (const session of sessions) {
    for (const relative of relativesOf(session)) {
      const [one, other] = [rootOf(keyOf(session)), rootOf(keyOf(relative))];
      if (one !== other) parents.set(other, one);
    }
  }
  return (session) => rootOf(keyOf(session));
}

function relativesOf(session: Related): Relative[] {
  const { agent, profile = null, from, continuedIn, parent, isSubagent } = session;
  const started = isSubagent && parent !== null ? [{ agent, profile, id: parent }] : [];
  return [...(from ? [from] : []), ...continuedIn, ...started];
}
