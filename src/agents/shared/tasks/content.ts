/** What the messages of a task hold, and parts of the session model: the blocks of Anthropic's API, and a few more. */
import { array, compact, isObject, listOf, member, string } from "../../../session/json.ts";
import { asTexts, isNested, otherPart, saidIn, textBlock } from "../../../session/other.ts";
import { textPart } from "../../../session/text.ts";
import type {
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  ReasoningPart,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
} from "../../../session/types.ts";
import type { TaskDialect } from "./dialect.ts";
import { fromNative } from "./tools.ts";

/** Content as a list of blocks: a text stands for one. */
export function blocksOf(content: Json | undefined): Json[] {
  return listOf(content).map((block) =>
    typeof block === "string" ? { type: "text", text: block } : block,
  );
}

/** The parts of a block of an answer. */
export function readAnswer(block: Json): Part[] {
  const type = member(block, "type");
  switch (type) {
    case "text": {
      const part = textBlock(block);
      return [...readDetails(block), part.kind === "text" ? textPart(part.text) : part];
    }
    case "thinking":
      return [reasoning(member(block, "thinking"), block, ["signature", "summary", "call_id"])];
    case "reasoning":
      return [readReasoning(block)];
    case "redacted_thinking":
      return [reasoning(undefined, block, ["data"])];
    case "thoughtSignature":
      return [reasoning(undefined, block, ["thoughtSignature"])];
    case "tool_use":
      return [...readDetails(block), readCall(block)];
    default:
      return readContent(block);
  }
}

/** A block, or a message that stands beside the answers: its text, else what it gives as a summary. */
export function readReasoning(block: Json): ReasoningPart {
  const text = member(block, "text") ?? member(block, "summary");
  return reasoning(text, block, ["encrypted_content", "id"]);
}

function reasoning(text: Json | undefined, block: Json, keys: readonly string[]): ReasoningPart {
  const seal = compact(Object.fromEntries(keys.map((key) => [key, member(block, key)])));
  const said = Array.isArray(text) && text.length === 0 ? "" : saidIn(text);
  return {
    kind: "reasoning",
    text: said,
    ...(Object.keys(seal).length > 0 ? { seal } : {}),
  };
}

