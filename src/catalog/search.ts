/** Full text search over all sessions. */
import { SegueError } from "../errors.ts";
import {
  type Catalog,
  ENTRIES_PER_SESSION,
  type Filter,
  type Listed,
  rowOfEntry,
} from "./catalog.ts";
import type { CatalogFile } from "./database.ts";
import type { Query } from "./query.ts";
import { MARK_OFF, MARK_ON, readable } from "./text.ts";

export interface Hit {
  /** The entry's number, as `show --range` takes it. */
  entry: number;
  /** `MARK_ON` and `MARK_OFF` stand around what was looked for. */
  snippet: string;
}

export interface Match {
  session: Listed;
  hits: Hit[];
}

/** Of what many entries have, only those of the newest sessions are weighed. */
const WEIGHED = 4_000;
const LOOKED_AT = 64_000;
/** So many times the sessions that are shown are weighed, so that the best are among them. */
const CHOICE = 3;
const HITS = 3;
const SNIPPET_WORDS = 16;

/** Weights of said, tool, command, path, title. */
const WEIGHTS = "1.0, 0.5, 1.0, 2.0, 4.0";

/** Best first. */
export function search(catalog: Catalog, query: Query, filter: Filter, most: number): Match[] {
  const sessions = new Map(catalog.numbered(filter));
  try {
    return matches(catalog, query, sessions, most);
  } catch (error) {
    // No query that we build is one that the index refuses; its own words would help nobody.
    if (!(error instanceof Error) || !/fts5|syntax error|no such column/.test(error.message))
      throw error;
    throw new SegueError("usage", "this query cannot be understood", {
      hint: "put what holds signs into quotes: segue search '\"a + b\"'",
    });
  }
}

function matches(
  catalog: Catalog,
  query: Query,
  sessions: ReadonlyMap<number, () => Listed | undefined>,
  most: number,
): Match[] {
  const { file } = catalog;
  // Without words, what meets the first condition is what was looked for.
  const [words = null, ...conditions] = [query.words, ...query.conditions].filter(isThere);
  const found: Match[] = [];
  for (const [sid, rowids] of candidates(file, words, sessions, most)) {
    if (found.length >= most) break;
    if (!conditions.every((condition) => has(file, condition, sid))) continue;
    const session = sessions.get(sid)?.();
    if (!session) continue;
    const hits = words === null ? [] : rowids.map((rowid) => hitAt(file, words, rowid, query));
    found.push({ session, hits: hits.sort((a, b) => a.entry - b.entry) });
  }
  return found;
}

function isThere<T>(value: T | null): value is T {
  return value !== null;
}

type Candidate = [sid: number, rowids: number[]];

function candidates(
  file: CatalogFile,
  words: string | null,
  sessions: ReadonlyMap<number, unknown>,
  most: number,
): Candidate[] {
  if (words !== null) return ranked(file, words, sessions, most);
  return [...sessions.keys()].map((sid) => [sid, []]);
}

/** Has the session an entry of this kind? */
function has(file: CatalogFile, condition: string, sid: number): boolean {
  const [row] = file.all(
    "SELECT 1 FROM text WHERE text MATCH ? AND rowid BETWEEN ? AND ? LIMIT 1",
    condition,
    rowOfEntry(sid, 0),
    rowOfEntry(sid + 1, -1),
  );
  return row !== undefined;
}

/** Sessions by their best entries, each with the rows of these. */
function ranked(
  file: CatalogFile,
  words: string,
  allowed: ReadonlyMap<number, unknown>,
  most: number,
): Candidate[] {
  const rows = file.all(
    `SELECT rowid, bm25(text, ${WEIGHTS}) FROM text WHERE text MATCH ? AND rowid >= ?`,
    words,
    lowestWeighed(file, words, allowed, most),
  );
  const found = new Map<number, { score: number; rows: [rowid: number, rank: number][] }>();
  for (const [id, score] of rows) {
    const [rowid, rank] = [Number(id), Number(score)];
    const sid = Math.floor(rowid / ENTRIES_PER_SESSION);
    if (!allowed.has(sid)) continue;
    const session = found.get(sid) ?? { score: 0, rows: [] };
    session.rows.push([rowid, rank]);
    // The best entry counts most; a session that speaks of it often counts a little more.
    session.score = Math.min(session.score, rank) + 0.02 * rank;
    found.set(sid, session);
  }
  return [...found]
    .sort(([sidA, a], [sidB, b]) => a.score - b.score || sidB - sidA)
    .map(([sid, { rows: own }]) => [sid, bestOf(own)]);
}

/** The newest entries count, until there are enough of them, in enough sessions that may be shown. */
function lowestWeighed(
  file: CatalogFile,
  words: string,
  allowed: ReadonlyMap<number, unknown>,
  most: number,
): bigint {
  if (!Number.isFinite(most)) return 0n;
  for (let page = WEIGHED; ; page *= 4) {
    const rows = file.all(
      `SELECT rowid FROM text WHERE text MATCH ? ORDER BY rowid DESC LIMIT ${page}`,
      words,
    );
    if (rows.length < page) return 0n;
    const sids = rows.map(([rowid]) => Math.floor(Number(rowid) / ENTRIES_PER_SESSION));
    const shown = new Set(sids.filter((sid) => allowed.has(sid)));
    const isEnough = shown.size >= CHOICE * most || page * 4 > LOOKED_AT;
    if (isEnough) return rowOfEntry(sids.at(-1) ?? 0, 0);
  }
}

function bestOf(rows: [rowid: number, rank: number][]): number[] {
  return rows
    .sort((a, b) => a[1] - b[1] || a[0] - b[0])
    .slice(0, HITS)
    .map(([rowid]) => rowid);
}

function hitAt(file: CatalogFile, words: string, rowid: number, query: Query): Hit {
  // A title belongs to no entry: the session opens at its beginning.
  const entry = Math.max(1, rowid % ENTRIES_PER_SESSION);
  const snippet = query.words === null ? callAt(file, rowid) : snippetAt(file, words, rowid);
  return { entry, snippet: readable(snippet) };
}

function snippetAt(file: CatalogFile, words: string, rowid: number): string {
  const [row] = file.all(
    `SELECT snippet(text, -1, '${MARK_ON}', '${MARK_OFF}', '…', ${SNIPPET_WORDS})
     FROM text WHERE text MATCH ? AND rowid = ?`,
    words,
    BigInt(rowid),
  );
  return String(row?.[0] ?? "");
}

const CALL = 160;

/** Of a tool that was asked for, what it was called with says most. */
function callAt(file: CatalogFile, rowid: number): string {
  const sql = "SELECT tool, command, path, title, said FROM text WHERE rowid = ?";
  const [row = []] = file.all(sql, BigInt(rowid));
  const [tool = "", ...rest] = row.map(String);
  const [name = ""] = tool.split(" ", 1);
  const what = [name, ...rest.filter((text) => text !== "").slice(0, 1)].join(" ").trim();
  return what.length > CALL ? `${what.slice(0, CALL - 1)}…` : what;
}
