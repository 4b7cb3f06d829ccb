/** An export as a database of sessions that is never written to: each conversation is one, `PATH#id`. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { SegueError } from "../../../errors.ts";
import { isFolder, namesOf } from "../../../io/files.ts";
import { rowPlace } from "../../../io/row-place.ts";
import { inSearch, noteUnread } from "../../../io/unread.ts";
import { parseValue, stringify } from "../../../lossless/json-text.ts";
import type { DocumentForm } from "../../../session/codec.ts";
import type { Json } from "../../../session/types.ts";
import type { Database, Found, Store, Summary } from "../../types.ts";
import type { Span } from "./elements.ts";
import { type ExportFiles, exportAt, markOf, type Shard } from "./files.ts";

export interface ExportOf {
  agent: string;
  /** As in "exports of ChatGPT". */
  whose: string;
  /** A conversation as records. */
  form: DocumentForm;
  /** Does the first file of conversations begin like one of this agent's? */
  begins(head: string): boolean;
  /** What lists show; `id` is null for a conversation without one. */
  summary(conversation: Json): Summary & { id: string | null };
  /** Does a file of this name belong to what records call `asset`? */
  isNamed?(file: string, asset: string): boolean;
}

/** The parts of `Store` that an export answers. There is none in the home folder: users name theirs. */
export type ExportStore = Pick<Store, "roots" | "find" | "inDatabase" | "pathFor" | "beside"> & {
  database: Database;
};

interface Conversation {
  found: Found;
  shard: Shard;
  span: Span;
}

interface Known {
  mark: string;
  files: ExportFiles;
  all: Map<string, Conversation> | null;
  others: readonly string[] | null;
}

/** The largest attachment that is passed on. */
const MOST_ASSET = 64 << 20;

export function exportStore(of: ExportOf): ExportStore {
  const exports = new Exports(of);
  return {
    roots: () => [],
    find: async (root) => exports.placesIn(root).flatMap((path) => exports.list(path)),
    inDatabase: (path) => exports.list(path),
    pathFor: (root) => root,
    beside: (place, name) => exports.asset(rowPlace(place).path, name),
    database: {
      holds: (path) => exports.at(path) !== null,
      read: (path, id) => exports.read(path, id),
      replace: (path) => {
        throw new SegueError("refused", `Segue does not write to exports of ${of.whose}`, {
          where: path,
        });
      },
      renamed: (lines) => [...lines],
    },
  };
}

class Exports {
  readonly #of: ExportOf;
  readonly #known = new Map<string, Known | null>();

  constructor(of: ExportOf) {
    this.#of = of;
  }

  /** null if there is no export of this agent's. Looked at once, until the file changes. */
  at(path: string): Known | null {
    const mark = markOf(path);
    if (mark === null) return null;
    const key = `${path}\0${mark}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    try {
      const files = this.#open(path);
      const made = files && { mark, files, all: null, others: null };
      this.#known.set(key, made);
      return made;
    } catch (error) {
      // A damaged archive: looked at again, so that each search is told. Whoever opens it says so.
      noteUnread(path, error);
      return null;
    }
  }

  #open(path: string): ExportFiles | null {
    const files = exportAt(path);
    return files && this.#of.begins(files.head().toString("utf8")) ? files : null;
  }

  /** The root itself, or exports that are in it. */
  placesIn(root: string): string[] {
    if (this.at(root)) return [root];
    if (!isFolder(root)) return [];
    return namesOf(root)
      .map((name) => join(root, name))
      .filter((path) => (isFolder(path) || /\.zip$/i.test(path)) && this.at(path) !== null);
  }

  list(path: string): Found[] {
    const all = inSearch(path, () => this.#all(path)) ?? new Map<string, Conversation>();
    return [...all.values()].map(({ found }) => found);
  }

  read(path: string, id: string): string[] | null {
    const one = this.#all(path).get(id);
    if (!one) return null;
    const { form, whose } = this.#of;
    const text = one.shard.at(one.span).toString("utf8");
    const value = parseValue(text);
    const records = value === undefined ? null : form.records(value);
    if (!records) {
      throw new SegueError("unreadable", `this conversation is damaged, or none of ${whose}`, {
        where: `${path}#${id}`,
      });
    }
    const lines = records.map((record) => stringify(record) ?? "null");
    return JSON.stringify(form.document(records)) === text ? lines : [spelled(text), ...lines];
  }

  asset(path: string, name: string): Buffer | null {
    const known = this.at(path);
    const { isNamed } = this.#of;
    if (!known || !isNamed) return null;
    known.others ??= known.files.others();
    const file = known.others.find((one) => isNamed(one, name));
    return file === undefined ? null : known.files.other(file, MOST_ASSET);
  }

  #all(path: string): Map<string, Conversation> {
    const known = this.at(path);
    if (!known) return new Map();
    known.all ??= this.#index(path, known.files);
    return known.all;
  }

  #index(path: string, files: ExportFiles): Map<string, Conversation> {
    const all = new Map<string, Conversation>();
    const { mtimeMs } = statSync(path);
    for (const name of files.shards) {
      const shard = files.open(name);
      for (const span of shard.spans) {
        const { id, summary } = this.#about(shard, span);
        const named = unusedId(id ?? `conversation-${all.size + 1}`, all);
        all.set(named, { shard, span, found: this.#found(path, named, span, summary, mtimeMs) });
      }
    }
    return all;
  }

  #about(shard: Shard, span: Span): { id: string | null; summary: Summary } {
    const value = span.isTorn ? undefined : parseValue(shard.at(span).toString("utf8"));
    const { id, ...summary } = this.#of.summary(value ?? null);
    return { id, summary };
  }

  #found(path: string, id: string, span: Span, summary: Summary, fileTime: number): Found {
    const time = Date.parse(summary.updatedAt ?? summary.createdAt ?? "");
    const mtime = Number.isNaN(time) ? fileTime : time;
    return { agent: this.#of.agent, id, path, mtime, bytes: span.bytes, summary };
  }
}

/** How the conversation stands in the export, if not in the way that its records are printed. */
function spelled(text: string): string {
  return JSON.stringify({ spelling: { raw: zstdCompressSync(text).toString("base64") } });
}

/** The same conversation may be in an export twice. */
function unusedId(id: string, all: ReadonlyMap<string, Conversation>): string {
  for (let n = 1; ; n++) {
    const one = n === 1 ? id : `${id}-${n}`;
    if (!all.has(one)) return one;
  }
}
