/** Writes entries as OpenCode's messages, in either form. Facts: README.md of agents/opencode. */

import { frameLine } from "../../../lossless/document.ts";
import type { Writer, WriterOptions } from "../../../session/codec.ts";
import { array, compact, isObject, member, number, object, string } from "../../../session/json.ts";
import { asTexts, fileText } from "../../../session/other.ts";
import type {
  Entry,
  EventBody,
  FilePart,
  Header,
  ImagePart,
  Json,
  JsonObject,
  Message,
  Part,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from "../../../session/types.ts";
import type { Flavour } from "./flavour.ts";
import {
  type Form,
  type Item,
  infoOf,
  type SessionFacts,
  type StoredMessage,
  unwrap,
  wrapMessage,
} from "./forms.ts";
import { ascendingId } from "./ids.ts";
import { fromNative, shownOf } from "./tools.ts";

/**
 * Provider of answers from elsewhere. The user has no such provider, so OpenCode treats them as
 * another model's and sends their reasoning as text: unsigned reasoning of its own model would be
 * dropped on the way to Anthropic.
 */
const FOREIGN = "segue";

/** Facts about the machine for a new session: see `Store.facts` of this folder's store. */
interface Facts {
  projectId: string;
  worktree: string;
  /** Columns of the database's session table; null if there is none yet. */
  columns: readonly string[] | null;
  /** The machine's clock, in milliseconds; Infinity if nothing is written for its CLI. */
  now: number;
}

function factsOf(value: Json | undefined): Facts {
  const columns = member(value, "columns");
  return {
    projectId: string(member(value, "projectId")) ?? "global",
    worktree: string(member(value, "worktree")) ?? "/",
    columns: Array.isArray(columns) ? columns.flatMap((name) => string(name) ?? []) : null,
    now: number(member(value, "now")) ?? Number.POSITIVE_INFINITY,
  };
}

/** A message before it has its ids. */
interface Draft {
  data: JsonObject;
  parts: JsonObject[];
}

export class OpenCodeWriter implements Writer {
  readonly #flavour: Flavour;
  readonly #seed: string;
  readonly #version: string;
  readonly #facts: Facts;
  #form: Form;
  #session = { id: "", directory: "/", root: "/" };
  #mode: string;
  #model: JsonObject;
  /** Provider and model of this session's own answers. */
  #own: { providerID: string; modelID: string };
  #snapshot: string | undefined;
  #lastUser = "";
  #time = 0;
  #n = 0;
  #revert: string | null = null;
  #reverted = false;
  /** The newest message; "" before the first. */
  #last = "";
  #results = new Map<string, ToolResultPart>();

  constructor(flavour: Flavour, options: WriterOptions) {
    this.#flavour = flavour;
    this.#seed = options.seed;
    this.#version = options.cliVersion ?? flavour.version;
    this.#form = options.form ?? "store";
    this.#facts = factsOf(options.facts);
    this.#mode = flavour.mode;
    const [providerID = "", ...rest] = (options.model ?? "opencode/big-pickle").split("/");
    this.#model = { providerID, modelID: rest.join("/") };
    this.#own = { providerID, modelID: rest.join("/") };
  }

  expect(entries: readonly Entry[]): void {
    this.#results = new Map();
    for (const entry of entries) {
      if (entry.kind !== "message" || entry.role !== "tool") continue;
      for (const part of entry.parts) {
        if (part.kind === "tool-result") this.#results.set(part.callId, part);
      }
    }
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    if (entry.scaffold) return [];
    switch (entry.role) {
      case "user":
        return this.#written([this.#user(entry.parts)], entry.time);
      case "assistant":
        return this.#written([this.#answer(entry)], entry.time);
      // A result is part of its call; see `expect`.
      case "tool":
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    switch (stored.kind) {
      case "message": {
        const { role, summary, error } = stored.message.data;
        const more = `${summary === true ? "/summary" : ""}${error === undefined ? "" : "/error"}`;
        return `${stored.form}/${string(role) ?? ""}${more}`;
      }
      case "session":
        return `${stored.form}/session`;
      case "v2":
        return `v2/${stored.type}`;
      default:
        return stored.kind;
    }
  }

  key(): string {
    return "";
  }

  mark(): string {
    return this.#last;
  }

  /**
   * As after a revert and the prompt that follows it: the messages are gone, and the record says
   * so.
   */
  rewind(mark: string): Json[] {
    return mark === this.#last ? [] : [{ removed: { after: mark } }];
  }

  commit(record: Json): void {
    this.#n++;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "frame":
        this.#form = "file";
        break;
      case "session":
        this.#form = stored.form;
        if (this.#session.id === "") this.#commitSession(stored.session);
        break;
      case "message":
        this.#form = stored.form;
        this.#commitMessage(stored.message);
        break;
      case "removed":
        // The messages before `from` are not remembered, but there is at least one.
        if ("after" in stored.removed) this.#last = stored.removed.after;
        this.#revert = null;
        break;
      case "v2":
      case "other":
        break;
    }
  }

  #commitSession({ id, directory, path, model, agent, created, revert }: SessionFacts): void {
    const folder = directory ?? "/";
    const root = path !== null && path !== "" ? rootOf(folder, path) : folder;
    this.#session = { id, directory: folder, root };
    this.#time = created ?? this.#time;
    this.#mode = agent ?? this.#mode;
    this.#revert = string(member(revert ?? {}, "messageID")) ?? null;
    const providerID = string(model?.providerID);
    const modelID = string(model?.id);
    if (providerID !== undefined && modelID !== undefined) this.#model = { providerID, modelID };
  }

  #commitMessage({ id, sessionId, data, parts }: StoredMessage): void {
    this.#last = id;
    this.#reverted ||= id === this.#revert;
    if (this.#session.id === "") this.#session.id = sessionId;
    const time = number(member(data.time, "created"));
    if (time !== undefined) this.#time = Math.max(this.#time, time);
    if (data.role === "user") {
      this.#lastUser = id;
      this.#mode = string(data.agent) ?? this.#mode;
      const model = object(data.model);
      if (model && typeof model.providerID === "string") this.#model = model;
      return;
    }
    const path = object(data.path);
    this.#session.directory = string(path?.cwd) ?? this.#session.directory;
    this.#session.root = string(path?.root) ?? this.#session.root;
    const providerID = string(data.providerID);
    const modelID = string(data.modelID);
    if (providerID !== undefined && providerID !== FOREIGN && modelID !== undefined) {
      this.#own = { providerID, modelID };
    }
    for (const { data: part } of parts) this.#snapshot = string(part.snapshot) ?? this.#snapshot;
  }

  /** The drafts as records, each later than the existing ones. */
  #written(drafts: readonly Draft[], time: string | null): Json[] {
    const out: Json[] = [];
    // Reverted messages are removed before anything is added, as at OpenCode's next prompt.
    if (this.#revert !== null && this.#reverted) {
      out.push({ removed: { from: this.#revert } });
    }
    // The next prompt must be later: OpenCode treats an earlier one as already answered, and does
    // not ask the model.
    const at = Math.min(msOf(time) ?? 0, this.#facts.now);
    let ms = this.#time;
    for (const draft of drafts) {
      ms = Math.max(ms + 1, at);
      out.push(wrapMessage(this.#form, this.#named(draft, ms, out.length), ms));
    }
    return out;
  }

  #named({ data, parts }: Draft, ms: number, offset: number): StoredMessage {
    const seed = `${this.#seed}:${this.#n + offset}`;
    const id = ascendingId("msg", ms, 1, seed);
    const times = (value: JsonObject): JsonObject =>
      value.type === "text" || value.type === "reasoning"
        ? { ...value, time: { start: ms, end: ms } }
        : value;
    const isAnswer = data.role === "assistant";
    const items = parts.map((part, n): Item => {
      const partId = ascendingId("prt", ms, n + 2, `${seed}:${n}`);
      return { id: partId, data: this.#placed(isAnswer ? times(part) : part, partId, id, ms) };
    });
    const stamped = isAnswer
      ? { ...data, parentID: this.#lastUserBefore(data), time: { created: ms, completed: ms } }
      : { ...data, time: { created: ms } };
    return { id, sessionId: this.#session.id, data: stamped, parts: items };
  }

  #lastUserBefore(data: JsonObject): string {
    return string(data.parentID) || this.#lastUser || this.mark();
  }

  /** Times of a call, and the ids of the images in its result. */
  #placed(part: JsonObject, id: string, messageId: string, ms: number): JsonObject {
    const state = object(part.state);
    if (!state) return part;
    const time = state.status === "running" ? { start: ms } : { start: ms, end: ms };
    const attachments = array(state.attachments).filter(isObject);
    if (attachments.length === 0) return { ...part, state: { ...state, time } };
    const placed = attachments.map((file, n) => ({
      ...file,
      id: ascendingId("prt", ms, 4000 + n, id),
      sessionID: this.#session.id,
      messageID: messageId,
    }));
    return { ...part, state: { ...state, time, attachments: placed } };
  }

  #user(parts: readonly Part[]): Draft {
    // The order of the keys is OpenCode's.
    const data = { role: "user", time: {}, agent: this.#mode, model: this.#model };
    return { data, parts: parts.flatMap(userPart) };
  }

  #answer(entry: Message): Draft {
    const calls = entry.parts.some((part) => part.kind === "tool-call");
    const reason = calls ? "tool-calls" : entry.stop === "length" ? "length" : "stop";
    const tokens = tokensOf(entry.usage);
    const snapshot = entry.usage === undefined ? undefined : this.#snapshot;
    // Only what this session's own models said has counts: see project.ts.
    const model =
      entry.usage === undefined
        ? { modelID: entry.model ?? "unknown", providerID: FOREIGN }
        : { modelID: entry.model ?? this.#own.modelID, providerID: this.#own.providerID };
    const said = entry.parts.flatMap((part) => this.#answerPart(part));
    return {
      data: this.#answerData(this.#mode, tokens, model, reason),
      parts: [
        compact({ snapshot, type: "step-start" }),
        ...said,
        compact({ reason, snapshot, type: "step-finish", tokens, cost: 0 }),
      ],
    };
  }

  #answerData(
    mode: string,
    tokens: JsonObject,
    model: { modelID: string; providerID: string },
    finish: string,
  ): JsonObject {
    const { directory: cwd, root } = this.#session;
    return {
      parentID: "",
      role: "assistant",
      mode,
      agent: mode,
      path: { cwd, root },
      cost: 0,
      tokens,
      modelID: model.modelID,
      providerID: model.providerID,
      time: {},
      finish,
    };
  }

  #answerPart(part: Part): JsonObject[] {
    switch (part.kind) {
      case "text":
        return [{ type: "text", text: part.text }];
      case "reasoning":
        return [reasoning(part.text, part.seal)];
      case "tool-call":
        return [this.#call(part)];
      // Not among the parts of an answer that OpenCode sends: a note takes its place.
      case "image":
        return [{ type: "text", text: `[image: ${part.url ?? part.mediaType}]` }];
      case "file":
        return [{ type: "text", text: fileText(part) }];
      case "other":
        return [{ type: "text", text: part.text }];
      case "unread":
      case "tool-result":
        return [];
    }
  }

  #call(call: ToolCallPart): JsonObject {
    const { callId: callID, name } = call;
    const input = isObject(call.input) ? call.input : { input: call.input };
    return { type: "tool", tool: name, callID, state: this.#state(call, input) };
  }

  #state(call: ToolCallPart, input: JsonObject): JsonObject {
    const result = this.#results.get(call.callId);
    if (!result) return { status: "running", input };
    const output = result.content.flatMap(wordsOf).join("\n");
    const files = result.content.flatMap(attached);
    if (result.isError && result.exitCode === undefined && files.length === 0) {
      return { status: "error", input, error: output };
    }
    const use = fromNative(call.name, call.input);
    const { title, metadata } = shownOf(use, result, output, this.#session.root);
    const attachments = files.length === 0 ? undefined : files;
    return compact({ status: "completed", input, output, metadata, title, attachments });
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return this.#start(entry.header);
      case "compaction":
        return this.#compaction(entry.summary, time);
      case "carry": {
        const { part, parts, data } = entry;
        const metadata = { "segue-carry": { part, parts, data } };
        // Neither shown nor sent, and `import` accepts it.
        const hidden = { type: "text", synthetic: true, ignored: true, text: "", metadata };
        return this.#written([{ ...this.#user([]), parts: [hidden] }], time);
      }
      case "title":
      case "model":
      case "mode":
      case "label":
      case "hide":
      case "limit":
      case "error":
      case "interruption":
      case "rollback":
      case "session":
      case "unread":
      case "opaque":
        return [];
    }
  }

  #compaction(summary: string, time: string | null): Json[] {
    const asks: Draft = { ...this.#user([]), parts: [{ type: "compaction", auto: false }] };
    const tokens = tokensOf(undefined);
    const model = { modelID: this.#own.modelID, providerID: this.#own.providerID };
    const data = { ...this.#answerData("compaction", tokens, model, "stop"), summary: true };
    const parts = [
      { type: "step-start" },
      { type: "text", text: summary },
      { reason: "stop", type: "step-finish", tokens, cost: 0 },
    ];
    const records = this.#written([asks, { data, parts }], time);
    let parent = "";
    return records.map((record) => {
      const stored = unwrap(record);
      if (stored.kind !== "message") return record;
      if (stored.message.data.role === "user") parent = stored.message.id;
      return stored.message.data.role === "user" ? record : withParent(record, parent);
    });
  }

  #start(header: Header): Json[] {
    const row = this.#row(header);
    if (this.#form === "store") return [{ session: row }];
    const head = { info: infoOf(row), messages: [] };
    // A document that is written from scratch starts with its formatting.
    return this.#n === 0 ? [frameLine(this.#flavour.form), head] : [head];
  }

  #row(header: Header): JsonObject {
    const created = Math.min(msOf(header.createdAt) ?? 0, this.#facts.now);
    const directory = header.cwd ?? "/";
    const { projectId, worktree, columns } = this.#facts;
    const { providerID = "", modelID = "" } = this.#model;
    const row: JsonObject = {
      id: header.id,
      project_id: projectId,
      // Its screen shows such a session below the other, and no list shows it (1.18.33 [source]).
      ...(header.parent === null ? {} : { parent_id: header.parent }),
      slug: slugOf(header.id),
      directory,
      path: within(worktree, directory),
      title: header.title ?? titleOf(header.createdAt),
      version: this.#version,
      agent: this.#mode,
      model: { id: modelID, providerID, variant: "default" },
      time_created: created,
      time_updated: Math.max(created, msOf(header.updatedAt) ?? 0),
    };
    if (!columns) return row;
    return Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)));
  }
}

function msOf(time: string | null): number | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

/** OpenCode replaces such a title at the next prompt. */
function titleOf(createdAt: string | null): string {
  return `New session - ${new Date(msOf(createdAt) ?? 0).toISOString()}`;
}

/** OpenCode's own are two words; it only matters that there is one. */
function slugOf(id: string): string {
  return `segue-${id
    .slice(-8)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "0")}`;
}

function within(worktree: string, directory: string): string {
  if (directory === worktree) return "";
  const root = worktree.endsWith("/") ? worktree : `${worktree}/`;
  return directory.startsWith(root) ? directory.slice(root.length) : "";
}

function rootOf(directory: string, path: string): string {
  return directory.endsWith(`/${path}`) ? directory.slice(0, -path.length - 1) || "/" : directory;
}

function withParent(record: Json, parentID: string): Json {
  if (!isObject(record)) return record;
  const info = object(record.info);
  if (info) return { ...record, info: { ...info, parentID } };
  const message = object(record.message);
  const data = { ...object(message?.data), parentID };
  return { ...record, message: { ...message, data } };
}

/**
 * Unsigned reasoning is sent as text, on Chat Completions without a gap to the text that follows.
 */
function reasoning(text: string, seal: Json | undefined): JsonObject {
  if (isObject(seal)) return { type: "reasoning", text, time: {}, metadata: seal };
  return { type: "reasoning", text: `${text}\n` };
}

/** The text of a result's content; its attachments are `attached`. */
function wordsOf(part: ResultPart): string[] {
  switch (part.kind) {
    case "text":
      return [part.text];
    case "image":
      return [];
    case "file":
      return part.data === null ? [fileText(part)] : [];
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => text);
  }
}

function attached(part: ResultPart): JsonObject[] {
  if (part.kind === "image") return [imagePart(part)];
  return part.kind === "file" ? filePart(part) : [];
}

/** A document by its content; not by an address, which OpenCode would not send. */
function filePart({ mediaType, data, name }: FilePart): JsonObject[] {
  if (data === null) return [];
  const url = `data:${mediaType};base64,${data}`;
  return [{ type: "file", mime: mediaType, url, filename: name ?? "file" }];
}

function userPart(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ type: "text", text: part.text }];
    case "image":
      return [imagePart(part)];
    case "file":
      return part.data === null ? [{ type: "text", text: fileText(part) }] : filePart(part);
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => ({ type: "text", text }));
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

function imagePart({ mediaType, data, url }: ImagePart): JsonObject {
  const at = data === null ? (url ?? "") : `data:${mediaType};base64,${data}`;
  const name = `image.${mediaType.split("/")[1] ?? "png"}`;
  return { type: "file", mime: mediaType, url: at, filename: name };
}

function tokensOf(usage: Usage | undefined): JsonObject {
  const { input, output, cacheRead: read, cacheWrite: write } = usage ?? NONE;
  const total = input + output + read + write;
  return { total, input, output, reasoning: 0, cache: { write, read } };
}

const NONE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
