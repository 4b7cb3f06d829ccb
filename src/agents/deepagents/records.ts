/** The records of a session: its thread, then what was written in each of its steps. */
import { array, compact, isObject, listOf, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import type { Piece } from "../shared/pieces.ts";
import { instanceIn, payloadOf } from "./msgpack.ts";

export const MESSAGES = "messages";
export const SUMMARY = "_summarization_event";
export const MODEL = "_model_spec";
export const TOKENS = "_context_tokens";
export const ERROR = "__error__";

/** A channel of no node's: the CLI neither reads nor removes what is written there. */
const CARRY = "segue_carry";

/** What a step wrote to a channel. */
export interface Write {
  checkpoint: string;
  task: string;
  path: string;
  index: number;
  channel: string;
  /** How the value is serialised. */
  type: string;
  value: Json;
}

/** The record that opens a session. */
export function isThread(record: Json): record is JsonObject {
  return isObject(record) && typeof record.thread_id === "string" && !("checkpoint_id" in record);
}

/** Is it what a step wrote, or all messages as they were before it? */
export function isStep(record: Json): record is JsonObject {
  if (!isObject(record) || typeof record.checkpoint_id !== "string") return false;
  return typeof record.channel === "string" || "snapshot" in record;
}

export function writeIn(record: Json): Write | null {
  if (!isStep(record)) return null;
  const channel = string(record.channel);
  if (channel === undefined) return null;
  return {
    checkpoint: string(record.checkpoint_id) ?? "",
    task: string(record.task_id) ?? "",
    path: string(record.task_path) ?? "",
    index: number(record.idx) ?? 0,
    channel,
    type: string(record.type) ?? "msgpack",
    value: record.value ?? null,
  };
}

/**
 * The record of a write. `after`: the step that it follows, where that is not the one in the record
 * before; null for none.
 */
export function writeRecord(write: Write, after?: string | null): JsonObject {
  return compact({
    checkpoint_id: write.checkpoint,
    after,
    task_id: write.task,
    task_path: write.path === "" ? undefined : write.path,
    idx: write.index,
    channel: write.channel,
    type: write.type === "msgpack" ? undefined : write.type,
    value: write.value,
  });
}

/** All messages before a step, where they are not what earlier records wrote. */
export function snapshotRecord(
  checkpoint: string,
  messages: Json,
  after?: string | null,
): JsonObject {
  return compact({ checkpoint_id: checkpoint, after, snapshot: messages });
}

/** Messages that a record writes. */
export interface WrittenMessages {
  messages: Json[];
  /** They take the place of all before them. */
  isAll: boolean;
}

/** The messages that a record writes; null for one that writes none. */
export function messagesIn(record: Json): WrittenMessages | null {
  if (!isStep(record)) return null;
  if ("snapshot" in record) return { messages: array(record.snapshot), isAll: true };
  return record.channel === MESSAGES ? writtenIn(record.value ?? null) : null;
}

/** What is written to the channel: messages, or LangGraph's `Overwrite`, in any of its three forms. */
export function writtenIn(value: Json): WrittenMessages {
  const all = overwriteIn(value);
  return all === undefined
    ? { messages: Array.isArray(value) ? value : [value], isAll: false }
    : { messages: listOf(all), isAll: true };
}

const OVERWRITE = "__overwrite__";

function overwriteIn(value: Json): Json | undefined {
  const [, name, fields] = array(payloadOf(value));
  const whole = name === "Overwrite" ? fields : value;
  if (!isObject(whole)) return undefined;
  if (whole.type === OVERWRITE) return whole.value;
  return Object.keys(whole).length === 1 ? whole[OVERWRITE] : undefined;
}

/** A message: its class, such as `AIMessage`, and what it holds. */
export interface Said {
  name: string;
  fields: JsonObject;
}

/** A message as an instance of its class, as older versions stored it as JSON, or as a plain object. */
export function saidOf(message: Json): Said | null {
  const instance = instanceIn(message);
  if (instance !== null) return instance;
  if (!isObject(message)) return null;
  const name = array(message.id).at(-1);
  if (message.type === "constructor" && isObject(message.kwargs)) {
    return { name: string(name) ?? "", fields: message.kwargs };
  }
  const role = string(message.role) ?? string(message.type) ?? "";
  return { name: CLASSES[role] ?? role, fields: message };
}

const CLASSES: { readonly [role: string]: string } = {
  user: "HumanMessage",
  human: "HumanMessage",
  assistant: "AIMessage",
  ai: "AIMessage",
  tool: "ToolMessage",
  system: "SystemMessage",
  developer: "SystemMessage",
  remove: "RemoveMessage",
};

export function carryRecord(piece: Piece, checkpoint: string, task: string): JsonObject {
  const { part, parts, data } = piece;
  const value = { part, parts, data };
  return writeRecord({
    checkpoint,
    task,
    path: "",
    index: 0,
    channel: CARRY,
    type: "msgpack",
    value,
  });
}

export function carryIn(record: Json): Piece | null {
  if (!isStep(record) || record.channel !== CARRY) return null;
  const part = number(member(record.value, "part"));
  const parts = number(member(record.value, "parts"));
  const data = string(member(record.value, "data"));
  if (part === undefined || parts === undefined || data === undefined) return null;
  return { part, parts, data };
}

const HELD = new Set([SUMMARY, "_summarization_session_id", MODEL, TOKENS, "rubric"]);

/** Does a checkpoint hold what was last written to the channel? Of those that are not known here, it may hold a sum. */
export function isHeld(channel: string): boolean {
  return HELD.has(channel);
}
