/**
 * What an agent's folder provides. Codecs (`reader`, `writer`, `tools`) are pure; `store` and
 * `launch` access the machine. To add an agent, add a folder and one line in registry.ts.
 */

import type { Host } from "../io/host.ts";
import type { IndexEntry } from "../io/index-entry.ts";
import type { Companion } from "../io/output.ts";
import type { Codec, Told } from "../session/codec.ts";
import type { Header, Json } from "../session/types.ts";
import type { Claim } from "./claim.ts";
import type { Flags, Grant } from "./shared/flags.ts";

export interface Agent extends Codec {
  id: string;
  name: string;
  /** Short names accepted on the command line. */
  aliases: readonly string[];
  store: Store;
  launch: Launch;
  /** What its support rests on, if its program cannot be run in the native tests. */
  claim?: Claim;
  /** The account of it that is meant: then `store` and `launch` are of that one. See profile.ts. */
  profile?: Profile;
}

/** Another account of an agent: the same CLI with other variables, and thus with another store. */
export interface Profile {
  name: string;
  /** Id of its agent. */
  agent: string;
  /** The variables that its CLI is started with, and that tell where its store is. */
  env: Readonly<Record<string, string>>;
}

/** A session found in a store, with as little reading as possible. */
export interface Found {
  agent: string;
  /** Name of the profile that the store is of; without it, it is the agent's own. */
  profile?: string;
  id: string;
  path: string;
  /** Milliseconds since the epoch. */
  mtime: number;
  bytes: number;
  /**
   * The inode, if the store has files: with time and size, it shows whether a file is unchanged.
   */
  inode?: number;
  /** What a database reports without reading the session; shown in lists. */
  summary?: Summary;
}

/** What a store tells of a session by its place alone. */
export interface Identity {
  id: string;
  /** Of a subagent's: the id of the session that it is of. */
  parent: string | null;
}

export interface Summary {
  title: string | null;
  cwd: string | null;
  model: string | null;
  /** ISO 8601. */
  createdAt: string | null;
  updatedAt: string | null;
  /** The number of its rows that may be messages, if that is quickly known. */
  messages: number | null;
  parent: string | null;
}

export interface Store {
  /**
   * Folders of the store. The vendor's environment variables can move them. `cwd`: the project in
   * question, for an agent that has no list of its projects.
   */
  roots(env: NodeJS.ProcessEnv, host?: Host, cwd?: string): string[];
  /**
   * The vendor's variables that name one of its folders, relative to where the agent is started.
   */
  variables?: readonly string[];
  /** The agent's own folder, if its store is only a part of that. */
  home?(env: NodeJS.ProcessEnv): string;
  /** All sessions in the given root, in no particular order. Unreadable folders are skipped. */
  find(root: string): Promise<Found[]>;
  /** The same in a database of this agent's, by its path: it may be a copy, which is in no store. */
  inDatabase?(path: string): Found[];
  /** Sessions are stored in the folders of projects, not below the root, which lists the projects. */
  inProjects?: true;
  /** The path of a new session below `root`. */
  pathFor(root: string, header: Header, env: NodeJS.ProcessEnv): string;
  /** Is there a session of this id in any folder, where the CLI goes by the id alone? */
  hasId?(root: string, id: string): boolean;
  /** Files whose records come before those of `path` (a fork's base), oldest first. */
  bases?(path: string, roots: string[]): Promise<Base[]>;
  /** Transcripts of the session's subagents in separate files. */
  children?(path: string): Promise<string[]>;
  /**
   * Is the session at this path a subagent's, in a store that mixes them with others? Called for
   * sessions that have a parent.
   */
  isSubagent?(path: string): boolean;
  /**
   * Can a session from elsewhere be stored here as a subagent of another? Its writer records that
   * if the header names a parent.
   */
  takesChildren?: true;
  /**
   * Derives the ids of such sessions from a UUID, if they have another form. They are all stored
   * with the session itself.
   */
  childId?(uuid: string): string;
  /**
   * Files that belong to a new session in addition to its own: written with it if they are missing.
   */
  companions?(root: string, path: string, header: Header): Companion[];
  /** Entries for a new session in indexes that the agent keeps of all its sessions. */
  entries?(root: string, path: string, header: Header): IndexEntry[];
  /**
   * The folder that a session at this path belongs to; null if neither store nor records contain
   * it.
   */
  folder?(path: string, told: Told): string | null;
  /** Which session is at this place, for stores that tell it by the folder's name and not in records. */
  identity?(path: string): Identity | null;
  /** A file that belongs to the session at this place, by the name that its records have for it. */
  beside?(path: string, name: string): Buffer | null;
  /** A line of the session at this place, for a copy elsewhere: with what is beside it put into it. */
  detached?(path: string, line: string): string;
  /**
   * Files that all sessions of a store share, and that this line of the session at `path` refers to
   * by their contents; and their places in another store of the agent, whose root is `root`.
   */
  shared?(line: string, path: string, root: string): { from: string; to: string }[];
  /** A line of a session that is copied to this folder, for stores that name the folder's project in lines. */
  relocated?(line: string, cwd: string, env: NodeJS.ProcessEnv): string;
  /** A title that is stored beside the session's file, not in it. */
  title?(path: string): string | null;
  /** A model that this installation has, for sessions from elsewhere; null if unknown. */
  model?(root: string, env: NodeJS.ProcessEnv): string | null;
  /**
   * Facts about the machine that a new session in this folder needs, for writers, which read
   * nothing themselves.
   */
  facts?(root: string, cwd: string, env: NodeJS.ProcessEnv): Json;
  /**
   * What the CLI itself records about a session that is open in it, for each process. May include
   * what a process left when it died: see agents/running.ts.
   */
  opened?(root: string, id: string): Opened[];
  /** The place of the session that a file is one of several of; null for a file that stands alone. */
  whole?(path: string): string | null;
  /**
   * For agents that store sessions as rows of a database; the path of such a session is `path#id`.
   */
  database?: Database;
}

