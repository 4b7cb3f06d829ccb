/** SIGINT and SIGTERM: what is half done is taken away, and the exit code says what happened. */
import { constants } from "node:os";
import { setImmediate } from "node:timers/promises";
import { runInNewContext } from "node:vm";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const cleanups = new Set<() => void>();
let catching = false;

/** From now on a signal ends the process in order. Not for libraries: the host's signals are its own. */
export function catchSignals(): void {
  catching = true;
  for (const signal of SIGNALS) process.on(signal, end);
}

/** A pass over a session of so many bytes takes less than a second. */
const QUICK = 8 << 20;

/**
 * Node hears of signals only between pieces of work. Where a piece may be long, signals end the
 * process at once instead, as they do by default: what it leaves half done, the next command takes
 * away (see leftovers.ts).
 */
export function expectWork(bytes: number): void {
  if (!catching || bytes <= QUICK) return;
  for (const signal of SIGNALS) process.off(signal, end);
}

/** Signals are someone else's again. */
export function leaveSignals(): void {
  catching = false;
  for (const signal of SIGNALS) process.off(signal, end);
}

/** Another program has the terminal during `work`: Ctrl-C is a key of that program's. */
export async function withoutSignals<T>(work: () => Promise<T>): Promise<T> {
  const ignored = (): void => {};
  const wasCatching = catching;
  process.on("SIGINT", ignored);
  leaveSignals();
  try {
    return await work();
  } finally {
    if (wasCatching) catchSignals();
    process.off("SIGINT", ignored);
  }
}

/** Has `cleanup` called if a signal ends the process before the function given back is called. */
export function onInterrupt(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/**
 * Does work without giving way to signal handlers: SIGINT breaks it off all the same, in order.
 * SIGTERM waits for its end, or ends the process if that may be long (see `expectWork`); hence
 * `heedSignals` after it, and before what cannot be taken back.
 */
export function interruptible<T>(work: () => T): T {
  if (!catching) return work();
  const done: { result: T }[] = [];
  const run = (): void => {
    done.push({ result: work() });
  };
  try {
    runInNewContext("run()", { run }, { breakOnSigint: true });
  } catch (error) {
    if (codeOf(error) !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") throw error;
    // Even if the work was just done: nobody else hears of this signal any more.
    end("SIGINT");
  }
  const [first] = done;
  return first ? first.result : end("SIGINT");
}

/** Lets the signals that came meanwhile have their effect. */
export async function heedSignals(): Promise<void> {
  // Twice: the first may come in the same turn of the event loop, before it looks for signals.
  await setImmediate();
  await setImmediate();
}

/** Takes away what is half done, because the command has ended without doing so. */
export function abandon(): void {
  // The last first: a folder is made before what is put into it.
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup();
    } catch {
      // What cannot be removed must not keep the rest from it.
    }
  }
  cleanups.clear();
}

function end(signal: (typeof SIGNALS)[number]): never {
  abandon();
  process.exit(128 + constants.signals[signal]);
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
