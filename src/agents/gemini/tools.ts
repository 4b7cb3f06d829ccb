/** Maps Gemini CLI's built-in tools to the shared vocabulary. Schemas as 0.61.0 declares them. */

import type { Tools } from "../../session/codec.ts";
import { compact, isObject, member, number, string } from "../../session/json.ts";
import type {
  Json,
  JsonObject,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { present, replaceUse, todoUse, withText } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const text = (key: string) => string(input[key]);
  const only = (keys: string) => Object.keys(input).every((key) => keys.split(" ").includes(key));
  // Up to 0.2, some tools had absolute_path or path for what is now file_path or dir_path.
  const path = text("file_path") ?? text("absolute_path") ?? text("path");
  const folder = text("dir_path") ?? text("path");
  switch (name) {
    case "run_shell_command":
      return executeUse(input);
    case "read_file":
      return path === undefined ? null : readUse(path, input);
    case "write_file": {
      const content = text("content");
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "replace":
      return path === undefined
        ? null
        : replaceUse(path, [input.old_string, input.new_string, input.allow_multiple]);
    case "grep_search":
    case "search_file_content":
      return searchUse(input, folder);
    case "glob": {
      const pattern = only("pattern dir_path path") ? text("pattern") : undefined;
      return pattern === undefined ? null : { tool: "glob", pattern, ...present("path", folder) };
    }
    case "list_directory":
      return folder !== undefined && only("dir_path path") ? { tool: "list", path: folder } : null;
    case "google_web_search": {
      const query = text("query");
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "web_fetch":
      return fetchUse(text("prompt"));
    case "write_todos":
      return todoUse(input.todos, "description");
    case "invoke_agent": {
      const prompt = text("prompt");
      const type = text("agent_name");
      return prompt === undefined ? null : { tool: "subagent", prompt, ...present("type", type) };
    }
    case "ask_user":
      return input.questions === undefined ? null : { tool: "ask", questions: input.questions };
    default:
      return mcpUse(name, input);
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined || input.is_background === true) return null;
  return { tool: "execute", command, ...present("cwd", string(input.dir_path)) };
}

/** Lines count from 1, and the last one is included. Before 0.30 there were offset and limit. */
function readUse(path: string, input: JsonObject): ToolUse {
  const start = number(input.start_line) ?? number(input.offset);
  const end = number(input.end_line);
  const limit = end === undefined ? number(input.limit) : end - (start ?? 1) + 1;
  return {
    tool: "read",
    path,
    ...(start === undefined ? {} : { offset: start }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function searchUse(input: JsonObject, path: string | undefined): ToolUse | null {
  const pattern = string(input.pattern);
  const plain = Object.keys(input).every((key) => SEARCH_KEYS.has(key));
  if (pattern === undefined || !plain) return null;
  const glob = string(input.include_pattern) ?? string(input.include);
  return { tool: "search", pattern, ...present("path", path), ...present("glob", glob) };
}

const SEARCH_KEYS = new Set(["pattern", "dir_path", "path", "include_pattern", "include"]);

/** Its only argument is text that contains the address. */
function fetchUse(prompt: string | undefined): ToolUse | null {
  const [url] = /https?:\/\/\S+/.exec(prompt ?? "") ?? [];
  if (prompt === undefined || url === undefined) return null;
  return { tool: "fetch", url, ...(prompt === url ? {} : { prompt }) };
}

/** `mcp_<server>_<tool>`: the first underscore ends the server's name. */
function mcpUse(name: string, input: Json): ToolUse | null {
  const [, server, tool] = /^mcp_([^_]+)_(.+)$/.exec(name) ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

type Native = { name: string; input: Json; exact: boolean };

const call = (name: string, input: { [key: string]: Json | undefined }, exact = true): Native => ({
  name,
  input: compact(input),
  exact,
});

function toNative(use: ToolUse): Native | null {
  switch (use.tool) {
    case "execute": {
      const { command, cwd, timeoutMs } = use;
      return call("run_shell_command", { command, dir_path: cwd }, timeoutMs === undefined);
    }
    case "read":
      return nativeRead(use);
    case "write":
      return call("write_file", { file_path: use.path, content: use.content });
    case "edit":
      return nativeEdit(use);
    case "search":
      return call("grep_search", {
        pattern: use.pattern,
        dir_path: use.path,
        include_pattern: use.glob,
      });
    case "glob":
      return call("glob", { pattern: use.pattern, dir_path: use.path });
    case "list":
      return call("list_directory", { dir_path: use.path });
    case "web-search":
      return call("google_web_search", { query: use.query });
    case "fetch":
      return nativeFetch(use);
    case "todo":
      return call("write_todos", {
        todos: use.items.map(({ text, status }) => ({ description: text, status })),
      });
    case "subagent": {
      const { prompt, type, description } = use;
      const agent_name = type ?? "generalist";
      return call("invoke_agent", { agent_name, prompt }, description === undefined);
    }
    case "ask":
      return call("ask_user", { questions: use.questions }, false);
    case "view-image":
      return call("read_file", { file_path: use.path }, false);
    case "mcp":
      return nativeMcp(use);
    case "patch":
    case "notebook-edit":
      return null;
  }
}

function nativeRead({ path, offset, limit }: ToolUse & { tool: "read" }): Native {
  const end = limit === undefined ? undefined : (offset ?? 1) + limit - 1;
  return call("read_file", { file_path: path, start_line: offset, end_line: end });
}

/** One replacement per call: several keep the other agent's name. */
function nativeEdit({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [edit, ...more] = edits;
  if (!edit || more.length > 0) return null;
  return call("replace", {
    file_path: path,
    instruction: "Replace the given text",
    old_string: edit.old,
    new_string: edit.new,
    allow_multiple: edit.all,
  });
}

function nativeFetch({ url, prompt }: ToolUse & { tool: "fetch" }): Native {
  if (prompt === undefined) return call("web_fetch", { prompt: url });
  const whole = prompt.includes(url);
  return call("web_fetch", { prompt: whole ? prompt : `${prompt} ${url}` }, whole);
}

function nativeMcp(use: ToolUse & { tool: "mcp" }): Native | null {
  if (!isObject(use.input)) return null;
  const name = `mcp_${use.server}_${use.name}`;
  return { name, input: use.input, exact: !use.server.includes("_") };
}

/** Gemini's API accepts calls of undeclared tools, with any name of this form. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

const OPEN = "<untrusted_context>\n";
const CLOSE = "\n</untrusted_context>";
const EMPTY = "(empty)";
const TAIL = /^(?:\nExit Code: (-?\d+))?(?:\nProcess Group PGID: \d+)?$/;
/**
 * The beginnings of the lines that the shell tool puts after the output. An error, a signal or
 * processes in the background cannot be represented: such a result stays unchanged.
 */
const TAIL_LINE = /\n(?:Exit Code|Process Group PGID): /g;
const MORE =
  /\n(?:Error|Signal|Background PIDs): [^\n]*(?:\nExit Code: -?\d+)?(?:\nSignal: [^\n]*)?(?:\nBackground PIDs: [^\n]*)?(?:\nProcess Group PGID: \d+)?$/;

/** A native result in the shared form: without what the shell tool puts around the output. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const [first, ...rest] = result.content;
  const isPlain = first?.kind !== "text" || rest.some(({ kind }) => kind !== "other");
  if (rest.length === 0 || isPlain) return parsePlain(use, result);
  const parsed = parsePlain(use, { ...result, content: [first] });
  return { ...parsed, content: [...parsed.content, ...rest] };
}

function parsePlain(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined || result.isError) return result;
  const wrapped = text.startsWith(OPEN) && text.endsWith(CLOSE);
  const inner = wrapped ? text.slice(OPEN.length, -CLOSE.length) : text;
  if (!inner.startsWith("Output: ")) return result;
  if (MORE.test(inner.slice(-1024))) return result;
  const end = tailAt(inner);
  const exit = TAIL.exec(inner.slice(end));
  if (!exit) return result;
  const output = inner.slice("Output: ".length, end);
  const plain = withText(result, output === EMPTY ? "" : output);
  const code = exit[1];
  if (code === undefined) return plain;
  return { ...plain, exitCode: Number(code), isError: Number(code) !== 0 };
}

/**
 * Where the lines after the output begin: the first position from which on there is nothing else.
 */
function tailAt(inner: string): number {
  const from = Math.max(0, inner.length - 1024);
  for (const { index } of inner.slice(from).matchAll(TAIL_LINE)) {
    if (TAIL.test(inner.slice(from + index))) return from + index;
  }
  return inner.length;
}

/** The text of a result in the tool's wording for the model: the inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  const { exitCode } = result;
  if (text === undefined || (result.isError && exitCode === undefined)) return result;
  const code = exitCode === undefined || exitCode === 0 ? "" : `\nExit Code: ${exitCode}`;
  const worded = `${OPEN}Output: ${text === "" ? EMPTY : text}${code}${CLOSE}`;
  return { ...withText(result, worded), isError: false };
}

/** The text of a result that is only one text; undefined for others. */
export function onlyText({ content }: ToolResultPart): string | undefined {
  const [first] = content;
  if (first === undefined) return "";
  return content.length === 1 && first.kind === "text" ? first.text : undefined;
}

/** The screen name and a line about the call, in each tool's wording. */
export function shown(name: string, input: Json): { displayName: string; description: string } {
  const text = (key: string) => string(member(input, key));
  const path = text("file_path") ?? text("dir_path") ?? "";
  const file = path.split("/").at(-1) ?? path;
  switch (name) {
    case "run_shell_command":
      return { displayName: "Shell", description: text("command") ?? "" };
    case "read_file":
      return { displayName: "ReadFile", description: file };
    case "write_file":
      return { displayName: "WriteFile", description: `Writing to ${file}` };
    case "replace":
      return { displayName: "Edit", description: editLine(file, input) };
    case "grep_search":
      return { displayName: "SearchText", description: `'${text("pattern") ?? ""}'` };
    case "glob":
      return { displayName: "FindFiles", description: `'${text("pattern") ?? ""}'` };
    case "list_directory":
      return { displayName: "ReadFolder", description: path };
    default:
      return { displayName: name, description: "" };
  }
}

function editLine(file: string, input: Json): string {
  const line = (key: string) =>
    (string(member(input, key)) ?? "").split("\n")[0]?.slice(0, 30) ?? "";
  return `${file}: ${line("old_string")} => ${line("new_string")}`;
}
