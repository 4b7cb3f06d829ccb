/**
 * Creates the carry of a large session in a separate thread, which follows the source, and the
 * target as it is written. It is only told how many lines of each belong to a unit. So it encodes
 * what a reader of the target's bytes will see, and verifies each line as it goes.
 */
import { getCompileCacheDir } from "node:module";
import { dirname, extname } from "node:path";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import type { UnitText } from "../../lossless/carry.ts";
import { stringify } from "../../lossless/json-text.ts";
import type { Line } from "../../lossless/lines.ts";
import { HUGE_LINE } from "./carry-in-hand.ts";
import type { Coder } from "./units.ts";

/** The thread's input. */
export interface Task {
  /** Ids of the source's agent and the target's. */
  home: string;
  from: string;
  targetId: string;
  /** The open source, and its size. */
  source: { fd: number; size: number; framed: boolean };
  /** Path of the target. */
  target: string;
}

/** The thread's output: units, and finally the CRC-32 of the source that they restore. */
export type Answer = UnitText | { crc: number };

export interface Shared {
  task: Task;
  state: Int32Array;
  /** Bytes of the target that are on the disk. */
  written: BigInt64Array;
  /**
   * A ring of units: the number of source lines (negative if some do not have the formatting of
   * JSON.stringify) and of target records.
   */
  units: Int32Array;
  port: MessagePort;
}

/** Indexes into `state`. The first two only count changes, for waiting threads. */
export const AT = { told: 0, heard: 1, published: 2, taken: 3, allTold: 4, ended: 5 } as const;

/** How many units the ring can hold. */
export const RING = 1 << 15;

/** After this long without a sign of life, the thread is given up. */
const PATIENCE_MS = 300_000;

/** The thread failed. */
export class CarryThreadFailed extends Error {}

export class CarryThread implements Coder {
  readonly #shared: Shared;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #flush: () => void;
  #units = 0;

  /** `flush` must write the target's bytes to the disk. */
  constructor(task: Task, flush: () => void) {
    const { port1, port2 } = new MessageChannel();
    this.#flush = flush;
    this.#port = port1;
    this.#shared = {
      task,
      state: new Int32Array(new SharedArrayBuffer(32)),
      written: new BigInt64Array(new SharedArrayBuffer(8)),
      units: new Int32Array(new SharedArrayBuffer(8 * RING)),
      port: port2,
    };
    const code = new URL(`./carry-worker${extname(import.meta.filename)}`, import.meta.url);
    this.#worker = new Worker(code, {
      workerData: this.#shared,
      transferList: [port2],
      env: { ...process.env, ...compileCache() },
      resourceLimits: { maxYoungGenerationSizeMb: 24 },
    });
    this.#worker.unref();
    this.#worker.on("error", () => {});
  }

  /** Passes on a unit: the thread reads its lines itself. */
  unit(lines: readonly Line[], records: readonly unknown[]): void {
    if (lines.length === 0 && records.length === 0) return;
    if (lines.some(({ text }) => text.length > HUGE_LINE))
      throw new CarryThreadFailed("two threads would hold a huge line twice");
    if (this.#units - this.#load("taken") >= RING) this.#makeRoom();
    const { units } = this.#shared;
    const at = 2 * (this.#units++ % RING);
    units[at] = lines.every(isPlain) ? lines.length : -lines.length;
    units[at + 1] = records.length;
  }

  /** This many bytes of the target are on the disk. */
  written(bytes: number): void {
    Atomics.store(this.#shared.written, 0, BigInt(bytes));
    this.#tell();
  }

  /** The units that the thread has finished. */
  *ready(): Generator<Answer> {
    for (;;) {
      const received: { message: Answer } | undefined = receiveMessageOnPort(this.#port);
      if (!received) return;
      yield received.message;
    }
  }

  /**
   * All units have been passed on: returns the remaining results, to the end.
   * @throws CarryThreadFailed
   */
  *rest(): Generator<Answer> {
    Atomics.store(this.#shared.state, AT.allTold, 1);
    this.#tell();
    for (;;) {
      const heard = this.#load("heard");
      const ended = this.#load("ended") !== 0;
      yield* this.ready();
      if (ended) break;
      this.#await(heard);
    }
    this.#port.close();
  }

  /** Cancels the thread. */
  stop(): void {
    this.#port.close();
    void this.#worker.terminate();
  }

  #makeRoom(): void {
    this.#flush();
    this.#tell();
    for (;;) {
      const heard = this.#load("heard");
      if (this.#units - this.#load("taken") < RING) return;
      if (this.#load("ended") !== 0) throw new CarryThreadFailed("it ended before its time");
      this.#await(heard);
    }
  }

  #tell(): void {
    const { state } = this.#shared;
    Atomics.store(state, AT.published, this.#units);
    Atomics.add(state, AT.told, 1);
    Atomics.notify(state, AT.told);
  }

  #await(heard: number): void {
    const { state } = this.#shared;
    if (Atomics.wait(state, AT.heard, heard, PATIENCE_MS) !== "timed-out") return;
    throw new CarryThreadFailed("it gives no sign of life");
  }

  #load(place: keyof typeof AT): number {
    return Atomics.load(this.#shared.state, AT[place]);
  }
}

/** A thread does not share this one's compiled code by itself. */
function compileCache(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

function isPlain({ value, text }: Line): boolean {
  return value !== undefined && stringify(value) === text;
}
