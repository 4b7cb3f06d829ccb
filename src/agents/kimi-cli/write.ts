/** Writes entries as the lines of Kimi CLI's context.jsonl. Facts and sources: README.md in this folder. */

import type { Writer, WriterOptions } from "../../session/codec.ts";
import { compact, isObject, listOf, member, number, string } from "../../session/json.ts";
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
import { ChatCalls } from "../shared/chat.ts";
import { printAnswer, printContent, readCall } from "./content.ts";
import { summaryParts } from "./marks.ts";
import { parseResult, printResult } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new KimiCliWriter(options);
}

class KimiCliWriter implements Writer {
  readonly #form: "store" | "file";
  /** Number of the next checkpoint. */
  #checkpoint = 0;
  /** Number of committed records. */
  #n = 0;
  /** The role of the newest record. */
  #last = "";
  /** The lines exist: they hold what is only counted, too. */
  #isThere = false;
  readonly #calls = new ChatCalls({ readCall, parseResult });

  constructor({ form = "store" }: WriterOptions) {
    this.#form = form;
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
    const calls = listOf(member(record, "tool_calls")).length > 0 ? "/calls" : "";
    const isText = typeof member(record, "content") === "string";
    return role.startsWith("_") ? role : `${role}${isText ? "/text" : ""}${calls}`;
  }

  key(record: Json): string {
    return string(member(record, "tool_call_id")) ?? "";
  }

  /** The context has no branches: what is taken back is no longer there. */
  mark(): string {
    return String(this.#n);
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    this.#last = string(member(record, "role")) ?? "";
    if (this.#last === "_checkpoint") {
      this.#checkpoint = (number(member(record, "id")) ?? this.#checkpoint) + 1;
    }
    this.#calls.commit(record);
  }

  #message(entry: Message): Json[] {
    switch (entry.role) {
      case "user":
        return [...this.#checkpoints(), { role: "user", content: printContent(entry.parts) }];
      case "assistant":
        return this.#answer(entry);
      case "tool":
        return entry.parts.flatMap((part) =>
          part.kind === "tool-result" ? [this.#printResult(part)] : [],
        );
      // Never: the CLI has its own.
      case "system":
        return [];
    }
  }

  /** One stands before each turn, and before each answer. */
  #checkpoints(): Json[] {
    return this.#last === "_checkpoint" ? [] : [{ role: "_checkpoint", id: this.#checkpoint }];
  }

  #answer({ parts }: Message): Json[] {
    const calls = parts.filter((part) => part.kind === "tool-call");
    const answer = compact({
      role: "assistant",
      content: printAnswer(parts),
      tool_calls: calls.length === 0 ? undefined : calls.map(printCall),
    });
    const usage: Json[] = this.#isThere ? [{ role: "_usage", token_count: 0 }] : [];
    return [...this.#checkpoints(), ...usage, answer, ...usage];
  }

  #printResult(part: ToolResultPart): JsonObject {
    const { content } = printResult(this.#calls.get(part.callId)?.use ?? null, part);
    return { role: "tool", content: printContent(content), tool_call_id: part.callId };
  }

  #event(entry: EventBody): Json[] {
    switch (entry.event) {
      case "start":
        return this.#start(entry.header);
      case "compaction": {
        const content = printContent(summaryParts(entry.summary));
        return [...this.#checkpoints(), { role: "user", content }];
      }
      // The CLI skips records of a role that it does not know, and keeps them; without content, it fails.
      case "carry": {
        const { part, parts, data } = entry;
        return [{ role: "_segue_carry", part, parts, content: data }];
      }
      // Nothing that the CLI has a record for; kept aside.
      default:
        return [];
    }
  }

  /** The store tells a session by its folder; a file that is elsewhere has to say which it is. */
  #start({ id, cwd, title, createdAt }: Header): Json[] {
    if (this.#form === "store") return [];
    return [
      compact({
        role: "_segue_session",
        id,
        cwd: cwd ?? undefined,
        title: title ?? undefined,
        created_at: createdAt ?? undefined,
        content: "",
      }),
    ];
  }
}

/** Arguments are stored as JSON text. */
function printCall({ callId, name, input }: ToolCallPart): JsonObject {
  const text = isObject(input) || typeof input !== "string" ? JSON.stringify(input) : input;
  return { type: "function", id: callId, function: { name, arguments: text } };
}
