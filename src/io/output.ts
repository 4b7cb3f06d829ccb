/** Writes files completely or not at all. */
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileError, Overtaken, SegueError } from "../errors.ts";
import { piecesOf } from "../session/pieces.ts";
import { onInterrupt } from "./interrupt.ts";
import { makeFolders, missingFolder, removeEmptyFolders } from "./made.ts";
import { notePair, noteTemp } from "./temps.ts";

const BUFFER = 1 << 20;
/** Longer texts are encoded in pieces. */
const LONG = 4 << 20;

/**
 * Buffers of files that are done. Allocating a new one for each file would trigger garbage
 * collections.
 */
const spare: Buffer[] = [];
const MOST_SPARE = 4;

/** A file that belongs to another, and its contents. */
export interface Companion {
  path: string;
  text: string;
}

/** A new file beside `path` that replaces it on `commit`, or disappears on `discard`. */
export class Output {
  readonly path: string;
  readonly temp: string;
  /** The topmost folder that had to be created for it; null for none. */
  readonly madeFolder: string | null;
  #fd: number;
  #hash = createHash("sha256");
  /** What is not on its way to the disk yet: texts are encoded in place, without an extra copy. */
  #buffer: Buffer | null = null;
  #filled = 0;
  #written = 0;
  #digest: string | undefined;
  readonly #settled: () => void;
  /** Called with the file's size whenever it grows. */
  onWritten: ((bytes: number) => void) | undefined;

  /** Creates missing folders, private to the user. */
  constructor(path: string) {
    this.path = path;
    const folder = dirname(path);
    this.temp = tempIn(folder);
    this.madeFolder = missingFolder(folder);
    // Recorded first: a process may be killed right after it created something.
    const gone = noteTemp(this.temp, this.madeFolder);
    try {
      makeFolders(folder);
      this.#fd = openSync(this.temp, "wx", 0o600);
    } catch (error) {
      removeEmptyFolders(folder, this.madeFolder);
      gone();
      throw fileError(error, path, "write the file");
    }
    const forget = onInterrupt(() => this.#remove());
    this.#settled = () => {
      forget();
      gone();
    };
  }

