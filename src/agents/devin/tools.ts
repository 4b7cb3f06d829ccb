/** Devin's tools in the shared vocabulary. README.md in this folder says where each was seen. */
import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
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
  if (!isObject(input)) return null;
  const path = string(input.file_path);
  switch (name) {
    case "exec":
      return executeUse(input);
    case "read":
      return path === undefined ? null : readUse(path, input);
    case "write": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "edit":
      if (path === undefined || !hasOnly(input, EDIT)) return null;
      return replaceUse(path, [input.old_string, input.new_string, input.replace_all]);
    case "grep":
      return grepUse(input);
    default:
      return otherUse(name, input);
  }
}

const EDIT = ["file_path", "old_string", "new_string", "replace_all"];

function otherUse(name: string, input: JsonObject): ToolUse | null {
  switch (name) {
    case "webfetch": {
      const url = string(input.url);
      return url === undefined || !hasOnly(input, ["url"]) ? null : { tool: "fetch", url };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined || !hasOnly(input, ["query"])
        ? null
        : { tool: "web-search", query };
    }
    case "todo_write":
      return hasOnly(input, ["todos"]) ? todoUse(input.todos, "content") : null;
    case "run_subagent": {
      const prompt = string(input.task);
      if (prompt === undefined) return null;
      const type = present("type", input.profile);
      return { tool: "subagent", prompt, ...present("description", input.title), ...type };
    }
    default:
      return null;
  }
}

/** `timeout` counts milliseconds. */
function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined) return null;
  const timeout = number(input.timeout);
  return { tool: "execute", command, ...(timeout === undefined ? {} : { timeoutMs: timeout }) };
}

function readUse(path: string, input: JsonObject): ToolUse | null {
  if (!hasOnly(input, ["file_path", "offset", "limit"])) return null;
  const [offset, limit] = [number(input.offset), number(input.limit)];
  return {
    tool: "read",
    path,
    ...(offset === undefined ? {} : { offset }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function grepUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern === undefined || !hasOnly(input, ["pattern", "path"])) return null;
  return { tool: "search", pattern, ...present("path", input.path) };
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const { command, timeoutMs: timeout, cwd } = use;
      return call("exec", compact({ command, timeout }), cwd === undefined);
    }
    case "read":
      return call(
        "read",
        compact({ file_path: use.path, offset: use.offset, limit: use.limit }),
        // Where it counts from was not seen.
        use.offset === undefined && use.limit === undefined,
      );
    case "write":
      return call("write", { file_path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "search": {
      const { pattern, path, glob } = use;
      return call("grep", compact({ pattern, path }), glob === undefined);
    }
    case "fetch":
      return call("webfetch", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("web_search", { query: use.query });
    case "todo":
      return call("todo_write", {
        todos: use.items.map(({ text: content, status }) => ({ content, status })),
      });
    case "subagent": {
      const { prompt: task, description: title = "Subagent", type: profile } = use;
      const input = compact({ title, task, profile, is_background: false });
      return call("run_subagent", input, use.description !== undefined);
    }
    // The arguments of its tools for these were not seen.
    case "glob":
    case "list":
    case "mcp":
    case "ask":
    case "patch":
    case "view-image":
    case "notebook-edit":
      return null;
  }
}

/** One place of a file a call. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [edit, ...more] = edits;
  if (!edit || more.length > 0) return null;
  const { old, new: now, all } = edit;
  const input = { file_path: path, old_string: old, new_string: now, replace_all: all };
  return { name: "edit", input: compact(input), exact: true };
}

/** The strictest of the APIs that it may speak with wants this form of name, and an object. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

/** `Output from command in shell 4768a1:`, the output, and the exit code. */
const OUTPUT = /^Output from command in shell \S+:\n([\s\S]*)\n\nExit code: (-?\d+)$/;

/** A native result in the shared form: the output of a command, and its exit code. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  const [, output, code] = OUTPUT.exec(text ?? "") ?? [];
  if (output === undefined) return result;
  return { ...withText(result, output), exitCode: Number(code) };
}

/** The inverse of `parseResult`. */
export function printResult(
  use: ToolUse | null,
  result: ToolResultPart,
  shell: string,
): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined || result.exitCode === undefined) return result;
  const output = `Output from command in shell ${shell}:\n${text}`;
  return withText(result, `${output}\n\nExit code: ${result.exitCode}`);
}
