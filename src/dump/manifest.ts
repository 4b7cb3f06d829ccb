/**
 * The contents of a dump's folder: one line per session, added once its files exist, so that a
 * killed run continues where it stopped. The newest line of a session counts.
 */
import { appendFileSync, lstatSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { fileError, SegueError } from "../errors.ts";
import { textIn } from "../io/door.ts";
import { Input } from "../io/input.ts";
import { Output } from "../io/output.ts";
import { isObject, member, number, string } from "../session/json.ts";
import type { Json } from "../session/types.ts";

const NAME = ".segue-dump.jsonl";

export interface Dumped {
  /** Format, agent and path: what is exported. */
  key: string;
  /** Names of its files, relative to the dump's folder; the session's own first. */
  files: string[];
  /** Differs if the session, or the way it is written, has changed. */
  state: string;
  /** The files are about to be written: their names are reserved, their contents unknown. */
  begun?: true;
  /** The files as they were written; older versions did not record it. */
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
  readonly path: string;
  /** Unreadable lines, except for a truncated one at the end. */
  readonly damaged: number;
  readonly #folder: string;
  readonly #entries = new Map<string, Dumped>();
  readonly #names = new Map<string, string>();
  #lines = 0;
  /** Does the file end in the middle of a line, because a run was killed there? */
  #torn = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, NAME);
    const lines = linesOf(this.path);
    this.#torn = lines.at(-1) !== "";
    let damaged = 0;
    for (const [i, line] of lines.entries()) {
      if (line === "") continue;
      const entry = parse(line);
      // The rest of a truncated line is removed when the list is tidied.
      this.#lines++;
      if (entry) this.#take(entry);
      else if (i < lines.length - 1) damaged++;
    }
    this.damaged = damaged;
  }

  get(key: string): Dumped | undefined {
    return this.#entries.get(key);
  }

  /**
   * The existing files of sessions in this format: the session's own file first, relative to the
   * folder.
   */
  entriesIn(format: string): Dumped[] {
    const entries = [...this.#entries.values()].filter(({ key }) => key.startsWith(`${format}:`));
    return entries.filter(({ files }) => statOf(join(this.#folder, files[0] ?? "")) !== undefined);
  }

  /** Does it exist, in the session's current state? */
  isCurrent(key: string, state: string): boolean {
    const entry = this.#entries.get(key);
    if (!entry || entry.begun || entry.state !== state) return false;
    return entry.files.every((file) => statOf(join(this.#folder, file)) !== undefined);
  }

  /**
   * @throws SegueError if something else has taken the place of a file: it is neither read nor
   * replaced.
   */
  refuseOther(key: string): void {
    for (const file of this.#entries.get(key)?.files ?? []) {
      const path = join(this.#folder, file);
      const stat = statOf(path);
      if (!stat || stat.isFile()) continue;
      const what = `${kindOf(stat)} is where a dumped file was`;
      throw new SegueError("failed", what, { where: path });
    }
  }

  /** Paths of its files that somebody has changed since they were written. */
  edited(key: string): string[] {
    const entry = this.#entries.get(key);
    if (!entry || entry.begun || !entry.made) return [];
    const now = entry.files.map((file, i) => madeNow(join(this.#folder, file), entry.made?.[i]));
    const same = entry.made.map((made, i) => (now[i]?.sha256 === made.sha256 ? now[i] : made));
    // Copied or touched: its digest need not be computed the next time.
    if (same.some((made, i) => made !== entry.made?.[i])) this.add({ ...entry, made: same });
    return entry.files.flatMap((file, i) => {
      const [is, was] = [now[i], entry.made?.[i]];
      return is && was && is.sha256 !== was.sha256 ? [join(this.#folder, file)] : [];
    });
  }

  /** Is the name that of another session's file? */
  isTaken(file: string, key: string): boolean {
    const owner = this.#names.get(file.toLowerCase());
    return owner !== undefined && owner !== key;
  }

  /** Is there something that is not in the list? */
  isForeign(file: string): boolean {
    const isOurs = this.#names.has(file.toLowerCase());
    return !isOurs && statOf(join(this.#folder, file)) !== undefined;
  }

  add(entry: Dumped): void {
    this.#take(entry);
    this.#lines++;
    try {
      const line = `${this.#torn ? "\n" : ""}${JSON.stringify(entry)}\n`;
      appendFileSync(this.path, line, { mode: 0o600 });
      this.#torn = false;
    } catch (error) {
      throw fileError(error, this.path, "write the list of what was dumped");
    }
  }

  /** Removes the lines that no longer count. */
  tidy(): void {
    if (this.#lines <= this.#entries.size) return;
    const out = new Output(this.path);
    for (const entry of this.#entries.values()) out.line(JSON.stringify(entry));
    out.commit({ replace: true });
    this.#lines = this.#entries.size;
  }

  #take(entry: Dumped): void {
    this.#entries.set(entry.key, entry);
    for (const file of entry.files) this.#names.set(file.toLowerCase(), entry.key);
  }
}

function linesOf(path: string): string[] {
  const stat = statOf(path);
  if (!stat) return [""];
  if (!stat.isSymbolicLink()) return textIn(path).split("\n");
  throw new SegueError("refused", "the list of what was dumped is a link", {
    where: path,
    hint: "dump into another folder, or take the link away",
  });
}

/** Links are not followed. */
function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function kindOf(stat: Stats): string {
  if (stat.isSymbolicLink()) return "a link";
  if (stat.isDirectory()) return "a folder";
  return stat.isFIFO() ? "a pipe" : "a socket or a device";
}

/**
 * The current state of a file that was `made` like this; null if it no longer exists or never did.
 */
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

/** One per file; undefined for anything else. */
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
