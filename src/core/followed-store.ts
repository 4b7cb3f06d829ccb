/** The sessions of one agent that is followed: which of them changed, and what is new in them. */
import { type Stats, statSync } from "node:fs";
import type { Agent, Found } from "../agents/types.ts";
import { type Places, placeOf, rootsOf, walk } from "../catalog/stores.ts";
import type { Clock } from "../io/clock.ts";
import type { Watcher } from "../io/watcher.ts";
import { type Moment, Seen } from "../limits/moments.ts";
import type { Signal } from "../limits/types.ts";
import { FileTail, RowsTail, type Tail } from "./tail.ts";
import { WatchedFolders } from "./watched-folders.ts";

/** An agent, or a profile of one, whose sessions are followed. */
export interface FollowTarget {
  agent: Agent;
  profile: string | null;
  /** Where its sessions are: a profile's environment is in it. */
  places: Places;
}

export interface FollowedSession {
  agent: string;
  profile: string | null;
  id: string;
  /** As in selectors: a path, or `path#id` in a database. */
  path: string;
  cwd: string | null;
  /** Did it begin after Segue began to follow? */
  isNew: boolean;
}

interface StoreOptions {
  clock: Clock;
  watcher: Watcher;
  /** Called when the system reports a change. */
  changed(): void;
  session?: string;
  failed?(place: string, error: unknown): void;
}

/** What is remembered of a session: little, unless it is being written. */
interface Session {
  found: Found;
  isNew: boolean;
  mark: string;
  active: Active | null;
}

interface Active {
  tail: Tail;
  seen: Seen;
  /** What is older is not new, if the session must be read as a whole. */
  since: number;
  /** When it last changed, and when it may be read again: in `Clock.elapsed`. */
  changed: number;
  next: number;
  isPutOff: boolean;
}

type News = [FollowedSession, Moment];

/** After this time without a change, only a session's size is remembered. */
const IDLE = 10 * 60_000;
/**
 * Looking through a store takes one fiftieth of the time at most; after notices of changes, and when a
 * session must be read as a whole, one twentieth.
 */
const SHARE = 50;
const HASTY_SHARE = 20;
/** But after this many milliseconds, it is done again in any case. */
const LONGEST_PAUSE = 20_000;
const LONGEST_WAIT = 1500;
/** Clocks of records and of files differ a little. */
const SLACK = 2000;

export class FollowedStore {
  readonly #target: FollowTarget;
  readonly #options: StoreOptions;
  readonly #folders: WatchedFolders;
  readonly #sessions = new Map<string, Session>();
  readonly #failed = new Set<string>();
  /** Databases, and what they and their logs look like. */
  readonly #databases = new Map<string, string>();
  /** Those of which sessions are still to be read. */
  readonly #changedDatabases = new Set<string>();
  /** When it began: by the wall, and in `Clock.elapsed`. */
  readonly #start: { now: number; elapsed: number };
  #isDirty = false;
  /** Sessions whose files changed, according to the system. */
  readonly #touched = new Set<string>();
  /** When to look through the store again: in any case, and after a notice of a change. */
  #next = 0;
  #nextHasty = 0;

