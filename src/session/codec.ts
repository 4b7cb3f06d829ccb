/**
 * What an agent's folder knows about its records, without touching the machine: bytes or rows to
 * entries, and back. All of it is pure.
 */
import type { Allowance, Entry, Header, Json, ToolCallPart, ToolUse, Usage } from "./types.ts";

/** How an agent's sessions are read and written. */
export interface Codec {
  /** Does a record look like one of this agent's? Used to detect a file's format; see `detect`. */
  recognises(record: Json): boolean;
  /**
   * The record kinds and keys that this folder knows. Others are kept as well, and `check` lists
   * them.
   */
  known?: Shape;
  /**
   * The number of tokens that the model last received, for agents that store it in a separate
   * record.
   */
  contextTokens?(record: Json): number | undefined;
  /** How much of the account's allowances was used, for agents that record it. */
  allowances?(record: Json): readonly Allowance[] | undefined;
  /** The tokens of a request, for agents that store them in a separate record. */
  spent?(record: Json): Spent | undefined;
  /**
   * Does its CLI send reasoning of other vendors again? If so, such reasoning stays reasoning;
   * otherwise it is sent as text, so that the model sees it.
   */
  takesReasoning?: boolean;
  /**
   * When one of its own sessions is written again as a new one, does its CLI send sealed reasoning
   * unchanged? It does if a record needs only the seal for that; otherwise such reasoning is sent
   * as text.
   */
  keepsSeals?: boolean;
  /** What its CLI puts around content; see `Frames`. */
  frames?: Frames;
  /** Some of its records repeat what others contain, such as Gemini CLI's checkpoints. */
  restates?: boolean;
  /** Images and documents that its CLI sends again after a resume; see `Media`. */
  media?: Media;
  /** Counts what its CLI leaves out of its requests by limits of its own; see `Cuts`. */
  cuts?(): Cuts;
  /**
   * A record that its CLI puts before all others when it first opens a session from elsewhere. Like
   * an embedded carry, it is not one of those that were handed over.
   */
  preface?(record: Json): boolean;
  /** On a rewind, its CLI truncates the session file: it cannot represent an abandoned branch. */
  cutsOff?: boolean;
  /**
   * Its CLI does not send a text with half of a surrogate pair, or does not even open the session, or its
   * store cannot hold one: each is replaced, and counted.
   */
  wellFormedOnly?: true;
  /** Characters that become line breaks when a text is written to its store, or read by its CLI: each is counted. */
  lineEnds?: LineEnds;
  /** The id of a new session, derived from a UUID, for agents whose ids have another form. */
  sessionId?(uuid: string, createdAt: string | null): string;
  /**
   * Its CLI declares no tools to its model: calls and results are sent as text in their place, and the
   * loss report counts them.
   */
  takesTools?: false;
  /** Session files of this agent that are one JSON document instead of lines. */
  documents?: readonly DocumentForm[];
  /** Session files of this agent that are text without any JSON. */
  text?: TextForm;
  /** `beside`: for content that is in files of its own, which records only name. */
  reader(beside?: Beside): Reader;
  writer(options: WriterOptions): Writer;
  tools: Tools;
}

/** What a request took. */
export interface Spent {
  /** The same for all records of a session that are about the same request. */
  key: string;
  /**
   * The same for copies of these records in other sessions, such as forks, as well. By default, time,
   * model and tokens together are.
   */
  name?: string | undefined;
  usage: Usage;
  /** Of the cache writes, those that last an hour. */
  longWrite?: number;
  /** What it is priced as, if that is not the model's name alone. */
  model?: string | undefined;
  /** How many tokens the agent sends at most, if it records that. */
  window?: number;
}

/** The file that a session's record names; null where there is none. */
export type Beside = (name: string) => Buffer | null;

