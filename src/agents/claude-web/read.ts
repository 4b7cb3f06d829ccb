/** Decodes the messages of a conversation. Facts and sources: README.md in this folder. */
import { isFrame } from "../../lossless/document.ts";
import type { Beside, Reader } from "../../session/codec.ts";
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
} from "../../session/types.ts";
import { readBlock, readFiles, readOutput, timeOf } from "./content.ts";
import { isConversation, leafIn, messageIn } from "./document.ts";
import { fromNative } from "./tools.ts";

export function reader(beside?: Beside): Reader {
  return new ClaudeWebReader(beside);
}

/** Does a record look like one of Claude.ai's? */
export function recognises(record: Json): boolean {
  return isConversation(record) || messageIn(record) !== null || leafIn(record) !== null;
}

/** What the first message follows, and edits of it. */
const ROOT = /^0{8}-0{4}-[04]0{3}-[08]0{3}-0{12}$/;

class ClaudeWebReader implements Reader {
  readonly #header: Header = emptyHeader("claude-web");
  readonly #beside: Beside | undefined;
  /** The last entry of each message; of one that says nothing, what it follows. */
  readonly #tips = new Map<string, string | null>();
  #last: string | null = null;

  constructor(beside: Beside | undefined) {
    this.#beside = beside;
  }

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    if (isFrame(record) || isObject(member(record, "spelling"))) return [];
    const leaf = leafIn(record);
    if (leaf !== null) {
      const parentId = this.#tipOf(leaf);
      return [{ ...aside(at, { event: "opaque", type: "current_leaf" }), parentId }];
    }
    if (isConversation(record)) return this.#head(record, at);
    const message = messageIn(record);
    if (message) return this.#message(message, at);
    return [aside(at, { event: "opaque", type: string(member(record, "type")) ?? "unknown" })];
  }

  #head(head: JsonObject, at: number): Entry[] {
    const header = this.#header;
    const isFirst = header.id === "";
    header.id = string(head.uuid) ?? "";
    header.title = string(head.name) || null;
    header.createdAt = timeOf(head.created_at);
    header.updatedAt = timeOf(head.updated_at) ?? header.createdAt;
    header.model = string(head.model) || null;
    const body: EventBody = isFirst
      ? { event: "start", header: this.header() }
      : { event: "opaque", type: "conversation" };
    return [aside(at, body)];
  }

  #message(message: JsonObject, at: number): Entry[] {
    const id = string(message.uuid) || `#${at}`;
    const groups = this.#groups(message, id);
    const time = timeOf(message.created_at);
    let parentId = this.#parentOf(message);
    const entries = groups.map((group, n): Entry => {
      const own = n === 0 ? id : `${id}.${n}`;
      const entry: Entry = { kind: "message", id: own, parentId, time, ...group };
      parentId = own;
      return entry;
    });
    this.#tips.set(id, parentId);
    if (entries.length === 0) return [aside(at, { event: "opaque", type: "message" })];
    this.#last = parentId;
    return entries;
  }

  /** Without a parent it follows the one before it; as a first one, nothing. */
  #parentOf({ parent_message_uuid: parent }: JsonObject): string | null {
    const id = string(parent) ?? "";
    return ROOT.test(id) ? null : this.#tipOf(id);
  }

  #tipOf(id: string): string | null {
    const tip = this.#tips.get(id);
    return tip === undefined ? this.#last : tip;
  }

  /** An answer with calls has their results among its blocks. */
  #groups(message: JsonObject, id: string): Said[] {
    const isUser = message.sender !== "assistant";
    const blocks = array(message.content);
    const groups: Said[] = [];
    let parts: Part[] = readFiles(message, this.#beside);
    let open: ToolCallPart[] = [];
    let isSaid = false;
    const flush = (): void => {
      if (parts.length > 0) groups.push({ role: isUser ? "user" : "assistant", parts });
      parts = [];
    };
    for (const [n, block] of blocks.entries()) {
      const type = string(member(block, "type"));
      if (type === "tool_use") {
        const call = callOf(block, `${id}.call-${n}`);
        open = [...open, call];
        isSaid = true;
        parts.push(call);
      } else if (type === "tool_result") {
        flush();
        const call = answered(block, open);
        open = open.filter((one) => one !== call);
        isSaid = true;
        addResult(groups, resultOf(block, call?.callId));
      } else {
        const said = readBlock(block);
        isSaid ||= said.length > 0;
        parts.push(...said);
      }
    }
    // Without blocks that say anything there is a text alone; beside them it repeats theirs.
    const alone = [
      Array.isArray(message.content) ? "" : saidIn(message.content),
      saidIn(message.text),
    ];
    for (const text of isSaid ? [] : new Set(alone)) {
      if (text !== "") parts.push({ kind: "text", text });
    }
    flush();
    return groups;
  }
}

type Said = Pick<Message, "role" | "parts">;

function callOf(block: Json, made: string): ToolCallPart {
  const name = string(member(block, "name")) ?? "";
  const input = member(block, "input") ?? {};
  const callId = string(member(block, "id")) || made;
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** By its id; in older exports, which have none, the first call of that name, or the first of all. */
function answered(block: Json, open: readonly ToolCallPart[]): ToolCallPart | undefined {
  const id = string(member(block, "tool_use_id"));
  if (id) return open.find(({ callId }) => callId === id);
  return open.find(({ name }) => name === member(block, "name")) ?? open[0];
}

function resultOf(block: Json, callId: string | undefined): Part {
  const isError = member(block, "is_error") === true;
  const content = readOutput(member(block, "content"));
  const id = callId ?? string(member(block, "tool_use_id")) ?? "";
  return { kind: "tool-result", callId: id, isError, content };
}

/** Results that follow each other are of one message. */
function addResult(groups: Said[], result: Part): void {
  const last = groups.at(-1);
  if (last?.role === "tool") last.parts.push(result);
  else groups.push({ role: "tool", parts: [result] });
}

function aside(at: number, body: EventBody): Extract<Entry, { kind: "event" }> {
  return { kind: "event", id: `#${at}`, parentId: null, time: null, ...body };
}
