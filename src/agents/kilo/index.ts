import { agentOf } from "../shared/opencode/agent.ts";
import { KILO } from "../shared/opencode/flavour.ts";

export const kilo = agentOf(KILO);
