/** Encodes entries as lines of Pi's form. Facts and sources: README.md of src/agents/pi, openclaw and omp. */

import type { Writer, WriterOptions } from "../../../session/codec.ts";
import { IdTable } from "../../../session/id-table.ts";
import { array, compact, member, number, string } from "../../../session/json.ts";
import { textsAndImages } from "../../../session/other.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolResultPart,
} from "../../../session/types.ts";
import { OpenCalls } from "../calls.ts";
import { printAnswer, printBlock, printContent } from "./content.ts";
import type { Dialect } from "./dialect.ts";
import { bashExecution, unworded } from "./texts.ts";
import { NO_TOKENS, printUsage, type Rates, ratesOf } from "./usage.ts";

export function writer(dialect: Dialect, options: WriterOptions): Writer {
  return new PiWriter(dialect, options);
}

/**
 * Provider of answers from elsewhere. No model of Pi has it, so Pi treats them as another model's
 * (it cleans their ids) and opens the session with the user's default model.
 */
const FOREIGN = "segue";

/** What answers repeat from each other. */
interface Source {
  api: string;
  provider: string;
  model: string;
}

/** The part of a record that every entry has. */
interface Frame {
  id: string;
  parentId: string | null;
  timestamp: string;
}

class PiWriter implements Writer {
  readonly #dialect: Dialect;
  readonly #idOf: (n: number) => string;
  /** Counts committed records. */
  #n = 0;
  readonly #ids = new IdTable();
  readonly #calls = new OpenCalls();
  #tail: string | null = null;
  #time = new Date(0).toISOString();
  #source: Source = { api: "anthropic-messages", provider: FOREIGN, model: "unknown" };
  #rates: Rates = NO_TOKENS;
  /** The title in the record before the header. */
  #title: string | null = null;
  /** Does the file have no ids, as in version 1 of the format? */
  #linear = false;

  constructor(dialect: Dialect, options: WriterOptions) {
    this.#dialect = dialect;
    this.#idOf = dialect.ids(options.seed);
  }

  mark(): string {
    return this.#tail ?? "";
  }

  // A rewind has no record of its own: the next entry's parentId expresses it.
  rewind(mark: string): Json[] {
    this.#tail = mark === "" ? null : mark;
    return [];
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    switch (entry.role) {
      case "user":
        return [this.#user(entry)];
      case "assistant":
        return [this.#answer(entry)];
      case "tool":
        return this.#results(entry);
      // Never: Pi takes its tools from the system messages in a file, and adds its own.
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const type = string(member(record, "type")) ?? "";
    if (type === "custom") return `custom/${string(member(record, "customType")) ?? ""}`;
    if (type !== "message") return type;
    const message = member(record, "message");
    const stop = string(member(message, "stopReason"));
    const failed = stop === "error" || stop === "aborted" ? `/${stop}` : "";
    return `message/${string(member(message, "role")) ?? ""}${failed}`;
  }

  key(record: Json): string {
    return string(member(member(record, "message"), "toolCallId")) ?? "";
  }

  commit(record: Json): void {
    this.#n++;
    if (this.#n === 1) this.#title = this.#dialect.own?.titleBefore(record) ?? null;
    const time = string(member(record, "timestamp"));
    if (time !== undefined) this.#time = isoTime(time) ?? this.#time;
    if (member(record, "type") === "session") {
      this.#linear = (number(member(record, "version")) ?? 1) < 2;
      return;
    }
    const id = string(member(record, "id"));
    if (id !== undefined) {
      this.#ids.set(id, 0);
      this.#tail = id;
    }
    if (member(record, "type") === "model_change") {
      this.#commitModel(member(record, "provider"), member(record, "modelId"));
    }
    this.#commitAnswer(member(record, "message"));
  }

  #commitModel(provider: Json | undefined, model: Json | undefined): void {
    this.#source.provider = string(provider) ?? this.#source.provider;
    this.#source.model = string(model) ?? this.#source.model;
  }

  #commitAnswer(message: Json | undefined): void {
    const answered = string(member(message, "toolCallId"));
    if (answered !== undefined) this.#calls.answer(answered);
    if (member(message, "role") !== "assistant") return;
    this.#commitModel(member(message, "provider"), member(message, "model"));
    this.#source.api = string(member(message, "api")) ?? this.#source.api;
    this.#rates = ratesOf(member(message, "usage"), this.#rates);
    for (const block of array(member(message, "content"))) {
      if (member(block, "type") !== "toolCall") continue;
      const callId = string(member(block, "id")) ?? "";
      const name = string(member(block, "name")) ?? "";
      const input = member(block, "arguments") ?? {};
      this.#calls.add({
        kind: "tool-call",
        callId,
        name,
        input,
        use: this.#dialect.tools.fromNative(name, input),
      });
    }
  }

