/** Writes entries as the records of Nanocoder's sessions. Facts and sources: README.md in this folder. */
import { frameLine, isFrame } from "../../lossless/document.ts";
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, listOf, member, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  ToolResultPart,
} from "../../session/types.ts";
import { ChatCalls } from "../shared/chat.ts";
import { carryRecord } from "../shared/pieces.ts";
import {
  printCall,
  printImages,
  printReasoning,
  printText,
  printWords,
  readCall,
} from "./content.ts";
import { FORM, isHead } from "./document.ts";
import { summaryText } from "./marks.ts";
import { isNotDone, isWordedFailure, parseResult, printResult } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new NanocoderWriter(options);
}

/** For sessions that do not know when they were made. */
const EPOCH = "1970-01-01T00:00:00.000Z";

class NanocoderWriter implements Writer {
  readonly #form: "store" | "file";
  readonly #provider: string;
  readonly #model: string | undefined;
  readonly #calls = new ChatCalls({ readCall, parseResult });
  /** An editor's sessions have results with other keys than those of the screen. */
  #isEditors = false;
  /** Number of committed records. */
  #n = 0;

  constructor({ form = "store", facts }: WriterOptions) {
    this.#form = form;
    this.#provider = string(member(facts, "provider")) ?? "";
    this.#model = string(member(facts, "model"));
  }

  predict(entry: Entry): Json[] {
    return entry.kind === "event" ? this.#event(entry) : this.#message(entry);
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    if (isFrame(record)) return "frame";
    if (isHead(record)) return "session";
    const role = string(member(record, "role")) ?? "other";
    const more = ["tool_calls", "reasoning", "images", "structuredContent", "isError"].filter(
      (key) => member(record, key) !== undefined,
    );
    return [role, ...more].join("/");
  }

  key(record: Json): string {
    const [call] = array(member(record, "tool_calls"));
    return string(member(record, "tool_call_id")) ?? string(member(call, "id")) ?? "";
  }

  /** The messages have no branches: what is taken back is no longer there. */
  mark(): string {
    return String(this.#n);
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    if (isHead(record)) {
      for (const message of listOf(record.messages)) this.#calls.commit(message);
      return;
    }
    if (member(record, "role") === "tool") {
      this.#isEditors = firstKey(record) === "tool_call_id";
    }
    this.#calls.commit(record);
  }

  #message({ role, parts }: Message): Json[] {
    switch (role) {
      case "user":
        return [compact({ role, content: printText(parts), images: printImages(parts) })];
      case "assistant": {
        const calls = parts.flatMap((part) => (part.kind === "tool-call" ? [printCall(part)] : []));
        return [
          compact({
            role,
            content: printWords(parts),
            tool_calls: calls.length === 0 ? undefined : calls,
            reasoning: printReasoning(parts),
          }),
        ];
      }
      case "tool":
        return parts.flatMap((part) => (part.kind === "tool-result" ? [this.#result(part)] : []));
      // Never: the CLI has its own.
      case "system":
        return [];
    }
  }

  #result(part: ToolResultPart): JsonObject {
    const { callId: tool_call_id } = part;
    const call = this.#calls.get(tool_call_id);
    const use = call?.use ?? null;
    const content = printWords(printResult(use, part).content, "\n");
    const name = call?.name ?? "";
    // The model is told of a failure by the text alone, and so is whoever reads a session of the screen.
    const isSaid = this.#isEditors ? isNotDone(content) : isWordedFailure(use, content);
    const isError = part.isError && part.exitCode === undefined && !isSaid ? true : undefined;
    return this.#isEditors
      ? compact({ tool_call_id, role: "tool", name, content, isError })
      : compact({ role: "tool", content, tool_call_id, name, isError });
  }

  #event(entry: EventBody): Json[] {
    switch (entry.event) {
      case "start":
        return this.#start(entry.header);
      case "compaction":
        return [{ role: "user", content: summaryText(entry.summary) }];
      case "carry":
        return [carryRecord(entry)];
      // Nothing that the CLI has a record for; kept aside.
      default:
        return [];
    }
  }

  #start({ id, title, cwd, model, createdAt, updatedAt }: Header): Json[] {
    const created = createdAt ?? updatedAt ?? EPOCH;
    const head = {
      id,
      title: title ?? "New Session",
      createdAt: created,
      lastAccessedAt: updatedAt ?? created,
      // As many as follow: see document.ts.
      messageCount: null,
      provider: this.#provider,
      model: this.#model ?? model ?? "",
      workingDirectory: cwd ?? "/",
      messages: [],
    };
    // Of a document that is written anew, how it is spelled comes first.
    return this.#form === "file" && this.#n === 0 ? [frameLine(FORM, ""), head] : [head];
  }
}

function firstKey(record: Json): string | undefined {
  return typeof record === "object" && record !== null ? Object.keys(record)[0] : undefined;
}
