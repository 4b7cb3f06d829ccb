/**
 * When someone who watches agents is told of a limit: once when it begins, and once when it is over.
 * Pure: times are given. `now` is the wall's time, which may be set; `elapsed` never goes back, and is
 * what waiting is measured with.
 */
import type { Allowance } from "../session/types.ts";
import type { Signal } from "./types.ts";

/** An account, and what happened in it. */
interface Account {
  agent: string;
  profile: string | null;
}

/** `clear`: by an answer, or because the time of its reset has come. */
export type Notice = Account & {
  /** The signal that it is about; for a warning, what it would be. */
  signal: Signal;
} & ({ event: "limited" } | { event: "clear"; by: "answer" | "reset" } | { event: "warning" });

export interface Moment {
  now: number;
  elapsed: number;
}

interface Standing {
  signal: Signal;
  /** When it is told, in `elapsed`; it was told if that is in the past. */
  toldAt: number;
  isTold: boolean;
}

/** An overloaded vendor often answers the next request. */
const OVERLOAD_WAIT = 10_000;
/** A limit of requests a minute comes and goes: for this long, it is not told of again. */
const CALM = 60_000;
/** From this share of an allowance on, there is a warning. */
const NEAR = 80;

export class Notices {
  /** By account, kind and scope. */
  readonly #standing = new Map<string, Standing>();
  /** When a limit of that kind was last over, in `elapsed`. */
  readonly #over = new Map<string, number>();
  /** Allowances of which a warning was given, with the time of their reset. */
  readonly #warned = new Map<string, number | null>();

  refused(signal: Signal, { now, elapsed }: Moment): Notice[] {
    const key = this.#keyFor(signal);
    const standing = this.#standing.get(key);
    // What is over by its own time was read late.
    if (signal.resetsAt !== null && signal.resetsAt <= now) return [];
    if (standing) {
      const resetsAt = signal.resetsAt ?? standing.signal.resetsAt;
      const scope = signal.scope === "unknown" ? standing.signal.scope : signal.scope;
      const at = Math.max(signal.at, standing.signal.at);
      standing.signal = { ...signal, scope, resetsAt, at };
      return this.tick({ now, elapsed });
    }
    const passes = signal.kind === "rate" || signal.kind === "overload";
    const over = this.#over.get(key);
    const calm = passes && over !== undefined ? over + CALM : elapsed;
    const wait = signal.kind === "overload" ? elapsed + OVERLOAD_WAIT : elapsed;
    this.#standing.set(key, { signal, toldAt: Math.max(calm, wait), isTold: false });
    return this.tick({ now, elapsed });
  }

  /** The same limit may be recorded once with what it applies to and once without. */
  #keyFor(signal: Signal): string {
    const own = keyOf(signal);
    const both = [...this.#standing].find(([, { signal: other }]) => {
      const isVague = signal.scope === "unknown" || other.scope === "unknown";
      return isVague && keyOf({ ...other, scope: signal.scope }) === own;
    });
    return both?.[0] ?? own;
  }

  /** A clean answer: whatever was recorded before is over. */
  answered(answer: Account & { session: string | null; at: number }, moment: Moment): Notice[] {
    const notices: Notice[] = [];
    for (const [key, { signal, isTold }] of this.#standing) {
      if (signal.agent !== answer.agent || signal.profile !== answer.profile) continue;
      const isSame = signal.session !== null && signal.session === answer.session;
      // A request that was too long is over only for the session that it was of.
      if (!isSame && (signal.kind === "context" || answer.at <= signal.at)) continue;
      this.#end(key, moment);
      if (isTold) notices.push({ ...accountOf(signal), signal, event: "clear", by: "answer" });
    }
    return notices;
  }

  used(
    account: Account & { session: string | null; at: number },
    allowances: readonly Allowance[],
  ): Notice[] {
    return allowances.flatMap((one): Notice[] => {
      const { scope, usedPercent } = one;
      const key = [account.agent, account.profile, scope].join("\0");
      const resetsAt = one.resetsAt === null ? null : Date.parse(one.resetsAt);
      if (usedPercent < NEAR) {
        this.#warned.delete(key);
        return [];
      }
      const before = this.#warned.get(key);
      // The time of a reset is counted anew with each request by some, and moves by seconds.
      const isSame = before !== undefined && Math.abs((before ?? 0) - (resetsAt ?? 0)) < CALM;
      if (isSame) return [];
      this.#warned.set(key, resetsAt);
      const { agent, profile, session, at } = account;
      const base = { agent, profile, session, at, kind: "quota", scope, usedPercent } as const;
      const text = `${Math.floor(usedPercent)} % of the ${scope} allowance is used`;
      const signal: Signal = { ...base, resetsAt, retryable: false, source: "record", text };
      return [{ agent, profile, signal, event: "warning" }];
    });
  }

  /** What only the time brings. */
  tick(moment: Moment): Notice[] {
    const notices: Notice[] = [];
    for (const [key, standing] of this.#standing) {
      const { signal, toldAt, isTold } = standing;
      const account = accountOf(signal);
      if (signal.resetsAt !== null && signal.resetsAt <= moment.now) {
        this.#end(key, moment);
        if (isTold) notices.push({ ...account, signal, event: "clear", by: "reset" });
      } else if (!isTold && moment.elapsed >= toldAt) {
        standing.isTold = true;
        notices.push({ ...account, signal, event: "limited" });
      }
    }
    return notices;
  }

  /** The limits that stand now, and were told. */
  get standing(): readonly Signal[] {
    return [...this.#standing.values()].flatMap(({ signal, isTold }) => (isTold ? [signal] : []));
  }

  #end(key: string, { elapsed }: Moment): void {
    this.#standing.delete(key);
    this.#over.set(key, elapsed);
  }
}

function accountOf({ agent, profile }: Account): Account {
  return { agent, profile };
}

/** A session that is too long says nothing about another one. */
function keyOf({ agent, profile, kind, scope, session }: Signal): string {
  return [agent, profile, kind, scope, kind === "context" ? session : ""].join("\0");
}
