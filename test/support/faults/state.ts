/** What is below a home folder, for comparing: sessions, dumps, documents; not Segue's own notes. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { dump } from "../opencode-db.ts";

/** Contents, or their digests, by the path below the home folder. */
export type State = ReadonlyMap<string, string>;

/** Segue's folder, its documents excepted; what runs leave in the temporary folder is looked at elsewhere. */
const NOT_LOOKED_AT = /^(?:\.segue\/(?!handoff\/)|\.hook\.mjs$|tmp\/|bin\/)/;

export function stateOf(home: string): State {
  const state = new Map<string, string>();
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(home.length + 1);
    if (!entry.isFile() || NOT_LOOKED_AT.test(name) || /\.db-(?:wal|shm)$/.test(name)) continue;
    state.set(name, contentOf(path));
  }
  return state;
}

function contentOf(path: string): string {
  // What counts of a database is what it says. Order and times are what the list of a dump may differ in.
  if (path.endsWith(".db")) return dump(path);
  const bytes = readFileSync(path);
  if (basename(path) === ".segue-dump.jsonl") return manifest(bytes.toString("utf8"));
  // Some agents' sessions are as of now, when they are put there.
  const now = new RegExp(`${new Date().toISOString().slice(0, 10)}T[0-9:.]+Z`, "g");
  return createHash("sha256").update(bytes.toString("latin1").replace(now, "NOW")).digest("hex");
}

/** Its lines without when the files were written; what is no line as it is. */
function manifest(text: string): string {
  const lines = text.split("\n").filter((line) => line !== "");
  return [...new Set(lines.map(withoutTimes))].sort().join("\n");
}

function withoutTimes(line: string): string {
  try {
    const { key, state, begun } = JSON.parse(line);
    return [key, state, begun].join(" ");
  } catch {
    return line;
  }
}

/** Names of what differs. */
export function differences(a: State, b: State): string[] {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => a.get(name) !== b.get(name)).sort();
}

/** Files that are neither as before nor as they are meant to become. */
export function between(now: State, before: State, after: State): string[] {
  const changed = new Set(differences(now, before));
  return differences(now, after).filter((name) => changed.has(name));
}

/** Files and folders that only a process at work has: temporary ones, its notes of them, its locks. */
export function leftovers(home: string): string[] {
  return readdirSync(home, { recursive: true, encoding: "utf8" }).filter(
    (name) =>
      /(?:^|\/)\.segue-\d[^/]*$/.test(name) ||
      /^tmp\/segue-/.test(name) ||
      /^\.segue\/(?:temps|locks)\/./.test(name),
  );
}

/** A home folder, put aside, to be put back as often as is needed. */
export class Snapshot {
  readonly #home: string;
  readonly #copy: string;

  constructor(home: string, copy: string) {
    this.#home = home;
    this.#copy = copy;
    rmSync(copy, { recursive: true, force: true });
    cpSync(home, copy, { recursive: true, preserveTimestamps: true });
  }

  restore(): void {
    if (existsSync(this.#home)) rmSync(this.#home, { recursive: true, force: true });
    cpSync(this.#copy, this.#home, { recursive: true, preserveTimestamps: true });
  }
}
