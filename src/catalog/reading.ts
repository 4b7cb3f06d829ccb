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
import { Scan } from "./line.ts";
import type { State, Task } from "./pending.ts";
import { searchable, type Text, textOf } from "./text.ts";

export type Numbered = [entry: number, text: Text];

export interface Piece {
  sid: number;
  texts: Numbered[];
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

function whole(task: Task, agent: Agent, input: Input, entries: Iterable<Entry>): Piece {
  const reading = new Reading(agent, START);
  for (const entry of entries) reading.add(entry);
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
  for (const chunk of wholeLines(input, from.offset)) {
    reading.take(chunk);
    end += chunk.length;
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
  if (input.size - end <= LONGEST_REST) reading.take(input.read(end, input.size - end));
  yield reading.piece(task, after, { fresh, done: true, bytes: input.size - start });
}

/** The file from `start` on in chunks of whole lines; a last line without its end comes next time. */
function* wholeLines(input: Input, start: number): Generator<Buffer> {
  let held: Buffer[] = [];
  for (const chunk of input.chunks({ start })) {
    const at = chunk.lastIndexOf(0x0a) + 1;
    if (at === 0) held.push(Buffer.from(chunk));
    else {
      yield held.length === 0
        ? chunk.subarray(0, at)
        : Buffer.concat([...held, chunk.subarray(0, at)]);
      held = at === chunk.length ? [] : [Buffer.from(chunk.subarray(at))];
    }
  }
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
  #texts: Numbered[] = [];
  #entries: number;
  #title: string | null = null;
  chars = 0;

  constructor(agent: Agent, { entries, messages, group }: State) {
    this.#scan = new Scan(agent, { messages, group });
    this.#entries = entries;
  }

  /** What a reader has to know of the beginning to go on in the middle. */
  prime(input: Input): void {
    const head = input.read(0, 1 << 20);
    const end = head.indexOf(0x0a);
    this.#scan.prime(lineOf(head.subarray(0, Math.max(0, end))));
  }

  /** Whole lines. */
  take(lines: Buffer): void {
    for (const entry of this.#scan.takeAll(lines)) this.#add(entry);
  }

  add(entry: Entry): void {
    this.#scan.note(entry);
    this.#add(entry);
  }

  #add(entry: Entry): void {
    if (entry.kind === "event" && entry.event === "title") this.#title = entry.title;
    if (!isShown(entry)) return;
    this.#entries++;
    const text = textOf(entry);
    if (text === null) return;
    this.#texts.push([this.#entries, text]);
    this.chars += text.said.length + text.command.length + text.path.length + 40;
  }

  get counts(): Omit<State, "offset" | "mark"> {
    const { messages, group } = this.#scan;
    return { entries: this.#entries, messages, group };
  }

  /** What was found since the last piece. A title is entry 0. */
  piece({ sid }: Task, state: State, rest: Pick<Piece, "fresh" | "done" | "bytes">): Piece {
    if (this.#title !== null) {
      const title = searchable(this.#title);
      this.#texts.push([0, { said: "", tool: "", command: "", path: "", title }]);
    }
    const texts = this.#texts;
    this.#texts = [];
    this.#title = null;
    this.chars = 0;
    return { sid, texts, state, ...rest };
  }
}
