/**
 * Amp's tools in the shared vocabulary: names and arguments as 0.0.1767830505 declares them to its model
 * [source], and those of later versions (`shell_command`, `apply_patch`; 0.0.1790142911 [run]).
 */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, number, string } from "../../session/json.ts";
import type { Json, JsonObject, ToolCallPart, ToolUse } from "../../session/types.ts";
import {
  hasOnly,
  mcpCall,
  mcpUse,
  patternUse,
  present,
  replaceUse,
  todoUse,
} from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "Bash":
      return executeUse(input.cmd, input.cwd);
    case "shell_command":
      return executeUse(input.command, input.workdir);
    case "Read":
      return path === undefined ? null : readUse(path, input);
    case "create_file": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "edit_file":
      return path === undefined
        ? null
        : replaceUse(path, [input.old_str, input.new_str, input.replace_all]);
    case "apply_patch": {
      const patch = string(input.patchText);
      return patch === undefined ? null : { tool: "patch", patch };
    }
    case "Grep":
      return hasOnly(input, ["pattern", "path", "glob"]) ? patternUse("search", input) : null;
    case "glob": {
      const pattern = string(input.filePattern);
      const isPlain = hasOnly(input, ["filePattern"]);
      return pattern === undefined || !isPlain ? null : { tool: "glob", pattern };
    }
    default:
      return furtherUse(name, input);
  }
}

function furtherUse(name: string, input: JsonObject): ToolUse | null {
  switch (name) {
    case "read_web_page": {
      const url = string(input.url);
      return url === undefined
        ? null
        : { tool: "fetch", url, ...present("prompt", input.objective) };
    }
    case "web_search": {
      const query = string(input.objective) ?? string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "todo_write":
      return todoUse(input.todos, "content", STATUS);
    case "Task": {
      const prompt = string(input.prompt);
      if (prompt === undefined) return null;
      return { tool: "subagent", prompt, ...present("description", input.description) };
    }
    default:
      return mcpUse(name, input);
  }
}

const STATUS = { todo: "pending", "in-progress": "in_progress", completed: "completed" } as const;
const NATIVE_STATUS = {
  pending: "todo",
  in_progress: "in-progress",
  completed: "completed",
} as const;

function executeUse(command: Json | undefined, cwd: Json | undefined): ToolUse | null {
  if (typeof command !== "string") return null;
  return { tool: "execute", command, ...present("cwd", cwd) };
}

/** `read_range`: the first and the last line. */
function readUse(path: string, input: JsonObject): ToolUse {
  const [first, last] = array(input.read_range).map(number);
  if (first === undefined || last === undefined || last < first) return { tool: "read", path };
  return { tool: "read", path, offset: first, limit: last - first + 1 };
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute":
      return call("Bash", compact({ cmd: use.command, cwd: use.cwd }), use.timeoutMs === undefined);
    case "read": {
      const { path, offset, limit } = use;
      const from = offset ?? 1;
      if (limit !== undefined) return call("Read", { path, read_range: [from, from + limit - 1] });
      return call("Read", { path }, offset === undefined);
    }
    case "write":
      return call("create_file", { path: use.path, content: use.content });
    case "edit": {
      const [first, ...more] = use.edits;
      if (first === undefined || more.length > 0) return null;
      const { old, new: now, all } = first;
      const input = { path: use.path, old_str: old, new_str: now, replace_all: all };
      return call("edit_file", compact(input));
    }
    case "patch":
      return call("apply_patch", { patchText: use.patch });
    case "search":
      return call("Grep", compact({ pattern: use.pattern, path: use.path, glob: use.glob }));
    case "glob":
      return call("glob", { filePattern: use.pattern }, use.path === undefined);
    case "fetch":
      return call("read_web_page", compact({ url: use.url, objective: use.prompt }));
    case "web-search":
      return call("web_search", { objective: use.query });
    case "todo": {
      const todos = use.items.map(({ text, status }, n) => ({
        id: String(n + 1),
        content: text,
        status: NATIVE_STATUS[status],
      }));
      return call("todo_write", { todos });
    }
    case "subagent":
      return call("Task", { prompt: use.prompt, description: use.description ?? "" }, false);
    case "mcp":
      return mcpCall(use);
    // Without an equivalent tool, a call keeps its own name.
    default:
      return null;
  }
}

function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };
