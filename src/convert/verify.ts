/**
 * Rebuilds a source from the files that a conversion writes, as the way home will. For a big
 * session it runs in a thread of its own, close behind the writing.
 */
import { createHash } from "node:crypto";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { agentNamed } from "../agents/registry.ts";
import { Growing, type Written } from "../io/growing.ts";
import { followCarry } from "../lossless/carry.ts";
import { emptyHeader } from "../session/header.ts";
import type { Plan } from "../session/survey.ts";
import { restore } from "./restore.ts";

export interface Files {
  /** Ids of the source's agent and the target's. */
  home: string;
  from: string;
  target: string;
  carry: string;
}

/** Of a file that has just been written: if it held more than its carry knows, that would show. */
const NOTHING_NEW: Plan = {
  header: emptyHeader(""),
  entries: 0,
  visibility: () => "live",
  compaction: null,
  keeps: new Map(),
  orphans: 0,
  parent: () => -1,
};

/** SHA-256 of the source, as the two files give it again. */
export function rebuild(files: Files, target: Written, carry: Written): string {
  const lines = new Growing(files.target, target);
  const bytes = new Growing(files.carry, carry);
  try {
    const hash = createHash("sha256");
    restore(lines.lines(), {
      from: agentNamed(files.from),
      home: agentNamed(files.home),
      carry: followCarry(bytes),
      survey: { plan: NOTHING_NEW, oldEntries: 0, forkFrom: Number.POSITIVE_INFINITY },
      coder: null,
      write: (piece) => hash.update(piece),
    });
    return hash.digest("hex");
  } finally {
    lines.close();
    bytes.close();
  }
}

/** What the two threads tell each other: bytes written so far, or how it ended. */
export interface Shared {
  files: Files;
  /** [bytes of the target, of the carry, 1 when no more will come]. */
  written: BigInt64Array;
  /** [counts every change, 1 when `result` is there]. */
  state: Int32Array;
  result: Uint8Array;
}

export class Verifier {
  readonly #shared: Shared;
  readonly #worker: Worker;

  constructor(files: Files) {
    this.#shared = {
      files,
      written: new BigInt64Array(new SharedArrayBuffer(24)),
      state: new Int32Array(new SharedArrayBuffer(8)),
      result: new Uint8Array(new SharedArrayBuffer(64)),
    };
    const code = new URL(`./verify-worker${extname(import.meta.filename)}`, import.meta.url);
    const resourceLimits = { maxYoungGenerationSizeMb: 24 };
    this.#worker = new Worker(code, { workerData: this.#shared, resourceLimits });
    this.#worker.unref();
    this.#worker.on("error", () => {});
  }

  /** Bytes of the target (0) or the carry (1) are on the disk. */
  note(which: 0 | 1 | 2, bytes: number): void {
    const { written, state } = this.#shared;
    Atomics.store(written, which, BigInt(bytes));
    Atomics.add(state, 0, 1);
    Atomics.notify(state, 0);
  }

  /** There is nothing to verify after all. */
  stop(): void {
    void this.#worker.terminate();
  }

  /** All is written: the SHA-256 of the rebuilt source; "" when it could not be rebuilt. */
  end(): string {
    const { state, result } = this.#shared;
    this.note(2, 1);
    Atomics.wait(state, 1, 0, 600_000);
    return Buffer.from(result).toString("latin1").replaceAll("\0", "");
  }
}
