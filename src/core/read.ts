/** Reads a session: completely, entry by entry, or as raw bytes. */
import type { Agent } from "../agents/types.ts";
import { type Heading, headingOf } from "../catalog/line.ts";
import type { Selected } from "../catalog/select.ts";
import { childrenOf, closeBases, openBases, openChildren } from "../convert/read/bases.ts";
import { openSession, rowsAt } from "../convert/read/open.ts";
import { entriesOf, readHeader, readSession } from "../convert/read/session.ts";
import type { BaseInput } from "../convert/survey/survey-file.ts";
import { Input } from "../io/input.ts";
import type { Env } from "../io/state.ts";
import type { Entry, Header, Session } from "../session/types.ts";

export { withScratch } from "../io/folders.ts";

export interface ReadOptions {
  env: Env;
  /** A folder for temporary files. */
  scratch: string;
  /** Called for a subagent's transcript that cannot be read; it is skipped. */
  failed(place: string, error: unknown): void;
}

/** A session that is open for reading. */
export class OpenSession {
  readonly agent: Agent;
  /** Its path. */
  readonly place: string;
  readonly #input: Input;
  readonly #bases: readonly BaseInput[];
  readonly #options: ReadOptions;

  constructor(
    agent: Agent,
    place: string,
    input: Input,
    bases: readonly BaseInput[],
    options: ReadOptions,
  ) {
    this.agent = agent;
    this.place = place;
    this.#input = input;
    this.#bases = bases;
    this.#options = options;
  }

  /**
   * All entries in order, including those of files that it continues, without keeping them in
   * memory.
   */
  entries(): Iterable<Entry> {
    return entriesOf(this.agent, this.#input, this.#bases);
  }

  header(): Header {
    return readHeader(this.agent, this.#input, this.#bases);
  }

  /**
   * The part of the header that is shown above a session; requires little reading, even for a long
   * one.
   */
  heading(): Heading {
    return headingOf(this.agent, this.#input);
  }

  /** All of it in memory; `subagents`: including separate transcripts of its subagents. */
  async session({ subagents = false } = {}): Promise<Session> {
    const session = readSession(this.agent, this.#input, this.#bases);
    if (!subagents) return session;
    const all: Session[] = [];
    for await (const child of this.subagents()) {
      const { subagents: own = [], ...rest } = await child.session({ subagents });
      all.push(own.length > 0 ? { ...rest, subagents: own } : rest);
    }
    return { ...session, subagents: all };
  }

  /** Its subagents with separate transcripts; each is open until the next one is requested. */
  async *subagents(): AsyncGenerator<OpenSession> {
    const { agent } = this;
    for await (const { place, input, bases } of openChildren(agent, this.place, this.#options)) {
      yield new OpenSession(agent, place, input, bases, this.#options);
    }
  }

  /** Their number. */
  async countSubagents(): Promise<number> {
    return (await childrenOf(this.agent, this.place)).length;
  }
}

/** Opens a session while `work` runs. @throws SegueError if it cannot be read. */
export async function withOpened<T>(
  { agent, path, name }: Pick<Selected, "agent" | "path" | "name">,
  options: ReadOptions,
  work: (session: OpenSession) => Promise<T>,
): Promise<T> {
  const input = openSession(path, { scratch: options.scratch, name });
  const bases = await openBases(agent, path, options);
  try {
    return await work(new OpenSession(agent, path, input, bases, options));
  } finally {
    closeBases(bases);
    input.close();
  }
}

/** A session as it is stored: the bytes of its file, or its rows as lines. */
export function* bytesOf({ path }: Pick<Selected, "path">, scratch: string): Generator<Buffer> {
  const input = rowsAt(path) ? openSession(path, { scratch }) : new Input(path);
  try {
    yield* bytesIn(input.path);
  } finally {
    input.close();
  }
}

/** The bytes of a file. */
export function* bytesIn(path: string): Generator<Buffer> {
  const input = new Input(path);
  try {
    for (const chunk of input.chunks()) yield Buffer.from(chunk);
  } finally {
    input.close();
  }
}
