/** What the parts of the picker tell each other. */
import type { Listed } from "../../core/list.ts";
import type { Preview } from "../../core/preview.ts";

export interface Key {
  /** As Node's readline names it: "up", "return", "escape" …; "" for text. */
  name: string;
  ctrl: boolean;
  shift?: boolean;
  /** What was typed. */
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
  /** `entry`: where to begin; null for the beginning. */
  | { do: "read"; session: Session; entry: number | null }
  | { do: "handoff"; session: Session; file: string }
  | { do: "dump"; session: Session; folder: string }
  | { do: "undo" };

/** What the full text of a session holds of what was searched. */
export interface Found {
  path: string;
  hits: readonly { entry: number; snippet: string }[];
}

/** An agent that Segue knows. */
export interface KnownAgent {
  name: string;
  /** Where its sessions are looked for. */
  stores: readonly string[];
  /** The command that installs it. */
  install: string | null;
}

/** What the picker asks for while it is drawn, or a key is pressed. */
export interface Known {
  preview(session: Session): Preview | null | undefined;
  /** What would be lost on the way; undefined while that is not known yet. */
  losses(session: Session, target: Target): readonly string[] | undefined;
  /** What `segue undo` would take back, in words; null for nothing. */
  lastWrite(): string | null;
  /** The agent that sessions of this one were last opened in. */
  lastTarget(agent: string): string | undefined;
  agents(): readonly KnownAgent[];
}

export interface Look {
  colour: boolean;
  now: number;
}

export interface Screenful {
  lines: string[];
  /** Where the cursor stands, counted from 1; null for nowhere. */
  cursor: { row: number; column: number } | null;
}

/** Something to confirm, or a text to give, before anything is done. */
export interface Question {
  label: string;
  /** What is asked for, as typed so far; null for a yes alone. */
  text: string | null;
  act(text: string): Action;
}

/** What the picker is opened with. */
export interface Start {
  /** What the full text is to be searched for. */
  query: string;
  /** Id of the only agent whose sessions are shown. */
  agent?: string | null;
}

/** A search of the full text: what for, and what came of it. */
export interface Search {
  /** The query that `found` and `note` are of; null before the first. */
  query: string | null;
  found: readonly Found[];
  /** What is wrong with the query; null for nothing. */
  note: string | null;
}
