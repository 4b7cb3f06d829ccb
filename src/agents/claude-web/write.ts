/**
 * Predicts what stands in a message, so that little of it has to be kept beside a session that was
 * written for another agent. No session is ever written for Claude.ai.
 */
import type { Writer } from "../../session/codec.ts";
import { member, string } from "../../session/json.ts";
import type { Entry, Json, JsonObject, Message } from "../../session/types.ts";
import { isConversation, leafIn, messageIn } from "./document.ts";

export function writer(): Writer {
  return new ClaudeWebWriter();
}

class ClaudeWebWriter implements Writer {
  #n = 0;

  predict(entry: Entry): Json[] {
    // The results of an answer's calls, and what follows them, stand in the answer itself.
    if (entry.kind === "event" || entry.role === "tool" || /\.\d+$/.test(entry.id)) return [];
    const { id, parentId, time, role, parts } = entry;
    const created = time ?? "";
    return [
      {
        uuid: id,
        text: textOf(parts),
        content: parts.flatMap(printed),
        sender: role === "assistant" ? "assistant" : "human",
        created_at: created,
        updated_at: created,
        attachments: [],
        files: [],
        parent_message_uuid: parentId ?? "00000000-0000-4000-8000-000000000000",
      },
    ];
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    if (isConversation(record)) return "conversation";
    if (leafIn(record) !== null) return "leaf";
    return string(member(messageIn(record) ?? null, "sender")) ?? "other";
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

  commit(): void {
    this.#n++;
  }
}

function textOf(parts: Message["parts"]): string {
  return parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n");
}

function printed(part: Message["parts"][number]): JsonObject[] {
  const times = { start_timestamp: null, stop_timestamp: null, flags: null };
  if (part.kind === "text") return [{ ...times, type: "text", text: part.text, citations: [] }];
  if (part.kind === "reasoning") return [{ ...times, type: "thinking", thinking: part.text }];
  if (part.kind !== "tool-call") return [];
  const { callId: id, name, input } = part;
  return [{ ...times, type: "tool_use", id, name, input }];
}
