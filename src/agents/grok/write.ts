/** Encodes entries as the records of Grok Build's sessions. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, member, string } from "../../session/json.ts";
import { titleOf } from "../../session/title.ts";
import type { Entry, EventBody, Header, Json, JsonObject, Message } from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { timeFor } from "../shared/place.ts";
import { summaryText } from "./compaction.ts";
import {
  printAnswer,
  printCall,
  printReasoning,
  printTexts,
  printUser,
  readCall,
} from "./content.ts";
import { noticesOf, promptNotices } from "./notices.ts";
import {
  CHAT,
  CONTINUED,
  isMissingFile,
  promptOf,
  type Stored,
  timeOf,
  unwrap,
} from "./records.ts";
import { printResult } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new GrokWriter(options);
}

/** The form of the chat history that 0.2.111 writes. */
const CHAT_FORMAT = 1;

/** That of 0.2.111. With a model that it does not have, the CLI does not begin a turn. */
const DEFAULT_MODEL = "grok-4.5";

class GrokWriter implements Writer {
  readonly #ownModel: string | null;
  readonly #calls = new OpenCalls();
  #id = "";
  #model: string | undefined;
  #ms = 0;
  /** Number of the next prompt. */
  #prompt = 0;
  /** Number of the next notification. */
  #event = 1;
  #hasItems = false;
  #inTurn = false;
  /** What is to be notified of the turn so far. */
  #untold: JsonObject[] = [];
  /** Is it about lines that exist? */
  #isThere = false;
  /** Does what comes next continue a turn in lines that exist? */
  #isContinuing = false;
  /** The newest turn among the items, and how many of them are its. */
  #turn = { promptIndex: -1, items: 0 };
  /** There is no file for notifications, and none is made: it would tell of the new turns alone. */
  #isMute = false;

  constructor({ model = null }: WriterOptions) {
    this.#ownModel = model;
  }

  /** What a session does not notify of its turns, it is not given with the next one. */
  expect(_entries: readonly Entry[], there: boolean): void {
    if (this.#isThere && !there) {
      this.#untold = [];
      this.#isContinuing = this.#inTurn;
    }
    this.#isThere = there;
  }

  predict(entry: Entry): Json[] {
    const records = this.#records(entry);
    if (!this.#isContinuing) return records;
    const [first = null] = records;
    const stored = unwrap(first);
    // Read again, it would come before what was notified of the turn.
    const isWithin = stored.kind === "item" && promptOf(stored) === undefined;
    if (!isWithin) return records;
    const update = { sessionUpdate: CONTINUED, ...this.#turn };
    return [...this.#tell([update], msOf(entry.time) ?? this.#ms), ...records];
  }

  #records(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#happened(entry, entry.time);
    switch (entry.role) {
      case "user":
        return this.#user(entry);
      case "assistant":
        return this.#answer(entry);
      case "tool":
        return this.#results(entry);
      // Never: it would be sent in the place of the CLI's own.
      case "system":
        return [];
    }
  }

  /** What was notified of the last turn. */
  end(): Json[] {
    return this.#tell(this.#untold, this.#ms);
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind === "item") return `item/${stored.type}${marksOf(stored)}`;
    if (stored.kind !== "update") return stored.kind;
    const { update, type } = stored;
    const status = string(update.status) ?? (update.rawInput === undefined ? "" : "input");
    return `update/${type}/${status}/${string(member(update.rawOutput, "type")) ?? ""}`;
  }

  key(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind === "item") return string(stored.item.tool_call_id) ?? "";
    return stored.kind === "update" ? (string(stored.update.toolCallId) ?? "") : "";
  }

  mark(): string {
    return "";
  }

