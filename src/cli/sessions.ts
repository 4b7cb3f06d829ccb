/** How sessions are selected and shown in all lists. */
import { InvalidArgumentError } from "commander";
import type { Gaps, Relative, Row } from "../core/list.ts";
import { timeAgo } from "../core/time.ts";
import { say } from "./terminal.ts";

/** Reads an option's time. */
export function since(text: string): number {
  const time = timeAgo(text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError("It must be a time such as 3h, 2d or 2026-01-31.");
}

/** What the user should know about a list: what it lacks, and why. */
export function sayProblems({ note, problems }: Gaps): void {
  if (note !== null) say(`segue: ${note}`);
  const dead = problems.filter(({ isStore }) => isStore);
  for (const { agent, path, why } of dead) say(`${agent}: ${path} is skipped: ${why}`);
  const unreadable = problems.length - dead.length;
  if (unreadable > 0)
    say(`sessions that cannot be read: ${unreadable} (\`segue doctor\` shows why)`);
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
