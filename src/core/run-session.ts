/** Which session an agent works in that was started by hand, and what becomes of its requests there. */
import { realpathSync } from "node:fs";
import { runningIn } from "../agents/running.ts";
import type { Agent } from "../agents/types.ts";
import type { Selected } from "../catalog/select.ts";
import { type Places, rootsOf } from "../catalog/stores.ts";
import { systemClock } from "../io/clock.ts";
import { processes } from "../io/processes.ts";
import type { FailoverEvent } from "../limits/failover.ts";
import { type Followed, type FollowedSession, type Following, follow } from "./follow.ts";
import { promptsIn } from "./run-prompt.ts";

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
  /** Sessions that may be another process's, which runs the same agent in the same folder; and its number. */
  readonly #unclear = new Map<string, number>();
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

  /** Another process of the agent, if it could not be seen which of their sessions is whose; else null. */
  get rival(): number | null {
    const [rival = null] = this.selected === null ? this.#unclear.values() : [];
    return rival;
  }

  /** What was written since the last time. `all`: even if there was no notice of a change. */
  async look(all: boolean): Promise<FailoverEvent[]> {
    const followed = await this.#following.look(all);
    const since = this.#since();
    const news = followed.filter(({ at }) => at >= since);
    if (news.length > 0) this.changed = Date.now();
    for (const { session } of news) await this.#consider(session);
    const own = this.#chosen?.session;
    return news.filter(({ session }) => isSame(session, own)).flatMap(eventsOf);
  }

  /** When it began, by the wall's present time: it may have been set back since. */
  #since(): number {
    const past = systemClock.elapsed() - this.#start.elapsed;
    return Math.min(this.#start.now, systemClock.now() - past) - SLACK;
  }

  /** Of several in which something is written, the one that is most certainly its own. */
  async #consider(session: FollowedSession): Promise<void> {
    if (isSame(session, this.#chosen?.session)) return;
    const rank = await this.#rankOf(session);
    if (rank > (this.#chosen?.rank ?? 0)) this.#chosen = { session, rank };
  }

  /** 0: it cannot be its own. */
  async #rankOf(session: FollowedSession): Promise<number> {
    const { id, path, cwd, isNew } = session;
    if (this.#known?.id === id) return 6;
    if (this.#words.some((word) => word.endsWith(id) || word === path)) return 6;
    const holders = this.#holdersOf(id);
    if (holders.some((pid) => isWithin(pid, this.#pid))) return 5;
    // In the same folder, the same agent may be in use by hand, or in another `segue run`.
    if (holders.some(isForeign)) return 0;
    const isHere = cwd === null || real(cwd) === real(this.#cwd);
    if (!isHere) return 0;
    const rivals = this.#rivals();
    const [rival = this.#unclear.get(path)] = rivals.map(({ pid }) => pid);
    if (rival !== undefined) {
      if (await this.#isAsked(session, rivals)) return 4;
      this.#unclear.set(path, rival);
      return 0;
    }
    return isNew ? 3 : cwd === null ? 1 : 2;
  }

  /** What else runs the same agent here. Of a process that left its parent, nobody knows whose it is. */
  #rivals(): Rival[] {
    const all = runningIn(this.#agent, real(this.#cwd), this.#places.env);
    return all.filter(({ pid }) => !isWithin(pid, this.#pid) && isForeign(pid));
  }

  /** Was this session begun with a prompt of our command line, and of no other one's? */
  async #isAsked({ path, id }: FollowedSession, rivals: readonly Rival[]): Promise<boolean> {
    const session = { agent: this.#agent, path, id, name: path };
    const prompts = await promptsIn(session, this.#places.env);
    const has = (words: readonly string[]): boolean =>
      words.some((word) => prompts.some((one) => one !== "" && wordIn(word) === one));
    return has(this.#words) && !rivals.some(({ words }) => has(words));
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

type Rival = ReturnType<typeof runningIn>[number];

/** `--prompt=Do it.` */
function wordIn(word: string): string {
  return word.replace(/^--?[\w-]+=/, "").trim();
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
  return processes.at(pid)?.parent ?? 0;
}
