/** Writes entries as the records of Kiro CLI's sessions. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, member, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { timeFor } from "../shared/place.ts";
import { blockOf, printContent, readAnswer } from "./content.ts";
import { carryLine, FILLER, logLine, timeIn, unwrap } from "./records.ts";
import { printed } from "./results.ts";

export function writer(options: WriterOptions): Writer {
  return new KiroWriter(options);
}

/** The CLI's own, by default. */
const STRATEGY = {
  message_pairs_to_exclude: 2,
  context_window_percent_to_exclude: 2,
  truncate_large_messages: false,
  max_message_length: 25_000,
};

/** What stands where a message of the other side has to be. */
const NO_ANSWER = "(no answer was recorded)";
const NO_REQUEST = "(no request was recorded)";

type Side = "user" | "assistant" | null;

class KiroWriter implements Writer {
  readonly #seed: string;
  readonly #calls = new OpenCalls();
  /** Whose message came last. */
  #side: Side = null;
  #time = 0;
  /** Number of committed records: the source of new ids. */
  #n = 0;
  /** The lines exist. */
  #isThere = false;
  /** Of results that follow each other: all of them at the last, none at the others. */
  #joined = new Map<Entry, ToolResultPart[]>();

  constructor({ seed }: WriterOptions) {
    this.#seed = seed;
  }

  /** All results of an answer's calls are one message: the next has to be the model's. */
  expect(entries: readonly Entry[], there: boolean): void {
    this.#isThere = there;
    this.#joined = new Map();
    let before: Entry | undefined;
    for (const entry of entries) {
      const isResult = entry.kind === "message" && entry.role === "tool";
      if (isResult) {
        const earlier = (before && this.#joined.get(before)) ?? [];
        if (before) this.#joined.set(before, []);
        this.#joined.set(entry, [...earlier, ...resultsOf(entry)]);
      }
      before = isResult ? entry : undefined;
    }
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry);
    switch (entry.role) {
      case "user":
        return this.#user(entry);
      case "assistant":
        return this.#answer(entry);
      case "tool":
        return this.#results(entry);
      // Never: the CLI has its own.
      case "system":
        return [];
    }
  }

  /** A session continues with the user's next message. */
  end(): Json[] {
    return this.#side === "user" ? [this.#filler("assistant")] : [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "log") return stored.kind;
    const kinds = array(stored.data.content).map((block) => string(member(block, "kind")) ?? "");
    const filler = stored.data[FILLER] === true ? "/filler" : "";
    return [stored.type + filler, ...new Set(kinds)].join("/");
  }

