/** Renders entries as text for people. */
import { printed } from "./json.ts";
import type { Entry, EventBody, Message, Part, ToolUse, UnreadReason } from "./types.ts";

export type ToolDetail = "none" | "brief" | "full";

const BRIEF = 200;

const UNREAD: { [reason in UnreadReason]: string } = {
  sealed: "encrypted",
  "sealed-summary": "encrypted",
  unsent: "not sent to the model",
  missing: "stored elsewhere, and not found",
  "missing-base": "stored elsewhere, and not found",
  repeated: "the same record again",
  queued: "waiting to be sent",
};

/**
 * Does this entry count as part of the conversation? The numbering does not depend on how much is
 * shown.
 */
export function isShown(entry: Entry): boolean {
  if (entry.kind === "event") return ["compaction", "limit", "error"].includes(entry.event);
  if (entry.scaffold || entry.role === "system") return false;
  return entry.parts.some((part) => part.kind !== "text" || part.text !== "");
}

/** What a compaction shows whose summary is encrypted, or is not in the session. */
export const NO_SUMMARY = "(no readable summary)";

/** null for entries that are not part of the conversation. */
export function renderEntry(entry: Entry, tools: ToolDetail): string | null {
  if (entry.kind === "message") return renderMessage(entry, tools);
  switch (entry.event) {
    case "compaction":
      return [
        `compaction\n${entry.summary || NO_SUMMARY}`,
        ...renderKept(saidAgain(entry), tools),
      ].join("\n\n");
    case "limit":
      return `limit\n${entry.text}`;
    case "error":
      return `error\n${entry.text}`;
    default:
      return null;
  }
}

/**
 * The messages that a compaction repeats: the agent's model sees them in addition to the summary.
 * For a compaction at the beginning of a file, they are separate entries right before it, with the
 * same ids.
 */
export function saidAgain({ kept = [], parentId }: Entry & Compaction): readonly Message[] {
  return kept.at(-1)?.id === parentId ? [] : kept;
}

type Compaction = Extract<EventBody, { event: "compaction" }>;

function renderKept(kept: readonly Message[], tools: ToolDetail): string[] {
  return kept.flatMap((message) => {
    const text = renderMessage(message, tools);
    return text === null ? [] : [`kept: ${text}`];
  });
}

function renderMessage(entry: Message, tools: ToolDetail): string | null {
  if (entry.scaffold || entry.role === "system") return null;
  const body = entry.parts.map((part) => renderPart(part, tools)).filter((text) => text !== "");
  if (body.length === 0) return null;
  const side = entry.sidechain === undefined ? "" : " (subagent)";
  return `${entry.role}${side}\n${body.join("\n")}`;
}

export function renderPart(part: Part, tools: ToolDetail): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "reasoning":
      return part.text === "" ? "(reasoning, encrypted)" : `(reasoning) ${part.text}`;
    case "image":
      return `(image, ${part.mediaType})`;
    case "file":
      return `(file ${part.name ?? part.url ?? ""}, ${part.mediaType})${part.text === undefined ? "" : `\n${part.text}`}`;
    case "other":
      return `(${part.type}) ${part.text}`;
    case "unread":
      return `(${part.type}: ${UNREAD[part.reason]})`;
    case "tool-call": {
      return tools === "none" ? "" : `→ ${part.name} ${limit(printed(part.input), tools)}`;
    }
    case "tool-result": {
      const text = part.content.map((item) => renderPart(item, tools)).join("\n");
      const failed = part.isError ? "failed: " : "";
      return tools === "none" ? "" : `← ${failed}${limit(text, tools)}`;
    }
  }
}

function limit(text: string, tools: ToolDetail): string {
  if (tools === "full" || text.length <= BRIEF) return text;
  return `${text.slice(0, BRIEF)}… (${text.length} characters)`;
}

/** What a call is about, in short; null if its arguments are just as clear. */
export function aboutUse(use: ToolUse | null): string | null {
  switch (use?.tool) {
    case "execute":
      return use.command;
    case "read":
    case "list":
    case "view-image":
    case "write":
    case "edit":
    case "notebook-edit":
      return use.path;
    case "search":
    case "glob":
      return use.path === undefined ? use.pattern : `${use.pattern} in ${use.path}`;
    case "patch":
      return filesIn(use.patch);
    case "fetch":
      return use.url;
    case "web-search":
      return use.query;
    case "subagent":
      return use.description ?? use.prompt;
    case "todo":
      return use.items.map(({ text, status }) => `${MARKS[status]} ${text}`).join("\n");
    default:
      return null;
  }
}

function filesIn(patch: string): string | null {
  const names = patch.matchAll(/^\*\*\* (?:Update|Add|Delete) File: (.*)$/gm);
  return [...names].map(([, name]) => name).join(", ") || null;
}

const MARKS = { pending: "[ ]", in_progress: "[~]", completed: "[x]" };
