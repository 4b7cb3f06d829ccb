/** The thread of `indexInBackground`. */
import { parentPort, workerData } from "node:worker_threads";
import { openCatalog } from "./catalog.ts";
import { indexSessions } from "./indexing.ts";
import { pending } from "./pending.ts";
import type { Places } from "./stores.ts";

const places: Places = workerData;
const stopping = new AbortController();
parentPort?.once("message", () => stopping.abort());

const catalog = await openCatalog(places);
// Newest first: little of it may get done.
const tasks = pending(catalog).reverse();
await indexSessions(catalog, tasks, { threads: 0, signal: stopping.signal });
catalog.close();
parentPort?.close();
