/**
 * Segue for programs: everything that a user can do, as functions that take and return plain data.
 * Nothing here reads from a terminal, prints, or ends the process.
 */
import { existsSync } from "node:fs";
import type { DumpResult } from "../dump/dump.ts";
import { SegueError } from "../errors.ts";
import { atExit } from "../io/at-exit.ts";
import { makeScratch, withScratch } from "../io/folders.ts";
import type { Env } from "../io/state.ts";
import type { Session } from "../session/types.ts";
import { nameOf } from "./accounts.ts";
import { type AgentHere, agentsHere } from "./agents.ts";
import { amounts } from "./amounts.ts";
import { type Check, checkSession } from "./check.ts";
import {
  CARRY_PLACES,
  type ConvertFileOptions,
  convertFile,
  REASONING,
  type Report,
  reasoningFate,
} from "./convert.ts";
import { type DoctorOptions, diagnose, type Finding } from "./doctor.ts";
import { dumpSessions, FORMATS, type Format } from "./dump.ts";
import { isFolder, type Selected, select, sessionIn } from "./find.ts";
import { documentOf, PRESETS, type Preset, taskText } from "./handoff.ts";
import {
  commit,
  type HandoverOptions,
  noteTitle,
  prepare,
  prepareStart,
  startCommand,
} from "./handover.ts";
import { type Info, infoOf } from "./info.ts";
import { type Undone, undoWrite, type Written, writtenBy } from "./journal.ts";
import { accountNamed, type LimitsNow, limitsNow } from "./limits.ts";
import { type ListOptions, listSessions, type SessionList } from "./list.ts";
import { type Agent, agentNamed } from "./names.ts";
import { type Places, placesFrom, storeIn } from "./places.ts";
import { noteTemps, tempsFolder } from "./process.ts";
import { withOpened } from "./read.ts";
import { refuseStore } from "./refuse.ts";
import {
  LEAST_FIT,
  optionalChoice,
  optionalText,
  optionalTime,
  optionalWhole,
  text,
  texts,
  whole,
} from "./requests.ts";
import { parseQuery, type SearchOptions, type SearchResults, searchSessions } from "./search.ts";
import { destinationOf, noteDestination } from "./sending.ts";
import { readSettings, type Settings } from "./settings.ts";
import { refusePrompt, translated } from "./start.ts";
import { settleOwnFolders, settleStores } from "./variables.ts";

export interface OpenOptions {
  /**
   * The environment, which determines the home folder, the agents' stores, and Segue's own folders.
   */
  env?: Env;
  /** The project folder; by default the current folder. */
  cwd?: string;
  /** Folders to use as session stores, by agent id or name of a profile. */
  stores?: { readonly [agent: string]: string };
}

/**
 * A session: a selector as on the command line (`latest`, `codex#2`, an id, a path), or a session
 * that was found before.
 */
export type SessionName = string | SessionRef;

/** Where a session is stored. The results of `list` and `search` can be used as well. */
export interface SessionRef {
  /** Id of its agent. */
  agent: string;
  /** Name of the profile whose store it is in; null, or missing, in the agent's own. */
  profile?: string | null;
  id: string;
  /** A path, or `path#id` in a database. */
  path: string;
}

export interface HandoverRequest extends HandoverOptions {
  /** Id or alias of the target agent, or name of a profile. */
  to: string;
  /** The first prompt to send. */
  prompt?: string;
  /** Arguments for the agent: its own, or those of the source agent. */
  args?: readonly string[];
}

/**
 * A session that is ready to continue in another agent. Nothing in a store changes until `commit`.
 */
export interface Handover {
  /** Id of the target agent. */
  agent: string;
  /** Its id and path in the target agent's store. */
  id: string;
  path: string;
  /** The folder in which it continues; null if it is unknown. */
  cwd: string | null;
  /** The report of the conversion, as printed by `segue resume --json` (docs/json.md). */
  report: Report;
  /** What will happen, in words. */
  note: string;
  /**
   * The command that starts the agent with the session: the program, then its arguments. Run it in
   * `cwd`.
   */
  command: readonly string[];
  /** Variables to start it with besides the current ones: a profile's. */
  env: Readonly<Record<string, string>>;
  /** Why the agent cannot open it, and what to do about that, in words; null if it can. */
  hindrance: string | null;
  /**
   * Writes the session to the agent's store and records that in the journal, so that `undo` can
   * revert it.
   * @throws SegueError if it cannot be written, if another process has written it in the meantime
   * (prepare it again), and `usage` if it was already committed or discarded.
   */
  commit(): Promise<void>;
  /**
   * Leaves everything unchanged. A handover that is not committed is discarded when the process
   * ends.
   */
  discard(): void;
}

