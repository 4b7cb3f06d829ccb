/**
 * What Segue wrote into agents' stores, and which session came from which. One JSON line per write,
 * appended before the write takes effect, so that an interrupted write can be undone as well.
 *
 * Each line ends with two digests: of the line before it, and of itself. So damaged and missing
 * lines are detected. Lines of older versions have none.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileError } from "../errors.ts";
import { textIn, textOrNone } from "./door.ts";
import type { NotedEntry } from "./index-entry.ts";
import { withLock } from "./lock.ts";
import { makeFolders } from "./made.ts";
import { dropCarry, type Env, stateFolder } from "./state.ts";

/** Whose session: an agent's own, or one of a profile of it. */
export interface Whose {
  agent: string;
  /** Name of the profile; missing means the agent's own. */
  profile?: string;
}

export interface Side extends Whose {
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
  /** For an append: the SHA-256 of the previous contents. */
  beforeSha256?: string;
  /** The topmost folder that was created for a new file; null for none. */
  madeFolder: string | null;
  source: Side;
  /** The file that was written, as it is after the write. */
  target: Side;
  /** Name of the carry that leads from target to source; null for none. */
  carry: string | null;
  /** Files that were written beside a new session. */
  companions?: WrittenCompanion[];
  /** Entries of a new session that were added to the agent's indexes. */
  entries?: NotedEntry[];
  /** For a subagent's session: the number of the write that it belongs to. */
  with?: number;
  /**
   * For rows that were added to a session in a database: the name of the backup of the previous
   * rows. For a new one that opening it changes: of its first row.
   */
  backup?: string;
}

export interface WrittenCompanion {
  path: string;
  sha256: string;
  madeFolder: string | null;
}

type Line = Write | Undone;

interface Undone {
  undo: number;
  time: string;
  /** The write was interrupted, and the user has not been told yet; see `cutOff`. */
  cut?: true;
}

/** Where the journal differs from what was written. */
export interface Damage {
  /** Number of the line in the file, from 1. */
  line: number;
  /** `damaged`: the line itself. `missing`: lines before it are gone. */
  what: "damaged" | "missing";
}

/** "line 7 of Segue's journal is damaged". */
export function damageWords({ line, what }: Damage): string {
  return what === "damaged"
    ? `line ${line} of Segue's journal is damaged`
    : `lines before line ${line} of Segue's journal are missing`;
}

interface Read {
  lines: { at: number; line: Line }[];
  damage: Damage[];
}

export class Journal {
  readonly path: string;
  readonly #env: Env;
  /** The first write of this process: those after it belong to it. */
  #first: number | null = null;

  constructor(env: Env) {
    this.#env = env;
    this.path = join(stateFolder(env), "journal.jsonl");
  }

  /** Writes in order, without those that were undone. */
  writes(): Write[] {
    return standing(this.#read().lines.map(({ line }) => line));
  }

  /** Damage to the file; usually none. */
  damage(): Damage[] {
    return this.#read().damage;
  }

  /** The first damage after the line of this write: the damaged line may be about the same file. */
  damageAfter(n: number): Damage | undefined {
    const { lines, damage } = this.#read();
    const at = lines.findLast(({ line }) => "n" in line && line.n === n)?.at ?? 0;
    return damage.find(({ line }) => line > at);
  }

  /** The highest number so far; 0 for none. */
  get last(): number {
    const { lines } = this.#read();
    return lines.reduce((n, { line }) => ("undo" in line ? n : Math.max(n, line.n)), 0);
  }

  add(write: Omit<Write, "n" | "time">): Write {
    return withLock(this.#env, this.path, () => {
      const { last } = this;
      const along = this.#first === null ? {} : { with: this.#first };
      const full: Write = { n: last + 1, time: new Date().toISOString(), ...write, ...along };
      this.#first ??= full.n;
      this.#append(full);
      return full;
    });
  }

  #undone(n: number, cut: boolean): void {
    const line: Undone = { undo: n, time: new Date().toISOString(), ...(cut ? { cut } : {}) };
    withLock(this.#env, this.path, () => this.#append(line));
  }

  /**
   * The newest write, if it was interrupted and cleaned up without the user's request: to a user
   * who undoes the last write, it is that one, not the one before.
   */
  cutOff(): Write | undefined {
    const lines = this.#read().lines.map(({ line }) => line);
    const said = lines.filter((line) => "undo" in line);
    const isSettled = ({ n }: Write) => said.some(({ undo, cut }) => undo === n && !cut);
    const newest = lines.findLast((line): line is Write => !("undo" in line) && !isSettled(line));
    return newest && said.some(({ undo }) => undo === newest.n) ? newest : undefined;
  }

