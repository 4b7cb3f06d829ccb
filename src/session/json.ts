/**
 * Reads unknown JSON at the edge: each function returns the value if it has the type, else nothing.
 */
import type { Json, JsonObject } from "./types.ts";

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function object(value: Json | undefined): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

export function string(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A number that JSON can represent: 1e400 is read as Infinity, which would be written as null. */
export function number(value: Json | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function array(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** A list; any other value becomes its only item. */
export function listOf(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/**
 * The member `key` of `value`; undefined if `value` is not an object or has no such key of its own.
 */
export function member(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/**
 * A value as text for a digest or a person; for one nested too deeply to print, a text that says
 * so.
 */
export function printed(value: Json): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return "(nested too deep to print)";
    throw error;
  }
}

/** An object without the keys whose value is undefined. */
export function compact(members: { [key: string]: Json | undefined }): JsonObject {
  const out: JsonObject = {};
  for (const key of Object.keys(members)) {
    const value = members[key];
    if (value !== undefined) out[key] = value;
  }
  return out;
}
