/** Facts about a session in a few words. */
import { counted } from "../../words.ts";
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

/** A limit with an unknown end is considered over after this time. */
const LIMIT_LASTS = 5 * 36e5;

/** The limit at which a session stopped, unless it is over, in a few words. */
export function limitText(
  { limit, time }: Pick<Session, "limit" | "time">,
  now: number,
): string | null {
  if (!limit) return null;
  const ends = limit.resetsAt === null ? Number.NaN : Date.parse(limit.resetsAt);
  if (Number.isNaN(ends)) return now - time < LIMIT_LASTS ? "at a limit" : null;
  if (ends <= now) return null;
  const when = new Date(ends).toISOString().slice(0, 16).replace("T", " ");
  return `at a limit until ${when} UTC`;
}

export function factsOf({ agent, cwd, messages, tokens, model, id }: Session): string {
  const counts = [
    messages === null ? "" : counted(messages, "message"),
    tokens === null ? "" : `${tokens < 1000 ? tokens : `${Math.round(tokens / 1000)}k`} tokens`,
  ];
  return [agent, ...counts, model ?? "", cwd ?? "", id].filter((text) => text !== "").join(" · ");
}
