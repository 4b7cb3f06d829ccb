/** The forms of OpenHands's records: what base_state.json says of the session, and an event a file. */
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, object, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

export type Stored =
  | { kind: "head"; state: JsonObject }
  | { kind: "event"; event: JsonObject }
  /** An event's file that a line says more of than what it holds: its name, its spelling. */
  | { kind: "file"; name: string; event: JsonObject | null }
  | { kind: "other" };

const HEAD = "base_state";
const FILE = "event_file";

export function headRecord(state: JsonObject): JsonObject {
  return { [HEAD]: state };
}

/** A file whose bytes no line can hold as they are. */
export function fileRecord(name: string, bytes: Buffer): JsonObject {
  const text = bytes.toString("utf8");
  const isText = Buffer.from(text).equals(bytes);
  return { [FILE]: name, ...(isText ? { text } : { base64: bytes.toString("base64") }) };
}

/** The inverse; null for any other record. */
export function fileIn(record: Json): { name: string; bytes: Buffer } | null {
  const name = string(member(record, FILE));
  const [text, base64] = [string(member(record, "text")), string(member(record, "base64"))];
  if (name === undefined || (text === undefined && base64 === undefined)) return null;
  return {
    name,
    bytes: text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text),
  };
}

export function unwrap(record: Json): Stored {
  if (!isObject(record)) return { kind: "other" };
  const state = object(record[HEAD]);
  if (state && Object.keys(record).length === 1) return { kind: "head", state };
  const file = fileIn(record);
  if (file) {
    return {
      kind: "file",
      name: file.name,
      event: object(parseValue(file.bytes.toString("utf8"))) ?? null,
    };
  }
  return isEvent(record) ? { kind: "event", event: record } : { kind: "other" };
}

/** What every event has. */
function isEvent({ id, kind, source }: JsonObject): boolean {
  return typeof kind === "string" && (typeof id === "string" || typeof source === "string");
}

const SOURCES = new Set<Json | undefined>(["agent", "user", "environment", "hook"]);

/** Other agents' records have no kind and source beside an id. */
export function recognises(record: Json): boolean {
  const stored = unwrap(record);
  if (stored.kind === "head" || stored.kind === "file") return true;
  if (stored.kind !== "event") return false;
  const { event } = stored;
  return (
    SOURCES.has(event.source) && typeof event.id === "string" && typeof event.timestamp === "string"
  );
}

/** As the SDK names and looks for the files of events. */
const NAME = /^event-(\d{5})-([0-9a-fA-F-]{8,})\.json$/;

export function eventName(at: number, id: string): string {
  return `event-${String(at).padStart(5, "0")}-${id}.json`;
}

/** The number in the name of an event's file; null for a name that the SDK passes over. */
export function ordinalIn(name: string): number | null {
  const [, number] = NAME.exec(name) ?? [];
  return number === undefined ? null : Number(number);
}

/** The key of a state update that carries a piece of a carry: the SDK keeps any key, and sends none. */
export const CARRY_KEY = "segue_carry";

/** The folder's name for the id of base_state.json, a UUID. Any other id stays as it is. */
export function folderName(id: string): string {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
    ? id.replaceAll("-", "").toLowerCase()
    : id;
}

/** The id as base_state.json has it. */
export function dashed(id: string): string {
  const [, a, b, c, d, e] =
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i.exec(id) ?? [];
  return a === undefined ? id : [a, b, c, d, e].join("-");
}
