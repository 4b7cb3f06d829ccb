/** Keeping the process small while it goes through very much. */
import { setFlagsFromString } from "node:v8";

/**
 * Lets V8's young generation not grow further. Left alone it takes whatever garbage there is at
 * full speed for a reason to grow, which over a gigabyte is most of the process.
 */
export function keepSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/** Has V8 prefer memory to speed in all it does: for when much else takes memory beside the session. */
export function keepSmallest(): void {
  setFlagsFromString("--optimize-for-size");
}
