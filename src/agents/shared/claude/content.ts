/**
 * Converts between content blocks of the Messages API, as Claude Code stores them, and parts of the
 * session model.
 */
import {
  array,
  compact,
  isObject,
  listOf,
  member,
  number,
  printed,
  string,
} from "../../../session/json.ts";
import { isOdd, otherPart, saidIn, unread } from "../../../session/other.ts";
import { textPart } from "../../../session/text.ts";
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
  UnreadPart,
} from "../../../session/types.ts";
import { fromNative } from "./tools.ts";

/**
 * The parts of a block, except results of calls; a block of an unknown kind becomes an `other`
 * part.
 */
export function readBlock(block: Json): Part[] {
  const type = string(member(block, "type"));
  switch (type) {
    case "thinking":
      return [readThinking(block)];
    case "redacted_thinking":
      return [{ kind: "reasoning", text: "", seal: { redacted: member(block, "data") ?? null } }];
    case "tool_use": {
      const name = saidIn(member(block, "name"));
      const input = member(block, "input") ?? {};
      const callId = string(member(block, "id")) ?? "";
      return [{ kind: "tool-call", callId, name, input, use: fromNative(name, input) }];
    }
    case "text": {
      const text = string(member(block, "text"));
      // Without a text of its own, it is kept as it is.
      if (text === undefined) return [otherPart("text", block)];
      return [textPart(text), ...citations(block)];
    }
    default:
      return readContent(block, type ?? "unknown");
  }
}

function readThinking(block: Json): ReasoningPart {
  const signature = member(block, "signature") ?? "";
  const text = saidIn(member(block, "thinking"));
  return { kind: "reasoning", text, ...(signature === "" ? {} : { seal: { signature } }) };
}

/** Citations stay with their text: the CLI sends them again (2.1.197 [run]). */
function citations(block: Json): (OtherPart | UnreadPart)[] {
  return listOf(member(block, "citations")).flatMap((citation) => {
    const keys = ["title", "document_title", "url", "source", "cited_text"];
    const type = string(member(citation, "type")) ?? "citation";
    if (!CITATIONS.has(type)) return [otherPart(type, citation)];
    const text = `[cited] ${wordsAt(citation, keys)}`;
    return [
      otherPart(type, citation, { known: true, text }),
      ...sealedIn(citation, "encrypted_index"),
    ];
  });
}

const CITATIONS = new Set([
  "char_location",
  "page_location",
  "content_block_location",
  "web_search_result_location",
  "search_result_location",
]);

/** Blocks that a user's message, an answer or a result can contain. */
function readContent(block: Json, type: string): ResultPart[] {
  switch (type) {
    case "text": {
      const text = string(member(block, "text"));
      if (text === undefined) return [otherPart("text", block)];
      return [{ kind: "text", text }, ...citations(block)];
    }
    case "image":
      return [readImage(block)];
    case "document":
      return readDocument(block);
    case "search_result":
      return [readSearchResult(block)];
    case "container_upload":
      return [heldElsewhere(saidIn(member(block, "file_id")), "application/octet-stream")];
    case "tool_reference": {
      const name = saidIn(member(block, "tool_name"));
      return [otherPart(type, block, { known: true, text: `[tool found: ${name}]` })];
    }
    case "resource":
      return readResource(block);
    case "audio":
      return [readAudio(block)];
    case "resource_link":
    case "mcp_tool_listing":
    case "tool_addition":
    case "tool_removal":
      return [otherPart(type, block, { known: true })];
    case "compaction":
      return readCompaction(block);
    // It records that another model took over; the CLI does not send it (2.1.197 [run]).
    case "fallback":
      return [unread(type, "unsent")];
    default:
      return [otherPart(type, block)];
  }
}

function readImage(block: Json): ImagePart | FilePart | OtherPart {
  const source = member(block, "source") ?? {};
  if (isOdd(source, SOURCE)) return otherPart("image", block);
  const fileId = string(member(source, "file_id"));
  if (fileId !== undefined) return heldElsewhere(fileId, "image/*");
  const url = string(member(source, "url"));
  return {
    kind: "image",
    mediaType: string(member(source, "media_type")) ?? "image/png",
    data: string(member(source, "data")) ?? null,
    ...(url === undefined ? {} : { url }),
  };
}

/** The texts of a source, whatever its kind. */
const SOURCE = ["data", "url", "file_id", "media_type"];

/** A file that is only in the vendor's file store, under this id. */
function heldElsewhere(id: string, mediaType: string): FilePart {
  return { kind: "file", name: id, mediaType, data: null };
}

