/** When a limit ends, by words: for any instant, in any zone, in every form that a CLI writes it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { resetIn } from "../../../src/agents/shared/resets.ts";
import { runs } from "../../support/seed.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ZONES = [
  ...Intl.supportedValuesOf("timeZone"),
  "UTC",
  "Etc/GMT+5",
  "America/Argentina/Ushuaia",
];

const zone = fc.constantFrom(...ZONES);
/** To the minute, within the years that a session may be of. */
const instant = fc
  .integer({ min: Date.UTC(2024, 0) / MINUTE, max: Date.UTC(2034, 0) / MINUTE })
  .map((minutes) => minutes * MINUTE);

function shown(ms: number, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-US", { timeZone, ...options })
    .format(ms)
    .replace(/\u202f/g, " ");
}

const clock = { hour: "numeric", minute: "2-digit", hour12: true } as const;

/** As Claude Code does: "3pm", "5:40pm". */
function short(ms: number, timeZone: string): string {
  return shown(ms, timeZone, clock).replace(":00 ", "").replace(" ", "").toLowerCase();
}

/** The clocks of a zone show the same at two instants when they are put back. */
function sameClock(found: number | undefined, ms: number, timeZone: string): void {
  assert.ok(found !== undefined);
  const all = { ...clock, year: "numeric", month: "short", day: "numeric" } as const;
  assert.equal(shown(found, timeZone, all), shown(ms, timeZone, all));
  assert.ok(Math.abs(found - ms) <= 2 * HOUR);
}

