/** Decodes the nodes of a conversation. Facts and sources: README.md in this folder. */
import { isFrame } from "../../lossless/document.ts";
import type { Beside, Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { isObject, member, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolCallPart,
} from "../../session/types.ts";
import { hasFailed, readContent, readInput, readThoughts, timeOf } from "./content.ts";
import { currentIn, idOf, isConversation, nodeIn } from "./document.ts";
import { fromNative } from "./tools.ts";

export function reader(beside?: Beside): Reader {
  return new ChatGptReader(beside);
}

/** Does a record look like one of ChatGPT's? */
export function recognises(record: Json): boolean {
  return isConversation(record) || nodeIn(record) !== null || currentIn(record) !== null;
}

/** What a node leaves to those that follow it. */
interface Tip {
  /** The entry that theirs follow. */
  id: string | null;
  /** Calls on the path to it without a result. */
  open: readonly ToolCallPart[];
}

const ROOT: Tip = { id: null, open: [] };

class ChatGptReader implements Reader {
  readonly #header: Header = emptyHeader("chatgpt");
  readonly #beside: Beside | undefined;
  readonly #tips = new Map<string, Tip>();
  #last: Tip = ROOT;

  constructor(beside: Beside | undefined) {
    this.#beside = beside;
  }

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    if (isFrame(record) || isObject(member(record, "spelling"))) return [];
    const current = currentIn(record);
    if (current !== null) return [this.#end(current, at)];
    const found = nodeIn(record);
    if (found) return this.#node(found.id, found.node, at);
    if (isConversation(record)) return this.#head(record, at);
    return [
      this.#aside(at, { event: "opaque", type: string(member(record, "type")) ?? "unknown" }),
    ];
  }

  #head(head: JsonObject, at: number): Entry[] {
    const header = this.#header;
    const isFirst = header.id === "";
    header.id = idOf(head) ?? "";
    header.title = string(head.title) || null;
    header.createdAt = timeOf(head.create_time);
    header.updatedAt = timeOf(head.update_time) ?? header.createdAt;
    header.model = string(head.default_model_slug) || null;
    const body: EventBody = isFirst
      ? { event: "start", header: this.header() }
      : { event: "opaque", type: "conversation" };
    return [this.#aside(at, body)];
  }

  /** The conversation continues from this node, whatever else the tree has. */
  #end(current: string, at: number): Entry {
    const tip = this.#tips.get(current) ?? this.#last;
    return {
      ...this.#aside(at, { event: "opaque", type: "current_node" }),
      parentId: tip.id,
    };
  }

  #node(id: string, node: JsonObject, at: number): Entry[] {
    const { parent, message } = node;
    const before = typeof parent === "string" ? (this.#tips.get(parent) ?? this.#last) : ROOT;
    // The root, and places whose message is gone: what follows them follows what they follow.
    if (!isObject(message)) {
      this.#leave(id, before);
      return [this.#aside(at, { event: "opaque", type: "node" })];
    }
    const said = this.#message(message, before.open);
    const place = { id, parentId: before.id, time: timeOf(message.create_time) };
    if (said === null) {
      const type = string(member(message.content, "content_type")) ?? "node";
      this.#leave(id, before);
      return [{ kind: "event", ...place, id: `#${at}`, parentId: null, event: "opaque", type }];
    }
    const { open, ...body } = said;
    this.#leave(id, { id, open });
    const model = modelOf(message);
    this.#header.model = model ?? this.#header.model;
    const named = body.role === "assistant" && model !== null ? { model } : {};
    return [{ kind: "message", ...place, ...body, ...named }];
  }

  #leave(id: string, tip: Tip): void {
    this.#tips.set(id, tip);
    this.#last = tip;
  }

  /** null for what is only shown. */
  #message(message: JsonObject, open: readonly ToolCallPart[]): Said | null {
    const role = string(member(message.author, "role")) ?? "";
    const type = string(member(message.content, "content_type"));
    if (type === "reasoning_recap") return null;
    const isContext = type === "user_editable_context" || type === "model_editable_context";
    if (isContext || role === "system" || role === "developer") {
      const parts = readContent(message, this.#beside);
      return { role: "system", parts, scaffold: true, open };
    }
    if (role === "tool") return this.#result(message, open);
    if (role === "assistant") return this.#answer(message, open);
    const parts = readContent(message, this.#beside);
    const isHidden = member(message.metadata, "is_visually_hidden_from_conversation") === true;
    return { role: "user", parts, ...(isHidden ? { told: true } : {}), open };
  }

  #answer(message: JsonObject, open: readonly ToolCallPart[]): Said {
    const { content, recipient } = message;
    if (isObject(content) && content.content_type === "thoughts") {
      return { role: "assistant", parts: readThoughts(content), open };
    }
    const name = string(recipient) ?? "all";
    if (name === "all" || name === "assistant") {
      const stop = message.end_turn === true ? { stop: "end" as const } : {};
      return { role: "assistant", parts: readContent(message, this.#beside), ...stop, open };
    }
    const input = readInput(message);
    const callId = string(message.id) ?? "";
    const call: ToolCallPart = {
      kind: "tool-call",
      ...{ callId, name, input },
      use: fromNative(name, input),
    };
    return { role: "assistant", parts: [call], open: [...open, call] };
  }

  /** A tool may say more than once what came of a call: the first is its result. */
  #result(message: JsonObject, open: readonly ToolCallPart[]): Said {
    const content = readContent(message, this.#beside);
    const call = calledBy(string(member(message.author, "name")) ?? "", open);
    if (!call) return { role: "user", parts: content, told: true, open };
    const isError = hasFailed(message);
    const parts: Part[] = [{ kind: "tool-result", callId: call.callId, isError, content }];
    return { role: "tool", parts, open: open.filter((one) => one !== call) };
  }

  #aside(at: number, body: EventBody): Extract<Entry, { kind: "event" }> {
    return { kind: "event", id: `#${at}`, parentId: null, time: null, ...body };
  }
}

type Said = Pick<Message, "role" | "parts" | "scaffold" | "told" | "stop"> & {
  open: readonly ToolCallPart[];
};

/** `web` answers `web.run`; a tool that has another name in its answers, the call before it. */
function calledBy(name: string, open: readonly ToolCallPart[]): ToolCallPart | undefined {
  const [tool = ""] = name.split(".");
  return (
    open.find((call) => call.name === name) ??
    open.find((call) => call.name.split(".")[0] === tool) ??
    open.at(-1)
  );
}

function modelOf(message: JsonObject): string | null {
  const { metadata } = message;
  return (
    string(member(metadata, "model_slug")) ||
    string(member(metadata, "resolved_model_slug")) ||
    null
  );
}
