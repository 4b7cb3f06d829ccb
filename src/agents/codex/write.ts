/** Writes entries as the lines of a rollout file. Facts and sources: README.md in this folder. */

import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, member, number, object, string } from "../../session/json.ts";
import { textOfPart } from "../../session/other.ts";
import { reasoningAsText, textPart } from "../../session/text.ts";
import type {
  Entry,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid7 } from "../shared/ids.ts";
import { inputText, printOutput, printUserContent, readArguments } from "./content.ts";
import { atLeast, CARRY_TYPE, keyOf, kindOf, type Line, lineOf } from "./records.ts";
import { type Wrapper, wrap } from "./results.ts";
import { hasOwnContent, isAborted, isHookText, isTold } from "./scaffold.ts";
import { fromNative, joinName, splitName } from "./tools.ts";
import {
  agentEvent,
  compactionEvent,
  NEW_ID,
  plainText,
  reasoningEvent,
  resultEvent,
  type Scene,
  type UiEvent,
  userEvent,
  webSearchEvent,
} from "./ui.ts";

export function writer(options: WriterOptions): Writer {
  return new CodexWriter(options);
}

/** Written if the session's version is unknown: the version from which the form was learned. */
const VERSION = "0.169.0";
const EPOCH = "1970-01-01T00:00:00.000Z";

/** What the committed lines show about the file. */
interface State {
  /** Number of committed lines: the source of new ids. */
  n: number;
  threadId: string;
  cwd: string;
  version: string;
  /** UI events are `item_completed`, and lines are numbered. */
  paginated: boolean;
  ordinal: number;
  /** Lines have no envelope (≤ 0.31): there are only items. */
  bare: boolean;
  /** The first line that shows whether lines have an envelope was seen. */
  formKnown: boolean;
  /** Items name their turn in `internal_chat_message_metadata_passthrough`. */
  named: boolean;
  time: string | null;
  turnId: string;
  turnOpen: boolean;
  /** A turn was seen to begin or to end. */
  turnKnown: boolean;
  /** The open turn contains a message. */
  turnUsed: boolean;
  /** The number of the user's turns so far, without those rolled back. */
  turns: number;
  lastSaid: string | null;
  shell: Wrapper;
  sequence: Sequence | null;
  /** The newest token counts: of one request, and of the whole session. */
  spent: { last: Json; total: Json } | null;
}

/** Counters of a line's `metadata`. */
interface Sequence {
  history: number;
  sampledThrough: number;
  /** The newest item was input to the model, not its output. */
  input: boolean;
  order: number | null;
}

/** A record without its frame. */
interface Draft {
  type: string;
  payload: JsonObject;
  time?: string | null;
  metadata?: JsonObject;
}

class CodexWriter implements Writer {
  readonly #seed: string;
  readonly #cliVersion: string | null;
  readonly #calls = new OpenCalls();
  #newest: { record: Json; line: Line } = { record: null, line: lineOf(null) };
  #state: State;
  /** The state that predictions last depended on, and how often it changed. */
  #known: State;
  #changes = 0;
  #callChanges = 0;

