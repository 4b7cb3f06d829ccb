/** What is Pi's own in the form that it shares with OpenClaw. */
import { hex8 } from "../shared/ids.ts";
import type { Dialect } from "../shared/pi/dialect.ts";
import { fromNative, parseResult, printResult } from "../shared/pi/tools.ts";
import { idInName } from "./store.ts";

export const PI: Dialect = {
  id: "pi",
  // CURRENT_SESSION_VERSION of every Pi from 0.73 to 1.5.2.
  version: 3,
  idInName,
  ids(seed) {
    const first = Number.parseInt(hex8(seed, 0), 16);
    return (n) =>
      scramble((first + n) >>> 0)
        .toString(16)
        .padStart(8, "0");
  },
  edits: true,
  tools: { fromNative, parseResult, printResult },
};

/**
 * Maps one number to another (the finaliser of MurmurHash3), so that new ids never collide: with
 * eight random digits, two of 100,000 entries would, and Pi would lose the first.
 */
function scramble(n: number): number {
  let h = Math.imul(n ^ (n >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
