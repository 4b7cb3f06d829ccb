/** Entries for a CLI that does not read half of a surrogate pair: see `Codec.wellFormedOnly`. */

import type { Entry, Message, Part, ResultPart } from "../../session/types.ts";
import { wellFormed } from "../../session/well-formed.ts";

/** The entry with such halves replaced. `changed` is called with the number of texts. */
export function readable(entry: Entry, changed: (count: number) => void): Entry {
  const text = (one: string): string => {
    if (one.isWellFormed()) return one;
    changed(1);
    return one.toWellFormed();
  };
  const result = (part: ResultPart): ResultPart =>
    part.kind === "text" || part.kind === "other" ? { ...part, text: text(part.text) } : part;
  const repair = (part: Part): Part => {
    switch (part.kind) {
      case "reasoning":
        return { ...part, text: text(part.text) };
      case "tool-call": {
        const { value, count } = wellFormed(part.input);
        if (count === 0) return part;
        changed(count);
        return { ...part, input: value, use: null };
      }
      case "tool-result":
        return { ...part, content: part.content.map(result) };
      default:
        return result(part);
    }
  };
  const message = (one: Message): Message => ({ ...one, parts: one.parts.map(repair) });
  if (entry.kind === "message") return message(entry);
  if (entry.event !== "compaction") return entry;
  const { kept } = entry;
  const summary = text(entry.summary);
  return { ...entry, summary, ...(kept ? { kept: kept.map(message) } : {}) };
}
