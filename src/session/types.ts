/**
 * The session model: one shape for a conversation, whichever agent it came from.
 * Published as JSON Schema in schema/session.schema.json; `SESSION_SCHEMA` names its version.
 */

export const SESSION_SCHEMA = "segue/session@1";

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** A session: what is true of the whole, and its entries in the order of the source. */
export interface Session {
  schema: typeof SESSION_SCHEMA;
  header: Header;
  entries: Entry[];
  /** Those of its subagents, where they lie apart and were asked for. */
  subagents?: Session[];
}

/** What is known of a session as a whole; null where the store does not say. Times are ISO 8601 UTC. */
export interface Header {
  agent: string;
  id: string;
  title: string | null;
  cwd: string | null;
  gitBranch: string | null;
  gitCommit: string | null;
  model: string | null;
  /** Version of the agent's CLI that wrote the newest record. */
  version: string | null;
  createdAt: string | null;
  updatedAt: string | null;
  /** Id of the session this one was forked from or spawned by. */
  parent: string | null;
}

export type Entry = Message | Event;

interface EntryBase {
  /** Unique in the session: the agent's own id where it has one, else `#<record number>`. */
  id: string;
  /** The entry this one follows in the tree; null at a root and for entries outside the tree. */
  parentId: string | null;
  time: string | null;
}

/**
 * One message, or one fragment of it: agents that store each content block as a record of its
 * own give fragments that share `group`. `scaffold` marks what the harness injected: context,
 * reminders, skill lists. It is carried, never sent as somebody's words.
 */
export interface Message extends EntryBase {
  kind: "message";
  role: "user" | "assistant" | "tool" | "system";
  parts: Part[];
  group?: string;
  scaffold?: boolean;
  /**
   * In the user's role and sent, yet no request of theirs: what a `!` command printed, the text of a
   * skill, what a hook or a subagent said.
   */
  told?: boolean;
  /** Set on entries of a subagent that the store keeps among those of the main session. */
  sidechain?: string;
  model?: string;
  usage?: Usage;
  stop?: "end" | "tool" | "length" | "error" | "aborted";
}

export interface Usage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

export type Part =
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | ImagePart
  | FilePart
  | OtherPart
  | UnreadPart;

export interface TextPart {
  kind: "text";
  text: string;
  /** Sent in the user's message, and not typed by them: a file that they mentioned, a skill's text. */
  told?: true;
}

/** `seal`: a signature or ciphertext that only the vendor who minted it accepts. */
export interface ReasoningPart {
  kind: "reasoning";
  text: string;
  seal?: Json;
}

export interface ToolCallPart {
  kind: "tool-call";
  callId: string;
  /** The agent's own name and arguments for the call. A string is free-form input. */
  name: string;
  input: Json;
  /** What the call means in the shared vocabulary; null when it has no equivalent there. */
  use: ToolUse | null;
}

export interface ToolResultPart {
  kind: "tool-result";
  callId: string;
  isError: boolean;
  exitCode?: number;
  content: ResultPart[];
}

/** What a tool's result can hold. */
export type ResultPart = TextPart | ImagePart | FilePart | OtherPart | UnreadPart;

export interface ImagePart {
  kind: "image";
  mediaType: string;
  /** Base64, or null when only `url` is known. */
  data: string | null;
  url?: string;
}

/** A document, such as a PDF. */
export interface FilePart {
  kind: "file";
  name: string | null;
  mediaType: string;
  /** Base64; null when only `text` or `url`, or nothing but the name, is known. */
  data: string | null;
  /** The content of a text document, where the agent keeps it as text. */
  text?: string;
  url?: string;
}

/**
 * Content that the model was given and the session model has no part for, such as a search result
 * or a block of a kind that is newer than Segue. `otherPart` makes one.
 */
export interface OtherPart {
  kind: "other";
  /** The agent's own name for the kind of block. */
  type: string;
  /** What a model can read of it: its texts, else its JSON, within a bound. */
  text: string;
  /** This version of Segue does not know the kind. */
  unknown?: true;
  /** Not all of it is in `text`. */
  cut?: true;
}

/** A block that is not passed on, and why. Each is counted in the loss report. */
export interface UnreadPart {
  kind: "unread";
  /** The agent's own name for the kind of block or record. */
  type: string;
  reason: UnreadReason;
}

/**
 * `sealed`: only its vendor can read it; `sealed-summary`: the same of a summary of what came before.
 * `unsent`: the source's own CLI does not send it. `missing`:
 * it is stored elsewhere and not there; `missing-base`: the same of a session that this one continues. `repeated`: the same record stands in the file already.
 */
export type UnreadReason =
  | "sealed"
  | "sealed-summary"
  | "unsent"
  | "missing"
  | "missing-base"
  | "repeated";

/** The shared tool vocabulary; each agent's tools.ts maps it both ways. */
export type ToolUse =
  | { tool: "execute"; command: string; cwd?: string; timeoutMs?: number }
  | { tool: "read"; path: string; offset?: number; limit?: number }
  | { tool: "write"; path: string; content: string }
  | { tool: "edit"; path: string; edits: TextEdit[] }
  | { tool: "patch"; patch: string }
  | { tool: "search"; pattern: string; path?: string; glob?: string }
  | { tool: "glob"; pattern: string; path?: string }
  | { tool: "list"; path: string }
  | { tool: "fetch"; url: string; prompt?: string }
  | { tool: "web-search"; query: string }
  | { tool: "todo"; items: TodoItem[] }
  | { tool: "subagent"; prompt: string; description?: string; type?: string }
  | { tool: "mcp"; server: string; name: string; input: Json }
  | { tool: "ask"; questions: Json }
  | { tool: "view-image"; path: string }
  | { tool: "notebook-edit"; path: string; input: Json };

export interface TextEdit {
  old: string;
  new: string;
  /** Replace every occurrence, not the only one. */
  all?: boolean;
}

export interface TodoItem {
  text: string;
  status: "pending" | "in_progress" | "completed";
}

export type Event = EntryBase & { kind: "event" } & EventBody;

/**
 * `start`: the record that opens a session file. `session`: from here on the records are of session
 * `now`, and those before are of `before`. `compaction`: from here the model sees `summary`
 * in place of what came before (`keepFrom`: the first earlier entry it still sees; `kept`: messages
 * restated with the summary). `carry`: a piece, in base64, of what Segue keeps inside a file that
 * has no place beside it. `hide`: the model does not see an earlier message, or sees `instead` in its
 * place. `unread`: a record whose content is not passed on, and why. `opaque`: a
 * record with no meaning elsewhere; one of a kind that the agent's `known` shape does not name is
 * reported as such.
 */
export type EventBody =
  | { event: "start"; header: Header }
  | { event: "session"; before: string; now: string }
  | { event: "compaction"; summary: string; keepFrom?: string; kept?: Message[]; tokens?: number }
  | { event: "model"; model: string; provider?: string }
  | { event: "mode"; mode: string; value: string }
  | { event: "title"; title: string }
  | { event: "limit"; text: string; resetsAt?: string }
  | { event: "error"; text: string }
  | { event: "interruption" }
  | { event: "rollback"; turns: number }
  | { event: "label"; target: string; label: string | null }
  | { event: "hide"; target: string; instead?: Part[] }
  | { event: "carry"; part: number; parts: number; data: string }
  | { event: "unread"; type: string; reason: UnreadReason }
  | { event: "opaque"; type: string };
