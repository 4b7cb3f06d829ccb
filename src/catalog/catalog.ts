/**
 * The catalog: every session of every agent, according to the current state of the stores.
 *
 *     const catalog = await openCatalog(places);     // checks the stores, reads what changed
 *     catalog.sessions()                             // Listed[]: this project's first, newest first
 *     catalog.sessions({ agent: "codex", since: Date.now() - 864e5, most: 30 })
 *     await catalog.refresh();                       // again, later on
 *     catalog.close();
 *
 * It never expires: each `refresh` compares path, size, times and inode of all session files with
 * the recorded values, and reads the heads and tails of those that differ.
 */
import { nameOf } from "../agents/profile.ts";
import { stores } from "../agents/stores.ts";
import type { Summary } from "../agents/types.ts";
import { Journal } from "../io/journal.ts";
import { CatalogFile, isBusy, isFull } from "./database.ts";
import { firstOf } from "./first.ts";
import { type Foreign, foreignIn } from "./foreign.ts";
import { compare, type Known, knownOf } from "./known.ts";
import { type Continuation, keyOf, Lineage } from "./lineage.ts";
import type { Job, ReadLine } from "./lines.ts";
import { Project } from "./project.ts";
import { cutTitle, type Line, type Relative, type Row, withSummary } from "./row.ts";
import { forgetSession, loadSessions, parseLine, putSession, type Stored } from "./sessions.ts";
import { shortened } from "./short-ids.ts";
import {
  type Keeper,
  type Places,
  type Problem,
  placeOf,
  problemsIn,
  type Walked,
  walk,
} from "./stores.ts";
import { isUnchanged, markUnchanged, Unchanged } from "./unchanged.ts";

export type { Problem } from "./stores.ts";

export interface Filter {
  /** Id of an agent. */
  agent?: string | undefined;
  /** Only sessions updated since: milliseconds since the epoch. */
  since?: number | undefined;
  /** Only sessions that stopped at a usage limit. */
  limited?: boolean | undefined;
  /** Only sessions of the project. */
  here?: boolean | undefined;
  /** The maximum number of sessions. */
  most?: number | undefined;
}

export interface Listed extends Row {
  /** The time of its last activity: milliseconds since the epoch. */
  time: number;
  bytes: number;
  /** Does it belong to the project in question? */
  here: boolean;
  /** Is it a subagent's session, with `parent` the session that started it? */
  isSubagent: boolean;
  continuedIn: readonly Continuation[];
}

/** A session that could be read. */
interface Good {
  job: Job;
  line: Line;
}

/** Up to this many are looked up one by one; for more, all rows are read. */
const FEW = 500;

/** How many sessions are read before they are stored: all at once would fill the memory. */
const AT_ONCE = 4000;

/** The sort key of a session; a time in the future is a clock error, and ranks low. */
const SOON = 864e5;

export async function openCatalog(places: Places, only?: Keeper): Promise<Catalog> {
  const file = CatalogFile.open(places.env);
  const catalog = new Catalog(file, places, only);
  await catalog.refresh();
  return catalog;
}

export class Catalog {
  readonly file: CatalogFile;
  readonly #places: Places;
  readonly #only: Keeper | undefined;
  #project: Project | undefined;
  /** Sessions of stores in which something has changed; of all stores, once all are requested. */
  #known: Known[] = [];
  #unchanged: Unchanged;
  #walked: readonly Walked[] = [];
  #lineage: Lineage | undefined;
  #foreign: Foreign | undefined;
  /** What could not be read in the latest refresh. */
  problems: Problem[] = [];

  constructor(file: CatalogFile, places: Places, only?: Keeper) {
    this.file = file;
    this.#places = places;
    this.#only = only;
    this.#unchanged = new Unchanged(file, []);
  }

  /** The number of sessions. */
  get size(): number {
    return this.count({});
  }

  /** Files without messages, which are not listed. */
  get empty(): number {
    return this.#known.filter(({ isEmpty }) => isEmpty).length + this.#unchanged.empty;
  }

  /** What the user should know about the catalog file itself. */
  get note(): string | null {
    return this.file.note;
  }

  /** Updates the catalog to the current state of the stores. */
  async refresh(): Promise<void> {
    const { rebuilds } = this.file;
    await this.#refresh();
    // The file turned out to be damaged during the update: now the new one also contains what was
    // taken from it.
    if (this.file.rebuilds !== rebuilds) await this.#refresh();
  }

