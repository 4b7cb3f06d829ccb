/**
 * The processes that a program of ours started. Some CLIs only start another process, which does the work:
 * if only the first one is ended, the work continues (Qwen Code 0.24.4 [run]).
 *
 * It is safe to signal these, because each of them is
 * - the child itself or a descendant of it: no other process of the user's, not even one in our process
 *   group, as everything in a shell script is;
 * - in our process group, so that Ctrl-C would reach it too: whatever was given a group of its own, such as
 *   a server that is to outlive the agent, is not;
 * - the very process that was seen, by its start time, and not another one that got its number since.
 * What ignores SIGINT (a shell starts a command with "&" so, and nohup keeps it so) outlives Ctrl-C: it is
 * sent nothing at all.
 */
import { readdirSync, readFileSync } from "node:fs";

/** One process, even after its number is used again. */
export interface Member {
  pid: number;
  /** When it started; null if the system does not say. */
  started: string | null;
}

/** The fields of Linux's /proc/PID/stat after the name, from the state on; null if there are none. */
export function statOf(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

const [PARENT, GROUP, STARTED] = [1, 2, 19];

/** The child that runs as `pid`, and those of its descendants that Ctrl-C ends; without /proc: only itself. */
export function familyOf(pid: number): Member[] {
  const own = memberOf(pid, statOf(pid));
  const group = statOf(process.pid)?.[GROUP];
  if (group === undefined) return [own];
  const children = new Map<number, Member[]>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (stat?.[GROUP] !== group) continue;
    const parent = Number(stat[PARENT]);
    children.set(parent, [...(children.get(parent) ?? []), memberOf(Number(name), stat)]);
  }
  const family = [own];
  for (const one of family) family.push(...(children.get(one.pid) ?? []));
  return family.filter((one) => one === own || !ignoresInterrupt(one.pid));
}

function memberOf(pid: number, stat: readonly string[] | null): Member {
  return { pid, started: stat?.[STARTED] ?? null };
}

/** Does it still run? What has ended, and only waits for its parent, does not. */
export function isAlive({ pid, started }: Member): boolean {
  const stat = statOf(pid);
  return stat !== null && stat[STARTED] === started && stat[0] !== "Z";
}

/** Sends a signal to it, if it still runs. */
export function signal(member: Member, name: NodeJS.Signals): void {
  if (member.started !== null && !isAlive(member)) return;
  try {
    process.kill(member.pid, name);
  } catch {
    // It has ended in between.
  }
}

/** SIGINT is number 2, the second bit of the mask. */
const INTERRUPT = 2n;

function ignoresInterrupt(pid: number): boolean {
  try {
    const [, mask] =
      /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return mask !== undefined && (BigInt(`0x${mask}`) & INTERRUPT) !== 0n;
  } catch {
    return false;
  }
}
