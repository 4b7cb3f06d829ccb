/** Which session an agent works in that was started by hand, and what becomes of its requests there. */
import { readFileSync, realpathSync } from "node:fs";
import type { Agent } from "../agents/types.ts";
import type { Selected } from "../catalog/select.ts";
import { type Places, rootsOf } from "../catalog/stores.ts";
import { systemClock } from "../io/clock.ts";
import type { FailoverEvent } from "../limits/failover.ts";
import { type Followed, type FollowedSession, type Following, follow } from "./follow.ts";

/** Clocks of records and of ours differ a little. */
const SLACK = 2000;

export class RunSession {
  readonly #agent: Agent;
  readonly #places: Places;
  readonly #cwd: string;
  readonly #following: Following;
  /** By the wall, and in `Clock.elapsed`. */
  readonly #start = { now: systemClock.now(), elapsed: systemClock.elapsed() };
  /** Words of the command line, one of which may name the session. */
  readonly #words: readonly string[];
  #chosen: { session: FollowedSession; rank: number } | null = null;
  #known: Selected | null;
  #pid = 0;
  /** When anything was last written. */
  changed: number;

  private constructor(
    agent: Agent,
    { places, cwd, words, known }: RunSessionOptions,
    following: Following,
  ) {
    this.#agent = agent;
    this.#places = places;
    this.#cwd = cwd;
    this.#words = words;
    this.#known = known;
    this.#following = following;
    this.changed = Date.now();
  }

  /** To be called before the agent is started. */
  static async begin(agent: Agent, options: RunSessionOptions): Promise<RunSession> {
    const profile = agent.profile?.name ?? null;
    const following = await follow([{ agent, profile, places: options.places }]);
    return new RunSession(agent, options, following);
  }

  set pid(pid: number) {
    this.#pid = pid;
  }

  /** null if it is not known yet. */
  get selected(): Selected | null {
    const found = this.#chosen?.session;
    if (!found) return this.#known;
    return { agent: this.#agent, path: found.path, id: found.id, name: found.path };
  }

  /** What was written since the last time. */
  async look(): Promise<FailoverEvent[]> {
    const all = await this.#following.look(false);
    const since = this.#since();
    const news = all.filter(({ at }) => at >= since);
    if (news.length > 0) this.changed = Date.now();
    for (const { session } of news) this.#consider(session);
    const own = this.#chosen?.session;
    return news.filter(({ session }) => isSame(session, own)).flatMap(eventsOf);
  }

  /** When it began, by the wall's present time: it may have been set back since. */
  #since(): number {
    const past = systemClock.elapsed() - this.#start.elapsed;
    return Math.min(this.#start.now, systemClock.now() - past) - SLACK;
  }

  /** Of several in which something is written, the one that is most certainly its own. */
  #consider(session: FollowedSession): void {
    if (isSame(session, this.#chosen?.session)) return;
    const rank = this.#rankOf(session);
    if (rank > (this.#chosen?.rank ?? 0)) this.#chosen = { session, rank };
  }

  /** 0: it cannot be its own. */
  #rankOf({ id, path, cwd, isNew }: FollowedSession): number {
    if (this.#known?.id === id) return 5;
    if (this.#words.some((word) => word.endsWith(id) || word === path)) return 5;
    const holders = this.#holdersOf(id);
    if (holders.some((pid) => isWithin(pid, this.#pid))) return 4;
    // In the same folder, the same agent may be in use by hand, or in another `segue run`.
    if (holders.some(isForeign)) return 0;
    const isHere = cwd === null || real(cwd) === real(this.#cwd);
    if (!isHere) return 0;
    return isNew ? 3 : cwd === null ? 1 : 2;
  }

  /** The processes in which it is open, as far as the agent notes that. */
  #holdersOf(id: string): number[] {
    const { store } = this.#agent;
    const notes = rootsOf(this.#agent, this.#places).flatMap(
      (root) => store.opened?.(root, id) ?? [],
    );
    return notes.flatMap((note) => ("pid" in note ? [note.pid] : []));
  }

  close(): void {
    this.#following.close();
  }
}

export interface RunSessionOptions {
  places: Places;
  cwd: string;
  words: readonly string[];
  /** The session that it was started on. */
  known: Selected | null;
}

function isSame(a: FollowedSession, b: FollowedSession | undefined): boolean {
  return b !== undefined && a.id === b.id && a.path === b.path;
}

function eventsOf(news: Followed): FailoverEvent[] {
  const { at } = news;
  switch (news.what) {
    case "signal":
      return [{ event: "signal", at, signal: news.signal }];
    case "answer":
      // An answer with calls clears a limit, too, but the turn continues.
      return news.ends
        ? [{ event: "answer", at }]
        : [
            { event: "answer", at },
            { event: "busy", at },
          ];
    case "prompt":
      return [{ event: "busy", at }];
    default:
      return [];
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Is it this process, or one that it started? */
function isWithin(pid: number, ancestor: number): boolean {
  for (let [at, n] = [pid, 0]; at > 1 && n < 20; n++) {
    if (at === ancestor) return true;
    at = parentOf(at);
  }
  return false;
}

/** Of a process that left its parent, nobody knows whose it is. */
function isForeign(pid: number): boolean {
  return parentOf(pid) > 1;
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
