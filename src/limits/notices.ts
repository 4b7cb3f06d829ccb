/**
 * When someone who watches agents is told of a limit: once when it begins, and once when it is over.
 * Pure: times are given. `now` is the wall's time, which may be set; `elapsed` never goes back, and is
 * what waiting is measured with.
 */
import type { Allowance } from "../session/types.ts";
import { endOf, isPassing, MINUTE, WARNING } from "./holds.ts";
import type { Signal } from "./types.ts";

/** An account, and what happened in it. */
interface Account {
  agent: string;
  profile: string | null;
}

/**
 * `clear`: by an answer, because the time of its reset has come, or because it was held for as long as
 * such a limit is taken to last (see holds.ts).
 */
export type Notice = Account & {
  /** The signal that it is about; for a warning, what it would be. */
  signal: Signal;
} & (
    | { event: "limited" }
    | { event: "clear"; by: "answer" | "reset" | "hold" }
    | { event: "warning" }
  );

export interface Moment {
  now: number;
  elapsed: number;
}

interface Standing {
  signal: Signal;
  /** When it is told, in `elapsed`; it was told if that is in the past. */
  toldAt: number;
  isTold: boolean;
  /** When it is over if its reset is not recorded, in `elapsed`. */
  heldUntil: number;
}

/** An overloaded vendor often answers the next request. */
const OVERLOAD_WAIT = 10_000;

export class Notices {
  /** By account, kind and scope. */
  readonly #standing = new Map<string, Standing>();
  /**
   * Until when what comes and goes is not told of again, in `elapsed`: for as long as \`segue limits\` warns
   * of it after an answer.
   */
  readonly #calm = new Map<string, number>();
  /** Allowances of which a warning was given, with the time of their reset. */
  readonly #warned = new Map<string, number | null>();

  refused(signal: Signal, { now, elapsed }: Moment): Notice[] {
    const key = this.#keyFor(signal);
    const standing = this.#standing.get(key);
    // What is over by its own time was read late.
    const left = endOf(signal, now) - now;
    if (left <= 0) return [];
    const heldUntil = elapsed + left;
    if (standing) {
      const resetsAt = signal.resetsAt ?? standing.signal.resetsAt;
      const scope = signal.scope === "unknown" ? standing.signal.scope : signal.scope;
      const at = Math.max(signal.at, standing.signal.at);
      standing.signal = { ...signal, scope, resetsAt, at };
      standing.heldUntil = Math.max(heldUntil, standing.heldUntil);
      return this.tick({ now, elapsed });
    }
    const calm = this.#calm.get(key) ?? elapsed;
    const wait = signal.kind === "overload" ? elapsed + OVERLOAD_WAIT : elapsed;
    const toldAt = Math.max(calm, wait);
    this.#standing.set(key, { signal, toldAt, isTold: false, heldUntil });
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
    for (const [key, standing] of this.#standing) {
      const { signal, isTold } = standing;
      if (signal.agent !== answer.agent || signal.profile !== answer.profile) continue;
      const isSame = signal.session !== null && signal.session === answer.session;
      // A request that was too long is over only for the session that it was of.
      if (!isSame && (signal.kind === "context" || !isLater(answer.at, signal, moment))) continue;
      this.#end(key, standing, moment);
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
      if (usedPercent < WARNING) {
        this.#warned.delete(key);
        return [];
      }
      const before = this.#warned.get(key);
      // The time of a reset is counted anew with each request by some, and moves by seconds.
      const isSame = before !== undefined && Math.abs((before ?? 0) - (resetsAt ?? 0)) < MINUTE;
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
      if (isOver(standing, moment)) {
        this.#end(key, standing, moment);
        const by = signal.resetsAt === null ? "hold" : "reset";
        // Nothing says that a session is shorter now.
        if (isTold && signal.kind !== "context") {
          notices.push({ ...account, signal, event: "clear", by });
        }
      } else if (!isTold && moment.elapsed >= toldAt) {
        standing.isTold = true;
        notices.push({ ...account, signal, event: "limited" });
      }
    }
    for (const [key, until] of this.#calm) if (moment.elapsed >= until) this.#calm.delete(key);
    return notices;
  }

  /** The limits that stand now, and were told. */
  get standing(): readonly Signal[] {
    return [...this.#standing.values()].flatMap(({ signal, isTold }) => (isTold ? [signal] : []));
  }

  #end(key: string, { signal, heldUntil, isTold }: Standing, { elapsed }: Moment): void {
    this.#standing.delete(key);
    if (isTold && isPassing(signal.kind) && heldUntil > elapsed) this.#calm.set(key, heldUntil);
  }
}

/** By the wall's time if the agent recorded one; else by what has passed. */
function isOver({ signal, heldUntil }: Standing, { now, elapsed }: Moment): boolean {
  return signal.resetsAt === null ? elapsed >= heldUntil : signal.resetsAt <= now;
}

/** The clock was set back since, if the refusal is in the future: then what is read later is later. */
function isLater(at: number, signal: Signal, { now }: Moment): boolean {
  return at > signal.at || signal.at > now;
}

function accountOf({ agent, profile }: Account): Account {
  return { agent, profile };
}

/** A session that is too long says nothing about another one. */
function keyOf({ agent, profile, kind, scope, session }: Signal): string {
  return [agent, profile, kind, scope, kind === "context" ? session : ""].join("\0");
}