function readDocument(block: Json): ResultPart[] {
  const source = member(block, "source");
  const context = saidIn(member(block, "context"));
  const title = saidIn(member(block, "title")) || null;
  const parts = documentParts(source, title);
  if (context === "") return parts;
  return [...parts, otherPart("context", context, { known: true })];
}

function documentParts(source: Json | undefined, title: string | null): ResultPart[] {
  const file = { kind: "file", name: title, data: null } as const;
  const odd = () => [otherPart("document", { title, source: source ?? null })];
  if (isOdd(source ?? {}, SOURCE)) return odd();
  const data = string(member(source, "data"));
  switch (member(source, "type")) {
    case "base64": {
      const mediaType = string(member(source, "media_type")) ?? "application/pdf";
      return [{ ...file, mediaType, data: data ?? null }];
    }
    case "text":
      return [{ ...file, mediaType: "text/plain", text: data ?? "" }];
    case "url": {
      const url = string(member(source, "url")) ?? "";
      return [{ ...file, mediaType: "application/pdf", url }];
    }
    case "file": {
      const id = string(member(source, "file_id")) ?? "";
      const held = heldElsewhere(id, "application/octet-stream");
      return title === null ? [held] : [{ kind: "text", text: `${title}:` }, held];
    }
    case "content": {
      const parts = readResultContent(member(source, "content"));
      const text = parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n");
      const rest = parts.filter(({ kind }) => kind !== "text");
      return [{ ...file, mediaType: "text/plain", text }, ...rest];
    }
    default:
      return odd();
  }
}

function readSearchResult(block: Json): OtherPart {
  const content = member(block, "content");
  const items = Array.isArray(content) || content === undefined ? array(content) : [content];
  const texts = items.map((item) => {
    if (typeof item === "string") return item;
    const text = string(member(item, "text"));
    return text === undefined ? printed(item) : text;
  });
  const head = wordsAt(block, ["title", "source"]);
  const text = [...(head === "" ? [] : [head]), ...texts].join("\n");
  return otherPart("search_result", block, { known: true, text });
}

/** A resource of an MCP server, in a result. */
function readResource(block: Json): ResultPart[] {
  const resource = member(block, "resource");
  const uri = string(member(resource, "uri"));
  const text = string(member(resource, "text"));
  const data = string(member(resource, "blob"));
  const odd = isOdd(resource ?? null, ["text", "blob", "mimeType"]);
  if (odd || uri === undefined || (text === undefined && data === undefined)) {
    return [otherPart("resource", block, { known: true })];
  }
  const plain = text === undefined ? "application/octet-stream" : "text/plain";
  const mediaType = string(member(resource, "mimeType")) ?? plain;
  const file: FilePart = { kind: "file", name: uri, mediaType, data: data ?? null };
  return [text === undefined ? file : { ...file, text }];
}

function readAudio(block: Json): FilePart | OtherPart {
  const source = member(block, "source") ?? {};
  const odd = isOdd(block, ["data", "mimeType"]) || isOdd(source, SOURCE);
  if (odd) return otherPart("audio", block);
  const data = string(member(block, "data")) ?? string(member(source, "data")) ?? null;
  const mediaType =
    string(member(block, "mimeType")) ?? string(member(source, "media_type")) ?? "audio/*";
  return { kind: "file", name: null, mediaType, data };
}

/** The API's own compaction of the earlier conversation, within an answer. */
function readCompaction(block: Json): (OtherPart | UnreadPart)[] {
  const text = saidIn(member(block, "content"));
  const parts: (OtherPart | UnreadPart)[] = [];
  if (text !== "") parts.push(otherPart("compaction", block, { known: true, text }));
  return [...parts, ...sealedIn(block, "encrypted_content")];
}

function sealedIn(block: Json | undefined, key: string): UnreadPart[] {
  const sealed = member(block, key) ?? "";
  return sealed === "" ? [] : [unread(key, "sealed")];
}

/** The content of a tool result. */
export function readResultContent(content: Json | undefined): ResultPart[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  if (isObject(content)) return readContent(content, string(member(content, "type")) ?? "unknown");
  return array(content).flatMap((block) =>
    readContent(block, string(member(block, "type")) ?? "unknown"),
  );
}

/** The result of a tool that runs at the vendor: the block in the answer after the call. */
export function readServerContent(content: Json | undefined): ResultPart[] {
  if (Array.isArray(content)) return content.flatMap(readServerItem);
  return isObject(content) ? readServerItem(content) : readResultContent(content);
}

