/** Writes entries as the lines of gptme's conversation.jsonl. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { compact, member, string } from "../../session/json.ts";
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
import { printTime } from "../shared/local-time.ts";
import { printSaid } from "../shared/said.ts";
import { printAnswer, readAnswer } from "./answer.ts";
import { INTERRUPTED, isInjected, summaryText } from "./marks.ts";
import { printResult } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new GptmeWriter(options);
}

/**
 * gptme adds no prompt to a log that has records, and with a model of Anthropic's refuses one that
 * begins with anything else. For a store in which gptme has not written one of its own yet.
 */
const PROMPT =
  "You are gptme, an AI assistant in the user's terminal. You help with programming: you run commands, and read and change files, with the tools that you are given. Continue the conversation below, which began in another tool.";

class GptmeWriter implements Writer {
  readonly #form: "store" | "file";
  readonly #prompt: string;
  readonly #calls = new OpenCalls();
  /** Number of committed records. */
  #n = 0;
  /** The time of the newest record. */
  #time = printTime(new Date(0).toISOString()) ?? "";
  /** The lines exist, written by gptme itself. */
  #isThere = false;

  constructor({ form = "store", facts }: WriterOptions) {
    this.#form = form;
    this.#prompt = string(member(facts, "prompt")) ?? PROMPT;
  }

  expect(_entries: readonly Entry[], there: boolean): void {
    this.#isThere = there;
  }

  predict(entry: Entry): Json[] {
    return entry.kind === "event" ? this.#event(entry) : this.#message(entry);
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const role = string(member(record, "role")) ?? "";
    return member(record, "call_id") === undefined ? role : `${role}/result`;
  }

  key(record: Json): string {
    return string(member(record, "call_id")) ?? "";
  }

  /** The log has no branches: what is taken back is no longer there. */
  mark(): string {
    return String(this.#n);
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    this.#time = string(member(record, "timestamp")) ?? this.#time;
    const content = string(member(record, "content"));
    if (member(record, "role") !== "assistant" || content === undefined) return;
    for (const part of readAnswer(content)) {
      if (part.kind === "tool-call") this.#calls.add(part);
    }
  }

  #message(entry: Message): Json[] {
    const { role, parts, time } = entry;
    switch (role) {
      case "user":
        return [this.#said(entry)];
      case "assistant":
        return [this.#record("assistant", printAnswer(parts, !this.#isThere), time)];
      case "tool":
        return parts.flatMap((part) =>
          part.kind === "tool-result" ? [this.#result(part, time)] : [],
        );
      // Its own prompt is in the log; another agent's never.
      case "system":
        return this.#isThere ? [this.#said(entry)] : [];
    }
  }

  #said({ role, parts, time, told, scaffold }: Message): JsonObject {
    const shown = this.#isThere ? parts.filter(isText) : parts;
    const text = printSaid(shown);
    const isOwn = told === true && this.#isThere && !isInjected(text);
    const record = this.#record(isOwn ? "system" : role, text, time);
    return scaffold === true ? { ...record, pinned: true, hide: true } : record;
  }

  #result(part: ToolResultPart, time: string | null): JsonObject {
    const { callId, content } = part;
    const call = this.#calls.get(callId);
    const shown = this.#isThere ? content.filter(isText) : content;
    const text = printResult(call?.use ?? null, part, printSaid(shown));
    return {
      ...this.#record("system", text, time),
      call_id: callId,
      ...(call === undefined ? {} : { metadata: { tool: call.name } }),
    };
  }

  #record(role: string, content: string, time: string | null): JsonObject {
    return { role, content, timestamp: printTime(time) ?? this.#time };
  }

  #event(entry: EventBody & { time: string | null }): Json[] {
    switch (entry.event) {
      case "start":
        return this.#start(entry.header);
      // What a compaction in gptme leaves is beside the log.
      case "compaction":
        if (this.#isThere && entry.kept !== undefined) return [];
        return [this.#record("user", summaryText(entry.summary), entry.time)];
      // gptme then waits for a prompt.
      case "interruption":
        return [this.#record("system", INTERRUPTED, entry.time)];
      // The CLI leaves out a line without a text in `content`.
      case "carry": {
        const { part, parts, data } = entry;
        return [{ role: "_segue_carry", part, parts, data }];
      }
      default:
        return [];
    }
  }

  /** The store tells a session by its folder; a file that is elsewhere has to say which it is. */
  #start({ id, cwd, title, createdAt }: Header): Json[] {
    const named = compact({
      role: "_segue_session",
      id,
      cwd: cwd ?? undefined,
      title: title ?? undefined,
      created_at: createdAt ?? undefined,
    });
    const told = this.#form === "file" ? [named] : [];
    if (this.#isThere) return told;
    const where = cwd === null ? "" : `\n\n**Working Directory:** ${cwd.toWellFormed()}`;
    const prompt = this.#record("system", this.#prompt + where, createdAt);
    return [...told, { ...prompt, pinned: true, hide: true }];
  }
}

function isText(part: Part): boolean {
  return part.kind === "text" || part.kind === "other";
}
