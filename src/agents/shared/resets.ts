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
 * as the CLIs print it; one without a date is no later than `longest` after `at`. undefined: it names none.
 */
export function resetIn(
  text: string,
  at: number | undefined,
  longest?: number,
): number | undefined {
  const found =
    epochIn(text) ??
    instantIn(text) ??
    (at === undefined ? undefined : relativeIn(text, at, longest));
  return found !== undefined && Math.abs(found) <= MAX ? Math.round(found) : undefined;
}

function relativeIn(text: string, at: number, longest: number | undefined): number | undefined {
  const wait = waitIn(text);
  if (wait !== undefined) return at + wait;
  const clock = clockIn(text, at, longest);
  if (clock !== undefined) return clock;
  const field = fieldIn(text);
  return field === undefined ? undefined : at + field;
}

/** Claude Code 1: "Claude AI usage limit reached|1749924000"; and fields of JSON: OpenAI's `resets_at`. */
const EPOCH =
  /\|(\d{10}|\d{13})\s*$|\b(?:resets?_?at|x-ratelimit-reset)\\{0,3}["']\s?:\s?\\{0,3}["']?(\d{10}|\d{13})\b/im;

function epochIn(text: string): number | undefined {
  const [, ...found] = EPOCH.exec(text) ?? [];
  const digits = found.find((one) => one !== undefined);
  if (digits === undefined) return undefined;
  return Number(digits) * (digits.length === 10 ? 1000 : 1);
}

/** Also of Gemini's `quotaResetTimeStamp`, which says more than the `retryDelay` beside it. */
const INSTANT =
  /\b(?:\w{0,12}reset\w*|again|until|after|access|available|refresh\w*|resume\w*)\b[^\n\d]{0,24}(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))/i;

function instantIn(text: string): number | undefined {
  const ms = Date.parse(INSTANT.exec(text)?.[1] ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

const UNIT = "milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w";
const SPAN = String.raw`(?:\d{1,9}(?:\.\d{1,9})?\s?(?:${UNIT})(?![a-z])[,\s]{0,2}(?:and\s)?){1,5}`;
const PIECE = new RegExp(String.raw`(\d{1,9}(?:\.\d{1,9})?)\s?(${UNIT})(?![a-z])`, "gi");
/** "every 5h" is how often a limit ends, not when. */
const WAIT = new RegExp(
  String.raw`\b(?:reset\w*|again|back|retry\w*|wait|refresh\w*|available)\s{1,2}(?:(?:in|after|for|within)\s{1,2})?(?:(?:about|approximately|~)\s?)?(${SPAN})`,
  "i",
);
const HEADER = /\bretry-after(-ms)?\s?[=:]\s?(\d{1,12}(?:\.\d{1,9})?)\b/i;

/** Fields of JSON: OpenAI's `resets_in_seconds`, Google's `retryDelay` (also as Go prints it), OpenRouter's `retry_after`. */
const FIELD = new RegExp(
  String.raw`(?:\b(?:resets?_?in(?:_?seconds)?|reset_?after(?:_?seconds)?|retry_?after(?:_?seconds)?|retry_?delay|quota_?reset_?delay)\\{0,3}["']\s?:\s?\\{0,3}["']?|\bretryDelay:)(?:(${SPAN})|(\d{1,12}(?:\.\d{1,9})?)\b)`,
  "i",
);

const MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: DAY,
  w: 7 * DAY,
};

function waitIn(text: string): number | undefined {
  const [, millis, amount] = HEADER.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) * (millis === undefined ? 1000 : 1);
  const [, span] = WAIT.exec(text) ?? [];
  return span === undefined ? undefined : lengthOf(span);
}

