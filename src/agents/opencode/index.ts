import { agentOf } from "../shared/opencode/agent.ts";
import { OPENCODE } from "../shared/opencode/flavour.ts";
import { flags } from "./flags.ts";

export const opencode = agentOf(OPENCODE, flags);
