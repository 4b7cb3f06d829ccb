/** The agents that Segue knows, and their names. */
export {
  accounts,
  agentNamed,
  agentNames,
  agents,
  findAgent,
  noAgent,
} from "../agents/registry.ts";
export type { Agent } from "../agents/types.ts";
export { unsupportedAgent } from "../agents/unsupported.ts";
