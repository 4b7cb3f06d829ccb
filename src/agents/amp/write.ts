/**
 * Predicts what stands in a thread, so that little of it has to be kept beside a session that was written
 * for another agent. No thread is ever written for Amp itself.
 */
import type { Writer } from "../../session/codec.ts";
import { array, compact, member, number, string } from "../../session/json.ts";
import type { Entry, Json, JsonObject, Message, Usage } from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { printBlocks, readBlock } from "./content.ts";
import { printRun } from "./results.ts";

export function writer(): Writer {
  return new AmpWriter();
}

class AmpWriter implements Writer {
  readonly #calls = new OpenCalls();
  /** Number of committed records. */
  #n = 0;
  /** The number of the next message. */
  #id = 0;

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") {
      if (entry.event !== "compaction") return [];
      const summary = { type: "message", summary: entry.summary };
      return [{ ...this.#frame("info"), content: [{ type: "summary", summary }] }];
    }
    switch (entry.role) {
      case "user":
        return [this.#user(entry)];
      case "assistant":
        return [this.#assistant(entry)];
      case "tool":
        return [{ ...this.#frame("user"), content: this.#results(entry) }];
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const role = string(member(record, "role")) ?? "thread";
    const blocks = array(member(record, "content")).map((block) => member(block, "type"));
    const last = string(blocks.at(role === "assistant" ? -1 : 0)) ?? "";
    return `${role}/${last}`;
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
    this.#id = (number(member(record, "messageId")) ?? this.#id - 1) + 1;
    if (string(member(record, "role")) !== "assistant") return;
    for (const block of array(member(record, "content"))) {
      const part = readBlock(block);
      if (part.kind === "tool-call") this.#calls.add(part);
    }
  }

  #frame(role: string): JsonObject {
    return { role, messageId: this.#id };
  }

  #user({ parts, time }: Message): JsonObject {
    const meta = time === null ? undefined : { sentAt: Date.parse(time) };
    return compact({ ...this.#frame("user"), content: parts.flatMap(printBlocks), meta });
  }

  #results({ parts }: Message): Json[] {
    return parts.flatMap((part) => {
      if (part.kind !== "tool-result") return [];
      const use = this.#calls.get(part.callId)?.use ?? null;
      return [{ type: "tool_result", toolUseID: part.callId, run: printRun(use, part) }];
    });
  }

  #assistant({ parts, time, model, usage }: Message): JsonObject {
    const calls = parts.some(({ kind }) => kind === "tool-call");
    return compact({
      ...this.#frame("assistant"),
      content: parts.flatMap(printBlocks),
      state: { type: "complete", stopReason: calls ? "tool_use" : "end_turn" },
      usage: usage === undefined ? undefined : printUsage(usage, model, time),
    });
  }
}

function printUsage(usage: Usage, model: string | undefined, time: string | null): JsonObject {
  return compact({
    model,
    maxInputTokens: 168_000,
    inputTokens: usage.input,
    outputTokens: usage.output,
    cacheCreationInputTokens: usage.cacheWrite,
    cacheReadInputTokens: usage.cacheRead,
    totalInputTokens: usage.input + usage.cacheRead + usage.cacheWrite,
    timestamp: time ?? undefined,
  });
}
