/** Writes entries as Gemini CLI's JSONL lines. Facts and sources: README.md in this folder. */
import { hash } from "node:crypto";
import { resolve } from "node:path";
import { isFrame } from "../../lossless/document.ts";
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, isObject, member, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { uuid4 } from "../shared/ids.ts";
import {
  ACKNOWLEDGED,
  contentParts,
  printCall,
  printPart,
  printResponse,
  printUser,
  readCall,
  thoughtOf,
} from "./content.ts";
import { fromNative, printResult, shown } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new GeminiWriter(options);
}

/** What is shown in place of parts: nothing. With an empty text, the parts would be shown. */
const NOT_SHOWN = [{ text: " " }];

/** Follows a call's id in what is only for the screen. */
const SCREEN = "#shown";

class GeminiWriter implements Writer {
  readonly #seed: string;
  readonly #now: string | undefined;
  /** Number of committed records: the source of new ids. */
  #n = 0;
  #time = new Date(0).toISOString();
  /** Ids of the messages that the CLI would load, in order. */
  #live = new Set<string>();
  #last = "";
  #model: string | undefined;
  /** The newest message of the model. */
  #answer: JsonObject | undefined;
  /** The newest message with calls has them among its parts, as this writer puts them. */
  #asParts = false;
  /** The file is one document: it contains messages and nothing else. */
  #isDocument = false;
  /** There was a message since the time was last recorded. */
  #owesUpdate = false;
  /** What existing lines are compared with. */
  #expected: readonly Entry[] = [];
  #answerBefore: JsonObject | undefined;
  /** Results that were requested while others of the same message are missing. */
  readonly #results = new Map<string, ToolResultPart>();

  constructor({ seed, facts }: WriterOptions) {
    this.#seed = seed;
    this.#now = string(member(facts ?? undefined, "now"));
  }

  replaces(before: Writer): void {
    if (!(before instanceof GeminiWriter)) return;
    this.#live = before.#live;
    this.#last = before.#last;
    this.#isDocument = before.#isDocument;
  }

