/**
 * Which ways home a session file has, and which of them go along with what is made of it. A session
 * that went from X to Y, and on to Z, comes home to Y with both: back to Z, and home to X.
 */
import { agentNamed } from "../../agents/registry.ts";
import type { Agent } from "../../agents/types.ts";
import type { Carry, Ways } from "../../lossless/carry.ts";

/** The ways of a file: the one that is taken, if any, and those that lie beside the file. */
export interface Routes {
  taken: Carry | null;
  beside: readonly Carry[];
}

/**
 * Whatever way the source still has goes along; what comes home has the ways again that it had when
 * it went out. `replaced`: those of the file that it is written over. Carries inside a file come and
 * go with its lines.
 */
export function waysAlong({ taken, beside }: Routes, replaced: readonly Carry[]): Ways {
  return {
    had: beside.filter((carry) => carry !== taken),
    others: [...(taken?.had ?? []), ...replaced],
  };
}

/** What its user should know of a way that is not there afterwards; null for nothing. */
export function lostWays(lost: readonly Carry[]): string | null {
  if (lost.length === 0) return null;
  const names = new Set(lost.map(({ header }) => nameOf(header.source.agent)));
  return `the way back to ${[...names].join(" and ")} is not in the output: -o FILE without --embed keeps it in FILE.segue`;
}

/** The same where the session was once the target's, but came by way of another agent. */
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
