/** The tools of Cursor's agent in the shared vocabulary: those of its CLI, and of its editor. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import type {
  Json,
  JsonObject,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly, onlyText, present, replaceUse, todoUse, withText } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (name === "ApplyPatch" || name === "apply_patch") return patchUse(input);
  if (!isObject(input)) return null;
  const path = pathOf(input);
  switch (name) {
    case "Shell":
    case "run_terminal_cmd":
    case "run_terminal_command_v2":
      return executeUse(input);
    case "Read":
    case "ReadFile":
    case "read_file":
    case "read_file_v2":
      return path === undefined ? null : readUse(path, input);
    case "Write":
    case "write":
      return writeUse(path, input);
    case "StrReplace":
    case "search_replace":
      if (path === undefined) return null;
      return replaceUse(path, [input.old_string, input.new_string, input.replace_all]);
    case "Grep":
    case "grep":
    case "grep_search":
    case "ripgrep_raw_search":
      return searchUse(input);
    case "Glob":
    case "glob_file_search":
      return globUse(input);
    case "LS":
    case "list_dir":
      return path !== undefined && hasOnly(input, PATHS) ? { tool: "list", path } : null;
    case "TodoWrite":
    case "todo_write":
      return input.merge === true ? null : todoUse(input.todos, "content");
    case "WebSearch":
    case "web_search":
      return queryUse(input);
    case "WebFetch":
    case "web_fetch":
      return typeof input.url === "string" ? { tool: "fetch", url: input.url } : null;
    case "Task":
      return taskUse(input);
    case "AskQuestion":
      return Array.isArray(input.questions) ? { tool: "ask", questions: input.questions } : null;
    case "CallMcpTool":
      return mcpUse(input);
    default:
      return null;
  }
}

const PATHS = ["path", "target_directory", "relative_workspace_path", "targetDirectory"];

function pathOf(input: JsonObject): string | undefined {
  return (
    string(input.path) ??
    string(input.target_file) ??
    string(input.targetFile) ??
    string(input.file_path) ??
    string(input.target_directory) ??
    string(input.targetDirectory) ??
    string(input.relative_workspace_path)
  );
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined || input.is_background === true) return null;
  const timeoutMs = number(input.block_until_ms) ?? number(input.timeout);
  return {
    tool: "execute",
    command,
    ...present("cwd", input.working_directory ?? input.cwd),
    ...(timeoutMs === undefined || timeoutMs <= 0 ? {} : { timeoutMs: Math.round(timeoutMs) }),
  };
}

function readUse(path: string, input: JsonObject): ToolUse {
  const offset = number(input.offset);
  const limit = number(input.limit);
  return {
    tool: "read",
    path,
    ...(offset === undefined ? {} : { offset }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function writeUse(path: string | undefined, input: JsonObject): ToolUse | null {
  const content = string(input.contents) ?? string(input.content);
  return path === undefined || content === undefined ? null : { tool: "write", path, content };
}

function searchUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern === undefined || !hasOnly(input, ["pattern", "path", "glob"])) return null;
  return {
    tool: "search",
    pattern,
    ...present("path", input.path),
    ...present("glob", input.glob),
  };
}

function globUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.glob_pattern) ?? string(input.globPattern) ?? string(input.pattern);
  if (pattern === undefined) return null;
  const path =
    string(input.target_directory) ?? string(input.targetDirectory) ?? string(input.path);
  return { tool: "glob", pattern, ...present("path", path) };
}

function queryUse(input: JsonObject): ToolUse | null {
  const query = string(input.search_term) ?? string(input.query);
  return query === undefined ? null : { tool: "web-search", query };
}

function taskUse(input: JsonObject): ToolUse | null {
  const prompt = string(input.prompt);
  if (prompt === undefined) return null;
  return {
    tool: "subagent",
    prompt,
    ...present("description", input.description),
    ...present("type", input.subagent_type),
  };
}

function mcpUse(input: JsonObject): ToolUse | null {
  const [server, name] = [string(input.server), string(input.toolName)];
  if (server === undefined || name === undefined) return null;
  return { tool: "mcp", server, name, input: input.arguments ?? {} };
}

function patchUse(input: Json): ToolUse | null {
  const patch = string(input) ?? string(member(input, "patch")) ?? string(member(input, "input"));
  return patch === undefined ? null : { tool: "patch", patch };
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const { command, cwd, timeoutMs } = use;
      const input = { command, working_directory: cwd, block_until_ms: timeoutMs };
      return call("Shell", compact(input));
    }
    case "read":
      return call("Read", compact({ path: use.path, offset: use.offset, limit: use.limit }));
    case "write":
      return call("Write", { path: use.path, contents: use.content });
    case "edit":
      return editCall(use);
    case "patch":
      return { name: "ApplyPatch", input: use.patch, exact: true };
    case "search":
      return call("Grep", compact({ pattern: use.pattern, path: use.path, glob: use.glob }));
    case "glob":
      return call("Glob", compact({ target_directory: use.path, glob_pattern: use.pattern }));
    case "list":
      return call("LS", { target_directory: use.path });
    case "todo":
      return call("TodoWrite", {
        todos: use.items.map(({ text, status }, n) => ({ id: `${n + 1}`, content: text, status })),
        merge: false,
      });
    case "web-search":
      return call("WebSearch", { search_term: use.query });
    case "fetch":
      return call("WebFetch", { url: use.url }, use.prompt === undefined);
    case "subagent": {
      const { description, prompt, type } = use;
      return call("Task", compact({ description, prompt, subagent_type: type }));
    }
    case "mcp": {
      const { server, name, input } = use;
      return isObject(input)
        ? call("CallMcpTool", { server, toolName: name, arguments: input })
        : null;
    }
    case "ask":
      return call("AskQuestion", { questions: array(use.questions) }, Array.isArray(use.questions));
    case "view-image":
      return call("Read", { path: use.path }, false);
    case "notebook-edit":
      return null;
  }
}

/** One place of a file a call. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [edit, ...more] = edits;
  if (!edit || more.length > 0) return null;
  const input = { path, old_string: edit.old, new_string: edit.new, replace_all: edit.all };
  return { name: "StrReplace", input: compact(input), exact: true };
}

/** The strictest of the APIs that it speaks with wants this form of name, and an object. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && (isObject(input) || name === "ApplyPatch");
}

export const tools: Tools = { toNative, accepts };

const SAID = /^Exit code: (-?\d+)(?:\n\nCommand output:\n\n```\n([\s\S]*)\n```)?$/;

/** A native result in the shared form: the words that Cursor puts around a command's output are taken off. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  const [whole, code, output = ""] = SAID.exec(text ?? "") ?? [];
  if (whole === undefined) return result;
  const exitCode = Number(code);
  return { ...withText(result, output), isError: result.isError || exitCode !== 0, exitCode };
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  const { exitCode, isError } = result;
  if (text === undefined || exitCode === undefined || isError !== (exitCode !== 0)) return result;
  const output = text === "" ? "" : `\n\nCommand output:\n\n\`\`\`\n${text}\n\`\`\``;
  return { ...withText(result, `Exit code: ${exitCode}${output}`), isError };
}
