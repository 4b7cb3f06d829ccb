/** Reads the records of Nanocoder's sessions. Facts and sources: README.md in this folder. */
import { isFrame } from "../../lossless/document.ts";
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, isObject, member, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
} from "../../session/types.ts";
import { ChatCalls } from "../shared/chat.ts";
import { carryIn } from "../shared/pieces.ts";
import {
  readAnswer,
  readCall,
  readContent,
  readImages,
  readOutput,
  readReasoning,
} from "./content.ts";
import { isHead } from "./document.ts";
import { eventIn } from "./limits.ts";
import { isTold, summaryIn } from "./marks.ts";
import { parseResult } from "./tools.ts";

export function reader(): Reader {
  return new NanocoderReader();
}

const ROLES = new Set(["user", "assistant", "tool", "system"]);

const KEYS = new Set([
  "role",
  "content",
  "tool_calls",
  "tool_call_id",
  "name",
  "reasoning",
  "structuredContent",
  "images",
  "isError",
]);

/**
 * Does a record look like one of Nanocoder's? Its messages have the keys of the Chat Completions API
 * and a few more, and the arguments of its calls are no text.
 */
export function recognises(record: Json): boolean {
  if (isHead(record) || carryIn(record)) return true;
  if (!isObject(record) || !ROLES.has(string(record.role) ?? "")) return false;
  const isOwn = Object.keys(record).every((key) => KEYS.has(key));
  const [call] = array(record.tool_calls);
  return isOwn && typeof member(member(call, "function"), "arguments") !== "string";
}

/** What stands for no title. */
const UNTITLED = new Set(["New Session", ""]);

class NanocoderReader implements Reader {
  readonly #header: Header = emptyHeader("nanocoder");
  readonly #calls = new ChatCalls({ readCall, parseResult });
  #tail: string | null = null;
  #at = 0;
  /** Number of entries of the record that is read. */
  #n = 0;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#n = 0;
    if (isFrame(record)) return [];
    const carry = carryIn(record);
    if (carry) return [this.#aside({ event: "carry", ...carry })];
    if (isHead(record)) return this.#head(record);
    // How the file is formatted, if not as the CLI does it.
    if (isObject(member(record, "spelling"))) return [];
    if (isObject(record)) return this.#said(record);
    return [this.#aside({ event: "opaque", type: "unknown" })];
  }

  #head(head: JsonObject): Entry[] {
    const header = this.#header;
    const isFirst = header.id === "";
    header.id = string(head.id) ?? "";
    const title = string(head.title) ?? "";
    header.title = UNTITLED.has(title) ? null : title.trim();
    header.cwd = string(head.workingDirectory) || null;
    header.model = string(head.model) || null;
    header.createdAt = string(head.createdAt) ?? null;
    header.updatedAt = string(head.lastAccessedAt) ?? null;
    const body: EventBody = isFirst
      ? { event: "start", header: this.header() }
      : { event: "opaque", type: "session" };
    // A complete document on one line.
    const messages = array(head.messages).flatMap((message) =>
      isObject(message) ? this.#said(message) : [],
    );
    return [this.#aside(body), ...messages];
  }

  /** A message, and the event that it tells of. */
  #said(message: JsonObject): Entry[] {
    const said = this.#message(message);
    const event = message.role === "assistant" ? eventIn(string(message.content)) : null;
    const events: EventBody[] = event === null ? [] : [event];
    if (hasUnsent(message)) events.push({ event: "unread", type: "message", reason: "unsent" });
    return [said, ...events.map((body) => this.#aside(body))];
  }

  #message(message: JsonObject): Entry {
    switch (message.role) {
      case "assistant": {
        const calls = this.#calls.in(message);
        const said = readAnswer(message.content);
        const parts = [...readReasoning(message.reasoning), ...said, ...calls];
        return this.#next("assistant", parts, { stop: calls.length > 0 ? "tool" : "end" });
      }
      case "tool": {
        const isError = message.isError === true;
        const result = this.#calls.result(message, readOutput(message), isError);
        return this.#next("tool", [result]);
      }
      // The CLI adds it to its own instructions.
      case "system":
        return this.#next("system", readContent(message.content), { scaffold: true });
      // The CLI sends a message of any other role as the user's.
      default:
        return this.#user(message);
    }
  }

  #user(message: JsonObject): Entry {
    const parts: Part[] = [...readContent(message.content), ...readImages(message)];
    const text = string(message.content);
    const summary = parts.length === 1 ? summaryIn(text) : null;
    if (summary !== null) {
      return { kind: "event", ...this.#place(), event: "compaction", summary };
    }
    return this.#next("user", parts, isTold(text) ? { told: true } : {});
  }

  #next(role: Message["role"], parts: Part[], more: Partial<Message> = {}): Message {
    return { kind: "message", ...this.#place(), role, parts, ...more };
  }

  #place(): { id: string; parentId: string | null; time: null } {
    const place = { id: this.#id(), parentId: this.#tail, time: null };
    this.#tail = place.id;
    return place;
  }

  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#id(), parentId: null, time: null, ...body };
  }

  #id(): string {
    const n = this.#n++;
    return n === 0 ? `#${this.#at}` : `#${this.#at}.${n}`;
  }
}

/** What the CLI sends of a message, by its role; a message of any other is the user's for it. */
const SENT: { readonly [role: string]: readonly string[] } = {
  user: ["images"],
  assistant: ["tool_calls", "reasoning"],
  tool: ["structuredContent"],
  system: [],
};

const SAID = ["images", "tool_calls", "reasoning", "structuredContent"];

/** Is there more in it than what its role has? */
function hasUnsent(message: JsonObject): boolean {
  const role = string(message.role) ?? "";
  const sent = Object.hasOwn(SENT, role) ? SENT[role] : undefined;
  if (sent === undefined) {
    return Object.keys(message).some((key) => key !== "role" && key !== "content");
  }
  return SAID.some((key) => Object.hasOwn(message, key) && !sent.includes(key));
}
