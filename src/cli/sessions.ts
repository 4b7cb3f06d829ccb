/** How sessions are selected and shown in all lists. */
import { InvalidArgumentError } from "commander";
import type { Gaps, Problem, Relative, Row } from "../core/list.ts";
import { timeAgo } from "../core/time.ts";
import { belowHome } from "./session-table.ts";
import { oneLine, say } from "./terminal.ts";

/** Reads an option's time. */
export function since(text: string): number {
  const time = timeAgo(text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError("It must be a time such as 3h, 2d or 2026-01-31.");
}

/** So many are named; `segue doctor` names all. */
const MOST_NAMED = 5;

/** What the user should know about a list: what it lacks, why, and what to do. */
export function sayProblems({ note, problems }: Gaps): void {
  if (note !== null) say(`segue: ${note}`);
  for (const line of problemLines(problems)) say(line);
}

/** What could not be read, a line each; none for nothing. */
export function problemLines(problems: readonly Problem[]): string[] {
  const stores = problems.filter(({ isStore }) => isStore);
  const sessions = problems.length - stores.length;
  const more = stores.length - MOST_NAMED;
  return [
    ...stores.slice(0, MOST_NAMED).map(problemLine),
    ...(more > 0 ? [`more that cannot be read: ${more} (\`segue doctor\` shows all)`] : []),
    ...(sessions > 0
      ? [`sessions that cannot be read: ${sessions} (\`segue doctor\` shows why)`]
      : []),
  ];
}

/** The same in one line, for a screen; null for nothing. */
export function problemNotice(problems: readonly Problem[]): string | null {
  const [line, ...more] = problemLines(problems);
  if (line === undefined) return null;
  if (more.length === 0) return line;
  return `stores and sessions that cannot be read: ${problems.length} (\`segue doctor\` shows why)`;
}

function problemLine({ agent, path, why, hint }: Problem): string {
  return oneLine(`${agent}: ${belowHome(path)} cannot be read: ${why}; ${hint}`);
}

/** What several searches could not read, to be said once, after them. */
export class UnreadSoFar {
  readonly #all = new Map<string, Problem>();

  note = (problems: readonly Problem[]): void => {
    for (const one of problems) this.#all.set(one.path, one);
  };

  say(): void {
    for (const line of problemLines([...this.#all.values()])) say(line);
  }
}

/** What `--json` shows of them: names and their order are a contract. */
export function unreadOf({ problems }: Pick<Gaps, "problems">): object[] {
  return problems.map(({ agent, path, why, hint }) => ({ agent, path, why, hint }));
}

/** What `--json` shows of a session: names and their order are a contract. */
export function rowOf(session: Row): Row {
  const { agent, profile, id, title, cwd, createdAt, updatedAt, messages } = session;
  const { tokens, model, path, branch, parent, limit, from, continuedIn } = session;
  return {
    ...{ agent, profile, id, title, cwd, createdAt, updatedAt, messages },
    ...{ tokens, model, path, branch, parent, limit, from: from && relative(from) },
    continuedIn: continuedIn.map(relative),
  };
}

function relative({ agent, profile = null, id }: Relative): Relative {
  return { agent, profile, id };
}
