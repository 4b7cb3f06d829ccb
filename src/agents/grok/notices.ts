/**
 * Notifications of updates.jsonl. They tell of the whole conversation, for the CLI's screen. What
 * the model is sent is in the chat history; so they are read as messages only where there is none:
 * of what came before a compaction, and where the chat history is missing.
 */
import { array, compact, isObject, member, string } from "../../session/json.ts";
import { otherPart, saidIn } from "../../session/other.ts";
import type {
  Json,
  JsonObject,
  Message,
  Part,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { readContent } from "./content.ts";
import { fromNative, parseResult } from "./tools.ts";
import { typedIn, unwrapped } from "./typed.ts";

export type Told = Pick<Message, "role" | "parts">;

/** What a notification says in the conversation; null for one that says nothing, or says it again. */
export function readNotice(
  type: string,
  update: JsonObject,
  callOf: (callId: string) => ToolCallPart | undefined,
): Told | null {
  switch (type) {
    case "user_message_chunk":
      // A command of the CLI's own, such as /compact, is not sent.
      if (member(update._meta, "hostTurn") === true) return null;
      return { role: "user", parts: readChunk(update.content).map(unwrapped) };
    case "agent_message_chunk":
      return { role: "assistant", parts: readChunk(update.content) };
    case "agent_thought_chunk": {
      const text = saidIn(member(update.content, "text") ?? update.content);
      return { role: "assistant", parts: [{ kind: "reasoning", text }] };
    }
    case "tool_call":
      return { role: "assistant", parts: [readCall(update)] };
    case "tool_call_update":
      return readOutcome(update, callOf);
    default:
      return null;
  }
}

function readChunk(content: Json | undefined): Part[] {
  return array(Array.isArray(content) ? content : [content ?? null]).flatMap((block): Part[] => {
    if (member(block, "type") !== "image") return readContent(block);
    const [data, mediaType] = [string(member(block, "data")), string(member(block, "mimeType"))];
    const url = string(member(block, "uri"));
    if (data === undefined && url === undefined) return [otherPart("image", block)];
    return [compactImage(mediaType ?? "image/png", data ?? null, url)];
  });
}

function compactImage(mediaType: string, data: string | null, url: string | undefined): Part {
  return { kind: "image", mediaType, data, ...(url === undefined ? {} : { url }) };
}

/** The first notification of a call has the name and the arguments as the model gave them. */
function readCall(update: JsonObject): ToolCallPart {
  const named = member(member(update._meta, "x.ai/tool"), "name");
  const name = string(named) ?? saidIn(update.title);
  const input = update.rawInput ?? {};
  const callId = string(update.toolCallId) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

function readOutcome(
  update: JsonObject,
  callOf: (callId: string) => ToolCallPart | undefined,
): Told | null {
  const { status } = update;
  if (status !== "completed" && status !== "failed") return null;
  const callId = string(update.toolCallId) ?? "";
  const content = outcomeOf(update);
  const result: ToolResultPart = {
    kind: "tool-result",
    callId,
    isError: status === "failed",
    content,
  };
  return { role: "tool", parts: [parseResult(callOf(callId)?.use ?? null, result)] };
}

/** What the model was given of it, else what the screen shows. */
function outcomeOf(update: JsonObject): ToolResultPart["content"] {
  const given = string(member(update.rawOutput, "output_for_prompt"));
  if (given !== undefined) return readContent(given);
  return array(update.content).flatMap((one) => {
    if (member(one, "type") === "content") return readContent(member(one, "content"));
    return isObject(one) ? [otherPart(string(one.type) ?? "content", one, { known: true })] : [];
  });
}

/** What the CLI's screen shows of an item: nothing but these makes it show a session. */
export function noticesOf(item: Json): JsonObject[] {
  const chunk = (sessionUpdate: string, text: string): JsonObject[] =>
    text === "" ? [] : [{ sessionUpdate, content: { type: "text", text } }];
  switch (member(item, "type")) {
    case "reasoning":
      return array(member(item, "summary")).flatMap((part) =>
        chunk("agent_thought_chunk", string(member(part, "text")) ?? ""),
      );
    case "assistant":
      return [
        ...chunk("agent_message_chunk", string(member(item, "content")) ?? ""),
        ...array(member(item, "tool_calls")).map(calling),
      ];
    case "tool_result":
      return [given(item)];
    default:
      return [];
  }
}

/** The prompt that begins a turn. */
export function promptNotices(item: Json, prompt: number): JsonObject[] {
  const _meta = { promptIndex: prompt };
  return array(member(item, "content")).map((block): JsonObject => {
    const text = string(member(block, "text"));
    if (text === undefined)
      return { sessionUpdate: "user_message_chunk", content: shown(block), _meta };
    const content = { type: "text", text: typedIn(text) ?? text };
    return { sessionUpdate: "user_message_chunk", content, _meta };
  });
}

function shown(block: Json): JsonObject {
  const url = string(member(block, "url")) ?? "";
  const [, mimeType = "image/png", data] = /^data:([^;,]*)[^,]*,(.*)$/s.exec(url) ?? [];
  if (data === undefined) return { type: "text", text: `[image: ${url}]` };
  return { type: "image", data, mimeType };
}

function calling(call: Json): JsonObject {
  const name = string(member(call, "name")) ?? "";
  return compact({
    sessionUpdate: "tool_call",
    toolCallId: string(member(call, "id")),
    title: name,
    rawInput: parsed(member(call, "arguments")),
    _meta: { "x.ai/tool": { version: 1, name } },
  });
}

function parsed(text: Json | undefined): Json | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function given(item: Json): JsonObject {
  const text = string(member(item, "content")) ?? "";
  return compact({
    sessionUpdate: "tool_call_update",
    toolCallId: string(member(item, "tool_call_id")),
    status: "completed",
    content: [{ type: "content", content: { type: "text", text } }],
  });
}
