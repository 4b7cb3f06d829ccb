/** Hermes's tools in the shared vocabulary, as 0.19.0 declares them to its model. */
import { parseValue } from "../../lossless/json-text.ts";
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import type {
  Json,
  JsonObject,
  TodoItem,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { patchUse } from "../shared/patch.ts";
import { pythonJson } from "../shared/python-json.ts";
import { hasOnly, mcpCall, mcpUse, onlyText, withText } from "../shared/tools.ts";

/** What a native call means; null when the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "terminal":
      return executeUse(input);
    case "read_file":
      return path === undefined || !hasOnly(input, ["path", "offset", "limit"])
        ? null
        : { tool: "read", path, ...count("offset", input.offset), ...count("limit", input.limit) };
    case "write_file": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "patch":
      return input.mode === "patch" ? patchUse(string(input.patch)) : replaceUse(path, input);
    case "search_files":
      return searchUse(input);
    case "todo":
      return todoUse(input);
    case "delegate_task": {
      const prompt = string(input.goal);
      return prompt === undefined || !hasOnly(input, ["goal"])
        ? null
        : { tool: "subagent", prompt };
    }
    case "clarify":
      return typeof input.question === "string" ? { tool: "ask", questions: [input] } : null;
    case "web_search": {
      const query = string(input.query);
      return query === undefined || !hasOnly(input, ["query"])
        ? null
        : { tool: "web-search", query };
    }
    // Older versions have `mcp_<server>_<tool>`: which underscore stands between the two cannot be told.
    default:
      return mcpUse(name, input);
  }
}

function count<K extends string>(key: K, value: Json | undefined): { [key in K]?: number };
function count(key: string, value: Json | undefined): { [key: string]: number } {
  const n = number(value);
  return n === undefined ? {} : { [key]: n };
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined || input.background === true || input.pty === true) return null;
  const cwd = string(input.workdir);
  const seconds = number(input.timeout);
  return {
    tool: "execute",
    command,
    ...(cwd === undefined || cwd === "" ? {} : { cwd }),
    ...(seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) }),
  };
}

function replaceUse(path: string | undefined, input: JsonObject): ToolUse | null {
  const old = string(input.old_string);
  const now = string(input.new_string);
  if (path === undefined || old === undefined || now === undefined) return null;
  const all = input.replace_all === true ? { all: true } : {};
  return { tool: "edit", path, edits: [{ old, new: now, ...all }] };
}

function searchUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern === undefined || !hasOnly(input, ["pattern", "target", "path", "file_glob"]))
    return null;
  const path = string(input.path);
  const where = path === undefined ? {} : { path };
  if (input.target === "files") return { tool: "glob", pattern, ...where };
  const glob = string(input.file_glob);
  return { tool: "search", pattern, ...where, ...(glob === undefined ? {} : { glob }) };
}

const STATUS: { readonly [status: string]: TodoItem["status"] } = {
  pending: "pending",
  in_progress: "in_progress",
  completed: "completed",
};

/** null for what adds to a list, or reads it. */
function todoUse(input: JsonObject): ToolUse | null {
  if (!Array.isArray(input.todos) || input.merge === true) return null;
  const items: TodoItem[] = [];
  for (const todo of input.todos) {
    const text = string(member(todo, "content"));
    const status = STATUS[string(member(todo, "status")) ?? ""];
    if (text === undefined || status === undefined) return null;
    items.push({ text, status });
  }
  return { tool: "todo", items };
}

type Native = { name: string; input: Json; exact: boolean };

/** The inverse of `fromNative`. */
function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const timeout = use.timeoutMs === undefined ? undefined : use.timeoutMs / 1000;
      return call("terminal", compact({ command: use.command, timeout, workdir: use.cwd }));
    }
    case "read": {
      const { path, offset, limit } = use;
      return call("read_file", compact({ path, offset, limit }));
    }
    case "write":
      return call("write_file", { path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "patch":
      return call("patch", { mode: "patch", patch: use.patch });
    case "search": {
      const { pattern, path, glob: file_glob } = use;
      return call("search_files", compact({ pattern, target: "content", path, file_glob }));
    }
    case "glob":
      return call(
        "search_files",
        compact({ pattern: use.pattern, target: "files", path: use.path }),
      );
    case "list":
      return call("search_files", { pattern: "*", target: "files", path: use.path }, false);
    case "todo": {
      const todos = use.items.map(({ text: content, status }, n) => ({
        id: String(n + 1),
        content,
        status,
      }));
      return call("todo", { todos, merge: false });
    }
    case "subagent":
      return call(
        "delegate_task",
        { goal: use.prompt },
        use.type === undefined && use.description === undefined,
      );
    case "ask":
      return askCall(use.questions);
    // Only some installations have web_search.
    case "web-search":
    case "fetch":
    case "view-image":
    case "notebook-edit":
      return null;
    case "mcp": {
      const own = mcpCall(use);
      return own && NAME.test(own.name) ? own : null;
    }
  }
}

