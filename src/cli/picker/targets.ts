/** The targets for a session: the installed agents, and other things to do with it. */
import type { Session, Target } from "./types.ts";

export interface Choice {
  /** The agent to open it in; null for something else. */
  target: Target | null;
  does: "launch" | "read" | "handoff" | "dump" | "copy";
  name: string;
  /** For an agent: whether it is the session's own, and the limit that it is at. */
  about: string;
}

const OTHERS: readonly Choice[] = [
  { target: null, does: "handoff", name: "Handoff", about: "write a document for any agent" },
  { target: null, does: "read", name: "Read", about: "in the pager" },
  { target: null, does: "dump", name: "Export", about: "write the session as HTML" },
  { target: null, does: "copy", name: "Copy id", about: "for segue on the command line" },
];

/** The session's own agent first. `limitOf`: the limit that an agent is at. */
export function choicesFor(
  session: Session,
  targets: readonly Target[],
  limitOf: (agent: string) => string | null,
): Choice[] {
  const own = session.agent;
  const agents = targets.toSorted((a, b) => Number(b.id === own) - Number(a.id === own));
  const offered = agents.map((target): Choice => {
    const words = [target.id === own ? "its own agent" : "", limitOf(target.id) ?? ""];
    const about = words.filter((text) => text !== "").join(", ");
    return { target, does: "launch", name: target.name, about };
  });
  return [...offered, ...OTHERS];
}

/** The preselected one: where such a session was opened last, unless that agent is at a limit. */
export function proposed(
  choices: readonly Choice[],
  last: string | undefined,
  limitOf: (agent: string) => string | null,
): number {
  const isFree = ({ target }: Choice): boolean => target !== null && limitOf(target.id) === null;
  const again = choices.findIndex((choice) => choice.target?.id === last && isFree(choice));
  return again >= 0 ? again : Math.max(0, choices.findIndex(isFree));
}
