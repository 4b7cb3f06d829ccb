/**
 * What an agent folder provides. Codecs (`reader`, `writer`, `tools`) are pure; `store` and
 * `launch` touch the machine. Adding an agent is one folder and one line in registry.ts.
 */

import type { Entry, Header, Json, ToolCallPart, ToolUse } from "../session/types.ts";
import type { Flags } from "./shared/flags.ts";
import type { Host } from "./shared/host.ts";

export interface Agent {
  id: string;
  name: string;
  /** Short names accepted on the command line. */
  aliases: readonly string[];
  /** Does a record look like one of this agent's? Used to detect a file's format; see `detect`. */
  recognises(record: Json): boolean;
  /** The record kinds and keys this folder knows. Others are kept all the same, and `check` lists them. */
  known?: Shape;
  /** Tokens that the model was last given, for agents that tell it in a record of its own. */
  contextTokens?(record: Json): number | undefined;
  /**
   * Does its CLI send reasoning again that is not of its own vendor? Where it does, such reasoning
   * stays reasoning; elsewhere it goes as text, so that the model sees it.
   */
  takesReasoning?: boolean;
  /**
   * Of a session of its own that is written anew, does its CLI send sealed reasoning as it was? It
   * does where a record needs no more for that than the seal; elsewhere such reasoning goes as text.
   */
  keepsSeals?: boolean;
  /** Some of its records say again what others said, as those of Gemini CLI's checkpoints. */
  restates?: boolean;
  /** Images and documents that its CLI sends again after a resume; see `Media`. */
  media?: Media;
  /** Going back, its CLI cuts the session file off: it has no form for a branch that was left. */
  cutsOff?: boolean;
  /** The id of a new session, made of a UUID, for agents whose ids are of another form. */
  sessionId?(uuid: string, createdAt: string | null): string;
  /** Session files of this agent that are one JSON document instead of lines. */
  documents?: readonly DocumentForm[];
  reader(): Reader;
  writer(options: WriterOptions): Writer;
  tools: Tools;
  store: Store;
  launch: Launch;
}

/** Decodes the records of one session file, fed in order. It keeps state; make one per pass. */
export interface Reader {
  /**
   * The entries of record number `at` (0-based). Never throws. Every string and blob that a model
   * could be sent is in a part: a block of a kind that is not known is an `other` part, what is not
   * passed on is `unread`, with a reason; a record that is not known is `opaque`. See account.ts.
   */
  read(record: Json, at: number): Entry[];
  /** What the records read so far say of the session. `id` is "" until a record names it. */
  header(): Header;
  /** Where records name more folders than the header's: the store tells which is the session's. */
  folders?(): Partial<Told>;
}

/** The folders that a session's records name. */
export interface Told {
  /** The header's. */
  cwd: string | null;
  /** All in which something was done, the newest first. */
  cwds: readonly string[];
  /** The worktree that the session was moved into; it may be gone. */
  worktree: string | null;
}

export interface WriterOptions {
  /** Seed of all ids the writer mints: the same input always gives the same bytes. */
  seed: string;
  /** Version of the target's CLI, where known; codecs with several formats choose by it. */
  cliVersion: string | null;
  /** A model that the target's installation has (see `Store.model`), for agents that insist on one. */
  model?: string | null;
  /** What the target's store told of the machine (see `Store.facts`). */
  facts?: Json;
  /** Agents that keep sessions otherwise than they exchange them write the one or the other form. */
  form?: "store" | "file";
}

/**
 * A session file that is one JSON document. Segue works on lines: the document is taken apart into
 * records, one a line after a first line that says how it was spelled, and put together again.
 */
export interface DocumentForm {
  /** Stands in the first line, e.g. "gemini-json"; unique over all agents. */
  name: string;
  /** The records of a document, in order; null when it is not of this form. */
  records(document: Json): Json[] | null;
  /** The document of these records: `document(records(d))` equals `d`, key order included. */
  document(records: readonly Json[]): Json;
}

/**
 * What an agent's CLI sends its model natively, by media type, of a session that it resumes. What is
 * not named here is sent as a text that mentions it, and the loss report says so.
 */
