import { ofClaudeCode } from "../shared/claude/dialect.ts";

/** The app runs Claude Code. */
export const DESKTOP = ofClaudeCode("claude-desktop");
