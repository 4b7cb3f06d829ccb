/** Is a process that left something behind still running? */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Names a process, also after its number is in use again. */
export interface Holder {
  pid: number;
  /** When the process started, as the system counts it; null where it does not say. */
  started: string | null;
  host: string;
}

export function thisProcess(): Holder {
  return { pid: process.pid, started: startOf(process.pid), host: hostname() };
}

/** Of another machine's processes nothing is known: they count as alive. */
export function isDead({ pid, started, host }: Holder): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
  const now = startOf(pid);
  return started !== null && now !== null && now !== started;
}

function startOf(pid: number): string | null {
  return startTicks(pid)?.toString() ?? null;
}

/** Field 22 of Linux's /proc/PID/stat: the time of its start since the system's, in clock ticks. */
export function startTicks(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const field = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return field === undefined ? null : Number(field);
  } catch {
    return null;
  }
}
