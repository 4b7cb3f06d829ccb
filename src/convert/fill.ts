/** Messages in which a reader found nothing, though their records hold texts. */
import type { Shape } from "../agents/types.ts";
import type { Decoded } from "../lossless/feed.ts";
import { member } from "../session/json.ts";
import { otherPart } from "../session/other.ts";
import type { Entry, Message } from "../session/types.ts";
import { Accountant } from "./account.ts";

/**
 * The entries of a record. A message is not blank as long as its record holds texts that are in no
 * part: it is content of an unknown form then.
 */
export function filled({ value, entries }: Decoded, known: Shape | undefined): readonly Entry[] {
  if (known === undefined || !entries.some(isBlank)) return entries;
  const { content } = new Accountant(known, {}).unaccounted(value, entries);
  if (content.length === 0) return entries;
  const body = ["message", "payload", "data"].map((key) => member(value, key));
  const said = body.find((one) => one !== undefined) ?? value;
  return entries.map((entry) =>
    isBlank(entry) ? { ...entry, parts: [otherPart("message", said)] } : entry,
  );
}

function isBlank(entry: Entry): entry is Message {
  if (entry.kind !== "message" || entry.role === "tool") return false;
  return entry.parts.every((part) => part.kind === "text" && part.text.trim() === "");
}
