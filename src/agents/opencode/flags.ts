/** The flags of OpenCode. */
import { opencodeFlags } from "../shared/opencode/flags.ts";

export const flags = opencodeFlags([]);
