/** The facts in a session that are worth handing on. Numbers are those of `segue show --range`. */
import type { Header, TodoItem } from "../session/types.ts";

export interface Facts {
  header: Header;
  /** The number of entries that `segue show` numbers, on all branches. */
  entries: number;
  /** The user's messages, oldest first, including those that a compaction left out. */
  requests: Said[];
  /** The newest answer with content. */
  answer: Said | null;
  /** Summaries of compactions, oldest first. */
  summaries: Said[];
  reasoning: Said[];
  todo: { n: number; items: readonly TodoItem[] } | null;
  /** Questions to the user, and the answers. */
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
  /** The number of images in the message. */
  images: number;
}

export type Ended =
  | { why: "limit"; n: number; text: string; resetsAt: string | null }
  | { why: "error"; n: number; text: string }
  | { why: "interrupted"; n: number; text: string };

/** One tool call and its result; `answer` is null if none was recorded. */
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
  /** The first and the last entry about it. */
  first: number;
  last: number;
  state: "read" | "created" | "changed" | "deleted";
  /** In unified form without a header; "" if no change is left, null if unknown. */
  diff: string | null;
  /** Relative to the file at the beginning of the session; otherwise edit by edit. */
  isWhole: boolean;
  added: number;
  removed: number;
}

/** Entries that are shown again: calls in one line, results unchanged. */
export interface Recent {
  n: number;
  role: "user" | "assistant" | "tool";
  pieces: Piece[];
}

export interface Piece {
  /** `told`: text in the user's message that the user did not type. */
  kind: "text" | "told" | "reasoning" | "call" | "result" | "image";
  text: string;
  failed?: boolean;
}

/** The same facts, with every text from the session passed through `map`. */
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
