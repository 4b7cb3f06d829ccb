/** Limits in a few words. */
import type { LimitState } from "../core/limits.ts";
import type { Limit } from "../core/list.ts";

const [MINUTE, DAY] = [6e4, 864e5];

const KINDS: { readonly [kind: string]: string } = {
  rate: "rate",
  overload: "overloaded",
  auth: "login",
  context: "context",
};

/** What it is about: "weekly", "rate"; "" if that is not known. */
export function aboutLimit({
  kind,
  scope,
}: Pick<Limit, "kind"> & { scope: string | null }): string {
  const word = KINDS[kind ?? ""];
  return word ?? (scope === null || scope === "unknown" ? "" : scope);
}

/** "weekly limit", "limit", "overloaded": why a session stopped. */
export function limitName(limit: Pick<LimitState, "kind" | "scope">): string {
  if (limit.kind === "overload") return "overloaded";
  return `${aboutLimit(limit)} limit`.trimStart();
}

/** "limited: weekly". */
export function stateText(state: Pick<LimitState, "status" | "kind" | "scope">): string {
  const about = state.status === "ok" ? "" : aboutLimit(state);
  return about === "" ? state.status : `${state.status}: ${about}`;
}

type Ending = Pick<LimitState, "status" | "kind" | "resetsAt" | "until">;

/** "in 2 h 10 min, 16:40"; "~" if the agent does not record it. */
export function endText({ status, kind, resetsAt, until }: Ending, now: number): string {
  if (resetsAt !== null) return timeAhead(resetsAt, now);
  if (status === "ok" || kind === null) return "";
  return until === null ? "with the next answer" : `~${timeAhead(until, now)}`;
}

/** How long it is until then, and when that is here. */
export function timeAhead(time: number, now: number): string {
  return `${spanText(time - now)}, ${clockText(time, now)}`;
}

function spanText(span: number): string {
  const minutes = Math.max(1, Math.ceil(span / MINUTE));
  if (minutes < 60) return `in ${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `in ${hours} h` : `in ${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `in ${days} d` : `in ${days} d ${hours % 24} h`;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** In local time: with the day of the week, or the date, if it is not today. */
function clockText(time: number, now: number): string {
  const at = new Date(time);
  const two = (n: number): string => String(n).padStart(2, "0");
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date(now).toDateString()) return clock;
  if (time - now < 6 * DAY) return `${DAYS[at.getDay()]} ${clock}`;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}`;
}
