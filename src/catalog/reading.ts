/**
 * Reads sessions for the text index, piece by piece, and from where the last reading ended if a
 * file has only grown.
 */
import { createHash } from "node:crypto";
import { agentNamed } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { closeBases, openBases } from "../convert/read/bases.ts";
import { feedOf } from "../convert/read/folder.ts";
import { openSession, rowsAt } from "../convert/read/open.ts";
import { besideTitle, entriesOf } from "../convert/read/session.ts";
import type { BaseInput } from "../convert/survey/survey-file.ts";
import type { Input } from "../io/input.ts";
import { lineOf } from "../lossless/lines.ts";
import { isShown } from "../session/render.ts";
import type { Entry } from "../session/types.ts";
import { BLOCK_BYTES, type Block, type ReadBlock, type Span } from "./blocks.ts";
import { type Children, childUse } from "./child-use.ts";
import { Scan } from "./line.ts";
import { Pack } from "./pack.ts";
import type { State, Task } from "./pending.ts";
import type { Sign } from "./row.ts";
import { KINDS, searchable, type Texts, textsOf } from "./text.ts";
import { type Answer, UseCount } from "./use.ts";

export interface Piece {
  sid: number;
  blocks: ReadBlock[];
  /** The texts of all blocks. */
  texts: Uint8Array<ArrayBuffer>;
  /** Is this the first piece of a reading from the beginning? Then older contents are removed. */
  fresh: boolean;
  /** Was it the last? */
  done: boolean;
  state: State;
  /** The tokens that were used in it. */
  used: Answer[];
  sign: Sign;
  /** How many bytes were read for it. */
  bytes: number;
}

const START: State = { entries: 0, messages: 0, group: null, offset: 0, mark: "", use: null };

/** The size of a piece, in bytes of text or of a file. */
const PIECE_TEXTS = 400_000;
const PIECE_BYTES = 32 << 20;
const LONGEST_REST = 16 << 20;
const LONGEST_FIRST = 1 << 20;

/** @throws if it cannot be read. */
export async function* pieces(task: Task, scratch: string): AsyncGenerator<Piece> {
  const agent = agentNamed(task.agent);
  const input = openSession(task.place, { scratch });
  try {
    const isFile = input.path === task.place && rowsAt(task.place) === null;
    const bases = isFile ? await openBases(agent, task.place, { env: process.env, scratch }) : [];
    const all =
      isFile && bases.length === 0
        ? ofFile(task, agent, input)
        : [whole(task, agent, input, bases)];
    let before = task.state?.use?.children ?? {};
    for (const piece of all) {
      // Nothing of what was counted earlier is kept.
      if (piece.fresh) before = {};
      yield piece.done ? await withChildren(piece, task, agent, { before, scratch }) : piece;
    }
    closeBases(bases);
  } finally {
    input.close();
  }
}

/** With what its subagents used. */
async function withChildren(
  piece: Piece,
  task: Task,
  agent: Agent,
  { before, scratch }: { before: Children; scratch: string },
): Promise<Piece> {
  if (!agent.store.children) return piece;
  const { foreign, place } = task;
  const { answers, children } = await childUse(agent, place, { before, foreign, scratch });
  const use = piece.state.use ?? { time: null, model: null };
  const state = { ...piece.state, use: { ...use, children } };
  return { ...piece, state, used: [...piece.used, ...answers] };
}

/** The contents of the entries in these blocks, read again. @throws if they cannot be read. */
export async function textsIn(
  { agent: id, place }: Pick<Task, "agent" | "place">,
  blocks: readonly Block[],
  scratch: string,
): Promise<Map<number, Texts>> {
  const agent = agentNamed(id);
  const input = openSession(place, { scratch });
  const found = new Map<number, Texts>();
  const keep: Keep = (_, entry, texts) => void found.set(entry, texts);
  try {
    if (blocks.every(({ span }) => span !== null)) {
      for (const block of blocks) readBlock(agent, input, block, keep);
      return found;
    }
    const bases = await openBases(agent, place, { env: process.env, scratch });
    const beside = besideTitle(agent, input);
    const reading = new Reading(agent, START, { keep, beside, use: null });
    reading.addAll(input, bases);
    reading.end();
    closeBases(bases);
    return found;
  } finally {
    input.close();
  }
}

