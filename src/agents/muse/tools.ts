/** Muse Code's tools in the shared vocabulary. Names and arguments: see README.md. */
import { parseValue } from "../../lossless/json-text.ts";
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, number, string } from "../../session/json.ts";
import type {
  Json,
  JsonObject,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import {
  hasOnly,
  mcpCall,
  mcpUse,
  onlyText,
  present,
  replaceUse,
  todoUse,
  withText,
} from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "bash":
      return executeUse(input);
    case "read_file":
      return path === undefined ? null : readUse(path, input);
    case "write_file": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "edit_file":
      if (path === undefined || !hasOnly(input, ["path", "find", "replace"])) return null;
      return replaceUse(path, [input.find, input.replace, false]);
    case "search":
      return searchUse(input);
    case "web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "write_todos":
      return todoUse(input.todos, "text");
    case "request_user_input":
      return input.questions === undefined ? null : { tool: "ask", questions: input.questions };
    default:
      return mcpUse(name, input);
  }
}

/** In a terminal of its own, a command runs on. */
function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined || input.tty === true) return null;
  return { tool: "execute", command, ...present("cwd", input.workdir) };
}

function readUse(path: string, input: JsonObject): ToolUse | null {
  if (!hasOnly(input, ["path", "offset", "limit"])) return null;
  const [offset, limit] = [number(input.offset), number(input.limit)];
  return {
    tool: "read",
    path,
    ...(offset === undefined ? {} : { offset }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function searchUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  const [path, ...more] = array(input.paths);
  if (pattern === undefined || more.length > 0 || !hasOnly(input, ["pattern", "paths"]))
    return null;
  return { tool: "search", pattern, ...present("path", path) };
}

type Native = { name: string; input: Json; exact: boolean };

function call(name: string, input: JsonObject, exact = true): Native {
  return { name, input, exact };
}

function toNative(use: ToolUse): Native | null {
  switch (use.tool) {
    case "execute": {
      const isExact = use.timeoutMs === undefined;
      return call("bash", compact({ command: use.command, workdir: use.cwd }), isExact);
    }
    case "read": {
      const { path, offset, limit } = use;
      return call("read_file", compact({ path, offset, limit }));
    }
    case "write":
      return call("write_file", { path: use.path, content: use.content });
    case "edit": {
      const [edit, ...more] = use.edits;
      if (!edit || more.length > 0 || edit.all) return null;
      return call("edit_file", { path: use.path, find: edit.old, replace: edit.new });
    }
    case "search": {
      if (use.glob !== undefined) return null;
      const paths = use.path === undefined ? undefined : [use.path];
      return call("search", compact({ pattern: use.pattern, paths }));
    }
    case "web-search":
      return call("web_search", { query: use.query });
    case "todo":
      return call("write_todos", {
        todos: use.items.map(({ text, status }) => ({ text, status })),
      });
    case "ask":
      return call("request_user_input", { questions: use.questions });
    case "mcp":
      return mcpCall(use);
    default:
      return null;
  }
}

/** What the APIs accept that it speaks with. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

export const FAILED = "tool failed: ";

/** What a command's result tells besides its output and how it ended. */
const ABOUT = `chunk_id command description exit_code terminal_status terminal_reason output
original_output_bytes original_output_tokens truncated`.split(/\s+/);

interface Ended {
  output: string;
  exitCode?: number;
}

/** The result of `bash`, which is an object as JSON text; null for any other text. */
export function endedIn(text: string): Ended | null {
  const value = text.startsWith("{") ? parseValue(text) : undefined;
  if (!isObject(value) || typeof value.output !== "string" || !hasOnly(value, ABOUT)) return null;
  const exitCode = number(value.exit_code);
  if (!isPlainEnd(value.terminal_reason, exitCode)) return null;
  return { output: value.output, ...(exitCode === undefined ? {} : { exitCode }) };
}

/** Does the reason of the end say no more than the exit code? "process exited with status exit status: 5" */
function isPlainEnd(reason: Json | undefined, exitCode: number | undefined): boolean {
  if (reason === undefined || reason === null || reason === "") return true;
  return typeof reason === "string" && reason.endsWith(`status: ${exitCode}`);
}

/** A native result in the shared form. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (text === undefined) return result;
  if (text.startsWith(FAILED))
    return { ...withText(result, text.slice(FAILED.length)), isError: true };
  const ended = use?.tool === "execute" ? endedIn(text) : null;
  if (ended === null) return result;
  const { output, exitCode } = ended;
  const about = exitCode === undefined ? {} : { exitCode, isError: exitCode !== 0 };
  return { ...withText(result, output), ...about };
}

/** The inverse of `parseResult`: the text that a result has. */
export function resultText(
  use: ToolUse | null,
  { isError, exitCode }: ToolResultPart,
  text: string,
): string {
  if (use?.tool !== "execute" || (isError && exitCode === undefined)) {
    return isError ? FAILED + text : text;
  }
  return JSON.stringify({
    command: use.command,
    exit_code: exitCode ?? 0,
    terminal_status: "completed",
    output: text,
    truncated: false,
  });
}
