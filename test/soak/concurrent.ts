/**
 * Several commands at once on one home, again and again: `npm run soak -- --concurrent`. Afterwards no
 * turn is there twice, the journal is sound, and taking everything back leads to the bytes of the start.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Journal, type Write } from "../../src/io/journal.ts";
import { differences, leftovers, type State, stateOf } from "../support/faults/state.ts";
import { databaseOf } from "../support/faults/store-cases.ts";
import { fixture } from "../support/fixtures.ts";
import { type Ended, Machine } from "../support/segue.ts";
import { place } from "./place.ts";
import { Random } from "./random.ts";

const SESSIONS = ["pi/basic", "claude-code/basic", "codex/basic"].map(fixture);
const AGENTS = ["pi", "claude", "codex", "qwen", "opencode"] as const;
const AT_ONCE = 5;
const VOLLEYS = 3;

export interface Rounds {
  rounds: number;
  seed: number;
}

/** Gives how many rounds went wrong. */
export async function soakConcurrent({ rounds, seed }: Rounds): Promise<number> {
  const folder = mkdtempSync(join(place(), "segue-concurrent-"));
  const ends = new Map<string, number>();
  let broken = 0;
  for (let n = 0; n < rounds; n++) {
    const round = new Round(mkdtempSync(join(folder, "home-")), seed + n, ends);
    await round.run().catch((error) => {
      broken++;
      console.log(`round ${n} (seed ${seed + n}): ${error.message}\n${round.log.join("\n")}`);
    });
    rmSync(round.home, { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
  const told = [...ends].sort().map(([end, count]) => `  ${end}: ${count}`);
  console.log(`${rounds} rounds of ${VOLLEYS} × ${AT_ONCE} commands at once, ${broken} broken`);
  console.log(told.join("\n"));
  return broken;
}

class Round {
  readonly home: string;
  /** What was run, and how it ended. */
  readonly log: string[] = [];
  readonly #m: Machine;
  readonly #random: Random;
  readonly #ends: Map<string, number>;
  #marks = 0;

  constructor(home: string, seed: number, ends: Map<string, number>) {
    this.home = home;
    this.#m = new Machine(home);
    this.#random = new Random(seed);
    this.#ends = ends;
  }

  async run(): Promise<void> {
    for (const one of SESSIONS) this.#m.install(one);
    databaseOf(this.#m, "opencode");
    const start = stateOf(this.home);
    for (let volley = 0; volley < VOLLEYS; volley++) {
      this.#workOn();
      const all = Array.from({ length: AT_ONCE }, () => this.#command());
      await Promise.all(all.map((args) => this.#runs(args)));
    }
    await this.#m.run(["log"]);
    assert.deepEqual(leftovers(this.home), []);
    assert.deepEqual(this.#journal.damage(), [], "the journal");
    const numbers = this.#journal.writes().map(({ n }) => n);
    assert.equal(new Set(numbers).size, numbers.length, "a number was given twice");
    this.#noneTwice();
    await this.#takeAllBack(start);
  }

  get #journal(): Journal {
    return new Journal(this.#m.env);
  }

  #command(): string[] {
    const [a, b] = [this.#random.one(AGENTS), this.#random.one(AGENTS)];
    const how = ["--no-launch", "--quiet"];
    const there = this.#random.one(this.#handed().map(({ target }) => target.path));
    const home = there === undefined ? [] : [["resume", there, "--in", a, ...how]];
    const format = this.#random.one(["native", "markdown", "session"]);
    return this.#random.one<string[]>([
      ["resume", `${a}#1`, "--in", b, ...how],
      ["resume", `${a}#1`, "--in", b, "--fork", ...how],
      ["resume", "pi#1", "--in", "codex", ...how],
      ["resume", "claude#1", "--in", "opencode", ...how],
      ...home,
      ...this.#homeward(how),
      ["undo"],
      ["dump", this.#m.at("dump"), "--format", format],
      ["scan"],
      ["list", "--all"],
      ["search", "MARK-USER-1"],
      ["log"],
    ]);
  }

  #handed(): Write[] {
    return this.#journal.writes().filter(({ action }) => action === "create");
  }

  /** The same way home as often as it has chances: for two to meet there. */
  #homeward(how: readonly string[]): string[][] {
    const [one] = this.#handed();
    if (!one) return [];
    const home = ["resume", one.target.path, "--in", one.source.agent, ...how];
    return [home, home];
  }

  async #runs(args: string[]): Promise<Ended> {
    const ended = await this.#m.run(args, { alone: true });
    const { code, err } = ended;
    const end = `${args[0]} → ${code}`;
    this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1);
    this.log.push(`  ${args.join(" ")}: ${code} ${err.trim().split("\n").at(-1)?.slice(0, 200)}`);
    assert.doesNotMatch(err, /this is a bug/, args.join(" "));
    return ended;
  }

  /** Sessions that were handed over continue there. */
  #workOn(): void {
    for (const { target } of this.#handed()) {
      if (!target.path.endsWith(".jsonl") || this.#random.chance(0.5)) continue;
      const text = textOf(target.path);
      const line = text?.split("\n").find((one) => one.includes("MARK-USER-1"));
      if (line === undefined) continue;
      const added = line.replaceAll("MARK-USER-1", `ADDED-${this.#marks++}-`);
      writeFileSync(target.path, `${added}\n`, { flag: "a" });
    }
  }

  #noneTwice(): void {
    for (const name of readdirSync(this.home, { recursive: true, encoding: "utf8" })) {
      if (!/^\.(?!segue\/).*\.jsonl$/.test(name)) continue;
      const lines = textOf(this.#m.at(name))?.split("\n") ?? [];
      for (let n = 0; n < this.#marks; n++) {
        // Codex has what the user says in two records.
        const most = name.startsWith(".codex") ? 2 : 1;
        const count = lines.filter((line) => line.includes(`ADDED-${n}-`)).length;
        assert.ok(count <= most, `ADDED-${n} is ${count} times in ${name}`);
      }
    }
  }

  async #takeAllBack(start: State): Promise<void> {
    for (let n = 0; n < 1000; n++) {
      const { code } = await this.#m.run(["undo"]);
      if (code === 3 && this.#journal.writes().length === 0) break;
      if (code === 0) continue;
      const forced = await this.#m.run(["undo", "--force"]);
      assert.equal(forced.code, 0, forced.err);
    }
    const left = differences(stateOf(this.home), start).filter((name) => !/^dump\//.test(name));
    assert.deepEqual(left, [], "taken back, and not as it was");
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
