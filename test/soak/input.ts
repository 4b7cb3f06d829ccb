/** The inputs of the soak: each follows from the seed and its number, and from the fixtures. */
import { readFileSync, statSync } from "node:fs";
import { agents, writable } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { type Fixture, fixtures } from "../support/fixtures.ts";
import { mutated } from "./mutate.ts";
import { Random } from "./random.ts";

/** What is larger takes the time of many small ones, and shows no more. */
const MOST_BYTES = 200_000;
/** Of a longer session only so many lines in a row are taken, after its first ones. */
const MOST_LINES = 14;
const FIRST_LINES = 3;

export interface SoakInput {
  n: number;
  source: Fixture;
  target: Agent;
  bytes: Buffer;
}

const small = fixtures.filter(
  ({ path }) => path.endsWith(".jsonl") && statSync(path).size < MOST_BYTES,
);
const lines = new Map<string, readonly string[]>();

export function soakInput(seed: number, n: number): SoakInput {
  const random = new Random(seed ^ Math.imul(n + 1, 0x9e3779b1));
  // Ordered pairs in turn, so that each gets its share; the fixture at random.
  const from = agents[n % agents.length];
  const target = writable[Math.floor(n / agents.length) % writable.length];
  if (!from || !target) throw new Error("there are no agents");
  const own = small.filter(({ agent }) => agent === from);
  const source = random.one(own);
  const other = random.one(random.chance(0.7) ? own : small);
  if (!source || !other) throw new Error(`${from.id} has no fixture that is small enough`);
  const bytes = mutated({ lines: some(source, random), others: linesOf(other) }, random);
  return { n, source, target, bytes };
}

function some(fixture: Fixture, random: Random): readonly string[] {
  const all = linesOf(fixture);
  if (all.length <= MOST_LINES) return all;
  const from = FIRST_LINES + random.below(all.length - MOST_LINES);
  return [...all.slice(0, FIRST_LINES), ...all.slice(from, from + MOST_LINES - FIRST_LINES)];
}

function linesOf({ path }: Fixture): readonly string[] {
  const known = lines.get(path);
  if (known) return known;
  const read = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  lines.set(path, read);
  return read;
}
