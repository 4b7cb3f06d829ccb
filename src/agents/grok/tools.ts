/** Grok Build's tools in the shared vocabulary. Schemas as 0.2.111 declares them to its models. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  TodoItem,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { patchUse } from "../shared/patch.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  switch (name) {
    case "run_terminal_command":
      return executeUse(input);
    case "read_file":
      return readUse(input);
    case "write": {
      const [path, content] = [string(input.file_path), string(input.content)];
      if (path === undefined || content === undefined) return null;
      return { tool: "write", path, content };
    }
    case "search_replace":
      return editUse(input);
    case "apply_patch":
      return patchUse(string(input.input) ?? string(input.patch));
    case "grep":
      return searchUse(input);
    case "list_dir": {
      const path = string(input.target_directory);
      return path === undefined ? null : { tool: "list", path };
    }
    case "web_fetch": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "web_search": {
      const query = string(input.query);
      const isPlain = only(input, ["query", "allowed_domains"]);
      return query === undefined || !isPlain ? null : { tool: "web-search", query };
    }
    case "todo_write":
      return input.merge === false ? todoUse(input.todos) : null;
    case "spawn_subagent":
      return subagentUse(input);
    case "ask_user_question":
      return input.questions === undefined ? null : { tool: "ask", questions: input.questions };
    case "use_tool":
      return mcpUse(string(input.tool_name), input.tool_input ?? {});
    default:
      return mcpUse(name, input);
  }
}

/** Does a call have no options beyond these, which the shared form can express? */
function only(input: JsonObject, keys: readonly string[]): boolean {
  return Object.entries(input).every(([key, value]) => keys.includes(key) || value === null);
}

function present<K extends string>(key: K, value: Json | undefined): { [key in K]?: string };
function present(key: string, value: Json | undefined): { [key: string]: string } {
  return typeof value === "string" ? { [key]: value } : {};
}

