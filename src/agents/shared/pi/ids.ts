/** Ids of entries: eight hexadecimal digits. */
import { hex8 } from "../ids.ts";

export function entryIds(seed: string): (n: number) => string {
  const first = Number.parseInt(hex8(seed, 0), 16);
  return (n) =>
    scramble((first + n) >>> 0)
      .toString(16)
      .padStart(8, "0");
}

/**
 * Maps one number to another (the finaliser of MurmurHash3), so that new ids never collide: with
 * eight random digits, two of 100,000 entries would, and Pi would lose the first.
 */
function scramble(n: number): number {
  let h = Math.imul(n ^ (n >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
