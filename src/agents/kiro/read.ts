/** Reads the records of Kiro's sessions. Facts and sources: README.md in this folder. */
import type { Reader, Spent } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, member, number, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
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
import { blocksIn, readAnswer, readSaid } from "./content.ts";
import { readAnswered, readAsked } from "./exchange.ts";
import { headIn, rowOf } from "./heads.ts";
import { answers, readEntry, readSpoken, readStep } from "./history.ts";
import { readEnd } from "./limits.ts";
import { readPayload } from "./payloads.ts";
import { carryIn, FILLER, type Piece, type Stored, timeIn, timeOf, unwrap } from "./records.ts";
import { readResult } from "./results.ts";
import { Standing } from "./standing.ts";

export function reader(): Reader {
  return new KiroReader();
}

class KiroReader implements Reader {
  readonly #header: Header = emptyHeader("kiro");
  readonly #calls = new OpenCalls();
  readonly #ids = new Set<string>();
  /** After each line of the log, the newest entry: lines are gone back to by their numbers. */
  readonly #tails: (string | null)[] = [];
  /** The entries of the user's last message, if nothing was answered to it. */
  #unanswered: string[] = [];
  /** Kiro CLI 3's records that were not taken back. */
  readonly #standing = new Standing();
  /** The editor's executions whose steps said something, and the one whose steps are read. */
  readonly #answered = new Set<string>();
  #execution = "";
  #started = false;
  #tail: string | null = null;
  #time: string | null = null;
  #at = 0;
  #count = 0;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#count = 0;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "session":
        return this.#start(stored.session);
      case "conversation":
        return this.#start({ ...stored.conversation, ...rowOf(stored.conversation) });
      case "log": {
        const entries = this.#log(stored.type, stored.data);
        this.#tails.push(this.#tail);
        return entries;
      }
      case "turn":
        return [this.#turn(stored.turn)];
      case "summary":
        return [this.#next({ event: "compaction", summary: saidIn(stored.summary) })];
      case "exchange":
        return this.#exchange(stored.exchange);
      case "payload":
        return this.#payload(stored);
      case "metadata":
      case "editor":
      case "chat":
        return this.#start(headIn(stored.kind, stored.own));
      case "execution":
        return [this.#executed(stored.own)];
      case "step":
        return this.#step(stored.own);
      case "entry":
        return this.#pieces(readEntry(stored.own, this.#answered));
      case "spoken":
        return this.#pieces([readSpoken(stored.own)]);
      case "carry":
        return [this.#aside(carryIn(stored.data))];
      case "line":
      case "other":
        return [this.#aside({ event: "opaque", type: stored.kind })];
    }
  }

  #start(session: JsonObject): Entry[] {
    if (this.#started) return [this.#aside({ event: "opaque", type: "session" })];
    this.#started = true;
    const text = (key: string) => string(session[key]) || null;
    Object.assign(this.#header, {
      id: text("session_id") ?? "",
      title: text("title"),
      cwd: text("cwd"),
      createdAt: timeIn(session.created_at),
      model: text("model") ?? this.#header.model,
      parent: text("parent_session_id"),
    } satisfies Partial<Header>);
    this.#time = this.#header.createdAt;
    return [this.#aside({ event: "start", header: this.header() })];
  }

  #log(type: string, data: JsonObject): Entry[] {
    if (data[FILLER] === true) return [this.#aside({ event: "opaque", type: "filler" })];
    switch (type) {
      case "Prompt":
      case "ToolResults":
        this.#note(timeIn(member(data.meta, "timestamp")));
        return this.#said(data);
      case "AssistantMessage":
        return [this.#answer(data)];
      case "Compaction":
        return [this.#compaction(data)];
      case "Clear":
        this.#unanswered = [];
        this.#tail = null;
        return [this.#aside({ event: "opaque", type, anchor: null })];
      case "ResetTo":
        return [this.#reset(data)];
      case "CancelledPrompt":
        return this.#cancelled();
      default:
        return [this.#aside({ event: "opaque", type: `record/${type}` })];
    }
  }

  /** The user's message: with the results that it holds before what the user said. */
  #said(data: JsonObject): Entry[] {
    const results: ToolResultPart[] = [];
    const parts: Part[] = [];
    const context = saidIn(member(data.meta, "additionalContext"));
    if (context !== "") parts.push(...notTyped([{ kind: "text", text: context }]));
    for (const block of blocksIn(data.content)) {
      if (member(block, "kind") === "toolResult") results.push(this.#result(block));
      else parts.push(...readSaid(block));
    }
    const id = this.#idOf(data);
    const entries: Message[] = [];
    if (results.length > 0) {
      const own = parts.length > 0 ? `${id}#results` : id;
      entries.push(this.#message(own, "tool", results));
    }
    if (parts.length > 0 || results.length === 0) entries.push(this.#message(id, "user", parts));
    this.#unanswered = entries.map((entry) => entry.id);
    return entries;
  }

  #result(block: Json): ToolResultPart {
    const use = (callId: string) => this.#calls.get(callId)?.use ?? null;
    const result = readResult(member(block, "data") ?? null, use);
    this.#calls.answer(result.callId);
    return result;
  }

  #answer(data: JsonObject): Message {
    const parts = blocksIn(data.content).flatMap(readAnswer);
    return this.#spoke(this.#idOf(data), parts);
  }

  #spoke(id: string, parts: Part[]): Message {
    let calls = 0;
    for (const part of parts) {
      if (part.kind !== "tool-call") continue;
      calls++;
      this.#calls.add(part);
    }
    this.#unanswered = [];
    return { ...this.#message(id, "assistant", parts), stop: calls > 0 ? "tool" : "end" };
  }

  /** The messages that stay are copies of those before it, unless they are not there. */
  #compaction(data: JsonObject): Entry {
    this.#unanswered = [];
    const summary = saidIn(data.summary);
    const snapshot = array(data.messages_snapshot);
    // The calls of the first one are gone: the CLI sends what they returned as texts.
    const [first = null, ...more] = snapshot;
    const isCut = blocksIn(member(first, "content")).some(
      (block) => member(block, "kind") === "toolResult",
    );
    const from = isCut ? more : snapshot;
    const said = isCut ? this.#kept(first, 0) : [];
    const keepFrom = string(member(from[0], "id")) ?? "";
    const isThere = this.#ids.has(keepFrom);
    const kept = isThere ? said : [...said, ...from.flatMap((one, n) => this.#kept(one, n + 1))];
    return this.#next({
      event: "compaction",
      summary,
      ...(isThere ? { keepFrom } : {}),
      ...(kept.length > 0 ? { kept } : {}),
    });
  }

  #kept(message: Json, n: number): Message[] {
    const role = member(message, "role") === "assistant" ? "assistant" : "user";
    const parts = blocksIn(member(message, "content")).flatMap((block): Part[] => {
      if (member(block, "kind") !== "toolResult") return readAnswer(block);
      return this.#result(block).content;
    });
    const said = parts.filter(({ kind }) => kind !== "tool-call");
    const id = `#${this.#at}/${n}`;
    return [{ kind: "message", id, parentId: null, time: null, role, parts: said }];
  }

  /** To what it was before the line with this number. */
  #reset(data: JsonObject): Entry {
    this.#unanswered = [];
    const index = number(data.target_index) ?? 0;
    const anchor = this.#tails[Math.min(index, this.#tails.length) - 1] ?? null;
    this.#tail = anchor;
    return this.#aside({ event: "opaque", type: "ResetTo", anchor });
  }

  /** The user's last message is taken back. */
  #cancelled(): Entry[] {
    const targets = this.#unanswered;
    this.#unanswered = [];
    if (targets.length === 0) return [this.#aside({ event: "opaque", type: "CancelledPrompt" })];
    return targets.map((target) => this.#aside({ event: "hide", target }));
  }

  #turn(turn: JsonObject): Entry {
    this.#header.model = string(turn.model) ?? this.#header.model;
    const time = timeIn(turn.end_timestamp);
    this.#note(time);
    return { ...this.#aside(readEnd(turn, time)), time };
  }

  #exchange(exchange: Json): Entry[] {
    const [asked, answered] = Array.isArray(exchange)
      ? exchange
      : [member(exchange, "user"), member(exchange, "assistant")];
    const use = (callId: string) => this.#calls.get(callId)?.use ?? null;
    const { results, parts, time, cwd } = readAsked(asked ?? null, use);
    this.#header.cwd ??= cwd;
    this.#note(time);
    const entries: Message[] = [];
    const id = `#${this.#at}`;
    for (const { callId } of results) this.#calls.answer(callId);
    if (results.length > 0) entries.push(this.#message(`${id}/results`, "tool", results));
    if (parts.length > 0) entries.push(this.#message(`${id}/user`, "user", parts));
    const request = member(exchange, "request_metadata");
    this.#header.model = string(member(request, "model_id")) ?? this.#header.model;
    const ended = number(member(request, "stream_end_timestamp_ms"));
    if (ended !== undefined) this.#note(timeIn(ended / 1000));
    const answer = readAnswered(answered ?? null);
    if (answer.length > 0) entries.push(this.#spoke(`${id}/answer`, answer));
    return entries;
  }

  /** Of Kiro CLI 3: a tombstone takes back what came before it, or is followed by a summary of that. */
  #payload({ id, time, type, payload }: Extract<Stored, { kind: "payload" }>): Entry[] {
    this.#note(time);
    if (type === "tombstone") {
      const anchor = this.#standing.take(
        string(payload.effectiveFromMessageId) ?? "",
        payload.kind,
      );
      if (anchor === undefined) return [this.#aside({ event: "opaque", type })];
      this.#tail = anchor;
      return [this.#aside({ event: "opaque", type, anchor })];
    }
    this.#standing.add(id, type, this.#tail);
    const pieces = readPayload(type, payload, time);
    if (this.#standing.isPart && payload.operationType === "Summary") {
      const parts: Part[] = [{ kind: "text", text: saidIn(payload.content) }];
      return this.#pieces([{ role: "assistant", parts, id }]);
    }
    return this.#pieces(pieces.map((piece) => ("role" in piece ? { id, ...piece } : piece)));
  }

  #executed({ executionId, startTime, missing }: JsonObject): Entry {
    this.#execution = string(executionId) ?? "";
    this.#note(timeOf(startTime));
    if (missing !== true) return this.#aside({ event: "opaque", type: "execution" });
    return this.#aside({ event: "unread", type: "execution", reason: "missing" });
  }

  #step(step: JsonObject): Entry[] {
    this.#note(timeOf(step.time));
    if (answers(step)) this.#answered.add(this.#execution);
    return this.#pieces(readStep(step, `#${this.#at}/call`, this.#time));
  }

  #pieces(pieces: readonly Piece[]): Entry[] {
    return pieces.map((piece): Entry => {
      if ("body" in piece) {
        return piece.body.event === "compaction" ? this.#next(piece.body) : this.#aside(piece.body);
      }
      const { role, parts, id = "", ...marks } = piece;
      const own = id === "" || this.#ids.has(id) ? this.#newId() : id;
      if (role === "assistant" && marks.scaffold !== true) {
        return { ...this.#spoke(own, parts), ...marks };
      }
      for (const part of parts) if (part.kind === "tool-result") this.#calls.answer(part.callId);
      return { ...this.#message(own, role, parts), ...marks };
    });
  }

  #note(time: string | null): void {
    if (time === null) return;
    this.#time = time;
    this.#header.createdAt ??= time;
    this.#header.updatedAt = time;
  }

  #message(id: string, role: Message["role"], parts: Part[]): Message {
    const parentId = this.#tail;
    this.#tail = id;
    this.#ids.add(id);
    return { kind: "message", id, parentId, time: this.#time, role, parts };
  }

  /** Its own, unless another message has that one. */
  #idOf(data: JsonObject): string {
    const id = string(data.message_id) ?? "";
    return id === "" || this.#ids.has(id) ? `#${this.#at}` : id;
  }

  #next(body: EventBody): Entry {
    const entry = { ...this.#aside(body), parentId: this.#tail };
    this.#tail = entry.id;
    return entry;
  }

  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#newId(), parentId: null, time: this.#time, ...body };
  }

  #newId(): string {
    const id = this.#count === 0 ? `#${this.#at}` : `#${this.#at}/${this.#count}`;
    this.#count++;
    return id;
  }
}

/** What a turn took. Kiro counts credits; tokens are there where the vendor's server says them. */
export function spent(record: Json): Spent | undefined {
  const stored = unwrap(record);
  if (stored.kind !== "turn") return undefined;
  const { turn } = stored;
  const tokens = (key: string) => number(turn[`${key}_token_count`]) ?? 0;
  const usage = {
    input: tokens("input"),
    output: tokens("output"),
    cacheRead: tokens("cache_read_input"),
    cacheWrite: tokens("cache_write_input"),
  };
  if (Object.values(usage).every((count) => count === 0)) return undefined;
  const key = array(turn.message_ids).find((id) => typeof id === "string");
  return { key: string(key) ?? "", usage, model: string(turn.model) };
}