function readCall(block: Json): ToolCallPart {
  const name = saidIn(member(block, "name"));
  const input = member(block, "input") ?? {};
  const callId = string(member(block, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** The parts of a block that a user's message or a result can hold. */
export function readContent(block: Json): ResultPart[] {
  const type = string(member(block, "type"));
  switch (type) {
    case "text":
      return [textBlock(block)];
    case "image":
      return [readImage(block)];
    default:
      return [otherPart(type ?? "content", block)];
  }
}

function readImage(block: Json): ImagePart | OtherPart {
  const source = member(block, "source");
  const [data, url] = [member(source, "data"), string(member(source, "url"))];
  const mediaType = member(source, "media_type") ?? "image/png";
  if (isNested(data) || typeof mediaType !== "string") return otherPart("image", block);
  if (typeof data === "string") return { kind: "image", mediaType, data };
  return url === undefined
    ? otherPart("image", block)
    : { kind: "image", mediaType, data: null, url };
}

export function readResult(block: Json): ToolResultPart {
  const callId = string(member(block, "tool_use_id")) ?? "";
  const parts = blocksOf(member(block, "content")).flatMap(readContent);
  const content = parts.filter((part) => part.kind !== "text" || part.text !== "");
  return { kind: "tool-result", callId, isError: member(block, "is_error") === true, content };
}

/** Put around what was typed: `<task>` once, `<user_message>` now, others in the answers to tools. */
const TAGGED = /^<(task|user_message|feedback|answer)>\n([\s\S]*)\n<\/\1>$/;
/** What the extension says of the machine and the editor, with every message. */
const DETAILS = /^<environment_details>[\s\S]*<\/environment_details>\s*$/;

export function isDetails(block: Json): boolean {
  return DETAILS.test(textIn(block) ?? "");
}

/** Does it stand in the tags of what was typed? */
export function isTyped(block: Json): boolean {
  return TAGGED.test(textIn(block) ?? "");
}

export function textIn(block: Json): string | undefined {
  return member(block, "type") === "text" ? string(member(block, "text")) : undefined;
}

/** A user's text, and whether it was typed: what stands in no tags is the extension's, in all but the first message. */
function readTyped(text: string, isFirst: boolean): Part {
  const [, , typed] = TAGGED.exec(text) ?? [];
  if (typed !== undefined) return { kind: "text", text: typed };
  return isFirst ? { kind: "text", text } : { kind: "text", text, told: true };
}

/** Cline's and Kilo Code's words before what a user types to resume a task. */
export const PREFIXED =
  /^(\s*(?:New instructions for task continuation|New message to respond to with plan_mode_respond tool[^\n]*):\n)(<user_message>\n([\s\S]*)\n<\/user_message>)$/;

/** The parts of a user's text: the extension's own words, and what was typed. */
export function readTexts(text: string, isFirst: boolean): Part[] {
  const [, before, typed] = PREFIXED.exec(text) ?? [];
  if (before === undefined || typed === undefined) return [readTyped(text, isFirst)];
  return [{ kind: "text", text: before, told: true }, readTyped(typed, isFirst)];
}

/**
 * What a user says after a task was completed is its tool's result. Here the result has nothing, and the
 * words are the user's; null for another result.
 */
export function saidAfter({ content }: ToolResultPart): Part[] | null {
  // Cline says first what it is.
  const parts = content.map((part) => (part.kind === "text" ? readTyped(part.text, false) : part));
  const at = parts.findIndex((part) => part.kind === "text" && part.told !== true);
  return at < 0 ? null : [...parts.slice(0, at + 1), ...content.slice(at + 1)];
}

function isFramed(text: string): boolean {
  return TAGGED.test(text) || DETAILS.test(text);
}

/** Blocks of a user's message. */
export function printUser(parts: readonly Part[], tag: string): JsonObject[] {
  return parts.flatMap((part): JsonObject[] => {
    if (part.kind !== "text") return printContent(part);
    // What another harness told the model may look like the extension's own words, which the reader leaves out.
    if (part.told === true && !isFramed(part.text)) return printContent(part);
    if (part.text.trim() === "") return [];
    return [{ type: "text", text: `<${tag}>\n${part.text}\n</${tag}>` }];
  });
}

/** Blocks of a part that a user's message or a result can hold. An empty text is refused by APIs. */
export function printContent(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return part.text.trim() === "" ? [] : [{ type: "text", text: part.text }];
    case "image": {
      const { data, mediaType } = part;
      if (data === null) return [{ type: "text", text: `[image: ${part.url ?? mediaType}]` }];
      return [{ type: "image", source: { type: "base64", media_type: mediaType, data } }];
    }
    case "file":
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => ({ type: "text", text }));
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

/** Blocks of an answer, in which APIs take no images. */
export function printAnswer(part: Part, plain: TaskDialect["reasoning"]): JsonObject[] {
  switch (part.kind) {
    case "reasoning":
      return [printReasoning(part, plain)];
    case "tool-call": {
      const input = isObject(part.input) ? part.input : { input: part.input };
      return [{ type: "tool_use", id: part.callId, name: part.name, input }];
    }
    case "image":
      return [{ type: "text", text: `[image: ${part.url ?? part.mediaType}]` }];
    default:
      return printContent(part);
  }
}

/** Only what these extensions themselves put into a seal is written. */
function printReasoning({ text, seal }: ReasoningPart, plain: TaskDialect["reasoning"]) {
  const [signature, data] = [member(seal, "signature"), member(seal, "data")];
  const summary = member(seal, "summary");
  const call_id = member(seal, "call_id");
  if ((signature ?? summary ?? call_id) !== undefined) {
    return compact({ type: "thinking", thinking: text, signature, summary, call_id });
  }
  if (data !== undefined) return { type: "redacted_thinking", data };
  const thoughtSignature = member(seal, "thoughtSignature");
  if (thoughtSignature !== undefined) return { type: "thoughtSignature", thoughtSignature };
  const encrypted_content = member(seal, "encrypted_content");
  const id = member(seal, "id");
  if (encrypted_content !== undefined) {
    return compact({ type: "reasoning", summary: [], encrypted_content, id });
  }
  // Cline sends no thinking without a signature to Anthropic, where it would be refused.
  if (plain === "thinking") return { type: "thinking", thinking: text, signature: "" };
  return { type: "reasoning", text, summary: [] };
}

/** Text alone as such, as the extensions do; a list where there are images. */
export function printResult({ callId, isError, content }: ToolResultPart): JsonObject {
  const blocks = content.flatMap(printContent);
  const texts = blocks.flatMap((block) => string(block.text) ?? []);
  const hasOthers = texts.length < blocks.length;
  return compact({
    type: "tool_result",
    tool_use_id: callId,
    content: hasOthers ? blocks : texts.join("\n"),
    is_error: isError || undefined,
  });
}

/** Reasoning that stands beside the content of an answer, in two forms of other APIs. */
export function readAsides(message: JsonObject): ReasoningPart[] {
  const parts: ReasoningPart[] = [];
  const { reasoning_content } = message;
  if (reasoning_content !== undefined && reasoning_content !== null) {
    parts.push({ kind: "reasoning", text: saidIn(reasoning_content) });
  }
  return [...parts, ...readDetails(message)];
}

/** Cline has them in the blocks that they belong to. */
function readDetails(value: Json): ReasoningPart[] {
  return array(member(value, "reasoning_details")).map((detail) => {
    const text = saidIn(member(detail, "text") ?? member(detail, "summary"));
    return { kind: "reasoning", text, seal: { reasoning_details: detail } };
  });
}
