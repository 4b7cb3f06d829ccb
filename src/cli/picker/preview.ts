/** The preview beside or below the list: what the session under the cursor is about. */
import type { Preview } from "../../core/preview.ts";
import { clean, clip, fill, wrap } from "../cells.ts";
import { factsOf, limitText } from "./facts.ts";
import { matched, wordsIn } from "./match.ts";
import { marked, type Span, span } from "./spans.ts";
import type { Found, Session, Size } from "./types.ts";

export interface Pane {
  lines: Span[][];
  /** How far it can be scrolled. */
  most: number;
}

export interface About {
  session: Session;
  preview: Preview | null | undefined;
  /** What a full-text search found in it, and the query. */
  hits: Found["hits"];
  query: string;
  /** What its row hides; null for nothing. */
  folded: string | null;
}

const LONGEST_TURN = 12;
const LONGEST_FIRST = 2;
/** With less space than this, the hint about lines above is left out. */
const ROOM_TO_SAY = 4;

/**
 * The most important part stays at the top; below it are the newest turns, or earlier lines if it
 * is scrolled.
 */
export function previewPane(
  about: About,
  { columns, rows }: Size,
  scrolled: number,
  now: number,
): Pane {
  const head = headOf(about, columns, now).slice(0, rows);
  const turns = turnsOf(about, columns);
  const room = rows - head.length;
  const most = Math.max(0, turns.length - room);
  const up = Math.min(scrolled, most);
  const end = turns.length - up;
  const shown = turns.slice(Math.max(0, end - room), end);
  const above = end - shown.length;
  if (above > 0 && room >= ROOM_TO_SAY) {
    shown[0] = [span(clip(`↑ ${above + 1} more lines (shift-↑)`, columns), "dim")];
  }
  return { lines: [...head, ...shown], most };
}

function headOf(about: About, columns: number, now: number): Span[][] {
  const { session, preview, hits, query, folded } = about;
  const lines = [
    [span(clip(clean(session.title ?? session.id), columns), "bold")],
    [span(clip(clean(factsOf(session)), columns), "dim")],
  ];
  const add = (text: string): void => {
    lines.push([span(clip(clean(text), columns))]);
  };
  if (folded !== null) add(folded);
  const limit = limitText(session, now);
  if (limit !== null) add(`${limit}: ${session.limit?.text ?? ""}`);
  for (const { entry, snippet } of hits) lines.push(...hitLines(entry, snippet, query, columns));
  if (preview === null) add("it cannot be read");
  if (preview && preview.files.length > 0) add(`changed: ${preview.files.join(", ")}`);
  if (preview && preview.first !== null) {
    lines.push(...labelled("first", preview.first, columns, LONGEST_FIRST));
  }
  return lines;
}

function hitLines(entry: number, snippet: string, query: string, columns: number): Span[][] {
  const label = fill(`[${entry}]`, 8);
  return wrap(snippet, columns - 8, LONGEST_FIRST).map((line, i) => [
    span(i === 0 ? label : " ".repeat(8), "dim"),
    ...marked(line, matched(wordsIn(query), line)),
  ]);
}

function turnsOf({ preview }: About, columns: number): Span[][] {
  if (!preview) return [];
  return preview.turns.flatMap(({ who, text }) => labelled(who, text, columns, LONGEST_TURN));
}

function labelled(label: string, text: string, columns: number, most: number): Span[][] {
  const lines = wrap(text, columns - 8, most);
  return lines.map((line, i) => [span(fill(i === 0 ? label : "", 8), "dim"), span(line)]);
}

/** Lines with their own indentation, each wrapped below itself. */
export function textPane(
  texts: readonly string[],
  { columns, rows }: Size,
  scrolled: number,
): Pane {
  const lines = texts.flatMap((line) => indented(line, columns)).map((line) => [span(line)]);
  const most = Math.max(0, lines.length - rows);
  const from = Math.min(scrolled, most);
  return { lines: lines.slice(from, from + rows), most };
}

function indented(line: string, columns: number): string[] {
  const indent = " ".repeat(line.length - line.trimStart().length);
  return wrap(line, columns - indent.length - 2, 3).map(
    (part, i) => indent + (i > 0 ? "  " : "") + part,
  );
}
