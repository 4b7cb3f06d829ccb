import { agentOf } from "../shared/opencode/agent.ts";
import { OPENCODE } from "../shared/opencode/flavour.ts";

export const opencode = agentOf(OPENCODE);
