/**
 * A session's files in the store, and the lines that stand for them. What the CLI itself changes in
 * them though nobody has said anything (state, costs, the system prompt of the day) is in no line: a
 * session that was only looked at is still the same. In the files it stays as it is.
 */
import { join } from "node:path";
import { SegueError } from "../../errors.ts";
import { bytesIn, textOrNone } from "../../io/door.ts";
import { frameLine, joinDocument, splitDocument } from "../../lossless/document.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import { compact, isObject, member, object, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { compactionFile, inForce, stableCompaction } from "./compaction-file.ts";
import { FORM, transcript } from "./document.ts";
import { unwrap } from "./records.ts";

export interface Places {
  folder: string;
  manifest: string;
  transcript: string;
  compaction: string;
}

export function placesOf(root: string, id: string): Places {
  const folder = join(root, id);
  return {
    folder,
    manifest: join(folder, `${id}.json`),
    transcript: join(folder, `${id}.messages.json`),
    compaction: join(folder, `${id}.compaction.json`),
  };
}

/** Of the manifest: how it last ran, and what that cost. */
const OF_A_RUN = new Set(
  "version pid ended_at exit_code status interactive messages_path compaction_path".split(" "),
);
const OF_ITS_COSTS =
  /^(?:checkpoint|totalCost|aggregatedAgentsCost|usage|aggregateUsage|terminal_marker\w*)$/;
/** Of the transcript's head. */
const OF_A_SAVE = new Set(["updated_at", "system_prompt"]);

function without(value: JsonObject, isLeftOut: (key: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !isLeftOut(key)));
}

function stableManifest(manifest: JsonObject): JsonObject {
  const stable = without(manifest, (key) => OF_A_RUN.has(key));
  const { metadata } = stable;
  if (!isObject(metadata)) return stable;
  return { ...stable, metadata: without(metadata, (key) => OF_ITS_COSTS.test(key)) };
}

/** A manifest as it is now, or a new one, that says what its line says. */
function fullManifest(line: JsonObject, now: JsonObject | null, defaults: JsonObject): JsonObject {
  const kept = now ? without(now, (key) => !OF_A_RUN.has(key)) : defaults;
  const costs = without(object(now?.metadata) ?? {}, (key) => !OF_ITS_COSTS.test(key));
  const metadata = { ...object(line.metadata), ...costs };
  const all: JsonObject = { ...kept, ...line };
  if (Object.keys(metadata).length > 0) all.metadata = metadata;
  return inOrder(all, now ? Object.keys(now) : MANIFEST_KEYS);
}

const MANIFEST_KEYS =
  `version session_id source pid started_at ended_at exit_code status interactive provider model cwd
  workspace_root team_name enable_tools enable_spawn enable_teams prompt metadata messages_path
  compaction_path`.split(/\s+/);
const HEAD_KEYS = "version updated_at agent sessionId origin messages system_prompt".split(" ");

/** The keys in this order; others come last. */
function inOrder(value: JsonObject, keys: readonly string[]): JsonObject {
  const known = Object.fromEntries(keys.map((key) => [key, value[key]]));
  return { ...compact(known), ...value };
}

/** The session's lines; null where there is none. */
export function linesAt(places: Places): string[] | null {
  const bytes = bytesAt(places.transcript);
  if (!bytes) return null;
  const { frame, head, messages } = taken(bytes, places.transcript);
  const lines: Json[] = [];
  const manifest = manifestAt(places);
  if (manifest) lines.push({ manifest: stableManifest(manifest) });
  const spelling = spellingOf(frame);
  if (spelling) lines.push({ spelling });
  lines.push(without(head, (key) => OF_A_SAVE.has(key)));
  const all = [...lines.map(text), ...messages];
  const compaction = parseValue(textOrNone(places.compaction));
  const count = inForce(compaction, messages);
  if (isObject(compaction) && count !== null) {
    all.splice(lines.length + count, 0, text({ compaction: stableCompaction(compaction) }));
  }
  return all;
}

export function manifestAt({ manifest }: Places): JsonObject | null {
  const value = parseValue(textOrNone(manifest));
  return isObject(value) && typeof value.session_id === "string" ? value : null;
}