  #user(entry: Message): Json {
    const [first, ...more] = entry.parts;
    const text = first?.kind === "text" && more.length === 0 ? first.text : "";
    const summary = unworded(text, this.#dialect.words.branch);
    if (summary !== undefined) return this.#branch(summary, entry.time);
    const bash = bashExecution(text);
    if (bash) {
      const hidden = entry.scaffold === true ? { excludeFromContext: true } : {};
      return this.#message(entry.time, bash, hidden);
    }
    const content = this.#prompt(entry.parts);
    return this.#message(entry.time, { role: "user", content, ...this.#dialect.own?.prompt });
  }

  #prompt(parts: readonly Part[]): Json {
    const [first, ...more] = printContent(parts);
    const text = string(member(first, "text"));
    const isPlain = this.#dialect.plainPrompts && more.length === 0 && text !== undefined;
    return isPlain ? text : printContent(parts);
  }

  #branch(summary: string, time: string | null): Json {
    const frame = this.#frame(time);
    return { type: "branch_summary", ...this.#own(frame), fromId: this.#tail ?? "root", summary };
  }

  #answer(entry: Message): Json {
    const { api, provider, model } = this.#source;
    // Another model's counts say nothing about the size of this file; without any, Pi measures the
    // text. A file's own model continues, so that Pi resumes with it.
    const own = provider !== FOREIGN && (entry.model ?? model) === model;
    return this.#message(entry.time, {
      role: "assistant",
      content: printAnswer(entry.parts),
      api,
      provider,
      model: provider === FOREIGN ? (entry.model ?? model) : model,
      usage: printUsage(own ? entry.usage : undefined, own ? this.#rates : NO_TOKENS),
      stopReason: stopReason(entry),
    });
  }

  #results(entry: Message): Json[] {
    const results = entry.parts.filter((part) => part.kind === "tool-result");
    const frames = this.#frames(entry.time, results.length);
    return results.flatMap((part, i) => {
      const frame = frames[i];
      return frame ? [this.#result(part, frame)] : [];
    });
  }

  #result(part: ToolResultPart, frame: Frame): Json {
    const call = this.#calls.get(part.callId);
    const use = call?.use ?? null;
    const worded = this.#dialect.tools.printResult(use, part);
    return this.#framed(
      frame,
      compact({
        role: "toolResult",
        toolCallId: part.callId,
        toolName: call?.name ?? "unknown",
        content: textsAndImages(worded.content).map(printBlock),
        details: worded.isError ? undefined : this.#dialect.tools.details(use),
        isError: worded.isError,
      }),
    );
  }

  #event(entry: EventBody, time: string | null): Json[] {
    const own = this.#own(this.#frame(time));
    const { own: records } = this.#dialect;
    if (this.#n === 0 && entry.event === "title" && records) {
      return [records.printTitleBefore(entry.title, isoTime(time) ?? this.#time)];
    }
    const printed = records?.print(entry, own, this.#source.provider);
    if (printed !== undefined) return this.#isShown(entry) ? [] : printed;
    switch (entry.event) {
      case "start":
        return [...this.#before(entry.header), this.#start(entry.header)];
      case "title":
        return [{ type: "session_info", ...own, name: oneLine(entry.title) }];
      case "compaction":
        return [this.#compaction(entry, time)];
      case "model": {
        const provider = entry.provider ?? this.#source.provider;
        return [{ type: "model_change", ...own, provider, modelId: entry.model }];
      }
      case "mode":
        return entry.mode === "thinking"
          ? [{ type: "thinking_level_change", ...own, thinkingLevel: entry.value }]
          : [];
      case "label": {
        const { target, label } = entry;
        return [compact({ type: "label", ...own, targetId: target, label: label ?? undefined })];
      }
      case "hide": {
        if (!this.#dialect.edits) return [];
        const { target, instead } = entry;
        const replacement = instead === undefined ? null : { content: contentOf(instead) };
        return [{ type: "context_edit", ...own, targetId: target, replacement }];
      }
      case "carry": {
        const { part, parts, data } = entry;
        return [{ type: "custom", customType: "segue-carry", data: { part, parts, data }, ...own }];
      }
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

  /** A title that stands before the header already. */
  #isShown(entry: EventBody): boolean {
    return entry.event === "title" && entry.title === this.#title;
  }

  /** What comes before the header of a new session. */
  #before(header: Header): Json[] {
    if (this.#n > 0) return [];
    return this.#dialect.own?.printBefore(header, isoTime(header.createdAt) ?? this.#time) ?? [];
  }

  #start(header: Header): Json {
    const timestamp = isoTime(header.createdAt) ?? this.#time;
    const { version } = this.#dialect;
    return { type: "session", version, id: header.id, timestamp, cwd: header.cwd ?? "/" };
  }

  /** What it keeps must be in this file, or Pi would silently keep nothing. */
  #compaction(entry: EventBody & { event: "compaction" }, time: string | null): Json {
    const frame = this.#frame(time);
    const { keepFrom } = entry;
    const kept = keepFrom !== undefined && this.#ids.has(keepFrom) ? keepFrom : frame.id;
    return {
      type: "compaction",
      ...this.#own(frame),
      summary: entry.summary,
      firstKeptEntryId: kept,
      tokensBefore: entry.tokens ?? 0,
    };
  }

  #message(time: string | null, message: JsonObject, after: JsonObject = {}): Json {
    return this.#framed(this.#frame(time), message, after);
  }

  #framed(frame: Frame, message: JsonObject, after: JsonObject = {}): Json {
    const timestamp = momentOf(frame.timestamp).ms;
    return { type: "message", ...this.#own(frame), message: { ...message, timestamp, ...after } };
  }

  #own({ id, parentId, timestamp }: Frame): JsonObject {
    return this.#linear ? { timestamp } : { id, parentId, timestamp };
  }

  #frame(time: string | null): Frame {
    return this.#frameAt(this.#freeOffset(0), time, this.#tail);
  }

  /** Frames of consecutive records. */
  #frames(time: string | null, count: number): Frame[] {
    const frames: Frame[] = [];
    for (let offset = 0; frames.length < count; offset++) {
      offset = this.#freeOffset(offset);
      frames.push(this.#frameAt(offset, time, frames.at(-1)?.id ?? this.#tail));
    }
    return frames;
  }

  #frameAt(offset: number, time: string | null, parentId: string | null): Frame {
    return { id: this.#idAt(offset), parentId, timestamp: isoTime(time) ?? this.#time };
  }

  #freeOffset(from: number): number {
    let offset = from;
    while (this.#ids.has(this.#idAt(offset))) offset++;
    return offset;
  }

  #idAt(offset: number): string {
    return this.#idOf(this.#n + offset);
  }
}

