/**
 * Prepares in a thread of its own. A large session takes seconds, and so may the target's CLI when it is asked
 * for its version: whoever watches must see meanwhile what other agents record.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Copy, Order, PrepareOptions, Preparer } from "./preparer.ts";

export type Task =
  | { do: "hand over"; order: Order; newest: number | null }
  | { do: "undo"; copy: Copy };

/** `error`: in words. */
export type Answer = { copy: Copy } | { isUndone: boolean } | { error: string };

export class PreparingThread implements Preparer {
  readonly #options: PrepareOptions;
  /** Begun with the first task: most who watch prepare nothing. */
  #worker: Worker | null = null;

  constructor(options: PrepareOptions) {
    this.#options = options;
  }

  async handOver(order: Order, newest: number | null): Promise<Copy> {
    const answer = await this.#ask({ do: "hand over", order, newest });
    if ("copy" in answer) return answer.copy;
    throw new Error("error" in answer ? answer.error : "the thread gave another answer");
  }

  async undo({ id, path, writes, madeFolder }: Copy): Promise<boolean> {
    const answer = await this.#ask({ do: "undo", copy: { id, path, writes, madeFolder } });
    if ("error" in answer) throw new Error(answer.error);
    return "isUndone" in answer && answer.isUndone;
  }

  /** To be called when nothing is being prepared. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = null;
  }

  #ask(task: Task): Promise<Answer> {
    const worker = this.#worker ?? this.#begin();
    return new Promise((resolve, reject) => {
      const ended = (error: unknown): void => {
        reject(error instanceof Error ? error : new Error("the thread that prepares has ended"));
      };
      worker.on("error", ended);
      worker.on("exit", ended);
      worker.once("message", (answer: Answer) => {
        worker.off("error", ended);
        worker.off("exit", ended);
        resolve(answer);
      });
      worker.postMessage(task);
    });
  }

  #begin(): Worker {
    const { places, reasoning } = this.#options;
    const code = new URL(`./preparing-worker${extname(import.meta.filename)}`, import.meta.url);
    // A copy: the process's own environment cannot be sent.
    const own: PrepareOptions = { reasoning, places: { ...places, env: { ...places.env } } };
    const worker = new Worker(code, { workerData: own });
    worker.on("error", () => {});
    worker.once("exit", () => {
      if (this.#worker === worker) this.#worker = null;
    });
    this.#worker = worker;
    return worker;
  }
}
