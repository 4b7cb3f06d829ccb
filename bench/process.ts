/** Runs whole processes and measures their time and peak memory. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..");

/** A line of the table: what was measured, and its bound. */
export interface Row {
  what: string;
  measured: string;
  bound: string;
  ok: boolean;
}

export interface Run {
  seconds: number;
  /** 10⁶ bytes of resident memory; 0 if it was not measured. */
  megabytes: number;
  /**
   * CPU time in seconds, in all threads, which does not depend on the machine's load. 0 as above.
   */
  cpu: number;
  stdout: string;
}

/** Run inside the child: writes its usage to file descriptor 3 when it ends. */
const REPORT_MEMORY = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from "node:fs";
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) {
    process.on("exit", () => {
      const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
      writeSync(3, [maxRSS, userCPUTime + systemCPUTime].join(" "));
    });
  }
`)}`;

/** This Node with `args`, in a separate process. Throws unless it succeeds. */
export function runNode(
  args: readonly string[],
  {
    memory = false,
    env = process.env,
    cwd = ROOT,
  }: { memory?: boolean; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Run {
  const all = memory ? ["--import", REPORT_MEMORY, ...args] : args;
  const from = process.hrtime.bigint();
  const child = spawnSync(process.execPath, all, {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    maxBuffer: 64 << 20,
  });
  const seconds = Number(process.hrtime.bigint() - from) / 1e9;
  if (child.status !== 0) throw new Error(`node ${args.join(" ")}: ${child.stderr}`);
  const [kibibytes = 0, microseconds = 0] = (child.output[3] ?? "").split(" ").map(Number);
  const megabytes = (kibibytes * 1024) / 1e6;
  return { seconds, megabytes, cpu: microseconds / 1e6, stdout: child.stdout };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
}
