/** What came of each pair, for docs/support.md: `node scripts/support.ts` puts it there. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { commit } from "../support/commit.ts";
import { pinned } from "./pins.ts";

const FOLDER = pinned(".results");

/** Of the first handover. */
export interface Noted {
  counts: { [what: string]: number };
  losses: { code: string; count: number }[];
}

/** Runs the test of a pair and notes what came of it, be it good or not. */
export async function note(from: string, to: string, test: () => Promise<Noted>): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const tree = commit();
  const when = { date, ...(tree === null ? {} : { commit: tree }) };
  try {
    write(from, to, { from, to, ...when, ok: true, ...(await test()) });
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
    write(from, to, { from, to, ...when, ok: false, why });
    throw error;
  }
}

function write(from: string, to: string, result: object): void {
  const path = join(FOLDER, `${from}--${to}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
}