  /** Going back cuts the chat history off. */
  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    const stored = unwrap(record);
    const prompt = promptOf(stored);
    if (prompt !== undefined) this.#prompt = Math.max(this.#prompt, prompt + 1);
    switch (stored.kind) {
      case "summary":
        this.#id = string(member(stored.summary.info, "id")) ?? this.#id;
        this.#model = string(stored.summary.current_model_id) ?? this.#model;
        this.#ms = msOf(string(stored.summary.created_at) ?? null) ?? this.#ms;
        break;
      case "item":
        this.#commitItem(stored, prompt);
        break;
      case "update":
        this.#commitUpdate(stored);
        break;
      case "line":
        if (stored.file === CHAT) this.#turn.items++;
        this.#isMute ||= isMissingFile(stored);
        break;
    }
  }

  #commitItem({ type, item }: Stored & { kind: "item" }, prompt: number | undefined): void {
    // The first prompt is notified after its item, as nothing may come before that.
    if (prompt !== undefined && !this.#hasItems) this.#untold = promptNotices(item, prompt);
    this.#hasItems = true;
    this.#isContinuing = false;
    if (prompt !== undefined) this.#turn = { promptIndex: prompt, items: 0 };
    this.#turn.items++;
    this.#inTurn ||= prompt !== undefined;
    if (this.#inTurn) this.#untold.push(...noticesOf(item));
    if (type === "assistant") {
      this.#model = string(item.model_id) ?? this.#model;
      for (const call of array(item.tool_calls)) this.#calls.add(readCall(call));
    }
    const answered = string(item.tool_call_id);
    if (answered !== undefined) this.#calls.answer(answered);
  }

  #commitUpdate({ type, update, record }: Stored & { kind: "update" }): void {
    this.#ms = timeOf(record) ?? this.#ms;
    this.#id ||= string(member(record.params, "sessionId")) ?? "";
    const event = string(member(member(record.params, "_meta"), "eventId")) ?? "";
    const [, n] = /-(\d{1,15})$/.exec(event) ?? [];
    if (n !== undefined) this.#event = Math.max(this.#event, Number(n) + 1);
    if (type === "turn_completed") this.#untold = [];
    // One that the CLI wrote itself tells more than would be predicted.
    const at = this.#untold.findIndex((one) => isSame(one, update));
    this.#untold.splice(0, at < 0 ? 0 : at + 1);
  }

  #user(entry: Message): Json[] {
    const told = entry.told === true ? "cli" : "user";
    const by = entry.scaffold === true ? "context" : told;
    const content = printUser(entry.parts, by);
    if (content.length === 0) return [];
    if (by !== "user") return [{ type: "user", content }];
    const item = { type: "user", content, prompt_index: this.#prompt };
    const ms = msOf(entry.time) ?? this.#ms;
    const opening = this.#hasItems ? promptNotices(item, this.#prompt) : [];
    return [
      ...this.#tell([...this.#untold], this.#ms),
      ...this.#tell(opening, ms, this.#untold.length),
      item,
    ];
  }

  #answer(entry: Message): Json[] {
    const { parts } = entry;
    const reasoning = parts.filter((part) => part.kind === "reasoning").map(printReasoning);
    const calls = parts.filter((part) => part.kind === "tool-call").map(printCall);
    const text = printAnswer(parts);
    if (text === "" && calls.length === 0) return reasoning;
    const answer = compact({
      type: "assistant",
      content: text,
      tool_calls: calls.length === 0 ? undefined : calls,
      model_id: entry.model ?? this.#model,
    });
    return [...reasoning, answer];
  }

  #results({ parts }: Message): Json[] {
    return parts.flatMap((part) => {
      if (part.kind !== "tool-result") return [];
      const use = this.#calls.get(part.callId)?.use ?? null;
      const { text, images } = printTexts(printResult(use, part).content);
      return [
        compact({
          type: "tool_result",
          tool_call_id: part.callId,
          content: text,
          images: images.length === 0 ? undefined : images,
        }),
      ];
    });
  }

  #happened(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return [{ summary: this.#summary(entry.header) }];
      case "compaction":
        return this.#compaction(entry.summary, entry.kept ?? []);
      case "carry": {
        const { part, parts, data } = entry;
        const update = { sessionUpdate: "segue_carry", part, parts, data };
        return this.#tell([update], msOf(time) ?? this.#ms);
      }
      case "error":
      case "hide":
      case "interruption":
      case "label":
      case "limit":
      case "mode":
      case "model":
      case "opaque":
      case "rollback":
      case "session":
      case "title":
      case "unread":
        return [];
    }
  }

  #compaction(summary: string, kept: readonly Message[]): Json[] {
    const text = summaryText(summary);
    const said = kept.map(({ parts }) => ({ type: "user", content: printUser(parts, "user") }));
    const content = [{ type: "text", text }];
    return [...said, { type: "user", content, synthetic_reason: "compaction_meta" }];
  }

  #summary(header: Header): JsonObject {
    const { id, cwd, createdAt, model, parent } = header;
    const title = titleOf(header.title, null);
    const at = timeFor(createdAt).toISOString();
    return compact({
      info: { id, cwd: cwd ?? "/" },
      session_summary: title ?? "",
      created_at: at,
      current_model_id: this.#ownModel ?? (model?.startsWith("grok") ? model : DEFAULT_MODEL),
      parent_session_id: parent ?? undefined,
      chat_format_version: CHAT_FORMAT,
      generated_title: title ?? undefined,
    });
  }

  /** `ahead`: so many others are written before. */
  #tell(updates: readonly JsonObject[], ms: number, ahead = 0): Json[] {
    const sessionId = this.#id;
    if (this.#isMute) return [];
    return updates.map((update, n) => {
      const isOwn = string(update.sessionUpdate)?.startsWith("segue_") === true;
      const _meta = { eventId: `${sessionId}-${this.#event + ahead + n}`, agentTimestampMs: ms };
      return {
        timestamp: Math.floor(ms / 1000),
        method: isOwn ? "_x.ai/session/update" : "session/update",
        params: { sessionId, update, _meta },
      };
    });
  }
}

/** What distinguishes items of a type. */
function marksOf({ item }: Stored & { kind: "item" }): string {
  const marks = ["tool_calls", "images", "prompt_index", "synthetic_reason", "encrypted_content"];
  return marks
    .filter((key) => item[key] !== undefined)
    .map((key) => `/${key}`)
    .join("");
}

/** Is it about the same thing? */
function isSame(a: JsonObject, b: JsonObject): boolean {
  return a.sessionUpdate === b.sessionUpdate && a.toolCallId === b.toolCallId;
}

function msOf(time: string | null): number | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? undefined : timeFor(time).getTime();
}