function readBlock(agent: Agent, input: Input, { span, entry }: Block, keep: Keep): void {
  if (span === null) return;
  const beside = besideTitle(agent, input);
  const reading = new Reading(agent, { ...START, entries: entry }, { keep, beside, use: null });
  if (span.offset > 0) reading.prime(input);
  reading.take(input.read(span.offset, span.bytes), span.offset);
  reading.end();
}

function whole(task: Task, agent: Agent, input: Input, bases: readonly BaseInput[]): Piece {
  const beside = besideTitle(agent, input);
  const reading = new Packing(agent, START, input.size, { beside, use: null });
  reading.addAll(input, bases);
  // Again, record by record, and without what its bases contain, which is theirs.
  const scan = new Scan(agent);
  const use = new UseCount(null, task.foreign, Date.now());
  scan.countUse(use);
  for (const line of input.lines()) scan.take(line);
  const { sign } = scan;
  const state = { ...reading.counts, offset: 0, mark: "", use: null };
  return reading.piece(
    task,
    { state, used: use.take(), sign },
    { fresh: true, done: true, bytes: input.size },
  );
}

function* ofFile(task: Task, agent: Agent, input: Input): Generator<Piece> {
  const { state } = task;
  // A file that changed other than by growing was rewritten: its ends say nothing about its middle.
  const grows = state !== null && state.offset > 0 && input.size > state.offset;
  const isSame = grows && state.mark === markOf(input, state.offset);
  const from = isSame ? state : START;
  const beside = besideTitle(agent, input);
  const use = new UseCount(from.use, task.foreign, Date.now());
  const reading = new Packing(agent, from, input.size - from.offset, { beside, use });
  if (from.offset > 0) reading.prime(input);
  let [fresh, start, end] = [!isSame, from.offset, from.offset];
  for (const lines of wholeLines(input, from.offset)) {
    reading.take(lines, end);
    end += lines.length;
    if (reading.texts < PIECE_TEXTS && end - start < PIECE_BYTES) continue;
    const place = { offset: end, mark: markOf(input, end) };
    yield reading.piece(
      task,
      { state: { ...reading.counts, ...place }, ...reading.account() },
      { fresh, done: false, bytes: end - start },
    );
    [fresh, start] = [false, end];
  }
  const place = { offset: end, mark: markOf(input, end) };
  const after = { state: { ...reading.counts, ...place }, ...reading.account() };
  // A last line without its end can be searched, but is read again when there is more.
  if (end < input.size && input.size - end <= LONGEST_REST) {
    reading.take(input.read(end, input.size - end), end);
  }
  yield reading.piece(task, after, { fresh, done: true, bytes: input.size - start });
}

/**
 * The file from `start` on in whole lines, one block's worth; an incomplete last line comes next
 * time.
 */
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

/** Where the last line that begins in a block of `bytes` ends; 0 if there is none. */
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

/** Processes the texts of an entry. */
type Keep = (block: ReadBlock, entry: number, texts: Texts) => void;

interface Noting {
  keep: Keep;
  /** A title that stands beside the session's file. */
  beside: string | null;
  /** Counts tokens; null if they are not needed. */
  use: UseCount | null;
}

class Reading {
  readonly #agent: Agent;
  readonly #scan: Scan;
  readonly #keep: Keep;
  readonly #beside: string | null;
  readonly #use: UseCount | null;
  #blocks: ReadBlock[] = [];
  #entries: number;
  #title: { title: string; block: ReadBlock } | null = null;
  /** The session's own title so far. */
  #own: string | null = null;

