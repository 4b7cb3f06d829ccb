/** What the lab knows of each agent's CLI: one file an agent here, and a line in index.ts. */
import type { Expected } from "../assert-history.ts";
import type { Lab, LabOptions } from "../lab.ts";
import type { RunResult } from "../process.ts";

export interface Driver {
  /** Segue's id of the agent. */
  id: string;
  /** The binary's name on PATH. */
  command: string;
  /** The command line of the pinned program, without arguments; made of paths below test/native. */
  program: string[];
  /** Why the CLI is not on this machine; null when it is. Only for those that need not be. */
  absent?(): string | null;
  /** Variables that this CLI needs, besides HOME and the like. */
  env(place: Place): Record<string, string>;
  /** What all labs share, made once before the tests, with the CLI and without a network. */
  prepare?(): unknown;
  /** Writes what the CLI needs in the private HOME: settings, trust, a model that the lab's server plays. */
  configure(place: Place): void;
  /** One headless run: a first prompt, or continuing with a session. */
  run(lab: Lab, options: CliOptions): Promise<CliRun>;
  /** Where a session lies, as Segue's selector takes it: a path, or `path#id`. The newest when several do. */
  sessionPath(lab: Lab, id: string): string;
  /**
   * What of a session may never change once it is written, oldest first: the file's bytes; of a
   * database the rows that hold the conversation.
   */
  bytes(lab: Lab, id: string): Buffer;
  /** Does a headless run take an image? By default it does. */
  attachesImages?: false;
  /** Is its model's reasoning in its sessions? By default it is. */
  keepsReasoning?: false;
  /** It declares no tools to its model. */
  hasNoTools?: true;
  /** Names of the tools that it offers its model for what the recording does. */
  tools: RegExp;
  /**
   * The markers of a session of its own, as its CLI sends them again: without what the CLI itself
   * leaves out. With which model, where that matters; else the lab's usual one.
   */
  own(markers: readonly Expected[], model?: string): Expected[];
  /** The markers of a session that came from elsewhere, as its CLI must send them. */
  foreign(markers: readonly Expected[]): Expected[];
  /** The command line of its screen, given arguments. */
  tui(args: readonly string[]): string[];
  /** Arguments that show its own list of sessions on the screen. */
  listArgs: readonly string[];
  /** What its screen says of a session that it continues with, where it shows nothing of it and no list. */
  says?: string;
  /** A list without titles shows a session's id. */
  listsIds?: true;
  /** Keys that lead there from the first screen, where no argument does. */
  listKeys?: readonly string[];
  /** Gives a recorded session a title, as its own rename does; null where that is not in the session's file. */
  rename: ((lab: Lab, id: string, title: string) => void) | null;
  /** Arguments that make it speak the Agent Client Protocol, where it does. */
  acp?: readonly string[];
  /** The agents that it is paired with in pairs.test.ts; all when undefined. The others are tried in tour.test.ts. */
  partners?: readonly string[];
  /** Its screen shows nothing of earlier turns: what it shows once it is ready. */
  blank?: string;
  /** A start takes half a minute of a processor's time: in CI its CLI runs in the smoke test and in one of its own; pairs and the like are run by hand. */
  slow?: true;
  /** Sessions in test/fixtures/<id>/<variant>, as it is under HOME: a glob. */
  fixtures: string;
  /** What its CLI needs before it continues with a session that was recorded elsewhere, or by an older version. */
  ready?: (lab: Lab, path: string) => Promise<void>;
}

/** Where a lab lies, and what it talks to. */
export interface Place {
  home: string;
  /** Folders that are to be trusted; the project first. */
  folders: readonly string[];
  /** `http://127.0.0.1:PORT` of the model server. */
  url: string;
  options: LabOptions;
}

export interface CliOptions {
  prompt: string;
  /** The id of the session to continue with. */
  resume?: string;
  /** The path of a PNG to send along. */
  image?: string;
  /** A model's name, as the agent spells it. */
  model?: string;
  /** The default is the lab's project. */
  cwd?: string;
  /** Further arguments, before the prompt. */
  args?: string[];
  /** Ends the run. */
  stop?: AbortSignal;
}

/** What one headless run of a CLI came to. */
export interface CliRun extends RunResult {
  agent: string;
  /** The session that was started or resumed, where the CLI told. */
  sessionId: string | null;
  /** The last text of the assistant. */
  text: string | null;
  /** An error that the CLI told of, whatever its exit code. */
  error: string | null;
}