  /**
   * A write that never took effect, or was undone: its carry is removed, unless another write uses
   * it.
   */
  forget({ n, carry }: Pick<Write, "n" | "carry">, { cut = false } = {}): void {
    this.#undone(n, cut);
    const isNeeded = this.writes().some((other) => other.carry === carry);
    if (carry !== null && !isNeeded) dropCarry(this.#env, carry);
  }

  /**
   * The newest write whose target is this session and whose source is one of `agent`; rather one of
   * `isHere` than another account's.
   */
  cameFrom(
    target: Named,
    agent: string,
    isHere: (source: Side) => boolean = () => true,
  ): Write | undefined {
    const those = this.writes().filter(
      (write) => isIt(write.target, target) && write.source.agent === agent,
    );
    return those.findLast(({ source }) => isHere(source)) ?? those.at(-1);
  }

  /**
   * The writes whose source is this session and whose target is one of `to`, the newest first.
   */
  wentTo(source: Named, to: Whose): Write[] {
    const those = this.writes().filter(
      (write) => isIt(write.source, source) && isWhose(write.target, to),
    );
    return those.reverse();
  }

  #append(line: Line): void {
    makeFolders(dirname(this.path));
    // What is missing from the end stays missing.
    const last = this.#lastDigest();
    const before = this.#mend();
    const isShort = last !== null && !holds(this.#text().split("\n"), last);
    const text = sealed(line, isShort ? last : digest(before));
    this.#put(`${text}\n`);
    try {
      writeFileSync(this.#lastPath, digest(text), { mode: 0o600 });
    } catch {
      // The line itself exists: only a later loss of lines at the end would go unnoticed.
    }
  }

  /** All of it, or nothing: the line of a failed write must not stay. */
  #put(text: string): void {
    const size = existsSync(this.path) ? statSync(this.path).size : 0;
    try {
      appendFileSync(this.path, text, { mode: 0o600, flush: true });
    } catch (error) {
      try {
        truncateSync(this.path, size);
      } catch {
        // It is removed before the next line is written: see `#mend`.
      }
      throw fileError(error, this.path, "record the write in the journal");
    }
  }

  /** Contains the digest of the last line, so that missing lines at the end are detected. */
  get #lastPath(): string {
    return `${this.path}.last`;
  }

  /** null if there is none, or if a process was killed while it wrote it. */
  #lastDigest(): string | null {
    const text = textOrNone(this.#lastPath);
    return /^[0-9a-f]{16}$/.test(text) ? text : null;
  }

  /**
   * The line that the next one follows. A line in which a process was killed is removed: its write
   * never took effect.
   */
  #mend(): string {
    const text = this.#text();
    const end = text.lastIndexOf("\n") + 1;
    const torn = text.slice(end);
    if (torn === "") return text.slice(0, -1).split("\n").at(-1) ?? "";
    if (isWhole(torn)) {
      appendFileSync(this.path, "\n", { flush: true });
      return torn;
    }
    truncateSync(this.path, Buffer.byteLength(text.slice(0, end)));
    return (
      text
        .slice(0, Math.max(0, end - 1))
        .split("\n")
        .at(-1) ?? ""
    );
  }

  #text(): string {
    return existsSync(this.path) ? textIn(this.path) : "";
  }

  #read(): Read {
    // Read before the lines, because others may be writing more of them right now.
    const last = this.#lastDigest();
    const texts = this.#text().split("\n");
    // What follows the end of the last line was truncated while it was written.
    const torn = texts.pop() ?? "";
    if (isWhole(torn)) texts.push(torn);
    const read: Read = { lines: [], damage: [] };
    texts.forEach((text, at) => {
      const line = parseLine(text);
      if (line) read.lines.push({ at: at + 1, line });
      else read.damage.push({ line: at + 1, what: "damaged" });
      // After a damaged line, this was already reported.
      const isMissed =
        line && !follows(text, texts[at - 1]) && (at === 0 || isWhole(texts[at - 1]));
      if (isMissed) read.damage.push({ line: at + 1, what: "missing" });
    });
    const end = texts.length;
    const isSaid = read.damage.some(({ line }) => line === end);
    if (last !== null && !isSaid && !holds(texts, last))
      read.damage.push({ line: end + 1, what: "missing" });
    return read;
  }
}

/** A session whose profile may have another name by now, but whose place is the same. */
interface Named extends Whose {
  id: string;
  path: string;
}

function isIt(side: Side, session: Named): boolean {
  const isNamed = side.agent === session.agent && side.id === session.id;
  return isNamed && (side.profile === session.profile || side.path === session.path);
}

export function isWhose(side: Whose, whose: Whose): boolean {
  return side.agent === whose.agent && side.profile === whose.profile;
}

/** Is the line with this digest among these? The last ones are checked first. */
function holds(texts: readonly string[], last: string): boolean {
  return texts.findLast((text) => digest(text) === last) !== undefined;
}

function standing(lines: readonly Line[]): Write[] {
  const undone = new Set<number>();
  const writes: Write[] = [];
  for (const line of lines) {
    if ("undo" in line) undone.add(line.undo);
    else writes.push(line);
  }
  return writes.filter(({ n }) => !undone.has(n));
}

const SEAL = /,"after":"([0-9a-f]{16})","sum":"([0-9a-f]{16})"\}$/;

/** `after`: the digest of the line before. */
function sealed(line: Line, after: string): string {
  const text = `${JSON.stringify(line).slice(0, -1)},"after":"${after}"`;
  return `${text},"sum":"${digest(text)}"}`;
}

/** Is the line as it was written? Unknown for lines of older versions. */
function isAsWritten(text: string): boolean {
  const [, , sum] = SEAL.exec(text) ?? [];
  return sum === undefined || sum === digest(text.slice(0, -`,"sum":"${sum}"}`.length));
}

/** Is the line before it the one that it was written after? */
function follows(text: string, before = ""): boolean {
  const [, after] = SEAL.exec(text) ?? [];
  return after === undefined ? !SEAL.test(before) : after === digest(before);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function isWhole(text = ""): boolean {
  return parseLine(text) !== undefined;
}

/** undefined for a line that is damaged, or truncated. */
function parseLine(text: string): Line | undefined {
  try {
    if (!isAsWritten(text)) return undefined;
    const line: unknown = JSON.parse(text.replace(SEAL, "}"));
    return isLine(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

// Only this module writes the file, so the discriminating keys guarantee the rest.
function isLine(value: unknown): value is Line {
  if (typeof value !== "object" || value === null) return false;
  return "undo" in value || ("n" in value && "target" in value && "source" in value);
}
