/**
 * Updates the text index while an interactive run continues, in a second thread, so that key
 * presses are handled at once. `stop` ends it soon; the work done so far is kept.
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
  // It is for the next search: nothing waits for it, and its failure need not be reported.
  worker.unref();
  worker.on("error", () => {});
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  return {
    stop() {
      // The process must not end before code that awaits its end.
      worker.ref();
      worker.postMessage("stop");
      return ended;
    },
  };
}
