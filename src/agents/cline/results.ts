/**
 * What tools give. The built-in ones tell of each thing that they did, `{query, result, error?,
 * success}`: those that do several at once as a list, the others as JSON text.
 */
import { parseValue } from "../../lossless/json-text.ts";
import { compact, isObject, member, string } from "../../session/json.ts";
import { saidIn, textsAndImages } from "../../session/other.ts";
import type {
  Json,
  JsonObject,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { blocksOf, printContent, readContent } from "./content.ts";

const KEYS = new Set(["query", "result", "error", "success", "duration"]);

/** Is it what a built-in tool tells of one thing that it did? */
export function isOperation(value: Json | undefined): value is JsonObject {
  if (!isObject(value) || typeof value.query !== "string") return false;
  return typeof value.success === "boolean" && Object.keys(value).every((key) => KEYS.has(key));
}

export function readResult(block: Json): ToolResultPart {
  const callId = string(member(block, "tool_use_id")) ?? "";
  const content = member(block, "content");
  const failed = member(block, "is_error") === true;
  const done = operationsIn(content);
  if (done === null) {
    const parts = blocksOf(content).flatMap((one) => readContent(one));
    const said = parts.filter((part) => part.kind !== "text" || part.text !== "");
    return { kind: "tool-result", callId, isError: failed, content: said };
  }
  const isError = failed || done.some(({ success }) => success === false);
  const exitCode = exitCodeOf(done);
  return {
    kind: "tool-result",
    callId,
    isError,
    ...(exitCode === undefined ? {} : { exitCode }),
    content: done.flatMap((one) => readOperation(one, done.length > 1)),
  };
}

/** null for content of another form. */
function operationsIn(content: Json | undefined): JsonObject[] | null {
  if (Array.isArray(content)) {
    const done = content.filter(isOperation);
    return done.length === content.length && done.length > 0 ? done : null;
  }
  if (typeof content !== "string" || !content.startsWith('{"query":')) return null;
  const value = parseValue(content);
  return isOperation(value) ? [value] : null;
}

/** Is it JSON text of what a built-in tool did? */
export function isOperations(content: string): boolean {
  return operationsIn(content) !== null;
}

const EXIT = /^\[Command exited with code (\d+)\]\n/;

function exitCodeOf(done: readonly JsonObject[]): number | undefined {
  const [only, ...more] = done;
  const [, code] = more.length > 0 ? [] : (EXIT.exec(string(only?.result) ?? "") ?? []);
  return code === undefined ? undefined : Number(code);
}

/** `named`: it is one of several, so that what it was for has to be said. */
function readOperation({ query, result, error }: JsonObject, named: boolean): ResultPart[] {
  const parts: ResultPart[] = [];
  const say = (text: string) => {
    if (text !== "") parts.push({ kind: "text", text });
  };
  if (named) say(`${saidIn(query)}:`);
  const text = string(result);
  const output = text?.replace(EXIT, "");
  if (output !== undefined) say(output);
  else parts.push(...blocksOf(result).flatMap(readContent));
  const why = saidIn(error);
  // Of a command that failed, both say so.
  if (text === undefined || !text.includes(why)) say(why);
  return parts;
}

/** Content as the CLI keeps it. */
export function printResult(result: ToolResultPart, call: ToolCallPart | undefined): JsonObject {
  const { callId: tool_use_id, isError } = result;
  const name = call?.name ?? "unknown";
  const head = { type: "tool_result", tool_use_id, name };
  const query = call ? queryOf(call) : undefined;
  if (query === undefined) {
    return compact({ ...head, content: plainContent(result), is_error: isError || undefined });
  }
  const done = operation(query, result);
  return { ...head, content: LISTING.has(name) ? [done] : JSON.stringify(done) };
}

const LISTING = new Set(["run_commands", "read_files", "search_codebase", "fetch_web_content"]);

/** What a built-in tool calls what it does; undefined for other tools. */
function queryOf({ name, use, input }: ToolCallPart): string | undefined {
  switch (use?.tool) {
    case "execute":
      return use.command;
    case "search":
      return use.pattern;
    case "fetch":
      return use.url;
    case "read": {
      const { path, offset, limit } = use;
      if (offset === undefined && limit === undefined) return path;
      const start = offset ?? 1;
      return `${path}:${start}-${limit === undefined ? "EOF" : start + limit - 1}`;
    }
    case "write":
    case "edit":
      return `edit:${use.path}`;
    case "patch":
      return name;
    default:
      return name === "editor" ? `insert:${saidIn(member(input, "path"))}` : undefined;
  }
}

function operation(query: string, result: ToolResultPart): JsonObject {
  const { isError, exitCode } = result;
  if (!isError) return { query, result: contentOf(result, ""), success: true };
  if (exitCode !== undefined) {
    const head = `[Command exited with code ${exitCode}]\n`;
    const error = `Command exited with code ${exitCode}`;
    return { query, result: contentOf(result, head), error, success: false };
  }
  const { texts, rest } = contentsOf(result);
  return { query, result: rest.length > 0 ? rest : "", error: texts.join("\n"), success: false };
}

/** One text, or blocks where there are images. */
function contentOf(result: ToolResultPart, head: string): Json {
  const { texts, rest } = contentsOf(result);
  const text = head + texts.join("\n");
  if (rest.length === 0) return text;
  return [...(text === "" ? [] : [{ type: "text", text }]), ...rest];
}

function contentsOf({ content }: ToolResultPart): { texts: string[]; rest: JsonObject[] } {
  const parts = textsAndImages(content);
  return {
    texts: parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
    rest: parts.flatMap((part) => (part.kind === "image" ? printContent(part) : [])),
  };
}

/** Of a tool that is not built in. */
function plainContent(result: ToolResultPart): Json {
  return contentOf(result, "");
}
