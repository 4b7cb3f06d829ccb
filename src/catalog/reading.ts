/**
 * Reads sessions for the text index, piece by piece, and from where the last reading ended when a
 * file has only grown.
 */
import { createHash } from "node:crypto";
import { agentNamed } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { closeBases, openBases } from "../convert/bases.ts";
import { openSession, rowsAt } from "../convert/open.ts";
import { entriesOf } from "../convert/session.ts";
import type { Input } from "../io/input.ts";
import { lineOf } from "../lossless/lines.ts";
import { isShown } from "../session/render.ts";
import type { Entry } from "../session/types.ts";
import { BLOCK_BYTES, type Block, type Numbered, type ReadBlock, type Span } from "./blocks.ts";
import { Scan } from "./line.ts";
import type { State, Task } from "./pending.ts";
import { searchable, textsOf } from "./text.ts";

export interface Piece {
  sid: number;
  blocks: ReadBlock[];
  /** Characters of text, roughly. */
  chars: number;
  /** Is this the first piece of a reading from the beginning? What was there before goes. */
  fresh: boolean;
  /** Was it the last? */
  done: boolean;
  state: State;
  /** Bytes that were read for it. */
  bytes: number;
}

const START: State = { entries: 0, messages: 0, group: null, offset: 0, mark: "" };

/** So much text, or so many bytes, make a piece. */
const PIECE_CHARS = 400_000;
const PIECE_BYTES = 32 << 20;
const LONGEST_REST = 16 << 20;
const LONGEST_FIRST = 1 << 20;

/** @throws when it cannot be read. */
export async function* pieces(task: Task, scratch: string): AsyncGenerator<Piece> {
  const agent = agentNamed(task.agent);
  const input = openSession(task.place, { scratch });
  try {
    const isFile = input.path === task.place && rowsAt(task.place) === null;
    const bases = isFile ? await openBases(agent, task.place, { env: process.env, scratch }) : [];
    if (isFile && bases.length === 0) yield* ofFile(task, agent, input);
    else yield whole(task, agent, input, entriesOf(agent, input, bases));
    closeBases(bases);
  } finally {
    input.close();
  }
}

/** What a session's blocks hold, read again. @throws when it cannot be read. */
export async function textsIn(
  { agent: id, place }: Pick<Task, "agent" | "place">,
  blocks: readonly Block[],
  scratch: string,
): Promise<Numbered[]> {
  const agent = agentNamed(id);
  const input = openSession(place, { scratch });
  try {
    if (blocks.every(({ span }) => span !== null)) {
      return blocks.flatMap((block) => textsOfBlock(agent, input, block));
    }
    const bases = await openBases(agent, place, { env: process.env, scratch });
    const { blocks: all } = whole({ sid: 0 }, agent, input, entriesOf(agent, input, bases));
    closeBases(bases);
    return all.flatMap(({ texts }) => texts);
  } finally {
    input.close();
  }
}

function textsOfBlock(agent: Agent, input: Input, { span, entry }: Block): Numbered[] {
  if (span === null) return [];
  const reading = new Reading(agent, { ...START, entries: entry });
  if (span.offset > 0) reading.prime(input);
  reading.take(input.read(span.offset, span.bytes), span.offset);
  return reading
    .piece({ sid: 0 }, START, { fresh: true, done: true, bytes: 0 })
    .blocks.flatMap(({ texts }) => texts);
}

function whole(
  task: Pick<Task, "sid">,
  agent: Agent,
  input: Input,
  entries: Iterable<Entry>,
): Piece {
  const reading = new Reading(agent, START);
  reading.addAll(entries);
  const state = { ...reading.counts, offset: 0, mark: "" };
  return reading.piece(task, state, { fresh: true, done: true, bytes: input.size });
}

function* ofFile(task: Task, agent: Agent, input: Input): Generator<Piece> {
  const { state } = task;
  const isSame = state !== null && state.offset > 0 && state.mark === markOf(input, state.offset);
  const from = isSame ? state : START;
  const reading = new Reading(agent, from);
  if (from.offset > 0) reading.prime(input);
  let [fresh, start, end] = [!isSame, from.offset, from.offset];
  for (const lines of wholeLines(input, from.offset)) {
    reading.take(lines, end);
    end += lines.length;
    if (reading.chars < PIECE_CHARS && end - start < PIECE_BYTES) continue;
    const place = { offset: end, mark: markOf(input, end) };
    yield reading.piece(
      task,
      { ...reading.counts, ...place },
      { fresh, done: false, bytes: end - start },
    );
    [fresh, start] = [false, end];
  }
  const after = { ...reading.counts, offset: end, mark: markOf(input, end) };
  // A last line without its end can be searched, but is read again when there is more.
  if (end < input.size && input.size - end <= LONGEST_REST) {
    reading.take(input.read(end, input.size - end), end);
  }
  yield reading.piece(task, after, { fresh, done: true, bytes: input.size - start });
}

