/** The processes of this machine, as the system lists them: Linux in /proc, others by `ps`. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** A process, as it is now. */
export interface Seen {
  pid: number;
  parent: number;
  group: number;
  /** The group in the foreground of its terminal. */
  foreground: number;
  /** A letter: "Z" has ended and waits for its parent, "T" is stopped. */
  state: string;
  /** When it started, in the system's words. */
  started: string;
}

export interface Processes {
  all(): Seen[];
  /** null if there is none. */
  at(pid: number): Seen | null;
  /** Does it ignore SIGINT? null if the system does not say. */
  ignoresInterrupt(pid: number): boolean | null;
}

const inProc: Processes = {
  all: () =>
    readdirSync("/proc").flatMap((name) =>
      /^\d+$/.test(name) ? (inProc.at(Number(name)) ?? []) : [],
    ),
  at(pid) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [state = "", parent, group, , , foreground] = fields;
      const [started = ""] = fields.slice(19);
      return {
        ...{ pid, state, started, parent: Number(parent), group: Number(group) },
        foreground: Number(foreground),
      };
    } catch {
      return null;
    }
  },
  ignoresInterrupt(pid) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status) ?? [];
      return mask !== undefined && (BigInt(`0x${mask}`) & INTERRUPT) !== 0n;
    } catch {
      return false;
    }
  },
};

/** SIGINT is number 2, the second bit of the mask. */
const INTERRUPT = 2n;

/** macOS and the BSDs; Linux has the same. */
export const byPs: Processes = {
  all: () => listed(["-A"]),
  at: (pid) => listed(["-p", String(pid)])[0] ?? null,
  ignoresInterrupt: () => null,
};

const COLUMNS = "pid=,ppid=,pgid=,tpgid=,stat=,lstart=";
const LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+(\S)\S*\s+(\S.*?)\s*$/;

/** None if there is no `ps`. */
function listed(which: readonly string[]): Seen[] {
  const env = { ...process.env, LC_ALL: "C" };
  const { stdout } = spawnSync("ps", [...which, "-o", COLUMNS], { encoding: "utf8", env });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [, pid, parent, group, foreground, state = "", started = ""] = LINE.exec(line) ?? [];
    if (pid === undefined) return [];
    const numbers = { pid: Number(pid), parent: Number(parent), group: Number(group) };
    return [{ ...numbers, foreground: Number(foreground), state, started }];
  });
}

const none: Processes = { all: () => [], at: () => null, ignoresInterrupt: () => null };

/** Those of this system. */
export const processes: Processes =
  process.platform === "win32" ? none : existsSync("/proc/self/stat") ? inProc : byPs;
