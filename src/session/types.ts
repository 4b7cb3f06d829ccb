/**
 * The session model: one shape for conversations of all agents.
 * Published as JSON Schema in schema/session.schema.json; `SESSION_SCHEMA` names its version.
 */

export const SESSION_SCHEMA = "segue/session@1";

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** A session: its header, and its entries in the order of the source. */
export interface Session {
  schema: typeof SESSION_SCHEMA;
  header: Header;
  entries: Entry[];
  /** The sessions of its subagents, if they are stored separately and were requested. */
  subagents?: Session[];
}

/** The properties of a session; null if unknown. Times are ISO 8601 UTC. */
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
  /** Id of the session that this one was forked from or spawned by. */
  parent: string | null;
}

export type Entry = Message | Event;

interface EntryBase {
  /** Unique in the session: the agent's own id if it has one, else `#<record number>`. */
  id: string;
  /**
   * The entry that this one follows in the tree; null at a root and for entries outside the tree.
   */
  parentId: string | null;
  time: string | null;
}

/**
 * One message, or a fragment of one: for agents that store each content block as a separate record,
 * the fragments share `group`. `scaffold` marks context that the harness injected: environment,
 * reminders, skill lists. It is kept in the carry, and never sent as a message.
 */
export interface Message extends EntryBase {
  kind: "message";
  role: "user" | "assistant" | "tool" | "system";
  parts: Part[];
  group?: string;
  scaffold?: boolean;
  /**
   * In the user's role and sent, but not the user's request: the output of a `!` command, the text
   * of a skill, what a hook or a subagent said.
   */
  told?: boolean;
  /** Set on entries of a subagent that are stored among those of the main session. */
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
  /** Sent in the user's message, but not typed by the user: a mentioned file, a skill's text. */
  told?: true;
}

/** `seal`: a signature or encrypted content that only its vendor accepts. */
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
  /** What the call means in the shared vocabulary; null if it has no equivalent there. */
  use: ToolUse | null;
}

export interface ToolResultPart {
  kind: "tool-result";
  callId: string;
  isError: boolean;
  exitCode?: number;
  content: ResultPart[];
}

/** What a tool's result can contain. */
export type ResultPart = TextPart | ImagePart | FilePart | OtherPart | UnreadPart;

export interface ImagePart {
  kind: "image";
  mediaType: string;
  /** Base64, or null if only `url` is known. */
  data: string | null;
  url?: string;
}

/** A document, such as a PDF. */
export interface FilePart {
  kind: "file";
  name: string | null;
  mediaType: string;
  /** Base64; null if only `text`, `url` or the name is known. */
  data: string | null;
  /** The content of a text document, if the agent stores it as text. */
  text?: string;
  url?: string;
}

/**
 * Content that the model received but that the session model has no part for, such as a search
 * result, or a block of a kind that is newer than Segue. `otherPart` creates one.
 */
export interface OtherPart {
  kind: "other";
  /** The agent's own name for the kind of block. */
  type: string;
  /** What a model can read of it: its texts, else its JSON, up to a maximum length. */
  text: string;
  /** This version of Segue does not know the kind. */
  unknown?: true;
  /** `text` does not contain all of it. */
  cut?: true;
}

/** A block that is not passed on, and why. The loss report counts each. */
export interface UnreadPart {
  kind: "unread";
  /** The agent's own name for the kind of block or record. */
  type: string;
  reason: UnreadReason;
}

/**
 * `sealed`: only its vendor can read it; `sealed-summary`: the same for a summary of the earlier
 * conversation. `unsent`: the source's own CLI does not send it. `missing`: it is stored elsewhere
 * and was not found; `missing-base`: the same for a session that this one continues. `repeated`:
 * the same record is already in the file. `queued`: a prompt that waits to be sent.
 */
export type UnreadReason =
  | "sealed"
  | "sealed-summary"
  | "unsent"
  | "missing"
  | "missing-base"
  | "repeated"
  | "queued";

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
  /** Replace every occurrence, not just one. */
  all?: boolean;
}

export interface TodoItem {
  text: string;
  status: "pending" | "in_progress" | "completed";
}

export type Event = EntryBase & { kind: "event" } & EventBody;

/** What a limit applies to. `model`: to one model of the vendor's. `credits`: to what was paid for. */
export type LimitScope = "session" | "daily" | "weekly" | "monthly" | "model" | "credits";

/**
 * Why a request was refused, in one form for all agents; only by what the CLI itself recorded, never by
 * words of a user or a model. `quota`: an allowance is used up. `rate`: too many requests at once.
 * `overload`: the vendor is. `context`: the request is too long. `auth`: no valid login.
 */
export interface Fault {
  kind: "quota" | "rate" | "overload" | "context" | "auth";
  scope?: LimitScope;
  /** The HTTP status, if it is recorded. */
  status?: number;
  /** May the same request succeed later, with nothing changed? */
  retryable: boolean;
  /** From a field of the record, or by the words that the CLI wrote there. */
  source: "record" | "text";
}

/** How much of an allowance was used when a record was written. */
export interface Allowance {
  scope: LimitScope;
  /** 0 to 100, and above where the vendor counts on. */
  usedPercent: number;
  /** ISO 8601; null if it is not recorded. */
  resetsAt: string | null;
}

/**
 * `start`: the record that opens a session file. `session`: from here on, the records belong to
 * session `now`; those before belong to `before`. `compaction`: from here on, the model sees
 * `summary` in place of the earlier messages (`keepFrom`: the first earlier entry that it still
 * sees; `kept`: messages repeated with the summary). `carry`: a piece, in base64, of the carry
 * embedded in a file. `hide`: the model does not see an earlier message, or sees `instead` in its
 * place. `unread`: a record whose content is not passed on, and why. `opaque`: a record without a
 * meaning for other agents; one whose kind is not in the agent's `known` shape is reported as such.
 * If it names an `anchor`, the live branch is the newest one through that entry, if the file has it; null:
 * nothing before it is live.
 */
export type EventBody =
  | { event: "start"; header: Header }
  | { event: "session"; before: string; now: string }
  | { event: "compaction"; summary: string; keepFrom?: string; kept?: Message[]; tokens?: number }
  | { event: "model"; model: string; provider?: string }
  | { event: "mode"; mode: string; value: string }
  | { event: "title"; title: string }
  | { event: "limit"; text: string; resetsAt?: string; fault?: Fault }
  | { event: "error"; text: string; fault?: Fault }
  | { event: "interruption" }
  | { event: "rollback"; turns: number }
  | { event: "label"; target: string; label: string | null }
  | { event: "hide"; target: string; instead?: Part[] }
  | { event: "carry"; part: number; parts: number; data: string }
  | { event: "unread"; type: string; reason: UnreadReason }
  | { event: "opaque"; type: string; anchor?: string | null };
