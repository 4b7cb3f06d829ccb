/** The steps of a transcript: each has its content under its type's name. */
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import { isNested, otherPart, saidIn } from "../../session/other.ts";
import type {
  Json,
  JsonObject,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { fromNative } from "./tools.ts";

export interface Step {
  type: string;
  status: string;
  own: JsonObject;
}

/** null for a record of another form. */
export function stepOf(record: Json): Step | null {
  const type = string(member(record, "type"));
  const status = string(member(record, "status"));
  const own = type === undefined ? undefined : member(record, type);
  if (type === undefined || status === undefined || !isObject(own)) return null;
  return { type, status, own };
}

export function recognises(record: Json): boolean {
  return stepOf(record) !== null;
}

/** What a step is said to have given, in those that call a tool. */
const RESULTS = new Set(["result", "output", "stdout", "stderr", "error"]);

/** A step that called a tool: the call, and what it gave. One that is not done gave nothing that can be used. */
export function callIn(step: Step, callId: string): { call: ToolCallPart; result: ToolResultPart } {
  const entries = Object.entries(step.own);
  const given = entries.filter(([key]) => isGiven(step, key)).map(([, value]) => value);
  const taken = Object.fromEntries(entries.filter(([key]) => !isGiven(step, key)));
  const { name, input } = calledBy(step, taken);
  const use = fromNative(step.type, taken);
  const content = given.flatMap(contentOf);
  const isError = step.status !== "done";
  const said: ResultPart[] = isError && content.length === 0 ? texts(step.status) : content;
  return {
    call: { kind: "tool-call", callId, name, input, use },
    result: { kind: "tool-result", callId, isError, content: said },
  };
}

/** A change of a file has no result of its own. */
function isGiven({ type }: Step, key: string): boolean {
  return type !== "code_action" && RESULTS.has(key);
}

/** An MCP tool is known to the model by its own name, and its arguments are JSON in a text. */
function calledBy({ type }: Step, taken: JsonObject): { name: string; input: Json } {
  const { tool_name: tool, arguments: input, ...more } = taken;
  if (type !== "mcp_tool" || typeof tool !== "string" || Object.keys(more).length > 0) {
    return { name: type, input: taken };
  }
  return { name: tool, input: argumentsIn(input) };
}

/** An object, whether as it is or as a text. */
export function argumentsIn(input: Json | undefined): Json {
  if (typeof input !== "string") return input ?? {};
  const parsed = parseValue(input);
  return isObject(parsed) ? parsed : input;
}

function contentOf(value: Json): ResultPart[] {
  return isNested(value) ? [otherPart("result", value, { known: true })] : texts(saidIn(value));
}

function texts(text: string): ResultPart[] {
  return text === "" ? [] : [{ kind: "text", text }];
}
