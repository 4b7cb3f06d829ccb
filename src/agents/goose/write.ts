/** Encodes entries as Goose's records. Facts and sources: README.md in this folder. */
import { frameLine } from "../../lossless/document.ts";
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, member, number, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  ToolCallPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { timeFor } from "../shared/place.ts";
import { printAnswer, printToolResult, printUser, readAnswer } from "./content.ts";
import { FORM } from "./document.ts";
import { blocksOf, isoTime, type Seen, type Stored, seenBy, sqlTime, unwrap } from "./records.ts";

export function writer(options: WriterOptions): Writer {
  return new GooseWriter(options);
}

const BOTH: Seen = { user: true, agent: true };
const MODEL_ONLY: Seen = { user: false, agent: true };
const NEITHER: Seen = { user: false, agent: false };

/** What Goose 1.52 itself says after a summary, so that the model continues. */
const HINT = [
  "Your context was compacted at the user's request. The previous message contains a summary of the conversation so far.",
  "Do not mention that you read a summary or that conversation summarization occurred.",
  "Just continue the conversation naturally based on the summarized context.",
].join("\n");

/** The first version that was seen to read documents. */
const DOCUMENTS = [1, 50];

class GooseWriter implements Writer {
  readonly #seed: string;
  readonly #takesDocuments: boolean;
  readonly #columns: readonly string[] | null;
  /** The machine's clock, in seconds; Infinity if nothing is written for its CLI. */
  readonly #now: number;
  readonly #calls = new OpenCalls();
  #form: "row" | "document";
  /** Seconds. */
  #time = 0;
  /** Number of committed records: the source of new ids. */
  #n = 0;
  #last = "";

  constructor({ seed, cliVersion, form = "store", facts }: WriterOptions) {
    this.#seed = seed;
    this.#form = form === "file" ? "document" : "row";
    this.#takesDocuments = isSince(cliVersion, DOCUMENTS);
    const columns = member(facts, "columns");
    this.#columns = Array.isArray(columns) ? columns.flatMap((name) => string(name) ?? []) : null;
    this.#now = Math.floor((number(member(facts, "now")) ?? Number.POSITIVE_INFINITY) / 1000);
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    switch (entry.role) {
      case "user":
        return this.#said("user", printUser(entry.parts, this.#takesDocuments), entry.time);
      case "assistant":
        return this.#said("assistant", printAnswer(entry.parts), entry.time);
      case "tool":
        return this.#said("user", this.#results(entry), entry.time);
      case "system":
        return [];
    }
  }

  #results({ parts }: Message): JsonObject[] {
    return parts.flatMap((part) =>
      part.kind === "tool-result" ? [printToolResult(part, this.#calls.get(part.callId))] : [],
    );
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind === "session") return `session/${stored.form}`;
    if (stored.kind !== "message") return stored.kind;
    const { role, content, metadata } = stored.message;
    const { user, agent } = seenBy(metadata);
    const seen = `${user ? "u" : ""}${agent ? "a" : ""}`;
    const types = new Set((blocksOf(content) ?? []).map(typeOf));
    const context = member(metadata, "turnContext") === true ? "/context" : "";
    const counted = member(metadata, "usage") === undefined ? "" : "/usage";
    return `${stored.form}/${role}/${[...types].join()}/${seen}${context}${counted}`;
  }

