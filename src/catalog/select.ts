/** Finds the session that the user means. */

import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isSameAccount, nameOf } from "../agents/profile.ts";
import { agentNamed, agents, findAgent } from "../agents/registry.ts";
import type { Agent, Found } from "../agents/types.ts";
import { databaseAt, linesOf } from "../convert/read/open.ts";
import { detectAgent } from "../convert/survey/survey-file.ts";
import { SegueError } from "../errors.ts";
import { isFolder, listFiles } from "../io/files.ts";
import { expandHome, hostOf } from "../io/host.ts";
import { Input } from "../io/input.ts";
import { rowPlace } from "../io/row-place.ts";
import { linesIn } from "../lossless/lines.ts";
import { isWithin, rulesFor } from "../session/paths.ts";
import type { Header } from "../session/types.ts";
import { counted } from "../words.ts";
import { type Listed, openCatalog } from "./catalog.ts";
import { lineOf } from "./line.ts";
import { keyOf } from "./lineage.ts";
import { headOf } from "./peek.ts";
import { realOr } from "./project.ts";
import { allRoots, newestFirst, type Places, placeOf, searched } from "./stores.ts";

export interface Selected {
  agent: Agent;
  path: string;
  /** "" for a file outside the stores, until it has been read. */
  id: string;
  /** The path as the user knows it; null for stdin. */
  name: string | null;
}

/**
 * The session that a selector names: a full id, a unique prefix of at least four characters,
 * `agent:id`, `agent#n`, `latest`, a path to a file or to a folder with one session in it, or
 * `path#id`.
 * @throws SegueError if nothing or more than one session matches.
 */
export async function select(given: string, places: Places, from?: Agent): Promise<Selected> {
  const selector = expandHome(given, hostOf(places.env).home);
  const [, name = "", n, id] = /^([a-z][a-z0-9-]*)(?:#(\d+)|:(.+))$/i.exec(selector) ?? [];
  const named = findAgent(name, places.profiles);
  if (named && from && !isSameAccount(from, named) && (n ?? id) !== undefined)
    throw another(selector, named);
  if (named && n !== undefined) return nth(named, Number(n), places);
  if (named && id !== undefined) return byId(id, places, named);
  if (selector === "-") {
    throw new SegueError("usage", "this command cannot read a session from stdin", {
      hint: "convert, show, info, check and handoff take - for stdin",
    });
  }
  if (selector === "latest") return latest(places, from);
  const place = asPlace(selector);
  if (!place) return byId(selector, places, from);
  return withProfileOf(await at(place, from), places);
}

async function at(place: Place, from?: Agent): Promise<Selected> {
  if (databaseAt(place.path)) return inDatabase(place);
  return isFolder(place.path) ? inFolder(place, from) : inFile(place, from);
}

/** A session that is named by its place is in the store of a profile if its path is. */
function withProfileOf(selected: Selected, places: Places): Selected {
  const { agent, path } = selected;
  if (agent.profile || !places.profiles?.length) return selected;
  const within = ({ root }: { root: string }): boolean => isWithin(path, realOr(root), RULES);
  const store = allRoots(places).find((one) => one.agent.id === agent.id && within(one));
  const name = store?.agent.profile?.name;
  return name === undefined ? selected : { ...selected, agent: agentNamed(name, places.profiles) };
}

const RULES = rulesFor(process.platform);

function another(selector: string, { name }: Agent): SegueError {
  return new SegueError(
    "usage",
    `"${selector}" is a session of ${name}, but --from names another agent`,
    {
      hint: "omit --from, or specify the session by its id",
    },
  );
}

/** The session in a file; `name` is the path as the user knows it, null for stdin. */
export function sessionIn(path: string, from?: Agent, name: string | null = path): Selected {
  const input = new Input(path, undefined, name);
  try {
    const real = realpathSync(path);
    const agent = (from === undefined && ownerOf(real)) || detected(input, from);
    return { agent, path: agent.store.whole?.(real) ?? real, id: "", name };
  } finally {
    input.close();
  }
}

function detected(input: Input, from?: Agent): Agent {
  const lines = linesOf(input);
  return detectAgent(lines ? linesIn(lines) : input.lines(), input.where, from);
}

/** Of one of several files of a session, which need not look like anything by itself: whose store it is in. */
function ownerOf(path: string): Agent | null {
  return agents.find(({ store }) => (store.whole?.(path) ?? null) !== null) ?? null;
}

/** Is it one of several files of a session that none of them is by itself? */
export function isOnlyPart(path: string): boolean {
  if (ownerOf(realpathSync(path)) === null) return false;
  const input = new Input(path);
  try {
    detected(input);
    return false;
  } catch {
    return true;
  } finally {
    input.close();
  }
}

/** A path, and the id of one of the sessions there; null if no id is given. */
interface Place {
  path: string;
  id: string | null;
}

function asPlace(selector: string): Place | null {
  if (existsSync(selector)) return { path: selector, id: null };
  const { path, id } = rowPlace(selector);
  if (path !== selector && existsSync(path)) return { path, id };
  const looksLikeOne = /[/\\]/.test(selector) || /\.jsonl?$/.test(selector);
  return looksLikeOne ? { path: selector, id: null } : null;
}

function inFile({ path, id }: Place, from?: Agent): Selected {
  const session = sessionIn(path, from);
  if (id === null) return session;
  const own = idOf(session.agent, path);
  if (isMeant(own, id)) return session;
  throw new SegueError("not-found", `the session in this file is ${own || "without an id"}`, {
    where: path,
    hint: `there is no session "${id}" in it`,
  });
}

async function inDatabase({ path, id }: Place): Promise<Selected> {
  const agent = databaseAt(path);
  const own = agent && id !== null ? agent.store.database?.read(path, id) : null;
  if (agent && id !== null && own) {
    const place = `${path}#${id}`;
    return { agent, path: place, id, name: place };
  }
  const here = newestFirst(agent ? await sessionsAt(agent, path) : []);
  const matches = id === null ? here : matching(here, id);
  const [one] = matches;
  if (matches.length > 1) {
    throw ambiguous(id === null ? path : `${path}#${id}`, matches, "specify one as database#id");
  }
  if (one) return chosen(one);
  const which = id === null ? "session" : `session "${id}"`;
  throw new SegueError("not-found", `there is no ${which} in this database`, { where: path });
}

/** A folder of sessions is a store by itself; a database can be anywhere, under any name. */
async function sessionsAt({ store }: Agent, path: string): Promise<Found[]> {
  if (store.inDatabase && !isFolder(path)) return store.inDatabase(path);
  for (const root of isFolder(path) ? [path] : [dirname(path), path]) {
    const all = await store.find(root);
    const here = all.filter((session) => isSame(session.path, path));
    if (here.length > 0) return here;
  }
  return [];
}

function isSame(a: string, b: string): boolean {
  return a === b || (existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b));
}

