/**
 * The files of a session of 3.x: generations, each a snapshot of the whole, made of pieces that are named by
 * their SHA-256; and a journal of what happened since the newest of them.
 */
import { hash } from "node:crypto";
import { join } from "node:path";
import { textOrNone } from "../../io/door.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { array, isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { itemsIn, objectAt } from "./files.ts";
import { CURRENT, META } from "./place.ts";

export interface Generation {
  /** unified/<id>. */
  folder: string;
  /** Sixteen digits. */
  name: string;
  manifest: JsonObject;
  checkpoint: JsonObject;
  projection: JsonObject;
}

const NAME = /^\d{16}$/;

/** The generation that CURRENT names; null if there is none that can be read. */
export function currentGeneration(folder: string): Generation | null {
  const name = string(objectAt(join(folder, CURRENT))?.generation) ?? "";
  return NAME.test(name) ? generationAt(folder, name) : null;
}

/** meta.json, or what the state of a subagent's session tells, which has none. */
export function metaAt(folder: string): JsonObject {
  const meta = objectAt(join(folder, META));
  const name = meta === null ? currentGeneration(folder)?.name : undefined;
  if (name === undefined) return meta ?? {};
  const state = objectAt(join(folder, "generations", name, "runtime-state.json"));
  const cwd = member(state?.session_metadata, "cwd");
  return {
    parent_session_id: string(member(state?.identity, "parent_session_id")) ?? null,
    environment: typeof cwd === "string" ? { working_directory: cwd } : {},
  };
}

export function generationAt(folder: string, name: string): Generation | null {
  const place = join(folder, "generations", name);
  const manifest = objectAt(join(place, "manifest.json"));
  if (manifest === null) return null;
  return {
    folder,
    name,
    manifest,
    checkpoint: objectAt(join(place, "checkpoint.json")) ?? {},
    projection: objectAt(join(place, "projection-state.json")) ?? {},
  };
}

/** What the model is sent. */
export function contextOf({ folder, manifest, checkpoint }: Generation): string[] {
  const inline = array(member(checkpoint.context, "messages"));
  return [...inline.map((item) => JSON.stringify(item)), ...pieces(folder, manifest.checkpoint)];
}

/** What the screen shows. */
export function shownOf({ folder, manifest, projection }: Generation): string[] {
  const inline = array(member(member(member(projection, "snapshot"), "history"), "entries"));
  const stored = pieces(folder, manifest.projection_state);
  return [...inline.map((entry) => JSON.stringify(entry)), ...stored];
}

/** The items of all pieces of a file, in order. */
function pieces(folder: string, file: Json | undefined): string[] {
  return chunksOf(file).flatMap((name) => {
    return itemsIn(textOrNone(join(folder, "chunks", `${name}.json`))) ?? [];
  });
}

export function chunksOf(file: Json | undefined): string[] {
  return array(member(file, "chunks")).flatMap((name) => {
    return typeof name === "string" && /^[0-9a-f]{64}$/.test(name) ? [name] : [];
  });
}

/** The records of the journal since this generation: of a turn that did not end. */
export function journalOf({ folder, manifest }: Generation): string[] {
  const path = string(member(manifest.recovery_journal_segment, "path")) ?? "";
  if (!/^journal\/\d{16}\.jsonl$/.test(path)) return [];
  return textOrNone(join(folder, path))
    .split("\n")
    .filter((line) => line !== "");
}

/** Does a record of the journal tell what was said or done? Others are copies, and what is said of the session. */
export function isTold(line: string): boolean {
  const record = parseValue(line) ?? null;
  const type = string(member(record, "type"));
  const delta = array(member(member(record, "payload"), "delta"));
  const isShown = delta.some((op) => isObject(op) && op.op !== "set_envelope");
  return type === "action_result" || (type === "projection_delta" && isShown);
}

/** Is a record of the journal a step of a turn? */
export function isStep(line: string): boolean {
  const type = string(member(parseValue(line) ?? null, "type")) ?? "";
  return isTold(line) || /^(?:core_input|action_|callback_|process_)/.test(type);
}

/** How the last turn ended, if it did not end well. */
export function endOf({ checkpoint }: Generation): JsonObject | null {
  const outcome = member(checkpoint.turn, "outcome");
  const type = member(outcome, "type");
  return isObject(outcome) && (type === "failed" || type === "interrupted") ? outcome : null;
}

/** What the CLI is yet to tell its model, with the next turn: what a subagent found after the last one had ended. */
export function noticesOf({ checkpoint }: Generation): Json[] {
  return array(checkpoint.notifications);
}

export function wasCompacted({ checkpoint }: Generation): boolean {
  return (number(checkpoint.compaction_count) ?? 0) > 0;
}

/** Digests are of the text without the newline at its end. */
export function digestOf(text: string): string {
  return hash("sha256", text);
}
