/**
 * Predicts a message in a plain form, so that little of it has to be kept beside a session that was written
 * for another agent. No session is ever written for Warp.
 */
import type { Writer } from "../../session/codec.ts";
import { asTexts } from "../../session/other.ts";
import type { Entry, Json, JsonObject, Message, Part, ResultPart } from "../../session/types.ts";
import { contentOf, unwrap } from "./records.ts";

export function writer(): Writer {
  return new WarpWriter();
}

class WarpWriter implements Writer {
  #n = 0;
  #task = "";
  #request = "";

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") {
      if (entry.event !== "compaction") return [];
      const summary = { conversation_summary: { summary: entry.summary } };
      return [this.#message(entry, { summarization: summary })];
    }
    return entry.parts.flatMap((part) => {
      const content = printed(entry.role, part);
      return content === null ? [] : [this.#message(entry, content)];
    });
  }

  #message({ id, time }: Entry, content: JsonObject): Json {
    const ms = Date.parse(time ?? "");
    const timestamp = Number.isNaN(ms) ? {} : { timestamp: { seconds: Math.floor(ms / 1000) } };
    const about = { task_id: this.#task, request_id: this.#request, ...timestamp };
    return { message: { id, ...content, ...about } };
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    return stored.kind === "message" ? `message/${contentOf(stored.own).kind}` : stored.kind;
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
    const stored = unwrap(record);
    if (stored.kind !== "message") return;
    const { task_id: task, request_id: request } = stored.own;
    if (typeof task === "string") this.#task = task;
    if (typeof request === "string") this.#request = request;
  }
}

function printed(role: Message["role"], part: Part): JsonObject | null {
  switch (part.kind) {
    case "text":
      return role === "user"
        ? { user_query: { query: part.text } }
        : { agent_output: { text: part.text } };
    case "reasoning":
      return { agent_reasoning: { reasoning: part.text } };
    case "tool-call":
      return { tool_call: { tool_call_id: part.callId, [part.name]: part.input } };
    case "tool-result": {
      const finished = { output: part.content.flatMap(wordsOf).join("\n") };
      const result = {
        tool_call_id: part.callId,
        run_shell_command: { command_finished: finished },
      };
      return { tool_call_result: result };
    }
    default:
      return null;
  }
}

function wordsOf(part: ResultPart): string[] {
  if (part.kind === "text") return [part.text];
  return part.kind === "image" ? [] : asTexts(part).map(({ text }) => text);
}
