/**
 * The records of a session. In a file of its own the transcript is one document: its head, then a
 * message each. In the store the manifest comes before it, and a compaction stands after the last
 * message that it stands for: `{"manifest":{…}}`, `{"compaction":{…}}`, `{"spelling":{…}}`.
 */
import { isFrame } from "../../lossless/document.ts";
import { isObject, member } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { isHead, isMarked, isMessage } from "./document.ts";

export type Stored =
  | { kind: "manifest"; manifest: JsonObject }
  | { kind: "head"; head: JsonObject }
  | { kind: "message"; message: JsonObject }
  | { kind: "compaction"; compaction: JsonObject }
  /** How the transcript is spelled, where that is not as the CLI spells it; see database.ts. */
  | { kind: "spelling"; spelling: JsonObject }
  /** The first line of a document. */
  | { kind: "frame" }
  | { kind: "other" };

export function unwrap(record: Json): Stored {
  if (isFrame(record)) return { kind: "frame" };
  if (isMessage(record)) return { kind: "message", message: record };
  if (isHead(record)) return { kind: "head", head: record };
  const manifest = alone(record, "manifest");
  if (manifest && typeof manifest.session_id === "string") return { kind: "manifest", manifest };
  const compaction = alone(record, "compaction");
  if (compaction && Array.isArray(compaction.messages)) return { kind: "compaction", compaction };
  const spelling = alone(record, "spelling");
  return spelling ? { kind: "spelling", spelling } : { kind: "other" };
}

/** The object under a record's only key, if it is this one. */
function alone(record: Json, key: string): JsonObject | null {
  if (!isObject(record) || Object.keys(record).length !== 1) return null;
  const value = record[key];
  return isObject(value) ? value : null;
}

/** Is a message the summary of what came before it? */
export function isSummary(message: Json): boolean {
  return member(member(message, "metadata"), "kind") === "compaction_summary";
}

/** Does a record look like one of Cline's? */
export function recognises(record: Json): boolean {
  const stored = unwrap(record);
  if (stored.kind === "message") return isMarked(stored.message);
  return stored.kind !== "other" && stored.kind !== "frame";
}