function text(value: Json): string {
  return stringify(value) ?? "null";
}

function bytesAt(path: string): Buffer | null {
  try {
    return bytesIn(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

interface Taken {
  frame: JsonObject;
  head: JsonObject;
  /** As text. */
  messages: string[];
}

/** A transcript, taken apart. */
function taken(bytes: Buffer, where: string): Taken {
  const lines = splitDocument(bytes, [transcript])?.toString("utf8").split("\n").slice(0, -1) ?? [];
  const [first = "", second = "", ...messages] = lines;
  const frame = object(member(parseValue(first), FRAME));
  const head = object(parseValue(second));
  if (frame && head) return { frame, head, messages };
  throw new SegueError("unreadable", "this is no transcript of Cline's, or a damaged one", {
    where,
  });
}

const FRAME_KEY = "segue.document";
const FRAME: string = FRAME_KEY;

/** null where it is spelled as the CLI does it. */
function spellingOf({ form: _, ...spelling }: JsonObject): JsonObject | null {
  const { indent, end, raw } = spelling;
  return indent === 2 && end === "\n" && raw === undefined ? null : spelling;
}

/** What lines say, file by file. */
export interface Said {
  manifest: JsonObject | null;
  spelling: JsonObject | null;
  head: JsonObject;
  /** As text. */
  messages: string[];
  compaction: { line: JsonObject; after: number } | null;
}

export function saidIn(lines: readonly string[], where: string): Said {
  const said: Said = { manifest: null, spelling: null, head: {}, messages: [], compaction: null };
  for (const line of lines) {
    const stored = unwrap(parseValue(line) ?? null);
    if (stored.kind === "manifest") said.manifest = stored.manifest;
    else if (stored.kind === "spelling") said.spelling = stored.spelling;
    else if (stored.kind === "compaction") {
      said.compaction = { line: stored.compaction, after: said.messages.length };
    } else if (stored.kind === "head" && Object.keys(said.head).length === 0) {
      said.head = stored.head;
    } else said.messages.push(line);
  }
  if (Object.keys(said.head).length > 0) return said;
  throw new SegueError("failed", "these lines are no session of Cline's", { where });
}

export interface Files {
  manifest: string | null;
  transcript: Buffer;
  compaction: string | null;
}

/** The files that say what the lines say; what no line says is as it is in the files now. */
export function filesOf(said: Said, places: Places, id: string): Files {
  const bytes = bytesAt(places.transcript);
  const now = bytes && taken(bytes, places.transcript);
  const at = lastTime(said);
  const defaults = {
    version: 1,
    pid: 0,
    ended_at: at,
    exit_code: 0,
    status: "completed",
    interactive: true,
    messages_path: places.transcript,
  };
  const saved = now ? without(now.head, (key) => !OF_A_SAVE.has(key)) : { updated_at: at };
  const head = inOrder({ ...said.head, ...saved }, now ? Object.keys(now.head) : HEAD_KEYS);
  const manifest = said.manifest && fullManifest(said.manifest, manifestAt(places), defaults);
  const { compaction, messages } = said;
  return {
    manifest: manifest && document(manifest),
    transcript: joined(said, head),
    compaction: compaction && document(compactionFile(compaction, messages, { id, at })),
  };
}

function document(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function joined({ spelling, messages }: Said, head: JsonObject): Buffer {
  const frame = { [FRAME]: { ...frameLine(FORM)[FRAME_KEY], ...spelling } };
  const lines = [text(frame), text(head), ...messages].map((line) => `${line}\n`).join("");
  const bytes = joinDocument(Buffer.from(lines), [transcript]);
  if (bytes) return bytes;
  throw new SegueError("failed", "these lines are no session of Cline's");
}

/** The time of the newest message. */
function lastTime({ messages, manifest }: Said): string {
  const ts = member(parseValue(messages.at(-1) ?? ""), "ts");
  if (typeof ts === "number" && ts >= 0 && ts < 8.64e15) return new Date(ts).toISOString();
  return string(manifest?.started_at) ?? new Date(0).toISOString();
}

/** Which providers CLI 3 and the extension since 4.1 use; `data`: the folder that has `sessions`, too. */
export function providersIn(data: string): string {
  return join(data, "settings", "providers.json");
}
