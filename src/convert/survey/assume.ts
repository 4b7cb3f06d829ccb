/**
 * A large session is not surveyed first: it is assumed to be one unbroken line of entries, as most
 * are, and every entry is checked during the conversion. The first that does not fit ends the
 * attempt, and the session is surveyed after all.
 */
import type { Agent } from "../../agents/types.ts";
import type { Input } from "../../io/input.ts";
import { LineSplitter } from "../../lossless/lines.ts";
import type { Reader } from "../../session/codec.ts";
import { isContent, type Plan, type Visibility } from "../../session/survey.ts";
import { FirstRequest } from "../../session/title.ts";
import type { Entry, Header } from "../../session/types.ts";
import { headerAt } from "../read/folder.ts";
import type { Surveyed } from "./survey-file.ts";

/** Below this size, a survey costs next to nothing. */
const BIG = 8e6;
/** How much of the file's head and tail is examined for its header. */
const GLANCE = 256 << 10;

/** The session is not what it was assumed to be. */
export class Unforeseen extends Error {}

/** Works on the assumption; if it turns out to be wrong, works again without it. */
export function orSurveyed<T>(assumed: Surveyed | null, work: (guess: Surveyed | null) => T): T {
  if (!assumed) return work(null);
  try {
    return work(assumed);
  } catch (error) {
    if (error instanceof Unforeseen) return work(null);
    throw error;
  }
}

/** null for a session that should be surveyed. */
export function assume(agent: Agent, input: Input): Surveyed | null {
  if (input.size < BIG) return null;
  const reader = agent.reader();
  const request = new FirstRequest();
  const head = [...glance(reader, input, 0)];
  for (const entry of head) request.note(entry);
  const seen = [...head, ...glance(reader, input, input.size - GLANCE)];
  if (seen.length === 0 || seen.some(isCarry)) return null;
  const header = headerAt(agent, reader, input.name);
  const plan = new Unbroken(header, request.text, seen.length);
  return { plan, lines: 0, embedded: null, oldEntries: 0, forkFrom: 0 };
}

function* glance(reader: Reader, input: Input, from: number): Generator<Entry> {
  const splitter = new LineSplitter();
  // An incomplete line is not JSON, or not one that a reader recognizes.
  for (const { value } of splitter.push(input.read(from, GLANCE))) {
    if (value !== undefined) yield* reader.read(value, 0);
  }
}

function isCarry(entry: Entry): boolean {
  return entry.kind === "event" && entry.event === "carry";
}

/** The plan for a session in which every entry is live. */
class Unbroken implements Plan {
  readonly header: Header;
  readonly request: string | null;
  readonly entries: number;
  readonly isEmpty = false;
  readonly compaction = null;
  readonly keeps = new Map<number, number>();
  readonly orphans = 0;
  #tip: string | null = null;
  #saysNothing = true;
  /** An entry outside the tree that its first entry may follow. */
  #root: string | null = null;
  #last: Visibility = "outside";

  constructor(header: Header, request: string | null, entries: number) {
    this.header = header;
    this.request = request;
    this.entries = entries;
  }

  /** @throws Unforeseen */
  see(entry: Entry): void {
    this.#last = this.#visibilityOf(entry);
    if (isContent(entry)) this.#saysNothing = false;
    if (this.#last === "live") this.#tip = entry.id;
  }

  #visibilityOf(entry: Entry): Visibility {
    if (entry.kind === "message" && entry.sidechain !== undefined) return "sidechain";
    if (entry.kind === "event") this.#checkEvent(entry);
    if (entry.kind === "event" && entry.parentId === null) {
      this.#root = entry.id;
      return "outside";
    }
    const isFirst = this.#tip === null && (entry.parentId ?? this.#root) === this.#root;
    if (!isFirst && entry.parentId !== this.#tip) {
      throw new Unforeseen("an entry does not follow the one before it");
    }
    return "live";
  }

  #checkEvent(entry: Entry & { kind: "event" }): void {
    const { event } = entry;
    if (event === "compaction" || event === "hide" || event === "rollback" || event === "carry") {
      throw new Unforeseen(`there is a ${event}`);
    }
    if (event === "title" && this.header.title === null) throw new Unforeseen("there is a title");
  }

  visibility(): Visibility {
    return this.#last;
  }

  parent(): number {
    return -1;
  }

  /** @throws Unforeseen if the header differs from the first look, or there are no messages. */
  finish(header: Header): void {
    if (this.#saysNothing) throw new Unforeseen("nobody has said anything");
    const fixed = ({ updatedAt: _, ...rest }: Header): string => JSON.stringify(rest);
    if (fixed(header) !== fixed(this.header)) throw new Unforeseen("the header is another");
  }
}
