/** What the bubbles of the editor's chats say: one for each text, thought and call. */
import { parseValue } from "../../lossless/json-text.ts";
import { compact, isObject, member, number, string } from "../../session/json.ts";
import { otherPart, saidIn } from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
import type {
  EventBody,
  Json,
  JsonObject,
  Message,
  Part,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from "../../session/types.ts";
import { failed } from "../shared/faults.ts";
import { imagesIn, piecesIn, wordsInField } from "./attached.ts";
import { fromNative, parseResult } from "./tools.ts";

/** Of the user, or of the model: as a number in composers, as a word in the first versions. */
export function isUsers({ type }: JsonObject): boolean {
  return type === 1 || type === "user";
}

export function readPrompt(bubble: JsonObject): Part[] {
  const text = wordsOf(bubble) || typedInField(bubble);
  const said = text === "" ? [] : [{ kind: "text", text } as const];
  return [...piecesIn(bubble), ...said, ...imagesIn(bubble)];
}

function wordsOf(bubble: JsonObject): string {
  return string(bubble.text) || string(bubble.rawText) || saidIn(bubble.text);
}

/** Where the words are not stored as such, the input field still has them. */
function typedInField({ delegate, initText, richText }: JsonObject): string {
  const asked = string(member(delegate, "a"));
  if (asked) return asked;
  const fields = [initText, richText].map((field) => parseValue(string(field) ?? "") ?? null);
  return fields.map((field) => wordsInField(member(field, "root") ?? null)).find(Boolean) ?? "";
}

/** Why the request failed, which the editor shows in place of an answer. */
export function failureIn({ errorDetails }: JsonObject, at: string | null): EventBody | null {
  const text = string(errorDetails);
  const details = text === undefined ? (errorDetails ?? null) : (parseValue(text) ?? text);
  const told = typeof details === "string" ? details : saidIn(member(details, "message"));
  const title = saidIn(member(details, "title"));
  const said = [title, told].filter((one) => one !== "").join(": ");
  return said === "" ? null : failureOf(said, { details, at });
}

/** Cursor's own words for a request that the user ended. */
const ABORTED = /^User aborted request\b/;

export function failureOf(
  text: string,
  { details = null, at = null }: { details?: Json; at?: string | null } = {},
): EventBody {
  if (ABORTED.test(text)) return { event: "interruption" };
  const error = member(details, "error");
  const inner = typeof error === "string" ? (parseValue(error) ?? error) : (error ?? null);
  const status = [details, inner].map((one) => number(member(one, "statusCode")));
  const codes = [inner, member(inner, "error"), member(inner, "type"), member(details, "type")];
  return failed({ text, codes, at, status: status.find((one) => one !== undefined) });
}

/** Thoughts, words and a call, in the order in which the editor shows them. */
export function readAnswer(bubble: JsonObject): Part[] {
  const text = wordsOf(bubble);
  const call = callIn(bubble);
  return [
    ...thoughtsIn(bubble),
    ...(text === "" ? [] : [textPart(text)]),
    ...(call === null ? [] : [call]),
  ];
}

/** Of newer models, there is a signature alone. */
function thoughtsIn({ thinking }: JsonObject): Part[] {
  if (thinking === undefined || thinking === null || thinking === "") return [];
  if (!isObject(thinking)) return [{ kind: "reasoning", text: saidIn(thinking) }];
  const text = string(thinking.text);
  if (text === undefined && thinking.text !== undefined) return [otherPart("thinking", thinking)];
  const { signature, redactedThinking: data } = thinking;
  const seal = compact({ signature: signature || undefined, data: data || undefined });
  const isSealed = Object.keys(seal).length > 0;
  if (!text && !isSealed) return [];
  return [{ kind: "reasoning", text: text ?? "", ...(isSealed ? { seal } : {}) }];
}

function callIn({ toolFormerData: data, bubbleId }: JsonObject): ToolCallPart | null {
  if (!isObject(data)) return null;
  const name = string(data.name) || `tool-${number(data.tool) ?? 0}`;
  const raw = argumentsOf(data.rawArgs);
  const input = isEmpty(raw) ? argumentsOf(data.params) : raw;
  const callId = string(data.toolCallId) || string(bubbleId) || "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

function argumentsOf(text: Json | undefined): Json {
  if (typeof text !== "string") return text ?? {};
  return text.trim() === "" ? {} : (parseValue(text) ?? text);
}

function isEmpty(value: Json): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

/** A call's result stands with it; none while it runs, or if it never ended. */
export function resultIn(bubble: JsonObject): ToolResultPart | null {
  const { toolFormerData: data } = bubble;
  const call = callIn(bubble);
  if (call === null || !isObject(data)) return null;
  const { status } = data;
  const isOver = status === "completed" || status === "error" || status === "cancelled";
  if (!isOver && (data.result === undefined || data.result === null)) return null;
  const isError = status === "error" || status === "cancelled";
  const said = [resultText(data.result, call), errorText(data.error)].filter((text) => text !== "");
  const text = said.join("\n");
  const result: ToolResultPart = {
    kind: "tool-result",
    callId: call.callId,
    isError,
    content: text === "" ? [] : [{ kind: "text", text }],
  };
  return parseResult(call.use, result);
}

/** JSON, as text: of a command, it has the output in it. */
function resultText(result: Json | undefined, { use }: ToolCallPart): string {
  if (typeof result !== "string") return saidIn(result);
  const value = use?.tool === "execute" || use?.tool === "read" ? parseValue(result) : undefined;
  const inner = string(member(value, "output")) ?? string(member(value, "contents"));
  const others = isObject(value)
    ? Object.values(value).filter((one) => typeof one === "string")
    : [];
  return inner !== undefined && others.length === 1 ? inner : result;
}

function errorText(error: Json | undefined): string {
  if (typeof error !== "string") return saidIn(error);
  const value = parseValue(error);
  return string(member(value, "clientVisibleErrorMessage")) ?? error;
}

/** Zeros are what the editor writes where it has no count. */
export function usageOf({ tokenCount }: JsonObject): Usage | undefined {
  const input = number(member(tokenCount, "inputTokens")) ?? 0;
  const output = number(member(tokenCount, "outputTokens")) ?? 0;
  if (input === 0 && output === 0) return undefined;
  return { input, output, cacheRead: 0, cacheWrite: 0 };
}

export function modelIn({ modelInfo, modelType }: JsonObject): string | undefined {
  const name = string(member(modelInfo, "modelName")) ?? string(modelType);
  return name === "" || name === "default" ? undefined : name;
}

export function stopOf(parts: readonly Part[]): NonNullable<Message["stop"]> {
  return parts.some(({ kind }) => kind === "tool-call") ? "tool" : "end";
}
