/**
 * What a tool gave: `run`, whose form depends on the tool. What a model is sent of it is in the CLI's own
 * function for that (0.0.1767830505 [source]).
 */
import { array, isObject, listOf, member, number, string } from "../../session/json.ts";
import {
  imageText,
  isOdd,
  otherPart,
  saidIn,
  textBlock,
  textsAndImages,
} from "../../session/other.ts";
import type { Json, JsonObject, ResultPart, ToolResultPart, ToolUse } from "../../session/types.ts";

/** In place of a result that says nothing of its own. */
const REJECTED = "User rejected invoking the tool";
const CANCELLED = "User cancelled tool invocation";

export function readResult(block: Json): ToolResultPart {
  const run = member(block, "run");
  const callId = string(member(block, "toolUseID")) || (string(member(block, "tool_use_id")) ?? "");
  const result = { kind: "tool-result", callId } as const;
  switch (string(member(run, "status"))) {
    case "done":
      return { ...result, ...done(member(run, "result") ?? null) };
    case "error": {
      const error = member(run, "error");
      const said = saidIn(isObject(error) ? error.message : error);
      return { ...result, isError: true, content: texts(said || "unknown error") };
    }
    case "rejected-by-user":
      return {
        ...result,
        isError: true,
        content: texts(saidIn(member(run, "reason")) || REJECTED),
      };
    case "cancelled":
      return { ...result, isError: true, content: cancelled(run) };
    default:
      return { ...result, isError: member(block, "is_error") === true, content: other(block) };
  }
}

/** The form of Anthropic's API, which other programs write; or one that is newer than Segue. */
function other(block: Json): ResultPart[] {
  const content = member(block, "content");
  if (content !== undefined) return listOf(content).map(readItem);
  return [otherPart("tool_result", member(block, "run") ?? block)];
}

function cancelled(run: Json | undefined): ResultPart[] {
  const progress = member(run, "progress");
  const said = isObject(progress) ? saidIn(progress.output) : saidIn(progress);
  return texts(said || saidIn(member(run, "reason")) || CANCELLED);
}

type Done = Pick<ToolResultPart, "isError" | "exitCode" | "content">;

function done(result: Json): Done {
  const exitCode = number(member(result, "exitCode"));
  const isError = exitCode !== undefined && exitCode !== 0;
  const content = contentOf(result);
  return exitCode === undefined ? { isError, content } : { isError, exitCode, content };
}

function contentOf(result: Json): ResultPart[] {
  if (typeof result === "string") return texts(result);
  if (Array.isArray(result)) {
    if (result.every((item) => typeof item === "string")) return texts(result.join("\n"));
    return result.map(readItem);
  }
  if (!isObject(result)) return result === null ? [] : texts(String(result));
  if (isObject(result.imageInfo)) return [pictureIn(result)];
  for (const key of TOLD) {
    const told = result[key];
    if (typeof told === "string") return texts(key === "content" ? unnumbered(told) : told);
  }
  return [otherPart("result", result, { known: true })];
}

/** Where the built-in tools have what they found or did. */
const TOLD = ["output", "content", "diff"];

/** A picture that the Read tool gave. */
function pictureIn(result: JsonObject): ResultPart {
  if (isOdd(result, ["content", "contentURL"])) return otherPart("result", result);
  const address = string(result.contentURL);
  const inline = /^data:[^;,]*;base64,(.*)$/s.exec(address ?? "")?.[1];
  const mediaType = saidIn(member(result.imageInfo, "mimeType"));
  const data = string(result.content) ?? inline ?? null;
  return { kind: "image", mediaType, data, ...(data === null && address ? { url: address } : {}) };
}

/** An item of what an MCP server gave, or a block of the API. */
function readItem(item: Json): ResultPart {
  const type = string(member(item, "type")) ?? "content";
  if (typeof item === "string") return { kind: "text", text: item };
  if (type === "text") return textBlock(item);
  if (type !== "image") return otherPart(type, item, { known: ITEMS.has(type) });
  const source = member(item, "source") ?? item;
  if (isOdd(source, ["data", "mimeType", "mediaType", "media_type"])) return otherPart(type, item);
  const named = ["mimeType", "mediaType", "media_type"].map((key) => string(member(source, key)));
  const mediaType = named.find((one) => one !== undefined) ?? "image/png";
  return { kind: "image", mediaType, data: string(member(source, "data")) ?? null };
}

const ITEMS = new Set(["resource", "resource_link", "audio"]);

function texts(text: string): ResultPart[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** Read gives `1: first line`; without numbers, the lines of a file are the same in all agents. */
export function unnumbered(text: string): string {
  const lines = text.split("\n");
  return lines.every((line) => /^\d+: /.test(line))
    ? lines.map((line) => line.replace(/^\d+: /, "")).join("\n")
    : text;
}

/** The inverse. */
export function printRun(use: ToolUse | null, result: ToolResultPart): JsonObject {
  const content = textsAndImages(result.content);
  const text = content
    .map((part) => (part.kind === "text" ? part.text : imageText(part)))
    .join("\n");
  if (use?.tool === "execute") {
    const exitCode = result.exitCode ?? (result.isError ? 1 : 0);
    return { status: "done", result: { output: text, exitCode } };
  }
  if (result.isError) return { status: "error", error: { message: text } };
  if (content.some(({ kind }) => kind === "image")) {
    const items = content.map((part) =>
      part.kind === "text"
        ? { type: "text", text: part.text }
        : { type: "image", data: part.data ?? "", mimeType: part.mediaType },
    );
    return { status: "done", result: items };
  }
  if (use?.tool !== "read") return { status: "done", result: text };
  const from = use.offset ?? 1;
  const numbered = text.split("\n").map((line, n) => `${from + n}: ${line}`);
  return { status: "done", result: { absolutePath: use.path, content: numbered.join("\n") } };
}

/** What a user ran with `$`, as the model is told of it; null if it is not told. */
export function commandOf(block: Json): string | null {
  const run = member(block, "toolRun");
  if (member(block, "hidden") === true || string(member(run, "status")) !== "done") return null;
  const command = saidIn(member(member(block, "args"), "cmd"));
  const output = saidIn(member(member(run, "result"), "output"));
  return `<command>${command}</command>\n<output>${output}</output>`;
}

export function resultsIn(content: Json | undefined): Json[] {
  return array(content).filter((block) => member(block, "type") === "tool_result");
}