  key(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "message") return "";
    const [first] = blocksOf(stored.message.content) ?? [];
    return string(member(first, "id")) ?? "";
  }

  mark(): string {
    return this.#last;
  }

  /** Going back leaves no record: what was taken back is gone. */
  rewind(mark: string): Json[] {
    this.#last = mark;
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "frame":
        this.#form = "document";
        break;
      case "session": {
        this.#form = stored.form;
        this.#time = secondsOf(stored.facts.createdAt) ?? this.#time;
        for (const message of array(member(record, "conversation"))) this.commit(message);
        break;
      }
      case "message":
        if (stored.form === "row") this.#form = "row";
        else this.#form = "document";
        this.#commitMessage(stored.message);
        break;
      case "other":
        break;
    }
  }

  #commitMessage({ id, created, content, role }: Stored): void {
    this.#last = id ?? `#${this.#n}`;
    if (created !== null) this.#time = Math.max(this.#time, created);
    const blocks = blocksOf(content) ?? [];
    for (const block of blocks) {
      if (typeOf(block) === "toolResponse") {
        this.#calls.answer(string(member(block, "id")) ?? "");
      }
    }
    if (role !== "assistant") return;
    for (const part of readAnswer(blocks)) if (isCall(part)) this.#calls.add(part);
  }

  /** A message with these blocks; none without. */
  #said(role: string, content: JsonObject[], time: string | null, seen = BOTH): Json[] {
    return content.length === 0 ? [] : [this.#record(role, content, time, seen, 0)];
  }

  /** Goose sorts messages by time, and those of a second as they come. */
  #record(
    role: string,
    content: JsonObject[],
    time: string | null,
    { user, agent }: Seen,
    offset: number,
    more: JsonObject = {},
  ): Json {
    const created = Math.max(this.#time, Math.min(secondsOf(time) ?? this.#time, this.#now));
    const id = `msg_${uuid4(this.#seed, this.#n + offset)}`;
    const metadata = { userVisible: user, agentVisible: agent, ...more };
    if (this.#form === "document") return { id, role, created, content, metadata };
    return {
      message: {
        message_id: id,
        role,
        content_json: content,
        created_timestamp: created,
        timestamp: sqlTime(created * 1000),
        metadata_json: metadata,
      },
    };
  }

  #event(body: EventBody, time: string | null): Json[] {
    switch (body.event) {
      case "start":
        return this.#start(body.header);
      case "compaction":
        return this.#compaction(body.summary, time);
      case "carry": {
        const { part, parts, data } = body;
        const block = {
          type: "systemNotification",
          notificationType: "inlineMessage",
          msg: "",
          data: { "segue-carry": { part, parts, data } },
        };
        return this.#said("user", [block], time, NEITHER);
      }
      default:
        return [];
    }
  }

  /** Marked as one, for what came before it: Goose reads the mark, and does nothing with it. */
  #compaction(summary: string, time: string | null): Json[] {
    const mark = { usage: { isCompaction: true } };
    return [
      this.#record("user", [{ type: "text", text: summary }], time, MODEL_ONLY, 0, mark),
      this.#record("assistant", [{ type: "text", text: HINT }], time, MODEL_ONLY, 1),
    ];
  }

  #start(header: Header): Json[] {
    if (this.#form === "row") return [{ session: this.#row(header) }];
    const head = documentHead(header);
    // A document that is written from scratch starts with its formatting.
    return this.#n === 0 ? [frameLine(FORM), head] : [head];
  }

  /**
   * Provider and model stay open: Goose then takes the user's own, and would insist on those of the
   * session. A title that is not marked as the user's own would be replaced.
   */
  #row(header: Header): JsonObject {
    const created = Math.min(secondsOf(header.createdAt) ?? 0, this.#now);
    const updated = Math.min(secondsOf(header.updatedAt) ?? created, this.#now);
    // What has its default does not stand in a line: see rows.ts.
    const row: JsonObject = {
      id: header.id,
      ...(header.title === null ? {} : { name: header.title, user_set_name: 1 }),
      ...(header.parent === null ? {} : { session_type: "sub_agent" }),
      working_dir: header.cwd ?? "/",
      created_at: sqlTime(created * 1000),
      updated_at: sqlTime(Math.max(created, updated) * 1000),
      ...(header.parent === null ? {} : { parent_session_id: header.parent }),
    };
    const columns = this.#columns;
    if (!columns) return row;
    return Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)));
  }
}

/** What `goose session import` asks for. */
function documentHead(header: Header): JsonObject {
  const time = timeFor(header.createdAt).toISOString();
  return {
    id: header.id,
    working_dir: header.cwd ?? "/",
    name: header.title ?? "",
    user_set_name: header.title !== null,
    session_type: "user",
    created_at: time,
    updated_at: header.updatedAt ?? time,
    extension_data: {},
    conversation: [],
    message_count: 0,
    goose_mode: "auto",
  };
}

function typeOf(block: Json): string {
  return string(member(block, "type")) ?? "";
}

function isCall(part: { kind: string }): part is ToolCallPart {
  return part.kind === "tool-call";
}

function secondsOf(time: string | null): number | undefined {
  const ms = Date.parse(isoTime(time ?? undefined) ?? "");
  return Number.isNaN(ms) ? undefined : Math.max(0, Math.floor(ms / 1000));
}

/** An unknown version is taken for the newest. */
function isSince(version: string | null, [major = 0, minor = 0]: readonly number[]): boolean {
  const [, own = "", part = ""] = /(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  if (own === "") return true;
  return Number(own) > major || (Number(own) === major && Number(part) >= minor);
}
