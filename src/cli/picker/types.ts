/** The types that the parts of the picker share. */
import type { LimitState } from "../../core/limits.ts";
import type { Listed } from "../../core/list.ts";
import type { Preview } from "../../core/preview.ts";

export interface Key {
  /** As named by Node's readline: "up", "return", "escape" …; "" for text. */
  name: string;
  ctrl: boolean;
  shift?: boolean;
  /** The typed text. */
  text: string;
}

export interface Size {
  columns: number;
  rows: number;
}

/** An agent that is installed here. */
export interface Target {
  id: string;
  name: string;
}

export type Session = Pick<
  Listed,
  | "agent"
  | "id"
  | "title"
  | "cwd"
  | "messages"
  | "tokens"
  | "model"
  | "path"
  | "limit"
  | "time"
  | "bytes"
  | "here"
  | "parent"
  | "isSubagent"
  | "from"
  | "continuedIn"
>;

export type Action =
  | { do: "leave" }
  | { do: "interrupt" }
  | { do: "launch"; session: Session; target: Target }
  | { do: "copy"; session: Session }
  /** `entry`: where to start; null for the beginning. */
  | { do: "read"; session: Session; entry: number | null }
  | { do: "handoff"; session: Session; file: string }
  | { do: "dump"; session: Session; folder: string }
  | { do: "undo" };

/** The matches of a full-text search in a session. */
export interface Found {
  path: string;
  hits: readonly { entry: number; snippet: string }[];
}

/** An agent that Segue knows. */
export interface KnownAgent {
  name: string;
  /** Where its sessions are searched. */
  stores: readonly string[];
  /** The command that installs it. */
  install: string | null;
}

/** What the picker asks for while it is drawn, or when a key is pressed. */
export interface Known {
  preview(session: Session): Preview | null | undefined;
  /** What would be lost; undefined while it is unknown. */
  losses(session: Session, target: Target): readonly string[] | undefined;
  /** What `segue undo` would revert, in words; null for nothing. */
  lastWrite(): string | null;
  /** The agent in which sessions of this one were last opened. */
  lastTarget(agent: string): string | undefined;
  agents(): readonly KnownAgent[];
  /** The limits of an agent's account; null if nothing is known about them. */
  limitOf(agent: string): LimitState | null;
}

export interface Look {
  colour: boolean;
  now: number;
}

export interface Screenful {
  lines: string[];
  /** The cursor's column, counted from 1; null for no cursor. */
  cursor: { row: number; column: number } | null;
}

/** Something to confirm, or a text to enter, before an action. */
export interface Question {
  label: string;
  /** The input so far; null if only a confirmation is needed. */
  text: string | null;
  act(text: string): Action;
}

/** The initial state of the picker. */
export interface Start {
  /** What to search the full text for. */
  query: string;
  /** Id of the only agent whose sessions are shown. */
  agent?: string | null;
}

/** A full-text search: the query and its result. */
export interface Search {
  /** The query that `found` and `note` belong to; null before the first. */
  query: string | null;
  found: readonly Found[];
  /** The error in the query; null for none. */
  note: string | null;
}
