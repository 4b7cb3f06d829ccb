/** Decodes the records of Auggie's sessions. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, isObject, listOf, member, number, string } from "../../session/json.ts";
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
import { folderIn, readAnswer, readResult, readSaid, typeOf } from "./content.ts";
import { type Exchange, exchangeIn, isSummary } from "./document.ts";
import { unwrap } from "./records.ts";
import { parseResult } from "./results.ts";
import { summaryText } from "./supervisor.ts";

export function reader(): Reader {
  return new AuggieReader();
}

/** What is known of the exchange that nodes belong to. */
interface Around {
  /** Is it sent? Not while it is incomplete, and not if it is a summary of an older version's. */
  sent: "yes" | "aborted" | "never";
  /** Of all parts of its answer. */
  group: string;
  time: string | null;
  model: string | undefined;
  /** It begins with a summary: the CLI then leaves out the thinking in it. */
  summarized: boolean;
}

class AuggieReader implements Reader {
  readonly #header: Header = emptyHeader("auggie");
  readonly #calls = new OpenCalls();
  #around: Around = {
    sent: "yes",
    group: "#",
    time: null,
    model: undefined,
    summarized: false,
  };
  #started = false;
  #tip: string | null = null;
  #at = 0;
  /** Entries of the current record. */
  #n = 0;
  /** The newest time in the history. */
  #newest: string | null = null;
  #modified: string | null = null;

  header(): Header {
    return { ...this.#header, updatedAt: this.#newest ?? this.#modified };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#n = 0;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "frame":
      case "spelling":
        return [];
      case "head":
        return this.#head(stored.head);
      case "carry":
        return [this.#aside({ event: "carry", ...stored.piece })];
      case "exchange":
        return this.#exchange(stored.exchange);
      case "request":
        return this.#request(stored.nodes);
      case "response":
        return this.#response(stored.node);
      case "element":
        return this.#element(stored.element);
      case "other":
        return [
          this.#aside({ event: "opaque", type: string(member(record, "type")) ?? "unknown" }),
        ];
    }
  }

  #head(head: JsonObject): Entry[] {
    const header = this.#header;
    header.id = string(head.sessionId) || header.id;
    header.title = string(head.customTitle) || string(head.title) || null;
    header.createdAt = isoTime(head.created);
    this.#modified = isoTime(head.modified);
    header.model = string(member(head.agentState, "modelId")) || null;
    header.parent = string(head.parentConversationId) || null;
    const body: EventBody = this.#started
      ? { event: "opaque", type: "session" }
      : { event: "start", header: { ...header } };
    this.#started = true;
    const first = this.#aside(body);
    const queued = queuedIn(head).map(() =>
      this.#aside({ event: "unread", type: "queue", reason: "queued" }),
    );
    // A complete document on one line.
    const history = array(head.chatHistory).flatMap((element) => this.#element(element));
    return [first, ...queued, ...history];
  }

  /** An element of the history, as it stands in a document. */
  #element(element: Json): Entry[] {
    const exchange = exchangeIn(element);
    if (exchange) return this.#exchange(exchange);
    const inner = member(element, "exchange");
    if (!isObject(element) || !isObject(inner)) return this.#odd(element);
    // One in another form: what the CLI takes for a list is one.
    const request = listOf(inner.request_nodes);
    const response = listOf(inner.response_nodes);
    const entries = this.#exchange({ outer: element, exchange: inner, request, response });
    return entries.length > 0 ? entries : [this.#aside({ event: "opaque", type: "exchange" })];
  }

  #odd(element: Json): Entry[] {
    const isText = typeof element === "string" && element !== "";
    if (!isText && !isObject(element)) return [this.#aside({ event: "opaque", type: "exchange" })];
    return [this.#aside({ event: "unread", type: "exchange", reason: "unsent" })];
  }

  #exchange({ outer, exchange, request, response }: Exchange): Entry[] {
    const time = isoTime(outer.finishedAt);
    const sent = isTrue(outer.isHistorySummary)
      ? "never"
      : isTrue(outer.completed)
        ? "yes"
        : "aborted";
    const model = string(exchange.model_id) || undefined;
    const summarized = request.some((node) => typeOf(node) === 10);
    this.#around = { sent, group: this.#nextId(), time, model, summarized };
    this.#note(time);
    if (model !== undefined) this.#header.model = model;
    const entries = [
      ...(sent === "aborted" ? [this.#aside({ event: "interruption" })] : []),
      ...this.#request(request),
      ...response.flatMap((node) => this.#response(node)),
    ];
    return entries.length > 0 ? entries : [this.#aside({ event: "opaque", type: "exchange" })];
  }

  /** What comes before a summary in a request stands after it: the model sees all of the request. */
  #request(nodes: readonly Json[]): Entry[] {
    const at = nodes.findLastIndex(isSummary);
    const entries = at < 0 ? [] : this.#summary(nodes, at);
    const results: ToolResultPart[] = [];
    const parts: Part[] = [];
    for (const [n, node] of nodes.entries()) {
      if (n === at) continue;
      const type = typeOf(node);
      if (type === 4) this.#noteFolder(node);
      else if (type === 1) results.push(readResult(node));
      else parts.push(...readSaid(node));
    }
    if (results.length > 0) entries.push(...this.#said("tool", this.#parsed(results)));
    if (parts.length > 0) entries.push(...this.#said("user", parts));
    if (entries.length === 0 && nodes.length > 0) {
      entries.push(this.#aside({ event: "opaque", type: "request" }));
    }
    return entries;
  }

  #summary(nodes: readonly Json[], at: number): Entry[] {
    if (this.#around.sent !== "yes") {
      return [this.#aside({ event: "unread", type: "summary", reason: "unsent" })];
    }
    const results = nodes.filter((node) => typeOf(node) === 1);
    const summary = summaryText(nodes[at] ?? null, results);
    return [{ kind: "event", ...this.#place(), event: "compaction", summary }];
  }

  #parsed(results: readonly ToolResultPart[]): ToolResultPart[] {
    return results.map((result) => {
      const use = this.#calls.get(result.callId)?.use ?? null;
      this.#calls.answer(result.callId);
      return parseResult(use, result);
    });
  }

  /** Of an answer, the CLI sends texts, calls and thinking. */
  #response(node: Json): Entry[] {
    const type = typeOf(node);
    const { summarized, time } = this.#around;
    const ms = number(member(node, "timestamp_ms"));
    const when = (ms === undefined ? null : timeOf(ms)) ?? time;
    this.#note(when);
    // What it cost.
    if (type === 10 || type === 9) return [this.#aside({ event: "opaque", type: "usage" })];
    if (type !== 0 && type !== 5 && type !== 8) {
      return [this.#aside({ event: "unread", type: `response node ${type}`, reason: "unsent" })];
    }
    if (type === 8 && summarized) {
      return [this.#aside({ event: "unread", type: "thinking", reason: "unsent" })];
    }
    const parts = readAnswer(node);
    for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
    return this.#said("assistant", parts, when);
  }

  #said(role: Message["role"], parts: Part[], time = this.#around.time): Entry[] {
    const { sent, group, model } = this.#around;
    if (sent === "never") {
      return [this.#aside({ event: "unread", type: "exchange", reason: "unsent" })];
    }
    const ofAnswer = role === "assistant";
    return [
      {
        kind: "message",
        ...this.#place(time),
        role,
        parts,
        ...(ofAnswer ? { group } : {}),
        ...(ofAnswer && model !== undefined ? { model } : {}),
        ...(sent === "aborted" ? { stop: "aborted" as const } : {}),
      },
    ];
  }

  #noteFolder(node: Json): void {
    this.#header.cwd ??= folderIn(node);
  }

  #note(time: string | null): void {
    if (time !== null && time > (this.#newest ?? "")) this.#newest = time;
  }

  #place(time = this.#around.time): { id: string; parentId: string | null; time: string | null } {
    const place = { id: this.#id(), parentId: this.#tip, time };
    this.#tip = place.id;
    return place;
  }

  /** An event beside the conversation. */
  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#id(), parentId: null, time: null, ...body };
  }

  #id(): string {
    const id = this.#nextId();
    this.#n++;
    return id;
  }

  #nextId(): string {
    return this.#n === 0 ? `#${this.#at}` : `#${this.#at}.${this.#n}`;
  }
}

/** Prompts that the CLI restores when it resumes the session, and sends in turn. */
function queuedIn({ queue }: JsonObject): Json[] {
  return array(member(queue, "messages"));
}

/** As JavaScript takes it, which is how the CLI looks at it. */
function isTrue(value: Json | undefined): boolean {
  return Boolean(value);
}

function isoTime(value: Json | undefined): string | null {
  const ms = Date.parse(string(value) ?? "");
  return Number.isNaN(ms) ? null : timeOf(ms);
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

function timeOf(ms: number): string | null {
  return ms < 0 || ms > LAST ? null : new Date(ms).toISOString();
}
