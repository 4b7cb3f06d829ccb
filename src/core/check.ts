/** Checks that the user's own sessions convert without loss. */
import { findAgent } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import type { Selected } from "../catalog/select.ts";
import { allSessions, isNothing, placeOf } from "../catalog/stores.ts";
import type { Places } from "./places.ts";

export { type Check, checkSession, type Sent } from "../convert/check.ts";

/** The newest sessions of each agent, or of one agent: up to `most` of each. */
export async function newestSessions(
  places: Places,
  from: Agent | undefined,
  most: number,
): Promise<Selected[]> {
  const taken = new Map<string, number>();
  return (await allSessions(places, from)).flatMap((found) => {
    const { id: session, bytes } = found;
    const id = found.profile ?? found.agent;
    const n = (taken.get(id) ?? 0) + 1;
    taken.set(id, n);
    const agent = findAgent(id, places.profiles);
    if (!agent || isNothing(bytes, agent) || n > most) return [];
    const path = placeOf(found, agent);
    return [{ agent, path, id: session, name: path }];
  });
}
