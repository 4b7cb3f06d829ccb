/** What Kimi Code and its predecessor Kimi CLI have in common. */
import { number, string } from "../../session/json.ts";
import { textPart } from "../../session/text.ts";
import type {
  FilePart,
  ImagePart,
  JsonObject,
  Part,
  TodoItem,
  ToolUse,
} from "../../session/types.ts";
import { present } from "./tools.ts";

const DATA = /^data:([^;,]*)((?:;[^;,]*)*),(.*)$/s;

/** What a block of type `image_url`, `audio_url` or `video_url` shows: a data URL, or an address. */
export function mediaAt(type: string, url: string): ImagePart | FilePart {
  const [, mediaType, settings = "", body] = DATA.exec(url) ?? [];
  if (mediaType === undefined || body === undefined) return addressed(type, url);
  const isBase64 = settings.split(";").includes("base64");
  return media(type, mediaType, isBase64 ? body : Buffer.from(unescaped(body)).toString("base64"));
}

/** An image; sounds and films are files. */
export function media(type: string, mediaType: string, data: string): ImagePart | FilePart {
  return type === "image_url"
    ? { kind: "image", mediaType, data }
    : { kind: "file", name: null, mediaType, data };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function addressed(type: string, url: string): ImagePart | FilePart {
  return type === "image_url"
    ? { kind: "image", mediaType: "image/png", data: null, url }
    : { kind: "file", name: null, mediaType: `${type.split("_")[0]}/*`, data: null, url };
}

/** The type and the data URL of the block for a sound or a film; null for any other file. */
export function soundOrFilm({ mediaType, data }: FilePart): { type: string; url: string } | null {
  const [kind = ""] = mediaType.split("/");
  if (data === null || !["audio", "video"].includes(kind)) return null;
  return { type: `${kind}_url`, url: `data:${mediaType};base64,${data}` };
}

/** The screens put texts of an answer side by side, so reasoning that is one is joined to what follows. */
export function joinReasoning(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    const isJoined = before?.kind === "text" && textPart(before.text).kind === "reasoning";
    if (part.kind !== "text" || !isJoined) joined.push(part);
    else joined.splice(-1, 1, { kind: "text", text: `${before.text}\n\n${part.text}` });
  }
  return joined;
}

/** A negative first line counts from the end, which the shared form cannot say. */
export function readUse(path: string, input: JsonObject): ToolUse | null {
  const offset = number(input.line_offset);
  const limit = number(input.n_lines);
  if (offset !== undefined && offset < 1) return null;
  return {
    tool: "read",
    path,
    ...(offset === undefined ? {} : { offset }),
    ...(limit === undefined ? {} : { limit }),
  };
}

export function writeUse(path: string, input: JsonObject): ToolUse | null {
  const content = string(input.content);
  if (content === undefined || input.mode === "append") return null;
  return { tool: "write", path, content };
}

export const TODO_STATUS: { readonly [native: string]: TodoItem["status"] } = {
  pending: "pending",
  in_progress: "in_progress",
  done: "completed",
};

export function printTodo({ text, status }: TodoItem): JsonObject {
  return { title: text, status: status === "completed" ? "done" : status };
}

export function subagentUse(input: JsonObject): ToolUse | null {
  const prompt = string(input.prompt);
  if (prompt === undefined || input.resume !== undefined) return null;
  const type = present("type", input.subagent_type);
  return { tool: "subagent", prompt, ...present("description", input.description), ...type };
}
