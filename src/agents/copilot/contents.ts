/** A tool's result: the text that the model is sent, and its other contents. */
import { hash } from "node:crypto";
import { isObject, listOf, member, number, string } from "../../session/json.ts";
import { isNested, isOdd, otherPart, saidIn, textBlock, unread } from "../../session/other.ts";
import type { Json, ResultPart } from "../../session/types.ts";
import { type Assets, textParts } from "./assets.ts";

/**
 * The parts of a result. `content` is what 1.0.102 sends again after a resume. A server's own
 * blocks that are not in it are passed on as well: it is a shortened form of them.
 */
export function resultParts(result: Json | undefined, assets: Assets): ResultPart[] {
  // Some tools' results are text rather than an object that contains it.
  const content = saidIn(isObject(result) ? result.content : result);
  const given = listOf(member(result, "binaryResultsForLlm"));
  const omitted = given.flatMap(omittedLine).filter((line) => !content.includes(line));
  const text = [content, ...omitted].filter((line) => line !== "").join("\n");
  const parts: ResultPart[] = [...textParts(text)];
  parts.push(...given.flatMap((one) => binary(one, assets)));
  for (const block of listOf(member(result, "contents"))) {
    const part = blockPart(block, assets);
    if (part !== undefined && !isSaid(part, parts)) parts.push(part);
  }
  for (const key of ["structuredContent", "citableSources"]) {
    if (member(result, key) !== undefined) parts.push(unread(key, "unsent"));
  }
  return parts;
}

function binary(given: Json, assets: Assets): ResultPart[] {
  const type = string(member(given, "type")) ?? "binary";
  if (isNested(member(given, "data"))) return [otherPart(type, given)];
  const part = assets.part(given);
  if (type !== "image" && type !== "resource") return [part ?? otherPart(type, given)];
  if (part !== undefined && (part.kind === "image" || part.data !== null)) return [part];
  return omittedLine(given).length > 0 ? [] : [unread(type, "missing")];
}

/** What the text contains in place of a picture that was too large to be stored. */
function omittedLine(given: Json): string[] {
  if (string(member(given, "omittedReason")) !== "too_large") return [];
  const size = sizeOf(number(member(given, "byteLength")) ?? 0);
  const mimeType = string(member(given, "mimeType")) ?? "binary";
  return [`[${mimeType} omitted: ${size} exceeds the 10.00 MiB inline limit]`];
}

function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [size, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "KiB"] : [bytes / 1024 ** 2, "MiB"];
  return `${size.toFixed(2)} ${unit}`;
}

function isSaid(part: ResultPart, parts: readonly ResultPart[]): boolean {
  return parts.some((one) => {
    if (part.kind === "image" || part.kind === "file") {
      return one.kind === part.kind && one.data === part.data;
    }
    return part.kind !== "unread" && one.kind === "text" && one.text.includes(part.text.trim());
  });
}

/** A block of an MCP server, or of the CLI's own tools; undefined if the text contains the same. */
function blockPart(block: Json, assets: Assets): ResultPart | undefined {
  const type = string(member(block, "type")) ?? "content";
  switch (type) {
    case "text":
    case "terminal":
      return textBlock(block);
    // For a command: the text has its output, and its exit code in the last line.
    case "shell_exit":
      return { kind: "text", text: saidIn(member(block, "outputPreview")) };
    case "image":
    case "audio":
      if (isNested(member(block, "data"))) return otherPart(type, block);
      return assets.part(block) ?? otherPart(type, block, { known: true });
    case "resource_link":
      return otherPart(type, block, { known: true });
    case "resource":
      return resourcePart(member(block, "resource")) ?? otherPart(type, block, { known: true });
    default:
      return otherPart(type, block);
  }
}

function resourcePart(resource: Json | undefined): ResultPart | undefined {
  const uri = string(member(resource, "uri")) ?? "";
  const text = string(member(resource, "text"));
  const data = string(member(resource, "blob"));
  if (isOdd(resource ?? null, ["uri", "text", "blob"])) return undefined;
  if (text !== undefined) {
    return otherPart("resource", resource ?? null, { known: true, text: `[${uri}]\n${text}` });
  }
  if (data === undefined) return undefined;
  const mediaType = string(member(resource, "mimeType")) ?? "application/octet-stream";
  return { kind: "file", name: uri === "" ? null : uri, mediaType, data };
}

/** The maximum memory for skills. */
const MAX_SKILLS = 8 << 20;

/** Skills' texts, which the CLI stores once: later deliveries refer to them by SHA-256. */
export class Skills {
  readonly #texts = new Map<string, string>();
  #chars = 0;

  add(data: Json | undefined): void {
    const text = string(member(data, "content"));
    if (text === undefined || this.#chars + text.length > MAX_SKILLS) return;
    this.#chars += text.length;
    this.#texts.set(`sha256:${hash("sha256", text)}`, text);
  }

  /** What is delivered again, with the words around it; undefined if it is missing. */
  delivered(data: Json | undefined): string | undefined {
    const text = this.#texts.get(string(member(data, "contentId")) ?? "");
    if (text === undefined) return undefined;
    const [prefix, suffix] = ["prefix", "suffix"].map((key) => saidIn(member(data, key)));
    return `${prefix}${text}${suffix}`;
  }
}

/**
 * The input and output of tools on the vendor's side: 1.0.102 sends it again to the same vendor.
 */
export function serverParts(serverTools: Json | undefined): ResultPart[] {
  const blocks = [
    ...listOf(member(serverTools, "items")),
    ...listOf(member(serverTools, "rawContentBlocks")).filter((block) => isServers(block)),
  ];
  return blocks.map((block) => {
    const type = string(member(block, "type")) ?? "server_tool";
    return otherPart(type, block, { known: true });
  });
}

/** The answer's own blocks are among them. */
function isServers(block: Json): boolean {
  const type = isObject(block) ? string(block.type) : undefined;
  return !["text", "thinking", "redacted_thinking", "tool_use"].includes(type ?? "");
}