/** The file from `start` on in whole lines, a block's worth; a last line without its end comes next time. */
function* wholeLines(input: Input, start: number): Generator<Buffer> {
  let held: Buffer[] = [];
  for (const chunk of input.chunks({ start })) {
    let from = 0;
    for (let end = blockEnd(chunk, 0); end > 0; end = blockEnd(chunk, from)) {
      const lines = chunk.subarray(from, end);
      yield held.length === 0 ? lines : Buffer.concat([...held, lines]);
      [held, from] = [[], end];
    }
    if (from < chunk.length) held.push(Buffer.from(chunk.subarray(from)));
  }
}

/** Where the last line that begins in a block of `bytes` ends; 0 where none does. */
function blockEnd(bytes: Buffer, from: number): number {
  const last = bytes.indexOf(0x0a, from + BLOCK_BYTES) + 1;
  return last > 0 ? last : bytes.lastIndexOf(0x0a) + 1 > from ? bytes.lastIndexOf(0x0a) + 1 : 0;
}

const MARK = 512;

function markOf(input: Input, offset: number): string {
  const hash = createHash("sha1");
  hash.update(input.read(0, Math.min(MARK, offset)));
  hash.update(input.read(Math.max(0, offset - MARK), Math.min(MARK, offset)));
  return hash.digest("base64");
}

class Reading {
  readonly #scan: Scan;
  #blocks: ReadBlock[] = [];
  #entries: number;
  #title: { title: string; block: ReadBlock } | null = null;
  chars = 0;

  constructor(agent: Agent, { entries, messages, group }: State) {
    this.#scan = new Scan(agent, { messages, group });
    this.#entries = entries;
  }

  /** What a reader has to know of the beginning to go on in the middle. */
  prime(input: Input): void {
    for (let length = 16 << 10; ; length *= 8) {
      const head = input.read(0, length);
      const end = head.indexOf(0x0a);
      if (end < 0 && length < LONGEST_FIRST && length < input.size) continue;
      this.#scan.prime(lineOf(head.subarray(0, Math.max(0, end))));
      return;
    }
  }

  /** Whole lines, and where they begin. */
  take(lines: Buffer, offset: number): void {
    const block = this.#begin({ offset, bytes: lines.length });
    for (const entry of this.#scan.takeAll(lines)) this.#add(entry, block);
  }

  /** All entries of what can only be read as a whole. */
  addAll(entries: Iterable<Entry>): void {
    const block = this.#begin(null);
    for (const entry of entries) {
      this.#scan.note(entry);
      this.#add(entry, block);
    }
  }

  #begin(span: Span | null): ReadBlock {
    const block = { entry: this.#entries, count: 0, span, texts: [] };
    this.#blocks.push(block);
    return block;
  }

  #add(entry: Entry, block: ReadBlock): void {
    if (entry.kind === "event" && entry.event === "title") {
      this.#title = { title: entry.title, block };
    }
    if (!isShown(entry)) return;
    this.#entries++;
    block.count++;
    const texts = textsOf(entry);
    if (texts === null) return;
    block.texts.push([this.#entries, texts]);
    for (const text of Object.values(texts)) this.chars += text.length;
  }

  get counts(): Omit<State, "offset" | "mark"> {
    const { messages, group } = this.#scan;
    return { entries: this.#entries, messages, group };
  }

  /** What was found since the last piece. */
  piece(
    { sid }: Pick<Task, "sid">,
    state: State,
    rest: Pick<Piece, "fresh" | "done" | "bytes">,
  ): Piece {
    if (this.#title) {
      const { title, block } = this.#title;
      block.texts.push([0, { title: searchable(title) }]);
    }
    const [blocks, chars] = [this.#blocks, this.chars];
    [this.#blocks, this.#title, this.chars] = [[], null, 0];
    return { sid, blocks, chars, state, ...rest };
  }
}
