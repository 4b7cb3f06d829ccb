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
 * sent nothing at all. Where the system does not say what ignores it (macOS), descendants are sent only SIGINT.
 */
import { type Processes, processes, type Seen } from "./processes.ts";

/** One process, even after its number is used again. */
export interface Member {
  pid: number;
  /** When it started; null if the system does not say. */
  started: string | null;
  /** It may ignore SIGINT, and then it is to be left alone. */
  isUnsure: boolean;
}

/** The child that runs as `pid`, and those of its descendants that Ctrl-C ends; without a list: only itself. */
export function familyOf(pid: number, system: Processes = processes): Member[] {
  const all = system.all();
  const own: Member = {
    pid,
    started: all.find((one) => one.pid === pid)?.started ?? null,
    isUnsure: false,
  };
  const group = all.find((one) => one.pid === process.pid)?.group;
  if (group === undefined) return [own];
  const children = Map.groupBy(
    all.filter((one) => one.group === group),
    ({ parent }) => parent,
  );
  const family: Member[] = [own];
  for (const one of family) {
    for (const child of children.get(one.pid) ?? []) family.push(memberOf(child, system));
  }
  return family.filter((one) => one === own || system.ignoresInterrupt(one.pid) !== true);
}

function memberOf({ pid, started }: Seen, system: Processes): Member {
  return { pid, started, isUnsure: system.ignoresInterrupt(pid) === null };
}

/** Is it to be sent this signal? */
export function heeds({ isUnsure }: Member, name: NodeJS.Signals): boolean {
  return !isUnsure || name === "SIGINT";
}

/** Does it still run? What has ended, and only waits for its parent, does not. */
export function isAlive({ pid, started }: Member, system: Processes = processes): boolean {
  const now = system.at(pid);
  return now !== null && now.started === started && now.state !== "Z";
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