  /**
   * Predictions for existing lines follow the CLI's own form, which contains more than should be
   * written (see `#fresh`).
   */
  expect(entries: readonly Entry[], there: boolean): void {
    this.#expected = there ? entries : [];
    this.#answerBefore = this.#answer;
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    const there = this.#expected.includes(entry);
    switch (entry.role) {
      case "user":
        return [...this.#updates(there), this.#user(entry)];
      case "assistant":
        return there ? this.#own(entry) : [this.#fresh(entry)];
      case "tool":
        return there ? this.#ownResults(entry) : this.#freshResults(entry);
      case "system":
        return [];
    }
  }

  /**
   * Sessions that were not updated for a month are deleted at the CLI's next start (0.61 [run]).
   */
  end(): Json[] {
    if (this.#now !== undefined) return [{ $set: { lastUpdated: this.#now } }];
    return this.#owesUpdate ? [this.#updated()] : [];
  }

  kind(record: Json): string {
    if (typeof member(record, "$rewindTo") === "string") return "$rewindTo";
    if (typeof member(record, "id") !== "string") {
      const set = member(record, "$set");
      return isObject(set) ? `$set/${Object.keys(set).join()}` : "metadata";
    }
    const type = string(member(record, "type")) ?? "";
    const parts = contentParts(member(record, "content"));
    if (type === "user") return parts.some(isResponse) ? "user/response" : "user";
    const calls = parts.some(isCall) ? "/calls" : "";
    return `${type}${calls}${member(record, "toolCalls") === undefined ? "" : "/tools"}`;
  }

  key(record: Json): string {
    if (typeof member(record, "id") !== "string") return "";
    const response = contentParts(member(record, "content")).find(isResponse);
    if (response !== undefined)
      return string(member(member(response, "functionResponse"), "id")) ?? "";
    return string(member(array(member(record, "toolCalls"))[0], "id")) ?? "";
  }

  mark(): string {
    return this.#last;
  }

  rewind(mark: string): Json[] {
    const live = [...this.#live];
    const next = live[mark === "" ? 0 : live.indexOf(mark) + 1];
    // A document cannot be rewound: reverted messages stay in it.
    return next === undefined || this.#isDocument ? [] : [{ $rewindTo: next }];
  }

  commit(record: Json): void {
    this.#n++;
    if (isFrame(record)) this.#isDocument = true;
    const rewind = string(member(record, "$rewindTo"));
    if (rewind !== undefined) {
      const live = [...this.#live];
      this.#setLive(live.slice(0, Math.max(0, live.indexOf(rewind))));
      return;
    }
    if (isObject(record) && typeof record.id === "string") {
      this.#commitMessage(record, record.id);
      return;
    }
    const set = member(record, "$set");
    this.#commitTime(member(set ?? record, "lastUpdated"));
    const messages = member(set, "messages");
    if (Array.isArray(messages)) this.#setLive(messages.flatMap(idOf));
  }

  #setLive(ids: readonly string[]): void {
    this.#live = new Set(ids);
    this.#last = ids.at(-1) ?? "";
  }

  #commitMessage(record: JsonObject, id: string): void {
    this.#commitTime(record.timestamp);
    this.#owesUpdate = !this.#isDocument;
    if (!this.#live.has(id)) this.#last = id;
    this.#live.add(id);
    const parts = contentParts(record.content);
    for (const part of parts) {
      const called = string(member(member(part, "functionResponse"), "id"));
      if (called !== undefined) this.#results.delete(called);
    }
    if (record.type !== "gemini") return;
    this.#answer = record;
    this.#model = string(record.model) ?? this.#model;
    if (parts.some(isCall)) this.#asParts = true;
    else if (record.toolCalls !== undefined) this.#asParts = false;
  }

  #commitTime(time: Json | undefined): void {
    this.#owesUpdate = false;
    this.#time = isoTime(string(time) ?? null) ?? this.#time;
  }

  #user(entry: Message): JsonObject {
    return this.#message(entry, "user", printUser(entry.parts));
  }

  #message({ time }: Pick<Message, "time">, type: string, content: Json, n = 0): JsonObject {
    const timestamp = isoTime(time) ?? this.#time;
    return { id: uuid4(this.#seed, this.#n + n), timestamp, type, content };
  }

  #updated(): JsonObject {
    return { $set: { lastUpdated: this.#time } };
  }

  /** The CLI records the time after every message; here, once per turn is enough. */
  #updates(there: boolean): Json[] {
    return this.#owesUpdate || (there && !this.#isDocument) ? [this.#updated()] : [];
  }

  /**
   * What the model said and called. Each call and each result must occur exactly once: what the CLI
   * itself records about a call is sent twice after a resume, and more often after each further
   * one, as its checkpoints attach the result to the call as well as to a message. Calls among the
   * parts, with results in a separate message, stay unchanged through any number of resumes.
   */
  #fresh(entry: Message): JsonObject {
    const calls = entry.parts.filter((part) => part.kind === "tool-call");
    const content = calls.length === 0 ? plainContent(entry.parts) : entry.parts.flatMap(printPart);
    const texts = entry.parts.flatMap((part) =>
      part.kind === "text" ? [{ text: part.text }] : [],
    );
    return compact({
      ...this.#message(entry, "gemini", content),
      displayContent: calls.length === 0 ? undefined : texts.length > 0 ? texts : NOT_SHOWN,
      thoughts: [],
      tokens: null,
      model: entry.model ?? this.#model,
    });
  }

  /**
   * Once all results of a message exist, it is written with them for the screen; then the results.
   */
  #freshResults(entry: Message): Json[] {
    const calls = callsOf(this.#answer);
    const own = entry.parts.filter((part) => part.kind === "tool-result");
    for (const part of own) this.#results.set(part.callId, part);
    const results = calls.map(({ callId }) => this.#results.get(callId));
    const all = results.filter((result) => result !== undefined);
    const belongs = own.every(({ callId }) => calls.some((call) => call.callId === callId));
    if (!belongs || calls.length === 0) return [this.#response(entry, own, calls)];
    if (all.length < calls.length) return [];
    const response = this.#response(entry, all, calls);
    // The messages of a document are not merged by id: a repeated one would be a second message.
    return this.#isDocument ? [response] : [this.#onScreen(entry, calls), response];
  }

  #onScreen(entry: Message, calls: readonly ToolCallPart[]): JsonObject {
    const toolCalls = calls.map((call) => {
      const result = this.#results.get(call.callId);
      const { id, name, args } = printCall(call);
      return compact({
        id: `${String(id)}${SCREEN}`,
        name,
        args,
        status: result?.isError && result.exitCode === undefined ? "error" : "success",
        timestamp: isoTime(entry.time) ?? this.#time,
        resultDisplay: displayed(call, result),
        ...shown(call.name, call.input),
        renderOutputAsMarkdown: false,
      });
    });
    return { ...this.#answer, toolCalls };
  }

  #response(
    entry: Message,
    results: readonly ToolResultPart[],
    calls: readonly ToolCallPart[],
  ): JsonObject {
    const content = results.flatMap((result) => printed(result, calls));
    const record = this.#message(entry, "user", content);
    return { ...record, displayContent: NOT_SHOWN };
  }

  /**
   * In the CLI's own form: the message; the message again, with its calls and their results; the
   * results once more, in a separate message; and the time after each.
   */
  #own(entry: Message): Json[] {
    const calls = entry.parts.filter((part) => part.kind === "tool-call");
    const first = this.#asParts && calls.length > 0 ? this.#fresh(entry) : this.#ownAnswer(entry);
    const time = this.#updated();
    if (calls.length === 0) return this.#isDocument ? [first] : [time, first, time];
    const results = this.#expectedResults(calls);
    // Using the existing line, once there was one.
    const isThere = this.#answer !== undefined && this.#answer !== this.#answerBefore;
    const base = isThere || this.#isFragment(entry) ? (this.#answer ?? first) : first;
    const toolCalls = this.#asParts
      ? array(this.#onScreenOf(entry, calls, results))
      : calls.map((call) => this.#ownCall(entry, call, results.get(call.callId)));
    const told = [...results.values()].flatMap((result) => printed(result, calls));
    const response = this.#message(entry, "user", told, 2);
    const shownAs = this.#asParts ? { displayContent: NOT_SHOWN } : {};
    if (this.#isDocument) return this.#asParts ? [first, response] : [{ ...first, toolCalls }];
    return [time, first, time, { ...base, toolCalls }, { ...response, ...shownAs }, time];
  }

  #onScreenOf(
    entry: Message,
    calls: readonly ToolCallPart[],
    results: ReadonlyMap<string, ToolResultPart>,
  ): Json {
    for (const [id, result] of results) this.#results.set(id, result);
    return this.#onScreen(entry, calls).toolCalls ?? [];
  }

  #ownAnswer(entry: Message): JsonObject {
    const timestamp = isoTime(entry.time) ?? this.#time;
    const thoughts = entry.parts.flatMap((part) =>
      part.kind === "reasoning" ? [{ ...thoughtOf(part.text), timestamp }] : [],
    );
    return compact({
      ...this.#message(entry, "gemini", plainContent(entry.parts)),
      thoughts,
      tokens: null,
      model: entry.model ?? this.#model,
    });
  }

  #ownCall(entry: Message, call: ToolCallPart, result: ToolResultPart | undefined): JsonObject {
    return compact({
      ...printCall(call),
      result: result ? printed(result, [call]) : undefined,
      status: result?.isError && result.exitCode === undefined ? "error" : "success",
      timestamp: isoTime(entry.time) ?? this.#time,
      resultDisplay: displayed(call, result),
      ...shown(call.name, call.input),
      renderOutputAsMarkdown: call.name !== "run_shell_command",
    });
  }

  /** Part of a message that has been committed: only its calls. */
  #isFragment(entry: Message): boolean {
    return entry.group !== undefined && entry.group === this.#answer?.id;
  }

