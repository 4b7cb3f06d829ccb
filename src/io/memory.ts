/** Keeping the process small while it goes through very much. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

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

let collector: (() => void) | undefined;

/**
 * Has garbage collected now. For lines of many megabytes, of which several copies pile up before V8
 * sees a reason to look: it goes by how much was alive when it looked last.
 */
export function collect(): void {
  collector ??= collectorOf();
  collector();
}

function collectorOf(): () => void {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("gc");
  return typeof found === "function" ? () => void found() : () => {};
}
