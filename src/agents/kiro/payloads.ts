/**
 * Reads the messages of Kiro CLI 3, which Kiro's editor has since its version 1: each block is a record. Facts and
 * sources: README.md in this folder.
 */
import { isObject, listOf, member, string } from "../../session/json.ts";
import { isBase64, isNested, otherPart, saidIn } from "../../session/other.ts";
import { leadingReasoning, notTyped } from "../../session/text.ts";
import type { EventBody, Json, JsonObject, Part, ToolCallPart } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";
import type { Piece } from "./records.ts";
import { fromNative } from "./tools.ts";

/** What the model is not sent again, or what other records say as well. */
const ASIDE = new Set([
  "turn_start",
  "session_event",
  "usage_summary",
  "pending_interaction",
  "interaction_resolved",
  "sub_agent_start",
  "sub_agent_progress",
  "sub_agent_complete",
  "tool_revert",
]);

export function readPayload(type: string, payload: JsonObject, time: string | null): Piece[] {
  if (ASIDE.has(type)) return [aside(type)];
  switch (type) {
    case "user":
      return [readUser(payload)];
    case "assistant":
      return readAssistant(payload);
    case "tool_call":
      return [{ role: "assistant", parts: [callIn(payload)] }];
    case "tool_result":
      return [resultIn(payload)];
    case "system":
      return [{ role: "system", parts: textIn("content", payload.content), scaffold: true }];
    case "agent_note":
      return [{ role: "user", parts: notTyped(textIn("content", payload.content)), told: true }];
    case "session_start":
      return [scaffold(type, [...textIn("content", payload.content), ...attached(payload)])];
    case "steering_inclusion":
      return [scaffold(type, listOf(payload.documents).flatMap(steeringIn))];
    case "ContextualHookInvoked":
      return [scaffold(type, textIn("output", payload.output))];
    case "mode_change":
      return [{ body: { event: "mode", mode: "agent", value: saidIn(payload.toMode) } }];
    case "session_metadata":
      return [metadataIn(payload, time)];
    case "error": {
      const text = [payload.message, payload.details].map(saidIn).filter((said) => said !== "");
      const codes = [string(payload.code)];
      return [{ body: failed({ text: text.join("\n"), codes, at: time }) }];
    }
    case "turn_end":
      return [{ body: endIn(payload) }];
    default:
      return [aside(`record/${type}`)];
  }
}

function aside(type: string): Piece {
  return { body: { event: "opaque", type } };
}

/** What Kiro puts into the conversation, and will again. */
function scaffold(type: string, parts: Part[]): Piece {
  if (parts.length === 0) return aside(type);
  return { role: "user", parts: notTyped(parts), scaffold: true };
}

/** A text; or what is in the place of one, as a whole. */
export function textIn(type: string, value: Json | undefined): Part[] {
  if (Array.isArray(value)) return value.flatMap((block) => textIn(type, blockText(block)));
  if (isNested(value)) return [otherPart(type, value)];
  const text = saidIn(value);
  return text === "" ? [] : [{ kind: "text", text }];
}

/** `{type: "text", text}`, as other readers found it in place of a text. */
function blockText(block: Json): Json {
  const isText = isObject(block) && block.type === "text" && Object.keys(block).length === 2;
  return isText ? (block.text ?? null) : block;
}

function readUser(payload: JsonObject): Piece {
  const context = listOf(payload.contextItems).map(contextPart);
  const parts = [...textIn("content", payload.content), ...attached(payload), ...context];
  const notification = member(member(payload._meta, "kiro"), "notification");
  const isTold = payload.source === "hook" || typeof payload.kind === "string" || notification;
  return isTold ? { role: "user", parts: notTyped(parts), told: true } : { role: "user", parts };
}

