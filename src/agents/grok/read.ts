/** Decodes the records of Grok Build's sessions. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, member, number, string } from "../../session/json.ts";
import { notTyped } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { isSummary, summaryIn } from "./compaction.ts";
import { readAnswer, readCall, readContent, readReasoning } from "./content.ts";
import { readBackend, readLegacy } from "./legacy.ts";
import { readEnd, readRetry } from "./limits.ts";
import { readNotice } from "./notices.ts";
import { timeOf, unwrap } from "./records.ts";
import { parseResult } from "./tools.ts";
import { isOfHarness, splitPart } from "./typed.ts";

export function reader(): Reader {
  return new GrokReader();
}

class GrokReader implements Reader {
  readonly #header: Header = emptyHeader("grok");
  readonly #calls = new OpenCalls();
  #started = false;
  /** Was there an item of the chat history? Then notifications only say again what is in it. */
  #hasItems = false;
  /** Did notifications before it tell of the conversation so far? */
  #hasPast = false;
  /** Has a turn begun among the items? What comes before is what a compaction left. */
  #hasTurns = false;
  /** Was anything said but context? */
  #isSaid = false;
  /** Ids of what the vendor's server did, as far as items say it. */
  #backend = new Set<string>();
  /** Of what the model is sent before the first turn: the user's messages. */
  #kept: Message[] = [];
  #at = 0;
  #count = 0;
  #tail: string | null = null;
  #time: string | null = null;
  /** Of the reasoning that leads to the next answer. */
  #group: string | null = null;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#count = 0;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "summary":
        this.#noteSummary(stored.summary);
        return this.#start();
      case "item":
        return [...this.#start(), ...this.#item(stored.type, stored.item)];
      case "update":
        this.#noteUpdate(stored.record);
        return [...this.#start(), ...this.#update(stored.type, stored.update)];
      case "line":
        return [this.#aside({ event: "opaque", type: "line" })];
      case "other":
        return [this.#aside({ event: "opaque", type: "unknown" })];
    }
  }

  #noteSummary(summary: JsonObject): void {
    const header = this.#header;
    const text = (value: Json | undefined) => string(value) || null;
    header.id = text(member(summary.info, "id")) ?? header.id;
    header.cwd = text(member(summary.info, "cwd"));
    header.model = text(summary.current_model_id);
    header.createdAt = isoTime(text(summary.created_at));
    header.title = text(summary.generated_title) ?? text(summary.session_summary);
    header.gitBranch = text(summary.head_branch);
    header.gitCommit = text(summary.head_commit);
    header.parent = text(summary.parent_session_id);
    header.updatedAt = isoTime(text(summary.updated_at)) ?? header.updatedAt;
    this.#time = header.createdAt;
  }

  #noteUpdate(record: JsonObject): void {
    const header = this.#header;
    const ms = timeOf(record);
    const time = ms === undefined ? null : isoTime(ms);
    const id = string(member(record.params, "sessionId"));
    if (header.id === "" && id !== undefined) header.id = id;
    if (time === null) return;
    this.#time = time;
    header.createdAt ??= time;
    header.updatedAt = time;
  }

  #start(): Entry[] {
    if (this.#started) return [];
    this.#started = true;
    return [this.#aside({ event: "start", header: this.header() })];
  }

  #item(type: string, item: JsonObject): Entry[] {
    this.#hasItems = true;
    switch (type) {
      case "system":
        return [this.#message("system", readContent(item.content), { scaffold: true })];
      case "user":
        return this.#user(item);
      case "reasoning":
        this.#group ??= `#${this.#at}`;
        return [this.#message("assistant", readReasoning(item), { group: this.#group })];
      case "assistant":
        return [this.#answer(item)];
      case "tool_result":
        return [this.#result(item)];
      default:
        return [this.#other(type, item)];
    }
  }

  #answer(item: JsonObject): Message {
    const calls = array(item.tool_calls).map(readCall);
    for (const call of calls) this.#calls.add(call);
    const older = readLegacy(item, this.#backend);
    const parts: Part[] = [...older, ...readAnswer(item.content), ...calls];
    const model = string(item.model_id);
    const group = this.#group;
    this.#group = null;
    this.#header.model = model ?? this.#header.model;
    return this.#message("assistant", parts, {
      ...(group === null ? {} : { group }),
      ...(model === undefined ? {} : { model }),
      stop: calls.length > 0 ? "tool" : "end",
    });
  }

  #result(item: JsonObject): Message {
    const callId = string(item.tool_call_id) ?? "";
    const content = [...readContent(item.content), ...readContent(item.images)];
    const plain: ToolResultPart = { kind: "tool-result", callId, isError: false, content };
    const use = this.#calls.get(callId)?.use ?? null;
    this.#calls.answer(callId);
    return this.#message("tool", [parseResult(use, plain)]);
  }

  #user(item: JsonObject): Entry[] {
    const isTurn = number(item.prompt_index) !== undefined;
    const reason = string(item.synthetic_reason);
    if (!isTurn && isSummary(item)) return this.#compaction(item);
    this.#hasTurns ||= isTurn;
    this.#group = null;
    const said = readContent(item.content);
    if (
      reason === "project_instructions" ||
      (reason === "system_reminder" && this.#isAside(said))
    ) {
      return [this.#keep(this.#message("user", said, { scaffold: true }))];
    }
    const isOwn = reason !== undefined && reason !== "interjection";
    const split = said.map((part) => splitPart(part, isOwn));
    const context = split.flatMap((one): Part[] =>
      one.context === "" ? [] : [{ kind: "text", text: one.context }],
    );
    const typed = split.flatMap(({ parts }): Part[] => parts);
    // In older versions, all of the user's messages are such.
    const isMessage = string(item.role) !== undefined;
    const isTyped = isTurn || isMessage || split.some((one) => one.isTyped);
    const told = !isOwn && (isTyped || reason !== undefined) ? {} : { told: true };
    const parts = told.told ? notTyped(typed) : typed;
    const entries: Entry[] = [];
    if (context.length > 0) {
      entries.push(this.#keep(this.#message("user", context, { scaffold: true })));
    }
    if (context.length === 0 || parts.length > 0) {
      entries.push(this.#keep(this.#message("user", parts, told)));
    }
    return entries;
  }

  /** Before anything is said, there is nothing but context. */
  #isAside(said: readonly Part[]): boolean {
    return isOfHarness(said) || (!this.#isSaid && said.every(({ kind }) => kind === "text"));
  }

  #keep(entry: Message): Message {
    if (!this.#hasTurns) this.#kept.push(entry);
    return entry;
  }

  /** What the model is sent of the conversation so far: some of the user's messages, and a summary. */
  #compaction(item: JsonObject): Entry[] {
    const summary = summaryIn(item);
    const kept = this.#hasTurns ? [] : this.#kept;
    this.#kept = [];
    const [first] = kept;
    if (first === undefined) return [this.#event({ event: "compaction", summary })];
    if (!this.#hasPast) {
      return [this.#event({ event: "compaction", summary, keepFrom: first.id })];
    }
    // They stand in the conversation before it as well.
    const hidden = kept.map(({ id }) => this.#aside({ event: "hide", target: id }));
    const again = kept.map((message) => ({ ...message, id: `${message.id}k`, parentId: null }));
    return [...hidden, this.#event({ event: "compaction", summary, kept: again })];
  }

  /** A kind that is newer than this: what a model could read of it is not passed on in silence. */
  #other(type: string, item: JsonObject): Entry {
    if (type === "backend_tool_call") {
      this.#backend.add(string(member(item.kind, "id")) ?? "");
      return this.#message("assistant", [readBackend(item)]);
    }
    return this.#aside({ event: "opaque", type });
  }

  #update(type: string, update: JsonObject): Entry[] {
    const body = this.#body(type, update);
    if (body) return [this.#aside(body)];
    const told = this.#hasItems ? null : readNotice(type, update, (id) => this.#calls.get(id));
    if (!told) return [this.#aside({ event: "opaque", type })];
    this.#hasPast = true;
    for (const part of told.parts) {
      if (part.kind === "tool-call") this.#calls.add(part);
      if (part.kind === "tool-result") this.#calls.answer(part.callId);
    }
    if (told.role !== "assistant") {
      this.#group = null;
      return [this.#message(told.role, told.parts)];
    }
    this.#group ??= `#${this.#at}`;
    return [this.#message("assistant", told.parts, { group: this.#group })];
  }

  #body(type: string, update: JsonObject): EventBody | null {
    switch (type) {
      case "retry_state":
        return readRetry(update, this.#time);
      case "turn_completed":
        return readEnd(update, this.#time);
      case "model_changed": {
        const model = string(update.model_id);
        return model === undefined ? null : { event: "model", model };
      }
      case "segue_carry":
        return {
          event: "carry",
          part: number(update.part) ?? 0,
          parts: number(update.parts) ?? 0,
          data: string(update.data) ?? "",
        };
      default:
        return null;
    }
  }

  #message(
    role: Message["role"],
    parts: Part[],
    more: Partial<Pick<Message, "group" | "scaffold" | "told" | "model" | "stop">> = {},
  ): Message {
    this.#isSaid ||= more.scaffold !== true;
    return { kind: "message", ...this.#place(), role, parts, ...more };
  }

  #event(body: EventBody): Entry {
    return { kind: "event", ...this.#place(), ...body };
  }

  /** The next place in the conversation, which is one line of entries. */
  #place() {
    const place = { id: this.#id(), parentId: this.#tail, time: this.#time };
    this.#tail = place.id;
    return place;
  }

  /** An event beside the conversation. */
  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#id(), parentId: null, time: this.#time, ...body };
  }

  #id(): string {
    const n = this.#count++;
    return n === 0 ? `#${this.#at}` : `#${this.#at}.${n}`;
  }
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

function isoTime(time: string | number | null): string | null {
  const ms = typeof time === "number" ? time : Date.parse(time ?? "");
  return ms >= 0 && ms <= LAST ? new Date(ms).toISOString() : null;
}
