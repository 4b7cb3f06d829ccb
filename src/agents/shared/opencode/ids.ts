/**
 * OpenCode's ids: a prefix, a time with a counter as twelve hexadecimal digits, and 14 letters and
 * digits.
 */
import { hash } from "node:crypto";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BITS = (1n << 48n) - 1n;

/**
 * Ascending with time: for messages and parts. `counter`: distinguishes those of one millisecond.
 */
export function ascendingId(prefix: "msg" | "prt", ms: number, counter: number, seed: string) {
  return `${prefix}_${hex(at(ms, counter))}${random(seed)}`;
}

/** Descending with time, so that the newest comes first: for sessions. */
export function sessionId(uuid: string, createdAt: string | null): string {
  const ms = Math.max(0, Date.parse(createdAt ?? "") || 0);
  return `ses_${hex(~at(ms, 1) & BITS)}${random(uuid)}`;
}

function at(ms: number, counter: number): bigint {
  return (BigInt(Math.max(0, Math.trunc(ms))) * 4096n + BigInt(counter)) & BITS;
}

function hex(value: bigint): string {
  return value.toString(16).padStart(12, "0");
}

function random(seed: string): string {
  let n = BigInt(`0x${hash("sha1", seed)}`);
  let text = "";
  for (let i = 0; i < 14; i++) {
    text += DIGITS[Number(n % 62n)];
    n /= 62n;
  }
  return text;
}
