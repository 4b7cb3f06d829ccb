/** Kimi CLI's tools in the shared vocabulary. Schemas as 1.51.0 declares them to its models. */

import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  ResultPart,
  TextEdit,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { printTodo, readUse, subagentUse, TODO_STATUS, writeUse } from "../shared/kimi.ts";
import { hasOnly, mcpCall, mcpUse, patternUse, present, todoUse } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "Shell":
      return executeUse(input);
    case "ReadFile":
      return path === undefined ? null : readUse(path, input);
    case "ReadMediaFile":
      return path === undefined || !hasOnly(input, ["path"]) ? null : { tool: "view-image", path };
    case "WriteFile":
      return path === undefined ? null : writeUse(path, input);
    case "StrReplaceFile":
      return path === undefined ? null : editUse(path, input.edit);
    case "Grep":
      return hasOnly(input, ["pattern", "path", "glob"]) ? patternUse("search", input) : null;
    case "Glob":
      return hasOnly(input, ["pattern", "directory"]) ? globUse(input) : null;
    case "FetchURL": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "SearchWeb": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "SetTodoList":
      return todoUse(input.todos, "title", TODO_STATUS);
    case "Agent":
      return subagentUse(input);
    case "AskUserQuestion":
      return input.questions === undefined ? null : { tool: "ask", questions: input.questions };
    default:
      return mcpUse(name, input);
  }
}

/** What runs on in the background is no plain command. */
function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  const seconds = number(input.timeout);
  if (command === undefined || input.run_in_background === true) return null;
  const timeout = seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) };
  return { tool: "execute", command, ...timeout };
}

/** One replacement, or a list of them. */
function editUse(path: string, edit: Json | undefined): ToolUse | null {
  const given = Array.isArray(edit) ? edit : [edit];
  const edits = given.flatMap((one) => readEdit(one) ?? []);
  return edits.length === 0 || edits.length < given.length ? null : { tool: "edit", path, edits };
}

function readEdit(edit: Json | undefined): TextEdit | null {
  if (!isObject(edit) || typeof edit.old !== "string" || typeof edit.new !== "string") return null;
  return { old: edit.old, new: edit.new, ...(edit.replace_all === true ? { all: true } : {}) };
}

function globUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  return pattern === undefined
    ? null
    : { tool: "glob", pattern, ...present("path", input.directory) };
}

type Native = { name: string; input: Json; exact: boolean };

/** A command that is not in the background may take so long (seconds). */
const MOST_SECONDS = 300;

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: Json, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute":
      return shellCall(use);
    case "read":
      return call(
        "ReadFile",
        compact({ path: use.path, line_offset: use.offset, n_lines: use.limit }),
        use.offset === undefined || use.offset > 0,
      );
    case "write":
      return call("WriteFile", { path: use.path, content: use.content });
    case "edit": {
      const [first, ...more] = use.edits.map(printEdit);
      if (first === undefined) return null;
      const edit = more.length === 0 ? first : [first, ...more];
      return call("StrReplaceFile", { path: use.path, edit });
    }
    case "search":
      return call("Grep", compact({ pattern: use.pattern, path: use.path, glob: use.glob }));
    case "glob":
      return call("Glob", compact({ pattern: use.pattern, directory: use.path }));
    case "list":
      return call("Shell", { command: `ls ${shellWord(use.path)}` }, false);
    case "fetch":
      return call("FetchURL", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("SearchWeb", { query: use.query });
    case "todo":
      return call("SetTodoList", { todos: use.items.map(printTodo) });
    case "subagent": {
      const { prompt, description = "A task", type } = use;
      return call("Agent", compact({ description, prompt, subagent_type: type }));
    }
    case "ask":
      return call("AskUserQuestion", { questions: use.questions });
    case "mcp":
      return mcpCall(use);
    case "view-image":
      return call("ReadMediaFile", { path: use.path });
    case "patch":
    case "notebook-edit":
      return null;
  }
}

/** Commands run in the session's folder. */
function shellCall({ command, cwd, timeoutMs }: ToolUse & { tool: "execute" }): Native {
  const wanted = timeoutMs === undefined ? undefined : Math.max(1, Math.ceil(timeoutMs / 1000));
  const timeout = wanted === undefined ? undefined : Math.min(wanted, MOST_SECONDS);
  const isExact = timeoutMs === undefined || timeout === timeoutMs / 1000;
  if (cwd === undefined) {
    return { name: "Shell", input: compact({ command, timeout }), exact: isExact };
  }
  const there = `cd ${shellWord(cwd)} && ${command}`;
  return { name: "Shell", input: compact({ command: there, timeout }), exact: false };
}

function printEdit({ old, new: now, all }: TextEdit): JsonObject {
  return compact({ old, new: now, replace_all: all });
}

/** The narrowest of the APIs that it speaks with wants this form of name, and an object. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

const ERROR = /^<system>ERROR: ([\s\S]*)<\/system>$/;
const EXIT = /^Command failed with exit code: (-?\d+)\.$/;
const DONE = "<system>Command executed successfully.</system>";
/** What the CLI writes for a tool that returned nothing: OpenAI's API refuses a message without content. */
const EMPTY = "<system>Tool output is empty.</system>";

/**
 * A result of the CLI's in the shared form. What a tool says of itself comes before its output; that
 * it failed is told by these words alone.
 */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const [first, ...rest] = result.content;
  if (first?.kind !== "text") return result;
  if (use?.tool === "execute" && first.text === DONE) return { ...result, content: rest };
  if (first.text === EMPTY && rest.length === 0) return { ...result, content: [] };
  const [, message] = ERROR.exec(first.text) ?? [];
  if (message === undefined) return result;
  const [, code] = (use?.tool === "execute" && EXIT.exec(message)) || [];
  if (code !== undefined) {
    return { ...result, isError: true, exitCode: Number(code), content: rest };
  }
  return { ...result, isError: true, content: [textOf(message), ...rest] };
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const { isError, exitCode, content } = result;
  const [first, ...rest] = content;
  if (use?.tool === "execute" && exitCode !== undefined && exitCode !== 0) {
    return {
      ...result,
      content: [errorOf(`Command failed with exit code: ${exitCode}.`), ...content],
    };
  }
  if (isError) {
    const isTold = first?.kind === "text";
    const message = errorOf(isTold ? first.text : "The tool failed.");
    return { ...result, content: [message, ...(isTold ? rest : content)] };
  }
  if (use?.tool === "execute") return { ...result, content: [textOf(DONE), ...content] };
  const isEmpty = content.every((part) => part.kind === "text" && part.text.trim() === "");
  return isEmpty ? { ...result, content: [textOf(EMPTY)] } : result;
}

function errorOf(message: string): ResultPart {
  return textOf(`<system>ERROR: ${message}</system>`);
}

function textOf(text: string): ResultPart {
  return { kind: "text", text };
}
