/** Kimi Code's tools in the shared vocabulary. Schemas as 2.1.0 declares them to its models. */

import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { printTodo, readUse, subagentUse, TODO_STATUS, writeUse } from "../shared/kimi.ts";
import {
  hasOnly,
  mcpCall,
  mcpUse,
  onlyText,
  patternUse,
  present,
  replaceUse,
  todoUse,
  withText,
} from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "Bash":
      return executeUse(input);
    case "Read":
      return path === undefined ? null : readUse(path, input);
    case "ReadMediaFile":
      return path === undefined || !hasOnly(input, ["path"]) ? null : { tool: "view-image", path };
    case "Write":
      return path === undefined ? null : writeUse(path, input);
    case "Edit":
      return path === undefined
        ? null
        : replaceUse(path, [input.old_string, input.new_string, input.replace_all]);
    case "Grep":
      return hasOnly(input, ["pattern", "path", "glob"]) ? patternUse("search", input) : null;
    case "Glob":
      return hasOnly(input, ["pattern", "path"]) ? patternUse("glob", input) : null;
    case "FetchURL": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "WebSearch": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "TodoList":
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
  return {
    tool: "execute",
    command,
    ...present("cwd", input.cwd),
    ...(seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) }),
  };
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: Json, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const { command, cwd, timeoutMs } = use;
      const timeout =
        timeoutMs === undefined ? undefined : Math.max(1, Math.ceil(timeoutMs / 1000));
      const isExact = timeoutMs === undefined || timeoutMs % 1000 === 0;
      return call("Bash", compact({ command, cwd, timeout }), isExact);
    }
    case "read":
      return call(
        "Read",
        compact({ path: use.path, line_offset: use.offset, n_lines: use.limit }),
        use.offset === undefined || use.offset > 0,
      );
    case "write":
      return call("Write", { path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "search":
      return call("Grep", compact({ pattern: use.pattern, path: use.path, glob: use.glob }));
    case "glob":
      return call("Glob", compact({ pattern: use.pattern, path: use.path }));
    case "list":
      return call("Bash", { command: `ls ${shellWord(use.path)}` }, false);
    case "fetch":
      return call("FetchURL", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("WebSearch", { query: use.query });
    case "todo":
      return call("TodoList", { todos: use.items.map(printTodo) });
    case "subagent": {
      const { prompt, description = "A task", type } = use;
      return call("Agent", compact({ prompt, description, subagent_type: type }));
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

/** One replacement per call: several have no native form. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [edit, ...more] = edits;
  if (!edit || more.length > 0) return null;
  const input = compact({
    path,
    old_string: edit.old,
    new_string: edit.new,
    replace_all: edit.all,
  });
  return { name: "Edit", input, exact: true };
}

/** The narrowest of the APIs that it speaks with wants this form of name, and an object. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

const EXIT = /(^|\n)Command failed with exit code: (\d+)\.$/;

/** What Bash says of a command that printed nothing. */
const NOTHING = "Command executed successfully.";

/** A native result in the shared form: the words that Bash adds to the output are taken off. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  if (use?.tool !== "execute") return result;
  const text = onlyText(result);
  if (!result.isError) return text === NOTHING ? withText(result, "") : result;
  const exit = text === undefined ? null : EXIT.exec(text.slice(-80));
  if (text === undefined || !exit) return result;
  const output = text.slice(0, text.length - exit[0].length);
  return { ...withText(result, output), exitCode: Number(exit[2]) };
}

/** The inverse of `parseResult`; a command that failed without a code did not run, or not to its end. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const { exitCode = 0 } = result;
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined) return result;
  if (exitCode === 0) return text === "" && !result.isError ? withText(result, NOTHING) : result;
  const line = `Command failed with exit code: ${exitCode}.`;
  const worded = text === "" ? line : `${text}\n${line}`;
  return { ...withText(result, worded), isError: true };
}

/** What the CLI's screen shows of a call; undefined where it shows nothing of its own. */
export function displayOf(use: ToolUse | null, cwd: string | null): JsonObject | undefined {
  switch (use?.tool) {
    case "execute":
      return compact({
        kind: "command",
        command: use.command,
        cwd: use.cwd ?? cwd ?? undefined,
        language: "bash",
      });
    case "read":
      return { kind: "file_io", operation: "read", path: use.path };
    case "write":
      return { kind: "file_io", operation: "write", path: use.path, content: use.content };
    case "edit": {
      const [edit] = use.edits;
      if (!edit) return undefined;
      const { path } = use;
      return { kind: "file_io", operation: "edit", path, before: edit.old, after: edit.new };
    }
    case "todo":
      return { kind: "todo_list", items: use.items.map(printTodo) };
    case "subagent":
      return { kind: "agent_call", agent_name: use.type ?? "coder", prompt: use.prompt };
    default:
      return undefined;
  }
}