  constructor(agent: Agent, { entries, messages, group }: State, { keep, beside, use }: Noting) {
    this.#agent = agent;
    this.#beside = beside;
    this.#use = use;
    this.#scan = new Scan(agent, { messages, group });
    if (use) this.#scan.countUse(use);
    this.#keep = keep;
    this.#entries = entries;
  }

  /** What a reader must know from the beginning to continue in the middle. */
  prime(input: Input): void {
    for (let length = 16 << 10; ; length *= 8) {
      const head = input.read(0, length);
      const end = head.indexOf(0x0a);
      if (end < 0 && length < LONGEST_FIRST && length < input.size) continue;
      this.#scan.prime(lineOf(head.subarray(0, Math.max(0, end))));
      this.#own = this.#scan.title ?? this.#beside;
      return;
    }
  }

  /** Whole lines, and where they begin. */
  take(lines: Buffer, offset: number): void {
    const block = this.#begin({ offset, bytes: lines.length });
    for (const entry of this.#scan.takeAll(lines)) this.#add(entry, block);
    this.#entitle(block, this.#scan.title);
  }

  /** All entries of a session that can only be read as a whole. */
  addAll(input: Input, bases: readonly BaseInput[]): void {
    const block = this.#begin(null);
    const feed = feedOf(this.#agent, input.name);
    for (const entry of entriesOf(this.#agent, input, bases, feed)) {
      this.#scan.note(entry);
      this.#add(entry, block);
    }
    this.#entitle(block, feed.reader.header().title);
  }

  /** Many agents have the title in the session's first record, or beside it: no entry tells it. */
  #entitle(block: ReadBlock, told: string | null): void {
    const title = told ?? this.#beside;
    if (title === this.#own) return;
    this.#own = title;
    if (title !== null && this.#title?.block !== block) this.#title = { title, block };
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
    if (texts !== null) this.#keep(block, this.#entries, texts);
  }

  get counts(): Omit<State, "offset" | "mark"> {
    const { messages, group } = this.#scan.counted;
    return { entries: this.#entries, messages, group, use: this.#use?.state ?? null };
  }

  /** What the records show about the account: tokens since the last call, and its newest signs. */
  account(): Pick<Piece, "used" | "sign"> {
    return { used: this.#use?.take() ?? [], sign: this.#scan.sign };
  }

  /** The blocks since the last call. */
  end(): ReadBlock[] {
    if (this.#title) {
      const { title, block } = this.#title;
      this.#keep(block, 0, { title: searchable(title) });
    }
    const blocks = this.#blocks;
    [this.#blocks, this.#title] = [[], null];
    return blocks;
  }
}

/** A reading that passes on what it finds, piece by piece. */
class Packing extends Reading {
  #pack: Pack;

  /** `most`: roughly how many bytes to read. */
  constructor(agent: Agent, state: State, most: number, noting: Omit<Noting, "keep">) {
    const keep: Keep = (block, entry, texts) => this.#put(block, entry, texts);
    super(agent, state, { keep, ...noting });
    this.#pack = new Pack(Math.min(most, PIECE_TEXTS * 2));
  }

  #put(block: ReadBlock, entry: number, texts: Texts): void {
    for (const [kind, name] of KINDS.entries()) {
      const text = texts[name];
      if (text === undefined) continue;
      const from = this.#pack.length;
      block.texts.push([entry, kind, from, from + this.#pack.add(text)]);
    }
  }

  /** Bytes of text since the last piece. */
  get texts(): number {
    return this.#pack.length;
  }

  /** What was found since the last piece. */
  piece(
    { sid }: Task,
    found: Pick<Piece, "state" | "used" | "sign">,
    rest: Pick<Piece, "fresh" | "done" | "bytes">,
  ): Piece {
    const blocks = this.end();
    const { bytes: texts } = this.#pack;
    this.#pack = new Pack(rest.done ? 0 : PIECE_TEXTS * 2);
    return { sid, blocks, texts, ...found, ...rest };
  }
}
