/** What messages of ChatGPT hold. Facts and sources: README.md in this folder. */
import type { Beside } from "../../session/codec.ts";
import { array, isObject, listOf, member, string } from "../../session/json.ts";
import { otherPart, pictureType, saidIn, unread } from "../../session/other.ts";
import type { Json, JsonObject, Part, ReasoningPart, ResultPart } from "../../session/types.ts";

/** A file that came with a message. */
export interface Attachment {
  id: string;
  name: string | null;
  mediaType: string | null;
}

/** What is said in a message, whoever says it. */
export function readContent(message: JsonObject, beside: Beside | undefined): ResultPart[] {
  const { content } = message;
  if (content === undefined || content === null) return [];
  const type = string(member(content, "content_type"));
  if (!isObject(content) || type === undefined) return [otherPart("content", content)];
  const files = attachmentsOf(message);
  switch (type) {
    case "text":
    case "multimodal_text":
      return [
        ...listOf(content.parts).flatMap((part) => readPart(part, files, beside)),
        ...filesBeside(content, files, beside),
      ];
    case "code":
    case "execution_output":
    case "system_error":
      return said(content.text);
    case "tether_browsing_display":
      return [...said(content.summary), ...said(content.result)];
    case "tether_quote":
    case "sonic_webpage":
      return [page(content)];
    case "user_editable_context":
      return [...said(content.user_profile), ...said(content.user_instructions)];
    case "model_editable_context":
      return said(content.model_set_context);
    case "computer_output":
      return isObject(content.screenshot)
        ? readPart(content.screenshot, files, beside)
        : [otherPart(type, content)];
    default:
      return [otherPart(type, content)];
  }
}

function said(value: Json | undefined): ResultPart[] {
  const text = saidIn(value);
  return text === "" ? [] : [{ kind: "text", text }];
}

/** A page as the model was given it. */
function page(content: JsonObject): ResultPart {
  const head = [content.title, content.url].map(saidIn).filter((word) => word !== "");
  return { kind: "text", text: [...head, saidIn(content.text)].join("\n") };
}

function readPart(
  part: Json,
  files: readonly Attachment[],
  beside: Beside | undefined,
): ResultPart[] {
  if (typeof part === "string") return said(part);
  const type = string(member(part, "content_type")) ?? "part";
  switch (type) {
    case "image_asset_pointer":
    case "audio_asset_pointer":
    case "video_container_asset_pointer":
      return [readAsset(type, member(part, "asset_pointer"), files, beside)];
    // What was spoken, as it was understood, and the recording of it.
    case "audio_transcription":
      return said(member(part, "text"));
    case "real_time_user_audio_video_asset_pointer":
      return [unread(type, "unsent")];
    default:
      return [otherPart(type, part)];
  }
}

function readAsset(
  type: string,
  pointer: Json | undefined,
  files: readonly Attachment[],
  beside: Beside | undefined,
): ResultPart {
  const id = assetId(string(pointer) ?? "");
  const bytes = id === "" ? null : (beside?.(id) ?? null);
  // The recording of what stands beside it as a text.
  if (type !== "image_asset_pointer") return unread(type, bytes === null ? "missing" : "unsent");
  if (bytes === null) return unread(type, "missing");
  const data = bytes.toString("base64");
  const told = files.find((file) => file.id === id)?.mediaType;
  const mediaType = told?.startsWith("image/") ? told : pictureType(data);
  return { kind: "image", mediaType, data };
}

/** `sediment://file_00…`, formerly `file-service://file-…`. */
function assetId(pointer: string): string {
  const [, id = ""] = /^[a-z-]+:\/\/([\w-]+)/i.exec(pointer) ?? [];
  return id;
}

function attachmentsOf(message: JsonObject): Attachment[] {
  return array(member(message.metadata, "attachments")).map((file) => ({
    id: string(member(file, "id")) ?? "",
    name: string(member(file, "name")) ?? null,
    mediaType: string(member(file, "mime_type")) ?? string(member(file, "mimeType")) ?? null,
  }));
}

/** Files that no part of the message shows. */
function filesBeside(
  content: JsonObject,
  files: readonly Attachment[],
  beside: Beside | undefined,
): ResultPart[] {
  const shown = new Set(
    listOf(content.parts).map((part) => assetId(string(member(part, "asset_pointer")) ?? "")),
  );
  return files
    .filter(({ id }) => id === "" || !shown.has(id))
    .map(({ id, name, mediaType }): ResultPart => {
      const bytes = id === "" ? null : (beside?.(assetId(`file://${id}`)) ?? null);
      const data = bytes?.toString("base64") ?? null;
      if (data !== null && mediaType?.startsWith("image/"))
        return { kind: "image", mediaType, data };
      const base = {
        kind: "file",
        name,
        mediaType: mediaType ?? "application/octet-stream",
      } as const;
      return bytes !== null && mediaType?.startsWith("text/")
        ? { ...base, data: null, text: bytes.toString("utf8") }
        : { ...base, data };
    });
}

/** What the model thought, as the site shows it: a summary and the text of each step. */
export function readThoughts(content: JsonObject): (ReasoningPart | Part)[] {
  if (!Array.isArray(content.thoughts)) return [otherPart("thoughts", content)];
  return content.thoughts.flatMap((thought): Part[] => {
    const steps = [member(thought, "summary"), member(thought, "content")].map(saidIn);
    const text = steps.filter((step) => step !== "").join("\n\n");
    return text === "" ? [] : [{ kind: "reasoning", text }];
  });
}

/** The words of a call: JSON where they are that, else free text. */
export function readInput(message: JsonObject): Json {
  const text = readContent(message, undefined)
    .map((part) => (part.kind === "text" || part.kind === "other" ? part.text : ""))
    .join("\n");
  const isJson = /^\s*\{/.test(text);
  if (!isJson) return text;
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

/** Did the tool fail, by what the message says of it? */
export function hasFailed(message: JsonObject): boolean {
  if (string(member(message.content, "content_type")) === "system_error") return true;
  const result = member(message.metadata, "aggregate_result");
  return string(member(result, "status"))?.startsWith("failed") ?? false;
}

/** Seconds since the epoch, with a fraction; older copies have texts. */
export function timeOf(value: Json | undefined): string | null {
  const at = typeof value === "number" ? value * 1000 : Date.parse(string(value) ?? "");
  return Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : null;
}
