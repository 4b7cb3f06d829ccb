/** The forms of the lines in a session's log. */
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, listOf, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** An event of the log: what happened, in which stream, and when. */
export interface LogEvent {
  kind: "event";
  record: JsonObject;
  id: string;
  stream: string;
  /** Such as `runtime.user_intent.accepted`. */
  type: string;
  payload: JsonObject;
}

export type Stored =
  | LogEvent
  /** Several events that were written together, each as JSON text. */
  | { kind: "frame"; name: string; children: Json[] }
  /** What stands where something that was only shown was left out. */
  | { kind: "marker"; name: string }
  | { kind: "other" };

/** The type of an embedded carry's records. */
export const CARRY = "segue.carry";

/** The events of a session's runs, tasks and approvals. */
export const RUNTIME = "runtime.session";
export const METADATA = "runtime.session.metadata";
export const ACCEPTED = "runtime.user_intent.accepted";
export const MATERIALIZED = "runtime.user_intent.materialized";

export function unwrap(record: Json): Stored {
  if (!isObject(record)) return { kind: "other" };
  const { retained_frame: frame, retained_marker: marker, children, stream, payload } = record;
  if (typeof frame === "string" && Array.isArray(children)) {
    return { kind: "frame", name: frame, children: children.map(childOf) };
  }
  if (typeof marker === "string" && isObject(record.position)) {
    return { kind: "marker", name: marker };
  }
  const type = string(record.payload_type);
  const own = string(member(stream, "id"));
  if (type === undefined || own === undefined || !isObject(payload)) return { kind: "other" };
  const id = string(record.id) ?? "";
  return { kind: "event", record, id, stream: own, type, payload };
}

function childOf(child: Json): Json {
  const text = string(member(child, "record_json"));
  return (text === undefined ? undefined : parseValue(text)) ?? null;
}

export function recognises(record: Json): boolean {
  return unwrap(record).kind !== "other";
}

/** What happened in a run: `payload.event` of such an event; null for any other. */
export function runEvent({ type, payload }: LogEvent): JsonObject | null {
  if (type !== RUNTIME || payload.kind !== "run") return null;
  return isObject(payload.event) ? payload.event : null;
}

/** The facts of an event: in `payload.record`, or in the payload itself. */
export function factsOf({ payload }: LogEvent): JsonObject {
  return isObject(payload.record) ? payload.record : payload;
}

/** A name for what an event is: `run/started`, or its type. */
export function nameOf(event: LogEvent): string {
  if (event.type !== RUNTIME) return event.type;
  const kind = string(event.payload.kind) ?? "";
  const what = string(member(event.payload.event, "kind"));
  return what === undefined ? `${RUNTIME}/${kind}` : `${kind}/${what}`;
}

/** The results of a batch. */
export function resultsOf(event: JsonObject): Json[] {
  return listOf(event.results);
}

export function callIdIn(result: Json): string {
  return string(member(result, "tool_call_id")) ?? string(member(result, "call_id")) ?? "";
}

export function callsOf(event: JsonObject): Json[] {
  return listOf(event.tool_calls);
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/** Times are microseconds since the epoch. */
export function timeOf({ recorded_at: at }: JsonObject): string | null {
  const ms = Math.floor((number(at) ?? -1) / 1000);
  return ms >= 0 && ms <= LAST ? new Date(ms).toISOString() : null;
}
