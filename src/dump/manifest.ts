/**
 * What a dump's folder holds: one line a session, added once its files are there, so that a run
 * that was killed goes on where it was. The newest line of a session counts.
 */
import { appendFileSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileError } from "../errors.ts";
import { textIn } from "../io/door.ts";
import { Input } from "../io/input.ts";
import { Output } from "../io/output.ts";
import { isObject, member, number, string } from "../session/json.ts";
import type { Json } from "../session/types.ts";

const NAME = ".segue-dump.jsonl";

export interface Dumped {
  /** Format, agent and place: what is dumped. */
  key: string;
  /** Names of its files, relative to the dump's folder; the session's own first. */
  files: string[];
  /** Differs when the session, or the way it is written, has changed. */
  state: string;
  /** The files are about to be written: their names are ours, what they hold is not known. */
  begun?: true;
  /** The files as they were written; older versions did not note it. */
  made?: Made[];
}

/** A file as it was written. */
export interface Made {
  bytes: number;
  /** Milliseconds since the epoch. */
  mtime: number;
  sha256: string;
}

export class Manifest {
  readonly #folder: string;
  readonly #path: string;
  readonly #entries = new Map<string, Dumped>();
  readonly #names = new Map<string, string>();
  #lines = 0;
  /** Does the file end in the middle of a line, because a run was killed there? */
  #torn = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, NAME);
    if (!existsSync(this.#path)) return;
    const text = textIn(this.#path);
    this.#torn = text !== "" && !text.endsWith("\n");
    for (const line of text.split("\n")) {
      const entry = parse(line);
      // What is left of a line that was cut off goes when the list is tidied.
      if (line !== "") this.#lines++;
      if (entry) this.#take(entry);
    }
  }

  get(key: string): Dumped | undefined {
    return this.#entries.get(key);
  }

  /** Is it there, as the session is now? */
  isCurrent(key: string, state: string): boolean {
    const entry = this.#entries.get(key);
    if (!entry || entry.begun || entry.state !== state) return false;
    return entry.files.every((file) => existsSync(join(this.#folder, file)));
  }

  /** Paths of its files that somebody has changed since they were written. */
  edited(key: string): string[] {
    const entry = this.#entries.get(key);
    if (!entry || entry.begun || !entry.made) return [];
    const now = entry.files.map((file, i) => madeNow(join(this.#folder, file), entry.made?.[i]));
    const same = entry.made.map((made, i) => (now[i]?.sha256 === made.sha256 ? now[i] : made));
    // Copied or touched: its digest need not be taken the next time.
    if (same.some((made, i) => made !== entry.made?.[i])) this.add({ ...entry, made: same });
    return entry.files.flatMap((file, i) => {
      const [is, was] = [now[i], entry.made?.[i]];
      return is && was && is.sha256 !== was.sha256 ? [join(this.#folder, file)] : [];
    });
  }

  /** May this session's file have the name? What we did not write is left alone. */
  isFree(file: string, key: string): boolean {
    const owner = this.#names.get(file.toLowerCase());
    return owner === undefined ? !existsSync(join(this.#folder, file)) : owner === key;
  }

  add(entry: Dumped): void {
    this.#take(entry);
    this.#lines++;
    try {
      const line = `${this.#torn ? "\n" : ""}${JSON.stringify(entry)}\n`;
      appendFileSync(this.#path, line, { mode: 0o600 });
      this.#torn = false;
    } catch (error) {
      throw fileError(error, this.#path, "write the list of what was dumped");
    }
  }

  /** Leaves out the lines that no longer count. */
  tidy(): void {
    if (this.#lines <= this.#entries.size) return;
    const out = new Output(this.#path);
    for (const entry of this.#entries.values()) out.line(JSON.stringify(entry));
    out.commit({ replace: true });
    this.#lines = this.#entries.size;
  }

  #take(entry: Dumped): void {
    this.#entries.set(entry.key, entry);
    for (const file of entry.files) this.#names.set(file.toLowerCase(), entry.key);
  }
}

/** What a file is that was `made` so; null for one that is gone, and for none that was. */
function madeNow(path: string, made: Made | undefined): Made | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!made || !stat?.isFile()) return null;
  const [bytes, mtime] = [stat.size, stat.mtimeMs];
  if (bytes === made.bytes && mtime === made.mtime) return made;
  const input = new Input(path);
  try {
    return { bytes, mtime, sha256: input.sha256() };
  } finally {
    input.close();
  }
}

function parse(line: string): Dumped | undefined {
  try {
    const value: Json = JSON.parse(line);
    const [key, state] = [string(member(value, "key")), string(member(value, "state"))];
    const files = member(value, "files");
    if (!isObject(value) || key === undefined || state === undefined || !Array.isArray(files)) {
      return undefined;
    }
    const names = files.filter((file) => typeof file === "string");
    const made = madeIn(member(value, "made"), names.length);
    return {
      ...{ key, state, files: names },
      ...(value.begun === true ? { begun: true } : {}),
      ...(made ? { made } : {}),
    };
  } catch {
    return undefined;
  }
}

/** One for each file; undefined for anything else. */
function madeIn(value: Json | undefined, files: number): Made[] | undefined {
  if (!Array.isArray(value) || value.length !== files) return undefined;
  const made = value.flatMap((one): Made[] => {
    const [bytes, mtime] = [number(member(one, "bytes")), number(member(one, "mtime"))];
    const sha256 = string(member(one, "sha256"));
    if (bytes === undefined || mtime === undefined || sha256 === undefined) return [];
    return [{ bytes, mtime, sha256 }];
  });
  return made.length === files ? made : undefined;
}
