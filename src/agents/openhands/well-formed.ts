/** Text as the SDK can read it again: half of a surrogate pair makes its JSON parser give up the whole session. */
import type { Json, JsonObject } from "../../session/types.ts";

export function wellFormed(value: Json): Json {
  if (typeof value === "string") return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  const out: JsonObject = {};
  for (const [key, item] of Object.entries(value)) out[key.toWellFormed()] = wellFormed(item);
  return out;
}
