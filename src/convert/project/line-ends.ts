/** Characters that become line breaks in a target's store: see `Codec.lineEnds`. */
import type { LineEnds } from "../../session/codec.ts";
import type { Entry, Json, Message, Part } from "../../session/types.ts";

/** Counts such characters in what the target's model is sent. */
export function lineEnds(
  ends: LineEnds | undefined,
  lose: (count: number) => void,
): (entry: Entry) => void {
  return (entry) => {
    const count = ends === undefined ? 0 : inEntry(entry, ends);
    if (count > 0) lose(count);
  };
}

function inEntry(entry: Entry, ends: LineEnds): number {
  if (entry.kind === "message") return inMessage(entry, ends);
  if (entry.event !== "compaction") return 0;
  const kept = (entry.kept ?? []).reduce((sum, message) => sum + inMessage(message, ends), 0);
  return kept + matches(entry.summary, ends.user);
}

function inMessage({ role, parts, scaffold }: Message, ends: LineEnds): number {
  if (scaffold === true) return 0;
  const end = role === "assistant" ? ends.assistant : ends.user;
  return parts.reduce((sum, part) => sum + inPart(part, end), 0);
}

function inPart(part: Part, end: RegExp): number {
  switch (part.kind) {
    case "text":
    case "reasoning":
    case "other":
      return matches(part.text, end);
    case "file":
      return matches(part.text ?? "", end);
    case "tool-call":
      return inValue(part.input, end);
    case "tool-result":
      return part.content.reduce((sum, item) => sum + inPart(item, end), 0);
    case "image":
    case "unread":
      return 0;
  }
}

function inValue(value: Json, end: RegExp): number {
  if (typeof value === "string") return matches(value, end);
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + inValue(item, end), 0);
}

function matches(text: string, end: RegExp): number {
  return text.match(end)?.length ?? 0;
}
