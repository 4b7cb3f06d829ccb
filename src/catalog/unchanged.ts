/**
 * Stores whose files are all unchanged since they were last compared one by one. Their stored
 * sessions need no further comparison, and a list shows only few of many sessions: only these are
 * read from the catalog file.
 */
import { createHash } from "node:crypto";
import type { SQLOutputValue } from "node:sqlite";
import type { CatalogFile } from "./database.ts";
import type { Known } from "./known.ts";
import type { Project } from "./project.ts";
import { foldersIn, knownIn, storeIn } from "./sessions.ts";
import { placeOf, type Walked } from "./stores.ts";

/** What is requested from them. */
export interface Wanted {
  agent?: string | undefined;
  /** Milliseconds since the epoch. */
  since?: number | undefined;
  limited?: boolean | undefined;
  here?: boolean | undefined;
}

/** The position of `time` in a row. */
const TIME = 6;

const LONG_AGO = Number.MIN_SAFE_INTEGER;

/** A later time is ignored: see `Catalog`. */
type Latest = number;

/** Represents everything that the walk found; null if a database contains more than files show. */
function markOf({ found }: Walked): string | null {
  // Most agents have no sessions on a machine: that needs no digest.
  if (found.length === 0) return "";
  if (found.some(({ summary }) => summary !== undefined)) return null;
  const all = found.map(({ path, id, bytes, mtime, inode = 0 }) =>
    [path, id, bytes, mtime, inode].join("\0"),
  );
  return createHash("sha256").update(all.join("\n")).digest("base64");
}

/** Does the store contain nothing but what is stored here? */
export function isUnchanged(file: CatalogFile, store: Walked): boolean {
  const [row] = file.all(
    "SELECT mark FROM unchanged WHERE store = ?",
    storeIn(file, store.root, store.agent.id),
  );
  return row !== undefined && row[0] === markOf(store);
}

/**
 * Records that what is stored is what was found. Any change to a session of the store revokes that.
 */
export function markUnchanged(file: CatalogFile, stores: readonly Walked[]): void {
  const marks = stores.flatMap((store) => {
    const [number, mark] = [storeIn(file, store.root, store.agent.id), markOf(store)];
    return number === 0 || mark === null ? [] : [[number, mark] as const];
  });
  if (marks.length === 0) return;
  file.transaction(() => {
    for (const mark of marks) {
      file.run("INSERT OR REPLACE INTO unchanged (store, mark) VALUES (?, ?)", ...mark);
    }
  });
}

export class Unchanged {
  readonly #file: CatalogFile;
  readonly #stores: ReadonlyMap<number, Walked>;
  readonly #folders: ReadonlyMap<number, string>;

  constructor(file: CatalogFile, stores: readonly Walked[]) {
    this.#file = file;
    this.#stores = new Map(
      stores.map((store) => [storeIn(file, store.root, store.agent.id), store] as const),
    );
    this.#folders = stores.length === 0 ? new Map() : foldersIn(file);
  }

  get stores(): readonly Walked[] {
    return [...this.#stores.values()];
  }

  /** Files without messages. */
  get empty(): number {
    return this.#number(`+store IN (${this.#numbers({})}) AND isEmpty`);
  }

  count(wanted: Wanted, project: Project): number {
    return this.#number(this.#where(wanted, this.#here(project)), wanted.since);
  }

  /** The first `most`: the project's first, then the others, each newest first. */
  first(wanted: Wanted, most: number, latest: Latest, project: Project): Known[] {
    const here = this.#here(project);
    const rows = this.#rows(this.#where(wanted, here), here, wanted.since, latest, most);
    const known = rows.flatMap((row) => {
      const store = this.#stores.get(Number(row[1]));
      return store ? [{ store, known: knownIn(row, store.agent, this.#folders) }] : [];
    });
    const byPlace = new Map(known.map((each) => [each.known.place, each.known]));
    // A session's id is in its path or in its file: the store determines it.
    for (const store of new Set(known.map((each) => each.store))) {
      for (const session of store.found) {
        const named = byPlace.get(placeOf(session, store.agent));
        if (named) named.id = session.id;
      }
    }
    return known.map((each) => each.known);
  }

  /** Among those that are as new as the last one, all: their ids determine their order. */
  #rows(
    where: string,
    here: string,
    since = LONG_AGO,
    latest: Latest,
    most: number,
  ): SQLOutputValue[][] {
    const columns = "sid, store, place, size, mtime, inode, time, folder, isLimited, isEmpty";
    const first = this.#file.all(
      `SELECT ${columns} FROM session WHERE ${where}
       ORDER BY ifnull(folder IN (${here}), 0) DESC, iif(time > ?, 0, time) DESC, time DESC
       LIMIT ?`,
      ...[since, latest, most],
    );
    const last = first.length === most ? first.at(-1) : undefined;
    if (!last) return first;
    const time = Number(last[TIME]);
    const alike = this.#file.all(
      `SELECT ${columns} FROM session WHERE ${where} AND time = ?`,
      ...[since, time],
    );
    return [...first.filter((row) => Number(row[TIME]) !== time), ...alike];
  }

  #number(where: string, since = LONG_AGO): number {
    const values = where.includes("?") ? [since] : [];
    const [row] = this.#file.all(`SELECT count(*) FROM session WHERE ${where}`, ...values);
    return Number(row?.[0] ?? 0);
  }

  #where({ agent, limited, here }: Wanted, folders: string): string {
    const stores = this.#numbers({ agent });
    // `+`: a pass over the whole table is faster than an index.
    return [
      `+store IN (${stores}) AND NOT isEmpty AND time >= ?`,
      ...(limited ? ["isLimited"] : []),
      ...(here ? [`folder IN (${folders})`] : []),
    ].join(" AND ");
  }

  #numbers({ agent }: Wanted): string {
    const all = [...this.#stores];
    const chosen = all.filter(([, store]) => agent === undefined || store.agent.id === agent);
    return chosen.map(([number]) => number).join();
  }

  /** The numbers of the project's folders. */
  #here(project: Project): string {
    const all = [...this.#folders].filter(([, cwd]) => project.has(cwd));
    return all.map(([number]) => number).join();
  }
}
