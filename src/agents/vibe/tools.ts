/** Mistral Vibe's tools in the shared vocabulary. Schemas as 3.0.2 declares them to its model; 2.x has `file_path` for `path`. */

import { parseValue } from "../../lossless/json-text.ts";
import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  TodoItem,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import {
  hasOnly,
  mcpCall,
  mcpUse,
  onlyText,
  patternUse,
  replaceUse,
  todoUse,
  withText,
} from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path) ?? string(input.file_path);
  switch (name) {
    case "bash":
      return executeUse(input);
    case "read_file":
      return path === undefined ? null : readUse(path, input);
    case "write_file": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "edit":
      return path === undefined
        ? null
        : replaceUse(path, [input.old_string, input.new_string, input.replace_all]);
    case "grep":
      return hasOnly(input, ["pattern", "path"]) ? patternUse("search", input) : null;
    case "todo":
      return input.action === "write" ? todosIn(input.todos) : null;
    case "web_fetch": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "task": {
      const prompt = string(input.task);
      return prompt === undefined ? null : { tool: "subagent", prompt };
    }
    default:
      return mcpUse(name, input);
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  const seconds = number(input.timeout_seconds) ?? number(input.timeout);
  if (command === undefined) return null;
  const timeout = seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) };
  return { tool: "execute", command, ...timeout };
}

/** It counts lines from 0. */
function readUse(path: string, input: JsonObject): ToolUse | null {
  const [offset, limit] = [number(input.offset), number(input.limit)];
  if (offset !== undefined && offset < 0) return null;
  return {
    tool: "read",
    path,
    ...(offset === undefined ? {} : { offset: offset + 1 }),
    ...(limit === undefined ? {} : { limit }),
  };
}

const STATUS: { readonly [native: string]: TodoItem["status"] } = {
  pending: "pending",
  in_progress: "in_progress",
  completed: "completed",
  cancelled: "completed",
};

function todosIn(todos: Json | undefined): ToolUse | null {
  return todoUse(todos, "content", STATUS);
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: Json, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute":
      return shellCall(use);
    case "read": {
      const { path, offset, limit } = use;
      const start = offset === undefined ? undefined : Math.max(0, offset - 1);
      const exact = offset === undefined || offset > 0;
      return call("read_file", compact({ path, offset: start, limit }), exact);
    }
    case "write":
      return call("write_file", { path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "list":
      return call("bash", { command: `ls ${shellWord(use.path)}` }, false);
    case "todo":
      return call("todo", { action: "write", todos: use.items.map(printTodo) });
    case "mcp":
      return mcpCall(use);
    case "search":
    case "glob":
    case "fetch":
    case "web-search":
    case "subagent":
    case "ask":
    case "view-image":
    case "patch":
    case "notebook-edit":
      return null;
  }
}

/** Commands run in the session's folder. */
function shellCall({ command, cwd, timeoutMs }: ToolUse & { tool: "execute" }): Native {
  const timeout = timeoutMs === undefined ? undefined : Math.max(1, Math.ceil(timeoutMs / 1000));
  const isExact = timeoutMs === undefined || timeout === timeoutMs / 1000;
  const there = cwd === undefined ? command : `cd ${shellWord(cwd)} && ${command}`;
  const input = compact({ command: there, timeout_seconds: timeout });
  return { name: "bash", input, exact: isExact && cwd === undefined };
}

/** It replaces one text a call. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [edit, ...more] = edits;
  if (edit === undefined || more.length > 0) return null;
  const { old, new: now, all } = edit;
  const input = { file_path: path, old_string: old, new_string: now, replace_all: all };
  return { name: "edit", input: compact(input), exact: true };
}

function printTodo({ text, status }: TodoItem, at: number): JsonObject {
  return { id: String(at + 1), content: text, status, priority: "medium" };
}

/** Chat Completions: this form of name, and an object as arguments. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

const FAILED = /^<tool_error>([\s\S]*)<\/tool_error>$/;
const STOPPED = /^<user_cancellation>[\s\S]*<\/user_cancellation>$/;
/** Of 3.x. */
const ERROR = '{"result":{"type":"error",';
const CODE = /^Return code: (-?\d+)\n?/;
/** Of a command that failed in 2.x. */
const OLD_CODE = /^bash failed: Command failed: [\s\S]*?\nReturn code: (-?\d+)\n/;

/**
 * A result in the shared form. 2.x says with tags that a tool failed; 3.x says so beside the text,
 * which is JSON, and tells a command's exit code in that.
 */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (text === undefined) return result;
  const [, failed] = FAILED.exec(text) ?? [];
  if (failed === undefined) return isTold(use, text, { ...result, isError: marked(result, text) });
  if (use?.tool !== "execute") return { ...withText(result, failed), isError: true };
  const [head, code] = CODE.exec(failed) ?? [];
  if (head !== undefined) {
    const output = withText(result, failed.slice(head.length));
    return { ...output, isError: true, exitCode: Number(code) };
  }
  const [, old] = OLD_CODE.exec(failed) ?? [];
  const exitCode = old === undefined ? {} : { exitCode: Number(old) };
  return { ...withText(result, failed), isError: true, ...exitCode };
}

function marked({ isError }: ToolResultPart, text: string): boolean {
  return isError || STOPPED.test(text) || text.startsWith(ERROR);
}

/** The exit code of a command of 3.x. */
function isTold(use: ToolUse | null, text: string, result: ToolResultPart): ToolResultPart {
  if (use?.tool !== "execute" || !text.startsWith('{"command":')) return result;
  const told = parseValue(text);
  const code = isObject(told) ? number(told.returncode) : undefined;
  return code === undefined || code === 0 ? result : { ...result, isError: true, exitCode: code };
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  const { isError, exitCode } = result;
  if (text === undefined || !isError || isOwn(text)) return result;
  const code = use?.tool === "execute" && exitCode !== undefined ? exitCode : undefined;
  const head = code === undefined || OLD_CODE.test(text) ? "" : `Return code: ${code}\n`;
  return withText(result, `<tool_error>${head}${text}</tool_error>`);
}

/** Does the text say by itself that the tool failed, as those of 3.x do? */
function isOwn(text: string): boolean {
  return STOPPED.test(text) || text.startsWith(ERROR) || text.startsWith('{"command":');
}
