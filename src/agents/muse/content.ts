/** What the events of a run hold, as parts of the session model, and back. */
import { parseValue } from "../../lossless/json-text.ts";
import { compact, isObject, listOf, member, printed, string } from "../../session/json.ts";
import { asTexts, imageText, otherPart, saidIn, textBlock } from "../../session/other.ts";
import { leadingReasoning } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  Part,
  ReasoningPart,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { callIdIn } from "./records.ts";
import { fromNative } from "./tools.ts";

/** Blocks as prompts have them. How pictures are stored is in no source. */
export function readBlocks(content: Json | undefined): ResultPart[] {
  return listOf(content).flatMap((block): ResultPart[] => {
    if (typeof block === "string") return texts(block);
    const kind = string(member(block, "kind")) ?? "block";
    if (kind !== "text") return [otherPart(kind, block)];
    const part = textBlock(block);
    return part.text === "" ? [] : [part];
  });
}

/** What the model is sent of a prompt. */
export function readPrompt(payload: JsonObject): Part[] {
  const messages = listOf(payload.model_messages);
  const blocks = messages.flatMap((message) => readBlocks(member(message, "content") ?? message));
  return blocks.length > 0 ? blocks : readBlocks(payload.refill_blocks);
}

/** The words of a prompt, as the run that it starts repeats them. */
export function wordsOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n");
}

export function readAnswer({ text }: JsonObject): Part[] {
  return leadingReasoning(saidIn(text));
}

/** Encrypted for the vendor's own service, with or without a text that can be read. */
export function readReasoning(event: JsonObject): ReasoningPart[] {
  const text = saidIn(event.text);
  const sealed = string(event.encrypted_content) || undefined;
  if (sealed === undefined) return text === "" ? [] : [{ kind: "reasoning", text }];
  const seal = compact({ encrypted_content: sealed, provider_item_id: event.provider_item_id });
  return [{ kind: "reasoning", text, seal }];
}

/** null for a seal of another vendor's. */
export function printReasoning({ text, seal }: ReasoningPart): JsonObject | null {
  const sealed = string(member(seal, "encrypted_content"));
  const item = string(member(seal, "provider_item_id"));
  if (seal !== undefined && (sealed === undefined || item === undefined)) return null;
  const kind = "reasoning_committed";
  return compact({ encrypted_content: sealed, kind, provider_item_id: item, text });
}

export function readCall(call: Json): ToolCallPart {
  const name = saidIn(member(call, "name"));
  const input = argumentsOf(member(call, "args"));
  const callId = string(member(call, "call_id")) ?? string(member(call, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** JSON as text. */
function argumentsOf(args: Json | undefined): Json {
  if (typeof args !== "string") return args ?? {};
  if (args.trim() === "") return {};
  return parseValue(args) ?? args;
}

export function printCall({ callId, name, input }: ToolCallPart): JsonObject {
  const args = typeof input === "string" ? input : JSON.stringify(isObject(input) ? input : {});
  return { args, call_id: callId, id: callId, name };
}

/** Where the text of a result is, depending on the version. */
const TEXTS = ["text", "output", "result", "content"];

export function readResult(result: Json): ToolResultPart {
  const values =
    typeof result === "string" ? [result] : TEXTS.map((name) => member(result, name) ?? null);
  const content = values.flatMap((value, at): ResultPart[] => {
    // The same text under another name is there once.
    if (values.slice(0, at).some((before) => printed(before) === printed(value))) return [];
    return Array.isArray(value) ? readBlocks(value) : texts(saidIn(value));
  });
  return { kind: "tool-result", callId: callIdIn(result), isError: false, content };
}

/** A result is one text. */
export function printWords(parts: readonly Part[], between = "\n"): string {
  const said = parts.flatMap((part): string[] => {
    if (part.kind === "text") return [part.text];
    if (part.kind === "image") return [imageText(part)];
    if (part.kind === "file" || part.kind === "other" || part.kind === "unread") {
      return asTexts(part).map(({ text }) => text);
    }
    return [];
  });
  return said.filter((text) => text !== "").join(between);
}

export function printBlocks(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part) => {
    const text = printWords([part]);
    return text === "" ? [] : [{ kind: "text", text }];
  });
}

function texts(text: string): { kind: "text"; text: string }[] {
  return text === "" ? [] : [{ kind: "text", text }];
}
