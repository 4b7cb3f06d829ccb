/** A thread of `readLines`. */
import { parentPort, workerData } from "node:worker_threads";
import { type Share, work } from "./lines.ts";

const share: Share = workerData;
parentPort?.postMessage(work(share));