  async #refresh(): Promise<void> {
    const stores = await walk(this.#places, this.#only);
    this.problems = problemsIn(stores);
    const alive = stores.filter(({ dead }) => dead === null);
    this.#walked = alive;
    [this.#lineage, this.#foreign] = [undefined, undefined];
    const same = this.file.guarded(() => alive.filter((store) => isUnchanged(this.file, store)));
    const others = alive.filter((store) => !same.includes(store));
    const old = this.file.guarded(() => loadSessions(this.file, others));
    const plans = others.map((store, i) => compare(store, old[i] ?? new Map()));
    this.#save(
      [],
      plans.flatMap(({ gone }) => gone),
    );
    const known = plans.flatMap(({ kept }) => kept);
    // Oldest first, because sessions get their numbers in this order and search looks at high
    // numbers first.
    const jobs = plans.flatMap((plan) => plan.jobs);
    jobs.sort((a, b) => a.found.mtime - b.found.mtime);
    for (let from = 0; from < jobs.length; from += AT_ONCE) {
      const read = await this.#read(jobs.slice(from, from + AT_ONCE));
      this.#note(read);
      for (const session of this.#save(read, [])) known.push(session);
    }
    this.#known = known;
    this.#unchanged = this.file.guarded(() => new Unchanged(this.file, same));
    this.#mark(others);
  }

  /** Records for stores whose sessions are all stored that the file is up to date. */
  #mark(stores: readonly Walked[]): void {
    const open = new Set(this.#known.flatMap(({ sid, place }) => (sid === 0 ? [place] : [])));
    const bad = new Set([...open, ...this.problems.map(({ path }) => path)]);
    const whole = stores.filter(
      ({ agent, found, unread }) =>
        unread.length === 0 && !found.some((session) => bad.has(placeOf(session, agent))),
    );
    try {
      this.file.guarded(() => markUnchanged(this.file, whole));
    } catch (error) {
      if (!isBusy(error) && !isFull(error)) throw error;
    }
  }

  /** All sessions, including those of unchanged stores. */
  get #all(): readonly Known[] {
    const { stores } = this.#unchanged;
    if (stores.length === 0) return this.#known;
    const old = this.file.guarded(() => loadSessions(this.file, stores));
    const kept = stores.flatMap((store, i) => compare(store, old[i] ?? new Map()).kept);
    this.#known = [...this.#known, ...kept];
    this.#unchanged = new Unchanged(this.file, []);
    return this.#known;
  }

