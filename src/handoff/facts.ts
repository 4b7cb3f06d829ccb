/** What a session tells that is worth handing on. Numbers are those of `segue show --range`. */
import type { Header, TodoItem } from "../session/types.ts";

export interface Facts {
  header: Header;
  /** Entries that `segue show` numbers, of all branches. */
  entries: number;
  /** What the user said, oldest first; what a compaction left out as well. */
  requests: Said[];
  /** The newest answer that says something. */
  answer: Said | null;
  /** Summaries of compactions, oldest first. */
  summaries: Said[];
  reasoning: Said[];
  todo: { n: number; items: readonly TodoItem[] } | null;
  /** Questions that were put to the user, and the answers. */
  asked: Used[];
  /** What ended the session early, if anything did. */
  ended: Ended[];
  commands: Command[];
  files: FileFact[];
  web: Used[];
  mcp: Used[];
  subagents: Used[];
  /** Tools that only the source agent has. */
  other: Used[];
  /** The newest entries, oldest first. */
  recent: Recent[];
}

export interface Said {
  n: number;
  text: string;
  /** How many images came with it. */
  images: number;
}

export type Ended =
  | { why: "limit"; n: number; text: string; resetsAt: string | null }
  | { why: "error"; n: number; text: string }
  | { why: "interrupted"; n: number; text: string };

/** One call of a tool and its result; `answer` is null where none was recorded. */
export interface Used {
  n: number;
  what: string;
  input: string;
  answer: string | null;
  failed: boolean;
}

export interface Command {
  n: number;
  command: string;
  /** null: no result was recorded. */
  output: string | null;
  exitCode: number | null;
  failed: boolean;
  isTest: boolean;
}

export interface FileFact {
  path: string;
  /** The first and the last entry that is about it. */
  first: number;
  last: number;
  state: "read" | "created" | "changed" | "deleted";
  /** In unified form without a head; "" when nothing is left of the changes, null when unknown. */
  diff: string | null;
  /** Against the file as it was when the session began; else edit by edit. */
  isWhole: boolean;
  added: number;
  removed: number;
}

/** Entries as they are shown again: calls in a line, results as they were. */
export interface Recent {
  n: number;
  role: "user" | "assistant" | "tool";
  pieces: Piece[];
}

export interface Piece {
  /** `told`: a text in the user's message that is not of their typing. */
  kind: "text" | "told" | "reasoning" | "call" | "result" | "image";
  text: string;
  failed?: boolean;
}

/** The same facts with every text that the session gave put through `map`. */
export function mapTexts(facts: Facts, map: (text: string) => string): Facts {
  const orNull = (text: string | null): string | null => (text === null ? null : map(text));
  const said = (one: Said): Said => ({ ...one, text: map(one.text) });
  const used = (one: Used): Used => {
    const [what, input, answer] = [map(one.what), map(one.input), orNull(one.answer)];
    return { ...one, what, input, answer };
  };
  const { header, todo } = facts;
  return {
    ...facts,
    header: {
      ...header,
      title: orNull(header.title),
      cwd: orNull(header.cwd),
      model: orNull(header.model),
      gitBranch: orNull(header.gitBranch),
      gitCommit: orNull(header.gitCommit),
    },
    requests: facts.requests.map(said),
    answer: facts.answer && said(facts.answer),
    summaries: facts.summaries.map(said),
    reasoning: facts.reasoning.map(said),
    todo: todo && {
      ...todo,
      items: todo.items.map((item) => ({ ...item, text: map(item.text) })),
    },
    asked: facts.asked.map(used),
    ended: facts.ended.map((one) => ({ ...one, text: map(one.text) })),
    commands: facts.commands.map((one) => ({
      ...one,
      command: map(one.command),
      output: orNull(one.output),
    })),
    files: facts.files.map((one) => ({ ...one, path: map(one.path), diff: orNull(one.diff) })),
    web: facts.web.map(used),
    mcp: facts.mcp.map(used),
    subagents: facts.subagents.map(used),
    other: facts.other.map(used),
    recent: facts.recent.map((one) => ({
      ...one,
      pieces: one.pieces.map((piece) => ({ ...piece, text: map(piece.text) })),
    })),
  };
}
