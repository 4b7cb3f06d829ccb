/** Reads the lines of Kimi CLI's context.jsonl. Facts and sources: README.md in this folder. */

import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { isObject, member, number, string } from "../../session/json.ts";
import { notTyped } from "../../session/text.ts";
import type { Entry, EventBody, Header, Json, Message, Part } from "../../session/types.ts";
import { ChatCalls } from "../shared/chat.ts";
import { readAnswer, readCall, readContent, readOutput } from "./content.ts";
import { isInjected, isScaffold, summaryIn, taskNews } from "./marks.ts";
import { parseResult } from "./tools.ts";

export function reader(): Reader {
  return new KimiCliReader();
}

/** Records that say nothing to the model. */
const ASIDE = new Set(["_checkpoint", "_usage"]);

class KimiCliReader implements Reader {
  readonly #header: Header = emptyHeader("kimi-cli");
  readonly #calls = new ChatCalls({ readCall, parseResult });
  #tail: string | null = null;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    const id = `#${at}`;
    const role = string(member(record, "role")) ?? "unknown";
    switch (role) {
      case "_system_prompt":
        return [this.#system(record, id)];
      case "_segue_session":
        return [aside(id, this.#start(record))];
      case "_segue_carry":
        return [aside(id, carryIn(record))];
      case "system":
      case "user":
        return [this.#said(role, record, id)];
      case "assistant":
        return [this.#answer(record, id)];
      case "tool":
        return [this.#result(record, id)];
      default:
        return [aside(id, { event: "opaque", type: ASIDE.has(role) ? role : `record/${role}` })];
    }
  }

  #system(record: Json, id: string): Entry {
    const parts = readContent(member(record, "content"));
    return this.#next({ ...messageOf(id, this.#tail, "system", parts), scaffold: true });
  }

  /** Names the session in a file that is in no store. */
  #start(record: Json): EventBody {
    this.#header.id ||= string(member(record, "id")) ?? "";
    this.#header.cwd ??= string(member(record, "cwd")) ?? null;
    this.#header.title ??= string(member(record, "title")) ?? null;
    this.#header.createdAt ??= string(member(record, "created_at")) ?? null;
    return { event: "start", header: this.header() };
  }

  #said(role: "system" | "user", record: Json, id: string): Entry {
    const parts = readContent(member(record, "content"));
    const calls = this.#calls.in(record);
    if (role === "system") {
      return this.#next({
        ...messageOf(id, this.#tail, role, [...parts, ...calls]),
        scaffold: true,
      });
    }
    const summary = calls.length > 0 ? null : summaryIn(parts);
    if (summary !== null) {
      return this.#next({
        kind: "event",
        id,
        parentId: this.#tail,
        time: null,
        event: "compaction",
        summary,
      });
    }
    if (isScaffold(parts)) {
      return this.#next({ ...messageOf(id, this.#tail, role, parts), scaffold: true });
    }
    const news = taskNews(parts);
    const isTold = news !== null || isInjected(parts);
    const own: Part[] = news === null ? parts : [{ kind: "text", text: news }];
    const said = isTold ? notTyped(own) : own;
    const message = messageOf(id, this.#tail, role, [...said, ...calls]);
    return this.#next(isTold ? { ...message, told: true } : message);
  }

  #answer(record: Json, id: string): Entry {
    const calls = this.#calls.in(record);
    const parts: Part[] = [...readAnswer(member(record, "content")), ...calls];
    const stop = calls.length > 0 ? "tool" : "end";
    return this.#next({ ...messageOf(id, this.#tail, "assistant", parts), stop });
  }

  #result(record: Json, id: string): Entry {
    const result = this.#calls.result(record, readOutput(member(record, "content")));
    return this.#next(messageOf(id, this.#tail, "tool", [result]));
  }

  #next<T extends Entry>(entry: T): T {
    this.#tail = entry.id;
    return entry;
  }
}

function messageOf(
  id: string,
  parentId: string | null,
  role: Message["role"],
  parts: Part[],
): Message {
  return { kind: "message", id, parentId, time: null, role, parts };
}

/** Nothing of the conversation follows it. */
function aside(id: string, body: EventBody): Entry {
  return { kind: "event", id, parentId: null, time: null, ...body };
}

function carryIn(record: Json): EventBody {
  return {
    event: "carry",
    part: number(member(record, "part")) ?? 0,
    parts: number(member(record, "parts")) ?? 0,
    data: string(member(record, "content")) ?? "",
  };
}

/** Of the context that was sent last. */
export function contextTokens(record: Json): number | undefined {
  return member(record, "role") === "_usage" ? number(member(record, "token_count")) : undefined;
}

const OWN = new Set(["_system_prompt", "_checkpoint", "_usage", "_segue_session", "_segue_carry"]);
const ROLES = new Set(["user", "assistant", "tool"]);
const KEYS = new Set(["role", "name", "content", "tool_calls", "tool_call_id", "partial"]);

/** Does a record look like one of Kimi CLI's? Its messages have the keys of the Chat Completions API, and no others. */
export function recognises(record: Json): boolean {
  if (!isObject(record) || typeof record.role !== "string") return false;
  if (OWN.has(record.role)) return true;
  return ROLES.has(record.role) && Object.keys(record).every((key) => KEYS.has(key));
}
