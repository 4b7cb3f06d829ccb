/**
 * Sessions changed in every way that files change in, through every ordered pair of agents, as long as
 * is wished: `npm run soak`.
 *
 *   --inputs N    how many (default: 200,000); each follows from the seed and its number
 *   --minutes M   stop after so long, however many they were
 *   --seed S      in place of the commit's
 *   --from N      the first one: `--from 4711 --inputs 1` tries a single one again, and keeps its file
 *   --write       put the figures into docs/reliability.md
 *
 * Other soaks, in place of that one:
 *
 *   --faults      kill -9, EIO and a full disk at every change to a file, and at every statement to a
 *                 database, of every command that writes. --only TEXT: commands whose name holds it;
 *                 --part N: each Nth step, others with each seed
 *   --concurrent  several commands at once on one home; --rounds N
 *   --clock       a clock that is set back and forth between commands; --rounds N
 *   --large       a session of 1 GB through two pairs; --many: 20,000 sessions
 */
import { type ChildProcess, fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seed as commitSeed, from as origin } from "../support/commit.ts";
import { soakInput } from "./input.ts";
import { LAWS } from "./laws.ts";
import { Tally, writeFigures } from "./tally.ts";
import type { Message } from "./worker.ts";

/** An input takes some hundredths of a second: one that takes so long hangs. */
const PATIENCE_MS = 300_000;
const MOST_SHOWN = 20;

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "200000" },
    minutes: { type: "string" },
    seed: { type: "string" },
    from: { type: "string", default: "0" },
    write: { type: "boolean", default: false },
    faults: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    part: { type: "string", default: "1" },
    concurrent: { type: "boolean", default: false },
    clock: { type: "boolean", default: false },
    rounds: { type: "string", default: "20" },
    large: { type: "boolean", default: false },
    many: { type: "boolean", default: false },
  },
});
const seed = values.seed === undefined ? commitSeed : Number(values.seed);
const first = Number(values.from);
const last = first + Number(values.inputs);
const until =
  values.minutes === undefined ? Infinity : Date.now() + Number(values.minutes) * 60_000;
const tally = new Tally();

/** One worker's share: each `step`th input from `at` on. One that dies or hangs is named, and what follows continues. */
async function share(at: number, step: number): Promise<void> {
  let next = at;
  while (next < last && Date.now() < until) next = (await run(next, step)) + step;
}

/** Gives the number of the last input that was tried. */
function run(at: number, step: number): Promise<number> {
  return new Promise((resolve) => {
    const args = [seed, at, step, last].map(String);
    const worker = fork(join(import.meta.dirname, "worker.ts"), args);
    let current = at;
    let isOpen = false;
    let watch = watching(worker);
    worker.on("message", (message: Message) => {
      clearTimeout(watch);
      current = message.n;
      isOpen = message.kind === "begun";
      note(message);
      if (Date.now() < until) watch = watching(worker);
      else worker.kill("SIGTERM");
    });
    worker.on("exit", (code, signal) => {
      clearTimeout(watch);
      const ended = code === 0 || Date.now() >= until;
      if (isOpen && !ended) dead(current, `the process ended: ${signal ?? code}`);
      resolve(ended ? last : current);
    });
  });
}

function watching(worker: ChildProcess): NodeJS.Timeout {
  return setTimeout(() => worker.kill("SIGKILL"), PATIENCE_MS);
}

function note(message: Message): void {
  if (message.kind === "begun") return;
  tally.count(message);
  if (message.kind === "broken")
    report(message.n, `${message.pair}: ${message.law}: ${message.why}`);
}

function dead(n: number, why: string): void {
  const { source, target } = soakInput(seed, n);
  const pair = `${source.agent.id} → ${target.id}`;
  tally.count({ kind: "broken", n, pair, law: "error", why });
  report(n, `${pair}: ${why}`);
}

function report(n: number, why: string): void {
  if (tally.broken > MOST_SHOWN) return;
  console.log(`input ${n}: ${why}`);
  if (Number(values.inputs) !== 1) return;
  writeFileSync("soak-input.jsonl", soakInput(seed, n).bytes);
  console.log("kept as soak-input.jsonl");
}

/** How many were broken in one of the other soaks; null when none is asked for. */
async function otherSoak(): Promise<number | null> {
  const [rounds, whole] = [Number(values.rounds), Math.abs(seed)];
  if (values.faults) {
    const { soakFaults } = await import("./faults.ts");
    const { only, part, write } = values;
    return soakFaults({ only, part: Number(part), seed: whole, write });
  }
  if (values.concurrent) {
    const { soakConcurrent } = await import("./concurrent.ts");
    return soakConcurrent({ rounds, seed: whole });
  }
  if (values.clock) {
    const { soakClock } = await import("./clock.ts");
    return soakClock({ rounds, seed: whole });
  }
  if (!values.large && !values.many) return null;
  const { soakLarge, soakMany } = await import("./scale.ts");
  return values.large ? soakLarge() : soakMany();
}

console.log(`soak: seed ${seed}${values.seed === undefined ? `, from ${origin}` : ""}`);
const others = await otherSoak();
if (others !== null) process.exit(others > 0 ? 1 : 0);
const workers = Math.min(availableParallelism(), last - first);
await Promise.all(Array.from({ length: workers }, (_, n) => share(first + n, workers)));
console.log(tally.text());
for (const [law, words] of Object.entries(LAWS)) console.log(`  ${law}: ${words}`);
if (values.write) writeFigures(tally, seed);
process.exitCode = tally.broken > 0 || tally.inputs === 0 ? 1 : 0;
