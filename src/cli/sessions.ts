/** How sessions are chosen and shown, wherever several are listed. */
import { InvalidArgumentError } from "commander";
import type { Gaps, Listed, Row } from "../core/list.ts";
import { homeFolder } from "../core/places.ts";
import { timeAgo } from "../core/time.ts";
import { endOf, oneLine, say, table } from "./terminal.ts";

/** Reads an option's time. */
export function since(text: string): number {
  const time = timeAgo(text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError("It must be like 3h, 2d, or 2026-01-31.");
}

/** What a person should know of a list: what is not in it, and why. */
export function sayProblems({ note, problems }: Gaps): void {
  if (note !== null) say(`segue: ${note}`);
  const dead = problems.filter(({ isStore }) => isStore);
  for (const { agent, path, why } of dead) say(`${agent}: ${path} was left out: ${why}`);
  const unreadable = problems.length - dead.length;
  if (unreadable > 0)
    say(`sessions that cannot be read: ${unreadable} (\`segue doctor\` says why)`);
}

/** What `--json` shows of a session: names and their order are a contract. */
export function rowOf(session: Listed): Row {
  const { agent, id, title, cwd, createdAt, updatedAt, messages } = session;
  const { tokens, model, path, branch, parent, limit } = session;
  return {
    ...{ agent, id, title, cwd, createdAt, updatedAt, messages },
    ...{ tokens, model, path, branch, parent, limit },
  };
}

/** Columns: agent, when, project, title, messages, tokens, id. */
export function sessionTable(sessions: readonly Listed[]): string {
  const head = ["AGENT", "WHEN", "PROJECT", "TITLE", "MSGS", "TOKENS", "ID"];
  const rows = sessions.map((session) => [
    session.agent,
    when(session.time),
    folderName(session.cwd),
    "",
    session.messages === null ? "" : String(session.messages),
    session.tokens === null ? "" : thousands(session.tokens),
    session.id,
  ]);
  const used = head.map((name, i) =>
    rows.reduce((most, row) => Math.max(most, (row[i] ?? "").length), name.length),
  );
  const width = Math.max(20, Math.min(50, screenWidth() - sum(used) - 2 * (head.length - 1)));
  const whole = rows.map((row, i) => row.with(3, titleOf(sessions[i], width)));
  return table([head, ...whole]);
}

function titleOf(session: Listed | undefined, width: number): string {
  const mark = session?.limit ? "[limit] " : "";
  return oneLine(`${mark}${session?.title ?? ""}`, width);
}

/** Without a terminal it is as wide as it needs to be. */
function screenWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : 200;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** How long ago, while that says more than the date; a time to come is shown as what it is. */
export function when(time: number, now = Date.now()): string {
  const minutes = Math.floor((now - time) / 6e4);
  if (minutes < -1 || minutes >= 7 * 1440) return new Date(time).toISOString().slice(0, 10);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} d ago`;
}

const PROJECT_WIDTH = 28;

export function folderName(cwd: string | null): string {
  return endOf(belowHome(cwd ?? ""), PROJECT_WIDTH);
}

/** "~" for the user's own folder. */
export function belowHome(path: string): string {
  const home = homeFolder(process.env);
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function thousands(n: number): string {
  if (n < 1000) return String(n);
  return n < 99_950 ? `${(n / 1000).toFixed(1)}k` : `${Math.round(n / 1000)}k`;
}
