/** Ids of checkpoints: UUIDs of version 6, whose text is in the order of time. */
import { hash } from "node:crypto";

/** 100 nanoseconds since 1582-10-15, at the Unix epoch. */
const EPOCH = 0x01b21dd213814000n;

/** The time of an id in 100 nanoseconds since the Unix epoch; null for another form. */
export function ticksOf(id: string): bigint | null {
  const [, high, mid, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-6([0-9a-f]{3})-/.exec(id) ?? [];
  if (high === undefined || mid === undefined || low === undefined) return null;
  return BigInt(`0x${high}${mid}${low}`) - EPOCH;
}

/** ISO 8601. */
export function timeOf(id: string): string | null {
  const ticks = ticksOf(id);
  return ticks === null ? null : isoTime(ticks);
}

export function isoTime(ticks: bigint): string | null {
  const ms = Number(ticks / 10_000n);
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}

/** `step` is in the place of the clock's sequence, as LangGraph has it. */
export function uuid6(ticks: bigint, step: number, seed: string): string {
  const t = BigInt.asUintN(60, ticks + EPOCH)
    .toString(16)
    .padStart(15, "0");
  const sequence = ((step & 0x3fff) | 0x8000).toString(16);
  const node = hash("sha1", `${seed}\n${ticks}`).slice(0, 12);
  return `${t.slice(0, 8)}-${t.slice(8, 12)}-6${t.slice(12)}-${sequence}-${node}`;
}