/** Decodes the records of one session file, in order. It keeps state: create one per pass. */
export interface Reader {
  /**
   * The entries of record number `at` (0-based). Never throws. Every string and blob that a model
   * could be sent is in a part: a block of an unknown kind is an `other` part, content that is not
   * passed on is `unread`, with a reason, and an unknown record is `opaque`. See account.ts.
   */
  read(record: Json, at: number): Entry[];
  /** The header, according to the records read so far. `id` is "" until a record contains it. */
  header(): Header;
  /**
   * For records that name more folders than the header's: the store decides which one is the
   * session's.
   */
  folders?(): Partial<Told>;
}

/** The folders that a session's records name. */
export interface Told {
  /** The header's. */
  cwd: string | null;
  /** All folders in which something was done, the newest first. */
  cwds: readonly string[];
  /** The worktree that the session was moved into; it may no longer exist. */
  worktree: string | null;
}

export interface WriterOptions {
  /** The seed of all ids that the writer creates: the same input always gives the same bytes. */
  seed: string;
  /** The version of the target's CLI, if known; codecs with several formats choose by it. */
  cliVersion: string | null;
  /**
   * A model that the target's installation has (see `Store.model`), for agents that require one.
   */
  model?: string | null;
  /** Facts about the machine from the target's store (see `Store.facts`). */
  facts?: Json;
  /** For agents whose stores and exchange files have different forms: which of them to write. */
  form?: "store" | "file";
}

/**
 * A session file that is one JSON document. Segue works on lines: it splits the document into
 * records, one per line after a first line that describes the formatting, and joins them again.
 */
export interface DocumentForm {
  /** The name in the first line, e.g. "gemini-json"; unique among all agents. */
  name: string;
  /** The records of a document, in order; null if it does not have this form. */
  records(document: Json): Json[] | null;
  /** The document of these records: `document(records(d))` equals `d`, including key order. */
  document(records: readonly Json[]): Json;
}

/** A session file that is text, such as Markdown. Its records contain all of its bytes. */
export interface TextForm {
  /** See `DocumentForm`. */
  name: string;
  /** Could a file of this form begin with this? */
  opens(head: string): boolean;
  /** The records of these bytes, in order; null if they do not have this form. */
  split(bytes: Buffer): Json[] | null;
  /** The inverse: `join(split(b))` equals `b`, and so does `split(join(r))` what a writer made. */
  join(records: readonly Json[]): Buffer;
}

/**
 * What an agent's CLI sends to its model natively when it resumes a session, by media type.
 * Anything not listed here is sent as text that mentions it, and the loss report says so.
 */
export interface Media {
  /** Without it, the four types that every vendor's API accepts. */
  images?: readonly string[];
  /** Images of which only an address is known; by default they are sent as images. */
  imageUrls?: false;
  /**
   * Images in a tool's result; by default they are sent as images. `alone`: only where the result
   * holds nothing else.
   */
  resultImages?: false | "alone";
  /** Images in an answer are sent as images; by default they are not, since most APIs refuse them there. */
  answerImages?: true;
  /** The maximum size of one image that its API accepts, in bytes. */
  imageBytes?: number;
  /** The minimum number of pixels of one image that its CLI sends. */
  imagePixels?: number;
  /**
   * The maximum size of base64 in one request to its API, in bytes, for all images and documents
   * together.
   */
  requestBytes?: number;
  /** Documents in a user's message. */
  documents?: readonly string[];
  /** Documents in a tool's result. */
  resultDocuments?: readonly string[];
}

/**
 * What a CLI leaves out of its requests although the session holds it, counted record by record. Only
 * limits that were found in its program, or seen in a request, are counted; the README says which.
 */
export interface Cuts {
  /** The tools' results in the next record that it sends in part. */
  results(record: Json): number;
  /** The other texts in it that it sends in part. */
  texts?(record: Json): number;
  /** Of a history that it shortens at its beginning: how many exchanges it leaves out, as it is now. */
  dropped?(): number;
  /** How many results it replaces by a mention, as the same was read again later. */
  replaced?(): number;
}

