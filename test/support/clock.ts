/** A clock that a test sets, and a watcher of folders that reports what a test tells it to. */
import type { Clock } from "../../src/io/clock.ts";
import type { Watcher } from "../../src/io/watcher.ts";

interface Sleeper {
  until: number;
  wake(): void;
}

export class TestClock implements Clock {
  #wall: number;
  #elapsed = 0;
  #sleepers: Sleeper[] = [];

  constructor(wall: string) {
    this.#wall = Date.parse(wall);
  }

  now(): number {
    return this.#wall;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  get sleeping(): number {
    return this.#sleepers.length;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        until: this.#elapsed + ms,
        wake: () => {
          signal.removeEventListener("abort", sleeper.wake);
          this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
          resolve();
        },
      };
      signal.addEventListener("abort", sleeper.wake, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Time passes, on the wall as well. */
  pass(ms: number): void {
    this.#elapsed += ms;
    this.#wall += ms;
    for (const sleeper of this.#sleepers) if (sleeper.until <= this.#elapsed) sleeper.wake();
  }

  /** Someone sets the clock on the wall, or the machine slept. */
  set(wall: string): void {
    this.#wall = Date.parse(wall);
  }
}

export class TestWatcher implements Watcher {
  readonly isRecursive = false;
  readonly watched = new Map<string, (name: string | null) => void>();

  watch(folder: string, changed: (name: string | null) => void): () => void {
    this.watched.set(folder, changed);
    return () => this.watched.delete(folder);
  }
}
