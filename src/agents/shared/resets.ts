/**
 * When a limit ends, by the words that a CLI or its vendor wrote about it: "resets 3pm (Europe/Berlin)",
 * "try again in 6m0s", "Retry-After: 60 seconds". All times are milliseconds since the epoch.
 */

const MAX = 8.64e15;
const DAY = 86_400_000;

/** A time of day that was so short a time ago is the one that is meant, not the next day's: clocks differ. */
const JUST_PAST = 600_000;

/**
 * The time that `text` names, which was written at `at`. A time of day without a zone is the machine's own,
 * as the CLIs print it. undefined: it names none.
 */
export function resetIn(text: string, at: number | undefined): number | undefined {
  const found =
    epochIn(text) ?? instantIn(text) ?? (at === undefined ? undefined : relativeIn(text, at));
  return found !== undefined && Math.abs(found) <= MAX ? Math.round(found) : undefined;
}

function relativeIn(text: string, at: number): number | undefined {
  const wait = waitIn(text);
  return wait === undefined ? clockIn(text, at) : at + wait;
}

/** Claude Code 1: "Claude AI usage limit reached|1749924000". */
function epochIn(text: string): number | undefined {
  const [, digits] = /\|(\d{10}|\d{13})\s*$/m.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * (digits.length === 10 ? 1000 : 1);
}

const INSTANT =
  /\b(?:reset\w*|again|until|after|access|available|refresh\w*)\b[^\n\d]{0,24}(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))/i;

