/** The keys and kinds of OpenClaw 2026.6.11 and 2026.9.6 besides those of Pi. */
import { keys } from "../shared/known.ts";
import { knownOf } from "../shared/pi/known.ts";

export const known = knownOf({
  entry: "appendMode",
  message: "__openclaw idempotencyKey excludeFromContext provenance display",
  assistant: "errorCode errorBody",
  usage: { contextUsage: keys("state promptTokens totalTokens") },
  more: { compaction: "tokensAfter __openclaw" },
  kinds: {
    reset: "reason firstKeptEntryId",
    leaf: "targetId appendParentId",
  },
});
