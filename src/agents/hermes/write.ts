/** Encodes entries as rows of Hermes's database. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, member, number, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import {
  callIdOf,
  isSentAsIs,
  printCall,
  printContent,
  printReasoning,
  printText,
  readCalls,
} from "./content.ts";
import { carryRecord, isSession } from "./records.ts";
import { summaryRow } from "./summary.ts";
import { titleFor, uniqueTitle } from "./title.ts";
import { printResult } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new HermesWriter(options);
}

/** A session that never answers must not fill the memory. */
const MOST_CALLS = 256;

class HermesWriter implements Writer {
  readonly #facts: Json;
  /** Messages so far. */
  #messages = 0;
  /** Of the newest row, in seconds since the epoch. */
  #time: number;
  readonly #calls = new Map<string, ToolCallPart>();

  constructor({ facts = null }: WriterOptions) {
    this.#facts = facts;
    this.#time = (number(member(facts, "now")) ?? 0) / 1000;
  }

  predict(entry: Entry): Json[] {
    const time = secondsOf(entry.time) ?? this.#time;
    if (entry.kind === "event") return this.#event(entry, time);
    switch (entry.role) {
      case "user":
        return [this.#user(entry, time)];
      case "assistant":
        return [this.#answer(entry, time)];
      case "tool":
        return entry.parts.flatMap((part) =>
          part.kind === "tool-result" ? [this.#result(part, time)] : [],
        );
      // Hermes has its own.
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    if (isSession(record)) return "session";
    const role = string(member(record, "role"));
    if (role === undefined) return "other";
    const more = ["tool_calls", "reasoning", "api_content", "active"].filter(
      (name) => member(record, name) !== undefined,
    );
    return [role, ...more].join("/");
  }

  key(record: Json): string {
    const [call] = array(member(record, "tool_calls"));
    return string(member(record, "tool_call_id")) ?? callIdOf(call ?? null);
  }

  /** The rows have no branches: what is taken back is only marked. */
  mark(): string {
    return String(this.#messages);
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    if (isSession(record)) {
      this.#time = number(member(record, "started_at")) ?? this.#time;
      return;
    }
    this.#messages++;
    this.#time = number(member(record, "timestamp")) ?? this.#time;
    for (const call of readCalls(member(record, "tool_calls"))) {
      if (call.kind === "tool-call") this.#calls.set(call.callId, call);
    }
    for (const [id] of this.#calls) {
      if (this.#calls.size <= MOST_CALLS) break;
      this.#calls.delete(id);
    }
  }

  #user({ parts }: Message, timestamp: number): JsonObject {
    const content = printContent(parts);
    return compact({ role: "user", content, timestamp, api_content: sentAside(content) });
  }

  #answer({ parts, stop }: Message, timestamp: number): JsonObject {
    const calls = parts.filter((part) => part.kind === "tool-call");
    const content = printText(parts, "\n\n");
    const reason = stop === "length" ? "length" : "stop";
    return compact({
      role: "assistant",
      content,
      tool_calls: calls.length === 0 ? undefined : calls.map(printCall),
      timestamp,
      finish_reason: calls.length === 0 ? reason : "tool_calls",
      ...printReasoning(parts),
      api_content: sentAside(content),
    });
  }

  #result(result: ToolResultPart, timestamp: number): JsonObject {
    const call = this.#calls.get(result.callId);
    const told = printResult(call?.use ?? null, result);
    return compact({
      role: "tool",
      content: printText(told.content, "\n"),
      tool_call_id: result.callId,
      tool_name: call?.name,
      timestamp,
    });
  }

  #event(entry: EventBody, time: number): Json[] {
    switch (entry.event) {
      case "start":
        return [this.#start(entry.header)];
      case "compaction":
        return [summaryRow(entry.summary, time)];
      case "carry":
        return [carryRecord(entry, time)];
      // Nothing that Hermes has a row for; kept aside.
      default:
        return [];
    }
  }

  #start(header: Header): JsonObject {
    const title = titleFor(header.title);
    // The session itself may be there already, and is written again.
    const others = array(member(this.#facts, "titles")).filter(
      (one) => array(one)[1] !== header.id,
    );
    const taken = new Set(others.map((one) => array(one)[0]));
    return compact({
      id: header.id,
      source: "cli",
      started_at: secondsOf(header.createdAt) ?? this.#time,
      cwd: header.cwd ?? undefined,
      git_branch: header.gitBranch ?? undefined,
      title: title === null ? undefined : uniqueTitle(title, (one) => taken.has(one)),
    });
  }
}

/** Hermes takes some of it out when it loads the session, unless it is told to send it all the same. */
function sentAside(content: Json): Json | undefined {
  return typeof content === "string" && !isSentAsIs(content) ? content : undefined;
}

function secondsOf(time: string | null): number | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? undefined : ms / 1000;
}
