/** Is a process that left something behind still running? */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Identifies a process, even after its number is used again. */
export interface Holder {
  pid: number;
  /** When the process started, in the system's units; null if the system does not report it. */
  started: string | null;
  host: string;
}

/** Does a value that was read identify a process? */
export function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null || !("pid" in value)) return false;
  return typeof value.pid === "number" && "host" in value && typeof value.host === "string";
}

export function thisProcess(): Holder {
  return { pid: process.pid, started: startOf(process.pid), host: hostname() };
}

/** Nothing is known about another machine's processes: they count as alive. */
export function isDead({ pid, started, host }: Holder): boolean {
  if (host !== hostname()) return false;
  if (!isRunning(pid)) return true;
  const now = startOf(pid);
  return started !== null && now !== null && now !== started;
}

/** Is there a process with that number on this machine? */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it belongs to another user.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function startOf(pid: number): string | null {
  return startTicks(pid)?.toString() ?? null;
}

/** Field 22 of Linux's /proc/PID/stat: its start time since the system's start, in clock ticks. */
export function startTicks(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const field = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return field === undefined ? null : Number(field);
  } catch {
    return null;
  }
}
