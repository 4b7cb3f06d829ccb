/** What sets Pi, OpenClaw, which began as an embedding of it, and its fork oh-my-pi apart. */
import type { Beside } from "../../../session/codec.ts";
import type {
  EventBody,
  Header,
  Json,
  JsonObject,
  Part,
  ToolResultPart,
  ToolUse,
} from "../../../session/types.ts";
import type { Words } from "./texts.ts";

export interface Dialect {
  id: "pi" | "openclaw" | "omp";
  /** The version that the header of a new session has. */
  version: number;
  /** The session that a path in `parentSession` names. */
  idInName(path: string): string | undefined;
  /** Ids for the entries of a new session, none of them twice, by number. */
  ids(seed: string): (n: number) => string;
  /** How its model is shown summaries. */
  words: Words;
  /** A prompt without pictures is a string, not a list of blocks. */
  plainPrompts?: true;
  /** Records that select a branch, begin anew or stand aside; and messages of any role that are left out. */
  navigates?: true;
  /** Entries that hide an earlier message, or replace its content. */
  edits?: true;
  /** What the model is told by a message in the user's place, where that is more than its content. */
  said?(message: Json | undefined, content: Part[], beside: Beside | undefined): Part[];
  /** Records of its own. */
  own?: OwnRecords;
  tools: {
    fromNative(name: string, input: Json): ToolUse | null;
    parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart;
    printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart;
    /** What its screen shows of a call that succeeded. */
    details(use: ToolUse | null): JsonObject | undefined;
  };
}

/** Records that an agent has besides Pi's, or in place of them. */
export interface OwnRecords {
  /** The title, if a record before the header has it; null for none. */
  titleBefore(record: Json): string | null | undefined;
  /** The meaning of a record; undefined if it is Pi's. */
  read(record: Json): EventBody | undefined;
  /** What follows from a record in addition to its own meaning. */
  sealed(record: Json): EventBody | undefined;
  /** What the model is told by a message whose role Pi does not have. */
  told(message: Json | undefined, beside: Beside | undefined): Part[] | undefined;
  /** Is it a message that the CLI does not send, or a reminder of its own? */
  isAside(record: Json): boolean;
  /** The summary of a compaction, with what is archived beside it. */
  summary(record: Json): string;
  /** The records before a new session's header, which is there if `isOpen`. */
  printBefore(header: Header, time: string): Json[];
  /** The same, from the title alone. */
  printTitleBefore(title: string, time: string): Json;
  /** `frame`: the keys of every entry. */
  print(entry: EventBody, frame: JsonObject, provider: string): Json[] | undefined;
  /** A prompt's further keys. */
  prompt: JsonObject;
}