export interface HandoffOptions {
  /** Id or alias of the receiving agent, or name of a profile: tools are named as in that agent. */
  for?: string;
  /** How detailed the document is; by default according to the settings, or `standard`. */
  preset?: Preset;
  /** The maximum number of tokens; by default the preset's. */
  budget?: number;
  /** What the receiving agent does next; by default it confirms its understanding and waits. */
  then?: string;
  /** The receiving agent continues the work at once. */
  go?: boolean;
  /** Replace secrets with placeholders; by default only if the `redact` setting is `always`. */
  redact?: boolean;
}

/** A session as a document. */
export interface Document {
  markdown: string;
  tokens: number;
  /** null for no limit. */
  budget: number | null;
  /** How many secrets were replaced; null if Segue did not look for any. */
  redacted: number | null;
}

export interface DumpRequest {
  /** The folder to export to; it is created if necessary. */
  folder: string;
  format?: Format;
  /** Id or alias of an agent, or name of a profile: only its sessions. */
  agent?: string;
  /** Only sessions of the project in this folder. */
  cwd?: string;
  /** Only sessions updated since: milliseconds since the epoch. */
  since?: number;
  /** Replace secrets with placeholders; not with the format `native`. */
  redact?: boolean;
  /** Overwrite exported files that were changed since. */
  force?: boolean;
  /** Called for a session that cannot be exported; the others still are. */
  failed?(place: string, error: unknown): void;
}

/** Opens the agents' stores on this machine. @throws SegueError `usage` for invalid settings. */
export async function openSegue(options: OpenOptions = {}): Promise<Segue> {
  const { cwd = process.cwd(), stores = {} } = options;
  const env = { ...(options.env ?? process.env) };
  // If this program is killed, the next command removes what it was about to write.
  noteTemps(tempsFolder(env));
  settleOwnFolders(env);
  await settleStores(env);
  const settings = await readSettings(env, cwd);
  const places = placesFrom(env, cwd, settings);
  for (const [name, folder] of Object.entries(stores)) {
    if (!isFolder(text(`stores.${name}`, folder))) {
      throw new SegueError("not-found", `stores.${name} is not a folder`, { where: folder });
    }
    const agent = agentNamed(name, settings.profiles);
    places.stores.set(nameOf(agent), storeIn(agent.store, folder, env));
  }
  return new Segue(places, settings);
}

/** The sessions on this machine; see `openSegue`. */
export class Segue {
  readonly #places: Places;
  readonly #settings: Settings;

  constructor(places: Places, settings: Settings) {
    this.#places = places;
    this.#settings = settings;
  }

