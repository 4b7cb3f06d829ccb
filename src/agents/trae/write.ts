/**
 * Predicts a message in a plain form, so that little of it has to be kept beside a session that was written
 * for another agent. No session is ever written for Trae.
 */
import type { Writer } from "../../session/codec.ts";
import { compact, printed } from "../../session/json.ts";
import { asTexts, textsAndImages } from "../../session/other.ts";
import type {
  Entry,
  Json,
  JsonObject,
  Message,
  Part,
  ToolResultPart,
} from "../../session/types.ts";
import { unwrap } from "./records.ts";

export function writer(): Writer {
  return new TraeWriter();
}

class TraeWriter implements Writer {
  /** Number of committed records. */
  #n = 0;
  /** Results come with their calls: those that are known to follow. */
  #results = new Map<string, ToolResultPart>();

  expect(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.kind !== "message") continue;
      for (const part of entry.parts) {
        if (part.kind === "tool-result") this.#results.set(part.callId, part);
      }
    }
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event" || entry.role === "tool") return [];
    const content = entry.role === "assistant" ? this.#answer(entry) : { content: wordsOf(entry) };
    return [{ traeMessage: compact({ role: entry.role, ...content, ...timeOf(entry) }) }];
  }

  #answer(entry: Message): JsonObject {
    const calls = entry.parts.flatMap((part) => (part.kind === "tool-call" ? [part] : []));
    if (calls.length === 0) return { content: wordsOf(entry) };
    const planItems = calls.map(({ callId, name, input }, n) => {
      const result = this.#results.get(callId);
      const given = result === undefined ? undefined : resultText(result);
      const thought = n === 0 ? wordsOf(entry) : undefined;
      return compact({
        planItemId: callId,
        thought,
        toolName: name,
        params: input,
        result: given,
      });
    });
    return { content: "", agentTaskContent: { guideline: { planItems } } };
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "message") return stored.kind;
    const { role, agentTaskContent: task } = stored.own;
    return `message/${printed(role ?? null)}${task === undefined ? "" : "/task"}`;
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

function timeOf({ time }: Message): JsonObject {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? {} : { timestamp: ms };
}

function wordsOf({ parts }: Message): string {
  return parts.flatMap(wordsIn).join("\n\n");
}

function wordsIn(part: Part): string[] {
  if (part.kind === "text") return [part.text];
  const isText = part.kind === "file" || part.kind === "other" || part.kind === "unread";
  return isText ? asTexts(part).map(({ text }) => text) : [];
}

function resultText({ content }: ToolResultPart): string {
  return textsAndImages(content)
    .flatMap((part) => (part.kind === "text" ? [part.text] : []))
    .join("\n");
}