/**
 * A process of the CLI; or, if it does not record which one, the time when it opened the session
 * (milliseconds since the epoch).
 */
export type Opened = { pid: number } | { at: number };

/**
 * Sessions in a database. Each row is a line of JSON, the session's own row first; JSON text that
 * SQLite stores goes into the line unchanged.
 */
export interface Database {
  /** Is there a database, or an older folder storage, of this agent at this path? */
  holds(path: string): boolean;
  /** @throws SegueError if there can be no new session at this path: its project is not there. */
  refuse?(path: string): void;
  /**
   * The sessions that match `id` exactly, as lines; null for none. Uses one read transaction, even
   * while the CLI runs.
   */
  read(path: string, id: string): string[] | null;
  /**
   * The session's own row and its last `most` messages: lists need no more. Without this, lists read
   * all of them.
   */
  end?(path: string, id: string, most: number): string[] | null;
  /**
   * The file that is this session, for a store of documents with one session each: it is converted to
   * a file as what its CLI wrote, whether the user gave its id or its path.
   */
  file?(path: string, id: string): string;
  /**
   * Changes a session's rows from `before` to `after` (null: no session), in one transaction.
   * @throws SegueError if the current rows are not `before`, or the schema is unknown.
   */
  replace(
    path: string,
    id: string,
    before: readonly string[] | null,
    after: readonly string[] | null,
  ): void;
  /**
   * Copies a session of this database, as its CLI stores it, to the database of another account, which
   * does not have it: for sessions that are more than their lines.
   */
  copy?(path: string, id: string, to: string): void;
  /**
   * The lines `now`, with what `Launch.prepare` changes as it is in `then`: a session that was only
   * opened has not continued.
   */
  unopened?(now: readonly string[], then: readonly string[]): readonly string[];
  /**
   * The same session under a new id, with new ids for all rows that need their own. `path`: the
   * database that it is for.
   */
  renamed(lines: readonly string[], newId: string, path?: string): string[];
  /**
   * Writes a new session with the agent's own import; `replace` then corrects what the import
   * changed.
   */
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
  /** The binary's name on PATH; null for an agent that no command starts, such as a web site. */
  command: string | null;
  /** What its process calls itself, in place of the command line that it was started with. */
  title?: string;
  /** The command that installs it. */
  install?: string;
  /** Arguments that print the version. */
  versionArgs: readonly string[];
  /**
   * Arguments that resume a session natively.
   * @throws SegueError if these would damage it
   */
  resumeArgs(session: ResumeRequest): string[];
  /** Does its CLI take no prompt with a session that it resumes? */
  resumesUnprompted?: true;
  /** With a first prompt, does it answer that without its screen, and end? */
  endsAfterPrompt?: true;
  /** Does what is needed right before the CLI starts, so that it opens this session. */
  prepare?(session: { id: string; path: string }): void;
  /** Does it open a session file in any of its store's folders? */
  opensPaths?: true;
  /** Why its CLI cannot open the session at this path; null if it can. */
  hindrance?(session: { id: string; path: string }): Hindrance | null;
  /**
   * How it starts a new session with a document; without it, the user must type the first message.
   */
  start?: Start;
  /** The flags of its CLI, for translating to and from other agents' flags. */
  flags?: Flags;
  /** How it runs without a screen, if it can continue with a session that way. */
  headless?: Headless;
  /** For agents that store titles outside their session files: asks the CLI to record the title. */
  setTitle?(request: TitleRequest): Promise<void>;
}