export interface Media {
  /** Without it, the four types that every vendor's API takes. */
  images?: readonly string[];
  /** Images of which only an address is known; by default they are sent as such. */
  imageUrls?: false;
  /** Images in a tool's result; by default they are sent as such. */
  resultImages?: false;
  /** The most bytes of one image that its API takes. */
  imageBytes?: number;
  /** The most bytes of base64 that one request to its API takes, all images and documents together. */
  requestBytes?: number;
  /** Documents in a user's message. */
  documents?: readonly string[];
  /** Documents in a tool's result. */
  resultDocuments?: readonly string[];
}

/**
 * What is known of a JSON value: `true` for whatever it be that is not content (an id, a setting, a
 * copy for the screen), `"content"` for what a model is sent, the known keys of an object, the items
 * of an array, or one of several shapes, told apart by a name that the value gives.
 */
export type Shape =
  | true
  | "content"
  | { keys: Readonly<Record<string, Shape>> }
  | { each: Shape }
  | {
      name(value: Json): string;
      of: Readonly<Record<string, Shape>>;
      /** What is content in one of a kind that is not known; all of it where this is not given. */
      unknown?(value: Json): Shape;
    };

/**
 * Encodes entries as the agent's records. A closed-loop predictor: `predict` says what the agent
 * would write next given all that was committed; the caller then commits what really stands in
 * the file (the prediction itself, or the record restored from it). `predict` has no side effects.
 */
export interface Writer {
  /** For agents whose files have no opening record: what `start` said, before its prediction. */
  begin?(header: Header): void;
  /**
   * Another writer had the file so far, from its beginning. For what only the whole file tells, as
   * with agents that go back by naming what comes after the mark.
   */
  replaces?(before: Writer): void;
  /**
   * All that is predicted next: a result is predicted in the light of its call, though it be in the
   * same group. `there`: for lines that exist already; else the predictions are what is written.
   */
  expect?(entries: readonly Entry[], there: boolean): void;
  predict(entry: Entry): Json[];
  commit(record: Json): void;
  /** What `record`, an older one or a prediction, would be as the very next: its running numbers. */
  next?(record: Json): Json;
  /**
   * As long as this stays the same, an entry is predicted alike, but for what `next` puts right.
   * Without it, whatever is committed may change what is predicted.
   */
  stamp?(entry: Entry): number;
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
  /** Where the store's files have one: with time and size it tells whether a file is still the same. */
  inode?: number;
  /** What a database tells without reading the session: lists show it. */
  summary?: Summary;
}

export interface Summary {
  title: string | null;
  cwd: string | null;
  model: string | null;
  /** ISO 8601. */
  createdAt: string | null;
  updatedAt: string | null;
  /** Messages of user and assistant, where that is quickly known. */
  messages: number | null;
  parent: string | null;
}

export interface Store {
  /** Folders of the store; the environment's vendor variables move them. */
  roots(env: NodeJS.ProcessEnv, host?: Host): string[];
  /** The vendor's variables that name a folder of it, relative to where the agent is started. */
  variables?: readonly string[];
  /** The agent's own folder, where its store is only a part of that. */
  home?(env: NodeJS.ProcessEnv): string;
  /** Every session in the given root, in no particular order. Unreadable folders are skipped. */
  find(root: string): Promise<Found[]>;
  /** Where a new session belongs below `root`. */
  pathFor(root: string, header: Header, env: NodeJS.ProcessEnv): string;
  /** Files whose records come before those of `path` (a fork's base), oldest first. */
  bases?(path: string, roots: string[]): Promise<Base[]>;
  /** Transcripts of the session's subagents that lie in files of their own. */
  children?(path: string): Promise<string[]>;
  /**
   * Can a session from elsewhere be put here as the subagent's of another? Its writer says so where
   * the header names a parent.
   */
  takesChildren?: true;
  /** Their ids, made of a UUID, where they are of another form: they all lie with the session itself. */
  childId?(uuid: string): string;
  /** Files that belong to a new session besides its own: written with it where they are missing. */
  companions?(root: string, path: string, header: Header): Companion[];
  /** The folder that a session at this place belongs to; null where neither store nor records say. */
  folder?(path: string, told: Told): string | null;
  /** A title that stands beside the session's file, not in it. */
  title?(path: string): string | null;
  /** A model that this installation has, for sessions that come from elsewhere; null when unknown. */
  model?(root: string, env: NodeJS.ProcessEnv): string | null;
  /** What a new session in this folder has to say of the machine, for writers: they read nothing. */
  facts?(root: string, cwd: string, env: NodeJS.ProcessEnv): Json;
  /**
   * What the CLI itself notes of a session that is open in it right now, for each process. What one
   * left that died is among it: see io/running.ts.
   */
  opened?(root: string, id: string): Opened[];
  /** For agents that keep sessions as rows of a database; their place is then `path#id`. */
  database?: Database;
}

