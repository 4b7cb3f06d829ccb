/** The messages of Kiro CLI 1 and of the Amazon Q Developer CLI: each of the user's stands with its answer. */
import { array, isObject, member, string } from "../../session/json.ts";
import { isNested, otherPart, saidIn } from "../../session/other.ts";
import { leadingReasoning, notTyped } from "../../session/text.ts";
import type { Json, Part, ToolResultPart, ToolUse } from "../../session/types.ts";
import { readImage } from "./content.ts";
import { timeIn } from "./records.ts";
import { readResult } from "./results.ts";
import { fromNative } from "./tools.ts";

export interface Asked {
  results: ToolResultPart[];
  parts: Part[];
  time: string | null;
  cwd: string | null;
}

/** `{content: {Prompt|ToolUseResults|CancelledToolUses}, additional_context, env_context, timestamp, images}`. */
export function readAsked(user: Json, use: (callId: string) => ToolUse | null): Asked {
  const context = saidIn(member(user, "additional_context"));
  const content = member(user, "content");
  const [kind = "", said = null] = variantOf(content);
  const results = array(member(said, "tool_use_results")).map((one) => readResult(one, use));
  const prompt = kind === "" ? content : member(said, "prompt");
  const parts: Part[] = [
    ...(context === "" ? [] : notTyped([{ kind: "text", text: context }])),
    ...(isNested(prompt) ? [otherPart("prompt", prompt)] : textOf(saidIn(prompt))),
    ...array(member(user, "images")).map((image) => readImage(image)),
  ];
  const state = member(member(user, "env_context"), "env_state");
  const cwd = string(member(state, "current_working_directory")) ?? null;
  return { results, parts, time: timeIn(member(user, "timestamp")), cwd };
}

/** `{Response: {message_id, content}}` or `{ToolUse: {message_id, content, tool_uses}}`. */
export function readAnswered(assistant: Json): Part[] {
  const [, said = null] = variantOf(assistant);
  const text = saidIn(member(said, "content"));
  const calls = array(member(said, "tool_uses")).map((call): Part => {
    const name = saidIn(member(call, "name"));
    const input = member(call, "args") ?? {};
    const callId = string(member(call, "id")) ?? "";
    return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
  });
  return [...leadingReasoning(text), ...calls];
}

const VARIANTS = new Set(["Prompt", "ToolUseResults", "CancelledToolUses", "Response", "ToolUse"]);

/** The name of a variant, and what it holds; what else is beside it says nothing about it. */
function variantOf(value: Json | undefined): [string, Json] | [] {
  if (!isObject(value)) return [];
  const held = Object.entries<Json>(value).filter(([, inner]) => isObject(inner));
  const [first, ...more] = held;
  const known = held.find(([name]) => VARIANTS.has(name));
  return known ?? (first === undefined || more.length > 0 ? [] : first);
}

function textOf(text: string): Part[] {
  return text === "" ? [] : [{ kind: "text", text }];
}
