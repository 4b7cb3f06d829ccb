/** Encodes entries as rows of Devin's database. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
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
import { OpenCalls } from "../shared/calls.ts";
import { hex8, uuid4 } from "../shared/ids.ts";
import { printCall, printedResult, printSaid, printThinking, readCall } from "./content.ts";
import { CARRY, SUMMARY, secondsOf, sourceOf, unwrap } from "./records.ts";

export function writer(options: WriterOptions): Writer {
  return new DevinWriter(options);
}

const EPOCH = "1970-01-01T00:00:00.000Z";

class DevinWriter implements Writer {
  readonly #seed: string;
  readonly #facts: Json;
  readonly #calls = new OpenCalls();
  /** Number of committed records: the source of new ids. */
  #n = 0;
  /** The next node's number. */
  #next = 0;
  /** The node that the next one follows. */
  #tip: number | null = null;
  #time: string | null = null;
  #cwd = "";
  #model = "";

  constructor({ seed, facts = null }: WriterOptions) {
    this.#seed = seed;
    this.#facts = facts;
  }

  predict(entry: Entry): Json[] {
    const time = entry.time ?? this.#time ?? EPOCH;
    if (entry.kind === "event") return this.#event(entry, time);
    if (entry.scaffold) return [];
    switch (entry.role) {
      case "user":
        return [this.#user(entry, time)];
      case "assistant":
        return [this.#answer(entry, time)];
      case "tool": {
        const results = entry.parts.filter((part) => part.kind === "tool-result");
        return results.map((part, n) => this.#result(part, time, n));
      }
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "node") return stored.kind;
    const { message, off } = stored.node;
    const role = string(member(message, "role")) ?? "text";
    const has = ["tool_calls", "thinking", "images"].filter((key) => isFull(member(message, key)));
    return [role, sourceOf(message), ...has, ...(off ? ["off"] : [])].join("/");
  }

  key(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "node") return "";
    const [call] = array(member(stored.node.message, "tool_calls"));
    const own = string(member(stored.node.message, "tool_call_id"));
    return own ?? string(member(call, "id")) ?? "";
  }

  mark(): string {
    return this.#tip === null ? "" : String(this.#tip);
  }

  /** What was taken back is not written: see `cutsOff`. */
  rewind(mark: string): Json[] {
    this.#tip = mark === "" ? null : Number(mark);
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    const stored = unwrap(record);
    if (stored.kind === "session") {
      this.#cwd = string(stored.row.working_directory) ?? "";
      this.#model = string(stored.row.model) ?? "";
    }
    if (stored.kind !== "node") return;
    const { id, off, message, time } = stored.node;
    const number = Number(id ?? Number.NaN);
    if (!Number.isSafeInteger(number)) return;
    this.#next = Math.max(this.#next, number + 1);
    if (off) return;
    this.#tip = number;
    this.#time = time ?? this.#time;
    for (const one of array(member(message, "tool_calls"))) {
      const call = readCall(one);
      if (call.kind === "tool-call") this.#calls.add(call);
    }
  }

  /** `n`: of several nodes that are predicted at once. */
  #node(time: string, message: JsonObject, metadata?: JsonObject, n = 0): JsonObject {
    const parent = n === 0 ? this.#tip : this.#next + n - 1;
    return {
      node: compact({
        node_id: this.#next + n,
        parent_node_id: parent ?? undefined,
        created_at: secondsOf(time),
        metadata,
        chat_message: { message_id: uuid4(this.#seed, this.#n + n), ...message },
      }),
    };
  }

  #user({ parts, told }: Message, time: string): JsonObject {
    const { content, images } = printSaid(parts);
    const isTyped = told !== true;
    const metadata = about({ time, isTyped, source: "user", operation: "unknown" });
    return this.#node(time, { role: "user", content, ...pictures(images), metadata });
  }

  #answer({ parts, stop, model }: Message, time: string): JsonObject {
    const calls = parts.filter((part): part is ToolCallPart => part.kind === "tool-call");
    const { content } = printSaid(parts.map(asText));
    const reason = stop === "length" ? "length" : calls.length > 0 ? "tool_calls" : "stop";
    const metadata = about({
      time,
      reason,
      model: model ?? this.#model,
      source: "assistant",
      operation: "inference",
    });
    const message = {
      role: "assistant",
      content,
      tool_calls: calls.map(printCall),
      thinking: printThinking(parts),
      metadata,
    };
    return this.#node(time, compact(message));
  }

  #result(result: ToolResultPart, time: string, n: number): JsonObject {
    const call = this.#calls.get(result.callId);
    const shell = { id: hex8(this.#seed, this.#n + n).slice(0, 6), cwd: this.#cwd };
    const { content, images, extensions } = printedResult(result, call, shell);
    const operation = call?.name ?? "unknown";
    const metadata = about({ time, extensions, source: "tool_result", operation });
    const message = {
      role: "tool",
      content,
      ...pictures(images),
      tool_call_id: result.callId,
      metadata,
    };
    return this.#node(time, message, undefined, n);
  }

  #event(entry: EventBody, time: string): Json[] {
    switch (entry.event) {
      case "start":
        return [this.#start(entry.header)];
      case "compaction":
        return [this.#summary(entry.summary, time)];
      case "carry": {
        const { part, parts, data } = entry;
        return [this.#carry({ part, parts, data }, time)];
      }
      default:
        return [];
    }
  }

  #summary(content: string, time: string): JsonObject {
    const extensions = { [SUMMARY]: { source: "segue" } };
    const metadata = about({ time, extensions, source: "system", operation: "unknown" });
    const own = {
      summarized_from: this.#tip,
      num_tokens_preceding: null,
      is_system_prefix: null,
    };
    return this.#node(time, { role: "system", content, metadata }, own);
  }

  /** On no chain: Devin does not look at it. */
  #carry(piece: JsonObject, time: string): JsonObject {
    const extensions = { [CARRY]: piece };
    const metadata = about({ time, extensions, source: "system", operation: "unknown" });
    const { node } = this.#node(time, { role: "system", content: "", metadata });
    const { parent_node_id: _, ...alone } = isObject(node) ? node : {};
    return { node: alone, off: true };
  }

  #start(header: Header): JsonObject {
    const now = number(member(this.#facts, "now"));
    const created = secondsOf(header.createdAt);
    const updated = now === undefined ? secondsOf(header.updatedAt) : Math.floor(now / 1000);
    const cwd = header.cwd ?? "/";
    return {
      session: compact({
        // In the order in which the row is read again.
        id: header.id,
        title: header.title ?? undefined,
        working_directory: cwd,
        // Another vendor's name for a model is none that Devin knows.
        model: string(member(this.#facts, "model")) ?? "",
        created_at: created,
        last_activity_at: Math.max(created, updated),
        backend_type: string(member(this.#facts, "backend")) ?? "Windsurf",
        agent_mode: string(member(this.#facts, "mode")) ?? "normal",
        shell_last_seen_index: 0,
        workspace_dirs: [cwd],
        hidden: 0,
      }),
    };
  }
}

interface About {
  time: string;
  isTyped?: boolean;
  reason?: string;
  model?: string;
  extensions?: JsonObject;
  source: string;
  operation: string;
}

/** The metadata of a message, with all keys that Devin writes. */
function about({ time, isTyped, reason, model, extensions, source, operation }: About): JsonObject {
  const own = {
    num_tokens: null,
    is_user_input: isTyped ?? null,
    request_id: null,
    metrics: null,
    finish_reason: reason ?? null,
    extensions,
    started_generation_at: model === undefined ? undefined : time,
    created_at: time,
    generation_model: model,
    telemetry: { source, operation },
  };
  return compact(own);
}

function pictures(images: JsonObject[]): JsonObject {
  return images.length === 0 ? {} : { images };
}

/** An answer has no images. */
function asText(part: Message["parts"][number]): Message["parts"][number] {
  if (part.kind !== "image") return part;
  return { kind: "text", text: `[image: ${part.url ?? part.mediaType}]` };
}

function isFull(value: Json | undefined): boolean {
  return Array.isArray(value) ? value.length > 0 : isObject(value);
}