/** One place of a file a call. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [edit, ...more] = edits;
  if (!edit || more.length > 0) return null;
  const own = { old_string: edit.old, new_string: edit.new, replace_all: edit.all };
  return { name: "patch", input: compact({ mode: "replace", path, ...own }), exact: true };
}

/** One question a call, with its choices by name. */
function askCall(questions: Json): Native | null {
  const [only, ...more] = array(questions);
  if (!isObject(only) || more.length > 0) return null;
  const question = string(only.question);
  if (question === undefined) return null;
  const given = array(only.choices ?? only.options);
  const choices = given.flatMap((one) => string(one) ?? string(member(one, "label")) ?? []);
  const exact = choices.length === given.length && given.every((one) => typeof one === "string");
  const input = compact({ question, choices: choices.length === 0 ? undefined : choices });
  return { name: "clarify", input, exact };
}

/** As Chat Completions takes it. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

function accepts(call: ToolCallPart): boolean {
  return NAME.test(call.name) && isObject(call.input);
}

export const tools: Tools = { toNative, accepts };

/**
 * A native result in the shared form: of a command its output and exit code, of a file its content
 * without the numbers of lines, of a failure its words. Anything that says more stays JSON.
 */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const [, fetched] = UNTRUSTED.exec(onlyText(result) ?? "") ?? [];
  if (fetched !== undefined) {
    return typeof objectIn(fetched)?.error === "string" ? { ...result, isError: true } : result;
  }
  const value = objectIn(onlyText(result));
  if (value === undefined) return result;
  const error = string(value.error);
  if (error !== undefined) {
    const failed = { ...result, isError: true };
    return hasOnly(value, ["error"]) ? withText(failed, error) : failed;
  }
  const output = use?.tool === "execute" ? outputIn(value) : undefined;
  if (output !== undefined) {
    return { ...withText(result, output.text), exitCode: output.exitCode };
  }
  const file = use?.tool === "read" ? parseFile(value, use.offset ?? 1) : undefined;
  return file === undefined ? result : withText(result, file);
}

/** What Hermes puts around results from elsewhere; the words before them are for the model, too. */
const UNTRUSTED =
  /^<untrusted_tool_result source="[^"]*">\n[^\n]*\n\n([\s\S]*)\n<\/untrusted_tool_result>$/;

function objectIn(text: string | undefined): JsonObject | undefined {
  const value = text?.startsWith("{") ? parseValue(text) : undefined;
  return isObject(value) ? value : undefined;
}

/** undefined where there is more to say, or another form. */
function outputIn(value: JsonObject): { text: string; exitCode: number } | undefined {
  const text = string(value.output);
  const exitCode = number(value.exit_code);
  if (text === undefined || exitCode === undefined) return undefined;
  const isPlain = hasOnly(value, ["output", "exit_code", "error"]) && value.error === null;
  return isPlain ? { text, exitCode } : undefined;
}

const ABOUT_FILE = ["content", "total_lines", "file_size", "truncated", "is_binary", "is_image"];

/** undefined where there is more to say, or another form. */
function parseFile(value: JsonObject, first: number): string | undefined {
  const content = string(value.content);
  if (content === undefined || !hasOnly(value, ABOUT_FILE)) return undefined;
  if (value.truncated !== false || value.is_binary !== false || value.is_image !== false)
    return undefined;
  const lines = content.split("\n").map((line, n) => {
    const mark = `${first + n}|`;
    return line.startsWith(mark) ? line.slice(mark.length) : undefined;
  });
  return lines.every((line) => line !== undefined) ? lines.join("\n") : undefined;
}

/** The inverse of `parseResult`. What is in Hermes's form already stays as it is. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (text === undefined || UNTRUSTED.test(text) || isNative(objectIn(text), result)) return result;
  const { exitCode } = result;
  if (use?.tool === "execute" && (exitCode !== undefined || !result.isError)) {
    return json(result, { output: text, exit_code: exitCode ?? 0, error: null });
  }
  if (result.isError) return json(result, { error: text });
  if (use?.tool === "read") return json(result, fileOf(text, use.offset ?? 1));
  return result;
}

/** Is it what one of Hermes's tools says, and neither what a command printed nor what a file holds? */
function isNative(value: JsonObject | undefined, { exitCode }: ToolResultPart): boolean {
  if (value === undefined) return false;
  if (typeof value.output === "string" && typeof value.exit_code === "number") return true;
  if ("content" in value && "total_lines" in value) return true;
  return typeof value.error === "string" && exitCode === undefined;
}

function fileOf(text: string, first: number): JsonObject {
  const lines = text.split("\n");
  return {
    content: lines.map((line, n) => `${first + n}|${line}`).join("\n"),
    total_lines: text.endsWith("\n") ? lines.length - 1 : lines.length,
    file_size: Buffer.byteLength(text),
    truncated: false,
    is_binary: false,
    is_image: false,
  };
}

function json(result: ToolResultPart, value: JsonObject): ToolResultPart {
  return withText(result, pythonJson(value, false));
}
