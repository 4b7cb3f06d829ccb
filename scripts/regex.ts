/**
 * Translates RE2 patterns to JavaScript without flags: Node 22 has no flags for parts of a pattern.
 */

const POSIX: { [name: string]: string } = { "[:alnum:]": "A-Za-z0-9" };

/** `(?i)` is applied to each letter in its scope. */
export function bothCases(pattern: string): string {
  return new Converter(pattern).all();
}

class Converter {
  readonly #pattern: string;
  #at = 0;
  #out = "";
  /** For the open groups: whether case mattered before each. */
  readonly #outer: boolean[] = [];
  #anyCase = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  all(): string {
    while (this.#at < this.#pattern.length) this.#next();
    return this.#out;
  }

  #next(): void {
    const rest = this.#pattern.slice(this.#at);
    const char = rest[0] ?? "";
    if (char === "(") this.#open(rest);
    else if (char === ")") this.#close();
    else if (char === "[") this.#take(classLength(rest), classOf(rest, this.#anyCase));
    else if (char === "\\") this.#take(escapeLength(rest), rest.startsWith("\\z") ? "$" : null);
    else this.#take(1, this.#anyCase ? letterOf(char) : char);
  }

  /** Advances by this many letters; null: unchanged. */
  #take(length: number, out: string | null): void {
    this.#out += out ?? this.#pattern.slice(this.#at, this.#at + length);
    this.#at += length;
  }

  #open(rest: string): void {
    const [flags, sign, letters, colon] = /^\(\?(-?)([ims]+)([:)])/.exec(rest) ?? [];
    if (flags === undefined) {
      const [named] = /^\(\?P<\w+>/.exec(rest) ?? [];
      this.#outer.push(this.#anyCase);
      this.#take(named?.length ?? 1, named === undefined ? "(" : "(?:");
      return;
    }
    if (letters !== "i") throw new Error(`not known here: ${flags}`);
    // `(?i)` applies up to the end of its group.
    if (colon === ":") this.#outer.push(this.#anyCase);
    this.#anyCase = sign === "";
    this.#take(flags.length, colon === ":" ? "(?:" : "");
  }

  #close(): void {
    this.#anyCase = this.#outer.pop() ?? false;
    this.#take(1, ")");
  }
}

function letterOf(char: string): string {
  return /[a-z]/i.test(char) ? `[${char.toLowerCase()}${char.toUpperCase()}]` : char;
}

function escapeLength(rest: string): number {
  return /^\\x[0-9a-f]{2}/i.test(rest) ? 4 : 2;
}

function classLength(rest: string): number {
  const [all] = /^\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]/.exec(rest) ?? [];
  if (all === undefined) throw new Error(`a class without an end: ${rest}`);
  return all.length;
}

/** In a class, JavaScript has no POSIX names, and a bracket is escaped. */
function classOf(rest: string, anyCase: boolean): string {
  let inner = rest.slice(1, classLength(rest) - 1);
  for (const [name, letters] of Object.entries(POSIX)) inner = inner.replaceAll(name, letters);
  if (!anyCase) return `[${inner}]`;
  const parts = inner.match(/\\x[0-9a-f]{2}|\\.|.-[^\]]|./gi) ?? [];
  const both = parts.flatMap((part) =>
    part.startsWith("\\") ? [part] : [part, part.toLowerCase(), part.toUpperCase()],
  );
  return `[${[...new Set(both)].join("")}]`;
}
