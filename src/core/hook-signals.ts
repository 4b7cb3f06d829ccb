/**
 * What agents' hooks reported: a small file of lines in Segue's own folder, which is begun anew when it
 * has grown. See hooks.ts.
 */
import { appendFileSync, closeSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { openFile, textOrNone } from "../io/door.ts";
import { withLock } from "../io/lock.ts";
import { makeFolders } from "../io/made.ts";
import { readAt } from "../io/read-at.ts";
import { type Env, stateFolder } from "../io/state.ts";
import { LIMIT_KINDS, LIMIT_SCOPES } from "../limits/policy.ts";
import type { Signal } from "../limits/types.ts";
import { parseValue } from "../lossless/json-text.ts";
import { member, string } from "../session/json.ts";
import type { Json } from "../session/types.ts";

/** A signal, and what the hook said about its session. */
export interface HookSignal {
  signal: Signal;
  /** The session's file; null if the hook did not say. */
  path: string | null;
  cwd: string | null;
}

const MOST_BYTES = 256 << 10;
const LONGEST_TEXT = 1000;

export function hookFile(env: Env): string {
  return join(stateFolder(env), "hooks", "signals.jsonl");
}

/** The one before, once there is a new one. */
function olderFile(env: Env): string {
  return join(stateFolder(env), "hooks", "signals.1.jsonl");
}

/** @throws the system's error if it cannot be written. */
export function recordHookSignal(env: Env, { signal, ...about }: HookSignal): void {
  const path = hookFile(env);
  makeFolders(dirname(path));
  const line = JSON.stringify({ ...signal, text: signal.text.slice(0, LONGEST_TEXT), ...about });
  // Without a lock, which it might have to wait for: a line is appended in one piece, and one that goes
  // to the file just as it is renamed is read there.
  appendFileSync(path, `${line}\n`, { mode: 0o600 });
  if (sizeOf(path) <= MOST_BYTES) return;
  withLock(env, path, () => {
    if (sizeOf(path) > MOST_BYTES) renameSync(path, olderFile(env));
  });
}

/** Those since a time (milliseconds since the epoch), oldest first. Lines that are damaged are skipped. */
export function hookSignals(env: Env, since = Number.NEGATIVE_INFINITY): HookSignal[] {
  const text = textOrNone(olderFile(env)) + textOrNone(hookFile(env));
  return signalsIn(text).filter(({ signal }) => signal.at >= since);
}

/** What is added from now on. */
export class HookTail {
  readonly #path: string;
  readonly #older: string;
  #offset: number;
  #inode: number;

  constructor(env: Env) {
    this.#path = hookFile(env);
    this.#older = olderFile(env);
    const info = statSync(this.#path, { throwIfNoEntry: false });
    this.#offset = info?.size ?? 0;
    this.#inode = info?.ino ?? 0;
  }

  read(): HookSignal[] {
    const info = statSync(this.#path, { throwIfNoEntry: false });
    const isOther = info !== undefined && info.ino !== this.#inode;
    const rest = isOther ? this.#renamed() : [];
    if (isOther || (info !== undefined && info.size < this.#offset)) this.#offset = 0;
    if (info === undefined || info.size === this.#offset) return rest;
    this.#inode = info.ino;
    return [...rest, ...this.#readOn(this.#path)];
  }

  /** What was still added to the file before there was a new one. */
  #renamed(): HookSignal[] {
    const info = statSync(this.#older, { throwIfNoEntry: false });
    if (info?.ino !== this.#inode || info.size <= this.#offset) return [];
    return this.#readOn(this.#older);
  }

  #readOn(path: string): HookSignal[] {
    const { fd, size } = openFile(path);
    try {
      const bytes = readAt(fd, this.#offset, size - this.#offset);
      const end = bytes.lastIndexOf(0x0a) + 1;
      this.#offset += end;
      return signalsIn(bytes.subarray(0, end).toString("utf8"));
    } finally {
      closeSync(fd);
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function signalsIn(text: string): HookSignal[] {
  return text.split("\n").flatMap((line) => signalIn(parseValue(line) ?? null) ?? []);
}

function signalIn(value: Json): HookSignal | null {
  const [agent, at] = [string(member(value, "agent")), member(value, "at")];
  const kind = LIMIT_KINDS.find((one) => one === member(value, "kind"));
  if (agent === undefined || !isTime(at) || kind === undefined) return null;
  const numberOf = (key: string): number | null => {
    const number = member(value, key);
    return typeof number === "number" ? number : null;
  };
  const textOf = (key: string): string | null => string(member(value, key)) ?? null;
  const resetsAt = member(value, "resetsAt");
  const signal: Signal = {
    ...{ agent, at, kind, source: "hook" },
    profile: textOf("profile"),
    scope: LIMIT_SCOPES.find((one) => one === member(value, "scope")) ?? "unknown",
    usedPercent: numberOf("usedPercent"),
    resetsAt: isTime(resetsAt) ? resetsAt : null,
    retryable: member(value, "retryable") === true,
    session: textOf("session"),
    text: textOf("text") ?? "",
  };
  return { signal, path: textOf("path"), cwd: textOf("cwd") };
}

/** Can it be a date? */
function isTime(value: Json | undefined): value is number {
  return typeof value === "number" && Math.abs(value) <= 8.64e15;
}
