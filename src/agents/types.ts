/**
 * What an agent folder provides. Codecs (`reader`, `writer`, `tools`) are pure; `store` and
 * `launch` touch the machine. Adding an agent is one folder and one line in registry.ts.
 */

import type { Host } from "../io/host.ts";
import type { IndexEntry } from "../io/index-entry.ts";
import type { Companion } from "../io/output.ts";
import type { Codec, Told } from "../session/codec.ts";
import type { Header, Json } from "../session/types.ts";
import type { Flags } from "./shared/flags.ts";

export interface Agent extends Codec {
  id: string;
  name: string;
  /** Short names accepted on the command line. */
  aliases: readonly string[];
  store: Store;
  launch: Launch;
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
  /** Is what lies there a subagent's session, where those lie among the others? Of sessions that have a parent. */
  isSubagent?(path: string): boolean;
  /**
   * Can a session from elsewhere be put here as the subagent's of another? Its writer says so where
   * the header names a parent.
   */
  takesChildren?: true;
  /** Their ids, made of a UUID, where they are of another form: they all lie with the session itself. */
  childId?(uuid: string): string;
  /** Files that belong to a new session besides its own: written with it where they are missing. */
  companions?(root: string, path: string, header: Header): Companion[];
  /** What indexes of the agent's own, which other sessions share, have to say of a new session. */
  entries?(root: string, path: string, header: Header): IndexEntry[];
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
   * left that died is among it: see agents/running.ts.
   */
  opened?(root: string, id: string): Opened[];
  /** For agents that keep sessions as rows of a database; their place is then `path#id`. */
  database?: Database;
}

/** A process of the CLI's; or, where it does not say which one, when it opened the session (milliseconds since the epoch). */
export type Opened = { pid: number } | { at: number };

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
  /** The command that installs it. */
  install?: string;
  /** Arguments that print the version. */
  versionArgs: readonly string[];
  /** Arguments that resume a session natively. @throws SegueError where these would harm it. */
  resumeArgs(session: ResumeRequest): string[];
  /** What has to be done right before the CLI starts, so that it opens this session. */
  prepare?(session: { id: string; path: string }): void;
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
