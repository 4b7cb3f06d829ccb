/**
 * What an agent folder knows of its records, without touching the machine: bytes or rows in, entries
 * out, and back. All of it is pure.
 */
import type { Entry, Header, Json, ToolCallPart, ToolUse } from "./types.ts";

/** How an agent's sessions are read and written. */
export interface Codec {
  /** Does a record look like one of this agent's? Used to detect a file's format; see `detect`. */
  recognises(record: Json): boolean;
  /** The record kinds and keys this folder knows. Others are kept all the same, and `check` lists them. */
  known?: Shape;
  /** Tokens that the model was last given, for agents that tell it in a record of its own. */
  contextTokens?(record: Json): number | undefined;
  /**
   * Does its CLI send reasoning again that is not of its own vendor? Where it does, such reasoning
   * stays reasoning; elsewhere it goes as text, so that the model sees it.
   */
  takesReasoning?: boolean;
  /**
   * Of a session of its own that is written anew, does its CLI send sealed reasoning as it was? It
   * does where a record needs no more for that than the seal; elsewhere such reasoning goes as text.
   */
  keepsSeals?: boolean;
  /** Some of its records say again what others said, as those of Gemini CLI's checkpoints. */
  restates?: boolean;
  /** Images and documents that its CLI sends again after a resume; see `Media`. */
  media?: Media;
  /** Going back, its CLI cuts the session file off: it has no form for a branch that was left. */
  cutsOff?: boolean;
  /** The id of a new session, made of a UUID, for agents whose ids are of another form. */
  sessionId?(uuid: string, createdAt: string | null): string;
  /** Session files of this agent that are one JSON document instead of lines. */
  documents?: readonly DocumentForm[];
  /** `beside`: for content that lies in files of its own, which records only name. */
  reader(beside?: Beside): Reader;
  writer(options: WriterOptions): Writer;
  tools: Tools;
}

/** The file that a session's record names; null where there is none. */
export type Beside = (name: string) => Buffer | null;

/** Decodes the records of one session file, fed in order. It keeps state; make one per pass. */
export interface Reader {
  /**
   * The entries of record number `at` (0-based). Never throws. Every string and blob that a model
   * could be sent is in a part: a block of a kind that is not known is an `other` part, what is not
   * passed on is `unread`, with a reason; a record that is not known is `opaque`. See account.ts.
   */
  read(record: Json, at: number): Entry[];
  /** What the records read so far say of the session. `id` is "" until a record names it. */
  header(): Header;
  /** Where records name more folders than the header's: the store tells which is the session's. */
  folders?(): Partial<Told>;
}

/** The folders that a session's records name. */
export interface Told {
  /** The header's. */
  cwd: string | null;
  /** All in which something was done, the newest first. */
  cwds: readonly string[];
  /** The worktree that the session was moved into; it may be gone. */
  worktree: string | null;
}

export interface WriterOptions {
  /** Seed of all ids the writer mints: the same input always gives the same bytes. */
  seed: string;
  /** Version of the target's CLI, where known; codecs with several formats choose by it. */
  cliVersion: string | null;
  /** A model that the target's installation has (see `Store.model`), for agents that insist on one. */
  model?: string | null;
  /** What the target's store told of the machine (see `Store.facts`). */
  facts?: Json;
  /** Agents that keep sessions otherwise than they exchange them write the one or the other form. */
  form?: "store" | "file";
}

/**
 * A session file that is one JSON document. Segue works on lines: the document is taken apart into
 * records, one a line after a first line that says how it was spelled, and put together again.
 */
export interface DocumentForm {
  /** Stands in the first line, e.g. "gemini-json"; unique over all agents. */
  name: string;
  /** The records of a document, in order; null when it is not of this form. */
  records(document: Json): Json[] | null;
  /** The document of these records: `document(records(d))` equals `d`, key order included. */
  document(records: readonly Json[]): Json;
}

/**
 * What an agent's CLI sends its model natively, by media type, of a session that it resumes. What is
 * not named here is sent as a text that mentions it, and the loss report says so.
 */
export interface Media {
  /** Without it, the four types that every vendor's API takes. */
  images?: readonly string[];
  /** Images of which only an address is known; by default they are sent as such. */
  imageUrls?: false;
  /** Images in a tool's result; by default they are sent as such. */
  resultImages?: false;
  /** The most bytes of one image that its API takes. */
  imageBytes?: number;
  /** The most bytes of base64 that one request to its API takes, all images and documents together. */
  requestBytes?: number;
  /** Documents in a user's message. */
  documents?: readonly string[];
  /** Documents in a tool's result. */
  resultDocuments?: readonly string[];
}

/**
 * What is known of a JSON value: `true` for whatever it be that is not content (an id, a setting, a
 * copy for the screen), `"content"` for what a model is sent, the known keys of an object, the items
 * of an array, or one of several shapes, told apart by a name that the value gives.
 */
export type Shape =
  | true
  | "content"
  | { keys: Readonly<Record<string, Shape>> }
  | { each: Shape }
  | {
      name(value: Json): string;
      of: Readonly<Record<string, Shape>>;
      /** What is content in one of a kind that is not known; all of it where this is not given. */
      unknown?(value: Json): Shape;
    };

/**
 * Encodes entries as the agent's records. A closed-loop predictor: `predict` says what the agent
 * would write next given all that was committed; the caller then commits what really stands in
 * the file (the prediction itself, or the record restored from it). `predict` has no side effects.
 */
export interface Writer {
  /** For agents whose files have no opening record: what `start` said, before its prediction. */
  begin?(header: Header): void;
  /**
   * Another writer had the file so far, from its beginning. For what only the whole file tells, as
   * with agents that go back by naming what comes after the mark.
   */
  replaces?(before: Writer): void;
  /**
   * All that is predicted next: a result is predicted in the light of its call, though it be in the
   * same group. `there`: for lines that exist already; else the predictions are what is written.
   */
  expect?(entries: readonly Entry[], there: boolean): void;
  predict(entry: Entry): Json[];
  commit(record: Json): void;
  /** What `record`, an older one or a prediction, would be as the very next: its running numbers. */
  next?(record: Json): Json;
  /**
   * As long as this stays the same, an entry is predicted alike, but for what `next` puts right.
   * Without it, whatever is committed may change what is predicted.
   */
  stamp?(entry: Entry): number;
  /** Records that close a session file written from scratch, e.g. the end of the last turn. */
  end(): Json[];
  /**
   * The shape of a record: a short stable string such as "assistant/tool_use". Records of one kind
   * have the same keys and are predicted from each other.
   */
  kind(record: Json): string;
  /** The tool call id a record is about, to tell parallel records of one kind apart; else "". */
  key(record: Json): string;
  /** Where the next entry would attach: a mark that `rewind` takes. */
  mark(): string;
  /**
   * Records that take the conversation back to a mark, which is `turns` of the user ago, if the
   * agent writes any; `predict` continues from there. Commit them as any other.
   */
  rewind(mark: string, turns: number): Json[];
}

/** The agent's tools against the shared vocabulary. */
export interface Tools {
  /** null: no native tool expresses this use. `exact` false: the meaning is kept, the form is not. */
  toNative(use: ToolUse): { name: string; input: Json; exact: boolean } | null;
  /** Is this name (with free-form or JSON input) acceptable to the agent's model API as it stands? */
  accepts(call: ToolCallPart): boolean;
}