  key(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "log") return "";
    const [block] = array(stored.data.content).flatMap((one) => member(one, "data") ?? []);
    return string(member(block, "toolUseId")) ?? "";
  }

  /** The log has no branches: going back, the CLI begins a new session. */
  mark(): string {
    return String(this.#n);
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    const stored = unwrap(record);
    if (stored.kind === "session") this.#noteTime(timeIn(stored.session.created_at));
    if (stored.kind === "turn") this.#noteTime(timeIn(stored.turn.end_timestamp));
    if (stored.kind === "log") this.#commitLog(stored.type, stored.data);
  }

  #commitLog(type: string, data: JsonObject): void {
    switch (type) {
      case "Prompt":
      case "ToolResults":
        this.#noteTime(timeIn(member(data.meta, "timestamp")));
        this.#side = "user";
        for (const block of array(data.content)) {
          const answered = string(member(member(block, "data"), "toolUseId"));
          if (answered !== undefined) this.#calls.answer(answered);
        }
        break;
      case "AssistantMessage":
        this.#side = "assistant";
        for (const part of array(data.content).flatMap(readAnswer)) {
          if (part.kind === "tool-call") this.#calls.add(part);
        }
        break;
      case "CancelledPrompt":
        if (this.#side === "user") this.#side = "assistant";
        break;
      case "Clear":
        this.#side = null;
        break;
      case "Compaction":
        this.#side = sideAfter(array(data.messages_snapshot));
        break;
    }
  }

  #noteTime(time: string | null): void {
    if (time !== null) this.#time = Date.parse(time);
  }

  #user(entry: Message): Json[] {
    const before = this.#side === "user" ? [this.#filler("assistant")] : [];
    const told = this.#isThere ? entry.parts.find(isContext) : undefined;
    const parts = entry.parts.filter((part) => part !== told);
    const ms = entry.time === null ? this.#time : timeFor(entry.time).getTime();
    const meta = compact({
      timestamp: Math.floor(ms / 1000),
      additionalContext: told?.kind === "text" ? told.text : undefined,
    });
    const content = said(printContent(parts));
    const data = { message_id: this.#id(before.length), content, meta };
    return [...before, logLine("Prompt", data)];
  }

  #answer({ parts }: Message): Json[] {
    const before = this.#side === "assistant" || this.#side === null ? [this.#filler("user")] : [];
    const content = said(printContent(parts));
    return [
      ...before,
      logLine("AssistantMessage", { message_id: this.#id(before.length), content }),
    ];
  }

  #results(entry: Message): Json[] {
    const results = this.#joined.get(entry) ?? resultsOf(entry);
    if (results.length === 0) return [];
    const shown = results.map((part) => ({ part, ...printed(part, this.#calls.get(part.callId)) }));
    const notes = Object.fromEntries(shown.map(({ part, note }) => [part.callId, note]));
    const content = shown.map(({ block }) => block);
    return [logLine("ToolResults", { message_id: this.#id(), content, results: notes })];
  }

  /** In a history where two messages of one side follow each other, the CLI fails at the next prompt. */
  #filler(side: "user" | "assistant"): Json {
    const content = [blockOf("text", side === "user" ? NO_REQUEST : NO_ANSWER)];
    const data = { message_id: this.#id(), content, [FILLER]: true };
    if (side === "assistant") return logLine("AssistantMessage", data);
    return logLine("Prompt", { ...data, meta: { timestamp: Math.floor(this.#time / 1000) } });
  }

  #id(ahead = 0): string {
    return uuid4(this.#seed, this.#n + ahead);
  }

  #event(entry: EventBody): Json[] {
    switch (entry.event) {
      case "start":
        return [{ session: start(entry.header) }];
      case "compaction": {
        const { summary } = entry;
        return [logLine("Compaction", { summary, strategy: STRATEGY, messages_snapshot: [] })];
      }
      case "carry":
        return [carryLine(entry.part, entry.parts, entry.data)];
      case "hide":
        return [{ version: "v1", kind: "CancelledPrompt" }];
      case "opaque":
        return entry.type === "Clear" ? [{ version: "v1", kind: "Clear" }] : [];
      default:
        return [];
    }
  }
}

function resultsOf({ parts }: Message): ToolResultPart[] {
  return parts.filter((part) => part.kind === "tool-result");
}

/** What a hook said, or a summary of version 1. */
function isContext(part: Message["parts"][number]): boolean {
  return part.kind === "text" && part.told === true;
}

/** An API takes no message without content. */
function said(content: JsonObject[]): JsonObject[] {
  return content.length > 0 ? content : [blockOf("text", "")];
}

function sideAfter(snapshot: readonly Json[]): Side {
  const role = string(member(snapshot.at(-1), "role"));
  return role === "user" || role === "assistant" ? role : null;
}

/** Kiro CLI 2 gives it to every session that it begins; it does not open one where this is null. */
const REASON = "subagent";

function start({ id, cwd, title, createdAt, parent }: Header): JsonObject {
  return compact({
    session_id: id,
    cwd: cwd ?? "/",
    created_at: timeFor(createdAt).toISOString(),
    title: title ?? undefined,
    session_created_reason: REASON,
    parent_session_id: parent ?? undefined,
  });
}
