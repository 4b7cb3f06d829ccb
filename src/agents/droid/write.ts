/** Encodes entries as Droid's JSONL lines. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, member, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { printContent, printResultContent } from "./content.ts";
import { OUTCOME } from "./limits.ts";
import { Order } from "./order.ts";
import { printResult } from "./results.ts";
import { fromNative } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new DroidWriter(options);
}

/** Of every session that 0.225.2 begins. */
const VERSION = 2;

class DroidWriter implements Writer {
  readonly #seed: string;
  readonly #calls = new OpenCalls();
  readonly #order = new Order();
  #tail: string | undefined;
  #time = "1970-01-01T00:00:00.000Z";
  #interactionMode: Json = "auto";
  /** Of the session's own answers; new ones at home name it, too. */
  #model: string | undefined;
  #effort: Json | undefined;
  /** The message that began the turn. */
  #turn = "";
  /** Number of committed lines: the source of new ids. */
  #n = 0;
  /** Of results that follow each other: all of them at the last, none at the others. */
  #joined = new Map<Entry, ToolResultPart[]>();

  constructor(options: WriterOptions) {
    this.#seed = options.seed;
  }

  mark(): string {
    return this.#tail ?? "";
  }

  // Going back, the CLI begins a new session with what came before.
  rewind(mark: string): Json[] {
    this.#tail = mark === "" ? undefined : mark;
    return [];
  }

  /**
   * All results of an answer's calls are one message: of a call whose result comes in another, the CLI
   * tells its model that it was cancelled (0.225.2 [run]).
   */
  expect(entries: readonly Entry[]): void {
    this.#joined = new Map();
    let before: Entry | undefined;
    for (const entry of entries) {
      const isResult = entry.kind === "message" && entry.role === "tool";
      if (isResult) {
        const earlier = (before && this.#joined.get(before)) ?? [];
        if (before) this.#joined.set(before, []);
        this.#joined.set(entry, [...earlier, ...resultsOf(entry)]);
      }
      before = isResult ? entry : undefined;
    }
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    switch (entry.role) {
      case "user":
        return [this.#user(entry)];
      case "assistant":
        return [this.#answer(entry)];
      case "tool":
        return this.#results(entry);
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const type = string(member(record, "type")) ?? "";
    if (type !== "message") return type;
    const message = member(record, "message");
    const content = member(message, "content");
    const [first] = array(content);
    const block = typeof content === "string" ? "string" : (string(member(first, "type")) ?? "");
    const isResult = block === "tool_result" ? "/result" : "";
    const seen = string(member(message, "visibility")) ?? "";
    return `message/${string(member(message, "role")) ?? ""}${isResult}${seen && `/${seen}`}`;
  }

  key(record: Json): string {
    const [block] = array(member(member(record, "message"), "content"));
    return string(member(block, "tool_use_id")) ?? string(member(block, "id")) ?? "";
  }

  commit(record: Json): void {
    this.#n++;
    this.#time = string(member(record, "timestamp")) ?? this.#time;
    if (member(record, "type") !== "message") return;
    const id = string(member(record, "id"));
    if (id !== undefined) {
      this.#order.add(id);
      this.#tail = id;
    }
    const message = member(record, "message");
    const mode = member(message, "interactionMode");
    if (mode !== undefined) {
      this.#interactionMode = mode;
      this.#turn = id ?? this.#turn;
    }
    if (member(message, "role") === "assistant") {
      this.#model = string(member(message, "modelId")) ?? this.#model;
      this.#effort = member(message, "reasoningEffort") ?? this.#effort;
    }
    for (const block of array(member(message, "content"))) this.#commitBlock(block);
  }

  #commitBlock(block: Json): void {
    const answered = string(member(block, "tool_use_id"));
    if (answered !== undefined) this.#calls.answer(answered);
    if (member(block, "type") !== "tool_use") return;
    const callId = string(member(block, "id")) ?? "";
    const name = string(member(block, "name")) ?? "";
    const input = member(block, "input") ?? {};
    this.#calls.add({ kind: "tool-call", callId, name, input, use: fromNative(name, input) });
  }

  #user(entry: Message): Json {
    const content = printContent(entry.parts);
    const mode = entry.scaffold ? {} : { interactionMode: this.#interactionMode };
    return this.#message(entry.time, { role: "user", content, ...mode });
  }

  #answer(entry: Message): Json {
    const content = printContent(entry.parts);
    const own = { modelId: this.#model, reasoningEffort: this.#effort };
    return this.#message(entry.time, compact({ role: "assistant", content, ...own }));
  }

  #results(entry: Message): Json[] {
    const content = (this.#joined.get(entry) ?? resultsOf(entry)).map((part): JsonObject => {
      const use = this.#calls.get(part.callId)?.use ?? null;
      const { callId, isError, content: said } = printResult(use, part);
      const told = printResultContent(said);
      return { type: "tool_result", tool_use_id: callId, is_error: isError, content: told };
    });
    return content.length === 0 ? [] : [this.#message(entry.time, { role: "user", content })];
  }

  #message(time: string | null, message: JsonObject): Json {
    const id = uuid4(this.#seed, this.#n);
    const frame = { id, parentId: this.#tail, timestamp: time ?? this.#time };
    return compact({ type: "message", ...frame, message });
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return [start(entry.header)];
      case "compaction":
        return [this.#compaction(entry, time)];
      case "carry": {
        const { part, parts, data } = entry;
        return [{ type: "segue_carry", part, parts, data }];
      }
      case "opaque":
        return entry.type === OUTCOME ? [this.#outcome("completed")] : [];
      case "limit":
      case "error":
      case "interruption":
      case "title":
      case "model":
      case "mode":
      case "label":
      case "hide":
      case "rollback":
      case "session":
      case "unread":
        return [];
    }
  }

  #outcome(reason: string): Json {
    return { type: OUTCOME, turnId: this.#turn, reason, resultKind: "text" };
  }

  /** The model is sent what comes after the anchor; without one everything that came before, too. */
  #compaction(entry: EventBody & { event: "compaction" }, time: string | null): Json {
    const kept = this.#order.indexOf(entry.keepFrom);
    const index = (kept < 0 ? this.#order.length : kept) - 1;
    const id = this.#order.at(index);
    return compact({
      type: "compaction_state",
      id: uuid4(this.#seed, this.#n),
      timestamp: time ?? this.#time,
      summaryText: entry.summary,
      summaryTokens: entry.tokens ?? Math.ceil(entry.summary.length / 4),
      summaryKind: "llm_summary",
      anchorMessage: id === undefined ? undefined : { id, index },
      removedCount: index + 1,
    });
  }
}

function resultsOf({ parts }: Message): ToolResultPart[] {
  return parts.filter((part) => part.kind === "tool-result");
}

/** Without a title, an owner or a folder the CLI opens nothing, or cannot go on. It names no session anew that has a title. */
function start({ id, title, cwd }: Header): Json {
  return {
    type: "session_start",
    id,
    title: title ?? "",
    owner: "unknown",
    version: VERSION,
    cwd: cwd ?? "/",
    isSessionTitleManuallySet: title !== null,
  };
}
