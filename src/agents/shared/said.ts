/** Parts of a message as text, for histories that hold nothing else. */
import { imageText, textOfPart } from "../../session/other.ts";
import type { Part } from "../../session/types.ts";

/** What can be read of all parts but reasoning, calls and results. */
export function printSaid(parts: readonly Part[]): string {
  return parts.flatMap((part) => printPart(part) ?? []).join("\n\n");
}

/** One of them; null for a part that is not said. */
export function printPart(part: Part): string | null {
  switch (part.kind) {
    case "text":
      return part.text;
    case "image":
      return imageText(part);
    case "file":
    case "other":
    case "unread":
      return textOfPart(part);
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return null;
  }
}
