/** What a session's records show about the account that it was used with. */
import { short } from "../session/title.ts";
import type { Allowance, Event, EventBody, Fault } from "../session/types.ts";
import type { Limit, Refusal, Sign } from "./row.ts";

const LIMIT_TEXT = 300;

type Named<K extends EventBody["event"]> = Extract<Event, { event: K }>;
type Refused = Named<"limit" | "error">;

/** Refusals because of too much use. A request that is too long, or without a login, is none of them. */
const USAGE: ReadonlySet<Fault["kind"]> = new Set(["quota", "rate", "overload"]);

/** Is it a usage limit, at which a session stops? */
export function stopsAt(entry: Event): entry is Refused {
  if (entry.event === "limit") return true;
  return entry.event === "error" && entry.fault !== undefined && USAGE.has(entry.fault.kind);
}

export function limitOf({ time, text, fault, ...rest }: Refused): Limit {
  return {
    at: time,
    resetsAt: rest.event === "limit" ? (rest.resetsAt ?? null) : null,
    text: short(text, LIMIT_TEXT),
    kind: fault?.kind ?? null,
    scope: fault?.scope ?? null,
    retryable: fault?.retryable ?? null,
    source: fault?.source ?? null,
    usedPercent: null,
  };
}

/** Collects them in the order of the records. */
export class Signs {
  #refusal: Refusal | null = null;
  #answered: Sign["answered"] = null;
  #allowances: Sign["allowances"] = null;
  #window: Sign["window"] = null;

  clear(): void {
    [this.#refusal, this.#answered, this.#allowances, this.#window] = [null, null, null, null];
  }

  noteWindow(tokens: number, at: string | null, model: string | null): void {
    this.#window = { at, model, tokens };
  }

  /** An error without a fault is none of the account. */
  noteEvent(entry: Refused, model: string | null): void {
    if (entry.event === "error" && !entry.fault) return;
    this.#refusal = { ...limitOf(entry), model };
    // Without times, only the order tells what was last.
    if (this.#answered?.at === null) this.#answered = null;
  }

  noteAnswer(at: string | null, model: string | null): void {
    if (this.#refusal?.at === null) this.#refusal = null;
    this.#answered = { at, model };
  }

  noteAllowances(all: readonly Allowance[], at: string | null): void {
    this.#allowances = { at, all };
  }

  sign(): Sign {
    const refusal = this.#refusal && { ...this.#refusal, ...this.#usedAt(this.#refusal) };
    const [answered, allowances] = [this.#answered, this.#allowances];
    return { refusal, answered, allowances, window: this.#window };
  }

  /** With how much of the allowance was used. */
  withUsed(limit: Limit | null): Limit | null {
    return limit && { ...limit, ...this.#usedAt(limit) };
  }

  /** As far as the counts are about what was refused. */
  #usedAt({ scope, resetsAt }: Limit): { usedPercent: number | null } {
    const all = this.#allowances?.all ?? [];
    const same = all.filter((one) =>
      scope === null ? one.resetsAt !== null && one.resetsAt === resetsAt : one.scope === scope,
    );
    const most = Math.max(...same.map(({ usedPercent }) => usedPercent));
    return { usedPercent: same.length === 0 ? null : most };
  }
}

/** Of two readings of a session, what is newer in each respect. */
export function newerSign(old: Sign, now: Sign): Sign {
  return {
    refusal: later(old.refusal, now.refusal),
    answered: later(old.answered, now.answered),
    allowances: later(old.allowances, now.allowances),
    window: later(old.window, now.window),
  };
}

function later<T extends { at: string | null }>(old: T | null, now: T | null): T | null {
  if (old === null || now === null) return now ?? old;
  return old.at !== null && now.at !== null && Date.parse(old.at) > Date.parse(now.at) ? old : now;
}
