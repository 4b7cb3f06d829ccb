/** Tool calls in the form that every vendor's API accepts. */
import { hash } from "node:crypto";
import { IdTable } from "../../session/id-table.ts";
import { isObject } from "../../session/json.ts";
import type { Json, ToolCallPart } from "../../session/types.ts";

/**
 * Valid for every vendor's API: Anthropic's characters, and the maximum length of OpenAI's Chat
 * Completions.
 */
const CALL_ID = /^[a-zA-Z0-9_-]{1,40}$/;

/** Ids of calls: valid, and unique. */
export class CallIds {
  readonly #ids = new IdTable();

  /** The id itself if possible, else a replacement. */
  valid(id: string): string {
    const fit = CALL_ID.test(id) ? id : fitting(id);
    let valid = fit;
    for (let n = 2; this.#ids.has(valid); n++) valid = `${fit.slice(0, 32)}_${n}`;
    this.#ids.set(valid, 0);
    return valid;
  }
}

/**
 * A valid replacement for an invalid id: a different one for each, including those of turns that
 * are added later.
 */
function fitting(id: string): string {
  const name = id.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 31) || "call";
  return `${name}_${hash("sha1", id).slice(0, 8)}`;
}

/** The approximate length of a value as text: its strings, and a little for everything else. */
export function textLength(value: Json, depth = 0): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null || depth > 8) return 4;
  let sum = 0;
  for (const item of Object.values(value)) sum += textLength(item, depth + 1) + 8;
  return sum;
}

/** The call in the form that every API accepts: a plain name, and an object of arguments. */
export function adapted(part: ToolCallPart): ToolCallPart {
  const name = part.name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64) || "tool";
  return { ...part, name, input: isObject(part.input) ? part.input : { input: part.input } };
}
