/** Decodes the records of Continue's sessions. Facts and sources: README.md in this folder. */
import { isFrame } from "../../lossless/document.ts";
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, isObject, member, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { carryIn } from "../shared/pieces.ts";
import { folderAt } from "../shared/uri.ts";
import {
  readAnswer,
  readCall,
  readContent,
  readContext,
  readState,
  readToolMessage,
  readUnsent,
  readUsage,
} from "./content.ts";
import { isHead, isItem } from "./document.ts";
import { parseResult } from "./tools.ts";

export function reader(): Reader {
  return new ContinueReader();
}

/** Does a record look like one of Continue's? */
export function recognises(record: Json): boolean {
  if (isHead(record) || carryIn(record)) return true;
  // Other agents have messages in records, too, but not what is said of them beside.
  return isItem(record) && Array.isArray(member(record, "contextItems"));
}

/** Titles that mean that there is none. */
const UNTITLED = new Set(["Untitled Session", "New Session", "Chat", ""]);

class ContinueReader implements Reader {
  readonly #header: Header = emptyHeader("continue");
  readonly #calls = new OpenCalls();
  #tip: string | null = null;
  /** What the user said last. */
  #said: string | undefined;
  #at = 0;
  /** Entries of the record that is read. */
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
    if (isItem(record) && isObject(record)) return this.#item(record);
    if (isHead(record) && isObject(record)) return this.#head(record);
    // How the file is formatted, if not as the CLI does it.
    if (isObject(member(record, "spelling"))) return [];
    return [this.#aside({ event: "opaque", type: string(member(record, "type")) ?? "unknown" })];
  }

  #head(head: JsonObject): Entry[] {
    const header = this.#header;
    const isFirst = header.id === "";
    header.id = string(head.sessionId) ?? "";
    const title = string(head.title) ?? "";
    header.title = UNTITLED.has(title) ? null : title;
    header.cwd = folderAt(string(head.workspaceDirectory));
    header.model = string(head.chatModelTitle) ?? null;
    const body: EventBody = isFirst
      ? { event: "start", header: this.header() }
      : { event: "opaque", type: "session" };
    // A complete document on one line.
    const items = array(head.history).flatMap((item) =>
      isItem(item) && isObject(item) ? this.#item(item) : [],
    );
    return [this.#aside(body), ...items];
  }

  #item(item: JsonObject): Entry[] {
    const { message } = item;
    if (!isObject(message)) return [];
    switch (message.role) {
      case "user":
        return this.#user(item, message);
      case "assistant":
        return this.#assistant(item, message);
      case "thinking":
        return this.#thinking(item, message);
      case "tool": {
        const result = readToolMessage(message);
        const content = [...result.content, ...readUnsent(item.contextItems)];
        return [this.#results([{ ...result, content }])];
      }
      case "system": {
        const parts = [...readContent(message.content), ...readUnsent(item.contextItems)];
        return [this.#message("system", parts, { scaffold: true })];
      }
      default:
        return [this.#aside({ event: "opaque", type: `message/${string(message.role) ?? ""}` })];
    }
  }

  #user(item: JsonObject, message: JsonObject): Entry[] {
    const context = readContext(item.contextItems, message.content);
    this.#said = string(message.content);
    return [this.#message("user", [...context, ...readContent(message.content)])];
  }

  #assistant(item: JsonObject, message: JsonObject): Entry[] {
    const said = readAnswer(message.content);
    const summary = saidIn(item.conversationSummary) || undefined;
    // What /compact leaves. The extensions for editors put the summary beside an answer.
    const unsent = readUnsent(item.contextItems);
    if (summary !== undefined && summary === message.content) {
      const left = unsent.slice(0, 1).map(({ type, reason }): EventBody => {
        return { event: "unread", type, reason };
      });
      return [this.#compaction(summary), ...left.map((body) => this.#aside(body))];
    }
    const calls = array(message.toolCalls).map(readCall);
    const typed = message.content === "" ? commandTyped(calls) : null;
    const before = typed === null || this.#said === `!${typed}` ? [] : [this.#typed(typed)];
    for (const call of calls) this.#calls.add(call);
    const usage = readUsage(message.usage);
    const model = string(member(message.usage, "model"));
    this.#header.model = model ?? this.#header.model;
    const parts = [...this.#reasoning(item), ...said, ...calls, ...unsent];
    const more = { ...(usage ? { usage } : {}), ...(model === undefined ? {} : { model }) };
    const answer = this.#message("assistant", parts, more);
    const results = array(item.toolCallStates).map(readState);
    const answered: Entry[] = results.length === 0 ? [answer] : [answer, this.#results(results)];
    const entries = [...before, ...answered];
    return summary === undefined ? entries : [...entries, this.#compaction(summary)];
  }

  /** The user's message for a command that they typed themselves: the CLI only stores its call. */
  #typed(command: string): Message {
    const parts: Part[] = [{ kind: "text", text: `!${command}` }];
    return this.#message("user", parts, { told: true });
  }

  /** What the extensions for editors note beside an answer; the CLI does not send it. */
  #reasoning(item: JsonObject): Part[] {
    const text = saidIn(member(item.reasoning, "text"));
    return text === "" ? [] : [{ kind: "reasoning", text }];
  }

  /** The CLI sends it as an answer. */
  #thinking(item: JsonObject, message: JsonObject): Entry[] {
    const { signature, redactedThinking } = message;
    const text = saidIn(message.content);
    const seal = signature ?? redactedThinking;
    const part: Part = { kind: "reasoning", text, ...(seal === undefined ? {} : { seal }) };
    return [this.#message("assistant", [part, ...readUnsent(item.contextItems)])];
  }

  #results(results: readonly ToolResultPart[]): Message {
    const parts = results.map((result) => {
      const use = this.#calls.get(result.callId)?.use ?? null;
      this.#calls.answer(result.callId);
      return parseResult(use, result);
    });
    return this.#message("tool", parts);
  }

  #message(role: Message["role"], parts: Part[], more: Partial<Message> = {}): Message {
    return { kind: "message", ...this.#place(), role, parts, ...more };
  }

  /** Replaces everything before it, including its own item. */
  #compaction(summary: string): Entry {
    return { kind: "event", ...this.#place(), event: "compaction", summary };
  }

  #place(): { id: string; parentId: string | null; time: null } {
    const place = { id: this.#id(), parentId: this.#tip, time: null };
    this.#tip = place.id;
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

/** The command of a call that the CLI stores when the user types `!command`; null for others. */
function commandTyped([call, ...more]: readonly ToolCallPart[]): string | null {
  const isTyped = /^shell-\d+-[0-9a-z]+$/.test(call?.callId ?? "") && more.length === 0;
  return isTyped && call?.use?.tool === "execute" ? call.use.command : null;
}
