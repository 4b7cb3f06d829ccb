/** What Kiro's tools return: that of a command is an object with its outputs. */
import { isObject, member, string } from "../../session/json.ts";
import type {
  Json,
  JsonObject,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { blockOf, blocksIn, printResult, readSaid } from "./content.ts";
import { builtIn } from "./tools.ts";

/** The result in a block of the kind `toolResult`, or in version 1's list. */
export function readResult(data: Json, use: (callId: string) => ToolUse | null): ToolResultPart {
  const callId = string(member(data, "toolUseId") ?? member(data, "tool_use_id")) ?? "";
  const isError = /^error$/i.test(string(member(data, "status")) ?? "");
  const blocks = blocksIn(member(data, "content")).map(asBlock);
  const [only, ...more] = blocks;
  const output = member(only, "kind") === "json" ? member(only, "data") : undefined;
  if (more.length === 0 && use(callId)?.tool === "execute" && isOutput(output)) {
    return { kind: "tool-result", callId, ...ended(output, isError) };
  }
  return { kind: "tool-result", callId, isError, content: blocks.flatMap(readSaid) };
}

/** Version 1 names a block by its key: `{"Text":"…"}`. */
function asBlock(block: Json): Json {
  const [only, ...more] = isObject(block) ? Object.entries(block) : [];
  if (only === undefined || more.length > 0) return block;
  const [key, data] = only;
  return key === "Text" || key === "Json" ? blockOf(key.toLowerCase(), data) : block;
}

const OUTPUT = new Set(["exit_status", "stdout", "stderr"]);

function isOutput(value: Json | undefined): value is JsonObject {
  return (
    isObject(value) &&
    Object.entries(value).every(([key, text]) => OUTPUT.has(key) && typeof text === "string") &&
    value.exit_status !== undefined
  );
}

/** "exit status: 1", "1"; of one that a signal ended: "signal: 9 (SIGKILL)". */
function ended(output: JsonObject, isError: boolean): Omit<ToolResultPart, "kind" | "callId"> {
  const status = string(output.exit_status) ?? "";
  const [, code] = /^(?:exit (?:status|code): )?(-?\d+)$/.exec(status) ?? [];
  const texts = code === undefined ? [output.stdout, output.stderr, status] : outputsOf(output);
  const content = texts.flatMap((text): ResultPart[] =>
    typeof text === "string" && text !== "" ? [{ kind: "text", text }] : [],
  );
  if (code === undefined) return { isError: true, content };
  return { isError: isError || code !== "0", exitCode: Number(code), content };
}

function outputsOf({ stdout, stderr }: JsonObject): (Json | undefined)[] {
  return [stdout, stderr];
}

/** A block for the model, and what the CLI notes for its screen. */
export interface Printed {
  block: JsonObject;
  note: JsonObject;
}

export function printed(part: ToolResultPart, call: ToolCallPart | undefined): Printed {
  const content = call?.use?.tool === "execute" ? printOutput(part) : printResult(part.content);
  const { isError } = part;
  const isRun = content.some(({ kind }) => kind === "json");
  const status = isError && !isRun ? "error" : "success";
  const shown = content.length > 0 ? content : [blockOf("text", "")];
  const block = blockOf("toolResult", { toolUseId: part.callId, content: shown, status });
  const tool = call === undefined ? null : builtIn(call.name, call.input);
  return { block, note: { tool, result: outcome(shown, status) } };
}

/** Of a command that only printed texts. */
function printOutput(part: ToolResultPart): JsonObject[] {
  const { content, isError, exitCode } = part;
  const texts = content.flatMap((one) => (one.kind === "text" ? [one.text] : []));
  // What did not even run says so in words.
  if (texts.length < content.length || texts.length > 2 || (isError && exitCode === undefined)) {
    return printResult(content);
  }
  const [stdout = "", stderr = ""] = texts;
  return [blockOf("json", { exit_status: `exit status: ${exitCode ?? 0}`, stdout, stderr })];
}

const ITEMS: Readonly<Record<string, string>> = { text: "Text", json: "Json", image: "Image" };

function outcome(content: readonly JsonObject[], status: string): JsonObject {
  if (status === "error") {
    const texts = content.flatMap(({ kind, data }) =>
      kind === "text" ? [string(data) ?? ""] : [],
    );
    return { Error: { Custom: texts.join("\n") } };
  }
  const items = content.map(({ kind, data }): JsonObject => {
    return { [ITEMS[string(kind) ?? ""] ?? "Text"]: data ?? null };
  });
  return { Success: { items } };
}
