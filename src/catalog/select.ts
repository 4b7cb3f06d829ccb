/** Finding sessions: in the stores of all agents, and by what the user typed. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { agents, findAgent } from "../agents/registry.ts";
import type { Agent, Found } from "../agents/types.ts";
import { detectAgent } from "../convert/survey-file.ts";
import { SegueError } from "../errors.ts";
import { Input } from "../io/input.ts";
import type { Env } from "../io/state.ts";
import { glance } from "./peek.ts";

export interface Places {
  env: Env;
  /** The project in question. */
  cwd: string;
  /** Store folders given for this run, by agent id. */
  stores: ReadonlyMap<string, string>;
}

export function rootsOf(agent: Agent, { env, stores }: Places): string[] {
  const given = stores.get(agent.id);
  return given === undefined ? agent.store.roots(env) : [resolve(given)];
}

export async function sessionsOf(agent: Agent, places: Places): Promise<Found[]> {
  const lists = await Promise.all(rootsOf(agent, places).map((root) => agent.store.find(root)));
  return newestFirst(lists.flat());
}

export async function allSessions(places: Places, only?: Agent): Promise<Found[]> {
  const chosen = only ? [only] : agents;
  const lists = await Promise.all(chosen.map((agent) => sessionsOf(agent, places)));
  return newestFirst(lists.flat());
}

function newestFirst(found: Found[]): Found[] {
  return found.sort((a, b) => b.mtime - a.mtime || a.id.localeCompare(b.id));
}

export interface Selected {
  agent: Agent;
  path: string;
  /** "" for a file outside the stores, until it has been read. */
  id: string;
}

/**
 * The session that a selector names: a full id, a unique prefix of at least four characters,
 * `agent:id`, `agent#n`, `latest`, or a path.
 * @throws SegueError when nothing or more than one session is meant.
 */
export async function select(selector: string, places: Places, from?: Agent): Promise<Selected> {
  const path = asPath(selector);
  if (path !== null) return fromPath(path, from);
  const [, name = "", sign, rest = ""] = /^([a-z][a-z-]*)([:#])(.+)$/i.exec(selector) ?? [];
  const agent = sign ? findAgent(name) : from;
  if (sign === "#" && agent) return nth(agent, Number(rest), places);
  if (selector === "latest") return latest(places, from);
  return byId(sign && agent ? rest : selector, places, agent);
}

function asPath(selector: string): string | null {
  const looksLikeOne = /[/\\]/.test(selector) || selector.endsWith(".jsonl");
  return looksLikeOne || (existsSync(selector) && statSync(selector).isFile()) ? selector : null;
}

function fromPath(path: string, from?: Agent): Selected {
  const input = new Input(path);
  try {
    return { agent: from ?? detectAgent(input), path: realpathSync(path), id: "" };
  } finally {
    input.close();
  }
}

async function byId(id: string, places: Places, agent?: Agent): Promise<Selected> {
  const found = await allSessions(places, agent);
  const exact = found.filter((session) => session.id === id);
  const matches =
    exact.length > 0 || id.length < 4
      ? exact
      : found.filter((session) => session.id.startsWith(id));
  const [one] = matches;
  if (!one) throw nothing(id, agent);
  if (matches.length > 1) throw ambiguous(id, matches);
  return chosen(one);
}

function nothing(id: string, agent?: Agent): SegueError {
  const short = id.length < 4 ? "; a prefix needs four characters or more" : "";
  const whose = agent ? ` of ${agent.name}` : "";
  return new SegueError("not-found", `there is no session "${id}"${whose}${short}`, {
    hint: "`segue list --all` shows every session",
  });
}

function ambiguous(id: string, matches: readonly Found[]): SegueError {
  const listed = matches.slice(0, 8).map((session) => `${session.agent}:${session.id}`);
  return new SegueError("ambiguous", `"${id}" may be any of ${matches.length} sessions`, {
    where: listed.join(", "),
    hint: "give more of the id, or agent:id",
  });
}

/** Sessions of the project in question come first, each kind newest first. */
export function hereFirst(found: readonly Found[], places: Places): Found[] {
  const here = realOr(places.cwd);
  const isHere = (session: Found): boolean => {
    const agent = findAgent(session.agent);
    const cwd = agent && glance(agent, session)?.header.cwd;
    return typeof cwd === "string" && realOr(cwd) === here;
  };
  const [near, far]: [Found[], Found[]] = [[], []];
  for (const session of found) (isHere(session) ? near : far).push(session);
  return [...near, ...far];
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

async function nth(agent: Agent, n: number, places: Places): Promise<Selected> {
  const found = hereFirst(await sessionsOf(agent, places), places);
  const session = Number.isInteger(n) && n >= 1 ? found[n - 1] : undefined;
  if (session) return chosen(session);
  throw new SegueError("not-found", `${agent.name} has ${found.length} sessions, no number ${n}`, {
    hint: `\`segue list --agent ${agent.id}\` shows them`,
  });
}

async function latest(places: Places, from?: Agent): Promise<Selected> {
  const [first] = hereFirst(await allSessions(places, from), places);
  if (first) return chosen(first);
  throw new SegueError("not-found", "no session was found in any store", {
    hint: "`segue agents` shows where they are looked for",
  });
}

function chosen(session: Found): Selected {
  const agent = findAgent(session.agent);
  if (!agent) throw new SegueError("not-found", `there is no agent "${session.agent}"`);
  return { agent, path: session.path, id: session.id };
}
