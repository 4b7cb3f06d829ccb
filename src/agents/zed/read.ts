/** Decodes Zed's threads. Facts and sources: README.md in this folder. */
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
  Usage,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import {
  readAnswerPart,
  readDetails,
  readOlder,
  readResult,
  readUsage,
  readUserPart,
} from "./content.ts";
import { carryIn, foldersIn, formOf, isoTime, titleOf, unwrap, usageOf } from "./records.ts";

export function reader(): Reader {
  return new ZedReader();
}

/** What Zed sends for a turn that the user asked to continue with. */
const RESUMED = "Continue where you left off";

class ZedReader implements Reader {
  readonly #header: Header = emptyHeader("zed");
  readonly #calls = new OpenCalls();
  readonly #ids = new Set<string>();
  #data: JsonObject | null = null;
  #started = false;
  #tail: string | null = null;
  #at = 0;
  /** Of the turn that began last; null once a message has it. */
  #usage: Usage | null = null;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "thread":
        return this.#thread(stored.row, stored.data, stored.blob);
      case "message":
        return this.#message(stored.message);
      case "other":
        return [this.#aside({ event: "opaque", type: "unknown" })];
    }
  }

  #thread(row: JsonObject, data: JsonObject | null, blob: string | null): Entry[] {
    if (this.#started) return [this.#aside({ event: "opaque", type: "thread" })];
    this.#started = true;
    this.#data = data;
    const updatedAt = isoTime(row.updated_at);
    const told = string(member(member(data, "subagent_context"), "parent_thread_id"));
    const parent = string(row.parent_id) ?? told ?? null;
    const [cwd = null] = foldersIn(row);
    const createdAt = isoTime(row.created_at) ?? updatedAt;
    Object.assign(this.#header, { id: string(row.id) ?? "", cwd, parent, createdAt });
    const header = this.header();
    const title = string(data?.title) ?? string(data?.summary) ?? string(row.summary);
    const model = string(member(data?.model, "model")) ?? null;
    Object.assign(this.#header, { title: titleOf(title), model, updatedAt });
    const start = this.#aside({ event: "start", header });
    // What no version of Zed that is known could have written, or a form that is newer.
    if (blob !== null)
      return [start, this.#aside({ event: "unread", type: "data", reason: "sealed" })];
    const messages = array(data?.messages).flatMap((message) => this.#message(message));
    return [start, ...messages];
  }

  #message(message: Json): Entry[] {
    const carry = carryIn(message);
    if (carry !== null) return [this.#aside({ event: "carry", ...carry })];
    switch (formOf(message)) {
      case "User":
        return [this.#user(member(message, "User") ?? null)];
      case "Agent":
        return this.#agent(member(message, "Agent") ?? null);
      case "Resume":
        return [
          this.#say("user", [{ kind: "text", text: RESUMED }], { told: true, id: this.#place() }),
        ];
      case "Compaction":
        return [this.#compaction(member(message, "Compaction") ?? null)];
      case "older":
        return isObject(message) ? this.#older(message) : [];
      case null:
        return [this.#aside({ event: "opaque", type: "message" })];
    }
  }

  #user(own: Json): Message {
    const id = string(member(own, "id"));
    this.#usage = readUsage(usageOf(this.#data, id ?? "")) ?? null;
    const parts = array(member(own, "content")).flatMap(readUserPart);
    return this.#say("user", parts, { id: this.#place(id) });
  }

  /** The usage is that of the turn's last request; it stands with the first. */
  #agent(own: Json): Entry[] {
    const parts = array(member(own, "content")).flatMap(readAnswerPart);
    const sealed = readDetails(member(own, "reasoning_details"));
    return this.#answer([...sealed, ...parts], member(own, "tool_results"));
  }

  #answer(parts: readonly Part[], results: Json | undefined): Entry[] {
    for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
    const usage = this.#usage === null ? {} : { usage: this.#usage };
    this.#usage = null;
    const model = this.#header.model === null ? {} : { model: this.#header.model };
    const answer = this.#say("assistant", [...parts], { id: this.#place(), ...model, ...usage });
    const calls = parts.flatMap((part) => (part.kind === "tool-call" ? [part.callId] : []));
    const read = isObject(results)
      ? inOrder(results, calls).map(([id, one]) => readResult(one, id, this.#calls.get(id)))
      : [];
    if (read.length === 0) return [answer];
    for (const { callId } of read) this.#calls.answer(callId);
    return [answer, this.#say("tool", read, { id: this.#place(`${answer.id}/results`) })];
  }

  #compaction(info: Json): Entry {
    const summary = member(info, "Summary");
    if (typeof summary === "string") {
      const parentId = this.#tail;
      const id = this.#place();
      return { kind: "event", id, parentId, time: null, event: "compaction", summary };
    }
    // The provider's own, which only it can read; Zed sends nothing of what came before.
    return this.#aside({ event: "unread", type: "Compaction", reason: "sealed-summary" });
  }

  /** Before 0.3.0: a result stands beside its call, or, at first, in the user's next message. */
  #older(message: JsonObject): Entry[] {
    const parts = readOlder(message);
    if (message.role === "user") {
      const results = this.#olderResults(message);
      if (results.length > 0 && parts.length === 0) return results;
      const hidden = message.is_hidden === true ? { told: true } : {};
      return [...results, this.#say("user", parts, { id: this.#place(), ...hidden })];
    }
    if (message.role === "system") {
      return [this.#say("system", parts, { id: this.#place(), scaffold: true })];
    }
    // A result of this message's own call is read once the call is known.
    return [...this.#answer(parts, undefined), ...this.#olderResults(message)];
  }

  #olderResults(message: JsonObject): Entry[] {
    const results = array(message.tool_results).map((one) => {
      const id = saidIn(member(one, "tool_use_id"));
      return readResult(one, id, this.#calls.get(id));
    });
    return results.length === 0 ? [] : [this.#say("tool", results, { id: this.#place() })];
  }

  #say(
    role: Message["role"],
    parts: Part[],
    { id, ...more }: Partial<Message> & { id: string },
  ): Message {
    const parentId = this.#parent;
    return { kind: "message", id, parentId, time: null, role, parts, ...more };
  }

  #parent: string | null = null;

  /** The next place in the conversation, which is one line of messages. */
  #place(id = `#${this.#at}`): string {
    this.#parent = this.#tail;
    this.#tail = this.#free(id);
    return this.#tail;
  }

  #free(id: string): string {
    let free = id;
    for (let n = 1; this.#ids.has(free); n++) free = `${id}~${n}`;
    this.#ids.add(free);
    return free;
  }

  /** An event beside the conversation. */
  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#free(`#${this.#at}`), parentId: null, time: null, ...body };
  }
}

/** In that of the calls, as Zed sends them: JSON does not keep the order of ids that are numbers. */
function inOrder(results: JsonObject, calls: readonly string[]): [string, Json][] {
  const place = ([id]: [string, Json]) => (calls.includes(id) ? calls.indexOf(id) : calls.length);
  return Object.entries(results).sort((a, b) => place(a) - place(b));
}
