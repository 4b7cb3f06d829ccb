/** Encodes entries as items of Continue's history. Facts and sources: README.md in this folder. */
import { frameLine, isFrame } from "../../lossless/document.ts";
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { compact, member, string } from "../../session/json.ts";
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
import { uuid4 } from "../shared/ids.ts";
import { carryRecord } from "../shared/pieces.ts";
import {
  isCancelled,
  printAnswer,
  printCall,
  printInput,
  printOutput,
  printUsage,
  printUser,
  readCall,
} from "./content.ts";
import { FORM, isHead } from "./document.ts";
import { printResult } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new ContinueWriter(options);
}

const UNTITLED = "Untitled Session";

class ContinueWriter implements Writer {
  readonly #seed: string;
  readonly #form: "store" | "file";
  /** Counts committed records: the source of new ids. */
  #n = 0;
  /** Items of the history so far. */
  #items = 0;
  #model: string | undefined;
  #results = new Map<string, ToolResultPart>();

  constructor({ seed, form = "store" }: WriterOptions) {
    this.#seed = seed;
    this.#form = form;
  }

  /** A result stands in the item of its call. */
  expect(entries: readonly Entry[]): void {
    this.#results = new Map();
    for (const entry of entries) {
      if (entry.kind !== "message" || entry.role !== "tool") continue;
      for (const part of entry.parts) {
        if (part.kind === "tool-result") this.#results.set(part.callId, part);
      }
    }
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry);
    switch (entry.role) {
      case "user":
        return [this.#user(entry)];
      case "assistant":
        return [this.#answer(entry)];
      case "tool":
        return [];
      // The CLI strips them when it saves.
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    if (isFrame(record)) return "frame";
    if (isHead(record)) return "session";
    const message = member(record, "message");
    const role = string(member(message, "role"));
    if (role === undefined) return "other";
    const states = member(record, "toolCallStates");
    const calls = Array.isArray(states) ? `/${states.length}` : "";
    const usage = member(message, "usage") === undefined ? "" : "/usage";
    return `${role}${usage}${calls}`;
  }

  key(record: Json): string {
    const calls = member(member(record, "message"), "toolCalls");
    return Array.isArray(calls) ? (string(member(calls[0], "id")) ?? "") : "";
  }

  /** The history has no branches: what is taken back is not there any more. */
  mark(): string {
    return String(this.#items);
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    if (isFrame(record) || isHead(record)) return;
    this.#items++;
    this.#model =
      string(member(member(member(record, "message"), "usage"), "model")) ?? this.#model;
  }

  #user({ parts }: Message): JsonObject {
    const { content, contextItems } = printUser(parts, (n) =>
      uuid4(this.#seed, this.#n * 1000 + n),
    );
    return { message: { role: "user", content }, contextItems, editorState: content };
  }

  #answer({ parts, usage, model }: Message): JsonObject {
    const calls = parts.filter((part) => part.kind === "tool-call");
    const said = parts.filter((part) => part.kind !== "tool-call");
    const message = compact({
      role: "assistant",
      content: printAnswer(said),
      toolCalls: calls.length === 0 ? undefined : calls.map(printCall),
      usage: usage && printUsage(usage, model ?? this.#model),
    });
    const states = calls.map((call) => this.#state(call));
    const toolCallStates = states.length === 0 ? undefined : states;
    return compact({ message, contextItems: [], toolCallStates });
  }

  #state(call: ToolCallPart): JsonObject {
    const printed = printCall(call);
    const told = this.#results.get(call.callId);
    // As it will be read again.
    const result = told && printResult(readCall(printed).use, told);
    const isDone = result !== undefined && !isCancelled(result);
    return compact({
      toolCallId: call.callId,
      toolCall: printed,
      status: !isDone ? "canceled" : result.isError ? "errored" : "done",
      parsedArgs: printInput(call.input),
      output: isDone ? [outputItem(printOutput(result))] : undefined,
    });
  }

  #event(entry: EventBody): Json[] {
    switch (entry.event) {
      case "start":
        return this.#start(entry.header);
      case "compaction":
        return [summaryItem(entry.summary)];
      case "carry":
        return [carryRecord(entry)];
      // Nothing that the CLI has a record for; kept aside.
      default:
        return [];
    }
  }

  #start(header: Header): Json[] {
    const head = {
      sessionId: header.id,
      title: header.title ?? UNTITLED,
      workspaceDirectory: header.cwd ?? "/",
      history: [],
      usage: {
        totalCost: 0,
        promptTokens: 0,
        completionTokens: 0,
        promptTokensDetails: { cachedTokens: 0, cacheWriteTokens: 0 },
      },
    };
    // Of a document that is written anew, how it is spelled comes first.
    return this.#form === "file" && this.#n === 0 ? [frameLine(FORM, ""), head] : [head];
  }
}

function outputItem(content: string): JsonObject {
  return { content, name: "Tool Result", description: "Tool execution result" };
}

/** What /compact leaves of all that came before. */
function summaryItem(summary: string): JsonObject {
  const message = { role: "assistant", content: summary };
  return { message, contextItems: [], conversationSummary: summary };
}
