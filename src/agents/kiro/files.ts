/**
 * A session's two files, and the lines that stand for them. Of <id>.json they hold what stays the same,
 * and the turns that ended; not what the CLI changes though nobody has said anything.
 */
import { existsSync } from "node:fs";
import { SegueError } from "../../errors.ts";
import { bytesIn, textOrNone } from "../../io/door.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import { array, compact, isObject, member, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import type { Files } from "./place.ts";
import { isLog, unwrap } from "./records.ts";

/** Of <id>.json: what the CLI writes again and again. */
const OF_A_RUN = new Set(["updated_at", "session_state"]);

/** null where there is none. */
export function aboutAt({ about }: Files): JsonObject | null {
  const value = parseValue(textOrNone(about));
  return isObject(value) && typeof value.session_id === "string" ? value : null;
}

/** The session's lines; null where there is none. Without <id>.json, Kiro does not know the session. */
export function linesAt(files: Files): string[] | null {
  const about = aboutAt(files);
  if (about === null && !existsSync(files.about)) return null;
  if (about === null) {
    // Kiro CLI does not start on it: "failed to parse session metadata" (kirodotdev/Kiro#6949).
    throw new SegueError("unreadable", "what Kiro notes of this session is damaged", {
      where: files.about,
      hint: `its messages may be whole: segue show ${shellWord(files.log)}`,
    });
  }
  const log = logLines(bytesAt(files.log), isLog);
  const stable = Object.entries(about).filter(
    ([key, value]) => !OF_A_RUN.has(key) && !(key === "title" && isGiven(value, log)),
  );
  const head = text({ session: Object.fromEntries(stable) });
  return [head, ...withTurns(log, turnsIn(about))];
}

export function turnsIn(about: JsonObject): Json[] {
  const state = member(about.session_state, "conversation_metadata");
  return array(member(state, "user_turn_metadatas"));
}

/** Is the title what the CLI itself makes of the first prompt? Then it may come later, or change. */
function isGiven(title: Json, log: readonly string[]): boolean {
  if (title === null || title === "") return true;
  const first = unwrap(parseValue(log[0] ?? "") ?? null);
  if (first.kind !== "log" || typeof title !== "string") return false;
  const said = array(first.data.content).find((block) => member(block, "kind") === "text");
  const words = (string(member(said, "data")) ?? "").replace(/\s+/g, " ").trim();
  const own = title
    .replace(/(?:\.\.\.|…)$/, "")
    .replace(/\s+/g, " ")
    .trim();
  return own !== "" && words.startsWith(own);
}

/**
 * A turn that ended comes after the last of its messages that there is, and no earlier than the one
 * before it: so a session that continues only has more lines.
 */
function withTurns(log: readonly string[], turns: readonly Json[]): string[] {
  if (turns.length === 0) return [...log];
  const places = new Map<string, number>();
  log.forEach((line, n) => {
    const stored = unwrap(parseValue(line) ?? null);
    const id = stored.kind === "log" ? string(stored.data.message_id) : undefined;
    if (id !== undefined) places.set(id, n);
  });
  const after = new Map<number, string[]>();
  let at = -1;
  for (const turn of turns) {
    const own = array(member(turn, "message_ids")).flatMap(
      (id) => places.get(string(id) ?? "") ?? [],
    );
    at = Math.max(at, ...own);
    after.set(at, [...(after.get(at) ?? []), text({ turn })]);
  }
  return [...(after.get(-1) ?? []), ...log.flatMap((line, n) => [line, ...(after.get(n) ?? [])])];
}

export function text(value: Json): string {
  return stringify(value) ?? "null";
}