function stopReason({ stop, parts }: Message): string {
  if (stop === "error" || stop === "aborted" || stop === "length") return stop;
  return parts.some((part) => part.kind === "tool-call") ? "toolUse" : "stop";
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

interface Moment {
  time: string | null;
  ms: number;
  iso: string | undefined;
}

function isoTime(time: string | null): string | undefined {
  return momentOf(time).iso;
}

function momentOf(time: string | null): Moment {
  if (time !== newest.time) newest = readMoment(time);
  return newest;
}

function readMoment(time: string | null): Moment {
  const ms = Date.parse(time ?? "");
  if (Number.isNaN(ms)) return { time, ms, iso: undefined };
  // Printing a date is slow, and most are in this form.
  return { time, ms, iso: time !== null && ISO.test(time) ? time : new Date(ms).toISOString() };
}

/** Reading one is slow, too: what is predicted and then committed mostly has the same time. */
let newest: Moment = readMoment(null);

/** Like Pi's appendSessionInfo: a title is one line. */
function oneLine(title: string): string {
  return title.replace(/[\r\n]+/g, " ").trim();
}

/** Content that replaces an earlier message's. */
function contentOf(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part) => {
    if (part.kind === "tool-result") return textsAndImages(part.content).map(printBlock);
    return part.kind === "image" ? [printBlock(part)] : printAnswer([part]);
  });
}
