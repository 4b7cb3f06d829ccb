/**
 * The ways back of a session file, and which of them its conversion keeps. A session that went from
 * X to Y, and on to Z, returns to Y with both: to Z and to X.
 */
import { agentNamed } from "../../agents/registry.ts";
import type { Agent } from "../../agents/types.ts";
import type { Carry, Ways } from "../../lossless/carry.ts";

/** The ways back of a file: the one that is taken, if any, and those stored beside the file. */
export interface Routes {
  taken: Carry | null;
  beside: readonly Carry[];
}

/**
 * All other ways back of the source are kept; a session that returns gets back the ways that it had
 * when it left. `replaced`: those of the file that is overwritten. Embedded carries come and go
 * with the file's lines.
 */
export function waysAlong({ taken, beside }: Routes, replaced: readonly Carry[]): Ways {
  return {
    had: beside.filter((carry) => carry !== taken),
    others: [...(taken?.had ?? []), ...replaced],
  };
}

/**
 * What the user should know about a way back that no longer exists afterwards; null for nothing.
 */
export function lostWays(lost: readonly Carry[]): string | null {
  if (lost.length === 0) return null;
  const names = new Set(lost.map(({ header }) => nameOf(header.source.agent)));
  return `the way back to ${[...names].join(" and ")} is not in the output: -o FILE without --embed keeps it in FILE.segue`;
}

/** The same if the session was once the target's, but came through another agent. */
export function longWay({ taken, beside }: Routes, target: Agent): string | null {
  const by = taken ? undefined : beside.find(({ had }) => had.some((one) => leadsTo(one, target)));
  if (!by) return null;
  const { agent } = by.header.source;
  return `this is a new ${target.name} session; to restore the original, convert it to ${agent} first, then to ${target.id}`;
}

function leadsTo({ header, had }: Carry, agent: Agent): boolean {
  return header.source.agent === agent.id || had.some((one) => leadsTo(one, agent));
}

function nameOf(agent: string): string {
  return agentNamed(agent).name;
}
