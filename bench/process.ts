/** Runs whole processes and says how long they took and how much memory they had at their peak. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..");

export interface Run {
  seconds: number;
  /** 10⁶ bytes of resident memory; 0 where it was not asked for. */
  megabytes: number;
  stdout: string;
}

/** Run inside the child: its peak memory goes to file descriptor 3 when it ends. */
const REPORT_MEMORY = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from "node:fs";
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) {
    process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));
  }
`)}`;

/** This Node with `args`, in a process of its own. Throws unless it ends well. */
export function runNode(args: readonly string[], { memory = false } = {}): Run {
  const all = memory ? ["--import", REPORT_MEMORY, ...args] : args;
  const from = process.hrtime.bigint();
  const child = spawnSync(process.execPath, all, {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    maxBuffer: 64 << 20,
  });
  const seconds = Number(process.hrtime.bigint() - from) / 1e9;
  if (child.status !== 0) throw new Error(`node ${args.join(" ")}: ${child.stderr}`);
  const kibibytes = Number(child.output[3] ?? 0);
  return { seconds, megabytes: (kibibytes * 1024) / 1e6, stdout: child.stdout };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
}
