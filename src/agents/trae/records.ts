/** The forms of Trae's records: the session first, without its messages, then each message. */
import { isObject, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

export type Unwrapped =
  | { kind: "session"; own: JsonObject; folder: string | null }
  | { kind: "message"; own: JsonObject }
  | { kind: "other" };

export function unwrap(record: Json): Unwrapped {
  if (!isObject(record)) return { kind: "other" };
  const { traeSession: session, traeMessage: message, folder } = record;
  if (isObject(session) && typeof session.sessionId === "string") {
    return { kind: "session", own: session, folder: typeof folder === "string" ? folder : null };
  }
  return isObject(message) && Object.keys(record).length === 1
    ? { kind: "message", own: message }
    : { kind: "other" };
}

export function recognises(record: Json): boolean {
  return unwrap(record).kind !== "other";
}

/** Below it, a number counts seconds: in milliseconds it would be a day of 1973. */
const SECONDS = 1e11;

/** Milliseconds since the epoch, seconds, or ISO 8601: versions differ. */
export function timeOf(value: Json | undefined): string | null {
  const count = number(value);
  const text = typeof value === "string" && value !== "" ? Date.parse(value) : Number.NaN;
  const ms = count === undefined ? text : count < SECONDS ? count * 1000 : count;
  return ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : null;
}

export function titleOf(session: JsonObject): string | null {
  return string(session.title) || string(session.name) || null;
}
