/** Reads the files of Mistral Vibe's store. */
import { bytesIn, textOrNone } from "../../io/door.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import { isObject } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** A file's JSON object; null if there is none. */
export function objectAt(path: string): JsonObject | null {
  const value = parseValue(textOrNone(path));
  return isObject(value) ? value : null;
}

/** null for a file that does not exist. */
export function bytesAt(path: string): Buffer | null {
  try {
    return bytesIn(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

export function text(value: Json): string {
  return stringify(value) ?? "null";
}

/** The items of a JSON array, each as it is spelled there; null if the text is no array. */
export function itemsIn(array: string): string[] | null {
  if (!Array.isArray(parseValue(array))) return null;
  const items: string[] = [];
  let depth = 0;
  let from = -1;
  const take = (to: number): void => {
    const item = array.slice(from, to).trim();
    if (item !== "") items.push(item);
    from = to + 1;
  };
  for (let at = 0; at < array.length; at++) {
    const char = array[at];
    if (char === '"') at = endOfString(array, at);
    else if (char === "[" || char === "{") {
      if (++depth === 1) from = at + 1;
    } else if (char === "]" || char === "}") {
      if (--depth === 0) take(at);
    } else if (char === "," && depth === 1) take(at);
  }
  return items;
}

function endOfString(array: string, start: number): number {
  let at = start + 1;
  while (at < array.length && array[at] !== '"') at += array[at] === "\\" ? 2 : 1;
  return at;
}

/** JSON as the store has it: keys in order, no spaces. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${members.join(",")}}`;
}