  #expectedResults(calls: readonly ToolCallPart[]): Map<string, ToolResultPart> {
    const found = new Map<string, ToolResultPart>();
    const all = this.#expected.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
    for (const { callId } of calls) {
      const result = all.find((part) => part.kind === "tool-result" && part.callId === callId);
      if (result?.kind === "tool-result") found.set(callId, result);
    }
    return found;
  }

  /** Results whose calls are not expected with them. */
  #ownResults(entry: Message): Json[] {
    const results = entry.parts.filter((part) => part.kind === "tool-result");
    const called = this.#expected.some(
      (other) =>
        other.kind === "message" &&
        other.parts.some((part) => part.kind === "tool-call" && part.callId === results[0]?.callId),
    );
    if (called) return [];
    const time = this.#updated();
    const response = this.#response(entry, results, callsOf(this.#answer));
    return this.#isDocument ? [response] : [time, response, time];
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return [this.#start(entry.header)];
      case "title":
        return this.#isDocument ? [] : [{ $set: { summary: entry.title } }];
      case "compaction":
        return this.#compaction(entry.summary, time);
      case "carry": {
        const { part, parts, data } = entry;
        return this.#isDocument ? [] : [{ $set: { segueCarry: { part, parts, data } } }];
      }
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

  /**
   * `directories` lists what the CLI adds to its workspace; for a session written by Segue, its
   * folder.
   */
  #start(header: Header): JsonObject {
    const cwd = resolve(header.cwd ?? "/");
    const startTime = isoTime(header.createdAt) ?? this.#time;
    return {
      sessionId: header.id,
      projectHash: hash("sha256", cwd),
      startTime,
      lastUpdated: isoTime(header.updatedAt) ?? startTime,
      kind: "main",
      directories: [cwd],
    };
  }

  /** As after /compress: the conversation consists of the summary, and the CLI's answer to it. */
  #compaction(summary: string, time: string | null): Json[] {
    const at = { time };
    const messages = [
      this.#message(at, "user", printUser([{ kind: "text", text: summary }])),
      this.#message(at, "gemini", [{ text: ACKNOWLEDGED }], 0.5),
    ];
    if (this.#isDocument) return messages;
    return [{ $set: { messages, lastUpdated: isoTime(time) ?? this.#time } }];
  }
}

function isCall(part: Json): boolean {
  return member(part, "functionCall") !== undefined;
}

function isResponse(part: Json): boolean {
  return member(part, "functionResponse") !== undefined;
}

function idOf(message: Json): string[] {
  const id = string(member(message, "id"));
  return id === undefined ? [] : [id];
}

/** The calls of a message, among its parts or beside them. */
function callsOf(answer: JsonObject | undefined): ToolCallPart[] {
  const parts = contentParts(answer?.content).flatMap((part) => {
    const call = member(part, "functionCall");
    return call === undefined ? [] : [readCall(call)];
  });
  return parts.length > 0 ? parts : array(answer?.toolCalls).map(readCall);
}

/** A single text is a string, as the CLI records an answer; reasoning is beside it. */
function plainContent(parts: readonly Part[]): Json {
  const said = parts.filter(({ kind }) => kind !== "tool-call" && kind !== "reasoning");
  const texts = said.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  const [only = ""] = texts;
  return said.length === texts.length && texts.length < 2 ? only : said.flatMap(printPart);
}

function printed(result: ToolResultPart, calls: readonly ToolCallPart[]): JsonObject[] {
  const call = calls.find(({ callId }) => callId === result.callId);
  const use = call ? fromNative(call.name, call.input) : null;
  return printResponse(printResult(use, result), call?.name ?? "unknown");
}

/** What the screen shows of a result. */
function displayed(call: ToolCallPart, result: ToolResultPart | undefined): string | undefined {
  if (!result || call.name === "read_file") return result && "";
  const texts = result.content.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  return texts.join("\n").trimEnd();
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isoTime(time: string | null): string | undefined {
  const ms = Date.parse(time ?? "");
  if (Number.isNaN(ms)) return undefined;
  // Printing a date is slow, and most are in this form.
  return time !== null && ISO.test(time) ? time : new Date(ms).toISOString();
}
