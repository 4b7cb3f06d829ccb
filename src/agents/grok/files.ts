/**
 * A session's files in the store, and the lines that stand for them. What the CLI itself changes in
 * them though nobody has said anything is in no line: of summary.json times, counts and Git's state;
 * of the chat history the system prompt, which the CLI puts into a session that has none.
 */
import { join } from "node:path";
import { bytesIn, textOrNone } from "../../io/door.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import { compact, isObject, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { CHAT, fileOf, isMissingFile, SUMMARY, UPDATES, unwrap } from "./records.ts";
import { inOrder } from "./turns.ts";

export interface Places {
  folder: string;
  summary: string;
  chat: string;
  updates: string;
}

export function placesIn(folder: string): Places {
  return {
    folder,
    summary: join(folder, SUMMARY),
    chat: join(folder, CHAT),
    updates: join(folder, UPDATES),
  };
}

/** Of the summary: what changes with every run. */
const OF_A_RUN = new Set(
  `updated_at last_active_at num_messages num_chat_messages next_trace_turn request_id grok_home
  git_root_dir git_remotes head_commit head_branch agent_name sandbox_profile last_turn_summary
  last_turn_summary_prompt_id last_recap`.split(/\s+/),
);

/** null where there is none. */
export function summaryAt({ summary }: Places): JsonObject | null {
  const value = parseValue(textOrNone(summary));
  return isObject(value) && isObject(value.info) ? value : null;
}

/** The session's lines; null where there is none. */
export function linesAt(places: Places): string[] | null {
  const summary = summaryAt(places);
  const chat = bytesAt(places.chat);
  const updates = bytesAt(places.updates);
  if (!summary || (chat === null && updates === null)) return null;
  const stable = Object.entries(summary).filter(([key]) => !OF_A_RUN.has(key));
  const missing = updates === null ? [text(MISSING)] : [];
  const items = linesIn(chat, CHAT).filter((line) => !isSystem(line));
  const notices = linesIn(updates, UPDATES);
  return [text({ summary: Object.fromEntries(stable) }), ...missing, ...inOrder(items, notices)];
}

/** Nothing was ever notified: a session without the file stays so. */
const MISSING = { file: UPDATES, missing: true };

function isSystem(line: string): boolean {
  return line.startsWith('{"type":"system"');
}

/** The chat history as it is, with what was added to or taken from its lines. */
export function changedChat({ chat }: Places, before: Said, after: Said): Buffer {
  const now = bytesAt(chat) ?? Buffer.alloc(0);
  const added = tailOf(after.chat, before.chat);
  if (added) return Buffer.concat([now, added]);
  const removed = tailOf(before.chat, after.chat);
  if (removed && tailOf(now, now.subarray(0, now.length - removed.length))?.equals(removed)) {
    return now.subarray(0, now.length - removed.length);
  }
  const system = linesIn(now, CHAT).filter(isSystem);
  return Buffer.concat([...system.map((line) => Buffer.from(`${line}\n`)), after.chat]);
}

/** What `whole` has after `head`; null if it does not begin so. */
function tailOf(whole: Buffer, head: Buffer): Buffer | null {
  const begins = whole.subarray(0, head.length).equals(head);
  return begins ? whole.subarray(head.length) : null;
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

/** A line that does not say of which file it is is put into one that does. */
function linesIn(bytes: Buffer | null, file: string): string[] {
  const lines: string[] = [];
  if (bytes === null) return lines;
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    const line = bytes.subarray(at, end < 0 ? bytes.length : end);
    lines.push(wrapped(line, file, end < 0));
    at = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

function wrapped(line: Buffer, file: string, torn: boolean): string {
  const said = line.toString("utf8");
  const isText = Buffer.from(said).equals(line);
  if (isText && !torn && fileOf(parseValue(said)) === file) return said;
  const base64 = isText ? undefined : line.toString("base64");
  return text(
    compact({ file, line: isText ? said : undefined, base64, torn: torn ? true : undefined }),
  );
}

/** What lines say, file by file. */
export interface Said {
  summary: JsonObject | null;
  chat: Buffer;
  /** null: there is no such file. */
  updates: Buffer | null;
  items: number;
  notices: number;
}

export function saidIn(lines: readonly string[]): Said {
  const files: { [file: string]: Buffer[] } = { [CHAT]: [], [UPDATES]: [] };
  let summary: JsonObject | null = null;
  let isMissing = false;
  for (const line of lines) {
    const value = parseValue(line) ?? null;
    const stored = unwrap(value);
    if (stored.kind === "summary") summary ??= stored.summary;
    else if (isMissingFile(stored)) isMissing = true;
    else if (stored.kind === "line") files[stored.file]?.push(unwrapped(stored.line));
    else files[fileOf(value) ?? ""]?.push(Buffer.from(`${line}\n`));
  }
  const [chat = [], updates = []] = [files[CHAT], files[UPDATES]];
  return {
    summary,
    chat: Buffer.concat(chat),
    updates: isMissing && updates.length === 0 ? null : Buffer.concat(updates),
    items: chat.length,
    notices: updates.length,
  };
}

function unwrapped({ line, base64, torn }: JsonObject): Buffer {
  const own = typeof base64 === "string" ? Buffer.from(base64, "base64") : string(line);
  return Buffer.concat([Buffer.from(own ?? ""), Buffer.from(torn === true ? "" : "\n")]);
}

/** A new session's summary. */
export function newSummary({ summary, items, notices }: Said): string {
  const at = string(summary?.created_at) ?? new Date(0).toISOString();
  const head = { session_summary: "", created_at: at, current_model_id: "grok-4.5" };
  const run = { updated_at: at, num_messages: notices, num_chat_messages: items };
  const all: JsonObject = { ...head, ...summary, ...run, next_trace_turn: 0, last_active_at: at };
  const natural = ordered(all);
  const own = Object.keys(summary ?? {});
  const isNatural = Object.keys(natural)
    .filter((key) => own.includes(key))
    .every((key, n) => key === own[n]);
  // A copy in another account has its keys as they are.
  return document(isNatural ? natural : { ...summary, ...natural });
}

const KEYS =
  `info session_summary created_at updated_at num_messages num_chat_messages current_model_id
  parent_session_id forked_at next_trace_turn chat_format_version session_kind last_active_at`.split(
    /\s+/,
  );

function ordered(value: JsonObject): JsonObject {
  return { ...compact(Object.fromEntries(KEYS.map((key) => [key, value[key]]))), ...value };
}

function document(value: JsonObject): string {
  return JSON.stringify(value, null, 2);
}

/** The summary as it is, with other counts; and with what its line says, where that has changed. */
export function changedSummary(now: string, before: Said, after: Said): string {
  const value = parseValue(now);
  const isSame = JSON.stringify(before.summary) === JSON.stringify(after.summary);
  if (!isSame && isObject(value)) {
    const run = Object.entries(value).filter(([key]) => OF_A_RUN.has(key));
    const merged = { ...value, ...after.summary, ...Object.fromEntries(run) };
    const gone = Object.keys(before.summary ?? {}).filter(
      (key) => member(after.summary ?? undefined, key) === undefined,
    );
    for (const key of gone) delete merged[key];
    return changedSummary(document(merged), { ...before, summary: after.summary }, after);
  }
  const counted = (whole: string, key: string, more: number) =>
    whole.replace(new RegExp(`^(  "${key}": )(\\d+)`, "m"), (_, head, count) => {
      return `${head}${Math.max(0, Number(count) + more)}`;
    });
  const notices = counted(now, "num_messages", after.notices - before.notices);
  return counted(notices, "num_chat_messages", after.items - before.items);
}
