/** Times as Python's `datetime.now().isoformat()` prints them: the machine's own, without a zone. */

const LOCAL = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?$/;
const LAST = Date.parse("9999-12-30T00:00:00.000Z");

/** ISO 8601, or null for anything else. */
export function readTime(text: string | undefined): string | null {
  // Without a zone, JavaScript takes it for the machine's own time as well.
  const isPlain = LOCAL.test(text ?? "");
  const ms =
    isPlain || /^\d{4}-.*(?:Z|[+-]\d\d:?\d\d)$/.test(text ?? "")
      ? Date.parse(text ?? "")
      : Number.NaN;
  return ms >= 0 && ms <= LAST ? new Date(ms).toISOString() : null;
}

/** The inverse, to the millisecond. */
export function printTime(iso: string | null): string | null {
  const ms = Date.parse(iso ?? "");
  if (!(ms >= 0 && ms <= LAST)) return null;
  const time = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = [
    String(time.getFullYear()).padStart(4, "0"),
    two(time.getMonth() + 1),
    two(time.getDate()),
  ];
  const clock = [two(time.getHours()), two(time.getMinutes()), two(time.getSeconds())];
  const fraction = time.getMilliseconds();
  const micros = fraction === 0 ? "" : `.${String(fraction).padStart(3, "0")}000`;
  return `${date.join("-")}T${clock.join(":")}${micros}`;
}
