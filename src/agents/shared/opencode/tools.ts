/**
 * Maps OpenCode's built-in tools to the shared vocabulary, as 1.18.33 declares them to its model.
 */

import type { Tools } from "../../../session/codec.ts";
import { compact, isObject, member, number, object, string } from "../../../session/json.ts";
import type {
  Json,
  JsonObject,
  TextEdit,
  TodoItem,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../../session/types.ts";
import { hasOnly, mcpCall, todoUse } from "../tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  switch (name) {
    case "bash":
      return executeUse(input);
    case "read":
      return readUse(input);
    case "write":
      return writeUse(input);
    case "edit":
      return editUse(input);
    case "apply_patch": {
      const patch = hasOnly(input, ["patchText"]) ? string(input.patchText) : undefined;
      return patch === undefined ? null : { tool: "patch", patch };
    }
    case "grep":
      return searchUse(input);
    case "glob": {
      const pattern = hasOnly(input, ["pattern", "path"]) ? string(input.pattern) : undefined;
      return pattern === undefined
        ? null
        : { tool: "glob", pattern, ...present("path", string(input.path)) };
    }
    case "list": {
      const path = hasOnly(input, ["path"]) ? string(input.path) : undefined;
      return path === undefined ? null : { tool: "list", path };
    }
    case "webfetch": {
      const url = hasOnly(input, ["url", "format"]) ? string(input.url) : undefined;
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "websearch": {
      const query = hasOnly(input, ["query"]) ? string(input.query) : undefined;
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "todowrite":
      return todoUse(input.todos, "content", STATUS);
    case "task":
      return taskUse(input);
    case "question":
      return hasOnly(input, ["questions"]) && input.questions !== undefined
        ? { tool: "ask", questions: input.questions }
        : null;
    default:
      return mcpUse(name, input);
  }
}

/**
 * MCP tools are named `<server>_<tool>`, which any name could be: only other agents' form is
 * certain.
 */
function mcpUse(name: string, input: JsonObject): ToolUse | null {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

function present<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V };
function present<V>(key: string, value: V | undefined): { [key: string]: V } {
  return value === undefined ? {} : { [key]: value };
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined || !hasOnly(input, ["command", "description", "timeout", "workdir"])) {
    return null;
  }
  return {
    tool: "execute",
    command,
    ...present("cwd", string(input.workdir)),
    ...present("timeoutMs", number(input.timeout)),
  };
}

function readUse(input: JsonObject): ToolUse | null {
  const path = string(input.filePath);
  if (path === undefined) return null;
  return {
    tool: "read",
    path,
    ...present("offset", number(input.offset)),
    ...present("limit", number(input.limit)),
  };
}

function writeUse(input: JsonObject): ToolUse | null {
  const path = string(input.filePath);
  const content = string(input.content);
  return path === undefined || content === undefined ? null : { tool: "write", path, content };
}

function editUse(input: JsonObject): ToolUse | null {
  const path = string(input.filePath);
  const old = string(input.oldString);
  const now = string(input.newString);
  if (path === undefined || old === undefined || now === undefined) return null;
  const edit: TextEdit = { old, new: now, ...(input.replaceAll === true ? { all: true } : {}) };
  return { tool: "edit", path, edits: [edit] };
}

function searchUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern === undefined || !hasOnly(input, ["pattern", "path", "include"])) return null;
  return {
    tool: "search",
    pattern,
    ...present("path", string(input.path)),
    ...present("glob", string(input.include)),
  };
}

const STATUS: { [status: string]: TodoItem["status"] } = {
  pending: "pending",
  in_progress: "in_progress",
  completed: "completed",
};

function taskUse(input: JsonObject): ToolUse | null {
  const prompt = string(input.prompt);
  if (prompt === undefined || !hasOnly(input, ["description", "prompt", "subagent_type"]))
    return null;
  return {
    tool: "subagent",
    prompt,
    ...present("description", string(input.description)),
    ...present("type", string(input.subagent_type)),
  };
}

