/** Nodes of Auggie's requests and answers, and parts of the session model. */
import { array, compact, isObject, listOf, member, number, string } from "../../session/json.ts";
import {
  asTexts,
  imageText,
  isNested,
  isOdd,
  otherPart,
  saidIn,
  textOfPart,
  unread,
} from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  ReasoningPart,
  ResultPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { isSupervisor } from "./supervisor.ts";
import { fromNative } from "./tools.ts";

/** The formats of images, by number; the CLI takes every other number for the first. */
const FORMATS = ["image/png", "image/png", "image/jpeg", "image/gif", "image/webp"];

export function typeOf(node: Json): number | undefined {
  return number(member(node, "type"));
}

/** What a node of a request says, but for results, summaries and the editor's state. */
export function readSaid(node: Json): Part[] {
  switch (typeOf(node)) {
    case 0:
      return readText(member(node, "text_node"), "content");
    case 2:
      return [readImage(member(node, "image_node"), node)];
    case 3:
      return [unread("image_id_node", "missing")];
    case 8:
      return [readFile(node)];
    case 9:
      return [unread("file_id_node", "missing")];
    default:
      return readOther(node);
  }
}

function readText(owner: Json | undefined, key: string): Part[] {
  const text = saidIn(member(owner, key));
  return text === "" ? [] : [{ kind: "text", text }];
}

/** A node of another kind is sent as it is: the user's edits, the state that they went back to, or a newer one. */
function readOther(node: Json): Part[] {
  const type = typeOf(node);
  const name = type === undefined ? "node" : `request node ${type}`;
  if (node === null || node === "" || (isNested(node) && Object.keys(node).length === 0)) return [];
  return [otherPart(name, withoutId(node), { known: type === 5 || type === 6 })];
}

function withoutId(node: Json): Json {
  if (!isObject(node)) return node;
  const { id: _, type: __, ...rest } = node;
  return rest;
}

function readImage(image: Json | undefined, whole: Json): ImagePart | OtherPart {
  const data = string(member(image, "image_data"));
  if (data === undefined) return otherPart("image", withoutId(whole));
  const mediaType = FORMATS[number(member(image, "format")) ?? 0] ?? "image/png";
  return { kind: "image", mediaType, data };
}

function readFile(node: Json): FilePart | OtherPart {
  const file = member(node, "file_node");
  const data = string(member(file, "file_data"));
  if (data === undefined) return otherPart("file", withoutId(node));
  const name = string(member(file, "file_name")) ?? null;
  const mediaType = string(member(file, "media_type")) ?? "application/pdf";
  return { kind: "file", name, mediaType, data };
}

/** The nodes that say this, numbered from 1. */
export function printSaid(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap(printSaidPart).map((node, n) => ({ id: n + 1, ...node }));
}

function printSaidPart(part: Part): JsonObject[] {
  switch (part.kind) {
    case "text":
      return textNodes(part.text);
    case "image":
      return [printImage(part)];
    case "file":
      return printFile(part);
    case "other":
    case "unread": {
      const text = textOfPart(part);
      return text === null ? [] : textNodes(text);
    }
    case "reasoning":
    case "tool-call":
    case "tool-result":
      return [];
  }
}

/** A text that the CLI would take for a summary, and leave out all before it, goes as two. */
function textNodes(text: string): JsonObject[] {
  const at = text.indexOf("<supervisor>") + "<supervisor>".length;
  const texts = isSupervisor(text) ? [text.slice(0, at), text.slice(at)] : [text];
  return texts.map((content) => ({ type: 0, text_node: { content } }));
}

function printImage(part: ImagePart): JsonObject {
  if (part.data === null) return { type: 0, text_node: { content: imageText(part) } };
  return { type: 2, image_node: { image_data: part.data, format: formatOf(part.mediaType) } };
}

function formatOf(mediaType: string): number {
  return Math.max(FORMATS.lastIndexOf(mediaType), 1);
}

function printFile(part: FilePart): JsonObject[] {
  const { data, mediaType, name } = part;
  if (data === null || mediaType !== "application/pdf") {
    return asTexts(part).flatMap(({ text }) => textNodes(text));
  }
  const file_node = { file_data: data, media_type: mediaType, file_name: name ?? "document.pdf" };
  return [{ type: 8, file_node }];
}

/** A node of an answer that the CLI sends again: texts, calls and thinking. */
export function readAnswer(node: Json): Part[] {
  // Beside what else a node holds, empty.
  const said = saidIn(member(node, "content"));
  const text: Part[] = said === "" ? [] : [textPart(said)];
  switch (typeOf(node)) {
    case 5:
      return [...text, ...readCall(member(node, "tool_use"))];
    case 8:
      return [...text, ...readThinking(member(node, "thinking"))];
    default:
      return text;
  }
}

