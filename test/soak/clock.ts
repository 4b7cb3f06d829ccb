/**
 * A clock that is set back by hours, days and decades, and forward again, between commands:
 * `npm run soak -- --clock`. Lists stay in order, locks hold, what changed is read, ways home are found.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Journal } from "../../src/io/journal.ts";
import { differences, leftovers, stateOf } from "../support/faults/state.ts";
import { type Fixture, fixture } from "../support/fixtures.ts";
import { type Ended, Machine } from "../support/segue.ts";
import { place } from "./place.ts";
import { Random } from "./random.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SHIFTS = [-20 * 365 * DAY, -400 * DAY, -3 * DAY, -5 * HOUR, 0, 2 * HOUR, 90 * DAY] as const;
const SESSIONS = ["pi/basic", "claude-code/basic", "codex/basic"].map(fixture);

/** Gives how many rounds went wrong. */
export async function soakClock({ rounds, seed }: { rounds: number; seed: number }) {
  const folder = mkdtempSync(join(place(), "segue-clock-"));
  let [broken, commands] = [0, 0];
  for (let n = 0; n < rounds; n++) {
    const round = new Round(mkdtempSync(join(folder, "home-")), seed + n);
    await round.run().catch((error) => {
      broken++;
      console.log(`round ${n} (seed ${seed + n}): ${error.message}\n${round.log.join("\n")}`);
    });
    commands += round.log.length;
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`${rounds} rounds, ${commands} commands with other clocks, ${broken} broken`);
  return broken;
}

class Round {
  readonly log: string[] = [];
  readonly #m: Machine;
  readonly #random: Random;

  constructor(home: string, seed: number) {
    this.#m = new Machine(home);
    this.#random = new Random(seed);
  }

  async run(): Promise<void> {
    for (const one of SESSIONS) this.#m.install(one);
    const start = stateOf(this.#m.home);
    await this.#listsInOrder();
    await this.#noticesChanges();
    await this.#goesHome();
    await this.#takesBack();
    assert.deepEqual(leftovers(this.#m.home), []);
    assert.deepEqual(
      differences(stateOf(this.#m.home), start),
      [],
      "taken back, and not as it was",
    );
  }

  /** With the clock at some other time. */
  async #runs(...args: string[]): Promise<Ended> {
    const shift = this.#random.one(SHIFTS);
    const hook = this.#m.at(".hook.mjs");
    writeFileSync(hook, clock(shift));
    const ended = await this.#m.run(args, { env: { NODE_OPTIONS: `--import=${hook}` } });
    this.log.push(`  ${args.join(" ")} (${shift / HOUR} h): ${ended.code} ${ended.err.trim()}`);
    assert.equal(ended.code, 0, `${args.join(" ")}: ${ended.err}`);
    assert.deepEqual(new Journal(this.#m.env).damage(), [], "the journal");
    return ended;
  }

  #at({ path }: Fixture): string {
    return this.#m.at(path.slice(path.indexOf("/.") + 1));
  }

  /** Whatever the time is, the newest is first: also of those that are of a time to come. */
  async #listsInOrder(): Promise<void> {
    const now = Date.now();
    const times = SESSIONS.map(() => now + this.#random.one(SHIFTS) + this.#random.below(HOUR));
    SESSIONS.forEach((one, i) => {
      utimesSync(this.#at(one), now / 1000, (times[i] ?? now) / 1000);
    });
    const { out } = await this.#runs("list", "--all", "--json");
    const listed: { path: string }[] = JSON.parse(out).sessions;
    assert.equal(listed.length, SESSIONS.length);
    const shown = listed.map(({ path }) => statSync(path).mtimeMs);
    // What seems to be of a time to come goes last, as a clock's mistake.
    const from = shown.findIndex((time, i) => i > 0 && time > (shown[i - 1] ?? 0));
    const parts = from < 0 ? [shown] : [shown.slice(0, from), shown.slice(from)];
    for (const part of parts)
      assert.deepEqual(
        part,
        [...part].sort((a, b) => b - a),
      );
  }

  /** A session that changed with an older time, or with the very same time and size. */
  async #noticesChanges(): Promise<void> {
    const path = this.#at(SESSIONS[0] ?? fixture("pi/basic"));
    const [old, { atime, mtime }] = [readFileSync(path), statSync(path)];
    for (const [word, time] of [
      ["MARK-OLDER-1", new Date(mtime.getTime() - 9 * DAY)],
      ["MARK-EQUAL-1", mtime],
      ["MARK-USER-1", mtime],
    ] as const) {
      await this.#runs("scan");
      const text = old.toString().replaceAll("MARK-USER-1", word);
      writeFileSync(path, text);
      utimesSync(path, atime, time);
      const { out } = await this.#runs("search", word, "--agent", "pi", "--json");
      assert.ok(out.includes(word), `what changed is not found: ${word}`);
    }
    writeFileSync(path, old);
  }

  async #goesHome(): Promise<void> {
    const how = ["--no-launch", "--json"];
    for (let n = 0; n < 3; n++) {
      const { out } = await this.#runs(
        "resume",
        this.#at(fixture("pi/basic")),
        "--in",
        "codex",
        ...how,
      );
      const there: string = JSON.parse(out).target.path;
      const line = readFileSync(there, "utf8")
        .split("\n")
        .find((one) => one.includes("MARK-USER-1"));
      writeFileSync(there, `${line?.replaceAll("MARK-USER-1", `ADDED-${n}-`)}\n`, { flag: "a" });
      const home = await this.#runs("resume", there, "--in", "pi", ...how);
      assert.equal(JSON.parse(home.out).target.path, this.#at(fixture("pi/basic")));
      const texts = readFileSync(this.#at(fixture("pi/basic")), "utf8").split("\n");
      assert.equal(texts.filter((one) => one.includes(`ADDED-${n}-`)).length, 1);
    }
    const numbers = new Journal(this.#m.env).writes().map(({ n }) => n);
    assert.deepEqual(
      numbers,
      numbers.map((_, i) => i + 1),
      "numbers of the journal",
    );
  }

  async #takesBack(): Promise<void> {
    for (const { n } of new Journal(this.#m.env).writes().reverse()) {
      await this.#runs("undo", String(n), "--force");
    }
  }
}

function clock(shift: number): string {
  return `
    const Real = Date;
    const now = () => Real.now() + ${shift};
    globalThis.Date = class extends Real {
      constructor(...args) { super(...(args.length > 0 ? args : [now()])); }
      static now() { return now(); }
    };`;
}
