/** Machines with sessions on them, and what every failure has to be like. */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { agents } from "../../src/agents/registry.ts";
import { type Fixture, fixture, fixtures } from "../support/fixtures.ts";
import { known } from "../support/folder.ts";
import { type Ended, Machine } from "../support/segue.ts";

export const BASICS = agents
  .filter(({ id }) => fixtures.some(({ name }) => name.startsWith(`${id}/basic/`)))
  .map(({ id }) => fixture(`${id}/basic`));
export const [CLAUDE, CODEX, PI] = [known(BASICS[0]), known(BASICS[1]), known(BASICS[2])];

/** A machine with a session of each of three agents, in a folder below `root`. */
export function inhabited(root: string): Machine {
  const machine = new Machine(mkdtempSync(join(root, "home-")));
  for (const each of [CLAUDE, CODEX, PI]) machine.install(each);
  return machine;
}

/** Where `install` puts a fixture, below the home folder. */
export function stored({ path }: Fixture): string {
  return path.slice(path.indexOf("/.", path.indexOf("/fixtures/")) + 1);
}

export function idOf({ name }: Fixture): string {
  return known(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.jsonl)/.exec(name))[0];
}

/** One error in at most three lines, without a stack; `candidates` may follow. */
export function fails({ err, code, out }: Ended, exit: number, says: RegExp, candidates = 0): void {
  assert.match(err, says);
  const lines = err.trimEnd().split("\n").length;
  assert.ok(lines <= (candidates > 0 ? 2 + candidates : 3), err);
  assert.doesNotMatch(err, /^ +at |this is a bug/m);
  assert.equal(out, "", "stdout");
  assert.equal(code, exit, err);
}
