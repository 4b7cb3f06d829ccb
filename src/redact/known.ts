/** Finds known secrets again where the context does not identify them. */
import type { Range } from "./views.ts";

/** A shorter one could be an ordinary word. */
const LEAST = 12;
/** With letters only or digits only, so could a longer one. */
const PLAIN = /^(?:[A-Za-z]{0,15}|\d{0,15})$/;
const HEAD = 8;

/** Searches for all of them in one pass, however many there are. */
export class KnownSecrets {
  /** By their first letters; the longest first, as one may begin with another. */
  readonly #byHead = new Map<string, string[]>();
  /**
   * The pairs of letters that one begins with: at most positions in a text, nothing more is
   * checked.
   */
  readonly #pairs = new Uint8Array(1 << 16);

  add(secret: string): void {
    if (secret.length < LEAST || PLAIN.test(secret)) return;
    const head = secret.slice(0, HEAD);
    const same = this.#byHead.get(head) ?? [];
    if (same.includes(secret)) return;
    this.#byHead.set(
      head,
      [...same, secret].sort((a, b) => b.length - a.length),
    );
    this.#pairs[pair(secret.charCodeAt(0), secret.charCodeAt(1))] = 1;
  }

  *search(text: string): Generator<Range & { identity: string }> {
    if (this.#byHead.size === 0) return;
    let last = text.charCodeAt(0);
    for (let i = 0; i + LEAST <= text.length; i++) {
      const next = text.charCodeAt(i + 1);
      const mayBegin = this.#pairs[pair(last, next)] === 1;
      last = next;
      if (!mayBegin) continue;
      const identity = this.#at(text, i);
      if (identity !== undefined) yield { start: i, end: i + identity.length, identity };
    }
  }

  #at(text: string, start: number): string | undefined {
    const all = this.#byHead.get(text.slice(start, start + HEAD));
    return all?.find((secret) => text.startsWith(secret, start));
  }
}

function pair(first: number, second: number): number {
  return ((first << 5) ^ second) & 0xffff;
}
