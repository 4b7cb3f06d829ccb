/** The thread of `Verifier`. */
import { workerData } from "node:worker_threads";
import { rebuild, type Shared } from "./verify.ts";

const { files, written, state, result }: Shared = workerData;

function follow(which: 0 | 1): (have: number) => number {
  return (have) => {
    for (;;) {
      const tick = Atomics.load(state, 0);
      const done = Atomics.load(written, 2) === 1n;
      const bytes = Number(Atomics.load(written, which));
      if (bytes > have || done) return bytes;
      Atomics.wait(state, 0, tick, 1000);
    }
  };
}

try {
  result.set(Buffer.from(rebuild(files, follow(0), follow(1)), "latin1"));
} finally {
  Atomics.store(state, 1, 1);
  Atomics.notify(state, 1);
}
