/** The agents that Segue knows, and the names that they go by. */
export { agentNamed, agentNames, agents, findAgent, nearest } from "../agents/registry.ts";
export type { Agent } from "../agents/types.ts";
