/** What all sessions together show about the accounts that they were used with. */
import type { Catalog } from "./catalog.ts";
import { isIn, type Span, sessionKey } from "./foreign.ts";
import type { Known } from "./known.ts";
import type { Refusal, Sign } from "./row.ts";
import { signsIn, usedSince } from "./signs.ts";
import type { Used } from "./use.ts";

/** An agent, and the profile that it is used with. */
export interface Owner {
  agent: string;
  /** null: the agent's own place. */
  profile: string | null;
}

/** What one session shows. Times are milliseconds since the epoch. */
export interface Shown {
  owner: Owner;
  session: string;
  refusal: (Omit<Refusal, "at" | "resetsAt"> & { at: number; resetsAt: number | null }) | null;
  answered: { at: number; model: string | null } | null;
  allowances: { at: number; all: NonNullable<Sign["allowances"]>["all"] } | null;
  window: { at: number; model: string | null; tokens: number } | null;
}

/** The profile is in the session's store. */
export function ownerOf({ agent, profile }: { agent: string; profile?: string | null }): Owner {
  return { agent, profile: profile ?? null };
}

/** The accounts that sessions were used with. */
export function ownersIn(catalog: Catalog): Owner[] {
  const all = [...catalog.numbers.values()].filter(({ isEmpty }) => !isEmpty).map(ownerOf);
  return [...new Map(all.map((one) => [`${one.agent} ${one.profile}`, one])).values()];
}

export function shownIn(catalog: Catalog): Shown[] {
  const { foreign } = catalog;
  const signs = signsIn(catalog.file);
  return [...catalog.numbers.values()].flatMap((known) => {
    const sign = known.line?.sign ?? signs.get(known.sid);
    return sign ? [shownBy(known, sign, foreign.get(sessionKey(known)) ?? [])] : [];
  });
}

/** Without what is from the time in which other agents did the session's work. */
function shownBy(known: Known, sign: Sign, foreign: readonly Span[]): Shown {
  const own = <T extends { at: string | null }>(one: T | null): (T & { time: number }) | null => {
    if (one === null) return null;
    const time = timeIn(one.at) ?? known.time;
    return isIn(time, foreign) ? null : { ...one, time };
  };
  const { refusal, answered, allowances, window } = sign;
  const [refused, said, used, wide] = [own(refusal), own(answered), own(allowances), own(window)];
  return {
    owner: ownerOf(known),
    session: known.id,
    refusal: refused && { ...refused, at: refused.time, resetsAt: timeIn(refused.resetsAt) },
    answered: said && { at: said.time, model: said.model },
    allowances: used && { at: used.time, all: used.all },
    window: wide && { at: wide.time, model: wide.model, tokens: wide.tokens },
  };
}

function timeIn(text: string | null): number | null {
  const time = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/** The tokens that were used since a time, with whose account. */
export function usedIn(catalog: Catalog, since: number): [Owner, Used][] {
  const { numbers } = catalog;
  return usedSince(catalog.file, numbers, since).flatMap(([sid, used]) => {
    const known = numbers.get(sid);
    return known ? [[ownerOf(known), used] as [Owner, Used]] : [];
  });
}
