import type { Dialect } from "../shared/claude/dialect.ts";
import { DEFAULT_MODEL, isKnownModel } from "../shared/claude/models.ts";

export const CLAUDE: Dialect = {
  id: "claude-code",
  version: "2.1.197",
  model: DEFAULT_MODEL,
  knowsModel: isKnownModel,
  leaf: {
    type: "last-prompt",
    back: (leafUuid, sessionId) => ({ type: "last-prompt", leafUuid, explicit: true, sessionId }),
  },
};
