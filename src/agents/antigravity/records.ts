/** The forms of the lines that stand for a conversation. */
import { isObject, listOf, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

export type Stored =
  | { kind: "conversation"; row: JsonObject; main: JsonObject }
  | { kind: "step"; step: JsonObject; payload: JsonObject; type: number }
  | { kind: "carry"; carry: JsonObject }
  | { kind: "other" };

export function unwrap(record: Json): Stored {
  if (!isObject(record)) return { kind: "other" };
  const { conversation: row, main, step, segue_carry: carry } = record;
  if (isObject(row) && typeof row.cascade_id === "string") {
    return { kind: "conversation", row, main: isObject(main) ? main : {} };
  }
  if (isObject(step) && typeof step.idx === "number" && typeof step.step_type === "number") {
    const payload = isObject(step.payload) ? step.payload : {};
    return { kind: "step", step, payload, type: number(payload["#1"]) ?? step.step_type };
  }
  return isObject(carry) && typeof carry.data === "string"
    ? { kind: "carry", carry }
    : { kind: "other" };
}

export function recognises(record: Json): boolean {
  return unwrap(record).kind !== "other";
}

/** What stands at these fields, one inside the other. */
export function at(value: Json | undefined, ...fields: readonly number[]): Json | undefined {
  return fields.reduce<Json | undefined>((inner, field) => member(inner, `#${field}`), value);
}

export function textAt(value: Json | undefined, ...fields: readonly number[]): string {
  return string(at(value, ...fields)) ?? "";
}

/** Each of a field that may be repeated. */
export function allAt(value: Json | undefined, ...fields: readonly number[]): Json[] {
  return listOf(at(value, ...fields));
}

const FIRST = -62_135_596_800;
const LAST = 253_402_300_799;

/** google.protobuf.Timestamp. */
export function timeIn(time: Json | undefined): string | null {
  const seconds = number(at(time, 1));
  if (seconds === undefined || seconds < FIRST || seconds > LAST) return null;
  const nanos = Math.min(Math.max(number(at(time, 2)) ?? 0, 0), 999_999_999);
  return new Date(seconds * 1000 + Math.floor(nanos / 1e6)).toISOString();
}

export function printTime(ms: number): JsonObject {
  const seconds = Math.floor(ms / 1000);
  const nanos = (ms - seconds * 1000) * 1e6;
  return nanos === 0 ? { "#1": seconds } : { "#1": seconds, "#2": nanos };
}
