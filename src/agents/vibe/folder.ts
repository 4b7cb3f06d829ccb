/** The files of a session of 2.x, and the lines that stand for them. */
import { userInfo } from "node:os";
import { join } from "node:path";
import { parseValue } from "../../lossless/json-text.ts";
import { compact, isObject } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { bytesAt, text } from "./files.ts";
import { bytesOf, linesIn } from "./lines.ts";
import { type Folder, MESSAGES } from "./place.ts";
import { unwrap } from "./records.ts";

/** What stays the same in meta.json, whatever is said. */
const STABLE =
  "session_id parent_session_id start_time git_commit git_branch environment origin_directory title title_source".split(
    " ",
  );

export function sessionLine(meta: JsonObject, more: JsonObject = {}): string {
  const kept = compact(Object.fromEntries(STABLE.map((key) => [key, meta[key]])));
  return text({ session: { ...kept, ...more } });
}

/** A carry that came in a file has its place in meta.json, where the CLI does not look. */
const CARRY = "segue_carry";

export function folderLines({ folder, meta }: Folder): string[] {
  const carry = meta[CARRY];
  const carried = (Array.isArray(carry) ? carry : []).map((part) => text({ [CARRY]: part }));
  return [sessionLine(meta), ...linesIn(bytesAt(join(folder, MESSAGES))), ...carried];
}

/** What lines say, file by file. */
export interface Said {
  session: JsonObject | null;
  messages: Buffer;
  /** The number of messages. */
  count: number;
  carry: Json[];
}

export function saidIn(lines: readonly string[]): Said {
  const messages: Buffer[] = [];
  const carry: Json[] = [];
  let session: JsonObject | null = null;
  let count = 0;
  for (const line of lines) {
    const value = parseValue(line) ?? null;
    const stored = unwrap(value);
    if (stored.kind === "session") session ??= stored.session;
    else if (stored.kind === "carry") carry.push(stored.carry);
    else if (stored.kind === "line") {
      messages.push(bytesOf(isObject(value) ? value : {}));
      if (stored.message !== null) count++;
    } else {
      messages.push(Buffer.from(`${line}\n`));
      count++;
    }
  }
  return { session, messages: Buffer.concat(messages), count, carry };
}

/** A new session's meta.json, with what 2.x does not do without. */
export function newMeta({ session, count, carry }: Said): string {
  const own = session ?? {};
  const meta: JsonObject = {
    session_id: "",
    parent_session_id: null,
    start_time: "",
    end_time: own.start_time ?? null,
    git_commit: null,
    git_branch: null,
    environment: { working_directory: null },
    username: userInfo().username,
    child_sessions: [],
    loops: [],
    title: null,
    title_source: "auto",
    ...own,
    stats: {},
    total_messages: count,
    tools_available: [],
    ...(carry.length === 0 ? {} : { [CARRY]: carry }),
  };
  return `${JSON.stringify(meta, null, 2)}\n`;
}

/** meta.json with another number of messages, and otherwise as it is. */
export function recounted(meta: string, more: number): string {
  return meta.replace(/("total_messages":\s*)(\d+)/, (_, head, count) => {
    return `${head}${Math.max(0, Number(count) + more)}`;
  });
}
