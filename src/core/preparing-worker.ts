/** The thread of `PreparingThread`. */
import { parentPort, workerData } from "node:worker_threads";
import { wordsOf } from "../errors.ts";
import { tempsFolder } from "../io/leftovers.ts";
import { noteTemps } from "../io/temps.ts";
import { OwnPreparer, type PrepareOptions } from "./preparer.ts";
import type { Answer, Task } from "./preparing.ts";

const options: PrepareOptions = workerData;
// Each thread has a list of its own.
noteTemps(tempsFolder(options.places.env));
const preparer = new OwnPreparer(options);

async function answerTo(task: Task): Promise<Answer> {
  try {
    if (task.do === "undo") return { isUndone: await preparer.undo(task.copy) };
    return { copy: await preparer.handOver(task.order, task.newest) };
  } catch (error) {
    return { error: wordsOf(error) };
  }
}

parentPort?.on("message", async (task: Task) => parentPort?.postMessage(await answerTo(task)));