function readThinking(thinking: Json | undefined): Part[] {
  if (!isObject(thinking)) {
    const text = saidIn(thinking);
    return text === "" ? [] : [{ kind: "reasoning", text }];
  }
  const { content, summary, ...rest } = thinking;
  const text = saidIn(content) || saidIn(summary);
  const isPlain = summary === text && Object.keys(rest).join() === "encrypted_content";
  const own = summary === undefined || summary === text ? rest : { summary, ...rest };
  const seal: Json | undefined = isPlain
    ? rest.encrypted_content
    : Object.keys(own).length > 0
      ? own
      : undefined;
  return [{ kind: "reasoning", text, ...(seal === undefined ? {} : { seal }) }];
}

function printThinking({ text, seal }: ReasoningPart): JsonObject {
  const plain = { summary: text, content: text };
  if (seal === undefined) return plain;
  return isObject(seal) ? { ...plain, ...seal } : { ...plain, encrypted_content: seal };
}

function readCall(call: Json | undefined): Part[] {
  if (call === undefined) return [];
  if (isOdd(call, ["tool_use_id", "tool_name"])) return [otherPart("tool_use", call)];
  const name = saidIn(member(call, "tool_name"));
  const input = readInput(member(call, "input_json"));
  const callId = saidIn(member(call, "tool_use_id"));
  const server = string(member(call, "mcp_server_name"));
  const tool = string(member(call, "mcp_tool_name"));
  const use =
    server !== undefined && tool !== undefined
      ? ({ tool: "mcp", server, name: tool, input } as const)
      : fromNative(name, input);
  return [{ kind: "tool-call", callId, name, input, use }];
}

/** Arguments are JSON text; a text that is none stays one. */
function readInput(text: Json | undefined): Json {
  if (typeof text !== "string") return text ?? {};
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

/** A node of an answer, without its number; null for what has no place in one. */
export function printAnswerPart(part: Part, ms: number): JsonObject | null {
  const timestamp_ms = ms;
  switch (part.kind) {
    case "reasoning":
      return { type: 8, content: "", thinking: printThinking(part), timestamp_ms };
    case "tool-call":
      return { type: 5, content: "", tool_use: printCall(part, ms), timestamp_ms };
    case "tool-result":
      return null;
    default: {
      const text =
        part.kind === "text"
          ? part.text
          : part.kind === "image"
            ? imageText(part)
            : textOfPart(part);
      return text === null ? null : { type: 0, content: text, timestamp_ms };
    }
  }
}

function printCall({ callId, name, input, use }: ToolCallPart, ms: number): JsonObject {
  const isText = typeof input === "string";
  return compact({
    tool_use_id: callId,
    tool_name: name,
    input_json: isText ? input : JSON.stringify(input),
    mcp_server_name: use?.tool === "mcp" ? use.server : undefined,
    mcp_tool_name: use?.tool === "mcp" ? use.name : undefined,
    started_at_ms: ms,
    completed_at_ms: ms,
  });
}

/** `{tool_use_id, content, is_error, content_nodes?}`; the nodes repeat the content where there are any. */
export function readResult(node: Json): ToolResultPart {
  const result = member(node, "tool_result_node");
  const callId = saidIn(member(result, "tool_use_id"));
  const text = saidIn(isObject(result) ? result.content : result);
  const nodes = listOf(member(result, "content_nodes")).flatMap(readContentNode);
  const said = nodes.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  const isTold = said.join("\n") === text || said.includes(text);
  const own: ResultPart[] = text === "" || isTold ? [] : [{ kind: "text", text }];
  const isError = member(result, "is_error") === true;
  return { kind: "tool-result", callId, isError, content: [...own, ...nodes] };
}

function readContentNode(node: Json): ResultPart[] {
  const text = member(node, "text_content");
  const image = member(node, "image_content");
  if (image === undefined && typeof text === "string") {
    return text === "" ? [] : [{ kind: "text", text }];
  }
  return image === undefined ? [otherPart("content node", node)] : [readImage(image, node)];
}

/** Its images stand in nodes beside the text, which these repeat. */
export function printResult(result: ToolResultPart): {
  content: string;
  is_error: boolean;
  content_nodes?: JsonObject[];
} {
  const parts = result.content.flatMap((part): (TextPart | ImagePart)[] =>
    part.kind === "text" || (part.kind === "image" && part.data !== null)
      ? [part]
      : part.kind === "image"
        ? [{ kind: "text", text: imageText(part) }]
        : asTexts(part),
  );
  const content = parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n");
  const plain = { content, is_error: result.isError };
  const isPlain = parts.every(({ kind }) => kind === "text");
  return isPlain ? plain : { ...plain, content_nodes: parts.map(printContentNode) };
}

function printContentNode(part: TextPart | ImagePart): JsonObject {
  if (part.kind === "text") return { type: 1, text_content: part.text };
  const image_content = { image_data: part.data, format: formatOf(part.mediaType) };
  return { type: 2, image_content };
}

/** The folder that a node with the editor's state names. */
export function folderIn(node: Json): string | null {
  const state = member(node, "ide_state_node");
  const [folder] = array(member(state, "workspace_folders"));
  return (
    string(member(member(state, "current_terminal"), "current_working_directory")) ??
    string(member(folder, "folder_root")) ??
    string(member(folder, "repository_root")) ??
    null
  );
}
