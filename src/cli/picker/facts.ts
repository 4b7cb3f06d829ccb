/** Facts about a session in a few words. */
import { heldFor } from "../../core/holds.ts";
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
  const name = limit.kind === "overload" ? "overloaded" : `at a ${limitName(limit)}`;
  if (Number.isNaN(ends)) {
    const lasts = heldFor(limit.kind ?? "quota", limit.scope ?? "unknown");
    return now - time < lasts ? name : null;
  }
  if (ends <= now) return null;
  const when = new Date(ends).toISOString().slice(0, 16).replace("T", " ");
  return `${name} until ${when} UTC`;
}

export function factsOf({ agent, cwd, messages, tokens, model, id }: Session): string {
  const counts = [
    messages === null ? "" : counted(messages, "message"),
    tokens === null ? "" : `${tokens < 1000 ? tokens : `${Math.round(tokens / 1000)}k`} tokens`,
  ];
  return [agent, ...counts, model ?? "", cwd ?? "", id].filter((text) => text !== "").join(" · ");
}
