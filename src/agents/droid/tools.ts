/** Droid's tools in the shared vocabulary. Names and arguments as 0.225.2 declares them to its model. */
import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  TextEdit,
  TodoItem,
  ToolCallPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly, present } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const text = (key: string) => string(input[key]);
  const path = text("file_path");
  switch (name) {
    case "Execute":
      return executeUse(input);
    case "Read":
      return path === undefined ? null : readUse(path, input);
    case "Create": {
      const content = text("content");
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "Edit":
      return editUse(path, input);
    case "ApplyPatch": {
      const patch = text("input") ?? text("patch");
      return patch === undefined ? null : { tool: "patch", patch };
    }
    case "Grep":
      return searchUse(input);
    case "Glob":
      return globUse(input);
    case "LS":
      return hasOnly(input, ["directory_path"])
        ? { tool: "list", path: text("directory_path") ?? "." }
        : null;
    case "FetchUrl": {
      const url = text("url");
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "WebSearch": {
      const query = text("query");
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "TodoWrite":
      return todoUse(input.todos);
    case "Task":
      return subagentUse(input);
    default:
      return mcpUse(name, input);
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  const seconds = number(input.timeout);
  if (command === undefined || input.fireAndForget === true) return null;
  return {
    tool: "execute",
    command,
    ...(seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) }),
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

function editUse(path: string | undefined, input: JsonObject): ToolUse | null {
  const old = string(input.old_str);
  const now = string(input.new_str);
  if (path === undefined || old === undefined || now === undefined) return null;
  const all = input.change_all === true ? ({ all: true } as const) : {};
  return { tool: "edit", path, edits: [{ old, new: now, ...all }] };
}

function searchUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  const plain = hasOnly(input, ["pattern", "path", "glob_pattern", "output_mode"]);
  if (pattern === undefined || !plain) return null;
  return {
    tool: "search",
    pattern,
    ...present("path", string(input.path)),
    ...present("glob", string(input.glob_pattern)),
  };
}

function globUse(input: JsonObject): ToolUse | null {
  const [first, ...more] = Array.isArray(input.patterns) ? input.patterns : [input.patterns];
  const pattern = string(first);
  if (pattern === undefined || more.length > 0 || !hasOnly(input, ["patterns", "folder"]))
    return null;
  return { tool: "glob", pattern, ...present("path", string(input.folder)) };
}

/** A list of todos is one text: a line each, "1. [in_progress] What". */
const TODO = /^\s*(?:\d+[.)]|[-*])?\s*\[(pending|in_progress|completed)\]\s*(.*)$/;

function todoUse(todos: Json | undefined): ToolUse | null {
  const text = string(todos);
  if (text === undefined) return null;
  const items: TodoItem[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const [, status, said] = TODO.exec(line) ?? [];
    if (said === undefined) return null;
    if (status !== "pending" && status !== "in_progress" && status !== "completed") return null;
    items.push({ text: said, status });
  }
  return { tool: "todo", items };
}

function subagentUse(input: JsonObject): ToolUse | null {
  const prompt = string(input.prompt);
  if (prompt === undefined) return null;
  return {
    tool: "subagent",
    prompt,
    ...present("description", string(input.description)),
    ...present("type", string(input.subagent_type)),
  };
}

/** MCP tools are called `<server>___<tool>`. */
function mcpUse(name: string, input: Json): ToolUse | null {
  const [, server, tool] = /^(.+?)___(.+)$/.exec(name) ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const command =
        use.cwd === undefined ? use.command : `cd ${shellWord(use.cwd)} && ${use.command}`;
      const timeout = use.timeoutMs === undefined ? undefined : use.timeoutMs / 1000;
      const input = compact({ summary: "Run a shell command", command, timeout });
      return call("Execute", input, use.cwd === undefined);
    }
    case "read":
      return call("Read", compact({ file_path: use.path, offset: use.offset, limit: use.limit }));
    case "write":
      return call("Create", { file_path: use.path, content: use.content });
    case "edit":
      return editCall(use.path, use.edits);
    case "patch":
      return call("ApplyPatch", { input: use.patch });
    case "search":
      return call(
        "Grep",
        compact({ pattern: use.pattern, path: use.path, glob_pattern: use.glob }),
      );
    case "glob":
      return call("Glob", compact({ patterns: [use.pattern], folder: use.path }));
    case "list":
      return call("LS", { directory_path: use.path });
    case "fetch":
      return call("FetchUrl", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("WebSearch", { query: use.query });
    case "todo":
      return call("TodoWrite", {
        todos: use.items.map(({ text, status }, i) => `${i + 1}. [${status}] ${text}`).join("\n"),
      });
    case "subagent":
      return call(
        "Task",
        compact({
          subagent_type: use.type ?? "worker",
          description: use.description ?? "Work on a task",
          prompt: use.prompt,
        }),
        use.type !== undefined && use.description !== undefined,
      );
    case "mcp":
      return isObject(use.input) ? call(`${use.server}___${use.name}`, use.input) : null;
    case "view-image":
      return call("Read", { file_path: use.path });
    case "ask":
    case "notebook-edit":
      return null;
  }
}

/** Edit takes one replacement. What is called MultiEdit is sent to the model as Edit. */
function editCall(path: string, edits: readonly TextEdit[]): Native | null {
  const [first, ...more] = edits;
  if (!first || more.length > 0) return null;
  const all = first.all === true ? true : undefined;
  const input = compact({
    file_path: path,
    old_str: first.old,
    new_str: first.new,
    change_all: all,
  });
  return { name: "Edit", input, exact: true };
}

/** The narrowest of the APIs behind it wants this form. */
function accepts(call: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(call.name) && isObject(call.input);
}

export const tools: Tools = { toNative, accepts };