  constructor(options: WriterOptions) {
    this.#seed = options.seed;
    this.#cliVersion = options.cliVersion;
    this.#state = {
      n: 0,
      threadId: uuid7(options.seed, -1, null),
      cwd: "/",
      version: options.cliVersion ?? VERSION,
      // 0.145 reads paginated files, 0.150 is the first to write them; any version reads the other
      // form.
      paginated: atLeast(options.cliVersion, 150),
      ordinal: -1,
      bare: false,
      formKnown: false,
      named: false,
      time: null,
      turnId: "",
      turnOpen: false,
      turnKnown: false,
      turnUsed: false,
      turns: 0,
      lastSaid: null,
      shell: "text",
      sequence: null,
      spent: null,
    };
    this.#known = { ...this.#state };
  }

  expect(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.kind !== "message") continue;
      for (const part of entry.parts) if (part.kind === "tool-call") this.#calls.add(part);
    }
  }

  predict(entry: Entry): Json[] {
    const drafts = entry.kind === "event" ? this.#event(entry) : this.#message(entry);
    let { sequence } = this.#state;
    return this.#writable(drafts).map((draft, i) => {
      if (sequence && draft.type === "response_item") {
        draft.metadata = printSequence(sequence, draft.payload);
        sequence = nextSequence(sequence, draft.payload, draft.metadata);
      }
      return this.#frame(draft, i, entry.time);
    });
  }

  commit(record: Json): void {
    const state = this.#state;
    const { type, payload, time, bare } = this.#line(record);
    state.n++;
    this.#commitForm(type, bare);
    state.time = time ?? state.time;
    const ordinal = number(member(record, "ordinal"));
    const numbered = ordinal !== undefined;
    if (numbered) {
      state.ordinal = ordinal;
      state.paginated = true;
    }
    if (type === "session_meta") this.#commitMeta(payload, numbered);
    else this.#commitContext(type, payload);
    if (type === "event_msg") this.#commitEvent(payload);
    if (type === "response_item") this.#commitItem(payload, member(record, "metadata"));
    this.#commitScene();
  }

  next(record: Json): Json {
    const line = object(record);
    if (!line) return record;
    const { ordinal } = this.#state;
    const numbered = typeof line.ordinal === "number" && line.ordinal !== ordinal + 1;
    const next = numbered ? { ...line, ordinal: ordinal + 1 } : line;
    const payload = object(line.payload);
    if (!payload) return next;
    if (line.type === "response_item") return this.#nextItem(next, payload);
    return line.type === "event_msg" ? this.#nextEvent(next, payload) : next;
  }

  #nextItem(line: JsonObject, payload: JsonObject): Json {
    const { sequence } = this.#state;
    const metadata = object(line.metadata);
    if (!sequence || metadata?.history_sequence === undefined) return line;
    return { ...line, metadata: { ...metadata, ...printSequence(sequence, payload) } };
  }

  #nextEvent(line: JsonObject, payload: JsonObject): Json {
    const { spent, n } = this.#state;
    if (spent && payload.type === "token_count") {
      return { ...line, payload: withSpent(payload, spent) };
    }
    const item = object(payload.item);
    if (typeof item?.id !== "string" || !OWN_ID.test(item.id)) return line;
    return { ...line, payload: { ...payload, item: { ...item, id: ownId(n) } } };
  }

  /**
   * The prediction for an entry depends on the newest line only if the entry does not contain the
   * data itself.
   */
  stamp(entry: Entry): number {
    const { n, turnOpen } = this.#state;
    const opens = entry.kind === "event" || entry.role === "user";
    const mayOpen = opens || (entry.role === "assistant" && !turnOpen);
    if (mayOpen || entry.time === null) return -1 - n;
    // Results are predicted using their calls.
    return entry.role === "tool" ? this.#changes + this.#callChanges : this.#changes;
  }

  end(): Json[] {
    const { turnOpen } = this.#state;
    return turnOpen ? [this.#frame(this.#turnEnd(null), 0, null)] : [];
  }

  kind(record: Json): string {
    return kindOf(this.#line(record));
  }

  key(record: Json): string {
    return keyOf(this.#line(record));
  }

  /** A record is asked for its kind and its key and then committed, one after the other. */
  #line(record: Json): Line {
    if (record !== this.#newest.record) this.#newest = { record, line: lineOf(record) };
    return this.#newest.line;
  }

  mark(): string {
    return "";
  }

  /** Codex rewinds by whole turns of the user. */
  rewind(_mark: string, turns: number): Json[] {
    if (turns < 1 || this.#state.bare) return [];
    const drafts = this.#state.turnOpen ? [this.#turnEnd(null)] : [];
    drafts.push({ type: "event_msg", payload: { type: "thread_rolled_back", num_turns: turns } });
    return drafts.map((draft, i) => this.#frame(draft, i, null));
  }

  // What is committed.

  /**
   * A stray line says nothing about the file's form, and an item only if the opening was not seen.
   */
  #commitForm(type: string, bare: boolean): void {
    const state = this.#state;
    if (state.formKnown || (type !== "session_meta" && type !== "response_item")) return;
    state.bare = bare;
    state.formKnown = type === "session_meta";
  }

  #commitScene(): void {
    const known = this.#known;
    const now = this.#state;
    if (SCENE.every((key) => known[key] === now[key]) && sameForm(known.sequence, now.sequence))
      return;
    this.#known = { ...now };
    this.#changes++;
  }

  /**
   * A writer may be started in the middle of a file: not only the first line shows the position.
   */
  #commitContext(type: string, payload: Json): void {
    const state = this.#state;
    state.threadId = string(member(payload, "thread_id")) ?? state.threadId;
    if (type === "token_usage_record") this.#commitSpent(payload);
    if (type !== "turn_context") return;
    state.cwd = string(member(payload, "cwd")) ?? state.cwd;
    this.#commitTurnId(string(member(payload, "turn_id")));
  }

  /** A writer that was started within a turn learns of it from the records that name it. */
  #commitTurnId(turnId: string | undefined): void {
    if (turnId === undefined) return;
    this.#state.turnId = turnId;
    this.#state.turnOpen ||= !this.#state.turnKnown;
  }

  #commitMeta(payload: Json, numbered: boolean): void {
    const state = this.#state;
    // Legacy forks copy their parent's session_meta: the first line owns the file.
    if (state.n > 1) return;
    const text = (key: string) => string(member(payload, key));
    state.threadId = text("id") ?? state.threadId;
    state.cwd = text("cwd") ?? state.cwd;
    state.version = text("cli_version") ?? "0.20.0";
    state.paginated = numbered || text("history_mode") === "paginated";
  }

  #commitSpent(payload: Json): void {
    const last = member(payload, "usage");
    const total = member(payload, "thread_token_usage");
    if (last !== undefined && total !== undefined) this.#state.spent = { last, total };
  }

  #commitEvent(payload: Json): void {
    const state = this.#state;
    switch (member(payload, "type")) {
      case "task_started":
        state.turnId = string(member(payload, "turn_id")) ?? state.turnId;
        state.turnOpen = state.turnKnown = true;
        state.turnUsed = false;
        break;
      case "task_complete":
      case "turn_aborted":
        state.turnOpen = false;
        state.turnKnown = true;
        break;
      case "item_completed":
        this.#commitTurnId(string(member(payload, "turn_id")));
        break;
      case "thread_rolled_back":
        state.turns = Math.max(0, state.turns - (number(member(payload, "num_turns")) ?? 0));
        break;
    }
  }

  #commitItem(payload: Json, metadata: Json | undefined): void {
    const state = this.#state;
    const turnId = string(member(member(payload, PASSTHROUGH), "turn_id"));
    state.named = turnId !== undefined;
    this.#commitTurnId(turnId);
    state.sequence = nextSequence(state.sequence, payload, metadata);
    const role = member(payload, "role");
    switch (member(payload, "type")) {
      case "message":
        if (role === "assistant") this.#commitSaid(payload);
        else if (role === "user" && isTurn(payload)) this.#commitTurn();
        break;
      case "agent_message":
        this.#commitTurn();
        break;
      case "function_call_output":
      case "custom_tool_call_output": {
        const output = string(member(payload, "output"));
        if (output !== undefined) state.shell = output.startsWith('{"output":') ? "json" : "text";
        this.#calls.answer(string(member(payload, "call_id")) ?? "");
        break;
      }
      default:
        this.#commitCall(payload);
    }
  }

  #commitSaid(payload: Json): void {
    const [first] = array(member(payload, "content"));
    const said = textPart(string(member(first, "text")) ?? "");
    if (said.kind === "text") this.#state.lastSaid = said.text;
    this.#state.turnUsed = true;
  }

  #commitTurn(): void {
    this.#state.turns++;
    this.#state.turnUsed = true;
  }

  #commitCall(payload: Json): void {
    const callId = string(member(payload, "call_id"));
    const name = string(member(payload, "name"));
    if (callId === undefined || name === undefined) return;
    const full = joinName(string(member(payload, "namespace")), name);
    const input = member(payload, "input") ?? readArguments(member(payload, "arguments"));
    const use = fromNative(full, input);
    this.#calls.add({ kind: "tool-call", callId, name: full, input, use });
    this.#callChanges++;
    this.#state.turnUsed = true;
  }

  // What is predicted.

  /** For a file without envelopes: 0.20 … 0.31 read the items, and know nothing else. */
  #writable(drafts: readonly Draft[]): readonly Draft[] {
    return this.#state.bare ? drafts.filter(({ type }) => BARE_FILE.has(type)) : drafts;
  }

  #event(entry: Extract<Entry, { kind: "event" }>): Draft[] {
    switch (entry.event) {
      case "start":
        return [this.#meta(entry.header)];
      case "compaction": {
        const start = this.#turnStart(entry.time, false);
        const scene = this.#scene(entry, start);
        if (this.#state.bare) return [this.#item(scene, summaryItem(entry.summary))];
        const payload = compactedPayload(entry.summary, entry.kept ?? []);
        return [...start, { type: "compacted", payload }, this.#ui(scene, compactionEvent(scene))];
      }
      case "rollback": {
        const payload = { type: "thread_rolled_back", num_turns: entry.turns };
        return [{ type: "event_msg", payload }];
      }
      // A line of an unknown type is skipped by 0.169.0 and stays in the file [run].
      case "carry": {
        const { part, parts, data } = entry;
        return [{ type: CARRY_TYPE, payload: { part, parts, data } }];
      }
      default:
        return [];
    }
  }

  #meta(header: Header): Draft {
    const { paginated } = this.#state;
    const own = header.agent === "codex" ? header.version : null;
    const git = compact({
      commit_hash: header.gitCommit ?? undefined,
      branch: header.gitBranch ?? undefined,
    });
    const payload = compact({
      // A subagent's thread is part of its parent's session (0.169.0 [run]).
      session_id: header.parent ?? header.id,
      id: header.id,
      parent_thread_id: header.parent ?? undefined,
      timestamp: header.createdAt ?? EPOCH,
      cwd: header.cwd ?? "/",
      originator: "segue",
      cli_version: this.#cliVersion ?? own ?? VERSION,
      // The picker lists only "cli" and "vscode". No model_provider: one that differs from the
      // configured one makes a resume fail; no base_instructions: they would be sent in place of
      // the model's.
      source: header.parent === null ? "cli" : spawnedBy(header.parent),
      thread_source: header.parent === null ? undefined : "subagent",
      history_mode: paginated ? "paginated" : undefined,
      git: Object.keys(git).length > 0 ? git : undefined,
    });
    return { type: "session_meta", payload, time: header.createdAt };
  }

  #message(entry: Message): Draft[] {
    switch (entry.role) {
      case "user":
        return entry.scaffold ? [this.#said(this.#scene(entry), entry, "user")] : this.#user(entry);
      case "assistant":
        return this.#assistant(entry);
      case "tool":
        return this.#results(entry);
      case "system":
        return [this.#said(this.#scene(entry), entry, "developer")];
    }
  }

  #user(entry: Message): Draft[] {
    const [first] = entry.parts;
    // It is in the open turn, and the screen does not show it.
    if (entry.told && first?.kind === "text" && isTold(first.text)) {
      const role = isHookText(first.text) ? "developer" : "user";
      return [this.#said(this.#scene(entry), entry, role)];
    }
    const start = this.#turnStart(entry.time, true);
    const scene = this.#scene(entry, start);
    const event = this.#ui(scene, userEvent(scene, entry.parts));
    return [...start, this.#said(scene, entry, "user"), event];
  }

  #assistant(entry: Message): Draft[] {
    const start = this.#turnStart(entry.time, false);
    const scene = this.#scene(entry, start);
    const drafts: Draft[] = [...start];
    let texts: string[] = [];
    const flush = () => {
      if (texts.length > 0) drafts.push(...this.#words(scene, texts));
      texts = [];
    };
    for (const part of entry.parts) {
      const meant = part.kind === "text" ? textPart(part.text) : worded(part);
      if (meant.kind === "text") texts.push(meant.text);
      else {
        flush();
        // Reasoning in the form of text is another vendor's.
        if (meant.kind === "reasoning" && part.kind === "text") {
          drafts.push(...this.#foreignReasoning(scene, meant.text));
        } else drafts.push(...this.#assistantPart(entry, scene, meant));
      }
    }
    flush();
    return drafts;
  }

  #words(scene: Scene, texts: readonly string[]): Draft[] {
    return [this.#ui(scene, agentEvent(scene, texts)), this.#item(scene, outputMessage(texts))];
  }

  #assistantPart(entry: Message, scene: Scene, part: Part): Draft[] {
    switch (part.kind) {
      case "reasoning":
        return this.#reasoning(scene, part);
      case "tool-call":
        return this.#call(scene, part);
      case "image":
        // The API accepts pictures only from the user.
        return [this.#said(scene, { ...entry, parts: [part] }, "user")];
      default:
        return [];
    }
  }

  #reasoning(scene: Scene, part: ReasoningPart): Draft[] {
    const item = compact({
      type: "reasoning",
      summary: part.text === "" ? [] : [{ type: "summary_text", text: part.text }],
      encrypted_content: member(part.seal, "encrypted_content"),
    });
    return [...this.#reasoningUi(scene, part.text), this.#item(scene, item)];
  }

  /**
   * Goes to the model as text, since the API refuses foreign reasoning, but the screen shows it as
   * reasoning.
   */
  #foreignReasoning(scene: Scene, text: string): Draft[] {
    const item = outputMessage([reasoningAsText(text)]);
    return [...this.#reasoningUi(scene, text), this.#item(scene, item)];
  }

  #reasoningUi(scene: Scene, text: string): Draft[] {
    return reasoningEvent(scene, text).map((event) => this.#ui(scene, event));
  }

  #call(scene: Scene, call: ToolCallPart): Draft[] {
    if (isHosted(call)) {
      const item = compact({ type: "web_search_call", id: call.callId, action: call.input });
      return [this.#ui(scene, webSearchEvent(scene, call)), this.#item(scene, item)];
    }
    if (call.name === "image_generation") return [];
    const { namespace, tool } = splitName(call.name);
    const name = atLeast(this.#state.version, 135)
      ? { name: tool, namespace }
      : { name: call.name };
    const { callId: call_id, input } = call;
    const item = this.#isCustom(call)
      ? compact({ type: "custom_tool_call", call_id, ...name, input })
      : compact({ type: "function_call", ...name, arguments: this.#argumentText(call), call_id });
    return [this.#item(scene, item)];
  }

  /**
   * A file without envelopes is from before there were custom tools: apply_patch took an object.
   */
  #isCustom(call: ToolCallPart): boolean {
    return isFreeForm(call) && !this.#state.bare;
  }

  #argumentText(call: ToolCallPart): string {
    const { input } = call;
    if (isFreeForm(call)) return JSON.stringify({ input });
    return typeof input === "string" ? input : JSON.stringify(input);
  }

  #results(entry: Message): Draft[] {
    return entry.parts.flatMap((part) =>
      part.kind === "tool-result" ? this.#result(entry, part) : [],
    );
  }

  #result(entry: Message, part: ToolResultPart): Draft[] {
    const call = this.#calls.get(part.callId);
    // The result of a hosted tool is part of the call; there is no separate output.
    if (part.callId.startsWith("ws_") || part.callId.startsWith("ig_")) return [];
    const custom = call !== undefined && this.#isCustom(call);
    const scene = this.#scene(entry);
    const events = call ? resultEvent(scene, call, part) : [];
    const item = {
      type: custom ? "custom_tool_call_output" : "function_call_output",
      call_id: part.callId,
      output: this.#output(call, part),
    };
    return [...events.map((event) => this.#ui(scene, event)), this.#item(scene, item)];
  }

  #output(call: ToolCallPart | undefined, part: ToolResultPart): Json {
    const output = printOutput(part.content);
    return typeof output === "string"
      ? wrap(call?.use ?? null, part, output, this.#state.shell)
      : output;
  }

  /** A new turn if none is open, or if the open one is finished. */
  #turnStart(time: string | null, byUser: boolean): Draft[] {
    const { turnOpen, turnUsed, version } = this.#state;
    if (!atLeast(version, 99) || (turnOpen && !(byUser && turnUsed))) return [];
    const start: Draft = {
      type: "event_msg",
      payload: {
        type: "task_started",
        turn_id: uuid7(this.#seed, this.#state.n, time ?? this.#state.time),
        started_at: seconds(time ?? this.#state.time),
        model_context_window: null,
        collaboration_mode_kind: "default",
      },
    };
    return turnOpen ? [this.#turnEnd(this.#state.time), start] : [start];
  }

  #turnEnd(time: string | null): Draft {
    const payload = {
      type: "task_complete",
      turn_id: this.#state.turnId,
      last_agent_message: this.#state.lastSaid,
      completed_at: seconds(time ?? this.#state.time),
    };
    return { type: "event_msg", payload, time: time ?? this.#state.time };
  }

  /** The position of an entry: in the turn that `start` opens, or in the open one. */
  #scene(entry: Entry, start: readonly Draft[] = []): Scene {
    const { paginated, cwd, turnId, time } = this.#state;
    const opened = string(start.at(-1)?.payload.turn_id);
    return { paginated, cwd, turnId: opened ?? turnId, time: entry.time ?? time };
  }

  #said(scene: Scene, entry: Message, role: "user" | "developer"): Draft {
    return this.#item(scene, { type: "message", role, content: printUserContent(entry.parts) });
  }

  #item(scene: Scene, payload: JsonObject): Draft {
    if (this.#state.named) payload[PASSTHROUGH] = { turn_id: scene.turnId };
    return { type: "response_item", payload };
  }

  #ui(scene: Scene, event: UiEvent): Draft {
    if ("payload" in event) return { type: "event_msg", payload: event.payload };
    const ms = Date.parse(scene.time ?? EPOCH) || 0;
    return {
      type: "event_msg",
      payload: {
        type: "item_completed",
        thread_id: this.#state.threadId,
        turn_id: scene.turnId,
        item: event.item,
        started_at_ms: ms,
        completed_at_ms: ms,
      },
    };
  }

  #frame({ type, payload, time, metadata }: Draft, i: number, entryTime: string | null): Json {
    const { bare, paginated, ordinal, n } = this.#state;
    if (bare && type === "response_item") return payload;
    // Items on the screen replace each other if their ids are the same.
    const item = object(payload.item);
    if (item?.id === NEW_ID) item.id = ownId(n + i);
    return compact({
      timestamp: time ?? entryTime ?? this.#state.time ?? EPOCH,
      ordinal: paginated ? ordinal + 1 + i : undefined,
      type,
      payload,
      metadata,
    });
  }
}

/** The part of the state that affects predictions, except for what `next` corrects. */
const SCENE = [
  "threadId",
  "cwd",
  "version",
  "paginated",
  "bare",
  "named",
  "turnId",
  "turnOpen",
  "shell",
] as const;

const OWN_ID = /^item-\d+$/;

function ownId(n: number): string {
  return `item-${n}`;
}

/** Are the same counters written? */
function sameForm(a: Sequence | null, b: Sequence | null): boolean {
  return (a === null) === (b === null) && (a?.order === null) === (b?.order === null);
}

/** The opening of a new file, and Segue's own lines, are fixed. */
/** The picker does not list such a thread. */
function spawnedBy(parent: string): JsonObject {
  return { subagent: { thread_spawn: { parent_thread_id: parent, depth: 1 } } };
}

const BARE_FILE = new Set(["response_item", "session_meta", CARRY_TYPE]);

const PASSTHROUGH = "internal_chat_message_metadata_passthrough";

function outputMessage(texts: readonly string[]): JsonObject {
  const content = texts.map((text) => ({ type: "output_text", text }));
  return { type: "message", role: "assistant", content };
}

/** The API accepts only text from the model. */
function worded(part: Part): Part {
  if (part.kind !== "file" && part.kind !== "other") return part;
  return { kind: "text", text: textOfPart(part) ?? "" };
}

/** A custom tool takes text; a function's arguments are JSON, or were meant to be. */
function isFreeForm(call: ToolCallPart): boolean {
  return typeof call.input === "string" && !FUNCTIONS.has(call.name);
}

const FUNCTIONS = new Set(["exec_command", "shell", "update_plan", "view_image", "write_stdin"]);

/** A search that the API itself made, in one item with its result. */
function isHosted(call: ToolCallPart): boolean {
  return call.name === "web_search" && call.callId.startsWith("ws_");
}

/** A user message that Codex counts as a turn: the user's own, not the harness's. */
function isTurn(item: Json): boolean {
  const content = array(member(item, "content"));
  if (isAborted(item, string(member(content[0], "text")) ?? "")) return false;
  return content.length === 0 || hasOwnContent(item);
}

/** On resume, `replacement_history` replaces the history before it. */
function compactedPayload(summary: string, kept: readonly Message[]): JsonObject {
  const restated = kept.map((message) =>
    message.role === "assistant"
      ? outputMessage([plainText(message.parts)])
      : { type: "message", role: "user", content: printUserContent(message.parts) },
  );
  return { message: summary, replacement_history: [...restated, summaryItem(summary)] };
}

function summaryItem(summary: string): JsonObject {
  return { type: "message", role: "user", content: [inputText(summary)] };
}

/** The screen shows what was counted just before. */
function withSpent(payload: JsonObject, { last, total }: { last: Json; total: Json }): JsonObject {
  const info = object(payload.info);
  if (!info?.total_token_usage || !info.last_token_usage) return payload;
  return { ...payload, info: { ...info, total_token_usage: total, last_token_usage: last } };
}

function nextSequence(
  before: Sequence | null,
  item: Json,
  metadata: Json | undefined,
): Sequence | null {
  const history = number(member(metadata, "history_sequence"));
  if (history === undefined) return null;
  return {
    history,
    sampledThrough: number(member(metadata, "sampled_through_sequence")) ?? 0,
    input: !isOutput(item),
    order: number(member(metadata, "user_input_order")) ?? before?.order ?? null,
  };
}

/** Each item is numbered; the model's output also records how far it had read. */
function printSequence(sequence: Sequence, item: JsonObject): JsonObject {
  const output = isOutput(item);
  const ordered = item.type === "function_call" || item.role === "assistant";
  return compact({
    history_sequence: sequence.history + 1,
    sampled_through_sequence: output && sequence.input ? sequence.history : sequence.sampledThrough,
    user_input_order: ordered && sequence.order !== null ? sequence.order + 1 : undefined,
  });
}

function isOutput(item: Json): boolean {
  const type = string(member(item, "type")) ?? "";
  return member(item, "role") === "assistant" || type === "reasoning" || type.endsWith("_call");
}

function seconds(time: string | null): number {
  return Math.floor((Date.parse(time ?? EPOCH) || 0) / 1000);
}