/**
 * What is known about a JSON value: `true` for any value that is not content (an id, a setting, a
 * copy for the screen), `"content"` for what a model is sent, the known keys of an object, the
 * items of an array, or one of several shapes, distinguished by a name that the value contains.
 */
export type Shape =
  | true
  | "content"
  | { keys: Readonly<Record<string, Shape>> }
  | { each: Shape }
  | {
      name(value: Json): string;
      of: Readonly<Record<string, Shape>>;
      /** What counts as content in a value of an unknown kind; without it, everything. */
      unknown?(value: Json): Shape;
    };

/** Global patterns, for texts in the user's role and for answers. */
export interface LineEnds {
  user: RegExp;
  assistant: RegExp;
}

/**
 * What an agent's CLI puts around content in its records, and readers leave out: without these, the
 * accounting would report such words as content that is in no part (see convert/read/account.ts).
 */
export interface Frames {
  /** Texts in a frame, and what of them is content: a replacement as `String.replace` takes it. */
  around?: readonly (readonly [frame: RegExp, inside: string])[];
  /**
   * A line in which a tool reports how a command ended, or that it printed nothing: a part has the
   * exit code, or nothing.
   */
  ends?: RegExp;
  /** What is shown in place of reasoning that a vendor hides: a part has the seal. */
  hidden?: string;
  /** The pieces of a text that has several parts in it, each of which is accounted for; null for any other. */
  pieces?(text: string): Json[] | null;
}

/**
 * Encodes entries as the agent's records. A closed-loop predictor: `predict` returns what the agent
 * would write next, given everything committed so far; the caller then commits what the file really
 * contains (the prediction itself, or the record restored from it). `predict` has no side effects.
 */
export interface Writer {
  /**
   * For agents whose files have no opening record: the header of `start`, before its prediction.
   */
  begin?(header: Header): void;
  /**
   * Another writer wrote the file so far, from its beginning. For facts that only the whole file
   * shows, as with agents whose rewind names what comes after the mark.
   */
  replaces?(before: Writer): void;
  /**
   * Everything that is predicted next: a result is predicted using its call, even within the same
   * group. `there`: for lines that already exist; otherwise the predictions are what is written.
   */
  expect?(entries: readonly Entry[], there: boolean): void;
  predict(entry: Entry): Json[];
  commit(record: Json): void;
  /**
   * What `record`, an older one or a prediction, would be as the very next one, with its running
   * numbers.
   */
  next?(record: Json): Json;
  /**
   * While this value stays the same, an entry has the same predictions, except for what `next`
   * corrects. Without this function, anything committed may change the predictions.
   */
  stamp?(entry: Entry): number;
  /** Records that close a session file written from scratch, e.g. the end of the last turn. */
  end(): Json[];
  /**
   * The shape of a record: a short stable string such as "assistant/tool_use". Records of the same
   * kind have the same keys and are predicted from each other.
   */
  kind(record: Json): string;
  /**
   * The tool call id that a record is about, which distinguishes parallel records of the same kind;
   * else "".
   */
  key(record: Json): string;
  /** Where the next entry would attach: a mark for `rewind`. */
  mark(): string;
  /**
   * Records that rewind the conversation to a mark, `turns` turns of the user ago, if the agent
   * writes any; `predict` continues from there. Commit them like any others.
   */
  rewind(mark: string, turns: number): Json[];
}

/** Maps the agent's tools to the shared vocabulary. */
export interface Tools {
  /**
   * null: no native tool expresses this use. `exact` is false if the call has the same meaning in
   * another form.
   */
  toNative(use: ToolUse): { name: string; input: Json; exact: boolean } | null;
  /**
   * Does the agent's model API accept this call unchanged: its name, and its free-form or JSON
   * input?
   */
  accepts(call: ToolCallPart): boolean;
}
