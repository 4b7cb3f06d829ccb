/**
 * What Segue wrote into agents' stores, and what came from what. One JSON line a write, appended
 * before the write takes effect, so that a write that was cut off can be undone as well.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Env, stateFolder } from "./state.ts";

export interface Side {
  agent: string;
  id: string;
  path: string;
  bytes: number;
  sha256: string;
}

export interface Write {
  n: number;
  time: string;
  /** `create`: a new file. `append`: bytes after `before` of an existing one. */
  action: "create" | "append";
  path: string;
  /** Size before; 0 for a new file. */
  before: number;
  /** The topmost folder that was made for a new file; null for none. */
  madeFolder: string | null;
  source: Side;
  /** The file that was written, as it is after the write. */
  target: Side;
  /** Name of the carry that leads from target to source; null for none. */
  carry: string | null;
  /** Files that were written beside a new session. */
  companions?: WrittenCompanion[];
  /** Of a subagent's session: the number of the write that it came along with. */
  with?: number;
  /** Of rows that were added to a session in a database: the name of what was there before. */
  backup?: string;
}

export interface WrittenCompanion {
  path: string;
  sha256: string;
  madeFolder: string | null;
}

type Line = Write | { undo: number; time: string };

export class Journal {
  readonly #path: string;
  /** The first write of this process's: those after it come along with it. */
  #first: number | null = null;

  constructor(env: Env) {
    this.#path = join(stateFolder(env), "journal.jsonl");
  }

  /** Writes in order, without those that were undone. */
  writes(): Write[] {
    const undone = new Set<number>();
    const writes: Write[] = [];
    for (const line of this.#lines()) {
      if ("undo" in line) undone.add(line.undo);
      else writes.push(line);
    }
    return writes.filter(({ n }) => !undone.has(n));
  }

  add(write: Omit<Write, "n" | "time">): Write {
    const last = this.#lines().reduce((n, line) => ("undo" in line ? n : Math.max(n, line.n)), 0);
    const along = this.#first === null ? {} : { with: this.#first };
    const full: Write = { n: last + 1, time: new Date().toISOString(), ...write, ...along };
    this.#first ??= full.n;
    this.#append(full);
    return full;
  }

  undone(n: number): void {
    this.#append({ undo: n, time: new Date().toISOString() });
  }

  /** The newest write whose target is this session and whose source is one of `agent`. */
  cameFrom(target: { agent: string; id: string }, agent: string): Write | undefined {
    return this.writes().findLast(
      (write) =>
        write.target.agent === target.agent &&
        write.target.id === target.id &&
        write.source.agent === agent,
    );
  }

  /** The newest write whose source is this session and whose target is one of `agent`. */
  wentTo(source: { agent: string; id: string }, agent: string): Write | undefined {
    return this.writes().findLast(
      (write) =>
        write.source.agent === source.agent &&
        write.source.id === source.id &&
        write.target.agent === agent,
    );
  }

  #append(line: Line): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    const text = `${this.#isTorn() ? "\n" : ""}${JSON.stringify(line)}\n`;
    appendFileSync(this.#path, text, { mode: 0o600, flush: true });
  }

  /** Does the file end in the middle of a line, because a process was killed there? */
  #isTorn(): boolean {
    return existsSync(this.#path) && /[^\n]$/.test(readFileSync(this.#path, "utf8"));
  }

  #lines(): Line[] {
    if (!existsSync(this.#path)) return [];
    const lines: Line[] = [];
    for (const text of readFileSync(this.#path, "utf8").split("\n")) {
      const line = parseLine(text);
      if (line) lines.push(line);
    }
    return lines;
  }
}

/** undefined for the torn line of a write that was cut off. */
function parseLine(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return isLine(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

// Only this module writes the file, so the discriminating keys vouch for the rest.
function isLine(value: unknown): value is Line {
  if (typeof value !== "object" || value === null) return false;
  return "undo" in value || ("n" in value && "target" in value && "source" in value);
}
