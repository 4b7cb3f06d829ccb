/**
 * The text index, brought up to date while an interactive run goes on: in one thread beside it, so
 * that keys are answered at once. `stop` ends it soon; what is done by then stays done.
 *
 *     const indexing = indexInBackground(places);
 *     …
 *     await indexing.stop();
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Places } from "./stores.ts";

export interface Background {
  stop(): Promise<void>;
}

export function indexInBackground(places: Places): Background {
  const code = new URL(`./background-worker${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(code, {
    workerData: { ...places, env: { ...places.env } },
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
  // It is for the next search: nothing waits for it, and nobody has to know when it fails.
  worker.unref();
  worker.on("error", () => {});
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  return {
    stop() {
      // Whoever awaits its end must not be ended before.
      worker.ref();
      worker.postMessage("stop");
      return ended;
    },
  };
}
