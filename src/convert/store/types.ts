/** What a session is handed over with, and what comes of it. */
import type { Agent } from "../../agents/types.ts";
import type { Progress } from "../../io/input.ts";
import type { Journal } from "../../io/journal.ts";
import type { Env } from "../../io/state.ts";
import type { ReasoningFate } from "../project/project.ts";
import type { Report } from "../report/report.ts";
import type { Fit } from "../survey/fit.ts";

export interface TransferOptions {
  env: Env;
  /** A folder for temporary files. */
  scratch: string;
  fullHistory: boolean;
  /** What a new session is made to fit; see fit.ts. */
  fit?: Fit | null;
  /** What becomes of reasoning that the target has no place for. */
  reasoning?: ReasoningFate;
  /** Write a new session in any case. */
  fork: boolean;
  /** Write what could not be verified. */
  force?: boolean;
  /** Nothing will be committed: keep everything in `scratch`. */
  dryRun: boolean;
  /** Is told what is worth knowing but stops nothing. */
  warn(text: string): void;
  /** Is told how far each pass over the source has come. */
  progress?: Progress;
  cwd?: string;
  /** Of a subagent's session: what it comes along with. */
  along?: Along;
}

/** The session that subagents' sessions hang on, in the target's store. */
export interface Along {
  parent: string;
  path: string;
  /** That of the session's own write, so that all of it is taken back as one. */
  journal: Journal;
}

/** What is ready to be done. Nothing in a store has changed until `commit`. */
export interface Outcome {
  id: string;
  path: string;
  cwd: string | null;
  /** The title of a session that is newly written; null for none, and for one that was there. */
  title: string | null;
  report: Report;
  /** What will happen, for a person. */
  note: string;
  commit(): void;
  /** It shall not happen after all. */
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
  /** Path of the agent's binary; null where it is not installed. */
  command: string | null;
}
