/** Keeps the process small while it processes a lot of data. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Stops V8's young generation from growing further. By default, it takes any garbage produced at
 * full speed as a reason to grow, and over a gigabyte it becomes most of the process.
 */
export function keepSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/**
 * Makes V8 prefer memory to speed in everything: for when much else takes memory beside the
 * session.
 */
export function keepSmallest(): void {
  setFlagsFromString("--optimize-for-size");
}

let collector: (() => void) | undefined;

/**
 * Runs a garbage collection now. For lines of many megabytes, of which several copies accumulate
 * before V8 sees a reason to collect: it goes by how much was alive the last time.
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