async function inFolder({ path, id }: Place, from?: Agent): Promise<Selected> {
  const all = await sessionsBelow(path, from);
  const matches = id === null ? all : matching(all, id);
  const [one] = matches;
  if (matches.length > 1) {
    throw ambiguous(id === null ? path : `${path}#${id}`, matches, "specify one as folder#id");
  }
  if (one) return chosen(one);
  if (id === null) {
    throw new SegueError(
      "unreadable",
      "this folder does not contain a session of a supported agent",
      {
        where: path,
        hint: "specify a session file, or the folder of an agent's store",
      },
    );
  }
  throw new SegueError("not-found", `there is no session "${id}" in this folder`, { where: path });
}

/** What agents would find there if it were their store, and other session files there. */
async function sessionsBelow(folder: string, from?: Agent): Promise<Found[]> {
  const found = new Map<string, Found>();
  for (const { store } of from ? [from] : agents) {
    for (const session of await store.find(folder)) {
      const place = foundAt(session);
      const isRow = place !== session.path;
      if (isRow || agentOf(session.path, from)?.id === session.agent) found.set(place, session);
    }
  }
  for await (const file of listFiles(folder, 1)) {
    if (found.has(file.path) || !/\.jsonl?$/.test(file.path)) continue;
    const agent = agentOf(file.path, from);
    if (agent) found.set(file.path, { ...file, agent: agent.id, id: idOf(agent, file.path) });
  }
  return newestFirst([...found.values()]);
}

/** undefined if it is not a session, or cannot be read. */
function agentOf(path: string, from?: Agent): Agent | undefined {
  try {
    return sessionIn(path, from).agent;
  } catch {
    return undefined;
  }
}

function hasId({ id }: Header): boolean {
  return id !== "";
}

function idOf(agent: Agent, path: string): string {
  const { id } = agent.store.identity?.(resolve(path)) ?? headOf(agent, path, hasId) ?? { id: "" };
  return id;
}

async function byId(id: string, places: Places, agent?: Agent): Promise<Selected> {
  const { found, problems } = await searched(places, agent);
  const matches = matching(found, id);
  const [one] = matches;
  if (!one) {
    places.unread?.(problems);
    throw await nothing(id, places, agent, problems.length > 0);
  }
  if (matches.length > 1) throw ambiguous(id, matches, "specify more of the id, or agent:id");
  return chosen(one, places);
}

