/** A made-up but realistic coding session, independent of any agent's format. */
import { Prose, Random } from "./text.ts";

export type Call = { id: number; ms: number } & (
  | { kind: "run"; command: string; about: string; output: string; exit: number }
  | { kind: "read"; path: string; offset: number; text: string; total: number }
  | { kind: "write"; path: string; content: string }
  | { kind: "edit"; path: string; old: string; now: string; before: string; line: number }
  | { kind: "picture"; path: string; data: string }
);

export interface Reply {
  thinking: string | null;
  text: string | null;
  calls: Call[];
  input: number;
  output: number;
  cached: number;
}

export interface Turn {
  prompt: string;
  picture: string | null;
  replies: Reply[];
}

export const CWD = "/home/dev/shop";

/** The files of the project; they change during the session. */
const FILES = 48;

export class Conversation {
  readonly random: Random;
  readonly prose: Prose;
  readonly #files: { path: string; text: string }[] = [];
  #calls = 0;
  #context = 9000;
  /** Milliseconds since the epoch. */
  now = Date.parse("2026-11-03T08:00:00.000Z");

  constructor(seed: number) {
    this.random = new Random(seed);
    this.prose = new Prose(this.random);
    for (let i = 0; i < FILES; i++) this.#files.push(this.#newFile());
  }

  /** Time advances by up to `most` milliseconds. */
  tick(most: number): number {
    this.now += this.random.int(1, most);
    return this.now;
  }

  turn(): Turn {
    const { random, prose } = this;
    const replies: Reply[] = [];
    for (let n = random.int(3, 24); n > 0; n--) replies.push(this.#reply(random.int(0, 9)));
    replies.push({ ...this.#reply(0), calls: [], text: prose.sentences(random.skewed(120, 2400)) });
    return {
      prompt: prose.sentences(random.skewed(30, 1800)),
      picture: random.chance(0.04) ? this.#picture() : null,
      replies,
    };
  }

  #reply(kind: number): Reply {
    const { random, prose } = this;
    const calls = [this.#call()];
    // Occasionally several calls at once.
    if (kind === 9) for (let n = random.int(1, 3); n > 0; n--) calls.push(this.#call());
    this.#context = this.#context > 150_000 ? 12_000 : this.#context + random.int(200, 4000);
    return {
      thinking: random.chance(0.35) ? prose.sentences(random.skewed(80, 3000)) : null,
      text: random.chance(0.6) ? prose.sentences(random.skewed(30, 900)) : null,
      calls,
      input: random.int(1, 4000),
      output: random.int(40, 2500),
      cached: this.#context,
    };
  }

  #call(): Call {
    const { random, prose } = this;
    const call = { id: this.#calls++, ms: random.skewed(4, 30_000) };
    const file = this.#files[random.int(0, FILES - 1)] ?? this.#newFile();
    const { path } = file;
    const draw = random.unit();
    if (draw < 0.5) {
      const exit = random.chance(0.08) ? random.int(1, 2) : 0;
      const command = `${random.pick(["npm test -- ", "rg -n ", "git diff ", "ls -la "])}${prose.path()} | head -${random.int(5, 200)}`;
      const output = prose.output(random.skewed(20, 16_000));
      return { ...call, kind: "run", command, about: prose.sentences(30), output, exit };
    }
    if (draw < 0.75) return { ...call, kind: "read", path, ...this.#slice(file.text) };
    if (draw < 0.93) return { ...call, kind: "edit", path, ...this.#edit(file) };
    if (draw < 0.99) {
      this.#files[random.int(0, FILES - 1)] = this.#newFile();
      const fresh = this.#newFile();
      return { ...call, kind: "write", path: fresh.path, content: fresh.text.slice(0, 6000) };
    }
    return { ...call, kind: "picture", path: `${CWD}/${prose.word()}.png`, data: this.#picture() };
  }

  #slice(text: string): { offset: number; text: string; total: number } {
    const lines = text.split("\n");
    const whole = this.random.chance(0.5);
    const offset = whole ? 1 : this.random.int(1, Math.max(1, lines.length - 40));
    const part = whole ? lines : lines.slice(offset - 1, offset - 1 + this.random.int(20, 200));
    return { offset, text: part.join("\n"), total: lines.length };
  }

  #edit(file: { text: string }): { old: string; now: string; before: string; line: number } {
    const before = file.text;
    const lines = before.split("\n");
    const line = this.random.int(0, Math.max(0, lines.length - 8));
    const taken = lines.slice(line, line + this.random.int(1, 7));
    const fresh = this.prose.code(this.random.int(20, 500)).trimEnd().split("\n");
    lines.splice(line, taken.length, ...fresh);
    file.text = lines.join("\n");
    return { old: taken.join("\n"), now: fresh.join("\n"), before, line: line + 1 };
  }

  #newFile(): { path: string; text: string } {
    const text = this.prose.code(this.random.skewed(1000, 60_000));
    return { path: `${CWD}/${this.prose.path()}`, text };
  }

  /** Base64 of random data in place of a picture. */
  #picture(): string {
    return `iVBORw0KGgoAAAANSUhEUgAA${this.random.base64(this.random.int(9_000, 90_000))}`;
  }
}
