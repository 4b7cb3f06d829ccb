/** SIGINT, SIGTERM and SIGHUP (the terminal is gone): unfinished work is removed, and the exit code shows what happened. */
import { constants } from "node:os";
import { setImmediate } from "node:timers/promises";
import { runInNewContext } from "node:vm";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const cleanups = new Set<() => void>();
let catching = false;

/**
 * From now on, a signal ends the process in an orderly way. Not for libraries: there, signals
 * belong to the host program.
 */
export function catchSignals(): void {
  catching = true;
  for (const signal of SIGNALS) process.on(signal, end);
}

/** A pass over a session of this size takes less than a second. */
const QUICK = 8 << 20;

/**
 * Node notices signals only between pieces of work. During a long piece, signals instead end the
 * process at once, as by default: the next command removes what is left unfinished (see
 * leftovers.ts).
 */
export function expectWork(bytes: number): void {
  if (!catching || bytes <= QUICK) return;
  for (const signal of SIGNALS) process.off(signal, end);
}

/** Signals belong to another handler again. */
export function leaveSignals(): void {
  catching = false;
  for (const signal of SIGNALS) process.off(signal, end);
}

/** Another program uses the terminal during `work`: Ctrl-C is one of its keys. */
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

/** Calls `cleanup` if a signal ends the process before the returned function is called. */
export function onInterrupt(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/**
 * Does work without yielding to signal handlers: SIGINT still interrupts it in an orderly way.
 * The others wait for its end, or end the process if that may take long (see `expectWork`); hence
 * `heedSignals` after it, and before anything irreversible.
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
    // Even if the work was just finished: nobody else handles this signal any more.
    end("SIGINT");
  }
  const [first] = done;
  return first ? first.result : end("SIGINT");
}

/** Lets signals that arrived in the meantime take effect. */
export async function heedSignals(): Promise<void> {
  // Twice: the first may run in the same turn of the event loop, before it checks for signals.
  await setImmediate();
  await setImmediate();
}

/** Removes unfinished work, because the command ended without doing so. */
export function abandon(): void {
  // In reverse order: a folder is created before its contents.
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup();
    } catch {
      // If something cannot be removed, the rest still must be.
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
