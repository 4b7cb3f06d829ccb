/** Encodes entries as a thread of Zed's. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, isObject, member, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  ToolResultPart,
} from "../../session/types.ts";
import { uuid4 } from "../shared/ids.ts";
import { printAnswerPart, printedResult, printUserPart, readCall } from "./content.ts";
import { carryMessage, formOf, isoTime, NO_TITLE, unwrap, VERSION } from "./records.ts";

export function writer(options: WriterOptions): Writer {
  return new ZedWriter(options);
}

class ZedWriter implements Writer {
  readonly #seed: string;
  /** Columns that the database has; null if they are not known. */
  readonly #columns: ReadonlySet<string> | null;
  readonly #now: string | null;
  /** Number of committed records: the source of new ids. */
  #n = 0;
  #messages = 0;
  #results = new Map<string, ToolResultPart>();

  constructor({ seed, facts }: WriterOptions) {
    this.#seed = seed;
    const columns = member(facts, "columns");
    this.#columns = Array.isArray(columns) ? new Set(columns.map(String)) : null;
    this.#now = string(member(facts, "now")) ?? null;
  }

  /** A result stands in the message of its call. */
  expect(entries: readonly Entry[]): void {
    this.#results = new Map();
    for (const entry of entries) {
      if (entry.kind !== "message") continue;
      for (const part of entry.parts) {
        if (part.kind === "tool-result") this.#results.set(part.callId, part);
      }
    }
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry);
    if (entry.scaffold) return [];
    switch (entry.role) {
      case "user":
        return [this.#user(entry)];
      case "assistant":
        return [this.#answer(entry)];
      case "tool":
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "message") return stored.kind;
    const form = formOf(stored.message) ?? "";
    const content = member(member(stored.message, form), "content");
    const names = array(content).flatMap((part) => (isObject(part) ? Object.keys(part) : []));
    return [form, ...new Set(names)].join("/");
  }

  key(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "message") return "";
    const parts = array(member(member(stored.message, "Agent"), "content"));
    const ids = parts.map((part) => string(member(member(part, "ToolUse"), "id")));
    return ids.find((id) => id !== undefined) ?? "";
  }

  /** The messages have no branches: what is taken back is not there any more. */
  mark(): string {
    return String(this.#messages);
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    if (unwrap(record).kind === "message") this.#messages++;
  }

  #user({ parts }: Message): Json {
    const said = parts.flatMap(printUserPart);
    const content = said.length === 0 ? [{ Text: "" }] : said;
    return { message: { User: { id: uuid4(this.#seed, this.#n), content } } };
  }

  #answer({ parts }: Message): Json {
    const content = parts.flatMap(printAnswerPart);
    const results: JsonObject = {};
    for (const part of parts) {
      if (part.kind !== "tool-call") continue;
      const result = this.#results.get(part.callId);
      const [printed] = printAnswerPart(part);
      // As it will be read again.
      const call = readCall(printed?.ToolUse ?? null);
      if (result !== undefined) results[part.callId] = printedResult(call, result);
    }
    return { message: { Agent: { content, tool_results: results, reasoning_details: null } } };
  }

  #event(entry: EventBody): Json[] {
    switch (entry.event) {
      case "start":
        return [this.#start(entry.header)];
      case "compaction":
        return [{ message: { Compaction: { Summary: entry.summary } } }];
      case "carry":
        return [{ message: carryMessage(entry) }];
      default:
        return [];
    }
  }

  #start(header: Header): JsonObject {
    const updatedAt = this.#now ?? isoTime(header.updatedAt) ?? EPOCH;
    const createdAt = isoTime(header.createdAt) ?? updatedAt;
    const title = header.title ?? NO_TITLE;
    const own = (column: string, value: Json | undefined) =>
      this.#columns === null || this.#columns.has(column) ? value : undefined;
    const cwd = header.cwd ?? undefined;
    const parent = header.parent ?? undefined;
    return {
      thread: compact({
        id: header.id,
        parent_id: own("parent_id", parent),
        folder_paths: own("folder_paths", cwd),
        folder_paths_order: own("folder_paths_order", cwd === undefined ? undefined : "0"),
        summary: title,
        updated_at: offsetTime(updatedAt),
        created_at: own("created_at", offsetTime(createdAt)),
        data_type: "zstd",
      }),
      data: {
        title,
        messages: [],
        updated_at: updatedAt,
        detailed_summary: null,
        initial_project_snapshot: null,
        cumulative_token_usage: {},
        request_token_usage: {},
        model: null,
        profile: null,
        imported: false,
        subagent_context: parent === undefined ? null : { parent_thread_id: parent, depth: 1 },
        speed: null,
        thinking_enabled: false,
        thinking_effort: null,
        draft_prompt: null,
        ui_scroll_position: null,
        sandboxed_terminal_temp_dir: null,
        version: VERSION,
      },
    };
  }
}

const EPOCH = "1970-01-01T00:00:00.000Z";

/** As chrono prints it in a column: with an offset. */
function offsetTime(time: string): string {
  return time.replace(/Z$/, "+00:00");
}
