/** Sessions that are one conversation stand together. */
import type { Listed } from "./catalog.ts";
import type { Relative } from "./row.ts";

export interface Placed {
  session: Listed;
  /** Is it of the conversation of the session before? */
  isPart: boolean;
}

/**
 * In the order of the list, but each conversation in one place: where its newest session is. So what
 * was handed over four times is one conversation and not five.
 */
export function byConversation(sessions: readonly Listed[]): Placed[] {
  const groups = new Map<string, Listed[]>();
  const groupOf = groupsOf(sessions);
  for (const session of sessions) {
    const group = groupOf(session);
    groups.set(group, [...(groups.get(group) ?? []), session]);
  }
  return [...groups.values()].flatMap((group) => {
    const [gone, here] = [group.filter(wasLeft), group.filter((one) => !wasLeft(one))];
    return [...here, ...gone].map((session, n) => ({ session, isPart: n > 0 }));
  });
}

/** Where the conversation continues elsewhere: nothing was added here since it was handed over. */
export function wasLeft({ time, continuedIn }: Listed): boolean {
  const newest = continuedIn.at(-1);
  return newest !== undefined && newest.time >= time;
}

/** A name for the conversation that a session is of: the first session known of it. */
function groupsOf(sessions: readonly Listed[]): (session: Relative) => string {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    return root;
  };
  for (const session of sessions) {
    const relatives = [...(session.from ? [session.from] : []), ...session.continuedIn];
    for (const relative of relatives) {
      const [one, other] = [rootOf(keyOf(session)), rootOf(keyOf(relative))];
      if (one !== other) parents.set(other, one);
    }
  }
  return (session) => rootOf(keyOf(session));
}

function keyOf({ agent, id }: Relative): string {
  return `${agent}:${id}`;
}
