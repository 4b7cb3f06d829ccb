/**
 * Translates entries of one agent to another's tools, without deciding what a model may be sent.
 */
import type { Tools } from "../../session/codec.ts";
import type { Entry, Part } from "../../session/types.ts";

/**
 * What the original agent would have written for entries from elsewhere: the base of the carry's
 * differences. Both directions of a conversion call it with the same entries. Fragments of one
 * message are joined: an agent that writes fragments splits it again.
 */
export function inHomeTerms(entries: readonly Entry[], home: Tools): Entry[] {
  const out: Entry[] = [];
  for (const entry of entries) {
    const turned = entryInHomeTerms(entry, home);
    const whole = joined(out.at(-1), turned);
    if (whole) out[out.length - 1] = whole;
    else out.push(turned);
  }
  return out;
}

function joined(before: Entry | undefined, entry: Entry): Entry | undefined {
  if (before?.kind !== "message" || entry.kind !== "message") return undefined;
  if (entry.role !== "assistant" || before.role !== "assistant") return undefined;
  if (entry.group === undefined || entry.group !== before.group) return undefined;
  if (entry.sidechain !== before.sidechain) return undefined;
  return { ...before, ...entry, id: before.id, parts: [...before.parts, ...entry.parts] };
}

function entryInHomeTerms(entry: Entry, home: Tools): Entry {
  if (entry.kind === "event" || !entry.parts.some((part) => part.kind === "tool-call"))
    return entry;
  return { ...entry, parts: entry.parts.map((part) => callInHomeTerms(part, home)) };
}

function callInHomeTerms(part: Part, home: Tools): Part {
  if (part.kind !== "tool-call" || !part.use) return part;
  const native = home.toNative(part.use);
  return native ? { ...part, name: native.name, input: native.input } : part;
}