/** Those with that id, else those whose id begins with it. */
function matching(found: readonly Found[], id: string): Found[] {
  const exact = found.filter((session) => session.id === id);
  return exact.length > 0 ? exact : found.filter((session) => isMeant(session.id, id));
}

function isMeant(id: string, given: string): boolean {
  return id === given || (given.length >= 4 && id.startsWith(given));
}

async function nothing(
  id: string,
  places: Places,
  agent: Agent | undefined,
  isPart: boolean,
): Promise<SegueError> {
  const short = id.length < 4 ? "; a prefix needs four characters or more" : "";
  const whose = agent ? ` of ${agent.name}` : "";
  const other = agent && (await elsewhere(id, places, agent));
  return new SegueError("not-found", `there is no session "${id}"${whose}${short}`, {
    hint: other
      ? `one of ${other.profile ?? other.agent} has this id: ${other.profile ?? other.agent}:${id}`
      : isPart
        ? "it may be in what cannot be read: `segue doctor` shows that"
        : "`segue list --all` shows every session",
  });
}

/** A session of the same agent under another account. */
async function elsewhere(id: string, places: Places, agent: Agent): Promise<Found | undefined> {
  if (!places.profiles?.some((profile) => profile.agent === agent.id)) return undefined;
  const { found: all } = await searched(places);
  return matching(
    all.filter((found) => found.agent === agent.id),
    id,
  )[0];
}

const MOST_LISTED = 8;

function ambiguous(given: string, matches: readonly Found[], hint: string): SegueError {
  const listed = matches.length > MOST_LISTED ? matches.slice(0, MOST_LISTED - 1) : matches;
  // Two sessions with the same id are distinguished only by their paths.
  const areSame = new Set(matches.map(keyOf)).size < matches.length;
  const areCopies = !areSame && new Set(matches.map(({ id }) => id)).size === 1;
  const candidates = listed.map((session): string[] => {
    const { cwd, title } = glance(session);
    const names = [session.profile ?? session.agent, session.id];
    return areSame ? [...names, "", title, foundAt(session)] : [...names, cwd, title];
  });
  const more = matches.length - listed.length;
  if (more > 0) candidates.push([`… and ${more} more`]);
  const message = `"${given}" matches ${matches.length} sessions`;
  const [first] = matches;
  const named = first && `specify the agent or profile as well: ${keyOf(first)}`;
  const how = areSame ? "specify one by its path" : areCopies && named ? named : hint;
  return new SegueError("ambiguous", message, { hint: how, candidates });
}

function glance(session: Found): { cwd: string; title: string } {
  const agent = findAgent(session.agent);
  try {
    const line = agent && lineOf(agent, session);
    return { cwd: line?.cwd ?? "", title: line?.title ?? "" };
  } catch {
    return { cwd: "", title: "" };
  }
}

/** Those of an agent or of all agents, this project's first. */
async function inOrder(places: Places, agent?: Agent, most?: number): Promise<Listed[]> {
  const catalog = await openCatalog(places, agent);
  try {
    // One of those that cannot be read may be the newest.
    places.unread?.(catalog.problems);
    return catalog.sessions({ most });
  } finally {
    catalog.close();
  }
}

async function nth(agent: Agent, n: number, places: Places): Promise<Selected> {
  if (n === 0) {
    throw new SegueError(
      "not-found",
      `sessions are counted from 1: ${nameOf(agent)}#1 is the newest`,
    );
  }
  const listed = await inOrder(places, agent, n);
  const session = listed[n - 1];
  if (session) return listedAs(session, places);
  throw new SegueError(
    "not-found",
    `${agent.name} has ${counted(listed.length, "session")}; there is no number ${n}`,
    {
      hint: `\`segue list --agent ${nameOf(agent)}\` lists them`,
    },
  );
}

async function latest(places: Places, from?: Agent): Promise<Selected> {
  const [first] = await inOrder(places, from, 1);
  if (first) return listedAs(first, places);
  throw new SegueError("not-found", "no sessions found in any store", {
    hint: "`segue agents` shows where Segue looks for them",
  });
}

function listedAs({ agent, profile, path, id }: Listed, { profiles }: Places): Selected {
  return { agent: agentNamed(profile ?? agent, profiles), path, id, name: path };
}

function chosen(found: Found, { profiles }: Pick<Places, "profiles"> = {}): Selected {
  const agent = agentNamed(found.profile ?? found.agent, profiles);
  const path = placeOf(found, agent);
  return { agent, path, id: found.id, name: path };
}

function foundAt(found: Found): string {
  return placeOf(found, agentNamed(found.agent));
}
