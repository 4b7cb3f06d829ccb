/**
 * Benchmarks `segue list`, `scan` and `search` over whole stores, as whole processes. On a busy
 * machine, these mostly wait for a CPU: then their total CPU time is compared with the bounds, as
 * if all of it were one thread's.
 */
import { appendFileSync, rmSync, statSync, truncateSync, utimesSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { databasePath } from "../src/catalog/database.ts";
import { generate } from "./generate.ts";
import { median, type Row, type Run, runNode } from "./process.ts";
import { generateStores, type Stores } from "./stores.ts";

/** `full`: seconds. `quick`: multiples of what `node -e 0` takes in the same run, in CPU time. */
interface Bound {
  full: number;
  quick: number;
}

/*
 * With few runs on any machine, a process's start alone varies by half, so the quick bounds only
 * guard against large regressions. Each is some three times the measured value.
 */
const COLD: Bound = { full: 0.6, quick: 32 };
const WARM: Bound = { full: 0.15, quick: 10 };
const CHANGED_LIST: Bound = { full: 0.15, quick: 14 };
const SEARCH: Bound = { full: 0.3, quick: 32 };
/** For 20,000 sessions, in CPU time. */
const MAX_WARM_MANY = 0.35;
const MAX_MEMORY = 120;
/** In CI: the amount of garbage at peak memory varies, up to 152 MB in one run. */
const MAX_MEMORY_QUICK = 300;
/** The size of the index relative to the text that it covers. */
const MAX_INDEX = 0.35;
/** In CPU time. */
const MIN_SCAN = 150;
/** A megabyte's time in a scan, relative to its time in the yardstick. */
const MAX_SCAN_QUICK = 8;

const YARDSTICK = fileURLToPath(import.meta.resolve("./yardstick.ts"));
const YARDSTICK_MEGABYTES = 20;
const INDEXED = fileURLToPath(import.meta.resolve("./indexed.ts"));

/** What the bounds were set for: 2,000 sessions of 1.8 GB. */
const BIG = { count: 2000, average: 900_000 };
const SMALL = 8000;
const MANY = 20_000;

/** Sessions that change between two lists. */
const CHANGED = 5;

export function measureCatalog(bin: string, quick: boolean): Row[] {
  const runs = quick ? 5 : 11;
  const big = quick ? { ...BIG, count: 200 } : BIG;
  const rows = new Bench(bin, generateStores(big.count, big.average), runs, quick).all();
  // How it grows: the same measurements with increasing numbers of small sessions.
  for (const count of quick ? [200, 2000] : [200, 2000, MANY]) {
    rows.push(...new Bench(bin, generateStores(count, SMALL), runs, quick).listing());
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
  readonly #env: NodeJS.ProcessEnv;
  readonly #name: string;
  /** What `node -e 0` takes, if bounds are multiples of it; else null. */
  readonly #node: number | null;

  constructor(bin: string, stores: Stores, runs: number, quick: boolean) {
    this.#bin = bin;
    this.#stores = stores;
    this.#runs = runs;
    const { home, paths, bytes } = stores;
    this.#env = { PATH: dirname(process.execPath), HOME: home, SEGUE_HOME: join(home, ".segue") };
    this.#name = `${paths.length.toLocaleString("en")} sessions, ${(bytes / 1e6).toFixed(0)} MB`;
    const node = (): Run => runNode(["-e", "0"], { memory: true, env: this.#env });
    this.#node = quick ? median(this.#several(node).map(({ cpu }) => cpu)) : null;
  }

  all(): Row[] {
    return [...this.listing(true), ...this.#scan(), ...this.#searching()];
  }

  /** Most bounds are for the large stores; the others show how it grows. */
  listing(bound = false): Row[] {
    this.#segue("list");
    const cold = this.#several(() => {
      this.#forget();
      return this.#segue("list");
    });
    const warm = this.#several(() => this.#segue("list"));
    const changed = this.#several((n) => this.#changed(n));
    const most = this.#node === null ? MAX_MEMORY : MAX_MEMORY_QUICK;
    const memory = Math.max(...[...cold, ...warm].map(({ megabytes }) => megabytes));
    return [
      this.#time("list, no index", cold, bound ? COLD : null),
      this.#stores.paths.length === MANY
        ? this.#warmOfMany(warm)
        : this.#time("list", warm, bound ? WARM : null),
      this.#time(`list, ${CHANGED} sessions changed`, changed, bound ? CHANGED_LIST : null),
      {
        what: `${this.#name}: list, peak memory`,
        measured: `${memory.toFixed(0)} MB`,
        bound: bound ? `≤ ${most} MB` : "",
        ok: !bound || memory <= most,
      },
    ];
  }

  #warmOfMany(runs: readonly Run[]): Row {
    const cpu = median(runs.map((run) => run.cpu));
    return {
      ...this.#time("list", runs, null),
      bound: `≤ ${MAX_WARM_MANY} s of CPU`,
      ok: cpu <= MAX_WARM_MANY,
    };
  }

  #scan(): Row[] {
    this.#forget();
    this.#segue("list");
    const text = Number(runNode([INDEXED], { env: this.#env }).stdout);
    const before = this.#catalogSize();
    const run = this.#segue("scan");
    const index = this.#catalogSize() - before;
    return [
      this.#node === null ? this.#scanSpeed(run) : this.#scanRatio(run),
      {
        what: `${this.#name}: text index, against the text it covers`,
        measured: `${megabytes(index)} / ${megabytes(text)} = ${(index / text).toFixed(2)} ×`,
        bound: `≤ ${MAX_INDEX} ×`,
        ok: index / text <= MAX_INDEX,
      },
    ];
  }

  #scanSpeed({ seconds, cpu, megabytes: memory }: Run): Row {
    const speed = this.#stores.bytes / 1e6 / cpu;
    return {
      what: `${this.#name}: scan, first full-text build`,
      measured: `${speed.toFixed(0)} MB/s of CPU (${cpu.toFixed(1)} s; ${seconds.toFixed(1)} s in all, ${memory.toFixed(0)} MB)`,
      bound: `≥ ${MIN_SCAN} MB/s`,
      ok: speed >= MIN_SCAN,
    };
  }

  #scanRatio({ cpu }: Run): Row {
    const path = generate("claude-code", YARDSTICK_MEGABYTES);
    const yard = this.#several(() => runNode([YARDSTICK, path], { memory: true }));
    const least = Math.min(...yard.map((run) => run.cpu)) / YARDSTICK_MEGABYTES;
    const ratio = cpu / (this.#stores.bytes / 1e6) / least;
    return {
      what: `${this.#name}: scan, against the yardstick`,
      measured: `${ratio.toFixed(2)} × its CPU a megabyte`,
      bound: `≤ ${MAX_SCAN_QUICK} ×`,
      ok: ratio <= MAX_SCAN_QUICK,
    };
  }

  #catalogSize(): number {
    return statSync(databasePath(this.#env)).size;
  }

  #searching(): Row[] {
    // A rare word, very common words, a phrase, a prefix, a condition.
    const queries = ["beeldaqu", "the test", '"the test"', "goorc*", "the tool:bash agent:pi"];
    return queries.map((query) => {
      const found = this.#several(() => this.#segue("search", query));
      return this.#time(`search ${query}`, found, query.startsWith('"') ? null : SEARCH);
    });
  }

  /** Different sessions each time, some lines longer; afterwards they are restored. */
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
    // Restoring is a change, too.
    this.#segue("list");
    return run;
  }

  #several(run: (n: number) => Run): Run[] {
    return Array.from({ length: this.#runs }, (_, n) => run(n));
  }

  #time(what: string, runs: readonly Run[], bound: Bound | null): Row {
    const seconds = median(runs.map((run) => run.seconds));
    const cpu = median(runs.map((run) => run.cpu));
    const row = {
      what: `${this.#name}: ${what}`,
      measured: `${seconds.toFixed(2)} s (${cpu.toFixed(2)} s of CPU${isBusy() ? "; busy machine" : ""})`,
    };
    if (bound === null) return { ...row, bound: "", ok: true };
    if (this.#node === null) {
      return { ...row, bound: `≤ ${bound.full} s`, ok: judged({ seconds, cpu }) <= bound.full };
    }
    const ratio = cpu / this.#node;
    return {
      what: `${row.what}, against node -e 0`,
      measured: `${ratio.toFixed(1)} × its CPU`,
      bound: `≤ ${bound.quick} ×`,
      ok: ratio <= bound.quick,
    };
  }

  #forget(): void {
    for (const ending of ["", "-wal", "-shm"]) {
      rmSync(databasePath(this.#env) + ending, { force: true });
    }
  }

  #segue(...args: string[]): Run {
    return runNode([this.#bin, ...args], { memory: true, env: this.#env });
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
