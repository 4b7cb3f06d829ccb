/**
 * Segue as a library. `openSegue` provides everything that the command line can do, as functions on
 * plain data. The other exports read sessions of any agent as one model, and convert files between
 * agents without loss.
 *
 *     const segue = await openSegue();
 *     const { sessions } = await segue.list({ most: 5 });
 *     const session = await segue.read("latest");
 *     const handover = await segue.handOver("latest", { to: "codex" });
 *
 * Times are ISO 8601 in UTC (strings) or milliseconds since the epoch (numbers).
 * Errors are `SegueError`s with `kind`, `message`, `where` and `hint`.
 */
export { agents, findAgent } from "./agents/registry.ts";
export type {
  Agent,
  Base,
  Found,
  Launch,
  ResumeRequest,
  Store,
  TitleRequest,
} from "./agents/types.ts";
export type { AgentHere } from "./core/agents.ts";
export type { Check } from "./core/check.ts";
export {
  type ConvertFileOptions,
  type Counts,
  convertFile,
  LOSSES,
  type Loss,
  type LossCode,
  type Report,
  type Severity,
} from "./core/convert.ts";
export type { DoctorOptions, Finding } from "./core/doctor.ts";
export type { HandoverOptions } from "./core/handover.ts";
export type { Info } from "./core/info.ts";
export type { Undone, Write, Written } from "./core/journal.ts";
export type { AccountLimits, LimitState, LimitsNow, Window } from "./core/limits.ts";
export type { Limit, Listed, ListOptions, SessionList } from "./core/list.ts";
export type { Hit, Match, SearchOptions, SearchResults } from "./core/search.ts";
export {
  type Document,
  type DumpRequest,
  type HandoffOptions,
  type Handover,
  type HandoverRequest,
  type OpenOptions,
  openSegue,
  type Segue,
  type SessionName,
  type SessionRef,
} from "./core/segue.ts";
export { SegueError } from "./errors.ts";
export { type Decoded, decode, encode, type Residue } from "./lossless/residue.ts";
export type { Codec, Reader, Tools, Writer, WriterOptions } from "./session/codec.ts";
export * from "./session/types.ts";