function instantIn(text: string): number | undefined {
  const ms = Date.parse(INSTANT.exec(text)?.[1] ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

const UNIT = "milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d";
const SPAN = String.raw`(?:\d{1,9}(?:\.\d{1,9})?\s?(?:${UNIT})(?![a-z])[,\s]{0,2}(?:and\s)?){1,5}`;
const PIECE = new RegExp(String.raw`(\d{1,9}(?:\.\d{1,9})?)\s?(${UNIT})(?![a-z])`, "gi");
/** "every 5h" is how often a limit ends, not when. */
const WAIT = new RegExp(
  String.raw`\b(?:reset\w*|again|retry\w*|wait|refresh\w*|available)\s{1,2}(?:(?:in|after|for|within)\s{1,2})?(?:(?:about|approximately|~)\s?)?(${SPAN})`,
  "i",
);
const HEADER = /\bretry-after(-ms)?\s?[=:]\s?(\d{1,12}(?:\.\d{1,9})?)\b/i;

const MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: DAY };

function waitIn(text: string): number | undefined {
  const [, millis, amount] = HEADER.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * (millis === undefined ? 1000 : 1);
  const [, span] = WAIT.exec(text) ?? [];
  if (span === undefined) return undefined;
  let wait = 0;
  for (const [, n, unit = ""] of span.matchAll(PIECE)) {
    const isMillis = /^m(?:s|illi)/i.test(unit);
    wait += Number(n) * (isMillis ? 1 : (MS[unit[0]?.toLowerCase() ?? ""] ?? 0));
  }
  return wait;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const NAMED = String.raw`(?<month>${MONTHS.join("|")})[a-z]{0,6}\.?\s(?<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s(?<year>\d{4}))?`;
const NUMBERED = String.raw`(?<ymd>\d{4}-\d\d-\d\d)`;
const CLOCK = String.raw`(?<hour>\d{1,2})(?::(?<minute>\d\d))?(?:\s?(?<half>[ap])\.?m\b)?`;
const ZONE = String.raw`(?:\s?\((?<zone>[A-Za-z_]{1,20}(?:\/[A-Za-z0-9_+-]{1,30}){0,2})\)|\s(?<utc>UTC|GMT|Z)\b)?`;
/** "resets 3pm (Europe/Berlin)", "resets Dec 3, 9am", "try again at Nov 30th, 2026 10:26 PM", "access on 2026-12-01 at 00:00 UTC". */
const WHEN = new RegExp(
  String.raw`\b(?:resets?|again|access|available|refresh\w*)\s(?:(?:at|on)\s)?(?:(?:${NAMED}|${NUMBERED})(?:,?\sat|,)?\s)?${CLOCK}${ZONE}`,
  "i",
);

interface Wall {
  year: number;
  /** 0 to 11. */
  month: number;
  day: number;
  hour: number;
  minute: number;
}

function clockIn(text: string, at: number): number | undefined {
  const { groups } = WHEN.exec(text) ?? {};
  // A bare number is no time of day.
  if (!groups || (groups.half === undefined && groups.minute === undefined)) return undefined;
  const zone = groups.utc === undefined ? groups.zone : "UTC";
  const clock = clockOf(groups);
  const now = wallOf(at, zone);
  if (clock === undefined || now === undefined) return undefined;
  const candidates = datesOf(groups, now).flatMap((date) =>
    instantsOf({ ...date, ...clock }, zone),
  );
  // A date that is a day ago is one that has passed; the same a year later is not meant.
  const grace = groups.month === undefined && groups.ymd === undefined ? JUST_PAST : DAY;
  return candidates.find((one) => one >= at - grace) ?? dated(groups, candidates);
}

/** A date with its year is taken as it is, even if it has long passed. */
function dated(groups: Groups, candidates: readonly number[]): number | undefined {
  return groups.year === undefined && groups.ymd === undefined ? undefined : candidates[0];
}

type Groups = Readonly<Record<string, string | undefined>>;

function clockOf({ hour, minute, half }: Groups): { hour: number; minute: number } | undefined {
  const h = Number(hour);
  const m = Number(minute ?? 0);
  if (m > 59 || h > 23 || (half !== undefined && (h < 1 || h > 12))) return undefined;
  const isAfternoon = half?.toLowerCase() === "p";
  return { hour: half === undefined ? h : (h % 12) + (isAfternoon ? 12 : 0), minute: m };
}

type Day = Pick<Wall, "year" | "month" | "day">;

/** The days that are meant, in order: the one that is named, this year or next; else today or tomorrow. */
function datesOf({ ymd, month, day, year }: Groups, now: Wall): Day[] {
  if (ymd !== undefined) {
    const [y = 0, m = 0, d = 0] = ymd.split("-").map(Number);
    return [{ year: y, month: m - 1, day: d }];
  }
  if (month !== undefined) {
    const named = { month: MONTHS.indexOf(month.toLowerCase()), day: Number(day) };
    if (year !== undefined) return [{ year: Number(year), ...named }];
    return [-1, 0, 1].map((n) => ({ year: now.year + n, ...named }));
  }
  return [-1, 0, 1, 2].map((n) => ({ year: now.year, month: now.month, day: now.day + n }));
}

/** The instants at which a zone's clocks show this: none when they skip it, two when they repeat it. */
function instantsOf(wall: Wall, zone: string | undefined): number[] {
  const utc = Date.UTC(wall.year, wall.month, wall.day, wall.hour, wall.minute);
  const offsets = [-DAY, 0, DAY].flatMap((shift) => offsetAt(utc + shift, zone) ?? []);
  const there = [...new Set(offsets)].map((offset) => utc - offset);
  const exact = there.filter((ms) => ms + (offsetAt(ms, zone) ?? 0) === utc);
  // What the clocks skip is as much after as it would have been.
  return (exact.length > 0 ? exact : there.slice(0, 1)).sort((a, b) => a - b);
}

/** How far a zone's clocks are ahead of UTC. */
function offsetAt(ms: number, zone: string | undefined): number | undefined {
  const wall = wallOf(ms, zone);
  if (wall === undefined) return undefined;
  const minutes = Math.floor(ms / 60_000) * 60_000;
  return Date.UTC(wall.year, wall.month, wall.day, wall.hour, wall.minute) - minutes;
}

/** What a zone's clocks show; undefined for a zone that is none. */
function wallOf(ms: number, zone: string | undefined): Wall | undefined {
  if (!(Math.abs(ms) <= MAX)) return undefined;
  const format = formatIn(zone);
  if (format === undefined) return undefined;
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return {
    year: part("year"),
    month: part("month") - 1,
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
  };
}

/** Making one takes longer than using it a thousand times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string | undefined): Intl.DateTimeFormat | undefined {
  const known = formats.get(zone ?? "");
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      ...(zone === undefined ? {} : { timeZone: zone }),
    });
    formats.set(zone ?? "", format);
    return format;
  } catch {
    return undefined;
  }
}
