/** Messages in which a reader found nothing, although their records contain texts. */
import { type Misplaced, misplaced, wholes } from "../../agents/shared/known.ts";
import type { Decoded } from "../../lossless/feed.ts";
import { member } from "../../session/json.ts";
import { otherPart } from "../../session/other.ts";
import type { Entry, Json, Message, OtherPart } from "../../session/types.ts";
import { Accountant, type Accounted, Unsaid } from "./account.ts";

/**
 * The entries of a record. A message is not blank if its record contains texts that are in no part,
 * and not complete without the texts that its reader misses because their form differs from the
 * vendor's: these are content of an unknown form.
 */
export function filled(record: Decoded, agent: Accounted): readonly Entry[] {
  const { known, frames } = agent;
  if (known === undefined) return record.entries;
  const entries = record.entries.some(isBlank) ? notBlank(record, agent) : record.entries;
  const odd = misplaced(record.value, known);
  const whole = wholesOf(record.value, entries, agent);
  if ((odd.length === 0 && whole.length === 0) || entries.some(isNamed)) return entries;
  const unsaid = new Unsaid(entries, frames);
  const parts = odd
    .filter(({ value, shape }) => unsaid.has(value, shape))
    .map(({ key, value }) => otherPart(key || "message", value));
  const left = whole.flatMap(({ key, value }) => {
    const rest = unsaid.of(value);
    return rest === undefined ? [] : [otherPart(key || "message", rest)];
  });
  return parts.length + left.length === 0 ? entries : withParts(entries, [...parts, ...left]);
}

/**
 * Is it an event that contains texts in a form other than the vendor's, which an event cannot
 * represent?
 */
export function isOddEvent(value: Json, entries: readonly Entry[], agent: Accounted): boolean {
  const { known, frames } = agent;
  if (known === undefined) return false;
  if (entries.some((entry) => entry.kind === "message" || isNamed(entry))) return false;
  const odd = misplaced(value, known);
  if (odd.length === 0) return false;
  const unsaid = new Unsaid(entries, frames);
  return odd.some((one) => unsaid.has(one.value, one.shape));
}

function notBlank({ value, entries }: Decoded, agent: Accounted): readonly Entry[] {
  if (!isUnread(value, entries, agent)) return entries;
  const body = ["message", "payload", "data"].map((key) => member(value, key));
  const inBody = withBody(entries, body.find((one) => one !== undefined) ?? value);
  return isUnread(value, inBody, agent) ? withBody(entries, value) : inBody;
}

function withBody(entries: readonly Entry[], body: Json): readonly Entry[] {
  const parts = [otherPart("message", body)];
  return entries.map((entry) => (isBlank(entry) ? { ...entry, parts } : entry));
}

function isUnread(value: Json, entries: readonly Entry[], { known, frames }: Accounted): boolean {
  return (
    new Accountant({ ...(known && { known }), ...(frames && { frames }) }).unaccounted(
      value,
      entries,
    ).content.length > 0
  );
}

/** At the end of the record's last message; in a tool's message, in its last result. */
function withParts(entries: readonly Entry[], parts: readonly OtherPart[]): readonly Entry[] {
  const at = entries.findLastIndex(({ kind }) => kind === "message");
  return entries.map((entry, n) => {
    if (n !== at || entry.kind !== "message") return entry;
    if (entry.role !== "tool") return { ...entry, parts: [...entry.parts, ...parts] };
    const last = entry.parts.findLastIndex(({ kind }) => kind === "tool-result");
    if (last < 0) return { ...entry, parts: [...entry.parts, ...parts] };
    const results = entry.parts.map((part, i) =>
      i === last && part.kind === "tool-result"
        ? { ...part, content: [...part.content, ...parts] }
        : part,
    );
    return { ...entry, parts: results };
  });
}

/**
 * What is content as a whole, and may have members that its reader does not know: not the calls'
 * inputs, which no reader looks into, and not what is named as left out.
 */
function wholesOf(value: Json, entries: readonly Entry[], agent: Accounted): Misplaced[] {
  // A record that repeats others may mean theirs.
  if (agent.known === undefined || agent.restates) return [];
  const parts = entries.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
  if (parts.length === 0) return [];
  const read = new Set<Json>();
  const left = new Set<string>();
  for (const part of parts) {
    if (part.kind === "tool-call") read.add(part.input);
    const inner = part.kind === "tool-result" ? part.content : [part];
    for (const one of inner) if (one.kind === "unread") left.add(one.type);
  }
  return wholes(value, agent.known).filter((one) => !read.has(one.value) && !left.has(one.key));
}

/** Counted as a record of an unknown kind. */
function isNamed(entry: Entry): boolean {
  return entry.kind === "event" && entry.event === "opaque";
}

function isBlank(entry: Entry): entry is Message {
  if (entry.kind !== "message" || entry.role === "tool") return false;
  return entry.parts.every((part) => part.kind === "text" && part.text.trim() === "");
}