export function bytesAt(path: string): Buffer | null {
  try {
    return bytesIn(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** A line that does not look like one of the log (`isOwn`) is put into one that does. */
export function logLines(
  bytes: Buffer | null,
  isOwn: (record: Json | undefined) => boolean,
): string[] {
  const lines: string[] = [];
  if (bytes === null) return lines;
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    const line = bytes.subarray(at, end < 0 ? bytes.length : end);
    lines.push(wrapped(line, end < 0, isOwn));
    at = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

function wrapped(
  line: Buffer,
  torn: boolean,
  isOwn: (record: Json | undefined) => boolean,
): string {
  const said = line.toString("utf8");
  const isText = Buffer.from(said).equals(line);
  if (isText && !torn && isOwn(parseValue(said))) return said;
  const base64 = isText ? undefined : line.toString("base64");
  const own = { file: "jsonl", line: isText ? said : undefined, base64 };
  return text(compact({ ...own, torn: torn ? true : undefined }));
}

/** What lines say. */
export interface Said {
  session: JsonObject | null;
  turns: Json[];
  log: Buffer;
}

export function saidIn(lines: readonly string[]): Said {
  let session: JsonObject | null = null;
  const turns: Json[] = [];
  const log: Buffer[] = [];
  for (const line of lines) {
    const stored = unwrap(parseValue(line) ?? null);
    if (stored.kind === "session") session ??= stored.session;
    else if (stored.kind === "turn") turns.push(stored.turn);
    else if (stored.kind === "line") log.push(unwrapped(stored.line));
    else log.push(Buffer.from(`${line}\n`));
  }
  return { session, turns, log: Buffer.concat(log) };
}

function unwrapped({ line, base64, torn }: JsonObject): Buffer {
  const own = typeof base64 === "string" ? Buffer.from(base64, "base64") : string(line);
  return Buffer.concat([Buffer.from(own ?? ""), Buffer.from(torn === true ? "" : "\n")]);
}

/** <id>.json of a new session, with all that Kiro CLI 2.23 writes. */
export function newAbout({ session, turns, log }: Said): string {
  const own = session ?? {};
  const id = string(own.session_id) ?? "";
  const cwd = string(own.cwd) ?? "/";
  const created = own.created_at ?? new Date(0).toISOString();
  const head = {
    session_id: id,
    cwd,
    created_at: created,
    updated_at: lastTime(log) ?? created,
    title: own.title ?? firstWords(log),
  };
  const { session_id: _, cwd: __, created_at: ___, title: ____, ...rest } = own;
  return document({ ...head, ...rest, session_state: stateOf(id, cwd, turns) });
}

function stateOf(id: string, cwd: string, turns: Json[]): JsonObject {
  return {
    version: "v1",
    conversation_metadata: {
      user_turn_metadatas: turns,
      last_context_usage: null,
      user_turn_start_request: null,
      last_request: null,
    },
    rts_model_state: { conversation_id: id, model_info: null, context_usage_percentage: null },
    permissions: {
      filesystem: {
        allowed_read_paths: [cwd],
        allowed_write_paths: [],
        denied_read_paths: [],
        denied_write_paths: [],
      },
      trusted_tools: [],
      denied_tools: [],
      allowed_commands: [],
    },
    agent_name: "kiro_default",
    goal: null,
  };
}

/** Kiro lists sessions by the time that they were last used. */
function lastTime(log: Buffer): string | null {
  const found = [...log.toString("utf8").matchAll(/"meta":\{"timestamp":(\d{1,11})/g)].at(-1);
  return found === undefined ? null : new Date(Number(found[1]) * 1000).toISOString();
}

const LONGEST = 120;

function firstWords(log: Buffer): string | null {
  for (const line of log.toString("utf8").split("\n")) {
    const stored = unwrap(parseValue(line) ?? null);
    if (stored.kind !== "log" || stored.type !== "Prompt") continue;
    const block = array(stored.data.content).find((one) => member(one, "kind") === "text");
    const [first = ""] = (string(member(block, "data")) ?? "").trim().split("\n");
    if (first !== "") return first.slice(0, LONGEST).toWellFormed();
  }
  return null;
}

function document(value: JsonObject): string {
  return JSON.stringify(value, null, 2);
}

/** <id>.json as it is, with what its lines say where that has changed; null if it has not. */
export function changedAbout(now: JsonObject, before: Said, after: Said): string | null {
  const isSame = (a: Json, b: Json) => text(a) === text(b);
  const sameHead = isSame(before.session, after.session);
  const sameTurns = isSame(before.turns, after.turns);
  if (sameHead && sameTurns) return null;
  const gone = Object.keys(before.session ?? {}).filter(
    (key) => member(after.session ?? undefined, key) === undefined,
  );
  const merged: JsonObject = { ...now, ...after.session };
  for (const key of gone) delete merged[key];
  if (sameTurns) return document(merged);
  const state = isObject(now.session_state) ? now.session_state : {};
  const metadata = isObject(state.conversation_metadata) ? state.conversation_metadata : {};
  const turned = { ...metadata, user_turn_metadatas: after.turns };
  return document({ ...merged, session_state: { ...state, conversation_metadata: turned } });
}
