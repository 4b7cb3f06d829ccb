const UNITS: { [unit: string]: number } = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

/** Milliseconds since the epoch, from "2d" (ago) or an ISO date; undefined for anything else. */
export function timeAgo(text: string): number | undefined {
  const [, n, unit = ""] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  const time = n === undefined ? Date.parse(text) : Date.now() - Number(n) * (UNITS[unit] ?? 0);
  const isTime = (n !== undefined || /^\d{4}-\d\d/.test(text)) && !Number.isNaN(time);
  return isTime ? time : undefined;
}

/** Milliseconds, from "30s", "10m", "5h"; undefined for anything else. */
export function timeSpan(text: string): number | undefined {
  const [, n, unit = ""] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  return n === undefined ? undefined : Number(n) * (UNITS[unit] ?? 0);
}
