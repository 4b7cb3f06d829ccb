/** The records of Amp's threads, up to 2026-03. Others are kept as well; `segue check` lists them. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, string } from "../../session/json.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { unnumbered } from "./results.ts";

const thread = keys(
  "v id created title agentMode nextMessageId env usageLedger ~debug meta messages draft reasoningEffort " +
    "relationships originThreadID mainThreadID archived activatedSkills maxTokens creatorUserID " +
    "queuedMessages",
);

const source = keys("type mediaType media_type", { data: CONTENT, url: CONTENT });

/** What a tool found or did; the rest is for the screen. */
const told =
  "absolutePath exitCode isDirectory directoryEntries lineRange isImage imageInfo truncated";
const found = keys(`${told} discoveredGuidanceFiles`, {
  output: CONTENT,
  content: CONTENT,
  contentURL: CONTENT,
  diff: CONTENT,
});

const result: Shape = {
  name: (value) =>
    isObject(value) && ["output", "content", "diff"].some((key) => string(value[key]) !== undefined)
      ? "found"
      : "",
  of: { found, "": CONTENT },
};

const run = by("status", {
  done: keys("status progress trackFiles ~debug", { result }),
  error: keys("status progress trackFiles ~debug", {
    error: keys("errorCode absolutePath", { message: CONTENT }),
  }),
  cancelled: keys("status trackFiles ~debug", { reason: CONTENT, progress: CONTENT }),
  "rejected-by-user": keys("status toAllow progress", { reason: CONTENT }),
});

const block = by("type", {
  text: keys("type startTime finalTime", { text: CONTENT }),
  thinking: keys("type provider startTime finalTime", {
    thinking: CONTENT,
    signature: CONTENT,
    openAIReasoning: CONTENT,
  }),
  redacted_thinking: keys("type provider", { data: CONTENT }),
  image: keys("type sourcePath", { source }),
  tool_use: keys("type id complete normalizedInput startTime finalTime inputPartialJSON", {
    name: CONTENT,
    input: CONTENT,
  }),
  server_tool_use: keys("type id", { name: CONTENT, input: CONTENT }),
  tool_result: keys("type toolUseID originalToolUseInput userInput", { run }),
  summary: keys("type", {
    summary: keys("type thread", { summary: CONTENT }),
  }),
  manual_bash_invocation: keys("type hidden", {
    args: keys("cwd", { cmd: CONTENT }),
    toolRun: keys("status progress trackFiles", {
      result: keys("exitCode", { output: CONTENT }),
    }),
  }),
});

const message = keys(
  "role messageId meta agentMode state usage userState interrupted cancelled source readAt turnElapsedMs " +
    "discoveredGuidanceFiles dtwMessageID protocolMessageID parentToolUseId",
  {
    content: { each: block },
    fileMentions: keys("", {
      files: { each: keys("uri isImage imageInfo", { content: CONTENT }) },
    }),
  },
);

export const known: Shape = {
  name: (record) => (isObject(record) ? (string(record.role) ?? "thread") : ""),
  of: { thread, user: message, assistant: message, info: message },
};

/** The numbers of lines that Read gives. */
export const frames: Frames = {
  pieces(text) {
    const lines = unnumbered(text);
    return lines === text ? null : [lines];
  },
};
