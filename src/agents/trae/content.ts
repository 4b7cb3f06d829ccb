/** What messages hold, and the steps of an answer. */
import { isObject, listOf, member, printed, string } from "../../session/json.ts";
import { isNested, otherPart, saidIn, textBlock } from "../../session/other.ts";
import { leadingReasoning, notTyped } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  Part,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

/** A prompt, and what it was turned into where that says something else. */
export function readPrompt(message: JsonObject): Part[] {
  const said = listOf(message.content).flatMap(readBlock);
  const words = said.map((part) => (part.kind === "text" ? part.text : "")).join("\n");
  const more = listOf(message.parsedQuery).flatMap((query): Part[] => {
    if (typeof query === "string") return words.includes(query) ? [] : textsOf(query);
    return [otherPart("parsedQuery", query)];
  });
  return [...said, ...notTyped(more)];
}

function readBlock(block: Json): Part[] {
  if (typeof block === "string") return textsOf(block);
  return [member(block, "type") === "text" ? textBlock(block) : otherPart("content", block)];
}

function textsOf(text: string): Part[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** One step: what was said, and what was called. */
export interface Step {
  parts: Part[];
  result: ToolResultPart | null;
}

/** The steps of an answer, in their order. An answer repeats itself: what was said before is not said again. */
export function stepsOf(message: JsonObject, place: string): Step[] {
  const said = new Set<string>();
  const task = message.agentTaskContent;
  const whole = isObject(task) ? task : {};
  const guideline = isObject(whole.guideline) ? whole.guideline : {};
  const first = [
    ...reasoning(whole.proposalReasoningContent, said),
    ...listOf(message.content).flatMap((block) => spoken(block, said)),
    ...(isObject(task) ? [] : listOf(task).flatMap((block) => spoken(block, said))),
    ...["content", "text", "proposal"].flatMap((key) => spoken(whole[key], said)),
    ...spoken(guideline.thought, said),
  ];
  const items = listOf(guideline.planItems);
  const steps = items.map((item, n) => stepOf(item, said, `${place}.${n}`));
  return first.length === 0 && steps.length > 0
    ? steps
    : [{ parts: first, result: null }, ...steps];
}

function stepOf(item: Json, said: Set<string>, place: string): Step {
  if (!isObject(item)) return { parts: spoken(item, said), result: null };
  const words = [
    ...reasoning(item.reasoningContent, said),
    ...["thought", "content", "text"].flatMap((key) => spoken(item[key], said)),
  ];
  const own = calledIn(item);
  if (own === null) return { parts: words, result: null };
  words.push(...calledTwice(item));
  const { name, input, result } = own;
  const summary = string(member(input, "summary"));
  if (ENDS.has(name) && summary !== undefined && Object.keys(input).length === 1) {
    const rest = [...spoken(summary, said), ...spoken(endedBy(result), said)];
    return { parts: [...words, ...rest], result: null };
  }
  const callId = own.id ?? `call_${place.replace(/\W/g, "_")}`;
  const use = fromNative(name, input);
  const call: ToolCallPart = { kind: "tool-call", callId, name, input, use };
  return { parts: [...words, call], result: readResult(callId, name, result) };
}

/** These end an answer, with a summary for the user. */
export const ENDS = new Set(["finish", "ResponseToUser"]);

interface Called {
  id: string | undefined;
  name: string;
  input: JsonObject;
  result: Json | undefined;
}

/** A call; since versions of 2026 it is an object of its own. */
function calledIn(item: JsonObject): Called | null {
  const inner = isObject(item.toolCallInfo) ? item.toolCallInfo : {};
  const name = saidIn(item.toolName) || saidIn(inner.name);
  const [params = {}, result] = [item.params ?? inner.params, item.result ?? inner.result];
  const isBlank = !isNested(item.params ?? inner.params ?? null) && !result;
  if (name === "" && isBlank) return null;
  const own = string(item.toolcall_id) || string(inner.id) || string(item.planItemId);
  return {
    id: own || string(item.id) || undefined,
    name: name || "tool",
    input: isObject(params) ? params : { input: params },
    result,
  };
}

/** What the object of a newer version says otherwise than the step that it is in. */
function calledTwice(item: JsonObject): Part[] {
  const { name, params, result } = isObject(item.toolCallInfo) ? item.toolCallInfo : {};
  const pairs = [
    [item.toolName, name],
    [item.params, params],
    [item.result, result],
  ] as const;
  return pairs.flatMap(([used, other]): Part[] => {
    if (other === undefined || !used || printed(used) === printed(other)) return [];
    return [otherPart("toolCallInfo", other)];
  });
}

const FAILED = new Set(["failed", "canceled", "skipped"]);

function readResult(callId: string, name: string, result: Json | undefined): ToolResultPart | null {
  if (result === undefined || result === null) return null;
  const status = string(member(result, "status")) ?? "";
  const isError = FAILED.has(status);
  return { kind: "tool-result", callId, isError, content: contentOf(name, result) };
}

/** A text, or an object whose form depends on the tool and is not known; a status that says all there is. */
function contentOf(name: string, result: Json): ResultPart[] {
  if (!isNested(result)) return texts(saidIn(result));
  const isStatus = Object.keys(result).length === 1 && typeof member(result, "status") === "string";
  return isStatus
    ? texts(saidIn(member(result, "status")))
    : [otherPart(name, result, { known: true })];
}

function texts(text: string): ResultPart[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** What the last step gave: most often the summary once more. */
function endedBy(result: Json | undefined): Json | undefined {
  if (!isObject(result)) return result;
  const { status: _, ...rest } = result;
  const data = isObject(rest.data) && Object.keys(rest).length === 1 ? rest.data : rest;
  const [only, ...more] = Object.values(data);
  return more.length === 0 ? only : rest;
}

function reasoning(value: Json | undefined, said: Set<string>): Part[] {
  if (isNested(value)) return [otherPart("reasoning", value)];
  const text = saidIn(value);
  return isNew(text, said) ? [{ kind: "reasoning", text }] : [];
}

function spoken(value: Json | undefined, said: Set<string>): Part[] {
  if (isNested(value)) return readBlock(value);
  const text = saidIn(value);
  return isNew(text, said) ? leadingReasoning(text) : [];
}

function isNew(text: string, said: Set<string>): boolean {
  if (text === "" || said.has(text)) return false;
  said.add(text);
  return true;
}
