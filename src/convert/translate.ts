/** Entries of one agent in terms of another's tools, without judging what a model may be sent. */
import type { Tools } from "../agents/types.ts";
import type { Entry, Part } from "../session/types.ts";

/**
 * What the home agent would have written for an entry that came from elsewhere: the base that the
 * carry is a difference to. Both ways of a conversion call it with the same entries.
 */
export function inHomeTerms(entry: Entry, home: Tools): Entry {
  if (entry.kind === "event" || !entry.parts.some((part) => part.kind === "tool-call"))
    return entry;
  return { ...entry, parts: entry.parts.map((part) => callInHomeTerms(part, home)) };
}

function callInHomeTerms(part: Part, home: Tools): Part {
  if (part.kind !== "tool-call" || !part.use) return part;
  const native = home.toNative(part.use);
  return native ? { ...part, name: native.name, input: native.input } : part;
}
