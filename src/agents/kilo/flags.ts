/** The flags of Kilo CLI. */
import { opencodeFlags } from "../shared/opencode/flags.ts";

export const flags = opencodeFlags(["--cloud-fork", "--worktree <x>"]);