function readServerItem(item: Json): ResultPart[] {
  const type = string(member(item, "type")) ?? "unknown";
  switch (type) {
    case "web_search_result":
      return [...said(item, ["title", "url", "page_age"]), ...sealedIn(item, "encrypted_content")];
    case "web_fetch_result":
      return [
        ...said(item, ["url", "retrieved_at"]),
        ...readResultContent(member(item, "content")),
      ];
    case "code_execution_result":
    case "bash_code_execution_result":
    case "encrypted_code_execution_result":
      return [
        ...said(item, ["stdout", "stderr"]),
        ...sealedIn(item, "encrypted_stdout"),
        ...readServerContent(member(item, "content")),
      ];
    case "code_execution_output":
    case "bash_code_execution_output":
      return [heldElsewhere(saidIn(member(item, "file_id")), "application/octet-stream")];
    case "text_editor_code_execution_view_result":
      // It is obviously text.
      return said(item, [
        ...(member(item, "file_type") === "text" ? [] : ["file_type"]),
        "content",
      ]);
    case "text_editor_code_execution_create_result":
      return [textOf(member(item, "is_file_update") === true ? "File updated." : "File created.")];
    case "text_editor_code_execution_str_replace_result":
      return [textOf(array(member(item, "lines")).map(printed).join("\n"))];
    case "tool_search_tool_search_result":
      return readResultContent(member(item, "tool_references"));
    case "advisor_result":
      return said(item, ["text"]);
    case "advisor_redacted_result":
      return sealedIn(item, "encrypted_content");
    default:
      return type.endsWith("_tool_result_error")
        ? said(item, ["error_code", "error_message"])
        : readContent(item, type);
  }
}

function said(item: Json, keys: readonly string[]): TextPart[] {
  const text = wordsAt(item, keys);
  return text === "" ? [] : [textOf(text)];
}

function wordsAt(block: Json, keys: readonly string[]): string {
  const words = keys.map((key) => saidIn(member(block, key)));
  return words.filter((one) => one !== "").join("\n");
}

function textOf(text: string): TextPart {
  return { kind: "text", text };
}

/** Did the vendor's tool fail, and with which code did its command end? */
export function serverOutcome(block: Json): { isError: boolean; exitCode?: number } {
  const content = member(block, "content");
  const type = string(member(content, "type")) ?? "";
  const exitCode = number(member(content, "return_code"));
  const failed = type.endsWith("_error") || member(block, "is_error") === true;
  const isError = failed || (exitCode !== undefined && exitCode !== 0);
  return { isError, ...(exitCode === undefined ? {} : { exitCode }) };
}

/** The block for a part; undefined for parts that have their own record (tool results). */
export function printBlock(part: Part): JsonObject | undefined {
  switch (part.kind) {
    case "text":
      return { type: "text", text: part.text };
    case "reasoning":
      return printReasoning(part.text, part.seal);
    case "tool-call":
      return {
        type: "tool_use",
        id: part.callId,
        name: part.name,
        input: isObject(part.input) ? part.input : { input: part.input },
      };
    case "image":
      return { type: "image", source: imageSource(part) };
    case "file": {
      return compact({ type: "document", source: fileSource(part), title: part.name ?? undefined });
    }
    case "other":
      return { type: "text", text: part.text };
    case "unread":
      return undefined;
    case "tool-result":
      return undefined;
  }
}

function printReasoning(text: string, seal: Json | undefined): JsonObject {
  const redacted = member(seal, "redacted");
  if (redacted !== undefined) return { type: "redacted_thinking", data: redacted };
  return { type: "thinking", thinking: text, signature: member(seal, "signature") ?? "" };
}

function fileSource({ mediaType, data, text, url, name }: FilePart): JsonObject {
  // As bytes, the API accepts PDFs only; text is sent as text.
  if (data !== null && mediaType === "text/plain") {
    const plain = Buffer.from(data, "base64").toString("utf8");
    return { type: "text", media_type: "text/plain", data: plain };
  }
  if (data !== null) return { type: "base64", media_type: mediaType, data };
  if (text !== undefined) return { type: "text", media_type: "text/plain", data: text };
  return url === undefined ? { type: "file", file_id: name ?? "" } : { type: "url", url };
}

function imageSource(image: ImagePart): JsonObject {
  if (image.data === null) return { type: "url", url: image.url ?? "" };
  return { type: "base64", media_type: image.mediaType, data: image.data };
}

/** A tool result's content: a string if it is one text, else blocks. */
export function printResultContent(content: readonly ResultPart[]): Json {
  const [first] = content;
  if (!first) return "";
  if (content.length === 1 && first.kind === "text") return first.text;
  return content.flatMap((part) => printBlock(part) ?? []);
}
