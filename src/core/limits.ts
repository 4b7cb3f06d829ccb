/** The limits of all accounts as they are now, and what was used. */
import { type Owner, ownersIn, usedIn } from "../catalog/accounts.ts";
import { type Catalog, openCatalog } from "../catalog/catalog.ts";
import { pending } from "../catalog/pending.ts";
import { STEP } from "../catalog/use.ts";
import type { Env } from "../io/state.ts";
import { PRICED_ON } from "../limits/prices.ts";
import { type LimitState, stateOf } from "../limits/state.ts";
import { LONGEST, type Used, type Window, windowsOf } from "../limits/windows.ts";
import { evidenceIn } from "./evidence.ts";
import type { Gaps } from "./list.ts";
import { agentIds, type Places } from "./places.ts";
import { catchUpWith, type Reading } from "./reading.ts";

export type { LimitState } from "../limits/state.ts";
export type { Window } from "../limits/windows.ts";

/** An account, its state now, and what was used with it. */
export interface AccountLimits extends LimitState {
  windows: readonly Window[];
}

export interface LimitsNow extends Gaps {
  limits: readonly AccountLimits[];
  /** When the prices were read, as 2026-11-30. */
  pricedOn: string;
  /** Sessions that could not be read: what they used is missing. */
  missing: number;
}

/** An agent, or one account of it. */
export interface Named {
  agent: string;
  profile?: string | null;
}

export interface LimitsOptions {
  /** Only these; of an agent without a profile, all its accounts. */
  only?: readonly Named[];
  /** Also accounts without a session whose agent is installed. */
  installed?: boolean;
  /** Wraps reading what is new, if that is a lot. */
  reading?: Reading;
  /** Milliseconds since the epoch. */
  now?: number;
}

export async function limitsNow(
  places: Places,
  { only, installed = true, reading = (_, __, read) => read(() => {}), now }: LimitsOptions = {},
): Promise<LimitsNow> {
  const catalog = await openCatalog(places);
  try {
    const at = now ?? Date.now();
    // Of older sessions, the lists' own reading is enough.
    const tasks = pending(catalog).filter(({ mtime }) => mtime > at - LONGEST);
    const missing = await catchUpWith(catalog, tasks, reading);
    const { note, problems } = catalog;
    const owners = chosen(catalog, installed ? await installedOwners(places) : [], only);
    const limits = accountsOf(catalog, owners, places.env, at);
    return { limits, pricedOn: PRICED_ON, missing, note, problems };
  } finally {
    catalog.close();
  }
}

/** What a name stands for: an agent with all its accounts, or a profile. @throws SegueError for an unknown one. */
export async function accountNamed(name: string, { profiles }: Places): Promise<Named> {
  const { agentNamed } = await import("../agents/registry.ts");
  const { id, profile } = agentNamed(name, profiles);
  return { agent: id, ...(profile ? { profile: profile.name } : {}) };
}

/** The accounts of agents whose command is on PATH. */
async function installedOwners({ env, profiles }: Places): Promise<Owner[]> {
  const { accounts } = await import("../agents/registry.ts");
  const { programOf } = await import("../agents/command.ts");
  return accounts(profiles)
    .filter((agent) => programOf(agent, env) !== null)
    .map(({ id, profile }) => ({ agent: id, profile: profile?.name ?? null }));
}

/** In the order of the agents; those that are named even if nothing is known about them. */
function chosen(
  catalog: Catalog,
  installed: readonly Owner[],
  only: readonly Named[] | undefined,
): Owner[] {
  const named = (only ?? []).map(({ agent, profile = null }) => ({ agent, profile }));
  const known = [...ownersIn(catalog), ...installed].filter(
    (one) => !only || only.some((wanted) => isMeant(one, wanted)),
  );
  const all = new Map([...known, ...named].map((owner) => [keyOf(owner), owner]));
  const place = ({ agent }: Owner): number => agentIds.indexOf(agent);
  return [...all.values()].sort(
    (a, b) => place(a) - place(b) || (a.profile ?? "").localeCompare(b.profile ?? ""),
  );
}

function isMeant(one: Owner, { agent, profile }: Named): boolean {
  return one.agent === agent && (profile === undefined || one.profile === profile);
}

function accountsOf(
  catalog: Catalog,
  owners: readonly Owner[],
  env: Env,
  now: number,
): AccountLimits[] {
  const evidence = evidenceIn(catalog, env);
  const used = new Map<string, Used[]>();
  for (const [owner, one] of usedIn(catalog, now - LONGEST - STEP)) {
    const own = used.get(keyOf(owner));
    const counted = { ...one, at: one.step + STEP - 1, model: one.model || null };
    if (own) own.push(counted);
    else used.set(keyOf(owner), [counted]);
  }
  return owners.map((owner) => ({
    ...stateOf(owner, evidence, now),
    windows: windowsOf(used.get(keyOf(owner)) ?? [], now),
  }));
}

function keyOf({ agent, profile }: Owner): string {
  return `${agent} ${profile ?? ""}`;
}
