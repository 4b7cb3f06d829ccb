import { ofClaudeCode } from "../shared/claude/dialect.ts";

export const CLAUDE = ofClaudeCode("claude-code");
