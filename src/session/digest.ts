/** What entries say, as a short digest that survives re-spelling, added keys and new ids. */
import { hash } from "node:crypto";
import { printed } from "./json.ts";
import type { Entry, Part } from "./types.ts";

/** Twelve hexadecimal digits; "" when the entries say nothing. */
export function digest(entries: readonly Entry[]): string {
  const said = entries.map(saying).filter((text) => text !== "");
  return said.length === 0 ? "" : hash("sha1", said.join("\u0002")).slice(0, 12);
}

function saying(entry: Entry): string {
  if (entry.kind === "event") {
    return entry.event === "compaction" ? `compaction\u0001${entry.summary}` : "";
  }
  return `${entry.role}\u0001${entry.parts.map(partText).join("\u0001")}`;
}

function partText(part: Part): string {
  switch (part.kind) {
    case "text":
    case "reasoning":
      return `${part.kind} ${part.text}`;
    case "tool-call":
      return `call ${part.callId} ${part.name} ${printed(part.input)}`;
    case "tool-result":
      return `result ${part.callId} ${part.content.map(partText).join("\u0001")}`;
    case "image":
      return `image ${part.mediaType} ${part.data ?? part.url ?? ""}`;
    case "file":
      return `file ${part.mediaType} ${part.data}`;
  }
}
