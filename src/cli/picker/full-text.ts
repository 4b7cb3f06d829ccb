/** Full-text search inside the picker: `segue search`, one query at a time. */
import type { Places } from "../../core/places.ts";
import { Child, storeOptions } from "./child.ts";
import type { Found, Search } from "./types.ts";

const MOST = 200;

export class FullText {
  readonly #places: Places;
  readonly #found: (search: Search) => void;
  #running: { query: string; child: Child } | null = null;

  constructor(places: Places, found: (search: Search) => void) {
    this.#places = places;
    this.#found = found;
  }

  /** Searches for this, and no longer for the previous query; null for nothing. */
  async want(query: string | null): Promise<void> {
    if (this.#running?.query === query) return;
    this.stop();
    if (query === null) return;
    const options = ["--json", "-n", String(MOST), ...storeOptions(this.#places)];
    const { cwd } = this.#places;
    const child = new Child(["search", ...options, "--cwd", cwd, "--", query], this.#places);
    this.#running = { query, child };
    const { code, out, err } = await child.ended;
    if (this.#running?.child !== child) return;
    this.#running = null;
    this.#found({ query, ...(code === 0 ? foundIn(out) : { found: [], note: noteOf(err) }) });
  }

  stop(): void {
    this.#running?.child.stop();
    this.#running = null;
  }
}

/** The error, on one line. */
function noteOf(err: string): string {
  const text = err.replace(/\s+/g, " ").trim();
  return text.replace(/^segue: /, "") || "the search was stopped";
}

/** Reads the output of `segue search --json`. */
export function foundIn(text: string): Pick<Search, "found" | "note"> {
  try {
    const value: unknown = JSON.parse(text);
    return { found: listIn(value, "sessions").flatMap(sessionFrom), note: null };
  } catch {
    return { found: [], note: "the search gave no answer" };
  }
}

function sessionFrom(value: unknown): Found[] {
  if (!isObject(value) || typeof value.path !== "string") return [];
  const hits = listIn(value, "hits").flatMap((hit) =>
    isObject(hit) && typeof hit.entry === "number" && typeof hit.snippet === "string"
      ? [{ entry: hit.entry, snippet: hit.snippet }]
      : [],
  );
  return [{ path: value.path, hits }];
}

function listIn(value: unknown, key: string): unknown[] {
  const list = isObject(value) ? value[key] : undefined;
  return Array.isArray(list) ? list : [];
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}
