/** Facts about a session in a few words. */
import { heldFor } from "../../core/holds.ts";
import type { LimitState } from "../../core/limits.ts";
import { counted } from "../../words.ts";
import { limitName } from "../limit-words.ts";
import type { Session } from "./types.ts";

const AGES: readonly [string, number][] = [
  ["y", 31536e6],
  ["w", 6048e5],
  ["d", 864e5],
  ["h", 36e5],
  ["m", 6e4],
];

export function ageOf(time: number, now: number): string {
  const [unit, length] = AGES.find(([, ms]) => now - time >= ms) ?? ["", 0];
  return length === 0 ? "now" : `${Math.floor((now - time) / length)}${unit}`;
}

/** The limit at which a session stopped, unless it is over, in a few words. */
export function limitText(
  { limit, time }: Pick<Session, "limit" | "time">,
  now: number,
): string | null {
  if (!limit) return null;
  const ends = limit.resetsAt === null ? Number.NaN : Date.parse(limit.resetsAt);
  const name = nameOf(limit);
  if (Number.isNaN(ends)) {
    const lasts = heldFor(limit.kind ?? "quota", limit.scope ?? "unknown");
    return now - time < lasts ? name : null;
  }
  return ends <= now ? null : `${name} until ${utc(ends)}`;
}

/** The limit that stops an account now, in a few words. */
export function accountText(state: LimitState | null, now: number): string | null {
  if (state?.status !== "limited") return null;
  const { until, resetsAt } = state;
  if (until !== null && until <= now) return null;
  const name = nameOf(state);
  return resetsAt === null ? name : `${name} until ${utc(resetsAt)}`;
}

function nameOf({ kind, scope }: Pick<LimitState, "kind" | "scope">): string {
  if (kind === "overload") return "overloaded";
  if (kind === "auth") return "not logged in";
  return `at a ${limitName({ kind, scope })}`;
}

function utc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

export function factsOf({ agent, cwd, messages, tokens, model, id }: Session): string {
  const counts = [
    messages === null ? "" : counted(messages, "message"),
    tokens === null ? "" : `${tokens < 1000 ? tokens : `${Math.round(tokens / 1000)}k`} tokens`,
  ];
  return [agent, ...counts, model ?? "", cwd ?? "", id].filter((text) => text !== "").join(" · ");
}