function toNative(use: ToolUse): { name: string; input: Json; exact: boolean } | null {
  const call = (name: string, input: JsonObject, exact = true) => ({ name, input, exact });
  switch (use.tool) {
    case "execute":
      return call(
        "bash",
        compact({ command: use.command, timeout: use.timeoutMs, workdir: use.cwd }),
      );
    case "read":
      return call("read", compact({ filePath: use.path, offset: use.offset, limit: use.limit }));
    case "write":
      return call("write", { content: use.content, filePath: use.path });
    case "edit":
      return editCall(use);
    case "patch":
      return call("apply_patch", { patchText: use.patch });
    case "search":
      return call("grep", compact({ pattern: use.pattern, path: use.path, include: use.glob }));
    case "glob":
      return call("glob", compact({ pattern: use.pattern, path: use.path }));
    // read also lists folders.
    case "list":
      return call("read", { filePath: use.path }, false);
    case "fetch":
      return call("webfetch", { url: use.url, format: "markdown" }, use.prompt === undefined);
    case "todo":
      return call("todowrite", {
        todos: use.items.map(({ text, status }) => ({ content: text, status, priority: "medium" })),
      });
    case "subagent":
      return call("task", {
        description: use.description ?? "",
        prompt: use.prompt,
        subagent_type: use.type ?? "general",
      });
    case "mcp":
      return mcpCall(use);
    case "ask":
      return isObject(use.questions) || Array.isArray(use.questions)
        ? call("question", { questions: use.questions })
        : null;
    case "view-image":
      return call("read", { filePath: use.path });
    case "web-search":
      return call("websearch", { query: use.query });
    case "notebook-edit":
      return null;
  }
}

/** One replacement per call: several cannot be one call of this tool. */
function editCall(use: ToolUse & { tool: "edit" }): ReturnType<Tools["toNative"]> {
  const [edit, ...more] = use.edits;
  if (!edit || more.length > 0) return null;
  const { old: oldString, new: newString } = edit;
  const replaceAll = edit.all === true ? true : undefined;
  const input = compact({ filePath: use.path, oldString, newString, replaceAll });
  return { name: "edit", input, exact: true };
}

/** A call keeps its own name; the strictest of the APIs behind it requires this form. */
function accepts(call: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(call.name) && isObject(call.input);
}

export const tools: Tools = { toNative, accepts };

/** What the screen shows beside a call: its title, and facts such as an exit code or a diff. */
export function shownOf(
  use: ToolUse | null,
  result: ToolResultPart,
  output: string,
  root: string,
): { title: string; metadata: JsonObject } {
  switch (use?.tool) {
    case "execute": {
      const exit = result.exitCode ?? (result.isError ? 1 : 0);
      return { title: use.command, metadata: { output, exit, truncated: false } };
    }
    case "read":
      return { title: within(root, use.path), metadata: { truncated: false } };
    case "write":
      return {
        title: within(root, use.path),
        metadata: { diagnostics: {}, filepath: use.path, exists: false, truncated: false },
      };
    case "edit":
      return {
        title: within(root, use.path),
        metadata: { diagnostics: {}, diff: diffOf(use), truncated: false },
      };
    case "todo":
      return { title: `${use.items.length} todos`, metadata: { truncated: false } };
    case "subagent":
      return { title: use.description ?? "", metadata: { truncated: false } };
    default:
      return { title: "", metadata: { truncated: false } };
  }
}

function within(root: string, path: string): string {
  return root !== "" && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

/** The position of the lines in the file is unknown here: they are numbered from 1 on. */
function diffOf({ path, edits }: ToolUse & { tool: "edit" }): string {
  const hunks = edits.map((edit) => {
    const [gone, come] = [linesOf(edit.old), linesOf(edit.new)];
    const head = `@@ -1,${gone.length} +1,${come.length} @@`;
    return [head, ...gone.map((line) => `-${line}`), ...come.map((line) => `+${line}`)].join("\n");
  });
  const rule = "=".repeat(67);
  return `Index: ${path}\n${rule}\n--- ${path}\n+++ ${path}\n${hunks.join("\n")}\n`;
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** The exit code in a result's metadata; the model itself is not sent it. */
export function exitOf(name: string, metadata: Json | undefined): number | undefined {
  return name === "bash" ? number(member(object(metadata), "exit")) : undefined;
}
