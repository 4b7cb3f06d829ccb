/** What sets Pi and OpenClaw, which began as an embedding of it, apart. */
import type { Json, ToolResultPart, ToolUse } from "../../../session/types.ts";

export interface Dialect {
  id: "pi" | "openclaw";
  /** The version that the header of a new session has. */
  version: number;
  /** The session that a path in `parentSession` names. */
  idInName(path: string): string | undefined;
  /** Ids for the entries of a new session, none of them twice, by number. */
  ids(seed: string): (n: number) => string;
  /** A prompt without pictures is a string, not a list of blocks. */
  plainPrompts?: true;
  /** Records that select a branch, begin anew or stand aside; and messages of any role that are left out. */
  navigates?: true;
  /** Entries that hide an earlier message, or replace its content. */
  edits?: true;
  tools: {
    fromNative(name: string, input: Json): ToolUse | null;
    parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart;
    printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart;
  };
}
