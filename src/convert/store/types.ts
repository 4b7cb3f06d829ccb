/** The input and the result of a handover. */
import type { Agent } from "../../agents/types.ts";
import type { Progress } from "../../io/input.ts";
import type { Journal, Side } from "../../io/journal.ts";
import type { Env } from "../../io/state.ts";
import type { ReasoningFate } from "../project/project.ts";
import type { Report } from "../report/report.ts";
import type { Fit } from "../survey/fit.ts";

export interface TransferOptions {
  env: Env;
  /** A folder for temporary files. */
  scratch: string;
  fullHistory: boolean;
  /** The size that a new session must fit; see fit.ts. */
  fit?: Fit | null;
  /** What happens to reasoning that the target cannot take as such. */
  reasoning?: ReasoningFate;
  /** Write a new session in any case. */
  fork: boolean;
  /** Write even if verification fails. */
  force?: boolean;
  /** Nothing will be committed: keep everything in `scratch`. */
  dryRun: boolean;
  /** Called with warnings. */
  warn(text: string): void;
  /** Called with the progress of each pass over the source. */
  progress?: Progress;
  cwd?: string;
  /** A copy that Segue wrote, to which what is new may be added; see extend.ts. */
  extend?: Side | undefined;
  /** For a subagent's session: the handover that it belongs to. */
  along?: Along;
}

/** The session in the target's store that the subagents' sessions belong to. */
export interface Along {
  parent: string;
  path: string;
  /** The number of the session's own write, so that everything is undone together. */
  journal: Journal;
}

/** A prepared handover. Nothing in a store changes until `commit`. */
export interface Outcome {
  id: string;
  path: string;
  cwd: string | null;
  /** The title of a newly written session; null for none, and for an existing one. */
  title: string | null;
  report: Report;
  /** What will happen, in words. */
  note: string;
  commit(): void;
  /** Cancels the handover. */
  discard(): void;
}

export interface Source {
  agent: Agent;
  path: string;
  id: string;
}

export interface Target {
  agent: Agent;
  root: string;
  version: string | null;
  /** Path of the agent's binary; null if it is not installed. */
  command: string | null;
  /** For a session of another account: where this one has sessions, by their ids. */
  known?: ReadonlyMap<string, string>;
  /** And what it continues, with its places here. */
  bases?: readonly { from: string; to: string }[];
}
