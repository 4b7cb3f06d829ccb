/** Which agents a session is taken through. All pairs have their turn on recorded sessions. */
import { agents } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";

export function others(agent: Agent): Agent[] {
  return agents.filter((other) => other !== agent);
}

/**
 * Two agents, for tests of which one for every pair would take too long: those that follow in a
 * ring, at different distances, so that each agent is a target as often as a source.
 */
export function partners(agent: Agent): Agent[] {
  const at = agents.indexOf(agent);
  const steps = new Set([1, Math.ceil(agents.length / 2)]);
  return [...steps].flatMap((step) => agents[(at + step) % agents.length] ?? []);
}
