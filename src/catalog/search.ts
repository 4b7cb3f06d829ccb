/** Full-text search over all sessions. */
import { withScratch } from "../io/folders.ts";
import { type Block, Blocks, numberOf, type Place, rowsOf } from "./blocks.ts";
import type { Catalog, Filter, Listed } from "./catalog.ts";
import type { CatalogFile } from "./database.ts";
import { type Loose, loosened } from "./loose.ts";
import { type Condition, expression, type Phrase, type Query, type Words } from "./query.ts";
import { textsIn } from "./reading.ts";
import { KINDS, type Kind, readable, type Texts } from "./text.ts";
import { Trial } from "./trial.ts";

export interface Hit {
  /** The entry's number, as in `show --range`. */
  entry: number;
  /** `MARK_ON` and `MARK_OFF` enclose the matches. */
  snippet: string;
}

export interface Match {
  session: Listed;
  hits: Hit[];
}

export interface Results {
  /** Best first. */
  matches: Match[];
  /** Were older texts that may contain a phrase skipped? */
  isCut: boolean;
  /** The number of sessions with such texts that can no longer be read. */
  unread: number;
}

/** For words that occur in many texts, only the newest texts are ranked. */
const WEIGHED = 4_000;
const LOOKED_AT = 64_000;
/** Texts that must be checked one by one take longer. */
const READ = 16_000;
/** How many times as many sessions are ranked as are shown, so that the best are among them. */
const CHOICE = 3;
const HITS = 3;
/** How many texts of a session are read at a time. */
const AT_ONCE = 64;

const WEIGHTS: { [kind in Kind]: number } = {
  title: 4,
  user: 1,
  assistant: 1,
  command: 1,
  tool: 0.5,
  file: 2,
  output: 0.7,
};
/** The number of words in a text of typical length. */
const USUAL = 100;

/** The maximum number; sessions with the same unit count once. */
export async function search(
  catalog: Catalog,
  query: Query,
  filter: Filter,
  most: number,
  unit: Unit = ({ path }) => path,
): Promise<Results> {
  const trial = Trial.open();
  try {
    return await withScratch(async (scratch) => {
      const searching = new Search({ catalog, trial, scratch, query, filter, unit });
      const matches = await searching.best(most);
      return { matches, isCut: searching.isCut, unread: searching.unread.size };
    });
  } finally {
    trial.close();
  }
}

type Unit = (session: Listed) => string;

interface Asked {
  catalog: Catalog;
  trial: Trial;
  scratch: string;
  query: Query;
  filter: Filter;
  unit: Unit;
}

/** A session with its matching texts, best first. */
interface Candidate {
  sid: number;
  places: Place[];
}

class Search {
  readonly #file: CatalogFile;
  readonly #trial: Trial;
  readonly #scratch: string;
  readonly #query: Query;
  readonly #sessions: ReadonlyMap<number, () => Listed | undefined>;
  readonly #blocks: Blocks;
  readonly #unit: Unit;
  isCut = false;
  /** Unreadable sessions, by path. */
  readonly unread = new Set<string>();

  constructor({ catalog, trial, scratch, query, filter, unit }: Asked) {
    this.#file = catalog.file;
    this.#trial = trial;
    this.#scratch = scratch;
    this.#query = query;
    this.#unit = unit;
    this.#sessions = new Map(catalog.numbered(filter));
    this.#blocks = new Blocks(catalog.file);
  }

