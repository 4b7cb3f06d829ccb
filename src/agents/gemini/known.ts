/** The records of Gemini CLI that this folder knows: those of 0.61.0. */

import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, member } from "../../session/json.ts";
import { part } from "../shared/genai.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { contentParts, isContext, isThanks, isWhole } from "./content.ts";
import { isContent } from "./document.ts";

/** One part, a text, or a list of both. */
const CONTENTS: Shape = {
  name: (value) => (Array.isArray(value) ? "" : "one"),
  of: { "": { each: part }, one: part },
};

const COPY =
  "status timestamp agentId resultDisplay displayName description renderOutputAsMarkdown approvalMode";
/**
 * Calls and thoughts are beside the content; if the content has some itself, they are for the
 * screen.
 */
const besides = keys(COPY, { id: CONTENT, name: CONTENT, args: CONTENT, result: CONTENTS });
const onScreen = keys(`id name args ${COPY}`, { result: CONTENTS });
const TOKENS = keys("input output cached thoughts tool total");
const MESSAGE_KEYS = "id timestamp type displayContent";

/** Never sent, at least not from the file: the context is created again at each start. */
const NOTICE = keys(`${MESSAGE_KEYS} content`);
const MODEL: Shape = {
  name: (value) => (contentParts(member(value, "content")).some(isWhole) ? "whole" : ""),
  of: {
    "": keys(`${MESSAGE_KEYS} model`, {
      content: CONTENTS,
      thoughts: { each: keys("timestamp", { subject: CONTENT, description: CONTENT }) },
      tokens: TOKENS,
      toolCalls: { each: besides },
    }),
    whole: keys(`${MESSAGE_KEYS} model thoughts`, {
      content: CONTENTS,
      tokens: TOKENS,
      toolCalls: { each: onScreen },
    }),
  },
};

/** The acknowledgement that the CLI puts after the summary of a compressed chat. */
const ANSWER: Shape = {
  name: (value) => (isThanks(value) ? "thanks" : ""),
  of: { thanks: true, "": MODEL },
};
const ANY_MESSAGE = by("type", {
  user: {
    name: (value) => (isContext(member(value, "content")) ? "context" : ""),
    of: { context: NOTICE, "": keys(MESSAGE_KEYS, { content: CONTENTS }) },
  },
  gemini: ANSWER,
  info: NOTICE,
  error: NOTICE,
  warning: NOTICE,
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
    if (record.type === "user" || record.type === "gemini") return "message";
    if (Array.isArray(record.history)) return "checkpoint";
    return typeof record.sessionId === "string" ? "metadata" : "unknown";
  },
  of: {
    $rewindTo: keys("$rewindTo"),
    message: ANY_MESSAGE,
    $set: { keys: { $set: keys(`${ABOUT} segueCarry`, { messages: { each: ANY_MESSAGE } }) } },
    checkpoint: keys("history authType"),
    content: keys("role", { parts: { each: part } }),
    metadata: keys(ABOUT, { messages: { each: ANY_MESSAGE } }),
  },
};

/** What the shell tool puts around a command's output. */
export const frames: Frames = {
  around: [
    [
      /^(?:<untrusted_context>\n)?Output: (?:\(empty\)|([\s\S]*?))(?:\nExit Code: -?\d+)?(?:\nProcess Group PGID: \d+)?(?:\n<\/untrusted_context>)?$/,
      "$1",
    ],
  ],
};
