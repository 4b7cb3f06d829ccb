/** The records and keys of Mastra Code 0.32.1, and of earlier versions as its source names them. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, member, printed } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { CONTENT, keys } from "../shared/known.ts";
import { unwrap } from "./records.ts";

const ANY = "type createdAt providerMetadata";

const INVOCATION = "state step toolCallId toolName providerExecuted approval isPreliminary title";

const invocation = keys(INVOCATION, {
  args: CONTENT,
  rawInput: CONTENT,
  result: CONTENT,
  errorText: CONTENT,
});

const part: Shape = {
  // What begins with "data-" tells of the state of a run, and is never sent.
  name: (value) => {
    const type = isObject(value) ? printed(value.type ?? "") : "";
    if (type.startsWith("data-")) return "data";
    return type === "tool-invocation" && hasOutput(value) ? "output" : type;
  },
  of: {
    text: keys(`${ANY} textSignature state metadata`, { text: CONTENT }),
    reasoning: keys(`${ANY} details state`, { reasoning: CONTENT }),
    "tool-invocation": keys(`${ANY} title providerExecuted preliminary`, {
      toolInvocation: invocation,
    }),
    // What the model was sent, where that is not what the tool returned.
    output: keys("type createdAt title providerExecuted preliminary", {
      toolInvocation: keys(`${INVOCATION} result`, { args: CONTENT, rawInput: CONTENT }),
      providerMetadata: keys("anthropic openai azure google vertex bedrock openrouter xai", {
        mastra: keys("tokenEstimate createdAt toolPayloadTransform", { modelOutput: CONTENT }),
      }),
    }),
    file: keys(`${ANY} mimeType mediaType filename`, { data: CONTENT, url: CONTENT }),
    source: keys(`${ANY} source`),
    "source-document": true,
    "step-start": keys(`${ANY} model metadata`),
    data: true,
  },
};

const content: Shape = keys(
  "format metadata providerMetadata content annotations toolInvocations reasoning experimental_attachments",
  { parts: { each: part } },
);

const message: Shape = keys("id role type createdAt resourceId", {
  content: { name: formOf, of: { text: CONTENT, object: content } },
});

const MEMORY =
  `id lookupKey scope resourceId threadId activeObservationsPendingUpdate originType config generationCount
   lastObservedAt lastReflectionAt pendingMessageTokens totalTokensObserved observationTokenCount isObserving
   isReflecting observedMessageIds observedTimezone bufferedObservations bufferedObservationTokens
   bufferedMessageIds bufferedReflection bufferedReflectionTokens bufferedReflectionInputTokens
   reflectedObservationLineCount bufferedObservationChunks isBufferingObservation isBufferingReflection
   lastBufferedAtTokens lastBufferedAtTime metadata createdAt updatedAt`.replace(/\s+/g, " ");

const memory = keys(MEMORY, { activeObservations: CONTENT });

export const known: Shape = {
  name: (record) => unwrap(record).kind,
  of: {
    thread: keys("", {
      thread: keys("id resourceId title metadata createdAt updatedAt"),
      state: { each: keys("type value createdAt updatedAt") },
      // Those that are not sent: empty ones, and those that newer ones have replaced.
      memories: { each: keys(`${MEMORY} activeObservations`) },
    }),
    memory: keys("", { memory }),
    message: keys("", { message }),
  },
};

function hasOutput(part: Json): boolean {
  const own = member(member(member(part, "providerMetadata"), "mastra"), "modelOutput");
  const state = member(member(part, "toolInvocation"), "state");
  return state === "result" && own !== undefined && own !== null;
}

function formOf(value: Json): string {
  return isObject(value) ? "object" : "text";
}

/** What is said of a command's end, or that it printed nothing. */
export const frames: Frames = {
  ends: /^(?:Exit code: -?\d+|\(no output\))$/,
};