  async best(most: number): Promise<Match[]> {
    const { words, conditions, kinds } = this.#query;
    if (words) return this.#ranked(words, kinds, conditions, most);
    // Without words, the matches are what meets the first condition.
    const [first, ...others] = conditions.toSorted((a, b) => Number(a.not) - Number(b.not));
    if (first && !first.not) return this.#ranked(wordsOf(first), [first.kind], others, most);
    const candidates = [...this.#sessions.keys()].map((sid) => ({ sid, places: [] }));
    return this.#chosen(candidates, conditions, most, async () => []);
  }

  async #ranked(
    words: Words,
    kinds: readonly Kind[],
    conditions: readonly Condition[],
    most: number,
  ): Promise<Match[]> {
    const loose = this.#loosened(words);
    if (loose.expression === null) return [];
    const isAll = !Number.isFinite(most);
    const limit = loose.isExact ? LOOKED_AT : READ;
    for (let page = WEIGHED; ; page *= 4) {
      const rows = this.#rows(loose.expression, kinds, isAll ? -1 : page);
      const candidates = this.#candidates(rows);
      const isLast = isAll || rows.length < page || page * 4 > limit;
      // More are ranked than are shown, as long as this needs no reading.
      const isEnough = !loose.isExact || candidates.length >= CHOICE * most;
      if (!isLast && !isEnough) continue;
      const found = await this.#chosen(candidates, conditions, most, (session, candidate) =>
        this.#hits(session, candidate.places, words, loose),
      );
      this.isCut =
        isLast && !isAll && !loose.isExact && rows.length === page && this.#count(found) < most;
      if (isLast || this.#count(found) >= most) return found;
    }
  }

  /**
   * The sessions that meet the conditions, with their hits; null hits mean that a session does not
   * match.
   */
  async #chosen(
    candidates: readonly Candidate[],
    conditions: readonly Condition[],
    most: number,
    hitsOf: (session: Listed, candidate: Candidate) => Promise<Hit[] | null>,
  ): Promise<Match[]> {
    const found: Match[] = [];
    const units = new Set<string>();
    for (const candidate of candidates) {
      if (units.size >= most) break;
      const session = this.#sessions.get(candidate.sid)?.();
      if (!session || !(await this.#meets(session, candidate.sid, conditions))) continue;
      const hits = await hitsOf(session, candidate);
      if (!hits) continue;
      found.push({ session, hits });
      units.add(this.#unit(session));
    }
    return found;
  }

  #count(found: readonly Match[]): number {
    return new Set(found.map(({ session }) => this.#unit(session))).size;
  }

  #loosened(words: Words): Loose {
    return loosened(words, (text) => this.#trial.words(text));
  }

  /** The newest of the rows, each with its number of words. */
  #rows(words: string, kinds: readonly Kind[], most: number): [row: number, length: number][] {
    const only =
      kinds.length === KINDS.length ? "" : `AND (text.rowid & 7) IN (${kinds.map(numberOf)})`;
    const rows = this.#file.all(
      `SELECT text.rowid, size.sz FROM text JOIN text_docsize AS size ON size.id = text.rowid
       WHERE text MATCH ? ${only} ORDER BY text.rowid DESC LIMIT ?`,
      words,
      BigInt(most),
    );
    return rows.map(([row, size]) => [Number(row), size instanceof Uint8Array ? varint(size) : 0]);
  }

  /** Sessions, ranked by their best texts. */
  #candidates(rows: readonly [row: number, length: number][]): Candidate[] {
    const found = new Map<number, { score: number; ranked: { place: Place; rank: number }[] }>();
    for (const [row, length] of rows) {
      const place = this.#blocks.placeOf(row);
      if (!place || !this.#sessions.has(place.block.sid)) continue;
      const rank = rankOf(place.kind, length);
      const { sid } = place.block;
      const session = found.get(sid) ?? { score: 0, ranked: [] };
      session.ranked.push({ place, rank });
      // The best text counts most; a session with many matches counts a little more.
      session.score = Math.max(session.score, rank) + 0.02 * rank;
      found.set(sid, session);
    }
    return [...found]
      .sort(([, a], [, b]) => b.score - a.score)
      .map(([sid, { ranked }]) => {
        ranked.sort((a, b) => b.rank - a.rank || a.place.row - b.place.row);
        return { sid, places: ranked.map(({ place }) => place) };
      });
  }

  /** The best of them; null if each was checked, and none matches. */
  async #hits(
    session: Listed,
    places: readonly Place[],
    words: Words,
    { isExact }: Loose,
  ): Promise<Hit[] | null> {
    const hits = new Map<number, Hit>();
    const step = isExact ? HITS : AT_ONCE;
    for (let from = 0; from < places.length && hits.size < HITS; from += step) {
      for (const hit of await this.#look(session, places.slice(from, from + step), words)) {
        if (hits.size < HITS && !hits.has(hit.entry)) hits.set(hit.entry, hit);
      }
      if (isExact) break;
    }
    if (hits.size === 0 && !isExact) return null;
    return [...hits.values()].sort((a, b) => a.entry - b.entry);
  }

  /** The texts at these places that match, best first. */
  async #look(session: Listed, places: readonly Place[], words: Words): Promise<Hit[]> {
    const texts = await this.#texts(session, places);
    const found = this.#trial.find(
      expression(words),
      places.map(({ entry, kind }, n) => [n, texts.get(entry)?.[kind] ?? ""]),
    );
    return found.map(({ n, snippet }) => {
      const entry = places[n]?.entry ?? 0;
      const text = this.#query.words ? snippet : callOf(texts.get(entry) ?? {});
      // A title belongs to no entry: the session opens at its beginning.
      return { entry: Math.max(1, entry), snippet: readable(text) };
    });
  }

  /**
   * The texts of the entries there, from the session's file; none if that can no longer be read.
   */
  async #texts(session: Listed, places: readonly Place[]): Promise<ReadonlyMap<number, Texts>> {
    const blocks = new Set(places.map(({ block }) => block));
    const where = { agent: session.agent, place: session.path };
    try {
      return await textsIn(where, [...blocks], this.#scratch);
    } catch {
      this.unread.add(session.path);
      return new Map();
    }
  }

  async #meets(session: Listed, sid: number, conditions: readonly Condition[]): Promise<boolean> {
    for (const condition of conditions) {
      if ((await this.#has(session, sid, condition)) === condition.not) return false;
    }
    return true;
  }

  async #has(session: Listed, sid: number, condition: Condition): Promise<boolean> {
    const words = wordsOf(condition);
    const loose = this.#loosened(words);
    if (loose.expression === null) return false;
    const places = this.#placesIn(sid, loose.expression, condition.kind);
    if (loose.isExact || places.length === 0) return places.length > 0;
    return (await this.#hits(session, places, words, loose)) !== null;
  }

  /** The texts of this kind in a session that meet the condition. */
  #placesIn(sid: number, words: string, kind: Kind): Place[] {
    return spansOf(this.#blocks.of(sid)).flatMap(([from, to]) =>
      this.#file
        .all(
          `SELECT rowid FROM text WHERE text MATCH ? AND rowid BETWEEN ? AND ?
           AND (rowid & 7) = ${numberOf(kind)}`,
          ...[words, from, to],
        )
        .flatMap(([row]) => this.#blocks.placeOf(Number(row)) ?? []),
    );
  }
}

