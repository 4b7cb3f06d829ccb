/**
 * The records and keys of Cursor's chats, as several tools found them (README.md). What the editor keeps of its
 * own chats is not listed: there are more than a hundred keys, most of them for the screen.
 */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";
import { typedParts } from "./frames.ts";
import { unwrap } from "./records.ts";

const cursor = keys(
  "requestId modelName isSummary openaiPhase modelProviderMessageId pendingToolCallStartedAtMs loopReminder highLevelToolCallResult",
);
const provider: Shape = { keys: { cursor, anthropic: true, openai: true, google: true } };

const item = by("type", {
  text: keys("type", { text: CONTENT }),
  image: keys("type mimeType mediaType", { data: CONTENT, image: CONTENT }),
});

const block: Shape = by("type", {
  text: keys("type", { text: CONTENT, providerOptions: provider }),
  image: keys("type mimeType mediaType source", { image: CONTENT, data: CONTENT }),
  file: keys("type mimeType mediaType filename", { data: CONTENT }),
  reasoning: keys("type signature data", { text: CONTENT, providerOptions: provider }),
  "redacted-reasoning": keys("type data", { providerOptions: provider }),
  "tool-call": keys("type toolCallId", {
    toolName: CONTENT,
    args: CONTENT,
    providerOptions: provider,
  }),
  "tool-result": keys("type toolCallId toolName isError", {
    result: CONTENT,
    experimental_content: { each: item },
    providerOptions: provider,
  }),
  tool_use: keys("type id", { name: CONTENT, input: CONTENT }),
});

const content = blocks(block);

const message = keys("role id createdAt isError", { content, providerOptions: provider });

const facts = keys(
  [
    "agentId latestRootBlobId name createdAt mode isRunEverything approvalMode lastUsedModel",
    "lastDebugServerPort currentPlanUri subagentInfo blobEncryptionKey workspacePath resumeBcId",
  ].join(" "),
);

export const known: Shape = {
  name: kindOf,
  of: {
    frame: true,
    chat: keys("raw cwd prompt", { chat: facts }),
    message: keys("blob again as", { json: message, text: true, bytes: true }),
    carry: true,
    blob: true,
    fact: true,
    composer: true,
    bubble: true,
    lost: true,
    tab: true,
    line: keys("role", { message: keys("", { content }) }),
    text: true,
    "turn-end": keys("type status error"),
  },
};

function kindOf(record: Json): string {
  const { kind } = unwrap(record);
  if (kind !== "other") return kind;
  return isObject(record) ? Object.keys(record).join(",") : "";
}

export const frames: Frames = {
  around: [
    [/^(?:<timestamp>[^<]*<\/timestamp>\s*)?<user_query>\n?([\s\S]*?)\n?<\/user_query>\s*$/, "$1"],
    [/^Exit code: -?\d+\n\nCommand output:\n\n```\n([\s\S]*)\n```$/, "$1"],
  ],
  ends: /^Exit code: -?\d+$/,
  pieces(text) {
    const parts = typedParts(text);
    return parts.length > 1 ? parts.map((part) => part.text) : null;
  },
};
