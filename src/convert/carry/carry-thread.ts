/**
 * The carry of a big session, made in a thread of its own: it follows the source and the target as
 * it is written, and is told only how many lines of each belong to a unit. So it codes what a
 * reader of the target's bytes will see, and proves each line while it has it in hand.
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

/** What the thread works on. */
export interface Task {
  /** Ids of the source's agent and the target's. */
  home: string;
  from: string;
  targetId: string;
  /** The open source, and how much of it there is. */
  source: { fd: number; size: number; framed: boolean };
  /** Path of the target. */
  target: string;
}

/** What the thread gives: units, and at last the CRC-32 of the source that they restore. */
export type Answer = UnitText | { crc: number };

export interface Shared {
  task: Task;
  state: Int32Array;
  /** Bytes of the target that are on the disk. */
  written: BigInt64Array;
  /**
   * A ring of units: lines of the source (as a negative number where some are not spelled as
   * JSON.stringify does), records of the target.
   */
  units: Int32Array;
  port: MessagePort;
}

/** Places in `state`. The first two only count changes, for who waits. */
export const AT = { told: 0, heard: 1, published: 2, taken: 3, allTold: 4, ended: 5 } as const;

/** Units that the ring has place for. */
export const RING = 1 << 15;

/** So long without a sign of life, and the thread is given up. */
const PATIENCE_MS = 300_000;

/** The thread came to no good end. */
export class CarryThreadFailed extends Error {}

export class CarryThread implements Coder {
  readonly #shared: Shared;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #flush: () => void;
  #units = 0;

  /** `flush` is to bring the target's bytes to the disk. */
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

  /** Tells the unit: the thread reads its lines itself. */
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

  /** So many bytes of the target are on the disk. */
  written(bytes: number): void {
    Atomics.store(this.#shared.written, 0, BigInt(bytes));
    this.#tell();
  }

  /** What the thread has ready. */
  *ready(): Generator<Answer> {
    for (;;) {
      const received: { message: Answer } | undefined = receiveMessageOnPort(this.#port);
      if (!received) return;
      yield received.message;
    }
  }

  /**
   * All units are told: gives what is still to come, to the end.
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

  /** There is nothing to make after all. */
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
