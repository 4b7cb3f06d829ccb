/**
 * Killed, and failing, at changes to files: what was there before is there, or what was to be made is,
 * whole; the next command takes away what is left of the rest, and does again what was not done. Some
 * of them, which the commit chooses: each takes half a second. `npm run soak -- --faults` tries all.
 */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { seed } from "../support/commit.ts";
import { CASES } from "../support/faults/cases.ts";
import { type Fault, faultsAt } from "../support/faults/hook.ts";
import { type Case, Trial } from "../support/faults/trial.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { runs } from "../support/seed.ts";

const root = temporaryFolder();

/** How many faults are tried from day to day. */
const OFTEN: { [name: string]: number } = {
  "convert --force": 4,
  "resume --in codex": 4,
  return: 4,
  "undo of an append": 1,
  "dump, changed sessions": 1,
  "handoff -o": 1,
  scan: 1,
};

/** And one of the others. */
const others = CASES.filter(({ name }) => OFTEN[name] === undefined);
const alsoTried = known(others[Math.abs(seed) % others.length]);

/** So many of all faults at all changes, far from each other. */
function chosen(trial: Trial, most: number): [n: number, fault: Fault][] {
  const all = trial.changes.flatMap((change, at) =>
    faultsAt(change).map((fault): [number, Fault] => [at + 1, fault]),
  );
  const step = Math.max(1, Math.floor(all.length / most));
  return all.filter((_, i) => (i + Math.abs(seed)) % step === 0);
}

function tries(one: Case, count: number): void {
  it(`${one.name}, killed and failing`, async () => {
    const trial = await Trial.of(one, mkdtempSync(join(root, "home-")));
    assert.ok(trial.changes.length > 5, `${trial.changes.length} changes`);
    const wrong: string[] = [];
    for (const [n, fault] of chosen(trial, runs(count))) {
      await trial
        .run(n, fault)
        .catch((error) => wrong.push(`${fault} at change ${n}: ${error.message}`));
    }
    assert.deepEqual(wrong, []);
  });
}

for (const one of CASES) {
  const count = OFTEN[one.name] ?? (one === alsoTried ? 1 : 0);
  if (count > 0) tries(one, count);
}

it("names commands that there are", () => {
  const names = new Set(CASES.map(({ name }) => name));
  assert.deepEqual(
    Object.keys(OFTEN).filter((name) => !names.has(name)),
    [],
  );
});
