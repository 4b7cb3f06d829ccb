/** What the sessions in the catalog show about the limits of accounts. */
import { ownersIn, shownIn } from "../catalog/accounts.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Env } from "../io/state.ts";
import { onlyHooked } from "../limits/hooked.ts";
import { type Evidence, type LimitState, stateOf } from "../limits/state.ts";
import { hookSignals } from "./hook-signals.ts";

/** The state of each account that has sessions, as far as their first and last records show it. */
export function statesIn(catalog: Catalog, env: Env, now: number): LimitState[] {
  const evidence = evidenceIn(catalog, env);
  return ownersIn(catalog).map((owner) => stateOf(owner, evidence, now));
}

/** All that the sessions in the catalog show, and what agents' hooks reported besides. */
export function evidenceIn(catalog: Catalog, env: Env): Evidence {
  const { signals, ...rest } = recordedIn(catalog);
  const hooked = hookSignals(env).map(({ signal }) => signal);
  return { ...rest, signals: [...signals, ...onlyHooked(hooked, signals)] };
}

function recordedIn(catalog: Catalog): Evidence {
  const shown = shownIn(catalog);
  return {
    signals: shown.flatMap(({ owner, session, refusal }) =>
      refusal
        ? [
            {
              ...{ ...owner, ...refusal, session },
              kind: refusal.kind ?? "quota",
              scope: refusal.scope ?? "unknown",
              retryable: refusal.retryable ?? false,
              source: refusal.source ?? "record",
            },
          ]
        : [],
    ),
    answers: shown.flatMap(({ owner, answered }) => (answered ? [{ ...owner, ...answered }] : [])),
    readings: shown.flatMap(({ owner, session, allowances }) =>
      (allowances?.all ?? []).map(({ scope, usedPercent, resetsAt }) => ({
        ...{ ...owner, scope, usedPercent, session, at: allowances?.at ?? 0 },
        resetsAt:
          resetsAt === null || Number.isNaN(Date.parse(resetsAt)) ? null : Date.parse(resetsAt),
      })),
    ),
  };
}
