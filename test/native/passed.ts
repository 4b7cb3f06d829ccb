/** The test files that passed on this commit, so that a full run which was stopped can be resumed. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { commit } from "../support/commit.ts";
import { obj, parseJson, str } from "./model-server/json.ts";
import { pinned } from "./pins.ts";

const PATH = join(pinned(".results"), "passed.json");

export class Passed {
  readonly #files: Set<string>;
  /** null where the sources are not those of a commit: nothing is noted then. */
  readonly #commit = commit();

  /** How many there were before this run. */
  readonly sizeAtStart: number;

  constructor() {
    this.#files = new Set(this.#commit === null ? [] : noted(this.#commit));
    this.sizeAtStart = this.#files.size;
  }

  has(file: string): boolean {
    return this.#files.has(file);
  }

  names(): string {
    return [...this.#files].join(", ");
  }

  add(file: string): void {
    if (this.#commit === null) return;
    this.#files.add(file);
    mkdirSync(dirname(PATH), { recursive: true });
    const text = JSON.stringify({ commit: this.#commit, files: [...this.#files] }, null, 2);
    writeFileSync(PATH, `${text}\n`);
  }
}

function noted(commit: string): string[] {
  try {
    const { commit: then, files } = obj(parseJson(readFileSync(PATH, "utf8")));
    return then === commit && Array.isArray(files) ? files.map((file) => str(file) ?? "") : [];
  } catch {
    return [];
  }
}
