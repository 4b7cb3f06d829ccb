/** The entry kinds and keys of Pi, 0.73 to 1.6.0, and those that another agent has besides. */

import type { Frames, Shape } from "../../../session/codec.ts";
import { by, CONTENT, keys } from "../known.ts";

type Shapes = Readonly<Record<string, Shape>>;

/** What an agent has besides Pi's. */
export interface More {
  /** Keys of every entry. */
  entry: string;
  /** Keys of messages, of every role. */
  message: string;
  assistant: string;
  result: string;
  usage: Shapes;
  /** Keys of Pi's kinds of blocks. */
  block: Readonly<Record<string, string>>;
  blocks: Shapes;
  /** Roles with their own keys, and those that are content. */
  roles: Readonly<Record<string, readonly [string, Shapes]>>;
  /** Kinds of entries, with their own keys. */
  kinds: Readonly<Record<string, string>>;
  /** Keys of Pi's kinds of entries, and all of those that are no entries. */
  more: Readonly<Record<string, string>>;
}

const NONE: More = {
  entry: "",
  message: "",
  assistant: "",
  result: "",
  usage: {},
  block: {},
  blocks: {},
  roles: {},
  kinds: {},
  more: {},
};

function blockOf({ block, blocks }: More): Shape {
  const with_ = (kind: string, names: string) => `type ${names} ${block[kind] ?? ""}`;
  return by("type", {
    text: keys(with_("text", "textSignature"), { text: CONTENT }),
    image: keys(with_("image", "mimeType"), { data: CONTENT }),
    thinking: keys(with_("thinking", "redacted"), {
      thinking: CONTENT,
      thinkingSignature: CONTENT,
    }),
    toolCall: keys(with_("toolCall", "id thoughtSignature namespace"), {
      name: CONTENT,
      arguments: CONTENT,
    }),
    ...blocks,
  });
}

function messageOf(more: More, usage: Shape, content: Shape): Shape {
  const said = (names: string, has: Shapes) => keys(`role timestamp ${more.message} ${names}`, has);
  const roles = Object.entries(more.roles).map(
    ([role, [names, has]]) => [role, said(names, has)] as const,
  );
  return by("role", {
    system: said("toolsAdded toolsRemoved", { content: CONTENT, sections: CONTENT }),
    user: said("", { content }),
    assistant: said(
      "api provider model stopReason errorMessage responseId responseModel rawStopReason " +
        `thinkingLevel providerThinkingLevel durationMs diagnostics deferred endTurn ${more.assistant}`,
      { content, usage },
    ),
    toolResult: said(`toolCallId toolName details isError durationMs nestedCalls ${more.result}`, {
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
    ...Object.fromEntries(roles),
  });
}

export function knownOf(more: Partial<More> = {}): Shape {
  const all = { ...NONE, ...more };
  const usage = keys("input output cacheRead cacheWrite cacheWrite1h reasoning totalTokens", {
    cost: keys("input output cacheRead cacheWrite total totalFromProvider"),
    ...all.usage,
  });
  /** A string, or blocks. */
  const content: Shape = { each: blockOf(all) };
  const entry = (names: string, has: Shapes = {}) =>
    keys(`type id parentId timestamp ${all.entry} ${names}`, has);
  const own = (kind: string) => all.more[kind] ?? "";
  const kinds = Object.entries(all.kinds).map(([kind, names]) => [kind, entry(names)] as const);
  return by("type", {
    ...(all.more.title === undefined ? {} : { title: keys(all.more.title) }),
    session: keys(
      `type version id timestamp cwd parentSession provider modelId thinkingLevel ${own("session")}`,
    ),
    message: entry("", { message: messageOf(all, usage, content) }),
    model_change: entry(`provider modelId ${own("model_change")}`),
    thinking_level_change: entry(`thinkingLevel ${own("thinking_level_change")}`),
    session_info: entry("name"),
    label: entry("targetId label"),
    compaction: entry(
      "firstKeptEntryId firstKeptEntryIndex tokensBefore details fromHook systemMessage " +
        own("compaction"),
      { summary: CONTENT, usage },
    ),
    branch_summary: entry(`fromId details fromHook ${own("branch_summary")}`, {
      summary: CONTENT,
      usage,
    }),
    context_edit: entry("targetId", { replacement: keys("", { content }) }),
    custom: entry("customType data"),
    custom_message: entry(`customType display details ${own("custom_message")}`, { content }),
    usage: entry("kind provider model usage note"),
    ...Object.fromEntries(kinds),
  });
}

/** What its shell tool says of how a command ended, and what is in the place of hidden reasoning. */
export const frames: Frames = {
  ends: /^(?:\(?Command exited with code -?\d+\)?|\(no output\))$/,
  hidden: "[Reasoning redacted]",
};