/** A run without a screen: it answers one prompt, and ends. */
export interface Headless {
  /** What makes a command line one: its first word (`exec`), or one of these flags (`--print`). */
  by: readonly string[];
  /** Or a prompt as an argument. */
  byPrompt?: true;
  /** Flags whose value is a prompt, or that say how prompts are read, with a screen or without. */
  prompts?: readonly string[];
  /** Flags that set the form of what it prints, which a program may read. */
  formats?: readonly string[];
  /**
   * Flags with which it stores no session, so that there is nothing to continue: `--name`, or `--name=value` if only
   * that value does it.
   */
  unstored?: readonly string[];
  /** Its flags that are not among `Launch.flags`. None of them grants anything to another agent. */
  table?: Flags["table"];
  /** What it may do in such a run whatever its flags say. */
  grants?: readonly Grant[];
  /** Arguments that continue with a session. */
  resumeArgs(session: ResumeRequest & { prompt: string }): string[];
  /**
   * For agents whose sessions do not tell that a request was refused: their own words about that in
   * what such a run printed; null if it says nothing of the kind.
   */
  refusal?(printed: Printed): string | null;
}

/** What a run printed last, and how it ended. */
export interface Printed {
  stdout: string;
  stderr: string;
  code: number;
  /** Is the last that its session holds an answer that ends a turn? */
  isAnswered: boolean;
}

export interface Hindrance {
  /** Completes the sentence "the session …". */
  why: string;
  /** What the user can do. */
  how: string;
}

export interface ResumeRequest {
  id: string;
  path: string;
  /** The first prompt to send; null for none. */
  prompt: string | null;
  /** The user's own arguments for the agent. */
  args: readonly string[];
}

/** How to start a new session whose first message is given, and refers to a file. */
export interface Start {
  /**
   * Arguments that open the interactive CLI in a new session with the prompt as its first message.
   */
  args(request: StartRequest): string[];
  /** How to include a file's text in the first message, if the CLI can do that. */
  attach?: Attach;
  /**
   * Where a file must be so that the CLI reads it without asking: below the project, or in a
   * separate folder. By default, anywhere.
   */
  place?: "project" | ((cwd: string, env: NodeJS.ProcessEnv) => OwnPlace);
}

export interface StartRequest {
  prompt: string;
  /** The file to attach with an argument, if `Attach` says so; else null. */
  file: string | null;
  /** The user's own arguments for the agent. */
  args: readonly string[];
}

export interface Attach {
  /**
   * The words in a prompt that refer to a file; null for a path that cannot be expressed. Without
   * this function, the file is passed as an argument.
   */
  mention?(path: string, platform: NodeJS.Platform): string | null;
  /** It attaches files that it would not read without asking. */
  anywhere?: true;
  /**
   * The largest text that is attached completely: total bytes, lines, and UTF-16 units per line.
   */
  most: { bytes: number; lines?: number; line?: number };
}

export interface OwnPlace {
  folder: string;
  /** Files that make the folder the agent's, written if they are missing. */
  companions: readonly Companion[];
}

export interface TitleRequest {
  /** Path of the agent's binary. */
  command: string;
  id: string;
  title: string;
  env: NodeJS.ProcessEnv;
}
