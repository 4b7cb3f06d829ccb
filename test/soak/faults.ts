/**
 * Faults at every change to a file, and at every statement to a database, of every command that
 * writes: `npm run soak -- --faults`; see run.ts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { CASES } from "../support/faults/cases.ts";
import { faultsAt } from "../support/faults/hook.ts";
import { type Case, Trial } from "../support/faults/trial.ts";
import { place } from "./place.ts";
import { writeFaults } from "./tally.ts";

interface Count {
  name: string;
  steps: number;
  tried: number;
  broken: number;
}

export interface FaultOptions {
  only: string;
  part: number;
  seed: number;
  write: boolean;
}

/** Gives how many were broken. */
export async function soakFaults({ only, part, seed, write }: FaultOptions): Promise<number> {
  const folder = mkdtempSync(join(place(), "segue-faults-"));
  const waiting = CASES.filter(({ name }) => name.includes(only));
  const counts: Count[] = [];
  const work = async (worker: number): Promise<void> => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const home = mkdtempSync(join(folder, `home-${worker}-`));
      const count = await tryCase(one, home, (n) => (n + seed) % part === 0);
      console.log(row(count));
      counts.push(count);
      rmSync(home, { recursive: true, force: true });
    }
  };
  try {
    const workers = Math.min(availableParallelism(), 4);
    await Promise.all(Array.from({ length: workers }, (_, n) => work(n)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  counts.sort((a, b) => (a.name < b.name ? -1 : 1));
  console.log(["", ...table(counts)].join("\n"));
  if (write) writeFaults(table(counts), seed, part);
  return counts.reduce((sum, { broken }) => sum + broken, 0);
}

async function tryCase(one: Case, home: string, isChosen: (n: number) => boolean): Promise<Count> {
  const count = { name: one.name, steps: 0, tried: 0, broken: 0 };
  const report = (where: string, error: unknown): void => {
    count.broken++;
    const why = error instanceof Error ? error.message : String(error);
    console.log(`${one.name}, ${where}: ${why}`);
  };
  const trial = await Trial.of(one, home).catch((error) => report("without a fault", error));
  if (!trial) return count;
  count.steps = trial.changes.length;
  for (const [at, change] of trial.changes.entries()) {
    if (!isChosen(at)) continue;
    for (const fault of faultsAt(change)) {
      count.tried++;
      await trial
        .run(at + 1, fault)
        .catch((error) => report(`${fault} at ${at + 1} of ${trial.changes.length}`, error));
    }
  }
  return count;
}

function row({ name, steps, tried, broken }: Count): string {
  return `| ${name} | ${steps} | ${tried} | ${broken} |`;
}

function table(counts: readonly Count[]): string[] {
  return ["| command | steps | tried | broken |", "| --- | --- | --- | --- |", ...counts.map(row)];
}
