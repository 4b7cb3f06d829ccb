/** What is known about a session without reading all of it. */
import type { Summary } from "../agents/types.ts";
import { short } from "../session/title.ts";
import type { Allowance, Fault } from "../session/types.ts";

/** One line of `segue list`. Times are ISO 8601. */
export interface Row {
  agent: string;
  /** Name of the profile whose store it is in; null in the agent's own. */
  profile: string | null;
  id: string;
  /** Its title, else the user's first message; cut, as either can be of any length. */
  title: string | null;
  cwd: string | null;
  createdAt: string | null;
  updatedAt: string | null;
  /** Messages of user and assistant; null if the file is too large to have been counted so far. */
  messages: number | null;
  /** The model's last input and output, if the agent records it. */
  tokens: number | null;
  model: string | null;
  /** As in selectors: a path, or `path#id` in a database. */
  path: string;
  branch: string | null;
  parent: string | null;
  limit: Limit | null;
  /** The session that it was made from, if it was handed over. */
  from: Relative | null;
  /** The sessions that it was handed over to, oldest first. */
  continuedIn: readonly Relative[];
}

/** A session, wherever it is stored. */
export interface Relative {
  agent: string;
  /** As in `Row`; missing means null. */
  profile?: string | null;
  id: string;
}

/**
 * The usage limit at which a session stopped; null if it has continued since. What the agent does not
 * record is null.
 */
export interface Limit {
  at: string | null;
  resetsAt: string | null;
  text: string;
  kind: Fault["kind"] | null;
  scope: NonNullable<Fault["scope"]> | null;
  retryable: boolean | null;
  source: Fault["source"] | null;
  usedPercent: number | null;
}

/** What a session shows about the account that it was used with. */
export interface Sign {
  /** The newest refusal of any kind, whether or not the session continued since. */
  refusal: Refusal | null;
  /** The newest answer without an error. A time is null if the records have none. */
  answered: { at: string | null; model: string | null } | null;
  /** The newest counts of how much was used. */
  allowances: { at: string | null; all: readonly Allowance[] } | null;
  /** How many tokens the agent sends to the model at most, if it records that. */
  window: { at: string | null; model: string | null; tokens: number } | null;
}

export interface Refusal extends Limit {
  /** The model that was in use. */
  model: string | null;
}

/** What reading a session's head and tail adds to what its store reports. */
export interface Line
  extends Omit<Row, "agent" | "profile" | "id" | "path" | "from" | "continuedIn"> {
  /**
   * If `cwd` is a worktree that the session was moved into: its folder once the worktree no longer
   * exists.
   */
  home: string | null;
  /** Is it a subagent's session, with `parent` the session that started it? */
  isSubagent: boolean;
  /** Does it contain no message? */
  isEmpty: boolean;
  sign: Sign;
}

/** Longer titles are cut: some are whole pasted files. */
const TITLE = 1000;

/**
 * What the store reports about a session takes precedence over what its file contains. Messages are
 * counted in one way everywhere, which rows do not show.
 */
export function withSummary<T extends Omit<Line, "sign">>(line: T, summary: Summary): T {
  const { title, cwd, model, createdAt, updatedAt, parent } = summary;
  return {
    ...line,
    title: title === null ? line.title : cutTitle(title),
    cwd: cwd ?? line.cwd,
    model: model ?? line.model,
    createdAt: createdAt ?? line.createdAt,
    updatedAt: updatedAt ?? line.updatedAt,
    parent: parent ?? line.parent,
  };
}

export function cutTitle(text: string): string {
  return short(text, TITLE);
}
