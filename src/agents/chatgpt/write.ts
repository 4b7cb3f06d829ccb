/**
 * Predicts what stands in a node, so that little of it has to be kept beside a session that was
 * written for another agent. No session is ever written for ChatGPT.
 */
import type { Writer } from "../../session/codec.ts";
import { member, string } from "../../session/json.ts";
import type { Entry, Json, JsonObject, Message } from "../../session/types.ts";
import { currentIn, isConversation, nodeIn } from "./document.ts";

export function writer(): Writer {
  return new ChatGptWriter();
}

class ChatGptWriter implements Writer {
  #n = 0;
  #tip: string | null = null;

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return [];
    const { id, parentId, time } = entry;
    const said = messageOf(entry);
    if (said === null) return [];
    const message = {
      id,
      author: { role: entry.role, name: null, metadata: {} },
      create_time: time === null ? null : Date.parse(time) / 1000,
      update_time: null,
      content: said,
      status: "finished_successfully",
      end_turn: entry.stop === "end" ? true : null,
      weight: 1,
      metadata: entry.model === undefined ? {} : { model_slug: entry.model },
      recipient: recipientOf(entry),
      channel: null,
    };
    return [{ id, message, parent: parentId ?? this.#tip, children: [] }];
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    if (isConversation(record)) return "conversation";
    if (currentIn(record) !== null) return "current";
    const message = nodeIn(record)?.node.message;
    const type = string(member(member(message, "content"), "content_type")) ?? "";
    return `${string(member(member(message, "author"), "role")) ?? "node"}/${type}`;
  }

  key(): string {
    return "";
  }

  mark(): string {
    return String(this.#n);
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    this.#tip = nodeIn(record)?.id ?? this.#tip;
  }
}

/** The content of a message in a plain form; null where it has none. */
function messageOf({ parts }: Message): JsonObject | null {
  const texts: string[] = [];
  for (const part of parts) {
    if (part.kind === "text") texts.push(part.text);
    else if (part.kind === "tool-call") return codeOf(part.input);
    else if (part.kind === "tool-result") {
      for (const item of part.content) if (item.kind === "text") texts.push(item.text);
    } else if (part.kind === "reasoning") return null;
  }
  return { content_type: "text", parts: texts };
}

function codeOf(input: Json): JsonObject {
  const text = typeof input === "string" ? input : JSON.stringify(input);
  return { content_type: "code", language: "unknown", response_format_name: null, text };
}

function recipientOf({ parts }: Message): string {
  const call = parts.find((part) => part.kind === "tool-call");
  return call?.kind === "tool-call" ? call.name : "all";
}