/** A process of the CLI's; or, where it does not say which one, when it opened the session (milliseconds since the epoch). */
export type Opened = { pid: number } | { at: number };

export interface Companion {
  path: string;
  text: string;
}

/**
 * Sessions in a database. Each row is a line of JSON, the session's own row first; what SQLite
 * holds as JSON text stands in the line as it is, to the letter.
 */
export interface Database {
  /** Is there a database, or an older folder storage, of this agent at this path? */
  holds(path: string): boolean;
  /** The sessions that match `id` exactly, as lines; null for none. One read transaction, whatever runs. */
  read(path: string, id: string): string[] | null;
  /**
   * Turns a session's rows `before` into `after` (null: no session), in one transaction.
   * @throws SegueError when the rows are not `before`, or the schema is not one that is known.
   */
  replace(
    path: string,
    id: string,
    before: readonly string[] | null,
    after: readonly string[] | null,
  ): void;
  /** The same session under a new id, with new ids for all rows that need one of their own. */
  renamed(lines: readonly string[], newId: string): string[];
  /** Writes a new session by the agent's own import; `replace` then sees to what that changes. */
  import?(request: ImportRequest): void;
}

export interface ImportRequest {
  /** Path of the agent's binary. */
  command: string;
  path: string;
  id: string;
  lines: readonly string[];
  /** A folder for temporary files. */
  scratch: string;
  /** The session's folder. */
  cwd: string;
  env: NodeJS.ProcessEnv;
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
  /** Does it open a session file in any of its store's folders? */
  opensPaths?: true;
  /** What keeps its CLI from opening the session at this place; null for nothing. */
  hindrance?(session: { id: string; path: string }): Hindrance | null;
  /** How it begins a new session with a document; without it the user has to say the first words. */
  start?: Start;
  /** The flags of its CLI, so that those of other agents can be put in its terms, and the reverse. */
  flags?: Flags;
  /** For agents that keep titles outside their session files: has the CLI note the title. */
  setTitle?(request: TitleRequest): Promise<void>;
}

export interface Hindrance {
  /** In words that go after "the session". */
  why: string;
  /** What the user can do. */
  how: string;
}

export interface ResumeRequest {
  id: string;
  path: string;
  /** The first new prompt; null for none. */
  prompt: string | null;
  /** The user's own arguments for the agent. */
  args: readonly string[];
}

/** A new session whose first message is given, and points to a file. */
export interface Start {
  /** Arguments that open the CLI's screen on a new session whose first message is the prompt. */
  args(request: StartRequest): string[];
  /** What puts a file's text into the first message, where the CLI has such a thing. */
  attach?: Attach;
  /**
   * Where a file has to lie for the CLI to read it without asking: below the project, or in a
   * folder of its own. By default it reads it anywhere.
   */
  place?: "project" | ((cwd: string, env: NodeJS.ProcessEnv) => OwnPlace);
}

export interface StartRequest {
  prompt: string;
  /** The file to attach by an argument, where `Attach` says so; else null. */
  file: string | null;
  /** The user's own arguments for the agent. */
  args: readonly string[];
}

export interface Attach {
  /**
   * The words in a prompt that stand for a file; null for a path that they cannot say. Without it
   * the file is given as an argument.
   */
  mention?(path: string, platform: NodeJS.Platform): string | null;
  /** It attaches files that it would not read without asking. */
  anywhere?: true;
  /** Most of a text that comes whole: bytes in all, lines, and UTF-16 units of a line. */
  most: { bytes: number; lines?: number; line?: number };
}

export interface OwnPlace {
  folder: string;
  /** Files that make the folder the agent's, written where they are missing. */
  companions: readonly Companion[];
}

export interface TitleRequest {
  /** Path of the agent's binary. */
  command: string;
  id: string;
  title: string;
  env: NodeJS.ProcessEnv;
}