  /** Starts over, with nothing written. */
  restart(): void {
    if (this.#digest === undefined) closeSync(this.#fd);
    this.#fd = openSync(this.temp, "w", 0o600);
    this.#hash = createHash("sha256");
    this.#filled = 0;
    this.#written = 0;
    this.#digest = undefined;
    this.onWritten = undefined;
  }

  /** The number of bytes so far. */
  get bytes(): number {
    return this.#written + this.#filled;
  }

  /** Of everything so far. */
  get sha256(): string {
    if (this.#digest !== undefined) return this.#digest;
    this.flush();
    return this.#hash.copy().digest("hex");
  }

  line(text: string): void {
    this.write(text);
    this.write("\n");
  }

  write(piece: string | Buffer): void {
    // A UTF-16 unit takes three bytes at most.
    const most = typeof piece === "string" ? piece.length * 3 : piece.length;
    if (typeof piece === "string" && piece.length > LONG) {
      for (const part of piecesOf(piece)) this.write(part);
      return;
    }
    if (most > BUFFER - this.#filled) this.flush();
    if (most > BUFFER) {
      this.#put(typeof piece === "string" ? Buffer.from(piece) : piece);
      return;
    }
    this.#buffer ??= spare.pop() ?? Buffer.allocUnsafe(BUFFER);
    if (typeof piece === "string") this.#filled += this.#buffer.write(piece, this.#filled);
    else this.#filled += piece.copy(this.#buffer, this.#filled);
  }

  /** Everything written so far is in the file, for threads that follow it. */
  flush(): void {
    if (this.#buffer && this.#filled > 0) this.#put(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #put(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.#written += bytes.length;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      this.discard();
      throw fileError(error, this.path, "write the file");
    }
    this.onWritten?.(this.#written);
  }

  /** Everything written is on the disk, still under the temporary name. */
  sync(): void {
    if (this.#digest !== undefined) return;
    this.flush();
    try {
      fsyncSync(this.#fd);
      closeSync(this.#fd);
    } catch (error) {
      this.#remove();
      throw fileError(error, this.path, "write the file");
    }
    this.#digest = this.#hash.digest("hex");
    this.#giveBack();
  }

  #giveBack(): void {
    if (this.#buffer && spare.length < MOST_SPARE) spare.push(this.#buffer);
    this.#buffer = null;
  }

  /**
   * Gives the file its name. Unless `replace` is set, an existing file with that name is an error.
   */
  commit({ replace = false } = {}): void {
    this.#name(this.path, replace);
  }

  /** Like `commit`, under a name in the same folder that was not known before. */
  commitAs(path: string): void {
    this.#name(path, false);
  }

  #name(path: string, replace: boolean): void {
    this.sync();
    let isPlaced = false;
    try {
      if (replace) {
        refuseOther(path);
        takeMode(this.temp, path);
        renameSync(this.temp, path);
      } else claim(this.temp, path);
      isPlaced = true;
      syncFolder(dirname(path));
    } catch (error) {
      // A name that was free is free again.
      if (isPlaced && !replace) rmSync(path, { force: true });
      this.#remove();
      if (codeOf(error) === "EEXIST") throw exists(path);
      throw fileError(error, path, "write the file");
    }
    try {
      rmSync(this.temp, { force: true });
    } catch {
      // It stays recorded, and is tried again: the file itself is where it belongs.
      return;
    }
    this.#settled();
  }

  discard(): void {
    try {
      if (this.#digest === undefined) closeSync(this.#fd);
    } catch {
      // Already closed.
    }
    this.#remove();
  }

  #remove(): void {
    this.#giveBack();
    rmSync(this.temp, { force: true });
    removeEmptyFolders(dirname(this.temp), this.madeFolder);
    this.#settled();
  }
}

/** Refuses pipes and devices, which replacing would destroy. Of a link, the target is replaced. */
function refuseOther(path: string): void {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (!info || info.isFile() || info.isSymbolicLink() || info.isDirectory()) return;
  throw new SegueError("refused", "this is a pipe or a device, not a file", { where: path });
}

/** A new file is private to the user; one that is replaced keeps the access that it has. */
function takeMode(temp: string, path: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  try {
    if (mode !== undefined) chmodSync(temp, mode & 0o777);
  } catch {
    // A file system without modes.
  }
}

/** Writes a file with this content, replacing an existing one: completely, or not at all. */
export function putFile(path: string, content: string | Buffer): void {
  const out = new Output(path);
  out.write(content);
  out.commit({ replace: true });
}

/**
 * Gives two files that belong together their names. If the second fails, the first is restored; if
 * the process is killed in between, the next one completes it: see leftovers.ts.
 */
export function commitPair(first: Output, second: Output, options: { replace: boolean }): void {
  second.sync();
  const before = options.replace ? [first, second].map(({ path }) => keptAt(path)) : [];
  notePair(second.temp, second.path, { path: first.path, sha256: first.sha256 });
  const placed: Output[] = [];
  try {
    for (const one of [first, second]) {
      if (!options.replace && existsSync(one.path)) throw exists(one.path);
      // If there is nothing to replace, a failure leaves nothing, and an existing file belongs to
      // somebody else.
      if (options.replace) placed.push(one);
      one.commit(options);
      if (!options.replace) placed.push(one);
    }
  } catch (error) {
    for (const one of placed) rmSync(one.path, { force: true });
    for (const one of before) one?.putBack();
    second.discard();
    throw error;
  }
  for (const one of before) one?.drop();
}

function keptAt(path: string): Kept | null {
  return existsSync(path) ? new Kept(path) : null;
}

/** A file under a second, temporary name, so that it can be restored. */
class Kept {
  readonly #path: string;
  readonly #temp: string;
  readonly #settled: () => void;

  constructor(path: string) {
    this.#path = path;
    this.#temp = tempIn(dirname(path));
    this.#settled = noteTemp(this.#temp, null);
    try {
      linkSync(path, this.#temp);
    } catch {
      copyFileSync(path, this.#temp, constants.COPYFILE_EXCL);
    }
  }

  putBack(): void {
    renameSync(this.#temp, this.#path);
    // Renaming one name of a file to another of its names leaves both.
    this.drop();
  }

  drop(): void {
    try {
      rmSync(this.#temp, { force: true });
    } catch {
      // It stays recorded: the next command removes it.
      return;
    }
    this.#settled();
  }
}

function tempIn(folder: string): string {
  return join(folder, `.segue-${process.pid}-${randomBytes(6).toString("hex")}.tmp`);
}

/** Gives a file a name that must be free: a link fails where a rename would overwrite. */
function claim(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(String(codeOf(error)))) throw error;
    // No hard links here (FAT, some network file systems).
    if (existsSync(to)) throw exists(to);
    renameSync(from, to);
  }
}

/** The rename itself is only on the disk once the folder is synced. */
function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } catch (error) {
    // Some file systems (and Windows) do not sync folders.
    if (codeOf(error) !== "EINVAL" && codeOf(error) !== "EPERM") throw error;
  } finally {
    closeSync(fd);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

export function exists(path: string): SegueError {
  return new Overtaken("the file already exists", {
    where: path,
    hint: "choose another name, or use --force to overwrite it",
  });
}
