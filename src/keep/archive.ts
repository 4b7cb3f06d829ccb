/**
 * The folder that sessions are kept in; docs/archive.md describes it. Each machine has a folder of its
 * own in it, and writes nowhere else: so several can share an archive without an index, and without
 * waiting for each other.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Overtaken, SegueError } from "../errors.ts";
import { textIn } from "../io/door.ts";
import { withLock } from "../io/lock.ts";
import { Output, putFile } from "../io/output.ts";
import type { Env } from "../io/state.ts";
import { machineName } from "./machine.ts";
import { type Chunk, type Kept, nameOfKept, readKept, textOfKept } from "./manifest.ts";
import { namesIn, Objects } from "./objects.ts";

/** A manifest in an archive. */
export interface Stored {
  machine: string;
  path: string;
  /** Number of an earlier version, which the session has since fallen short of; null for the newest. */
  version: number | null;
  /** null if it is damaged. */
  kept: Kept | null;
}

const MANIFEST = /^([A-Za-z0-9_-]+?)(?:\.(\d+))?\.json$/;

const README = `Coding sessions that segue keeps. Each machine has a folder of its own here.

  MACHINE/sessions/AGENT/NAME.json      a session: its files, and the chunks that each consists of
  MACHINE/objects/ab/abcd….zst          a chunk: its name is the SHA-256 of what zstd unpacks from it

A file of a session consists of its chunks in order. To get one without segue, in MACHINE:

  jq -r '.files[0].chunks[].sha256' sessions/AGENT/NAME.json |
    while read -r c; do zstd -dcq "objects/$(printf %.2s "$c")/$c.zst"; done > session
`;

export class Archive {
  readonly folder: string;
  readonly machine: string;
  /** Of this machine. */
  readonly objects: Objects;
  readonly #env: Env;

  constructor(folder: string, env: Env) {
    this.folder = folder;
    this.#env = env;
    this.machine = machineName(env);
    this.objects = this.objectsOf(this.machine);
  }

  get exists(): boolean {
    return existsSync(this.folder);
  }

  /** @throws SegueError if there is none yet. */
  require(): void {
    if (this.exists) return;
    throw new SegueError("not-found", "there is no archive here yet", {
      where: this.folder,
      hint: "`segue keep` makes one; the setting archive.path tells where",
    });
  }

  /** While no other process of this machine changes the archive. */
  locked<T>(work: () => T): T {
    return withLock(this.#env, this.folder, work);
  }

  objectsOf(machine: string): Objects {
    return new Objects(join(this.folder, machine, "objects"));
  }

  /** A chunk that a machine keeps, or another one if that one's is damaged; null if none has it. */
  read(chunk: Chunk, machine: string): Buffer | null {
    const own = this.objectsOf(machine).read(chunk);
    if (own) return own;
    for (const other of this.machines()) {
      const theirs = other === machine ? null : this.objectsOf(other).read(chunk);
      if (theirs) return theirs;
    }
    return null;
  }

  machines(): string[] {
    return namesIn(this.folder).filter((name) => existsSync(join(this.folder, name, "sessions")));
  }

  /** This machine's manifest of a session; null if there is none, or a damaged one. */
  own(agent: string, id: string, place: string): Kept | null {
    return keptAt(this.#pathFor(agent, nameOfKept(id, place)));
  }

  /** Puts a manifest in the place of the one before, which stays beside it if `before` is given. */
  put(kept: Kept, before: Kept | null): void {
    const name = nameOfKept(kept.id, kept.place);
    const path = this.#pathFor(kept.agent, name);
    if (before) putFile(this.#nextVersion(kept.agent, name), textOfKept(before), { secret: true });
    putFile(path, textOfKept(kept), { secret: true });
  }

  #pathFor(agent: string, name: string): string {
    return join(this.folder, this.machine, "sessions", agent, `${name}.json`);
  }

  #nextVersion(agent: string, name: string): string {
    for (let n = 1; ; n++) {
      const path = this.#pathFor(agent, `${name}.${n}`);
      if (!existsSync(path)) return path;
    }
  }

  /** Every manifest of these machines; the newest version of a session comes first. */
  all(machines: readonly string[] = this.machines()): Stored[] {
    return machines.flatMap((machine) => {
      const sessions = join(this.folder, machine, "sessions");
      return namesIn(sessions)
        .sort()
        .flatMap((agent) => manifestsIn(join(sessions, agent), machine));
    });
  }

  /** For whoever finds the folder. */
  describe(): void {
    const path = join(this.folder, "README.txt");
    if (existsSync(path)) return;
    const out = new Output(path);
    out.write(README);
    try {
      out.commit();
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
}

function manifestsIn(folder: string, machine: string): Stored[] {
  const all = namesIn(folder).flatMap((name) => {
    const [, stem, n] = MANIFEST.exec(name) ?? [];
    if (stem === undefined) return [];
    const path = join(folder, name);
    return [{ stem, machine, path, version: n === undefined ? null : Number(n) }];
  });
  const order = (version: number | null): number => version ?? Number.POSITIVE_INFINITY;
  all.sort((a, b) => (a.stem < b.stem ? -1 : a.stem > b.stem ? 1 : descending(a, b)));
  return all.map(({ stem: _, ...one }) => ({ ...one, kept: keptAt(one.path) }));

  function descending(a: { version: number | null }, b: { version: number | null }): number {
    const [first, second] = [order(a.version), order(b.version)];
    return first === second ? 0 : second > first ? 1 : -1;
  }
}

function keptAt(path: string): Kept | null {
  try {
    return readKept(textIn(path));
  } catch {
    return null;
  }
}
