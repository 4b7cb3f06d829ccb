/**
 * Text that is Unicode: half of a surrogate pair, which JavaScript and JSON can hold, is replaced. Some
 * vendors' JSON parsers give up a whole session because of one.
 */
import type { Json, JsonObject } from "./types.ts";

/** The value with such texts, and how many had to be changed. */
export function wellFormed(value: Json): { value: Json; count: number } {
  let count = 0;
  const text = (one: string): string => {
    if (one.isWellFormed()) return one;
    count++;
    return one.toWellFormed();
  };
  const walk = (one: Json): Json => {
    if (typeof one === "string") return text(one);
    if (typeof one !== "object" || one === null) return one;
    if (Array.isArray(one)) return one.map(walk);
    const out: JsonObject = {};
    for (const [key, item] of Object.entries(one)) out[text(key)] = walk(item);
    return out;
  };
  return { value: walk(value), count };
}
