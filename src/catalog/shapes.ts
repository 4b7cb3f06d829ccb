/**
 * What a store looks like, without anything that it says: patterns of names, keys and types of JSON, tables
 * and columns. For reports about agents that Segue does not support.
 *
 * A name, too, can be somebody's: of a file, or of a key in an object that is a table. So only names that
 * look like a program's are printed; all others become what they look like, such as `<uuid>` or `<name>`.
 */
import { closeSync, statSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import { isSqlite, reading } from "../agents/shared/sqlite.ts";
import { openFile } from "../io/door.ts";
import { filesIn, isFolder, type StoredFile } from "../io/files.ts";
import { readAt } from "../io/read-at.ts";
import { parseValue } from "../lossless/json-text.ts";
import { isObject } from "../session/json.ts";
import type { Json } from "../session/types.ts";

export interface FileShape {
  /** Of paths below the store, such as `<name>/sessions/<uuid>.jsonl`. */
  pattern: string;
  files: number;
  kind: "jsonl" | "json" | "sqlite" | "text" | "binary" | "unreadable";
  /** One line for each place in it, such as `message.content[].type: string`. */
  places: string[];
}

const DEEPEST = 6;
const MOST_FILES = 20_000;
/** Of each pattern, so many of the newest files are read, and so much of each. */
const SAMPLES = 3;
const MOST_BYTES = 1 << 20;
const MOST_LINES = 500;
const MOST_ROWS = 20;
const MOST_PLACES = 200;
/** An object with more keys is a table. */
const MOST_KEYS = 60;

/** The shapes of the files of a store, or of one file. */
export function shapesOf(path: string): FileShape[] {
  const files = isFolder(path) ? filesIn(path, DEEPEST).slice(0, MOST_FILES) : fileAt(path);
  const groups = new Map<string, StoredFile[]>();
  const root = isFolder(path) ? path : dirname(path);
  for (const file of files) {
    const pattern = patternOf(relative(root, file.path));
    const group = groups.get(pattern) ?? [];
    group.push(file);
    groups.set(pattern, group);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([pattern, group]) => shapeOf(pattern, group));
}

function fileAt(path: string): StoredFile[] {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info?.isFile()) return [];
  return [{ path, mtime: info.mtimeMs, bytes: info.size, inode: info.ino }];
}

function shapeOf(pattern: string, group: readonly StoredFile[]): FileShape {
  const newest = group.toSorted((a, b) => b.mtime - a.mtime).slice(0, SAMPLES);
  const places = new Places();
  const kinds = newest.map(({ path }) => readShape(path, places));
  const kind = kinds.find((one) => one !== "unreadable") ?? "unreadable";
  return { pattern, files: group.length, kind, places: places.all };
}

function readShape(path: string, places: Places): FileShape["kind"] {
  try {
    if (isSqlite(path)) return databaseShape(path, places);
    const { bytes, isWhole } = headOf(path);
    if (bytes.includes(0)) return "binary";
    const text = utf8(bytes, isWhole);
    if (text === null) return "binary";
    const whole = isWhole && !path.endsWith(".jsonl") ? parseValue(text) : undefined;
    if (whole !== undefined && typeof whole === "object") {
      places.add("", whole);
      return "json";
    }
    return linesShape(text, isWhole, places);
  } catch {
    return "unreadable";
  }
}

function headOf(path: string): { bytes: Buffer; isWhole: boolean } {
  const { fd, size } = openFile(path);
  try {
    return { bytes: readAt(fd, 0, Math.min(size, MOST_BYTES)), isWhole: size <= MOST_BYTES };
  } finally {
    closeSync(fd);
  }
}

/** null for bytes that are no text; a character that the limit cuts is none of these. */
function utf8(bytes: Buffer, isWhole: boolean): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !isWhole });
  } catch {
    return null;
  }
}

function linesShape(text: string, isWhole: boolean, places: Places): FileShape["kind"] {
  const lines = text.split("\n");
  const some = (isWhole ? lines : lines.slice(0, -1)).slice(0, MOST_LINES);
  const values = some.map((line) => parseValue(line)).filter(isObject);
  for (const value of values) places.add("", value);
  const isMostly = values.length * 2 > some.filter((line) => line.trim() !== "").length;
  return isMostly ? "jsonl" : "text";
}

/** Tables and columns, and what JSON there is in their texts. */
function databaseShape(path: string, places: Places): "sqlite" {
  reading(path, (db) => {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    for (const { name } of tables) {
      const table = String(name);
      const quoted = `"${table.replaceAll('"', '""')}"`;
      const columns = db.prepare(`PRAGMA table_info(${quoted})`).all();
      for (const column of columns) {
        const type = /^[A-Za-z ]{1,20}/.exec(String(column.type))?.[0] ?? "";
        places.note(`${keyOf(table)}.${keyOf(String(column.name))}`, `column ${type}`.trim());
      }
      const statement = db.prepare(
        `SELECT * FROM ${quoted} ORDER BY rowid DESC LIMIT ${MOST_ROWS}`,
      );
      statement.setReadBigInts(true);
      for (const row of rowsOf(() => statement.all())) {
        for (const [column, value] of Object.entries(row)) {
          const json = typeof value === "string" ? parseValue(value) : undefined;
          if (json === undefined || typeof json !== "object" || json === null) continue;
          places.add(`${keyOf(table)}.${keyOf(column)}`, json);
        }
      }
    }
  });
  return "sqlite";
}

