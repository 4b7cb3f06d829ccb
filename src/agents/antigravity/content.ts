/** What steps hold, as parts of the session model, and back. */
import { parseValue } from "../../lossless/json-text.ts";
import { compact, isObject, member, number, string } from "../../session/json.ts";
import { asTexts, imageText, otherPart, pictureType, saidIn } from "../../session/other.ts";
import { leadingReasoning } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  Part,
  ReasoningPart,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from "../../session/types.ts";
import { allAt, at, textAt } from "./records.ts";
import { CANCELED, FAILED, TOOLS } from "./steps.ts";
import { fromNative } from "./tools.ts";

/** What the user said: field 2 has all of it, field 3 its pieces. */
export function readInput(input: Json | undefined): Part[] {
  const whole = saidIn(at(input, 2)) || saidIn(at(input, 1));
  const pieces = allAt(input, 3)
    .map((item) => saidIn(at(item, 1)))
    .filter((piece) => !whole.includes(piece));
  const images = allAt(input, 5).map(readImage);
  return [...[whole, ...pieces].flatMap(texts), ...images];
}

function readImage(image: Json): ResultPart {
  const data = textAt(image, 1);
  if (data === "") return otherPart("image", image);
  return { kind: "image", mediaType: textAt(image, 2) || pictureType(data), data };
}

/** Reasoning with its signature, the text, and calls. */
export function readPlanner(planner: Json | undefined): Part[] {
  const thought = saidIn(at(planner, 3));
  const signature = string(at(planner, 4));
  const reasoning: ReasoningPart[] =
    thought === "" && signature === undefined
      ? []
      : [{ kind: "reasoning", text: thought, ...(signature ? { seal: { signature } } : {}) }];
  const said = saidIn(at(planner, 1));
  const shown = saidIn(at(planner, 8));
  // What is shown in the place of the text, if it is another.
  const other = said.includes(shown) ? [] : texts(shown);
  const calls = allAt(planner, 7).map(readCall);
  return [...reasoning, ...leadingReasoning(said), ...other, ...calls];
}

export function readCall(call: Json): ToolCallPart {
  const name = saidIn(at(call, 2));
  const args = at(call, 3);
  const input = typeof args === "string" ? argumentsOf(args) : (args ?? {});
  return { kind: "tool-call", callId: textAt(call, 1), name, input, use: fromNative(name, input) };
}

/** JSON as text. */
function argumentsOf(text: string): Json {
  return text.trim() === "" ? {} : (parseValue(text) ?? text);
}

/** What a request took: the step's metadata tells it. Those from a cache are not among the input. */
export function usageIn(metadata: Json | undefined): Usage | undefined {
  const stats = at(metadata, 9);
  const count = (field: number) => Math.max(0, number(at(stats, field)) ?? 0);
  const usage = { input: count(2), output: count(3), cacheRead: count(5), cacheWrite: count(4) };
  return Object.values(usage).every((one) => one === 0) ? undefined : usage;
}

const STOPS = new Map<number, "end" | "length" | "tool" | "error" | "aborted">([
  [2, "end"],
  [3, "length"],
  [10, "tool"],
  [13, "error"],
  [16, "aborted"],
]);

export function stopOf(planner: Json | undefined) {
  return STOPS.get(number(at(planner, 12)) ?? 0);
}

/** What a step is the result of, by its kind; `type` tells what is in `payload`. */
export function readResult(
  type: number,
  payload: JsonObject,
  step: JsonObject,
  callId: string,
): ToolResultPart {
  const kind = TOOLS[type];
  const failed = errorIn(step.error_details);
  const status = number(payload["#4"]) ?? number(step.status);
  const own =
    kind === undefined ? unknown(type, payload) : contentOf(type, at(payload, kind.field));
  const exitCode = type === 21 ? number(at(payload, 28, 6)) : undefined;
  const isError = failed !== "" || status === FAILED || status === CANCELED || !!exitCode;
  return {
    kind: "tool-result",
    callId,
    isError: isError || textAt(payload, 13, 5) !== "",
    ...(exitCode === undefined ? {} : { exitCode }),
    content: [...texts(failed), ...own],
  };
}

/** A step of a kind that nobody knows: what it holds is passed on as it is. */
export function unknown(type: number, payload: JsonObject): ResultPart[] {
  const { "#1": _type, "#4": _status, "#5": _metadata, ...own } = payload;
  return Object.keys(own).length === 0 ? [] : [otherPart(`step ${type}`, own)];
}

/** For the model, or else for the user. */
function errorIn(details: Json | undefined): string {
  return saidIn(at(details, 9) ?? at(details, 1) ?? at(details, 2));
}

function contentOf(type: number, body: Json | undefined): ResultPart[] {
  const name = TOOLS[type]?.name ?? "step";
  const first = (...places: readonly (readonly number[])[]) =>
    texts(places.map((place) => saidIn(at(body, ...place))).find((text) => text !== "") ?? "");
  switch (type) {
    case 7:
      return first([5], [3]);
    case 8:
      return first([4], [9]);
    case 9:
      return texts(allAt(body, 3).map(entryLine).join("\n"));
    case 21:
      return first([21, 1], [26, 1], [4], [5]);
    case 38:
      return first([3], [8]);
    case 112:
      return first([3], [4]);
    case 132:
      return first([2, 1]);
    default:
      // What was changed, which has no text of its own.
      return body === undefined || body === null ? [] : [otherPart(name, body, { known: true })];
  }
}

function entryLine(entry: Json): string {
  const name = saidIn(at(entry, 1));
  if (number(at(entry, 2)) === 1) return `${name}/`;
  const size = number(at(entry, 4));
  return size === undefined ? name : `${name} (${size} bytes)`;
}

export function printCall({ callId, name, input }: ToolCallPart): JsonObject {
  const args = typeof input === "string" ? input : JSON.stringify(isObject(input) ? input : {});
  return { "#1": callId, "#2": name, "#3": args, "#9": name };
}

/** Texts of an answer, or of a result. */
export function printWords(parts: readonly Part[], between: string): string {
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

/** Texts first, as its own prompts have them; then images. */
export function printInput(parts: readonly Part[]): JsonObject | null {
  const images = parts.flatMap((part) =>
    part.kind === "image" && part.data !== null ? [{ "#1": part.data, "#2": part.mediaType }] : [],
  );
  const others = parts.filter((part) => part.kind !== "image" || part.data === null);
  const text = printWords(others, "\n\n");
  if (text === "" && images.length === 0) return null;
  return compact({
    "#2": text === "" ? undefined : text,
    "#3": text === "" ? undefined : { "#1": text },
    "#5": images.length > 1 ? images : images[0],
  });
}

export function signatureOf(part: ReasoningPart): string | undefined {
  return string(member(part.seal, "signature"));
}

function texts(text: string): { kind: "text"; text: string }[] {
  return text === "" ? [] : [{ kind: "text", text }];
}
