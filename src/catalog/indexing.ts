/**
 * Builds or updates the text index: threads read the sessions, and this one stores what they find,
 * some seconds' work at a time. What is stored stays stored: after a kill, or if another process
 * does the same, reading continues from there.
 */
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { withScratch } from "../io/folders.ts";
import {
  forgetBlocks,
  forgetText,
  forgetTitle,
  isTitled,
  type Numbered,
  Numbering,
  putBlock,
  untitle,
} from "./blocks.ts";
import type { Catalog } from "./catalog.ts";
import type { CatalogFile } from "./database.ts";
import type { Pending, Task } from "./pending.ts";
import { type Piece, pieces } from "./reading.ts";
import { forgetUsed, putSign, putUsed } from "./signs.ts";
import { KEPT, STEP } from "./use.ts";

/**
 * The input of a thread: `next` counts the tasks that are taken, `waiting` the pieces that are not
 * stored yet.
 */
export interface Crew {
  tasks: readonly Task[];
  next: Int32Array;
  waiting: Int32Array;
}

export type Message = { piece: Piece } | { sid: number; error: string };

/** The maximum number of pieces that may wait to be stored. */
export const WINDOW = 24;

/** How much is stored in one transaction. */
const BATCH_BYTES = 8_000_000;

export interface IndexOptions {
  /** 0: in this thread only, for small amounts. */
  threads?: number;
  progress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface Indexed {
  sessions: number;
  bytes: number;
  failed: { sid: number; error: string }[];
}

export async function indexSessions(
  catalog: Catalog,
  tasks: readonly Pending[],
  { threads = Math.min(availableParallelism(), 8), progress, signal }: IndexOptions = {},
): Promise<Indexed> {
  const filing = new Filing(catalog.file, tasks, progress);
  if (threads === 0) await alone(tasks, filing, signal);
  else await crew(tasks, Math.min(threads, tasks.length), filing, signal);
  filing.flush();
  return filing.result;
}

async function alone(tasks: readonly Task[], filing: Filing, signal?: AbortSignal): Promise<void> {
  await withScratch(async (scratch) => {
    for (const task of tasks) {
      try {
        for await (const piece of pieces(task, scratch)) {
          filing.take(piece);
          // Messages from outside arrive only between two pieces.
          if (signal) await setImmediate();
          if (signal?.aborted) return;
        }
      } catch (error) {
        filing.fail(task.sid, error instanceof Error ? error.message : String(error));
      }
    }
  });
}

async function crew(
  tasks: readonly Task[],
  threads: number,
  filing: Filing,
  signal?: AbortSignal,
): Promise<void> {
  const shared: Crew = {
    tasks: tasks.map(({ sid, agent, place, state, foreign }) => ({
      ...{ sid, agent, place, state, foreign },
    })),
    next: new Int32Array(new SharedArrayBuffer(4)),
    waiting: new Int32Array(new SharedArrayBuffer(4)),
  };
  const stop = (): void => {
    Atomics.store(shared.next, 0, tasks.length);
  };
  signal?.addEventListener("abort", stop);
  await Promise.all(Array.from({ length: threads }, () => inThread(shared, filing)));
  signal?.removeEventListener("abort", stop);
}

function inThread(shared: Crew, filing: Filing): Promise<void> {
  return new Promise((resolve, reject) => {
    const code = new URL(`./index-worker${extname(import.meta.filename)}`, import.meta.url);
    const worker = new Worker(code, {
      workerData: shared,
      resourceLimits: { maxYoungGenerationSizeMb: 32 },
    });
    worker.on("message", (message: Message) => {
      if ("error" in message) {
        filing.fail(message.sid, message.error);
        return;
      }
      Atomics.sub(shared.waiting, 0, 1);
      Atomics.notify(shared.waiting, 0);
      try {
        filing.take(message.piece);
      } catch (error) {
        void worker.terminate();
        reject(error);
      }
    });
    worker.on("error", reject);
    worker.on("exit", () => resolve());
  });
}

/** Collects pieces, and stores their blocks together in the order of their numbers. */
class Filing {
  readonly #file: CatalogFile;
  readonly #tasks: ReadonlyMap<number, Pending>;
  readonly #progress: IndexOptions["progress"];
  readonly #total: number;
  readonly result: Indexed = { sessions: 0, bytes: 0, failed: [] };
  #held: Piece[] = [];
  #bytes = 0;

  constructor(file: CatalogFile, tasks: readonly Pending[], progress: IndexOptions["progress"]) {
    this.#file = file;
    this.#tasks = new Map(tasks.map((task) => [task.sid, task]));
    this.#progress = progress;
    this.#total = tasks.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  take(piece: Piece): void {
    this.#held.push(piece);
    this.#bytes += piece.texts.length;
    this.result.bytes += piece.bytes;
    if (piece.done) this.result.sessions++;
    this.#progress?.(this.result.bytes, this.#total);
    if (this.#bytes >= BATCH_BYTES || this.#held.length >= 1000) this.flush();
  }

  fail(sid: number, error: string): void {
    this.result.failed.push({ sid, error });
  }

  flush(): void {
    const held = this.#held;
    this.#held = [];
    this.#bytes = 0;
    if (held.length === 0) return;
    this.#file.guarded(() => this.#file.transaction(() => this.#write(held)));
  }

  #write(held: readonly Piece[]): void {
    const numbering = new Numbering(this.#file);
    const numbered: Numbered[] = [];
    for (const piece of held) {
      const { sid, blocks, texts: bytes } = piece;
      const task = this.#tasks.get(sid);
      if (!task || !this.#isStillSo(task, piece)) continue;
      if (blocks.some(isTitled)) {
        // A session has one title: the newest.
        forgetTitle(this.#file, sid);
        for (const { block } of numbered.filter((each) => each.sid === sid)) untitle(block);
      }
      this.#note(task, piece);
      for (const block of blocks) {
        numbered.push({ first: numbering.next(block.count, task.isOld), sid, block, bytes });
      }
    }
    // Ascending numbers are stored faster.
    numbered.sort((a, b) => a.first - b.first);
    for (const block of numbered) putBlock(this.#file, block);
    forgetUsed(this.#file, Date.now() - KEPT - STEP);
  }

  /**
   * Records how far the session has been read; older contents from that position on are removed.
   */
  #note(task: Pending, { sid, fresh, done, state, used, sign }: Piece): void {
    if (fresh) forgetText(this.#file, sid);
    else forgetBlocks(this.#file, sid, task.state?.offset ?? 0);
    this.#file.run(
      `INSERT OR REPLACE INTO indexed
         (sid, size, mtime, inode, isWhole, entries, messages, lastGroup, offset, mark, use)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[sid, task.size, task.mtime, task.inode, done ? 1 : 0],
      ...[state.entries, state.messages, state.group, state.offset, state.mark],
      state.use && JSON.stringify(state.use),
    );
    putUsed(this.#file, sid, used);
    putSign(this.#file, sid, sign);
    task.state = state;
  }

  /** Does the session still exist, and has no other process stored it in the meantime? */
  #isStillSo({ sid, state }: Pending, { fresh }: Piece): boolean {
    const [row] = this.#file.all(
      "SELECT i.offset, i.entries FROM session LEFT JOIN indexed AS i USING (sid) WHERE sid = ?",
      sid,
    );
    if (!row) return false;
    const [offset, entries] = row;
    if (state === null) return fresh && offset === null;
    return offset === state.offset && entries === state.entries;
  }
}
