/** Deterministic text that reads and compresses approximately like that of a coding session. */

/** A seeded stream of numbers (sfc32). */
export class Random {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** 32 bits. */
  next(): number {
    const t = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    return t >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.next() / 2 ** 32;
  }

  /** A whole number from `low` to `high`, inclusive. */
  int(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  /** Like `int`, but small numbers are far more frequent. */
  skewed(low: number, high: number): number {
    return low + Math.floor(this.unit() ** 4 * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.int(0, items.length - 1)] ?? items[0];
  }

  hex(digits: number): string {
    let out = "";
    while (out.length < digits) out += this.next().toString(16).padStart(8, "0");
    return out.slice(0, digits);
  }

  /** Lower-case letters and digits. */
  letters(length: number): string {
    let out = "";
    while (out.length < length) out += this.next().toString(36).padStart(6, "0").slice(-6);
    return out.slice(0, length);
  }

  base64(bytes: number): string {
    const buffer = Buffer.allocUnsafe(bytes + 4);
    for (let at = 0; at < bytes; at += 4) buffer.writeUInt32LE(this.next(), at);
    return buffer.toString("base64", 0, bytes);
  }

  uuid4(): string {
    const h = this.hex(32);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
  }

  uuid7(ms: number): string {
    const h = this.hex(20);
    const t = ms.toString(16).padStart(12, "0");
    return `${t.slice(0, 8)}-${t.slice(8)}-7${h.slice(0, 3)}-a${h.slice(3, 6)}-${h.slice(6, 18)}`;
  }
}

const SYLLABLES =
  "ar be co da el fi go hu in jo ka le mo ne or pa qu re se ti un ver wi ex yo zen tion".split(" ");
const COMMON =
  "the to of and in is that it for this file test with from not be on we are as so now".split(" ");
const FOREIGN = ["größer", "naïve", "日本語", "проверка", "→", "✓", "🎉", "…", "—", "été"];

/** Words, code and prose in one made-up vocabulary: a few frequent words, many rare ones. */
export class Prose {
  readonly #random: Random;
  readonly #words: string[] = [...COMMON];

  constructor(random: Random) {
    this.#random = random;
    while (this.#words.length < 6000) {
      let word = "";
      for (let n = random.int(1, 4); n > 0; n--) word += SYLLABLES[random.int(0, 26)] ?? "";
      this.#words.push(word);
    }
  }

  word(): string {
    const at = Math.floor(this.#random.unit() ** 3 * this.#words.length);
    return this.#words[at] ?? "word";
  }

  name(): string {
    const second = this.word();
    return this.word() + second.charAt(0).toUpperCase() + second.slice(1);
  }

  path(): string {
    return `src/${this.word()}/${this.word()}-${this.word()}.ts`;
  }

  /** Sentences of about `length` characters in total. */
  sentences(length: number): string {
    const random = this.#random;
    const foreign = random.chance(0.05);
    const out: string[] = [];
    for (let size = 0; size < length; ) {
      const plain = random.chance(0.04) ? `\`${this.name()}\`` : this.word();
      const word = foreign && random.chance(0.04) ? (FOREIGN[random.int(0, 9)] ?? "") : plain;
      out.push(random.chance(0.08) ? `${word}.` : random.chance(0.01) ? `${word}\n\n` : word);
      size += word.length + 1;
    }
    return out.join(" ");
  }

  /** Source code of about `length` characters. */
  code(length: number): string {
    const out: string[] = [];
    for (let size = 0; size < length; ) {
      const line = this.codeLine();
      out.push(line);
      size += line.length + 1;
    }
    return `${out.join("\n")}\n`;
  }

  codeLine(): string {
    const random = this.#random;
    const indent = "  ".repeat(random.int(0, 4));
    switch (random.int(0, 9)) {
      case 0:
        return "";
      case 1:
        return `${indent}}`;
      case 2:
        return `${indent}// ${this.sentences(random.int(20, 70))}`;
      case 3:
        return `${indent}if (${this.name()} ${random.pick(["===", "<", "!=="])} ${random.int(0, 999)}) {`;
      case 4:
        return `import { ${this.name()}, ${this.name()} } from "./${this.word()}/${this.word()}.ts";`;
      case 5:
        return `${indent}return this.#${this.word()}.${this.name()}("${this.word()} ${this.word()}", ${this.word()});`;
      default:
        return `${indent}const ${this.name()} = ${this.word()}.${this.word()}(${this.name()}, ${random.int(0, 99)});`;
    }
  }

  /** What a command prints: test lines, paths, numbers. */
  output(length: number): string {
    const random = this.#random;
    const out: string[] = [];
    for (let size = 0; size < length; ) {
      const line = random.chance(0.5)
        ? `${this.path()}:${random.int(1, 900)}: ${this.sentences(random.int(10, 80))}`
        : `${random.chance(0.03) ? "✗" : "ok"} ${random.int(1, 4000)} - ${this.sentences(30)} (${random.int(0, 999)}.${random.int(0, 99)} ms)`;
      out.push(line);
      size += line.length + 1;
    }
    return out.join("\n");
  }
}
