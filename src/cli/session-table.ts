/** Sessions as a table: one line each, at any terminal width. */
import type { Listed } from "../core/list.ts";
import { homeFolder } from "../core/places.ts";
import { clean, fill, widthOf } from "./cells.ts";
import { limitName } from "./limit-words.ts";
import { oneLine, type Style } from "./terminal.ts";

/** The data of a line of the table. */
export interface Line {
  session: Listed;
  /** The shortest unambiguous id. */
  id: string;
  /** Does it belong to the conversation of the line above? */
  isPart: boolean;
  /** "continued in Codex, 2 h ago". */
  note: string | null;
}

export interface Look {
  /** Columns of the terminal. */
  width: number;
  /** Text in the colour of an agent, or dim; unchanged without colours. */
  paint(style: Style, text: string): string;
}

interface Column {
  head: string;
  width: number;
  isNumber?: boolean;
  cell(line: Line): string;
  style(line: Line): Style | null;
}

const GAP = "  ";
const LEAST_TITLE = 24;
/** The end of a folder's path; less of it on a narrow screen. */
const PROJECT = { narrow: 16, wide: 28 };
const NARROW = 100;

/** The table's lines, ready to be printed. */
export function sessionLines(lines: readonly Line[], look: Look): string[] {
  const columns = columnsFor(lines, look.width);
  const head = columns.map(({ head, width, isNumber }) => aligned(head, width, isNumber));
  const rows = lines.map((line) =>
    columns.map((column, n) => {
      const isLast = n === columns.length - 1;
      const text = isLast
        ? clean(column.cell(line))
        : aligned(clean(column.cell(line)), column.width, column.isNumber);
      const style = line.isPart ? "dim" : column.style(line);
      return style === null ? text : look.paint(style, text);
    }),
  );
  return [look.paint("bold", joined(head)), ...rows.map(joined)];
}

function joined(cells: readonly string[]): string {
  return cells.join(GAP).trimEnd();
}

function aligned(text: string, width: number, isNumber = false): string {
  return isNumber ? " ".repeat(Math.max(0, width - widthOf(text))) + text : fill(text, width);
}

/**
 * The title takes the space that the other columns leave; if that is too little, some of them are
 * left out.
 */
function columnsFor(lines: readonly Line[], width: number): Column[] {
  const all = [agent, when_, project, title, messages, tokens, id].map((make) =>
    make(lines, width),
  );
  const fits = (columns: readonly Column[]) => roomIn(columns, width) >= LEAST_TITLE;
  const spare = ["TOKENS", "MSGS", "PROJECT", "WHEN"];
  let columns: readonly Column[] = all;
  for (const head of spare) {
    if (fits(columns)) break;
    columns = columns.filter((column) => column.head !== head);
  }
  const room = Math.max(1, roomIn(columns, width));
  const most = Math.max(...lines.map((line) => widthOf(clean(titleOf(line)))), 5);
  return columns.map((column) =>
    column.head === "TITLE" ? { ...column, width: Math.min(room, most) } : column,
  );
}

/** The space that is left for the title. */
function roomIn(columns: readonly Column[], width: number): number {
  const others = columns.filter(({ head }) => head !== "TITLE");
  const used = others.reduce((sum, column) => sum + column.width, 0);
  return width - used - GAP.length * (columns.length - 1);
}

function column(
  lines: readonly Line[],
  head: string,
  cell: Column["cell"],
  style: Column["style"] = () => null,
): Column {
  const widest = Math.max(widthOf(head), ...lines.map((line) => widthOf(clean(cell(line)))));
  return { head, width: widest, cell, style };
}

const dim = (): Style => "dim";

function agent(lines: readonly Line[]): Column {
  const style = ({ session }: Line): Style => ({ agent: session.agent });
  // Where a profile can be named, an agent can be.
  const name = ({ session }: Line): string => session.profile ?? session.agent;
  return column(lines, "AGENT", name, style);
}

function when_(lines: readonly Line[]): Column {
  return column(lines, "WHEN", ({ session }) => when(session.time), dim);
}

function project(lines: readonly Line[], width: number): Column {
  const most = width < NARROW ? PROJECT.narrow : PROJECT.wide;
  return column(lines, "PROJECT", ({ session }) => folderName(session.cwd, most), dim);
}

function title(lines: readonly Line[]): Column {
  return { ...column(lines, "TITLE", titleOf), width: 0 };
}

function messages(lines: readonly Line[]): Column {
  const text = ({ session }: Line) => (session.messages === null ? "" : String(session.messages));
  return { ...column(lines, "MSGS", text, dim), isNumber: true };
}

function tokens(lines: readonly Line[]): Column {
  const text = ({ session }: Line) => (session.tokens === null ? "" : thousands(session.tokens));
  return { ...column(lines, "TOKENS", text, dim), isNumber: true };
}

function id(lines: readonly Line[]): Column {
  return column(lines, "ID", (line) => line.id, dim);
}

function limitLabel({ limit }: Listed): string {
  return limit ? `[${limitName(limit)}] ` : "";
}

function titleOf({ session, isPart, note }: Line): string {
  const title = note ?? `${limitLabel(session)}${session.title ?? ""}`;
  return isPart ? `└ ${title}` : title;
}

/**
 * How long ago, as long as that says more than the date; a time in the future is shown as it is.
 */
export function when(time: number, now = Date.now()): string {
  const minutes = Math.floor((now - time) / 6e4);
  if (minutes < -1 || minutes >= 7 * 1440) return new Date(time).toISOString().slice(0, 10);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} d ago`;
}

/** "~" for the home folder. */
export function belowHome(path: string): string {
  const home = homeFolder(process.env);
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** The end of a long path says more than its beginning. */
export function folderName(cwd: string | null, most = PROJECT.wide): string {
  const short = belowHome(oneLine(cwd ?? ""));
  if (widthOf(short) <= most) return short;
  let end = short;
  while (widthOf(end) >= most) end = end.slice(1);
  return `…${end}`;
}

function thousands(n: number): string {
  if (n < 1000) return String(n);
  return n < 99_950 ? `${(n / 1000).toFixed(1)}k` : `${Math.round(n / 1000)}k`;
}
