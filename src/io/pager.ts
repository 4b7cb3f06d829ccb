/**
 * A pager, as in git and gh: long output opens in it, output that fits on the screen stays there.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgsStringToArgv } from "string-argv";
import { withoutSignals } from "./interrupt.ts";
import { findProgram } from "./program.ts";
import type { Env } from "./state.ts";

/** Receives text for people, piece by piece. */
export interface Out {
  /** false: the reader has left. */
  write(text: string): Promise<boolean>;
}

/**
 * The words that start the pager: SEGUE_PAGER, else PAGER, else less. null if there is none, or if
 * it is empty or `cat`, which is how to disable it.
 */
export function pagerIn(env: Env): [string, ...string[]] | null {
  const set = env.SEGUE_PAGER ?? env.PAGER ?? "less";
  const [name = "", ...args] = parseArgsStringToArgv(set);
  if (name === "" || name === "cat") return null;
  const path = findProgram(name, env);
  return path === null ? null : [path, ...args];
}

/** Runs `work` with its output in the pager, and returns when the user leaves the pager. */
export async function withPager(
  [program, ...args]: readonly [string, ...string[]],
  env: Env,
  work: (out: Out) => Promise<void>,
): Promise<void> {
  // Quit if it fits, keep colours, leave the text on the screen: git's own options.
  const usual = { LESS: "FRX", LV: "-c", ...env };
  const child = spawn(program, args, { env: usual, stdio: ["pipe", "inherit", "inherit"] });
  await withoutSignals(async () => {
    const left = once(child, "close");
    await work(writingTo(child));
    child.stdin?.end();
    await left;
  });
}

function writingTo({ stdin }: ChildProcess): Out {
  let isGone = stdin === null;
  // The user left before the end, or it did not start.
  stdin?.on("error", () => {
    isGone = true;
  });
  return {
    async write(text) {
      if (isGone || !stdin?.writable) return false;
      const isFull = !stdin.write(text);
      if (isFull) await Promise.race([once(stdin, "drain"), once(stdin, "close")]).catch(() => {});
      return !isGone && stdin.writable;
    },
  };
}