function fieldIn(text: string): number | undefined {
  const [, span, seconds] = FIELD.exec(text) ?? [];
  if (span !== undefined) return lengthOf(span);
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function lengthOf(span: string): number {
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
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WEEKDAY = String.raw`(?<weekday>${WEEKDAYS.join("|")})[a-z]{0,6}\.?,?\s(?:at\s)?`;
const CLOCK = String.raw`(?<hour>\d{1,2})(?::(?<minute>\d\d)(?::(?<second>\d\d))?)?(?:\s?(?<half>[ap])\.?m\b)?`;
/** "(Europe/Berlin)", "UTC", "GMT-3", "PST", "+0800 CST". */
const ZONE = String.raw`(?:\s?\((?<zone>[A-Za-z_]{1,20}(?:\/[A-Za-z0-9_+-]{1,30}){0,2})\)|\s?\(?(?:(?<short>UTC|GMT|Z|[ECMP][SD]T)(?![A-Za-z])(?<ahead>[+-]\d{1,2}(?::?\d\d)?)?|(?<offset>[+-]\d\d:?\d\d)))?`;
/**
 * "resets 3pm (Europe/Berlin)", "resets Mon 12:00am", "resets Dec 3, 9am", "try again at Nov 30th, 2026 10:26 PM",
 * "access on 2026-12-01 at 00:00 UTC", "reset at 2026-05-11 21:57:42 +0800 CST", "将在 2026-07-11 19:25:37 重置".
 */
const WHEN = new RegExp(
  String.raw`(?:\b(?:resets?|again|access|available|refresh\w*)\s(?:(?:at|on|after)\s)?|将[在于]\s?)(?:${WEEKDAY})?(?:(?:${NAMED}|${NUMBERED})(?:,?\sat|,)?\s)?${CLOCK}${ZONE}`,
  "i",
);

/** A name that Intl knows, or minutes ahead of UTC; undefined: the machine's own. */
type Zone = string | number | undefined;

/** "EST" and "PDT", as Intl writes the zones of North America in English: by their first letters, in hours. */
const WEST: Readonly<Record<string, number>> = { e: -5, c: -6, m: -7, p: -8 };

function hoursOf(short: string): number {
  const [first = "", second] = short.toLowerCase();
  return (WEST[first] ?? 0) + (second === "d" ? 1 : 0);
}

/** Z.ai and Zhipu write their own time, of Beijing, and say so nowhere (can1357/oh-my-pi#11014): only they show seconds. */
const BEIJING = 8 * 60;

function zoneOf({ zone, short, ahead, offset, ymd, second }: Groups): Zone {
  if (zone !== undefined) return zone;
  if (short !== undefined) return hoursOf(short) * 60 + minutesIn(ahead);
  if (offset !== undefined) return minutesIn(offset);
  return ymd !== undefined && second !== undefined ? BEIJING : undefined;
}

/** "+0800", "-3", "+5:30". */
function minutesIn(offset: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d{1,2}):?(\d\d)?$/.exec(offset ?? "") ?? [];
  const total = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return sign === "-" ? -total : total;
}

interface Wall {
  year: number;
  /** 0 to 11. */
  month: number;
  day: number;
  hour: number;
  minute: number;
}

function clockIn(text: string, at: number, longest = MAX): number | undefined {
  const { groups } = WHEN.exec(text) ?? {};
  // A bare number is no time of day.
  if (!groups || (groups.half === undefined && groups.minute === undefined)) return undefined;
  const zone = zoneOf(groups);
  const clock = clockOf(groups);
  const now = wallOf(at, zone);
  if (clock === undefined || now === undefined) return undefined;
  const seconds = Number(groups.second ?? 0) * 1000;
  const candidates = datesOf(groups, now)
    .flatMap((date) => instantsOf({ ...date, ...clock }, zone))
    .map((ms) => ms + seconds);
  // A date that is a day ago is one that has passed; the same a year later is not meant.
  const hasDate = groups.month !== undefined || groups.ymd !== undefined;
  const grace = hasDate ? DAY : JUST_PAST;
  const next = candidates.find((one) => one >= at - grace) ?? dated(groups, candidates);
  return next !== undefined && !hasDate && next - at > longest ? undefined : next;
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

/**
 * The days that are meant, in order: the one that is named, this year or next, or this week or next; else
 * today or tomorrow.
 */
function datesOf({ ymd, month, day, year, weekday }: Groups, now: Wall): Day[] {
  if (ymd !== undefined) {
    const [y = 0, m = 0, d = 0] = ymd.split("-").map(Number);
    return [{ year: y, month: m - 1, day: d }];
  }
  if (month !== undefined) {
    const named = { month: MONTHS.indexOf(month.toLowerCase()), day: Number(day) };
    if (year !== undefined) return [{ year: Number(year), ...named }];
    return [-1, 0, 1].map((n) => ({ year: now.year + n, ...named }));
  }
  const near = (n: number): Day => ({ year: now.year, month: now.month, day: now.day + n });
  if (weekday === undefined) return [-1, 0, 1, 2].map(near);
  const today = new Date(Date.UTC(now.year, now.month, now.day)).getUTCDay();
  const ahead = WEEKDAYS.indexOf(weekday.toLowerCase()) - today;
  return [ahead - 7, ahead, ahead + 7].map(near);
}

/** The instants at which a zone's clocks show this: none when they skip it, two when they repeat it. */
function instantsOf(wall: Wall, zone: Zone): number[] {
  const utc = Date.UTC(wall.year, wall.month, wall.day, wall.hour, wall.minute);
  const offsets = [-DAY, 0, DAY].flatMap((shift) => offsetAt(utc + shift, zone) ?? []);
  const there = [...new Set(offsets)].map((offset) => utc - offset);
  const exact = there.filter((ms) => ms + (offsetAt(ms, zone) ?? 0) === utc);
  // What the clocks skip is as much after as it would have been.
  return (exact.length > 0 ? exact : there.slice(0, 1)).sort((a, b) => a - b);
}

/** How far a zone's clocks are ahead of UTC. */
function offsetAt(ms: number, zone: Zone): number | undefined {
  const wall = wallOf(ms, zone);
  if (wall === undefined) return undefined;
  const minutes = Math.floor(ms / 60_000) * 60_000;
  return Date.UTC(wall.year, wall.month, wall.day, wall.hour, wall.minute) - minutes;
}

/** What a zone's clocks show; undefined for a zone that is none. */
function wallOf(ms: number, zone: Zone): Wall | undefined {
  if (!(Math.abs(ms) <= MAX)) return undefined;
  if (typeof zone === "number") return wallOf(ms + zone * 60_000, "UTC");
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