describe("the end of a limit", () => {
  it("a time of day with its zone is the next one", () => {
    const ahead = fc.integer({ min: 1, max: 22 * 60 }).map((n) => n * MINUTE);
    fc.assert(
      fc.property(instant, ahead, zone, (ms, wait, timeZone) => {
        const text = `You've hit your session limit · resets ${short(ms, timeZone)} (${timeZone})`;
        sameClock(resetIn(text, ms - wait), ms, timeZone);
      }),
      { numRuns: runs(400) },
    );
  });

  it("a time that has just come is not the next day's", () => {
    const since = fc.integer({ min: 0, max: 9 * MINUTE });
    fc.assert(
      fc.property(instant, since, zone, (ms, late, timeZone) => {
        sameClock(resetIn(`resets ${short(ms, timeZone)} (${timeZone})`, ms + late), ms, timeZone);
      }),
      { numRuns: runs(100) },
    );
  });

  it("a date without its year is the next one", () => {
    const ahead = fc.integer({ min: 1, max: 300 * 24 * 60 }).map((n) => n * MINUTE);
    const joint = fc.constantFrom(", ", " at ", " ");
    fc.assert(
      fc.property(instant, ahead, zone, joint, (ms, wait, timeZone, between) => {
        const date = shown(ms, timeZone, { month: "short", day: "numeric" });
        const text = `resets ${date}${between}${short(ms, timeZone)} (${timeZone})/login to switch`;
        // The 29th of February is not in every year.
        if (date === "Feb 29") return;
        sameClock(resetIn(text, ms - wait), ms, timeZone);
      }),
      { numRuns: runs(400) },
    );
  });

  it("a day of the week is the next one", () => {
    const ahead = fc.integer({ min: 1, max: 6 * 24 * 60 }).map((n) => n * MINUTE);
    const joint = fc.constantFrom(" ", ", ", " at ");
    const length = fc.constantFrom<"short" | "long">("short", "long");
    fc.assert(
      fc.property(instant, ahead, zone, joint, length, (ms, wait, timeZone, between, weekday) => {
        const day = shown(ms, timeZone, { weekday });
        const text = `You've hit your weekly limit · resets ${day}${between}${short(ms, timeZone)} (${timeZone})`;
        sameClock(resetIn(text, ms - wait), ms, timeZone);
      }),
      { numRuns: runs(300) },
    );
  });

  it("a clock that is ahead or behind by so much", () => {
    const ahead = fc.integer({ min: 1, max: 22 * 60 }).map((n) => n * MINUTE);
    // To the quarter of an hour, as the world's are.
    const offset = fc.integer({ min: -48, max: 56 }).map((n) => n * 15);
    fc.assert(
      fc.property(instant, ahead, offset, (ms, wait, minutes) => {
        const precise = ms + Math.abs(minutes % 60) * 1000;
        const there = new Date(precise + minutes * MINUTE).toISOString();
        const [day = "", time = ""] = there.split("T");
        const sign = minutes < 0 ? "-" : "+";
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const two = (n: number): string => `${n}`.padStart(2, "0");
        const gmt =
          minutes === 0 ? "GMT" : `GMT${sign}${hours}${rest === 0 ? "" : `:${two(rest)}`}`;
        assert.equal(resetIn(`Access resets at ${time.slice(0, 5)} ${gmt}.`, ms - wait), ms);
        const full = `${day} ${time.slice(0, 8)} ${sign}${two(hours)}${two(rest)}`;
        assert.equal(resetIn(`It will reset at ${full} CST.`, ms - wait), precise);
        if (minutes !== 480) return;
        const local = `${day} ${time.slice(0, 8)}`;
        assert.equal(resetIn(`Your limit will reset at ${local}`, ms - wait), precise);
        assert.equal(resetIn(`您的限额将在 ${local} 重置。`, ms - wait), precise);
      }),
      { numRuns: runs(400), examples: [[Date.UTC(2026, 11, 31, 23, 30), HOUR, 480]] },
    );
  });

  it("a time of day is within the longest wait, if that is known", () => {
    const ahead = fc.integer({ min: 1, max: 22 * 60 }).map((n) => n * MINUTE);
    fc.assert(
      fc.property(instant, ahead, (ms, wait) => {
        const found = resetIn(`resets ${short(ms, "UTC")} (UTC)`, ms - wait, 5 * HOUR);
        assert.equal(found, wait > 5 * HOUR ? undefined : ms);
        const date = shown(ms, "UTC", { month: "short", day: "numeric" });
        const dated = resetIn(`resets ${date} at ${short(ms, "UTC")} (UTC)`, ms - wait, HOUR);
        assert.equal(dated, ms);
      }),
      { numRuns: runs(100) },
    );
  });

  it("a date with its year is in the machine's own time, whenever it was written", () => {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const ordinal = fc.constantFrom("", "st", "nd", "rd", "th");
    fc.assert(
      fc.property(instant, instant, ordinal, (ms, at, th) => {
        const month = shown(ms, here, { month: "long" });
        const day = shown(ms, here, { day: "numeric" });
        const year = shown(ms, here, { year: "numeric" });
        const text = `or try again at ${month} ${day}${th}, ${year} ${shown(ms, here, clock)}.`;
        sameClock(resetIn(text, at), ms, here);
      }),
      { numRuns: runs(200) },
    );
  });

  it("a wait is counted from the record", () => {
    const amounts = fc.record({
      d: fc.integer({ min: 0, max: 30 }),
      h: fc.integer({ min: 0, max: 23 }),
      m: fc.integer({ min: 0, max: 59 }),
      s: fc.integer({ min: 0, max: 59 }),
    });
    const lead = fc.constantFrom(
      "Please try again in ",
      "It will reset in ",
      "Your quota will reset after ",
      "Please retry in ",
      "Retrying in ",
      "Please wait ",
      "please try again after ",
    );
    const long = { d: "day", h: "hour", m: "minute", s: "second" } as const;
    const letters = fc.boolean();
    fc.assert(
      fc.property(instant, amounts, lead, letters, (at, amount, words, isShort) => {
        const { d, h, m, s } = amount;
        const span = (["d", "h", "m", "s"] as const)
          .filter((unit) => amount[unit] > 0)
          .map((unit) =>
            isShort
              ? `${amount[unit]}${unit}`
              : `${amount[unit]} ${long[unit]}${amount[unit] === 1 ? "" : "s"}`,
          )
          .join(isShort ? "" : " ");
        if (span === "") return;
        const found = resetIn(`429 no. ${words}${span}. Thank you.`, at);
        assert.equal(found, at + d * DAY + h * HOUR + m * MINUTE + s * 1000);
      }),
      { numRuns: runs(300) },
    );
  });

  it("an instant is taken as it is", () => {
    fc.assert(
      fc.property(instant, instant, (ms, at) => {
        const seconds = ms / 1000;
        const iso = new Date(ms).toISOString();
        assert.equal(resetIn(`Claude AI usage limit reached|${seconds}`, at), ms);
        assert.equal(resetIn(`limit resets at ${iso}`, undefined), ms);
        const [day, time] = iso.split("T");
        const told = `You will regain access on ${day} at ${time?.slice(0, 5)} UTC.`;
        assert.equal(resetIn(told, at), ms);
      }),
      { numRuns: runs(100) },
    );
  });

  it("headers and odd forms", () => {
    const at = Date.UTC(2026, 10, 30, 10);
    const after = (text: string): number | undefined => {
      const found = resetIn(text, at);
      return found === undefined ? undefined : (found - at) / 1000;
    };
    assert.equal(after("no; Retry-After: 3600 seconds"), 3600);
    assert.equal(after("no retry-after-ms=1500"), 1.5);
    assert.equal(after("Please retry in 43.5s."), 43.5);
    assert.equal(after("Please try again in 340ms."), 0.34);
    assert.equal(after("try again in 1 hour, 30 minutes and 5 seconds"), 5405);
    assert.equal(after("Resets in 157h"), 157 * 3600);
    assert.equal(after("quota exceeded [retrying in ~1 week attempt #1]"), 7 * 86_400);
    assert.equal(after('{"retryDelay": "43.5s"}'), 43.5);
    assert.equal(after('{\\"quotaResetDelay\\":\\"1h2m3.5s\\"}'), 3723.5);
    assert.equal(after('{"resets_in_seconds":602705}'), 602_705);
    assert.equal(after('{"error":{"retry_after":30}}'), 30);
    assert.equal(after('{"resets_at":1796043600}'), 3 * 3600);
    assert.equal(after('{"X-RateLimit-Reset":"1796043600000"}'), 3 * 3600);
    assert.equal(after('{"quotaResetTimeStamp":"2026-11-30T11:00:00Z","retryDelay":"1s"}'), 3600);
    assert.equal(after("resets 5am PST"), 3 * 3600);
  });

  it("nothing else is a time", () => {
    const at = Date.UTC(2026, 10, 30, 10);
    for (const text of [
      "",
      "You've hit your limit",
      "wait for limits to reset (every 5h and every week.)",
      "retried 5 times (total retry wait time: 5.56 seconds)",
      "resets 3",
      "resets 13pm (Europe/Berlin)",
      "resets 3:75pm (Europe/Berlin)",
      "resets 3pm (Mars/Olympus)",
      "resets 99:00",
      "resets Mon",
      "resets Funday 3pm (UTC)",
      '{"reset":"1796043600"}',
      "the option retry_after: 30 is unknown",
      "try again",
      "at 10:26 PM",
      "limit reached|12",
      "the file was reset 2026-11-30",
    ]) {
      assert.equal(resetIn(text, at), undefined, text);
    }
    assert.equal(resetIn("resets 3pm (Europe/Berlin)", undefined), undefined);
    assert.equal(resetIn("resets 3pm (Europe/Berlin)", Number.NaN), undefined);
    assert.equal(resetIn("try again in 5s", undefined), undefined);
    assert.equal(resetIn("try again in 999999999 days", at), undefined);
  });
});
