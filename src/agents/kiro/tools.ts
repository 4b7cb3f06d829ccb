/** Kiro's tools in the shared vocabulary: those of Kiro CLI 2, and of version 1 and the Amazon Q Developer CLI. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject, ToolCallPart, ToolUse } from "../../session/types.ts";
import { hasOnly, mcpUse, patternUse, present, replaceUse, todoUse } from "../shared/tools.ts";
import { newerUse } from "./newer-tools.ts";

/** What a call is for, in words that the screen shows. */
const PURPOSE = "__tool_use_purpose";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, given: Json): ToolUse | null {
  if (!isObject(given)) return null;
  const { [PURPOSE]: _, ...input } = given;
  switch (name) {
    case "shell":
    case "execute_bash":
    case "execute_cmd":
    case "executeCmd":
      return executeUse(input);
    case "read":
    case "fs_read":
    case "fsRead":
      return readUse(input);
    case "write":
    case "fs_write":
    case "fsWrite":
      return writeUse(input) ?? newerUse(name, input);
    case "grep":
      return grepUse(input);
    case "glob":
      return hasOnly(input, ["pattern", "path"]) ? patternUse("glob", input) : null;
    case "web_fetch": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "task":
    case "todo":
    case "todo_list":
      return taskUse(input);
    default:
      return newerUse(name, input) ?? mcpUse(name, input);
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  return command === undefined
    ? null
    : { tool: "execute", command, ...present("cwd", input.working_dir ?? input.cwd) };
}

/** Several at once have no equivalent. */
function readUse(input: JsonObject): ToolUse | null {
  const operations = array(input.operations ?? input.ops);
  const [only, ...more] = operations;
  if (more.length > 0 || !isObject(only)) return null;
  const path = string(only.path);
  switch (only.mode ?? "Line") {
    case "Line":
      return path === undefined ? null : linesUse(path, only);
    case "Directory":
      return path === undefined ? null : { tool: "list", path };
    case "Image": {
      const [image, ...others] = array(only.image_paths);
      return typeof image === "string" && others.length === 0
        ? { tool: "view-image", path: image }
        : null;
    }
    default:
      return null;
  }
}

/** Lines are skipped by `offset`; version 1 names the first and the last one. */
function linesUse(path: string, { offset, limit, start_line, end_line }: JsonObject): ToolUse {
  const first = number(start_line);
  const last = number(end_line);
  if (first === undefined && last === undefined) {
    const skipped = number(offset);
    const most = number(limit);
    const from = skipped === undefined ? {} : { offset: skipped + 1 };
    return { tool: "read", path, ...from, ...(most === undefined ? {} : { limit: most }) };
  }
  const isPlain = (first ?? 1) > 0 && (last ?? 1) >= (first ?? 1);
  if (!isPlain) return { tool: "read", path };
  const from = first === undefined ? {} : { offset: first };
  const most = last === undefined ? {} : { limit: last - (first ?? 1) + 1 };
  return { tool: "read", path, ...from, ...most };
}

function writeUse(input: JsonObject): ToolUse | null {
  const path = string(input.path);
  if (path === undefined) return null;
  switch (input.command) {
    case "create": {
      const content = string(input.content) ?? string(input.file_text);
      return content === undefined ? null : { tool: "write", path, content };
    }
    case "strReplace":
    case "str_replace": {
      const texts = [input.oldStr ?? input.old_str, input.newStr ?? input.new_str] as const;
      return replaceUse(path, [...texts, input.replaceAll ?? input.replace_all]);
    }
    default:
      return null;
  }
}

function grepUse(input: JsonObject): ToolUse | null {
  const { include, ...rest } = input;
  if (!hasOnly(rest, ["pattern", "path"])) return null;
  return patternUse("search", compact({ ...rest, glob: include }));
}

/** A new list: what is done to it later names its entries by numbers. */
function taskUse(input: JsonObject): ToolUse | null {
  if (input.command !== "create") return null;
  const items = array(input.tasks).map((task): Json => {
    const text = typeof task === "string" ? task : (member(task, "task_description") ?? null);
    return { text, status: "pending" };
  });
  return items.length === 0 ? null : todoUse(items, "text");
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  const reading = (operation: JsonObject): Native => call("read", { operations: [operation] });
  switch (use.tool) {
    case "execute": {
      const { command, cwd, timeoutMs } = use;
      return call("shell", compact({ command, working_dir: cwd }), timeoutMs === undefined);
    }
    case "read": {
      const offset = use.offset === undefined ? undefined : Math.max(0, use.offset - 1);
      return reading(compact({ mode: "Line", path: use.path, limit: use.limit, offset }));
    }
    case "list":
      return reading({ mode: "Directory", path: use.path });
    case "view-image":
      return reading({ mode: "Image", image_paths: [use.path] });
    case "write":
      return call("write", { command: "create", path: use.path, content: use.content });
    case "edit": {
      const [edit, ...more] = use.edits;
      if (edit === undefined || more.length > 0) return null;
      const texts = { oldStr: edit.old, newStr: edit.new, replaceAll: edit.all };
      return call("write", compact({ command: "strReplace", path: use.path, ...texts }));
    }
    case "search":
      return call("grep", compact({ pattern: use.pattern, path: use.path, include: use.glob }));
    case "glob":
      return call("glob", compact({ pattern: use.pattern, path: use.path }));
    case "fetch":
      return call("web_fetch", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("web_search", { query: use.query });
    case "ask":
    case "mcp":
    case "notebook-edit":
    case "patch":
    case "subagent":
    case "todo":
      return null;
  }
}

/** As Bedrock's API takes them. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

/**
 * A call as the CLI notes it beside the result, for its screen: without it, the call is shown as
 * cancelled. null for a tool that is not its own.
 */
export function builtIn(name: string, input: Json): JsonObject | null {
  const kind = builtInKind(name, input);
  const purpose = string(member(input, PURPOSE)) ?? null;
  return kind === null ? null : { tool_use_purpose: purpose, kind: { BuiltIn: kind } };
}

function builtInKind(name: string, given: Json): JsonObject | null {
  if (!isObject(given)) return null;
  const { [PURPOSE]: _, ...input } = given;
  switch (name) {
    case "shell":
      if (typeof input.command !== "string") return null;
      return { ExecuteCmd: { working_dir: null, ...input } };
    case "read": {
      const operations = array(input.operations).map(builtInRead);
      return operations.length === 0 || operations.includes(null)
        ? null
        : { FileRead: { operations } };
    }
    case "write":
      return writeUse(input) === null ? null : { FileWrite: input };
    default:
      return null;
  }
}

function builtInRead(operation: Json): Json {
  const { mode, path, image_paths: paths } = isObject(operation) ? operation : {};
  const option = (key: string) => member(operation, key) ?? null;
  if (mode === "Image") return Array.isArray(paths) ? { mode, paths } : null;
  if (typeof path !== "string") return null;
  if (mode === "Line") return { mode, path, limit: option("limit"), offset: option("offset") };
  if (mode !== "Directory") return null;
  return { mode, path, depth: option("depth"), exclude_patterns: option("exclude_patterns") };
}
