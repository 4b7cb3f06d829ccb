/**
 * Faults in a process of Segue's: a module that is loaded before it counts every change to a file and
 * every statement to a database, and lets the process die, or the call fail, at the nth.
 */
import { writeFileSync } from "node:fs";
import type { Machine } from "../segue.ts";

/** What happens at the nth change. */
export const FAULTS = {
  killed: "kill -9 right before it",
  torn: "kill -9 in the middle of a write",
  failing: "EIO",
  full: "half of a write, and from then on the disk is full",
} as const;
export type Fault = keyof typeof FAULTS;

/** Every function of node:fs by which something is changed. Those of the first line need room on the disk. */
const GROWING = `openSync writeSync linkSync mkdirSync mkdtempSync appendFileSync writeFileSync
  copyFileSync cpSync symlinkSync fsyncSync`.split(/\s+/);
const OTHERS = `renameSync rmSync unlinkSync rmdirSync ftruncateSync truncateSync chmodSync
  utimesSync futimesSync`.split(/\s+/);

/** Of \`Machine.run\`. Without a fault the changes are only counted; see \`changesIn\`. */
export function withFault(
  m: Machine,
  at: { n: number; fault: Fault } | null,
): { env: { [name: string]: string } } {
  const path = m.at(".hook.mjs");
  writeFileSync(path, hook(at?.n ?? -1, at?.fault ?? "killed"));
  return { env: { NODE_OPTIONS: `--import=${path}` } };
}

/** A write, something else that needs room, what needs none, a statement. */
export type Change = "w" | "g" | "o" | "s";

/** The changes that a process made, by what it said on stderr. */
export function changesIn(err: string): Change[] {
  const [, changes] = SAID.exec(err) ?? [];
  if (changes === undefined) throw new Error(`the hook did not count: ${err}`);
  return [...changes].filter((one) => one === "w" || one === "g" || one === "o" || one === "s");
}

/** What the hook itself says. */
export const SAID = /^changes (\w*)$/m;

/** What can happen at such a change. */
export function faultsAt(change: Change): Fault[] {
  if (change === "w") return ["killed", "torn", "failing", "full"];
  return change === "o" ? ["killed", "failing"] : ["killed", "failing", "full"];
}

function hook(n: number, fault: Fault): string {
  return `
import fs from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { isMainThread } from "node:worker_threads";
const FAULT = ${JSON.stringify(fault)};
const WRITES = ["writeSync", "appendFileSync", "writeFileSync"];
let changes = "";
const next = (kind) => {
  changes += kind;
  return changes.length;
};
let isFull = false;

const die = () => process.kill(process.pid, "SIGKILL");
const errors = { EIO: [5, "i/o error"], ENOSPC: [28, "no space left on device"] };
function error(code, syscall) {
  const [errno, words] = errors[code];
  return Object.assign(new Error(code + ": " + words + ", " + syscall), { code, errno: -errno, syscall });
}

/** Half of what is to be written, written; false for what is no write. */
function writeHalf(name, real, args) {
  const half = (data) => data.slice(0, Math.floor(data.length / 2));
  if (name === "writeSync") {
    const [fd, data, at = 0] = args;
    const rest = typeof data === "string" ? Buffer.from(data) : data.subarray(typeof at === "number" ? at : 0);
    real(fd, half(rest));
  } else if (name === "appendFileSync" || name === "writeFileSync") real(args[0], half(args[1]), args[2]);
  else return false;
  return true;
}

function falls(name, real, args, isGrowing) {
  if (FAULT === "killed") die();
  if (FAULT === "torn" && writeHalf(name, real, args)) die();
  if (FAULT === "failing") throw error("EIO", name);
  if (FAULT === "full" && isGrowing) {
    isFull = true;
    writeHalf(name, real, args);
    throw error("ENOSPC", name);
  }
}

const isRead = (name, args) => name === "openSync" && (args[1] === "r" || args[1] === undefined || typeof args[1] === "number");

for (const [names, isGrowing] of [[${JSON.stringify(GROWING)}, true], [${JSON.stringify(OTHERS)}, false]]) {
  for (const name of names) {
    const real = fs[name];
    // Of what writes as a whole, the parts do not count once more.
    let isInside = false;
    fs[name] = (...args) => {
      if (isRead(name, args) || isInside) return real(...args);
      if (isFull && isGrowing) throw error("ENOSPC", name);
      if (next(WRITES.includes(name) ? "w" : isGrowing ? "g" : "o") === ${n}) falls(name, real, args, isGrowing);
      isInside = true;
      try {
        return real(...args);
      } finally {
        isInside = false;
      }
    };
  }
}
syncBuiltinESMExports();

const { DatabaseSync, StatementSync } = createRequire(import.meta.url)("node:sqlite");
for (const [holder, name] of [[DatabaseSync, "exec"], [StatementSync, "run"]]) {
  const real = holder.prototype[name];
  holder.prototype[name] = function (...args) {
    const fails = (errcode) => {
      throw Object.assign(new Error(errcode === 10 ? "disk I/O error" : "database or disk is full"), {
        code: "ERR_SQLITE_ERROR",
        errcode,
      });
    };
    const isRollback = name === "exec" && args[0] === "ROLLBACK";
    if (isFull && !isRollback) fails(13);
    if (next("s") === ${n}) {
      if (FAULT === "killed" || FAULT === "torn") die();
      if (FAULT === "full") isFull = true;
      if (!isRollback) fails(FAULT === "failing" ? 10 : 13);
    }
    return real.apply(this, args);
  };
}
if (isMainThread) process.on("exit", () => process.stderr.write("\\nchanges " + changes + "\\n"));
`;
}