/** What runs on in the background is no plain command. */
function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined || input.background === true) return null;
  const timeoutMs = number(input.timeout);
  return { tool: "execute", command, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/** A negative first line counts from the end, which the shared form cannot say. */
function readUse(input: JsonObject): ToolUse | null {
  const path = string(input.target_file);
  const offset = number(input.offset);
  const limit = number(input.limit);
  if (path === undefined || (offset !== undefined && offset < 1)) return null;
  if (!only(input, ["target_file", "offset", "limit"])) return null;
  return {
    tool: "read",
    path,
    ...(offset === undefined ? {} : { offset }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function editUse(input: JsonObject): ToolUse | null {
  const path = string(input.file_path);
  const [old, now] = [string(input.old_string), string(input.new_string)];
  if (path === undefined || old === undefined || now === undefined) return null;
  const all = input.replace_all === true ? { all: true } : {};
  return { tool: "edit", path, edits: [{ old, new: now, ...all }] };
}

function searchUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern === undefined || !only(input, ["pattern", "path", "glob"])) return null;
  return {
    tool: "search",
    pattern,
    ...present("path", input.path),
    ...present("glob", input.glob),
  };
}

const STATUS: { readonly [native: string]: TodoItem["status"] } = {
  pending: "pending",
  in_progress: "in_progress",
  completed: "completed",
};

/** A list that replaces the one before it; what is merged into another is no list. */
function todoUse(todos: Json | undefined): ToolUse | null {
  const items: TodoItem[] = [];
  for (const todo of array(todos)) {
    const text = string(member(todo, "content"));
    const status = STATUS[string(member(todo, "status")) ?? ""];
    if (text === undefined || status === undefined) return null;
    items.push({ text, status });
  }
  return Array.isArray(todos) ? { tool: "todo", items } : null;
}

function subagentUse(input: JsonObject): ToolUse | null {
  const prompt = string(input.prompt);
  if (prompt === undefined || input.background === true) return null;
  const type = present("type", input.subagent_type);
  return { tool: "subagent", prompt, ...present("description", input.description), ...type };
}

/** `<server>__<tool>`. */
function mcpUse(name: string | undefined, input: Json): ToolUse | null {
  const [, server, tool] = /^(.+?)__(.+)$/.exec(name ?? "") ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

type Native = { name: string; input: Json; exact: boolean };

function call(name: string, input: JsonObject, exact = true): Native {
  return { name, input, exact };
}

function toNative(use: ToolUse): Native | null {
  switch (use.tool) {
    case "execute": {
      const isHere = use.cwd === undefined;
      const command = isHere ? use.command : `cd ${shellWord(use.cwd ?? "")} && ${use.command}`;
      return call("run_terminal_command", compact({ command, timeout: use.timeoutMs }), isHere);
    }
    case "read": {
      const { path, offset, limit } = use;
      const isExact = offset === undefined || offset > 0;
      return call("read_file", compact({ target_file: path, offset, limit }), isExact);
    }
    // It shows images, too.
    case "view-image":
      return call("read_file", { target_file: use.path });
    case "write":
      return call("write", { file_path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "search":
      return call("grep", compact({ pattern: use.pattern, path: use.path, glob: use.glob }));
    case "list":
      return call("list_dir", { target_directory: use.path });
    case "fetch":
      return call("web_fetch", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("web_search", { query: use.query });
    case "todo":
      return call("todo_write", { merge: false, todos: use.items.map(printTodo) });
    case "subagent": {
      const { prompt, description = "A task", type } = use;
      const isExact = use.description !== undefined;
      return call("spawn_subagent", compact({ prompt, description, subagent_type: type }), isExact);
    }
    case "ask":
      return call("ask_user_question", { questions: use.questions });
    case "mcp": {
      if (!isObject(use.input)) return null;
      return call("use_tool", { tool_name: `${use.server}__${use.name}`, tool_input: use.input });
    }
    case "glob":
    case "patch":
    case "notebook-edit":
      return null;
  }
}

function printTodo({ text, status }: TodoItem, n: number): JsonObject {
  return { id: String(n + 1), content: text, status };
}

/** One replacement a call: several have no native form. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [edit, ...more] = edits;
  if (!edit || more.length > 0) return null;
  const input = compact({
    file_path: path,
    old_string: edit.old,
    new_string: edit.new,
    replace_all: edit.all,
  });
  return call("search_replace", input);
}

/** The narrowest of the APIs that it speaks with wants this form of name, and an object. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

/** What run_terminal_command puts before the output. */
const EXIT = /^exit: (-?\d+)(?:\n|$)/;
const ERROR = "Error: ";
/** How tools say that they failed. */
const FAILED = /^(?:error\b|the string to replace was not found|failed to parse arguments)/i;

/** A native result in the shared form: no record says by itself that a call failed. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = firstText(result);
  if (text === undefined) return result;
  const [head, code] = (use?.tool === "execute" && EXIT.exec(text.slice(0, 64))) || [];
  if (head === undefined) return FAILED.test(text) ? { ...result, isError: true } : result;
  const exitCode = Number(code);
  const about = exitCode === 0 ? { exitCode } : { exitCode, isError: true };
  return { ...withText(result, text.slice(head.length)), ...about };
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = firstText(result) ?? "";
  const { exitCode, isError } = result;
  if (use?.tool === "execute" && (exitCode !== undefined || !isError)) {
    return withText(result, `exit: ${exitCode ?? 0}\n${text}`);
  }
  return isError && !FAILED.test(text) ? withText(result, ERROR + text) : result;
}

function firstText({ content }: ToolResultPart): string | undefined {
  const [first] = content;
  if (first === undefined) return "";
  return first.kind === "text" ? first.text : undefined;
}

/** With another text at its beginning. */
function withText(result: ToolResultPart, text: string): ToolResultPart {
  const [first, ...rest] = result.content;
  const others = first?.kind === "text" ? rest : result.content;
  return { ...result, content: text === "" ? others : [{ kind: "text", text }, ...others] };
}
