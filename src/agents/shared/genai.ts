/**
 * Parts of Google's GenAI API, which Gemini CLI and Qwen Code store unchanged. The kind of a part
 * is given by the key that it has; this file handles all kinds of `Part` in the types of
 * `@google/genai` 2.32.0.
 */

import type { Shape } from "../../session/codec.ts";
import { isObject, listOf, member, printed, string } from "../../session/json.ts";
import { isOdd, otherPart, saidIn, unread } from "../../session/other.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { byKey, CONTENT, keys } from "./known.ts";

/** Settings beside the content of a part. */
const ASPECTS =
  "thought thoughtSignature videoMetadata mediaResolution mediaProcessing partMetadata speechMetadata";
const ASPECT = new Set(ASPECTS.split(" "));

/** What a part can be besides a call or a result. */
export type Said = Exclude<Part, ToolCallPart | ToolResultPart>;

/** The content of a part, except for calls and results; nothing for a part with only empty text. */
export function readSaid(part: Json): Said[] {
  if (typeof part === "string") return part === "" ? [] : [{ kind: "text", text: part }];
  if (!isObject(part)) return part === null ? [] : [otherPart(typeof part, part)];
  const names = Object.keys(part);
  const kinds = names.filter((name) => READ.has(name) || CALLS.has(name));
  const more = names.filter((name) => !kinds.includes(name) && !ASPECT.has(name));
  if (kinds.length === 0) return more.length === 0 ? [] : [unheardOf(part, more)];
  const said = kinds.flatMap((kind): Said[] => {
    // Neither CLI sends a thought that is not text.
    if (part.thought === true && kind !== "text")
      return CALLS.has(kind) ? [] : [unread(kind, "unsent")];
    // Callers that read calls and results read objects.
    if (CALLS.has(kind)) return isObject(part[kind]) ? [] : known(kind, part[kind]);
    return READ.get(kind)?.(part) ?? [];
  });
  return [
    ...said,
    ...more.filter((name) => isTold(part[name])).map((name) => otherPart(name, part[name] ?? null)),
  ];
}

/** Skips settings such as a number or a single word. */
function isTold(value: Json | undefined): boolean {
  return typeof value === "string" ? /\s/.test(value) : typeof value === "object" && value !== null;
}

function unheardOf(part: JsonObject, names: readonly string[]): OtherPart {
  return otherPart(string(part.type) ?? names[0] ?? "unknown", part);
}

const CALLS = new Set(["functionCall", "functionResponse"]);

type Read = (part: JsonObject) => Said[];

const READ: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["text", readText],
  ["inlineData", ({ inlineData }) => [readBlob(inlineData ?? null)]],
  ["fileData", ({ fileData }) => [readFileData(fileData ?? null)]],
  ["executableCode", ({ executableCode }) => [readCode(executableCode ?? null)]],
  ["codeExecutionResult", ({ codeExecutionResult }) => [readOutcome(codeExecutionResult ?? null)]],
  ["toolCall", ({ toolCall }) => known("toolCall", toolCall)],
  ["toolResponse", ({ toolResponse }) => known("toolResponse", toolResponse)],
  [
    "audioTranscription",
    ({ audioTranscription }) => known("audioTranscription", audioTranscription),
  ],
]);

function known(type: string, block: Json | undefined): ResultPart[] {
  return block === undefined || block === null ? [] : [otherPart(type, block, { known: true })];
}

function readText(part: JsonObject): Said[] {
  const text = saidIn(part.text);
  const { thoughtSignature } = part;
  if (part.thought !== true) return text === "" ? [] : [{ kind: "text", text }];
  if (text === "" && thoughtSignature === undefined) return [];
  const seal = thoughtSignature === undefined ? {} : { seal: { thoughtSignature } };
  return [{ kind: "reasoning", text, ...seal }];
}

function readBlob(blob: Json): ImagePart | FilePart | OtherPart {
  if (isOdd(blob, ["data", "mimeType"])) return otherPart("inlineData", blob);
  const mediaType = string(member(blob, "mimeType")) ?? "application/octet-stream";
  const data = string(member(blob, "data")) ?? "";
  if (mediaType.startsWith("image/")) return { kind: "image", mediaType, data };
  return { kind: "file", name: string(member(blob, "displayName")) ?? null, mediaType, data };
}