  /** Lists the sessions of all agents: this project's first, then the others, each newest first. */
  async list(options: ListOptions = {}): Promise<SessionList> {
    return await listSessions(this.#places, checkedList(options));
  }

  /**
   * Searches the full text of all sessions, best match first, with the query syntax of `segue
   * search`. The first search reads all sessions, later ones only what changed.
   * @throws SegueError `usage` for an invalid query.
   */
  async search(query: string, options: SearchOptions = {}): Promise<SearchResults> {
    const wanted = parseQuery(text("the query", query));
    return await searchSessions(this.#places, wanted, checkedList(options));
  }

  /**
   * Finds the session that a selector names. `from`: the only agent or profile to search.
   * @throws SegueError `not-found`, or `ambiguous` with the candidates.
   */
  async find(selector: string, { from }: { from?: string } = {}): Promise<SessionRef> {
    const name = optionalText("from", from);
    const only = name === undefined ? undefined : this.#named(name);
    const { agent, id, path } = await select(text("the selector", selector), this.#places, only);
    return { agent: agent.id, profile: agent.profile?.name ?? null, id, path };
  }

  /**
   * Reads a session as the session model (schema/session.schema.json), completely into memory.
   * `subagents`: including subagents with separate transcripts; `failed` is called for each that
   * cannot be read.
   * @throws SegueError `unreadable` if it is not a session.
   */
  async read(
    session: SessionName,
    {
      subagents = false,
      failed = () => {},
    }: { subagents?: boolean; failed?: (place: string, error: unknown) => void } = {},
  ): Promise<Session> {
    const selected = await this.#selected(session);
    return await withScratch((scratch) =>
      withOpened(selected, { env: this.#places.env, scratch, failed }, (open) =>
        open.session({ subagents }),
      ),
    );
  }

  /**
   * Returns what is known about a session: what a list shows, and its contents. Reads all of it.
   */
  async info(session: SessionName): Promise<Info> {
    const selected = await this.#selected(session);
    return await withScratch((scratch) => infoOf(selected, this.#places, scratch));
  }

  /**
   * Prepares a session to continue in another agent (or in its own) with its whole history; then
   * call either `commit` or `discard`. With `dryRun`, it can only be discarded.
   * @throws SegueError `refused` if something would be lost, or if the session is open in its
   * agent.
   */
  async handOver(session: SessionName, options: HandoverRequest): Promise<Handover> {
    const { to, prompt = null, args = [], ...how } = checkedHandover(options);
    const target = this.#named(to);
    refusePrompt(target, prompt);
    const selected = await this.#selected(session);
    const { env } = this.#places;
    const { folder: scratch, remove } = makeScratch();
    try {
      const reasoning = reasoningFate(how.reasoning, this.#settings);
      const outcome = await prepare(selected, target, this.#places, { ...how, reasoning, scratch });
      const always = this.#settings.words(`agents.${target.id}.args`);
      const own = translated(args, selected.agent, target, how);
      for (const note of own.notes) how.warn?.(note);
      const request = { prompt, args: [...always, ...own.args] };
      if (selected.agent !== target) {
        noteDestination(outcome.report, await destinationOf(target, request.args, this.#places));
      }
      const command = startCommand(target, outcome, request, env);
      outcome.report.target.command = command;
      const { id, path, cwd, report, note } = outcome;
      const found = target.launch.hindrance?.(outcome);
      let settled: string | null = null;
      const discard = (): void => {
        outcome.discard();
        remove();
      };
      const forget = atExit(discard);
      const settle = (how: string): void => {
        settled = how;
        forget();
      };
      return {
        ...{ agent: target.id, id, path, cwd, report, note, command },
        env: { ...target.profile?.env },
        hindrance: found ? `the session ${found.why}: ${found.how}` : null,
        commit: async () => {
          if (settled !== null)
            throw new SegueError("usage", `this handover was already ${settled}`);
          settle("committed");
          try {
            if (how.dryRun) throw new SegueError("usage", "a dry run has nothing to commit");
            commit(outcome);
            const why = await noteTitle(target, outcome, env);
            if (why !== null) how.warn?.(`cannot set the title: ${why}`);
            prepareStart(target, outcome);
          } finally {
            remove();
          }
        },
        discard: () => {
          if (settled !== null) return;
          settle("discarded");
          discard();
        },
      };
    } catch (error) {
      remove();
      throw error;
    }
  }

  /**
   * Writes a session as a document for an agent or a person, within a token budget.
   * @throws SegueError `usage` for a budget that is too small.
   */
  async handoff(session: SessionName, options: HandoffOptions = {}): Promise<Document> {
    const preset = optionalChoice("preset", options.preset, PRESETS);
    const most = optionalWhole("budget", options.budget, 1);
    const { then: instead, go } = options;
    const selected = await this.#selected(session);
    const redact = options.redact ?? this.#settings.text("redact") === "always";
    const sizes = {
      ...(preset === undefined ? {} : { preset }),
      ...(most === undefined ? {} : { budget: most }),
    };
    const task = {
      ...(instead === undefined ? {} : { instead }),
      ...(go === undefined ? {} : { go }),
    };
    const made = await withScratch((scratch) =>
      documentOf({
        selected,
        receiver: options.for === undefined ? null : this.#named(options.for),
        task: taskText(task),
        redact,
        places: this.#places,
        amounts: amounts(sizes, this.#settings),
        scratch,
      }),
    );
    const { markdown, tokens, budget, redacted } = made;
    return { markdown, tokens, budget, redacted };
  }

  /** Converts a session file to another agent's format, without touching a store. */
  async convert(path: string, options: ConvertFileOptions): Promise<Report> {
    text("the path", path);
    text("to", options.to);
    optionalChoice("reasoning", options.reasoning, REASONING);
    optionalChoice("carry", options.carry, CARRY_PLACES);
    refuseStore(text("output", options.output), this.#places);
    return await convertFile(path, { ...options, to: this.#named(options.to).id });
  }

  /**
   * Lists all agents: installed version, stores, and what is proven. Starts each agent's CLI to ask
   * for its version.
   */
  agents(): Promise<AgentHere[]> {
    return agentsHere(this.#places);
  }

  /**
   * What the usage limits of each account are now, when they reset, and what was used with it in the last
   * hours and days. `agents`: ids, aliases or profiles, the only ones. Reads what is new since the last time.
   */
  async limits({ agents: names }: { agents?: readonly string[] } = {}): Promise<LimitsNow> {
    if (names === undefined) return await limitsNow(this.#places);
    const all = texts("agents", names).map((name) => accountNamed(name, this.#places));
    const only = await Promise.all(all);
    return await limitsNow(this.#places, { only });
  }

  /** Finds what cannot be read and why, and other problems; `ok` if nothing needs attention. */
  doctor(
    options: DoctorOptions = {},
  ): Promise<{ ok: boolean; findings: Finding[]; read: number; sessions: number }> {
    return diagnose(this.#places, this.#settings, options);
  }

  /**
   * Checks that a session converts without loss: same bytes, there and back through every agent.
   */
  async check(session: SessionName): Promise<Check> {
    const selected = await this.#selected(session);
    return await withScratch((scratch) => checkSession(selected, scratch));
  }

  /** Exports sessions to a folder; later runs export only what changed. */
  async dump(request: DumpRequest): Promise<DumpResult> {
    const { agent, redact = false, force = false, failed, ...rest } = request;
    const format = optionalChoice("format", request.format, FORMATS) ?? "native";
    text("folder", request.folder);
    optionalTime("since", request.since);
    if (redact && format === "native") {
      throw new SegueError("usage", "native files are copied byte for byte: redact needs a format");
    }
    return await dumpSessions(this.#places, {
      ...rest,
      ...{ format, redact, force },
      agent: agent === undefined ? undefined : this.#named(agent),
      failed: (place, error) => failed?.(place, error),
    });
  }

  /** Returns what Segue wrote into stores, the newest last. */
  journal(): Written {
    return writtenBy(this.#places.env);
  }

  /**
   * Reverts a write exactly: the newest, or number `n` of the journal. `force`: even if the session
   * is open or has changed since; a copy of it is kept first.
   * @throws SegueError `not-found` if there is nothing to undo, `refused` if the contents are not
   * what Segue wrote.
   */
  async undo({ n, force = false }: { n?: number; force?: boolean } = {}): Promise<Undone[]> {
    const all: Undone[] = [];
    const which = n === undefined ? {} : { n: String(whole("n", n, 1)) };
    const { env, profiles = [] } = this.#places;
    await undoWrite(env, { ...which, force, profiles, undone: (one) => all.push(one) });
    return all;
  }

  #named(name: string): Agent {
    return agentNamed(name, this.#places.profiles);
  }

  async #selected(session: SessionName): Promise<Selected> {
    if (typeof session !== "object" || session === null) {
      return await select(text("the session", session), this.#places);
    }
    const { profile = null } = session;
    const name = profile === null ? text("session.agent", session.agent) : profile;
    const agent = this.#named(text("session.profile", name));
    const path = text("session.path", session.path);
    // Not a file, but a row of a database, which names its agent.
    if (existsSync(path)) sessionIn(path, agent);
    return { agent, path, id: session.id, name: path };
  }
}

function checkedList<T extends ListOptions>(options: T): T {
  optionalText("agent", options.agent);
  optionalTime("since", options.since);
  optionalWhole("most", options.most, 0);
  return options;
}

function checkedHandover(options: HandoverRequest): HandoverRequest {
  text("to", options.to);
  optionalText("prompt", options.prompt);
  optionalText("cwd", options.cwd);
  if (options.args !== undefined) texts("args", options.args);
  optionalWhole("fit", options.fit, LEAST_FIT);
  optionalChoice("reasoning", options.reasoning, REASONING);
  return options;
}
