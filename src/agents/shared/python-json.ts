/** JSON as Python's `json.dumps` prints it: a space after commas and colons. */
import type { Json } from "../../session/types.ts";

/** `ascii`: with escapes for all other characters, DEL among them, which is Python's default. */
export function pythonJson(value: Json, ascii = true): string {
  const text = printed(value);
  return ascii ? text.replace(/[\u007f-\uffff]/g, escaped) : text;
}

function printed(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(printed).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) => {
    return `${JSON.stringify(key)}: ${printed(item)}`;
  });
  return `{${members.join(", ")}}`;
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
