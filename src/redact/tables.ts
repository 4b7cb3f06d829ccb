/** Tables with a column of passwords according to their header: Markdown, psql, mysql, CSV. */
import { isSettingsWord } from "./chosen.ts";
import { looksLikePassword } from "./entropy.ts";
import { type Finding, finding } from "./finding.ts";

const HEADER = /^[^\n\0]{0,400}?(?:passw|passphrase|pwd)[^\n\0]{0,400}$/gim;
const PASSWORD = /^(?:\w+[ _-])?(?:password|passwd|passwort|passphrase|pwd)$/i;
/** The user is in another column: tables of options and of types have no such column. */
const LOGIN =
  /^(?:\w+[ _-])?(?:user(?:[ _-]?name)?|login|e-?mail|account|host(?:name)?|server|service|site|url|name)$/i;
const NAME = /^[\w .-]{1,40}$/;
const RULE = /^[ \t]*[|+]?(?:[ \t]*:?-{2,}:?[ \t]*[|+]?)+[ \t\r]*$/;
const MOST_COLUMNS = 20;
const MOST_ROWS = 500;
const MOST_IN_LINE = 1000;

interface Cell {
  text: string;
  /** Position in its line. */
  at: number;
}

export function* tables(text: string): Generator<Finding> {
  let end = 0;
  for (const { 0: line, index } of text.matchAll(HEADER)) {
    // A row that mentions passwords is not the header of another table.
    if (index < end) continue;
    const sign = signIn(line);
    const head = sign === null ? [] : cellsOf(line, sign);
    const column = head.findIndex((cell) => PASSWORD.test(cell.text));
    if (sign === null || column < 0 || !isHead(head)) continue;
    for (const { cell, next } of rowsBelow(text, index + line.length + 1, sign, head.length)) {
      end = next;
      const { text: value, at } = cell(column);
      if (isPassword(value)) yield finding("password", at, value);
    }
  }
}

function signIn(line: string): string | null {
  return ["|", "\t", ";", ","].find((sign) => line.includes(sign)) ?? null;
}

function isHead(cells: readonly Cell[]): boolean {
  if (cells.length < 2 || cells.length > MOST_COLUMNS) return false;
  return cells.every(({ text }) => NAME.test(text)) && cells.some(({ text }) => LOGIN.test(text));
}

function isPassword(value: string): boolean {
  // "Unchanged", "see the vault", "varchar(80)"
  if (/^\p{Lu}\p{Ll}+$|\s|^\w+\(\d*\)$/u.test(value)) return false;
  return isSettingsWord(value) || looksLikePassword(value, "quoted");
}

interface TableRow {
  /** Position in the text. */
  cell(column: number): Cell;
  /** Where the next line begins. */
  next: number;
}

function* rowsBelow(
  text: string,
  from: number,
  sign: string,
  columns: number,
): Generator<TableRow> {
  let isRuled = sign !== "|";
  let at = from;
  for (let n = 0; n < MOST_ROWS && at < text.length; n++) {
    const found = text.slice(at, at + MOST_IN_LINE).search(/[\n\0]/);
    const stop = found < 0 ? Math.min(text.length, at + MOST_IN_LINE) : at + found;
    const line = text.slice(at, stop);
    const [start, next] = [at, stop + 1];
    at = next;
    if (n === 0 && sign === "|" && RULE.test(line)) {
      isRuled = true;
      continue;
    }
    const cells = cellsOf(line, sign);
    if (!isRuled || cells.length !== columns) return;
    const cell = (column: number): Cell => {
      const { text: value, at: place } = cells[column] ?? { text: "", at: 0 };
      return { text: value, at: start + place };
    };
    yield { cell, next };
  }
}

/** Without surrounding spaces, quotes and marks; cells that a table's edges create are left out. */
function cellsOf(line: string, sign: string): Cell[] {
  const cells: Cell[] = [];
  let from = 0;
  for (const part of line.split(sign)) {
    const [before = ""] = /^[ \t\r"'`*]*/.exec(part) ?? [];
    cells.push({
      text: part.slice(before.length).replace(/[ \t\r"'`*]+$/, ""),
      at: from + before.length,
    });
    from += part.length + 1;
  }
  if (sign !== "|") return cells;
  const isEdge = (i: number): boolean => cells.at(i)?.text === "";
  return cells.slice(isEdge(0) ? 1 : 0, cells.length > 1 && isEdge(-1) ? -1 : undefined);
}
