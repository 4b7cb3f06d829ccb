/**
 * The kinds of errors. The command line prints `message`, `where` and `hint`, and exits with
 * `exit`: 1 failed, 2 wrong usage, 3 not found or ambiguous, 4 refused, 5 unreadable.
 */
export type Kind = "failed" | "usage" | "not-found" | "ambiguous" | "refused" | "unreadable";

const EXIT: { [kind in Kind]: number } = {
  failed: 1,
  usage: 2,
  "not-found": 3,
  ambiguous: 3,
  refused: 4,
  unreadable: 5,
};

interface About {
  where?: string;
  hint?: string;
  candidates?: readonly (readonly string[])[];
}

export class SegueError extends Error {
  readonly kind: Kind;
  /** The file, session or option concerned. */
  readonly where: string | null;
  /** What to do about it. */
  readonly hint: string | null;
  /** The possible matches, one per row. */
  readonly candidates: readonly (readonly string[])[];

  constructor(kind: Kind, message: string, about: About = {}) {
    super(message);
    this.name = "SegueError";
    this.kind = kind;
    this.where = about.where ?? null;
    this.hint = about.hint ?? null;
    this.candidates = about.candidates ?? [];
  }

  get exit(): number {
    return EXIT[this.kind];
  }
}

/** Another process was faster: the prepared changes no longer match the current state. */
export class Overtaken extends SegueError {
  constructor(message: string, about: About = {}) {
    super("refused", message, about);
  }
}

/** A file-system error in words that a user can act on; other errors are returned unchanged. */
export function fileError(error: unknown, path: string, doing: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const isMaking = error instanceof Error && "syscall" in error && error.syscall === "mkdir";
  const where = { where: path };
  switch (code) {
    case "ENOENT":
      return new SegueError("not-found", `cannot ${doing}: no such file or folder`, where);
    case "EACCES":
    case "EPERM":
      return new SegueError("failed", `cannot ${doing}: permission denied`, where);
    case "EISDIR":
      return new SegueError("failed", `cannot ${doing}: it is a folder`, where);
    case "ENOTDIR":
    case "EEXIST":
      if (code === "EEXIST" && !isMaking) return error;
      return new SegueError("failed", `cannot ${doing}: a file is where a folder should be`, where);
    case "EROFS":
      return new SegueError("failed", `cannot ${doing}: the file system is read-only`, where);
    case "ENAMETOOLONG":
      return new SegueError("failed", `cannot ${doing}: its name is too long`, where);
    case "ELOOP":
      return new SegueError("failed", `cannot ${doing}: its links form a loop`, where);
    case "ENOSPC":
    case "EDQUOT":
      return new SegueError("failed", `cannot ${doing}: the disk is full`, {
        ...where,
        hint: "nothing was changed; free some space and try again",
      });
    default:
      return error;
  }
}

/** SQLite's primary error codes. */
const SQLITE: { [code: number]: string } = {
  5: "another program is writing to the database",
  8: "the database cannot be written to",
  10: "the disk failed to read or write the database",
  13: "the disk is full",
};

/**
 * An error of the operating system or the disk, in words, wherever it occurred; null for other
 * errors.
 */
export function systemError(error: unknown): SegueError | null {
  if (!(error instanceof Error)) return null;
  if ("errcode" in error && typeof error.errcode === "number") {
    const words = SQLITE[error.errcode & 0xff];
    return words === undefined ? null : refusedBySystem(`${words} (${error.message})`);
  }
  const isOfSystem = "syscall" in error && "code" in error && typeof error.code === "string";
  if (!isOfSystem) return null;
  return refusedBySystem(`${error.code === "ENOSPC" ? "the disk is full: " : ""}${error.message}`);
}

function refusedBySystem(message: string): SegueError {
  return new SegueError("failed", message, {
    hint: "fix that and try again; `segue log` shows what was written",
  });
}

/** An error in a few words, for one of many failures. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Is it impossible to write anything? Then the following writes would fail, too. */
export function isFull(error: unknown): boolean {
  return (
    error instanceof SegueError &&
    /disk is full|permission denied/.test(error.message) &&
    /write/.test(error.message)
  );
}
