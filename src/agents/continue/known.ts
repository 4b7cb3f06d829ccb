/**
 * The keys of Continue's sessions that this folder knows: those of the CLI 1.5.47, and those that its
 * source of June 2026 has for the extensions for editors.
 */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, member } from "../../session/json.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";
import { carryIn } from "../shared/pieces.ts";
import { isHead } from "./document.ts";

const part = by("type", {
  text: keys("type", { text: CONTENT }),
  imageUrl: keys("type", { imageUrl: CONTENT }),
});

/** A text alone, or a list of parts. */
const content = blocks(part);

const call = keys("type id extra_content index", {
  function: keys("", { name: CONTENT, arguments: CONTENT }),
});
const usage = keys(
  "prompt_tokens completion_tokens total_tokens prompt_tokens_details completion_tokens_details model cost_cents " +
    "promptTokens completionTokens promptTokensDetails completionTokensDetails",
);
const MESSAGE = "id role metadata";

const message = by("role", {
  user: keys(MESSAGE, { content }),
  assistant: keys(MESSAGE, { content, toolCalls: { each: call }, usage }),
  thinking: keys(`${MESSAGE} signature redactedThinking reasoning_details toolCalls`, { content }),
  tool: keys(`${MESSAGE} toolCallId`, { content }),
  system: keys(MESSAGE, { content }),
});

/** Names and contents of what a message mentions, and of what a tool gave. */
const context = keys("id description editing editable icon uri hidden status", {
  name: CONTENT,
  content: CONTENT,
});
const output = keys("id name description editing editable icon uri hidden status", {
  content: CONTENT,
});
const state = keys("toolCallId toolCall status parsedArgs processedArgs tool mcpUiState", {
  output: { each: output },
});

const ASIDE = "editorState modifiers promptLogs isGatheringContext appliedRules isDisplayed";
const BESIDE = keys(ASIDE, {
  message,
  contextItems: { each: context },
  toolCallStates: { each: state },
  conversationSummary: CONTENT,
  reasoning: keys("active startAt endAt", { text: CONTENT }),
});

export const known: Shape = {
  name(record) {
    if (isHead(record)) return "session";
    if (carryIn(record)) return "carry";
    if (isObject(member(record, "spelling"))) return "spelling";
    return isObject(member(record, "message")) ? "item" : "unknown";
  },
  of: {
    session: keys(
      "sessionId title workspaceDirectory history mode chatModelTitle usage dateCreated",
    ),
    carry: true,
    spelling: true,
    item: BESIDE,
  },
};

/** What its tools put before an output or a file, and say in place of an empty output. */
export const frames: Frames = {
  around: [
    [/^Error executing tool Bash: Error \(exit code \d+\): |^Content of [^\n]*:\n/, ""],
    [/^Command executed successfully\.$/, ""],
  ],
};
