/** The entry kinds and keys of Pi, 0.73 to 1.6.0, and those that another agent has besides. */

import type { Frames, Shape } from "../../../session/codec.ts";
import { by, CONTENT, keys } from "../known.ts";

/** What an agent has besides Pi's. */
export interface More {
  /** Keys of every entry. */
  entry: string;
  /** Keys of messages, of every role. */
  message: string;
  assistant: string;
  usage: Readonly<Record<string, Shape>>;
  /** Kinds of entries, with their own keys. */
  kinds: Readonly<Record<string, string>>;
}

const NONE: More = { entry: "", message: "", assistant: "", usage: {}, kinds: {} };

const block: Shape = by("type", {
  text: keys("type textSignature", { text: CONTENT }),
  image: keys("type mimeType", { data: CONTENT }),
  thinking: keys("type redacted", { thinking: CONTENT, thinkingSignature: CONTENT }),
  toolCall: keys("type id thoughtSignature namespace", { name: CONTENT, arguments: CONTENT }),
});

/** A string, or blocks. */
const content: Shape = { each: block };

function messageOf({ message, assistant }: More, usage: Shape): Shape {
  const said = (names: string, has: Readonly<Record<string, Shape>>) =>
    keys(`role timestamp ${message} ${names}`, has);
  return by("role", {
    system: said("toolsAdded toolsRemoved", { content: CONTENT, sections: CONTENT }),
    user: said("", { content }),
    assistant: said(
      "api provider model stopReason errorMessage responseId responseModel rawStopReason " +
        `thinkingLevel providerThinkingLevel durationMs diagnostics deferred endTurn ${assistant}`,
      { content, usage },
    ),
    toolResult: said("toolCallId toolName details isError durationMs nestedCalls", {
      content,
      usage,
    }),
    bashExecution: said("exitCode cancelled truncated fullOutputPath excludeFromContext", {
      command: CONTENT,
      output: CONTENT,
    }),
    custom: said("customType display details", { content }),
    // Up to version 2 of the format.
    hookMessage: said("customType display details", { content }),
    // Pi keeps these in memory only, and would send one that is in a file.
    branchSummary: said("fromId", { summary: CONTENT }),
    compactionSummary: said("tokensBefore", { summary: CONTENT }),
  });
}

export function knownOf(more: Partial<More> = {}): Shape {
  const all = { ...NONE, ...more };
  const usage = keys("input output cacheRead cacheWrite cacheWrite1h reasoning totalTokens", {
    cost: keys("input output cacheRead cacheWrite total totalFromProvider"),
    ...all.usage,
  });
  const entry = (names: string, has: Readonly<Record<string, Shape>> = {}) =>
    keys(`type id parentId timestamp ${all.entry} ${names}`, has);
  const kinds = Object.entries(all.kinds).map(([kind, names]) => [kind, entry(names)] as const);
  return by("type", {
    session: keys("type version id timestamp cwd parentSession provider modelId thinkingLevel"),
    message: entry("", { message: messageOf(all, usage) }),
    model_change: entry("provider modelId"),
    thinking_level_change: entry("thinkingLevel"),
    session_info: entry("name"),
    label: entry("targetId label"),
    compaction: entry(
      "firstKeptEntryId firstKeptEntryIndex tokensBefore details fromHook systemMessage",
      { summary: CONTENT, usage },
    ),
    branch_summary: entry("fromId details fromHook", { summary: CONTENT, usage }),
    context_edit: entry("targetId", { replacement: keys("", { content }) }),
    custom: entry("customType data"),
    custom_message: entry("customType display details", { content }),
    usage: entry("kind provider model usage note"),
    ...Object.fromEntries(kinds),
  });
}

/** What its shell tool says of how a command ended, and what is in the place of hidden reasoning. */
export const frames: Frames = {
  ends: /^(?:\(?Command exited with code -?\d+\)?|\(no output\))$/,
  hidden: "[Reasoning redacted]",
};
