/** What this folder knows of Gemini CLI's records, as of 0.61.0. */
import { isObject } from "../../session/json.ts";
import { by, keys } from "../shared/known.ts";
import type { Shape } from "../types.ts";
import { isContent } from "./document.ts";

const PART = keys(
  "text thought thoughtSignature inlineData fileData functionCall functionResponse",
);
const CONTENT: Shape = {
  name: (value) => (Array.isArray(value) ? "list" : "one"),
  of: { list: { each: PART }, one: true },
};
const RESULT = CONTENT;

const TOOL_CALL = keys(
  "id name args status timestamp agentId resultDisplay displayName description renderOutputAsMarkdown approvalMode",
  { result: RESULT },
);
const MESSAGE = keys("id timestamp type displayContent", { content: CONTENT });
const MODEL = keys("id timestamp type displayContent model", {
  content: CONTENT,
  thoughts: { each: keys("subject description timestamp") },
  tokens: keys("input output cached thoughts tool total"),
  toolCalls: { each: TOOL_CALL },
});
const ANY_MESSAGE = by("type", {
  user: MESSAGE,
  gemini: MODEL,
  info: MESSAGE,
  error: MESSAGE,
  warning: MESSAGE,
});

const ABOUT =
  "sessionId projectHash startTime lastUpdated kind directories summary memoryScratchpad";

export const known: Shape = {
  name(record) {
    if (!isObject(record)) return typeof record;
    if (typeof record.$rewindTo === "string") return "$rewindTo";
    if (typeof record.id === "string") return "message";
    if (isObject(record.$set)) return "$set";
    if (isContent(record)) return "content";
    if (Array.isArray(record.history)) return "checkpoint";
    return typeof record.sessionId === "string" ? "metadata" : "unknown";
  },
  of: {
    $rewindTo: keys("$rewindTo"),
    message: ANY_MESSAGE,
    $set: { keys: { $set: keys(`${ABOUT} segueCarry`, { messages: { each: ANY_MESSAGE } }) } },
    checkpoint: keys("history authType"),
    content: keys("role", { parts: { each: PART } }),
    metadata: keys(ABOUT, { messages: { each: ANY_MESSAGE } }),
  },
};
