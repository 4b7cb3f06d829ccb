/**
 * What an agent folder provides. Codecs (`reader`, `writer`, `tools`) are pure; `store` and
 * `launch` touch the machine. Adding an agent is one folder and one line in registry.ts.
 */
import type { Entry, Header, Json, ToolCallPart, ToolUse } from "../session/types.ts";

export interface Agent {
  id: string;
  name: string;
  /** Short names accepted on the command line. */
  aliases: readonly string[];
  /** The CLI and day that the native tests last proved this agent with; null when never. */
  proven: { version: string; date: string } | null;
  /** Does a record look like one of this agent's? Used to detect a file's format; see `detect`. */
  recognises(record: Json): boolean;
  reader(): Reader;
  writer(options: WriterOptions): Writer;
  tools: Tools;
  store: Store;
  launch: Launch;
}

/** Decodes the records of one session file, fed in order. It keeps state; make one per pass. */
export interface Reader {
  /** The entries of record number `at` (0-based). Never throws: what it does not know is `opaque`. */
  read(record: Json, at: number): Entry[];
  /** What the records read so far say of the session. `id` is "" until a record names it. */
  header(): Header;
}

export interface WriterOptions {
  /** Seed of all ids the writer mints: the same input always gives the same bytes. */
  seed: string;
  /** Version of the target's CLI, where known; codecs with several formats choose by it. */
  cliVersion: string | null;
}

/**
 * Encodes entries as the agent's records. A closed-loop predictor: `predict` says what the agent
 * would write next given all that was committed; the caller then commits what really stands in
 * the file (the prediction itself, or the record restored from it). `predict` has no side effects.
 */
export interface Writer {
  /** For agents whose files have no opening record: what `start` said, before its prediction. */
  begin?(header: Header): void;
  /** All that is predicted next: a result is predicted in the light of its call, though it be in the same group. */
  expect?(entries: readonly Entry[]): void;
  predict(entry: Entry): Json[];
  commit(record: Json): void;
  /** What `record`, an older one or a prediction, would be as the very next: its running numbers. */
  next?(record: Json): Json;
  /** Records that close a session file written from scratch, e.g. the end of the last turn. */
  end(): Json[];
  /**
   * The shape of a record: a short stable string such as "assistant/tool_use". Records of one kind
   * have the same keys and are predicted from each other.
   */
  kind(record: Json): string;
  /** The tool call id a record is about, to tell parallel records of one kind apart; else "". */
  key(record: Json): string;
  /** Where the next entry would attach: a mark that `rewind` takes. */
  mark(): string;
  /**
   * Records that take the conversation back to a mark, which is `turns` of the user ago, if the
   * agent writes any; `predict` continues from there. Commit them as any other.
   */
  rewind(mark: string, turns: number): Json[];
}

/** The agent's tools against the shared vocabulary. */
export interface Tools {
  /** null: no native tool expresses this use. `exact` false: the meaning is kept, the form is not. */
  toNative(use: ToolUse): { name: string; input: Json; exact: boolean } | null;
  /** Is this name (with free-form or JSON input) acceptable to the agent's model API as it stands? */
  accepts(call: ToolCallPart): boolean;
}

/** A session found in a store, as cheaply as its place allows. */
export interface Found {
  agent: string;
  id: string;
  path: string;
  /** Milliseconds since the epoch. */
  mtime: number;
  bytes: number;
}

export interface Store {
  /** Folders of the store; the environment's vendor variables move them. */
  roots(env: NodeJS.ProcessEnv): string[];
  /** Every session in the given root, in no particular order. Unreadable folders are skipped. */
  find(root: string): Promise<Found[]>;
  /** Where a new session belongs below `root`. */
  pathFor(root: string, header: Header, env: NodeJS.ProcessEnv): string;
  /** Files whose records come before those of `path` (a fork's base), oldest first. */
  bases?(path: string, roots: string[]): Promise<Base[]>;
  /** Transcripts of the session's subagents that lie in files of their own. */
  children?(path: string): Promise<string[]>;
}

/** The leading part of a file that another file continues. */
export interface Base {
  path: string;
  bytes: number;
}

export interface Launch {
  /** The binary's name on PATH. */
  command: string;
  /** Arguments that print the version. */
  versionArgs: readonly string[];
  /** Arguments that resume a session natively. */
  resumeArgs(session: ResumeRequest): string[];
  /** For agents that keep titles outside their session files: has the CLI note the title. */
  setTitle?(request: TitleRequest): Promise<void>;
}

export interface ResumeRequest {
  id: string;
  path: string;
  /** The first new prompt; null for none. */
  prompt: string | null;
  /** The user's own arguments for the agent. */
  args: readonly string[];
}

export interface TitleRequest {
  /** Path of the agent's binary. */
  command: string;
  id: string;
  title: string;
  env: NodeJS.ProcessEnv;
}
