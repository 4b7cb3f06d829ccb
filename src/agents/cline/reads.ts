/** Results of reads whose file was read again later: Cline sends a mention in place of them. */
import { array, isObject, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { unwrap } from "./records.ts";

/** In bytes, of all that can be replaced: below that, 3.0.65 sends every result as it is. */
const LEAST = 65_536;
/** In characters, of each text that is sent. */
const MOST = 8_000;

interface Read {
  /** Of the call. */
  id: string;
  path: string;
  /** The path, with the lines if it is not the whole file. */
  place: string;
  bytes: number;
}

export class Reads {
  readonly #reads: Read[] = [];
  /** What was last read there, by path for whole files, and by place. */
  readonly #whole = new Map<string, string>();
  readonly #last = new Map<string, string>();
  #files = 0;

  /** The next message of the transcript. */
  add(record: Json): void {
    const stored = unwrap(record);
    if (stored.kind !== "message") return;
    for (const block of array(stored.message.content)) this.#block(block);
  }

  #block(block: Json): void {
    const path = string(member(block, "path"));
    if (member(block, "type") === "file" && path !== undefined) {
      this.#whole.set(path, `#${this.#files++}`);
    }
    if (member(block, "type") !== "tool_result" || member(block, "is_error") === true) return;
    if (!/^read(?:_files)?$/i.test(string(member(block, "name")) ?? "")) return;
    const id = string(member(block, "tool_use_id")) ?? "";
    for (const one of array(member(block, "content"))) this.#read(id, one);
  }

  #read(id: string, result: Json): void {
    const query = string(member(result, "query"));
    if (query === undefined || query === "") return;
    const [, path = query] = /^(.*):\d+-(?:EOF|\d+)$/.exec(query) ?? [];
    if (path === query) this.#whole.set(path, id);
    this.#last.set(query, id);
    this.#reads.push({ id, path, place: query, bytes: bytesOf(result) });
  }

  /** How many results are not sent as they are. */
  get replaced(): number {
    const old = this.#reads.filter(
      ({ id, path, place }) => (this.#whole.get(path) ?? id) !== id || this.#last.get(place) !== id,
    );
    const bytes = old.reduce((sum, one) => sum + one.bytes, 0);
    return bytes < LEAST ? 0 : new Set(old.map(({ id }) => id)).size;
  }
}

function bytesOf(result: Json): number {
  return Buffer.byteLength(JSON.stringify(shortened(result)));
}

function shortened(value: Json): Json {
  if (typeof value === "string") return value.slice(0, MOST);
  if (Array.isArray(value)) return value.map(shortened);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shortened(one)]));
}
