/**
 * Segue as a library: read sessions of any agent as one model, and convert files between agents
 * without loss. The command line is made of the same parts.
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
export { type ConvertFileOptions, convertFile } from "./convert/file.ts";
export type { Counts } from "./convert/project/project.ts";
export type { Loss, LossCode, Severity } from "./convert/report/losses.ts";
export { LOSSES } from "./convert/report/losses.ts";
export type { Report } from "./convert/report/report.ts";
export { SegueError } from "./errors.ts";
export { type Decoded, decode, encode, type Residue } from "./lossless/residue.ts";
export type { Reader, Tools, Writer, WriterOptions } from "./session/codec.ts";
export * from "./session/types.ts";