/** A table without row numbers is not sampled. */
function rowsOf<T>(all: () => T[]): T[] {
  try {
    return all();
  } catch {
    return [];
  }
}

/** The places in values, each with the types that were found there. */
class Places {
  readonly #types = new Map<string, Set<string>>();

  note(place: string, type: string): void {
    const types = this.#types.get(place) ?? new Set();
    types.add(type);
    this.#types.set(place, types);
  }

  add(at: string, value: Json, depth = 0): void {
    if (depth > 12) return;
    this.note(at === "" ? "." : at, typeOf(value));
    if (Array.isArray(value)) {
      for (const item of value.slice(0, 50)) this.add(`${at}[]`, item, depth + 1);
    } else if (isObject(value)) {
      const names = Object.keys(value);
      // One key that is not a program's makes the object a table, whose other keys are no better.
      const isTable =
        FREE.has(lastOf(at)) ||
        names.length > MOST_KEYS ||
        names.some((name) => !isWord(name)) ||
        isOfAlike(Object.values(value));
      for (const [name, item] of Object.entries(value)) {
        const key = isTable ? "<key>" : name;
        this.add(at === "" ? key : `${at}.${key}`, item, depth + 1);
      }
    }
  }

  get all(): string[] {
    const lines = [...this.#types].map(
      ([place, types]) => `${place}: ${[...types].sort().join(" | ")}`,
    );
    const cut = lines.length > MOST_PLACES ? [`… and ${lines.length - MOST_PLACES} more`] : [];
    return [...lines.slice(0, MOST_PLACES), ...cut];
  }
}

/** Several objects with the same keys are rows, whose names are as good as any. */
function isOfAlike(values: readonly Json[]): boolean {
  const keys = values.map((value) => (isObject(value) ? Object.keys(value).sort().join() : ""));
  return keys.length > 1 && keys[0] !== "" && new Set(keys).size === 1;
}

/** Keys below these are a user's, or a tool's: variables, headers, arguments. */
const FREE = new Set(
  `agents aliases args arguments commands env environment extensions files folders headers hooks input inputs
   labels map mcpServers mcp_servers metadata models output params parameters parsedArgs paths permissions plugins
   profiles projects properties providers query rawInput raw_input result results servers sessions settings tags
   tokens tools users variables vars workspaces`.split(/\s+/),
);

function lastOf(at: string): string {
  return (at.split(".").at(-1) ?? "").replaceAll("[]", "");
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Does a key look like a program's? Letters, in the usual ways to put words together. */
function isWord(name: string): boolean {
  return (
    /^[$_]?[A-Za-z][A-Za-z_]{0,29}$/.test(name) || /^[a-z]{1,15}(?:-[a-z]{1,15}){1,3}$/.test(name)
  );
}

function keyOf(name: string): string {
  return isWord(name) ? name : "<name>";
}

/** `<name>/sessions/<uuid>.jsonl` */
function patternOf(path: string): string {
  return path.split(sep).map(nameOf).join("/");
}

function nameOf(name: string): string {
  const [, stem = name, ending = ""] = /^(.+?)((?:\.[a-z0-9]{1,8}){1,2})$/.exec(name) ?? [];
  const known = ending.split(".").every((one) => one === "" || ENDINGS.has(one));
  return known ? `${stemOf(stem)}${ending}` : stemOf(name);
}

const ENDINGS = new Set(
  `bin db json jsonl lock log md pb sqlite sqlite3 toml txt vscdb yaml yml zst gz bak backup tmp`.split(
    " ",
  ),
);

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Each word of a name that stores use is kept; what is not one becomes what it looks like. */
function stemOf(stem: string): string {
  if (UUID.test(stem)) return "<uuid>";
  const words = stem.split(/([-_.])/);
  const isKnown = words.every((word) => /^[-_.]?$/.test(word) || WORDS.has(word.toLowerCase()));
  if (isKnown) return stem;
  if (/^\d+$/.test(stem)) return "<number>";
  if (/^\d[\d\-_.T:Z]+$/.test(stem)) return "<time>";
  if (/^[0-9a-f]{8,}$/i.test(stem)) return "<hex>";
  const [first = ""] = words;
  // "session-4f2a" is a session's, whatever comes after it.
  return words.length > 1 && WORDS.has(first.toLowerCase()) ? `${first}${words[1]}<id>` : "<name>";
}

const WORDS = new Set(
  `agent agents api archive archived artifacts auth backup blob blobs brain cache cascade chat chats checkpoint
   checkpoints cli code config context contexts conversation conversations credentials current data database db
   default event events file files globalstorage history home id index info input items local log logs main manifest
   memories memory message messages meta metadata model models modulardata name output part parts plan plans project
   projects prompt prompts queue record records request requests response result results root rules run runs session
   sessions settings snapshot snapshots state states storage store stores subagent subagents summaries summary task
   tasks temp thread threads title todo todos tool tools trajectory transcript transcripts ui usage user users version
   warp workspace workspaces workspacestorage ai`.split(/\s+/),
);
