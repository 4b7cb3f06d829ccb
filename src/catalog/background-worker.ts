/** The thread of `indexInBackground`. */
import { parentPort, workerData } from "node:worker_threads";
import { tempsFolder } from "../io/leftovers.ts";
import { noteTemps } from "../io/temps.ts";
import { openCatalog } from "./catalog.ts";
import { indexSessions } from "./indexing.ts";
import { pending } from "./pending.ts";
import type { Places } from "./stores.ts";

const places: Places = workerData;
// Each thread has a list of its own.
noteTemps(tempsFolder(places.env));
const stopping = new AbortController();
parentPort?.once("message", () => stopping.abort());

const catalog = await openCatalog(places);
await indexSessions(catalog, pending(catalog), { threads: 0, signal: stopping.signal });
catalog.close();
parentPort?.close();
