/** One command, one fault, and whether all is well afterwards. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { Journal } from "../../../src/io/journal.ts";
import { type Ended, Machine } from "../segue.ts";
import { type Change, changesIn, type Fault, SAID, withFault } from "./hook.ts";
import { between, differences, leftovers, Snapshot, type State, stateOf } from "./state.ts";

export interface Case {
  name: string;
  /** The machine as it is before the command, and the command. */
  prepare(m: Machine): Promise<string[]>;
  /** A database changes in several steps, each of them whole: what is in between is no fault. */
  inSteps?: boolean;
  /** Files that belong together: all of them are old, or all new. */
  together?: RegExp;
  /** May say that it is done already, or that what it was to write is there. */
  refusesAgain?: boolean;
  /** It takes writes back itself. */
  undoes?: boolean;
  /** What the files alone do not tell: called when the command went through, and then after each rerun. */
  holds?(m: Machine): Promise<void>;
}

/** A command, and what it comes to when nothing happens to it. */
interface Known {
  m: Machine;
  args: string[];
  start: Snapshot;
  before: State;
  after: State;
  /** Writes that stand in the journal afterwards. */
  writes: number;
}

/** A command on a machine of its own, ready to be run again and again from the same state. */
export class Trial {
  readonly #case: Case;
  readonly #m: Machine;
  readonly #args: string[];
  readonly #start: Snapshot;
  readonly #before: State;
  readonly #after: State;
  /** The last write before it. */
  readonly #last: number;
  readonly #writes: number;
  /** The changes that the command makes when nothing happens to it. */
  readonly changes: Change[];

  static async of(one: Case, home: string): Promise<Trial> {
    const m = new Machine(home);
    mkdirSync(m.at("tmp"));
    const args = await one.prepare(m);
    const start = new Snapshot(home, `${home}-start`);
    // Times are not to the last digit what they were.
    start.restore();
    const before = stateOf(home);
    const { code, err } = await m.run(args, options(m, withFault(m, null)));
    assert.equal(code, 0, err);
    await one.holds?.(m);
    assert.deepEqual(leftovers(home), []);
    const writes = journalOf(m).writes().length;
    return new Trial(one, { m, args, start, before, after: stateOf(home), writes }, changesIn(err));
  }

  private constructor(one: Case, known: Known, changes: Change[]) {
    this.#case = one;
    this.#m = known.m;
    this.#args = known.args;
    this.#start = known.start;
    this.#before = known.before;
    this.#after = known.after;
    this.#writes = known.writes;
    this.changes = changes;
    this.#start.restore();
    this.#last = journalOf(this.#m).writes().at(-1)?.n ?? 0;
  }

  /** @throws when something is not as it should be. */
  async run(n: number, fault: Fault): Promise<void> {
    this.#start.restore();
    const m = this.#m;
    const ended = await m.run(this.#args, options(m, withFault(m, { n, fault })));
    this.#isToldWell(ended, fault);
    this.#isBetween("right after it");
    // What could not be taken away at the time is taken away by the next command.
    await this.#next(["log"]);
    this.#isWhole("after the next command");
    const isUndoable = !this.#case.undoes && (journalOf(m).writes().at(-1)?.n ?? 0) > this.#last;
    const fallen = isUndoable ? new Snapshot(m.home, `${m.home}-fallen`) : null;
    await this.#isDoneAgain("once more");
    await this.#isUndone("undone after that");
    if (!fallen) return;
    fallen.restore();
    await this.#isUndone("undone at once");
    await this.#isDoneAgain("once more after that");
  }

  #isToldWell({ code, signal, err }: Ended, fault: Fault): void {
    if (fault === "killed" || (fault === "torn" && signal !== null)) {
      assert.equal(signal, "SIGKILL", `it went on: ${err}`);
      return;
    }
    assert.doesNotMatch(err, /this is a bug/, "the error is not told as one of the disk");
    // What cannot be taken away is noted, and the next command tries again.
    if (code === 0) this.#is(this.#after, "it said that all went well", isTemporary);
    else assert.notEqual(err.replace(SAID, "").trim(), "", "it failed without a word");
  }

  async #next(args: string[]): Promise<Ended> {
    const ended = await this.#m.run(args, options(this.#m));
    assert.deepEqual(leftovers(this.#m.home), [], `left by it, after ${args[0]}`);
    assert.deepEqual(journalOf(this.#m).damage(), [], "the journal");
    return ended;
  }

  async #isDoneAgain(when: string): Promise<void> {
    const { code, err } = await this.#next(this.#args);
    if (!this.#case.refusesAgain) assert.equal(code, 0, `${when}: ${err}`);
    this.#is(this.#after, when);
    const writes = journalOf(this.#m).writes();
    assert.equal(writes.length, this.#writes, `${when}: what the journal says of it`);
    await this.#case.holds?.(this.#m);
  }

  async #isUndone(when: string): Promise<void> {
    if (this.#case.undoes) return;
    for (const { n } of newest(journalOf(this.#m), this.#last)) {
      const { code, err } = await this.#next(["undo", String(n)]);
      assert.equal(code, 0, `${when}: ${err}`);
    }
    // What is no write to a store is not undone: it is old, or new.
    this.#isBetween(when);
    for (const name of differences(stateOf(this.#m.home), this.#before)) {
      assert.ok(!/^\.(?!segue)/.test(name), `${when}: ${name} is not as it was`);
    }
  }

  #is(state: State, when: string, isIgnored = (_: string) => false): void {
    const names = differences(stateOf(this.#m.home), state).filter((name) => !isIgnored(name));
    assert.deepEqual(names, [], `${when}: not as it should be`);
  }

  #isBetween(when: string): void {
    const names = between(stateOf(this.#m.home), this.#before, this.#after).filter(
      (name) => !isOwn(name) && !(this.#case.inSteps && name.endsWith(".db")),
    );
    assert.deepEqual(names, [], `${when}: neither old nor new`);
  }

  #isWhole(when: string): void {
    this.#isBetween(when);
    const { together } = this.#case;
    if (!together) return;
    const now = stateOf(this.#m.home);
    const [old, made] = [this.#before, this.#after].map((state) =>
      differences(now, state).filter((name) => together.test(name)),
    );
    assert.ok(old?.length === 0 || made?.length === 0, `${when}: one old and one new: ${old}`);
  }
}

/** The list of a dump is written line by line. */
function isOwn(name: string): boolean {
  return isTemporary(name) || name.endsWith("/.segue-dump.jsonl");
}

function isTemporary(name: string): boolean {
  return /(?:^|\/)\.segue-\d/.test(name);
}

function journalOf({ env }: Machine): Journal {
  return new Journal(env);
}

/** Writes that came after this one, the newest first, each with what came along with it. */
function* newest(journal: Journal, last: number): Iterable<{ n: number }> {
  for (;;) {
    const write = journal.writes().at(-1);
    if (!write || write.n <= last) return;
    yield write;
    assert.ok(journal.writes().at(-1)?.n !== write.n, `write ${write.n} is there after its undo`);
  }
}

function options(
  m: Machine,
  { env }: { env: { [name: string]: string } } = { env: {} },
): { env: { [name: string]: string } } {
  return { env: { TMPDIR: m.at("tmp"), ...env } };
}
