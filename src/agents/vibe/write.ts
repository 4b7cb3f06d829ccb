/** Encodes entries as records of Mistral Vibe's sessions. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, member, number, string } from "../../session/json.ts";
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
import { wellFormed } from "../../session/well-formed.ts";
import { ChatCalls } from "../shared/chat.ts";
import { uuid4 } from "../shared/ids.ts";
import { timeFor } from "../shared/place.ts";
import { withText } from "../shared/tools.ts";
import { restatedText, summaryText } from "./compaction.ts";
import {
  printCall,
  printOutput,
  printParts,
  printText,
  readCall,
  textBlocks,
  thoughtsIn,
} from "./content.ts";
import { unwrap } from "./records.ts";
import { parseResult, printResult } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new VibeWriter(options);
}

class VibeWriter implements Writer {
  readonly #seed: string;
  readonly #calls = new ChatCalls({ readCall, parseResult });
  /** Does 3.x keep it? New sessions are written as 2.x has them, and 3.x imports them. */
  #isUnified = false;
  /** Of the newest turn, counted from 0. */
  #turn = -1;
  /** Number of committed records. */
  #n = 0;

  constructor({ seed }: WriterOptions) {
    this.#seed = seed;
  }

  predict(entry: Entry): Json[] {
    const records = entry.kind === "event" ? this.#event(entry) : this.#message(entry);
    return records.map((record) => wellFormed(record).value);
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind === "journal") return `journal/${stored.type}`;
    if (stored.kind === "shown") return `shown/${string(stored.entry.type) ?? ""}`;
    if (stored.kind !== "message" && stored.kind !== "item") return stored.kind;
    const { message } = stored;
    const keys = ["content", "reasoning_content", "tool_calls"].filter((key) =>
      Object.hasOwn(message, key),
    );
    const parts = array(message.content).map((part) => string(member(part, "type")) ?? "");
    const marks = [...keys, ...new Set(parts), string(message.outcome) ?? ""];
    return `${stored.kind}/${string(message.role) ?? ""}/${marks.join(",")}`;
  }

  key(record: Json): string {
    return string(member(member(record, "message") ?? record, "tool_call_id")) ?? "";
  }

  mark(): string {
    return "";
  }

  /** Going back cuts the conversation off. */
  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    const stored = unwrap(record);
    if (stored.kind === "session") this.#isUnified = stored.session.store === "unified";
    if (stored.kind !== "message" && stored.kind !== "item" && stored.kind !== "line") return;
    const { message } = stored;
    if (message === null) return;
    if (stored.kind === "item") {
      this.#isUnified = true;
      this.#turn = number(stored.item.turn_index) ?? this.#turn;
    }
    this.#calls.commit(message);
    const inside = array(message.content).filter((part) => member(part, "type") === "tool_call");
    for (const call of inside) this.#calls.add(readCall(call));
  }

  #message(entry: Message): Json[] {
    switch (entry.role) {
      case "user":
        return [this.#user(printText(entry.parts), entry.told === true)];
      case "assistant":
        return [this.#answer(entry.parts)];
      case "tool":
        return entry.parts.flatMap((part) =>
          part.kind === "tool-result" ? [this.#result(part)] : [],
        );
      // Never: the CLI has its own.
      case "system":
        return [];
    }
  }

  #user(content: string, injected: boolean): JsonObject {
    if (!this.#isUnified) {
      // 3.x forgets which messages 2.x marked as injected.
      return this.#old(content, false);
    }
    const source = injected ? "injection" : "history";
    const message = { content: textBlocks(content), role: "user" };
    return { message, source, turn_index: injected ? Math.max(0, this.#turn) : this.#turn + 1 };
  }

  #old(content: string, injected: boolean): JsonObject {
    return { role: "user", content, injected, message_id: uuid4(this.#seed, this.#n) };
  }

  #compaction({ summary, kept = [] }: EventBody & { event: "compaction" }): JsonObject {
    if (this.#isUnified) return this.#user(summaryText(summary), true);
    const texts = kept.map(({ parts }) => printText(parts)).filter((text) => text !== "");
    return this.#old(restatedText({ kept: texts, summary }), true);
  }

  #answer(parts: readonly Part[]): JsonObject {
    if (this.#isUnified) return this.#item({ content: printParts(parts), role: "assistant" });
    const calls = parts.filter((part) => part.kind === "tool-call").map(printCall);
    const thoughts = thoughtsIn(parts);
    return compact({
      role: "assistant",
      // An empty text is one that 3.x sends; null is none.
      content: printText(parts) || null,
      injected: false,
      reasoning_content: thoughts,
      reasoning_message_id:
        thoughts === undefined ? undefined : uuid4(`${this.#seed}:thoughts`, this.#n),
      tool_calls: calls.length === 0 ? undefined : calls,
      message_id: uuid4(this.#seed, this.#n),
    });
  }

  #result(part: ToolResultPart): JsonObject {
    const call = this.#calls.get(part.callId);
    const printed = printResult(call?.use ?? null, withText(part, printOutput(part.content)));
    const content = printOutput(printed.content);
    const name = call?.name ?? "";
    if (!this.#isUnified) {
      return { role: "tool", content, injected: false, name, tool_call_id: part.callId };
    }
    const isFailed = part.isError && !content.startsWith('{"command":');
    return this.#item({
      content: textBlocks(content),
      name,
      outcome: isFailed ? "failure" : "success",
      role: "tool",
      tool_call_id: part.callId,
    });
  }

  #item(message: JsonObject): JsonObject {
    return { message, source: "history", turn_index: Math.max(0, this.#turn) };
  }

  #event(entry: EventBody): Json[] {
    switch (entry.event) {
      case "start":
        return [sessionOf(entry.header)];
      case "compaction":
        return [this.#compaction(entry)];
      case "carry": {
        const { part, parts, data } = entry;
        return [{ segue_carry: { part, parts, data } }];
      }
      // Nothing that the CLI has a record for; kept aside.
      default:
        return [];
    }
  }
}

/** What stays the same in meta.json. */
function sessionOf({ id, parent, cwd, title, gitBranch, gitCommit, createdAt }: Header): Json {
  return {
    session: {
      session_id: id,
      parent_session_id: parent,
      start_time: timeFor(createdAt).toISOString().replace("Z", "+00:00"),
      git_commit: gitCommit,
      git_branch: gitBranch,
      environment: { working_directory: cwd },
      title,
      title_source: title === null ? "auto" : "manual",
    },
  };
}
