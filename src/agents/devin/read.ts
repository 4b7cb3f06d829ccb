/** Decodes Devin's records. Facts and sources: README.md in this folder. */
import { hash } from "node:crypto";
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { isObject, member, number, printed, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { readAnswer, readResult, readSaid, readUsage, textIn } from "./content.ts";
import { aboutOf, carryIn, type Node, secondsTime, unwrap } from "./records.ts";
import { isScaffold, isSubagent, isSummary } from "./system.ts";

export function reader(): Reader {
  return new DevinReader();
}

/** What the nodes below a node need to know of it. */
interface Place {
  /** The entry that they follow. */
  entry: string | null;
  /** The same without Devin's own instructions: a conversation is copied when they change. */
  said: string | null;
  /** The subagent whose thread it is. */
  side: string | undefined;
}

const ROOT: Place = { entry: null, said: null, side: undefined };

class DevinReader implements Reader {
  readonly #header: Header = emptyHeader("devin");
  readonly #calls = new OpenCalls();
  readonly #nodes = new Map<string, Place>();
  /** Messages by what they say and what they follow: Devin stores many of them more than once. */
  readonly #said = new Map<string, string>();
  /** The newest entry on the way to `main_chain_id`. */
  #tip: string | null = null;
  #started = false;
  #at = 0;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "session":
        return [this.#session(stored.row)];
      case "node":
        return this.#node(stored.node);
      case "other":
        return [this.#aside({ event: "opaque", type: "unknown" })];
    }
  }

  /** The row changes with every turn: only what stays goes into an entry. */
  #session(row: JsonObject): Entry {
    if (this.#started) return this.#aside({ event: "opaque", type: "session" });
    this.#started = true;
    const createdAt = secondsTime(number(row.created_at));
    const cwd = string(row.working_directory) || null;
    Object.assign(this.#header, { id: string(row.id) ?? "", cwd, createdAt });
    const header = this.header();
    Object.assign(this.#header, {
      title: string(row.title)?.trim() || null,
      model: string(row.model) || null,
      updatedAt: secondsTime(number(row.last_activity_at)) ?? createdAt,
    });
    return this.#aside({ event: "start", header });
  }

  #node(node: Node): Entry[] {
    const { time } = node;
    this.#header.createdAt ??= time;
    if (time !== null && time > (this.#header.updatedAt ?? "")) this.#header.updatedAt = time;
    const carry = carryIn(node.message);
    if (carry !== null) return [this.#aside({ event: "carry", ...carry })];
    const before = this.#nodes.get(node.parent ?? "") ?? ROOT;
    const side = node.off ? (before.side ?? this.#sideOf(node)) : undefined;
    const entry = side === undefined ? this.#known(node, before) : undefined;
    if (entry !== undefined) return this.#again(node, entry);
    return this.#placed(node, { ...before, side });
  }

  /** A thread of a subagent's begins with words of Devin's that say so. */
  #sideOf({ id, parent, message }: Node): string | undefined {
    return parent === null && id !== null && isSubagent(message) ? id : undefined;
  }

  /**
   * The entry of the same message after the same one: Devin copies a conversation when what stands before it
   * changes, and stores an answer once more when it is complete.
   */
  #known({ message }: Node, { said: after }: Place): string | undefined {
    const id = string(member(message, "message_id"));
    if (id === undefined || !isObject(message) || message.role === "system") return undefined;
    const { role, content, images, thinking, tool_calls, tool_call_id } = message;
    const said = [after, id, role, content, images, thinking, tool_calls, tool_call_id];
    const key = hash("sha1", said.map((one) => printed(one ?? null)).join("\n"), "base64");
    const before = this.#said.get(key);
    if (before === undefined) this.#said.set(key, `#${this.#at}`);
    return before;
  }

  #again(node: Node, entry: string): Entry[] {
    this.#note(node, { entry, said: entry, side: undefined });
    const copy: EventBody = { event: "opaque", type: "copy" };
    if (node.off) return [this.#aside(copy)];
    // Stored off the chain before, it is live all the same.
    this.#tip = entry;
    return [this.#event(copy, entry, node.time)];
  }

  #placed(node: Node, place: Place): Entry[] {
    const entries = this.#entries(node, place);
    const last = entries.findLast((one) => one.kind === "message" || one.event === "compaction");
    const entry = last === undefined ? place.entry : last.id;
    const isSaid = last !== undefined && !(last.kind === "message" && last.scaffold);
    this.#note(node, { entry, said: isSaid ? last.id : place.said, side: place.side });
    if (last === undefined || place.side !== undefined) return entries;
    if (!node.off) {
      this.#tip = entry;
      return entries;
    }
    if (this.#tip === null) return entries;
    // What follows is where the conversation goes on, whatever is newer.
    const back = { ...this.#event({ event: "opaque", type: "chain" }, this.#tip, null) };
    return [...entries, { ...back, id: `#${this.#at}.1` }];
  }

  #note({ id }: Node, place: Place): void {
    if (id !== null) this.#nodes.set(id, place);
  }

  #entries(node: Node, place: Place): Entry[] {
    const { message, time } = node;
    if (!isObject(message)) {
      const type = "chat_message";
      return [this.#aside({ event: "unread", type, reason: "unsent" }, time)];
    }
    switch (message.role) {
      case "user":
        return [this.#say(node, place, "user", readSaid(message), told(message))];
      case "assistant":
        return [this.#answer(node, place)];
      case "tool":
        return [this.#say(node, place, "tool", [this.#result(message)])];
      case "system":
        return [this.#system(node, place)];
      default:
        return [this.#say(node, place, "user", readSaid(message), { told: true })];
    }
  }

  #answer(node: Node, place: Place): Entry {
    const { message } = node;
    const parts = readAnswer(message);
    for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
    const about = aboutOf(message);
    const model = string(about.generation_model) || undefined;
    const usage = readUsage(about.metrics);
    const stop = STOPS[string(about.finish_reason) ?? ""];
    return this.#say(node, place, "assistant", parts, {
      ...(model === undefined ? {} : { model }),
      ...(usage === undefined ? {} : { usage }),
      ...(stop === undefined ? {} : { stop }),
    });
  }

  #result(message: JsonObject): Part {
    const callId = string(message.tool_call_id) ?? "";
    const result = readResult(message, this.#calls.get(callId));
    this.#calls.answer(callId);
    return result;
  }

  /** Instructions, context, what a subagent reports, or the summary of all before. */
  #system(node: Node, place: Place): Entry {
    const { message, metadata, time } = node;
    if (place.side === undefined && isSummary(message, metadata)) {
      const replaced = this.#nodes.get(printed(metadata.summarized_from ?? null))?.entry;
      const summary = textIn(message);
      return this.#event({ event: "compaction", summary }, replaced ?? place.entry, time);
    }
    const parts = readSaid(message);
    if (isScaffold(message, metadata)) {
      return this.#say(node, place, "system", parts, { scaffold: true });
    }
    return this.#say(node, place, "user", parts, { told: true });
  }

  #say(
    { time }: Node,
    { entry: parentId, side }: Place,
    role: Message["role"],
    parts: Part[],
    more: Partial<Message> = {},
  ): Message {
    const own = side === undefined ? {} : { sidechain: side };
    return { kind: "message", id: `#${this.#at}`, parentId, time, role, parts, ...more, ...own };
  }

  /** An event in the conversation. */
  #event(body: EventBody, parentId: string | null, time: string | null): Entry {
    return { kind: "event", id: `#${this.#at}`, parentId, time, ...body };
  }

  /** An event beside it. */
  #aside(body: EventBody, time: string | null = null): Entry {
    return this.#event(body, null, time);
  }
}

const STOPS: { readonly [reason: string]: Message["stop"] } = {
  stop: "end",
  tool_calls: "tool",
  length: "length",
};

/** A user's message that no user typed. */
function told(message: JsonObject): Partial<Message> {
  const { is_user_input: isTyped = true } = aboutOf(message);
  return isTyped === true ? {} : { told: true };
}