  constructor(target: FollowTarget, options: StoreOptions) {
    this.#target = target;
    this.#options = options;
    const { clock, watcher, changed } = options;
    this.#start = { now: clock.now(), elapsed: clock.elapsed() };
    this.#folders = new WatchedFolders(watcher, (path) => {
      if (path !== null && this.#sessions.has(path)) this.#touched.add(path);
      else this.#isDirty = true;
      changed();
    });
  }

  async begin(): Promise<void> {
    for (const found of await this.#find()) this.#add(found, false);
    this.#noteDatabases();
  }

  async look(all: boolean): Promise<News[]> {
    const { clock } = this.#options;
    this.#noteDatabases();
    if (this.#changedDatabases.size > 0) this.#isDirty = true;
    const now = clock.elapsed();
    const isDue = now >= this.#next || (this.#isDirty && now >= this.#nextHasty);
    const changed = all || isDue ? await this.#changed() : this.#grown();
    this.#touched.clear();
    return changed.flatMap((session) => this.#read(session));
  }

  /** The session of a signal, if it is one of this account. */
  sessionOf({ agent, profile, session: id }: Signal): FollowedSession | null {
    const { agent: own, profile: ownProfile } = this.#target;
    if (id === null || agent !== own.id || profile !== ownProfile) return null;
    for (const [path, { found, isNew, active }] of this.#sessions) {
      if (found.id !== id) continue;
      const cwd = found.summary?.cwd ?? active?.tail.cwd ?? null;
      return { agent, profile, id, path, cwd, isNew };
    }
    return null;
  }

  /** Looks through the whole store. */
  async #changed(): Promise<Session[]> {
    const { clock } = this.#options;
    const began = clock.elapsed();
    this.#isDirty = false;
    const all = await this.#find();
    const there = new Set<string>();
    const changed = all.flatMap((found) => {
      const place = placeOf(found, this.#target.agent);
      there.add(place);
      const session = this.#sessions.get(place);
      if (!session) return [this.#add(found, true)];
      return this.#note(session, found) ? [session] : [];
    });
    for (const place of this.#sessions.keys()) if (!there.has(place)) this.#sessions.delete(place);
    for (const place of this.#failed) if (!there.has(place)) this.#failed.delete(place);
    this.#noteDatabases();
    for (const path of this.#changedDatabases) this.#addActive(path, changed);
    this.#changedDatabases.clear();
    const now = clock.elapsed();
    this.#next = now + Math.min((now - began) * SHARE, LONGEST_PAUSE);
    this.#nextHasty = now + Math.min((now - began) * HASTY_SHARE, LONGEST_WAIT);
    return [...changed, ...this.#pending(changed)];
  }

  /** Of the sessions that are being written, those that changed. */
  #grown(): Session[] {
    const grown = [...this.#sessions].flatMap(([place, session]) => {
      const { found, active } = session;
      if ((active === null && !this.#touched.has(place)) || isRow(found)) return [];
      const info = statOf(found.path);
      if (!info?.isFile()) return [];
      const now = { ...found, bytes: info.size, mtime: info.mtimeMs };
      return this.#note(session, now) ? [session] : [];
    });
    return [...grown, ...this.#pending(grown)];
  }

  async #find(): Promise<Found[]> {
    const { agent, places } = this.#target;
    const walked = await walk(places, agent);
    const found = walked.flatMap((one) => one.found);
    this.#folders.set(
      rootsOf(agent, places),
      found.map(({ path, mtime }) => ({ path, mtime })),
    );
    const { session } = this.#options;
    return session === undefined ? found : found.filter(({ id }) => id === session);
  }

  #add(found: Found, isNew: boolean): Session {
    const session: Session = { found, isNew, mark: markOf(found), active: null };
    this.#sessions.set(placeOf(found, this.#target.agent), session);
    if (isNew) this.#activate(session, 0, this.#since());
    return session;
  }

  /** Did it change? */
  #note(session: Session, found: Found): boolean {
    const mark = markOf(found);
    if (mark === session.mark) return false;
    const { bytes, mtime } = session.found;
    if (session.active) session.active.changed = this.#options.clock.elapsed();
    else this.#activate(session, bytes, Math.min(mtime, this.#since()) - SLACK);
    session.found = found;
    session.mark = mark;
    return true;
  }

  #activate(session: Session, from: number, since: number): void {
    const { agent } = this.#target;
    const { path, id } = session.found;
    const isRows = agent.store.database?.holds(path) ?? false;
    const tail = isRows ? new RowsTail(agent, path, id) : new FileTail(agent, path, from);
    const changed = this.#options.clock.elapsed();
    session.active = { tail, seen: new Seen(), since, changed, next: 0, isPutOff: false };
  }

  /** When it began, by the wall's present time: it may have been set since. */
  #since(): number {
    const { clock } = this.#options;
    const past = clock.elapsed() - this.#start.elapsed;
    return Math.min(this.#start.now, clock.now() - past) - SLACK;
  }

  /**
   * Not every change of a session changes its own row: of a database that changed, what is active is
   * read as well, or the newest session if nothing is.
   */
  #addActive(path: string, changed: Session[]): void {
    const rows = [...this.#sessions.values()].filter(({ found }) => found.path === path);
    const others = rows.filter((session) => !changed.includes(session));
    const active = others.filter((session) => session.active !== null);
    changed.push(...active);
    if (active.length > 0 || others.length < rows.length) return;
    const [newest] = others.sort((a, b) => b.found.mtime - a.found.mtime);
    if (!newest) return;
    this.#activate(newest, 0, Math.min(newest.found.mtime, this.#since()) - SLACK);
    changed.push(newest);
  }

  /** Those whose reading was put off; lets go of those that are idle. */
  #pending(others: readonly Session[]): Session[] {
    const now = this.#options.clock.elapsed();
    return [...this.#sessions.values()].filter((session) => {
      const { active } = session;
      if (active === null || others.includes(session)) return false;
      if (active.isPutOff) return now >= active.next;
      if (now - active.changed > IDLE) session.active = null;
      return false;
    });
  }

  #read(session: Session): News[] {
    const { clock, failed } = this.#options;
    const { active, found } = session;
    const began = clock.elapsed();
    if (active === null) return [];
    active.isPutOff = began < active.next;
    if (active.isPutOff) return [];
    try {
      const { moments, isAppended } = active.tail.read();
      const { seen } = active;
      const since = Math.min(active.since, this.#since());
      const fresh = isAppended ? seen.appended(moments) : seen.fresh(moments, since);
      const now = clock.elapsed();
      if (!isAppended) active.next = now + Math.min((now - began) * HASTY_SHARE, LONGEST_PAUSE);
      const { agent, profile } = this.#target;
      const path = placeOf(found, agent);
      const cwd = found.summary?.cwd ?? active.tail.cwd;
      const { isNew } = session;
      const told: FollowedSession = { agent: agent.id, profile, id: found.id, path, cwd, isNew };
      return fresh.map((moment) => [told, moment]);
    } catch (error) {
      // It may have been removed, or is being replaced: the next look finds out.
      const place = placeOf(found, this.#target.agent);
      if (statOf(found.path) && !this.#failed.has(place)) {
        this.#failed.add(place);
        failed?.(place, error);
      }
      return [];
    }
  }

  /** Which databases changed since the last time? Their logs are files beside them. */
  #noteDatabases(): void {
    const paths = new Set<string>();
    for (const { found } of this.#sessions.values()) if (isRow(found)) paths.add(found.path);
    for (const path of paths) {
      const mark = `${stampOf(path)} ${stampOf(`${path}-wal`)}`;
      const before = this.#databases.get(path);
      if (before !== undefined && before !== mark) this.#changedDatabases.add(path);
      this.#databases.set(path, mark);
    }
    for (const path of this.#databases.keys()) if (!paths.has(path)) this.#databases.delete(path);
  }

  close(): void {
    this.#folders.close();
    this.#sessions.clear();
  }
}

/** A row of a database, rather than a file of its own. */
function isRow({ bytes, inode }: Found): boolean {
  return bytes === 0 && inode === undefined;
}

/** Differs whenever something was written. A file's number also changes with its rights, say. */
function markOf({ bytes, mtime, summary }: Found): string {
  return [bytes, mtime, summary?.updatedAt, summary?.messages].join(" ");
}

function stampOf(path: string): string {
  const info = statOf(path);
  return info ? `${info.size} ${info.mtimeMs} ${info.ino}` : "";
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