/** A file that the user named, or what else was put beside a message: `{name, description?, content, uri?}`. */
export function contextPart(item: Json): Part {
  const content = member(item, "content");
  if (!isObject(item) || isNested(content)) return otherPart("contextItems", item);
  const name = saidIn(item.name) || saidIn(item.description);
  const text = `<context name="${name}">\n${saidIn(content)}\n</context>`;
  return { kind: "text", text, told: true };
}

/** Images, with their bytes in base64, and documents. The vendor's writer spells the type `mime_type`. */
function attached(payload: JsonObject): Part[] {
  const typeOf = (one: Json) => string(member(one, "mimeType") ?? member(one, "mime_type"));
  const images = listOf(payload.images).map((image): Part => {
    const data = string(member(image, "data"));
    const mediaType = typeOf(image);
    if (data === undefined || mediaType === undefined) return otherPart("images", image);
    return { kind: "image", mediaType, data: data.replace(/^data:[^,]*,/, "") };
  });
  const documents = listOf(payload.documents).map((file): Part => {
    const data = string(member(file, "data"));
    const mediaType = typeOf(file);
    const name = string(member(file, "name")) ?? null;
    const isOdd = isNested(member(file, "name")) || mediaType === undefined;
    if (data === undefined || isOdd || !isBase64(data)) {
      return otherPart("documents", file);
    }
    return { kind: "file", name, mediaType, data };
  });
  return [...images, ...documents];
}

/** Only its id, or the document. */
function steeringIn(document: Json): Part[] {
  if (isObject(document)) return textIn("documents", document.content);
  return isNested(document) ? [otherPart("documents", document)] : [];
}

function readAssistant(payload: JsonObject): Piece[] {
  const { content, operationType } = payload;
  if (operationType === "Summary") {
    return [{ body: { event: "compaction", summary: saidIn(content) } }];
  }
  if (operationType === "Reasoning") return [{ role: "assistant", parts: [thoughtIn(payload)] }];
  const parts = textIn("content", content).flatMap((part): Part[] =>
    part.kind === "text" ? leadingReasoning(part.text) : [part],
  );
  return [{ role: "assistant", parts }];
}

/** Without a signature or hidden content it is only its text. */
function thoughtIn(payload: JsonObject): Part {
  const { content, reasoningSignature, reasoningModelId, reasoningRedactedContent } = payload;
  const own = { reasoningSignature, reasoningModelId, reasoningRedactedContent };
  const seal = Object.fromEntries(
    Object.entries(own).flatMap(([key, value]): [string, Json][] =>
      value === undefined ? [] : [[key, value]],
    ),
  );
  const isSealed = (reasoningSignature ?? reasoningRedactedContent ?? null) !== null;
  const said: Part = { kind: "reasoning", text: saidIn(content) };
  return isSealed ? { ...said, seal } : said;
}

function callIn({ toolCallId, toolName, args }: JsonObject): ToolCallPart {
  const name = saidIn(toolName);
  const input = args ?? {};
  const callId = string(toolCallId) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

function resultIn({ toolCallId, content, success }: JsonObject): Piece {
  const said = textIn("content", content).flatMap((part) => {
    return part.kind === "text" || part.kind === "other" ? [part] : [];
  });
  const callId = string(toolCallId) ?? "";
  const isError = success === false;
  return { role: "tool", parts: [{ kind: "tool-result", callId, isError, content: said }] };
}

/** `displayError` is shown where a request failed. */
function metadataIn({ key, value }: JsonObject, time: string | null): Piece {
  if (key !== "displayError") return aside("session_metadata");
  const text = saidIn(member(value, "message") ?? member(value, "text") ?? value);
  return { body: failed({ text, at: time }) };
}

function endIn({ stopReason, stopDetails }: JsonObject): EventBody {
  if (stopReason === "cancelled") return { event: "interruption" };
  const refusal = saidIn(member(member(stopDetails, "refusal"), "explanation"));
  if (refusal !== "") return { event: "error", text: refusal };
  return { event: "opaque", type: "turn_end" };
}
