/** Reads the list lines of many sessions, on all cores if there are many. */
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { agentNamed } from "../agents/registry.ts";
import { keepingOpen } from "../agents/shared/sqlite.ts";
import type { Found } from "../agents/types.ts";
import { keepSmall } from "../io/memory.ts";
import { tellReading } from "../io/progress.ts";
import { type Reason, reasonOf } from "../io/unread.ts";
import { lineOf } from "./line.ts";
import type { Line } from "./row.ts";

export interface Job {
  agent: string;
  root: string;
  place: string;
  found: Found;
}

export interface ReadLine {
  job: Job;
  line: Line | null;
  /** Why it could not be read. */
  error: Reason | null;
}

type Outcome = Omit<ReadLine, "job">;

/** From this number on, starting a thread is worthwhile. */
const MANY = 600;
/** How many a thread takes at a time. */
const BATCH = 16;

/** The input of a thread: `next` counts the jobs that are taken. */
export interface Share {
  jobs: readonly Job[];
  next: Int32Array;
}

/** The output of a thread: numbers of jobs, with their results. */
export type Done = [n: number, outcome: Outcome][];

/** In the order of the jobs. */
export async function readLines(jobs: readonly Job[]): Promise<ReadLine[]> {
  if (jobs.length >= MANY) keepSmall();
  const share: Share = {
    jobs,
    next: new Int32Array(new SharedArrayBuffer(4)),
  };
  const threads = jobs.length < MANY ? 0 : Math.min(availableParallelism() - 1, 7);
  const others = Array.from({ length: threads }, () => inThread(share));
  const outcomes = new Map(work(share));
  for (const done of await Promise.all(others)) {
    for (const [n, outcome] of done) outcomes.set(n, outcome);
  }
  // The jobs of a thread that died.
  return jobs.map((job, n) => ({ job, ...(outcomes.get(n) ?? outcomeOf(job)) }));
}

/** Takes jobs until there are none left. */
export function work(share: Share): Done {
  return keepingOpen(() => take(share));
}

function take({ jobs, next }: Share): Done {
  const done: Done = [];
  for (;;) {
    const from = Atomics.add(next, 0, BATCH);
    if (from >= jobs.length) return done;
    tellReading(from, jobs.length);
    for (let n = from; n < Math.min(from + BATCH, jobs.length); n++) {
      const job = jobs[n];
      if (job) done.push([n, outcomeOf(job)]);
    }
  }
}

function outcomeOf({ agent, found }: Job): Outcome {
  try {
    return { line: lineOf(agentNamed(agent), found), error: null };
  } catch (error) {
    return { line: null, error: reasonOf(error) };
  }
}

function inThread(share: Share): Promise<Done> {
  return new Promise((resolve) => {
    const code = new URL(`./lines-worker${extname(import.meta.filename)}`, import.meta.url);
    const worker = new Worker(code, {
      workerData: share,
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    worker.on("message", (done: Done) => resolve(done));
    worker.on("error", () => resolve([]));
    worker.on("exit", () => resolve([]));
  });
}
