/** Which agents a session is taken through. All pairs have their turn on recorded sessions. */
import { createHash } from "node:crypto";
import { agents, writable } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { seed } from "./commit.ts";
import { runs } from "./seed.ts";

export function others(agent: Agent): Agent[] {
  return writable.filter((other) => other !== agent);
}

/**
 * Two agents, for tests of which one for every pair would take too long: those that follow in a
 * ring, at different distances, so that each agent is a target as often as a source.
 */
export function partners(agent: Agent): Agent[] {
  const at = writable.includes(agent) ? writable.indexOf(agent) : agents.indexOf(agent);
  const steps = new Set([1, Math.ceil(writable.length / 2)]);
  return [...steps].flatMap((step) => writable[(at + step) % writable.length] ?? []);
}

/**
 * The one that has its turn with this session: the commit chooses, so that each pair has it sooner or
 * later. With `SEGUE_RUNS=2`, all others.
 */
export function turnOf(agent: Agent, session: string): Agent[] {
  const all = others(agent);
  if (runs(1) > 1) return all;
  const hash = createHash("sha256").update(`${seed} ${session}`).digest();
  return all.slice(hash.readUInt32BE() % all.length).slice(0, 1);
}

/** One of `n`, of which the commit chooses the first, so that all have their turn; with `SEGUE_RUNS=2`, all. */
export function inTurn<T>(items: readonly T[], n: number): readonly T[] {
  if (runs(1) > 1) return items;
  return items.filter((_, at) => at % n === Math.abs(seed) % n);
}