  /** The code that reads sessions is loaded only when there is something to read. */
  async #read(jobs: readonly Job[]): Promise<ReadLine[]> {
    if (jobs.length === 0) return [];
    const { readLines } = await import("./lines.ts");
    return readLines(jobs);
  }

  #note(read: readonly ReadLine[]): void {
    for (const { job, error } of read) {
      if (error === null) continue;
      this.problems.push({ agent: job.agent, path: job.place, ...error, isStore: false });
    }
  }

  /**
   * Stores what was read, and removes what no longer exists; returns the sessions that were read
   * and still exist.
   */
  #save(read: readonly ReadLine[], gone: readonly number[]): Known[] {
    const good = read.flatMap(({ job, line }) => (line ? [{ job, line }] : []));
    if (good.length === 0 && gone.length === 0) return [];
    const write = (): Known[] =>
      this.file.transaction(() => {
        for (const sid of gone) forgetSession(this.file, sid);
        return good.map((each) => this.#put(each));
      });
    try {
      return this.file.guarded(write);
    } catch (error) {
      // Another process is writing for very long, or the disk is full: this run can continue
      // without storing.
      if (!isBusy(error) && !isFull(error)) throw error;
      return good.map(({ job, line }) => knownOf(job, line));
    }
  }

  #put({ job, line }: Good): Known {
    const known = knownOf(job, line);
    known.sid = putSession(this.file, known, job, line);
    // If only few of many sessions are shown, these are looked up again.
    delete known.line;
    return known;
  }

  /** Which session came from which. */
  get lineage(): Lineage {
    this.#lineage ??= this.#readLineage();
    return this.#lineage;
  }

  #readLineage(): Lineage {
    const journal = new Journal(this.#places.env);
    const writes = journal.writes();
    const there = new Set(writes.length === 0 ? [] : this.#names());
    // For stores that were not searched, the journal is assumed to be right.
    const only = this.#only && nameOf(this.#only);
    const isThere = (one: Relative): boolean =>
      (only !== undefined && (one.profile ?? one.agent) !== only) || there.has(keyOf(one));
    return new Lineage(writes, isThere, journal.damage());
  }

  /** When other agents did the work of sessions. */
  get foreign(): Foreign {
    this.#foreign ??= foreignIn(new Journal(this.#places.env).writes());
    return this.#foreign;
  }

  #names(): string[] {
    return this.#walked.flatMap(({ agent, found }) =>
      found.map(({ id }) => `${nameOf(agent)}:${id}`),
    );
  }

  /**
   * For each id, the shortest prefix of eight or more characters that no other session's id has.
   */
  shortIds(ids: readonly string[]): Map<string, string> {
    return shortened(
      ids,
      this.#walked.flatMap(({ found }) => found.map(({ id }) => id)),
    );
  }

  get project(): Project {
    this.#project ??= new Project(this.#places.cwd);
    return this.#project;
  }

  /** This project's sessions first, then the others, each newest first. */
  sessions(filter: Filter = {}): Listed[] {
    return this.#listed(this.#sorted(filter, filter.most));
  }

  /** The numbers of existing sessions; the file may contain others, from other stores. */
  get numbers(): ReadonlyMap<number, Known> {
    return new Map(this.#all.map((known) => [known.sid, known]));
  }

  /** Sessions by their numbers in the text index, newest first; each is looked up on request. */
  numbered(filter: Filter): [sid: number, session: () => Listed | undefined][] {
    return this.#sorted(filter).map((known) => [known.sid, () => this.#listed([known])[0]]);
  }

  /** The session with that id, if it is listed. */
  named(session: Relative): Listed | undefined {
    const key = keyOf(session);
    const known = this.#all.find((one) => one.id === session.id && keyOf(one) === key);
    if (known?.isEmpty) return undefined;
    return known && this.#listed([known])[0];
  }

  /** What the store reports about the session at a place; null for a session of no store. */
  told(agent: Keeper, place: string): Summary | null {
    for (const { agent: keeper, found } of this.#walked) {
      if (keeper.id !== agent.id) continue;
      const own = found.find((one) => placeOf(one, keeper) === place);
      if (own) return own.summary ?? null;
    }
    return null;
  }

  /** How many matching sessions there are, regardless of `most`. */
  count(filter: Filter): number {
    return this.#matching(this.#known, filter).length + this.#unchanged.count(filter, this.project);
  }

  #matching(
    sessions: readonly Known[],
    { agent, since = Number.NEGATIVE_INFINITY, limited, here }: Filter,
  ): Known[] {
    return sessions.filter(
      (known) =>
        !known.isEmpty &&
        (agent === undefined || known.agent === agent) &&
        known.time >= since &&
        (!limited || known.isLimited) &&
        (!here || this.project.has(known.cwd)),
    );
  }

  #sorted(filter: Filter, most = Number.POSITIVE_INFINITY): Known[] {
    const latest = Date.now() + SOON;
    const newest = ({ time }: Known) => (time > latest ? 0 : time);
    const here = ({ cwd }: Known) => Number(this.project.has(cwd));
    const isPart = most < FEW;
    const unchanged = isPart ? this.#unchanged.first(filter, most, latest, this.project) : [];
    return firstOf(
      [...this.#matching(isPart ? this.#known : this.#all, filter), ...unchanged],
      most,
      (a, b) =>
        here(b) - here(a) ||
        newest(b) - newest(a) ||
        b.time - a.time ||
        b.mtime - a.mtime ||
        (a.id < b.id ? -1 : 1),
    );
  }

  #listed(chosen: readonly Known[]): Listed[] {
    const lines = this.#lines(chosen);
    const counts = this.#counts(chosen);
    return chosen.flatMap((known) => {
      const read = known.line ?? lines.get(known.sid);
      if (!read) return [];
      const line = chosen.length < FEW ? toldNow(known, read) : read;
      const { agent, profile, id, place: path, time, size: bytes, cwd } = known;
      const updatedAt = line.updatedAt ?? new Date(time).toISOString();
      // What a database or the head of a file says about itself is less exact.
      const messages = counts.get(known.sid) ?? line.messages;
      const here = this.project.has(cwd);
      const from = this.lineage.from(known);
      const continuedIn = this.lineage.continuedIn(known);
      const lineage = { from, continuedIn };
      const name = { agent, profile, id };
      return [{ ...name, ...line, cwd, updatedAt, messages, path, ...lineage, time, bytes, here }];
    });
  }

  /** A few are looked up one by one; many at once. */
  #lines(chosen: readonly Known[]): Map<number, Stored> {
    const wanted = chosen.filter(({ line }) => line === undefined);
    const rows =
      wanted.length < FEW
        ? wanted.flatMap(({ sid }) =>
            this.file.all("SELECT sid, line FROM line WHERE sid = ?", sid),
          )
        : this.file.all("SELECT sid, line FROM line");
    return new Map(rows.map(([sid, line]) => [Number(sid), parseLine(String(line))]));
  }

  /**
   * The message counts of sessions that were read completely for the index and have not changed
   * since.
   */
  #counts(chosen: readonly Known[]): Map<number, number> {
    if (chosen.length === 0) return new Map();
    const sql = "SELECT sid, messages FROM indexed JOIN session USING (sid, size, mtime, inode)";
    const rows =
      chosen.length < FEW
        ? chosen.flatMap(({ sid }) => this.file.all(`${sql} WHERE sid = ?`, sid))
        : this.file.all(sql);
    return new Map(rows.map(([sid, messages]) => [Number(sid), Number(messages)]));
  }

  close(): void {
    this.file.close();
  }
}

/** Files beside a session's file may have changed since it was read. */
function toldNow({ agent, place, summary }: Known, line: Stored): Stored {
  if (summary) return withSummary(line, summary);
  const title = stores[agent]?.title?.(place) ?? null;
  return title === null ? line : { ...line, title: cutTitle(title) };
}
