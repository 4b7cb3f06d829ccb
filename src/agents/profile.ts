/**
 * An agent under another account. It is the same agent, with the same id and format, but whatever
 * asks for its store, or runs its CLI, gets the profile's variables as well. Nothing else does: not
 * Segue's own folders, and not other agents.
 */
import type { Env } from "../io/state.ts";
import type { Agent, Launch, Profile, Store } from "./types.ts";

/** What distinguishes accounts: an agent, or only what is needed to find its sessions. */
export interface Account {
  id: string;
  profile?: Profile;
}

/** The name by which a user means it: the profile's, or the agent's id. */
export function nameOf({ id, profile }: Account): string {
  return profile?.name ?? id;
}

/** As the journal and reports name it. */
export function whoseOf({ id, profile }: Account): { agent: string; profile?: string } {
  return profile === undefined ? { agent: id } : { agent: id, profile: profile.name };
}

/** Do both mean the same store? */
export function isSameAccount(a: Account, b: Account): boolean {
  return a.id === b.id && a.profile?.name === b.profile?.name;
}

/** "Claude Code (claude-work)". */
export function titleOf({ name, profile }: { name: string; profile?: Profile }): string {
  return profile === undefined ? name : `${name} (${profile.name})`;
}

/** The environment that the agent's CLI is started in. */
export function envOf({ profile }: { profile?: Profile }, env: Env): Env {
  return profile === undefined ? env : { ...env, ...profile.env };
}

const made = new WeakMap<Profile, Agent>();

/** The agent with a profile; the same object each time. */
export function withProfile(agent: Agent, profile: Profile): Agent {
  const known = made.get(profile);
  if (known) return known;
  const one: Agent = {
    ...agent,
    name: titleOf({ name: agent.name, profile }),
    profile,
    store: storeOf(agent.store, profile),
    launch: launchOf(agent.launch, profile),
  };
  made.set(profile, one);
  return one;
}

/** A store that is where the profile's variables say. */
export function storeOf(store: Store, profile: Profile): Store {
  const within = (env: Env): Env => envOf({ profile }, env);
  const { home, relocated, model, facts, database } = store;
  return {
    ...store,
    roots: (env, host, cwd) => store.roots(within(env), host, cwd),
    pathFor: (root, header, env) => store.pathFor(root, header, within(env)),
    ...(home && { home: (env: Env) => home(within(env)) }),
    ...(relocated && {
      relocated: (line: string, cwd: string, env: Env) => relocated(line, cwd, within(env)),
    }),
    ...(model && { model: (root: string, env: Env) => model(root, within(env)) }),
    ...(facts && {
      facts: (root: string, cwd: string, env: Env) => facts(root, cwd, within(env)),
    }),
    ...(database && { database: databaseOf(database, within) }),
  };
}

type Within = (env: Env) => Env;

function databaseOf(database: NonNullable<Store["database"]>, within: Within): typeof database {
  const run = database.import;
  if (!run) return database;
  return { ...database, import: (request) => run({ ...request, env: within(request.env) }) };
}

function launchOf(launch: Launch, profile: Profile): Launch {
  const within: Within = (env) => envOf({ profile }, env);
  const { setTitle, start } = launch;
  const place = start?.place;
  return {
    ...launch,
    ...(setTitle && {
      setTitle: (request) => setTitle({ ...request, env: within(request.env) }),
    }),
    ...(start &&
      typeof place === "function" && {
        start: { ...start, place: (cwd: string, env: Env) => place(cwd, within(env)) },
      }),
  };
}
