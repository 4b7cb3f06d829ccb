/**
 * Maps Qwen Code's tools to the shared vocabulary. Schemas as 0.24.4 declares them to its model.
 */

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
  patternUse,
  present,
  replaceUse,
  todoUse,
  withText,
} from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.file_path);
  switch (name) {
    case "run_shell_command":
      return executeUse(input);
    case "read_file":
      return path === undefined || !hasOnly(input, ["file_path", "offset", "limit"])
        ? null
        : readUse(path, input);
    case "write_file": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "edit":
      return path === undefined
        ? null
        : replaceUse(path, [input.old_string, input.new_string, input.replace_all]);
    case "notebook_edit": {
      const notebook = string(input.notebook_path);
      return notebook === undefined ? null : { tool: "notebook-edit", path: notebook, input };
    }
    case "grep_search":
      return hasOnly(input, ["pattern", "path", "glob"]) ? patternUse("search", input) : null;
    case "glob":
      return hasOnly(input, ["pattern", "path"]) ? patternUse("glob", input) : null;
    case "list_directory": {
      const folder = hasOnly(input, ["path"]) ? string(input.path) : undefined;
      return folder === undefined ? null : { tool: "list", path: folder };
    }
    case "todo_write":
      return todoUse(input.todos, "content");
    case "ask_user_question":
      return { tool: "ask", questions: input.questions ?? null };
    // Undeclared tools are called through this one, by name.
    case "tool_call":
      return fromNative(string(input.name) ?? "", input.arguments ?? null);
    default:
      return otherUse(name, input);
  }
}

function otherUse(name: string, input: JsonObject): ToolUse | null {
  switch (name) {
    case "web_fetch": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url, ...present("prompt", input.prompt) };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    // Up to 0.1x, the tool was called task.
    case "agent":
    case "task":
      return subagentUse(input);
    default:
      return mcpUse(name, input);
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  const timeoutMs = number(input.timeout);
  if (command === undefined || input.is_background === true) return null;
  return {
    tool: "execute",
    command,
    ...present("cwd", input.directory),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function readUse(path: string, input: JsonObject): ToolUse {
  const offset = number(input.offset);
  const limit = number(input.limit);
  return {
    tool: "read",
    path,
    // Counted from 0 here.
    ...(offset === undefined ? {} : { offset: offset + 1 }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function subagentUse(input: JsonObject): ToolUse | null {
  const prompt = string(input.prompt);
  if (prompt === undefined) return null;
  const type = present("type", input.subagent_type);
  return { tool: "subagent", prompt, ...present("description", input.description), ...type };
}

function toNative(use: ToolUse): { name: string; input: Json; exact: boolean } | null {
  const call = (name: string, input: JsonObject, exact = true) => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const { command, timeoutMs: timeout, cwd: directory } = use;
      return call("run_shell_command", compact({ command, timeout, directory }));
    }
    case "read": {
      const offset = use.offset === undefined ? undefined : Math.max(0, use.offset - 1);
      return call("read_file", compact({ file_path: use.path, offset, limit: use.limit }));
    }
    case "write":
      return call("write_file", { file_path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "search":
      return call("grep_search", compact({ pattern: use.pattern, path: use.path, glob: use.glob }));
    case "glob":
      return call("glob", compact({ pattern: use.pattern, path: use.path }));
    case "list":
      return call("run_shell_command", { command: `ls ${shellWord(use.path)}` }, false);
    case "fetch":
      return call(
        "web_fetch",
        { url: use.url, prompt: use.prompt ?? "" },
        use.prompt !== undefined,
      );
    case "todo":
      return call("todo_write", { todos: todos(use.items) });
    case "subagent": {
      const { description, type: subagent_type, prompt } = use;
      return call("agent", compact({ description, subagent_type, prompt }));
    }
    case "ask":
      return call("ask_user_question", { questions: use.questions });
    case "mcp":
      return mcpCall(use);
    // read_file also shows images.
    case "view-image":
      return call("read_file", { file_path: use.path });
    case "notebook-edit":
      return isObject(use.input) ? call("notebook_edit", use.input) : null;
    case "web-search":
    case "patch":
      return null;
  }
}

function todos(items: readonly TodoItem[]): JsonObject[] {
  return items.map(({ text: content, status }, i) => ({ id: String(i + 1), content, status }));
}

/** One replacement per call: several have no native form. */
function editCall(use: ToolUse & { tool: "edit" }): ReturnType<typeof toNative> {
  const [edit, ...more] = use.edits;
  if (!edit || more.length > 0) return null;
  const input = compact({
    file_path: use.path,
    old_string: edit.old,
    new_string: edit.new,
    replace_all: edit.all,
  });
  return { name: "edit", input, exact: true };
}

// Chat Completions: this form of name, and an object as arguments.
function accepts(call: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(call.name) && isObject(call.input);
}

export const tools: Tools = { toNative, accepts };

const NONE = "(none)";
const EMPTY = "(empty)";

/** The rest of a command's report, after the line of the command itself. */
const REPORT =
  /^Directory: [^\n]*\nOutput: ([\s\S]*)\nError: \(none\)\nExit Code: (\d+)\nSignal: \(none\)\nProcess Group PGID: (?:\(none\)|\d+)$/;

/** A native result in the shared form: a command's output without the report around it. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const [first, ...rest] = result.content;
  const isPlain = first?.kind !== "text" || rest.some(({ kind }) => kind !== "other");
  if (rest.length === 0 || isPlain) return parsePlain(use, result);
  const parsed = parsePlain(use, { ...result, content: [first] });
  return { ...parsed, content: [...parsed.content, ...rest] };
}

function parsePlain(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const report = use?.tool === "execute" ? onlyText(result) : undefined;
  if (report === undefined || use?.tool !== "execute") return result;
  const head = `Command: ${use.command}\n`;
  const [, output, code] =
    (report.startsWith(head) && REPORT.exec(report.slice(head.length))) || [];
  if (output === undefined) return result;
  const plain = withText(result, output === EMPTY ? "" : output);
  // Success need not be mentioned.
  if (code === "0" && !result.isError) {
    const { exitCode: _, ...rest } = plain;
    return rest;
  }
  return { ...plain, exitCode: Number(code) };
}

/** The inverse of `parseResult`; a failure without an exit code stays unchanged. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const output = use?.tool === "execute" ? onlyText(result) : undefined;
  if (output === undefined || use?.tool !== "execute") return result;
  if (result.isError && result.exitCode === undefined) return result;
  const code = result.exitCode ?? 0;
  const report = [
    `Command: ${use.command}`,
    `Directory: ${use.cwd ?? "(root)"}`,
    `Output: ${output === "" ? EMPTY : output}`,
    `Error: ${NONE}`,
    `Exit Code: ${code}`,
    `Signal: ${NONE}`,
    `Process Group PGID: ${NONE}`,
  ];
  return { ...withText(result, report.join("\n")), isError: code !== 0 };
}

export function onlyText({ content }: ToolResultPart): string | undefined {
  const [first] = content;
  if (first === undefined) return "";
  return content.length === 1 && first.kind === "text" ? first.text : undefined;
}
