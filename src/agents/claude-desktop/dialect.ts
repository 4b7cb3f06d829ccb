import type { Dialect } from "../shared/claude/dialect.ts";
import { DEFAULT_MODEL, isKnownModel } from "../shared/claude/models.ts";

/** The app runs Claude Code. */
export const DESKTOP: Dialect = {
  id: "claude-desktop",
  version: "2.1.197",
  model: DEFAULT_MODEL,
  knowsModel: isKnownModel,
};
