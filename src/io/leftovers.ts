/**
 * What a process left behind when it died: files under temporary names, and the folders created for
 * them. The process had recorded them, see temps.ts.
 */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { textIn } from "./door.ts";
import { Input } from "./input.ts";
import { removeEmptyFolders } from "./made.ts";
import { isDead, isHolder, isRunning } from "./process.ts";
import { type Env, stateFolder } from "./state.ts";
import type { Note } from "./temps.ts";

/** Only these are ever removed, whatever a damaged record says. */
const TEMP = /^(?:\.segue-\d+-[0-9a-f]{12}\.tmp|segue-[0-9a-f]{12})$/;

/**
 * Removes what dead processes left, or completes a pair of files if one is in place. Returns the
 * paths.
 */
export function removeLeftovers(env: Env): string[] {
  return ledgers(env).flatMap((path) => {
    const [holder, ...notes] = linesOf(path);
    // It may have died before it recorded its owner.
    const isLeft = isHolder(holder)
      ? isDead(holder)
      : !isRunning(Number.parseInt(basename(path), 10));
    if (!isLeft) return [];
    const seen = notes.filter(isNote);
    // Pairs first: their files are among the temporary ones.
    for (const one of seen) if ("to" in one) finish(one);
    const removed = seen.filter((one) => !("to" in one) && remove(one)).map(({ temp }) => temp);
    rmSync(path, { force: true });
    return removed;
  });
}

function finish({ temp, to, first }: Extract<Note, { to: string }>): void {
  if (!TEMP.test(basename(temp)) || dirname(temp) !== dirname(to) || !existsSync(temp)) return;
  if (digestOf(first.path) === first.sha256) renameSync(temp, to);
}

function digestOf(path: string): string | null {
  try {
    const input = new Input(path);
    try {
      return input.sha256();
    } finally {
      input.close();
    }
  } catch {
    return null;
  }
}

function remove({ temp, made }: Extract<Note, { made: string | null }>): boolean {
  if (!TEMP.test(basename(temp))) return false;
  const isThere = existsSync(temp);
  try {
    rmSync(temp, { recursive: true, force: true });
    removeEmptyFolders(dirname(temp), made);
  } catch {
    // No permission to remove it.
  }
  return isThere;
}

/** Where processes record their temporary files. */
export function tempsFolder(env: Env): string {
  return join(stateFolder(env), "temps");
}

function ledgers(env: Env): string[] {
  try {
    const names = readdirSync(tempsFolder(env));
    return names
      .filter((name) => /^\d+-[0-9a-f]{8}\.jsonl$/.test(name))
      .map((name) => join(tempsFolder(env), name));
  } catch {
    return [];
  }
}

function linesOf(path: string): unknown[] {
  try {
    return textIn(path)
      .split("\n")
      .map((line): unknown => {
        try {
          return JSON.parse(line);
        } catch {
          return null;
        }
      });
  } catch {
    return [];
  }
}

function isNote(value: unknown): value is Note {
  if (!isRecord(value) || typeof value.temp !== "string") return false;
  if (!("to" in value)) return value.made === null || typeof value.made === "string";
  const { to, first } = value;
  if (typeof to !== "string" || !isRecord(first)) return false;
  return typeof first.path === "string" && typeof first.sha256 === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