function readFileData(file: Json): ImagePart | FilePart | OtherPart {
  if (isOdd(file, ["fileUri", "mimeType"])) return otherPart("fileData", file);
  const url = string(member(file, "fileUri")) ?? "";
  const mediaType = string(member(file, "mimeType")) ?? "application/octet-stream";
  if (mediaType.startsWith("image/")) return { kind: "image", mediaType, data: null, url };
  const name = string(member(file, "displayName")) ?? null;
  return { kind: "file", name, mediaType, data: null, url };
}

/** Code that the vendor ran for the model, and its result. */
function readCode(code: Json): ResultPart {
  const language = saidIn(member(code, "language"));
  const text = `\`\`\`${language}\n${saidIn(member(code, "code") ?? code)}\n\`\`\``;
  return otherPart("executableCode", code, { known: true, text });
}

function readOutcome(result: Json): ResultPart {
  if (!isObject(result)) return otherPart("codeExecutionResult", result, { known: true });
  const outcome = saidIn(result.outcome);
  const output = saidIn(result.output);
  const text = `[code execution: ${outcome}]${output === "" ? "" : `\n${output}`}`;
  return otherPart("codeExecutionResult", result, { known: true, text });
}

export interface Response {
  callId: string;
  failed: boolean;
  content: ResultPart[];
}

/**
 * A functionResponse: `{id, name, response, parts?}`. In the response, `error` or `output` is the
 * tool's answer; without them, all of it is. Other keys are content, too.
 */
export function readResponse(value: Json): Response {
  const response = member(value, "response") ?? "";
  const content: ResultPart[] = [...readBody(response)];
  for (const part of listOf(member(value, "parts"))) {
    content.push(...readSaid(part).map(asResult));
  }
  const callId = string(member(value, "id")) ?? "";
  return { callId, failed: member(response, "error") !== undefined, content };
}

function readBody(response: Json): ResultPart[] {
  const error = member(response, "error");
  const said = error ?? member(response, "output");
  const own = printed(said ?? response);
  const empty = own === "" || (said === undefined && own === "{}");
  const content: ResultPart[] = empty ? [] : [{ kind: "text", text: own }];
  if (said === undefined || !isObject(response)) return content;
  const { [error === undefined ? "output" : "error"]: _, ...rest } = response;
  if (Object.keys(rest).length > 0) {
    content.push(otherPart("functionResponse.response", rest, { known: true }));
  }
  return content;
}

/** A result contains no thoughts. */
export function asResult(part: Said): ResultPart {
  return part.kind === "reasoning" ? { kind: "text", text: part.text } : part;
}

/** An image or document as a part; null for one that only belongs elsewhere. */
export function printMedia(part: ImagePart | FilePart): JsonObject | null {
  const name = part.kind === "file" && part.name !== null ? { displayName: part.name } : {};
  if (part.data !== null) {
    return { inlineData: { data: part.data, mimeType: part.mediaType, ...name } };
  }
  return part.url === undefined || part.url === ""
    ? null
    : { fileData: { fileUri: part.url, mimeType: part.mediaType, ...name } };
}

const media = { inlineData: keys("displayName", { mimeType: CONTENT, data: CONTENT }) };
const fileData = keys("displayName", { mimeType: CONTENT, fileUri: CONTENT });

const PARTS: Readonly<Record<string, Shape>> = {
  text: keys(ASPECTS, { text: CONTENT }),
  inlineData: keys(ASPECTS, media),
  fileData: keys(ASPECTS, { fileData }),
  executableCode: keys(ASPECTS, {
    executableCode: keys("id", { language: CONTENT, code: CONTENT }),
  }),
  codeExecutionResult: keys(ASPECTS, {
    codeExecutionResult: keys("id", { outcome: CONTENT, output: CONTENT }),
  }),
  toolCall: keys(ASPECTS, { toolCall: CONTENT }),
  toolResponse: keys(ASPECTS, { toolResponse: CONTENT }),
  audioTranscription: keys(ASPECTS, { audioTranscription: CONTENT }),
};

const responsePart: Shape = byKey(PARTS, ASPECTS);

/** One part of any kind. */
export const part: Shape = byKey(
  {
    ...PARTS,
    functionCall: keys(ASPECTS, {
      functionCall: keys("partialArgs willContinue", { id: CONTENT, name: CONTENT, args: CONTENT }),
    }),
    functionResponse: keys(ASPECTS, {
      functionResponse: keys("id name willContinue scheduling", {
        response: CONTENT,
        parts: { each: responsePart },
      }),
    }),
  },
  ASPECTS,
);