function wordsOf({ text, prefix }: Phrase): Words {
  return { some: [[{ text, prefix }]], without: [] };
}

/** The rows of blocks, in the order of their numbers. */
function spansOf(blocks: readonly Block[]): [from: bigint, to: bigint][] {
  const spans: [from: bigint, to: bigint][] = [];
  for (const block of blocks) {
    const [from, to] = rowsOf(block);
    const last = spans.at(-1);
    if (last && last[1] + 1n === from) last[1] = to;
    else spans.push([from, to]);
  }
  return spans;
}

/** The weight of one word as in bm25: less in longer texts. */
function rankOf(kind: Kind, length: number): number {
  return (WEIGHTS[kind] * 2.2) / (1 + 1.2 * (0.25 + (0.75 * length) / USUAL));
}

/** The first number, in bytes of seven bits each, and whether there are more. */
function varint(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) break;
  }
  return value;
}

const CALL = 160;

/** For a tool search, the tool's arguments say most. */
function callOf({ tool = "", command, file, title, user, assistant }: Texts): string {
  const [name = ""] = tool.split(" ", 1);
  const what = [name, command ?? file ?? title ?? user ?? assistant ?? ""].join(" ").trim();
  return what.length > CALL ? `${what.slice(0, CALL - 1)}…` : what;
}
