/** A thread of `indexSessions`: reads sessions, and passes on their texts piece by piece. */
import { parentPort, workerData } from "node:worker_threads";
import { withScratch } from "../io/folders.ts";
import { tempsFolder } from "../io/leftovers.ts";
import { noteTemps } from "../io/temps.ts";
import { type Crew, type Message, WINDOW } from "./indexing.ts";
import { pieces } from "./reading.ts";

// Each thread has a list of its own.
noteTemps(tempsFolder(process.env));

const { tasks, next, waiting }: Crew = workerData;

function send(message: Message): void {
  parentPort?.postMessage(message, "piece" in message ? [message.piece.texts.buffer] : []);
}

await withScratch(async (scratch) => {
  for (let n = Atomics.add(next, 0, 1); n < tasks.length; n = Atomics.add(next, 0, 1)) {
    const task = tasks[n];
    if (!task) continue;
    try {
      for await (const piece of pieces(task, scratch)) {
        Atomics.add(waiting, 0, 1);
        send({ piece });
        // Indexing takes time: unprocessed pieces must not fill the memory.
        for (let w = Atomics.load(waiting, 0); w > WINDOW; w = Atomics.load(waiting, 0)) {
          Atomics.wait(waiting, 0, w, 200);
        }
      }
    } catch (error) {
      send({ sid: task.sid, error: error instanceof Error ? error.message : String(error) });
    }
  }
});
