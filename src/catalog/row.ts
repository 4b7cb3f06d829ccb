/** What is known of a session without reading all of it. */
import type { Summary } from "../agents/types.ts";
import { short } from "../session/title.ts";

/** One line of `segue list`. Times are ISO 8601. */
export interface Row {
  agent: string;
  id: string;
  /** Its title, else the first thing the user said; cut, as either may be of any length. */
  title: string | null;
  cwd: string | null;
  createdAt: string | null;
  updatedAt: string | null;
  /** Of user and assistant; null when the file was too large to count them so far. */
  messages: number | null;
  /** What the model was last given and gave, where the agent notes it. */
  tokens: number | null;
  model: string | null;
  /** As selectors take it: a path, or `path#id` in a database. */
  path: string;
  branch: string | null;
  parent: string | null;
  limit: Limit | null;
  /** The session that it was made from, when it was handed over. */
  from: Relative | null;
  /** The sessions that it was handed over to, oldest first. */
  continuedIn: readonly Relative[];
}

/** A session, wherever it is stored. */
export interface Relative {
  agent: string;
  id: string;
}

/** The usage limit at which a session stopped; null when it went on since. */
export interface Limit {
  at: string | null;
  resetsAt: string | null;
  text: string;
}

/** What reading a session's head and tail adds to what its store tells. */
export interface Line extends Omit<Row, "agent" | "id" | "path" | "from" | "continuedIn"> {
  /** Where `cwd` is a worktree that the session was moved into: its folder once that is gone. */
  home: string | null;
  /** Is it a subagent's, and `parent` the session that started it? */
  isSubagent: boolean;
  /** Has nobody said anything in it? */
  isEmpty: boolean;
}

/** Longer titles are cut: some are whole files that were pasted. */
const TITLE = 1000;

/** What the store tells of a session goes before what its file does. */
export function withSummary(line: Line, summary: Summary): Line {
  const { title, cwd, model, createdAt, updatedAt, parent, messages } = summary;
  return {
    ...line,
    title: title === null ? line.title : cutTitle(title),
    cwd: cwd ?? line.cwd,
    model: model ?? line.model,
    createdAt: createdAt ?? line.createdAt,
    updatedAt: updatedAt ?? line.updatedAt,
    parent: parent ?? line.parent,
    messages: messages ?? line.messages,
  };
}

export function cutTitle(text: string): string {
  return short(text, TITLE);
}
