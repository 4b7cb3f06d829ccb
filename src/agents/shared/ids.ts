/** Ids derived from a seed and a number, so that the same conversion gives the same bytes. */
import { hash } from "node:crypto";

function hex(seed: string, n: number): string {
  return hash("sha1", `${seed}\n${n}`);
}

/** A UUID in the form of version 4. */
export function uuid4(seed: string, n: number): string {
  const h = hex(seed, n);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
}

/** A UUID of version 7: its first 48 bits are `time` (ISO 8601; the epoch if null or invalid). */
export function uuid7(seed: string, n: number, time: string | null): string {
  const h = hex(seed, n);
  const ms = Math.max(0, Date.parse(time ?? "") || 0);
  const t = ms.toString(16).padStart(12, "0").slice(-12);
  return `${t.slice(0, 8)}-${t.slice(8)}-7${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
}

/** Eight hexadecimal digits, as Pi uses for entries. */
export function hex8(seed: string, n: number): string {
  return hex(seed, n).slice(0, 8);
}

/** `prefix` and 24 letters and digits, the form of API ids such as `msg_01…`. */
export function apiId(prefix: string, seed: string, n: number): string {
  return (
    prefix +
    BigInt(`0x${hex(seed, n)}`)
      .toString(36)
      .slice(0, 24)
      .padStart(24, "0")
  );
}
