import { agentOf } from "../shared/opencode/agent.ts";
import { KILO } from "../shared/opencode/flavour.ts";
import { flags } from "./flags.ts";

export const kilo = agentOf(KILO, flags);
