/**
 * `segue list`, `scan` and `search` over whole stores, in whole processes. On a machine that does
 * other work as well, these wait for a processor most of the time: then it is the processors' time
 * that is held against the bounds, as if all of it were one thread's.
 */
import { appendFileSync, rmSync, statSync, truncateSync, utimesSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { median, type Row, type Run, runNode } from "./process.ts";
import { generateStores, type Stores } from "./stores.ts";

const MAX_COLD = 0.6;
const MAX_WARM = 0.15;
const MAX_MEMORY = 120;
const MIN_SCAN = 60;
const MAX_SEARCH = 0.2;

/**
 * With a few runs, on whatever machine there is, a process's start alone varies by half: so this only
 * guards against getting slower. The bounds that count are those of the whole bench.
 */
const QUICK_SLACK = 2;

/** What the bounds were set for: 2,000 sessions of 1.8 GB. */
const BIG = { count: 2000, average: 900_000 };
const SMALL = 8000;

/** Sessions that change between two lists. */
const CHANGED = 5;

export function measureCatalog(bin: string, quick: boolean): Row[] {
  const runs = quick ? 5 : 11;
  const big = quick ? { ...BIG, count: 200 } : BIG;
  const slack = quick ? QUICK_SLACK : 1;
  const rows = new Bench(bin, generateStores(big.count, big.average), runs, slack).all();
  // How it grows: the same measurements over ever more small sessions.
  for (const count of quick ? [200, 2000] : [200, 2000, 20_000]) {
    rows.push(...new Bench(bin, generateStores(count, SMALL), runs, slack).listing());
  }
  return rows;
}

function isBusy(): boolean {
  return (loadavg()[0] ?? 0) > availableParallelism() + 1;
}

function judged({ seconds, cpu }: Pick<Run, "seconds" | "cpu">): number {
  return isBusy() ? Math.min(seconds, cpu) : seconds;
}

class Bench {
  readonly #bin: string;
  readonly #stores: Stores;
  readonly #runs: number;
  readonly #slack: number;
  readonly #env: NodeJS.ProcessEnv;
  readonly #name: string;

  constructor(bin: string, stores: Stores, runs: number, slack: number) {
    this.#bin = bin;
    this.#stores = stores;
    this.#runs = runs;
    this.#slack = slack;
    const { home, paths, bytes } = stores;
    this.#env = { PATH: dirname(process.execPath), HOME: home, SEGUE_HOME: join(home, ".segue") };
    this.#name = `${paths.length.toLocaleString("en")} sessions, ${(bytes / 1e6).toFixed(0)} MB`;
  }

  all(): Row[] {
    return [...this.listing(true), this.#scan(), ...this.#searching()];
  }

  /** The bounds are for the big stores; the others show how it grows. */
  listing(bound = false): Row[] {
    this.#segue("list");
    const cold = this.#several(() => {
      this.#forget();
      return this.#segue("list");
    });
    const warm = this.#several(() => this.#segue("list"));
    const changed = this.#several((n) => this.#changed(n));
    const memory = Math.max(...[...cold, ...warm].map(({ megabytes }) => megabytes));
    return [
      this.#time("list, no index", cold, bound ? MAX_COLD : null),
      this.#time("list", warm, bound ? MAX_WARM : null),
      this.#time(`list, ${CHANGED} sessions changed`, changed, bound ? MAX_WARM : null),
      {
        what: `${this.#name}: list, peak memory`,
        measured: `${memory.toFixed(0)} MB`,
        bound: bound ? `≤ ${MAX_MEMORY} MB` : "",
        ok: !bound || memory <= MAX_MEMORY,
      },
    ];
  }

  #scan(): Row {
    this.#forget();
    this.#segue("list");
    const { seconds, cpu, megabytes } = this.#segue("scan");
    const speed = this.#stores.bytes / 1e6 / judged({ seconds, cpu });
    return {
      what: `${this.#name}: scan, first full-text build`,
      measured: `${speed.toFixed(0)} MB/s (${seconds.toFixed(1)} s; ${cpu.toFixed(1)} s of CPU, ${megabytes.toFixed(0)} MB)`,
      bound: `≥ ${MIN_SCAN} MB/s`,
      ok: speed >= MIN_SCAN,
    };
  }

  #searching(): Row[] {
    // A rare word, words that are everywhere, a prefix, a condition.
    return ["beeldaqu", "the test", "goorc*", "the tool:bash agent:pi"].map((query) => {
      const found = this.#several(() => this.#segue("search", query));
      return this.#time(`search ${query}`, found, MAX_SEARCH);
    });
  }

  /** Sessions at different places each time, some lines longer; afterwards they are as they were. */
  #changed(n: number): Run {
    const { paths } = this.#stores;
    const step = Math.floor(paths.length / CHANGED);
    const chosen = paths.filter((_, i) => i % step === n % step).slice(0, CHANGED);
    const before = chosen.map((path) => statSync(path));
    for (const path of chosen) appendFileSync(path, "{}\n");
    const run = this.#segue("list");
    for (const [i, path] of chosen.entries()) {
      truncateSync(path, before[i]?.size);
      utimesSync(path, before[i]?.atime ?? 0, before[i]?.mtime ?? 0);
    }
    // What is as before is a change, too.
    this.#segue("list");
    return run;
  }

  #several(run: (n: number) => Run): Run[] {
    return Array.from({ length: this.#runs }, (_, n) => run(n));
  }

  #time(what: string, runs: readonly Run[], full: number | null): Row {
    const bound = full === null ? null : full * this.#slack;
    const seconds = median(runs.map((run) => run.seconds));
    const cpu = median(runs.map((run) => run.cpu));
    return {
      what: `${this.#name}: ${what}`,
      measured: `${seconds.toFixed(2)} s (${cpu.toFixed(2)} s of CPU${isBusy() ? "; busy machine" : ""})`,
      bound: bound === null ? "" : `≤ ${bound} s`,
      ok: bound === null || judged({ seconds, cpu }) <= bound,
    };
  }

  #forget(): void {
    for (const ending of ["", "-wal", "-shm"]) {
      rmSync(join(this.#stores.home, ".segue/cache", `catalog-1.sqlite${ending}`), { force: true });
    }
  }

  #segue(...args: string[]): Run {
    return runNode([this.#bin, ...args], { memory: true, env: this.#env });
  }
}
