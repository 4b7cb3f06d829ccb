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

export type Part = TextPart | ReasoningPart | ToolCallPart | ToolResultPart | ImagePart | FilePart;

export interface TextPart {
  kind: "text";
  text: string;
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
  content: (TextPart | ImagePart)[];
}

export interface ImagePart {
  kind: "image";
  mediaType: string;
  /** Base64, or null when only `url` is known. */
  data: string | null;
  url?: string;
}

export interface FilePart {
  kind: "file";
  name: string | null;
  mediaType: string;
  data: string;
}

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
 * `start`: the record that opens a session file. `compaction`: from here the model sees `summary`
 * in place of what came before (`keepFrom`: the first earlier entry it still sees; `kept`: messages
 * restated with the summary). `carry`: a piece, in base64, of what Segue keeps inside a file that
 * has no place beside it. `opaque`: a record with no meaning elsewhere.
 */
export type EventBody =
  | { event: "start"; header: Header }
  | { event: "compaction"; summary: string; keepFrom?: string; kept?: Message[]; tokens?: number }
  | { event: "model"; model: string; provider?: string }
  | { event: "mode"; mode: string; value: string }
  | { event: "title"; title: string }
  | { event: "limit"; text: string; resetsAt?: string }
  | { event: "error"; text: string }
  | { event: "interruption" }
  | { event: "rollback"; turns: number }
  | { event: "label"; target: string; label: string | null }
  | { event: "hide"; target: string }
  | { event: "carry"; part: number; parts: number; data: string }
  | { event: "opaque"; type: string };
