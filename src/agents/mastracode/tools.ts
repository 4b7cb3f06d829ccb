/** Mastra Code's tools in the shared vocabulary. Schemas as 0.32.1 declares them to its models. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
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
  const path = string(input.path);
  switch (name) {
    case "execute_command":
      return executeUse(input);
    case "view":
      return path === undefined ? null : readUse(path, input);
    case "write_file":
      return writeUse(path, input);
    case "string_replace_lsp":
      if (path === undefined) return null;
      return replaceUse(path, [input.old_string, input.new_string, input.replace_all]);
    case "find_files":
      return findUse(path, input);
    case "search_content":
      return searchUse(input);
    case "task_write":
      return todoUse(input.tasks, "content");
    case "ask_user":
      return typeof input.question === "string" ? { tool: "ask", questions: [input] } : null;
    case "web_search":
    case "web-search":
      return queryUse(input);
    default:
      // A tool of an MCP server is `<server>_<tool>`: where the server's name ends cannot be told.
      return null;
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined || input.background === true) return null;
  const seconds = number(input.timeout);
  return {
    tool: "execute",
    command,
    ...present("cwd", input.cwd),
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

function writeUse(path: string | undefined, { content }: JsonObject): ToolUse | null {
  if (path === undefined || typeof content !== "string") return null;
  return { tool: "write", path, content };
}

function findUse(path: string | undefined, input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern !== undefined && hasOnly(input, ["path", "pattern"])) {
    return { tool: "glob", pattern, ...(path === undefined ? {} : { path }) };
  }
  return path !== undefined && hasOnly(input, ["path"]) ? { tool: "list", path } : null;
}

function searchUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern === undefined || !hasOnly(input, ["pattern", "path"])) return null;
  return { tool: "search", pattern, ...present("path", input.path) };
}

function queryUse(input: JsonObject): ToolUse | null {
  const query = string(input.query);
  return query === undefined || !hasOnly(input, ["query"]) ? null : { tool: "web-search", query };
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const timeout = use.timeoutMs === undefined ? undefined : use.timeoutMs / 1000;
      return call("execute_command", compact({ command: use.command, timeout, cwd: use.cwd }));
    }
    case "read":
      return call("view", compact({ path: use.path, offset: use.offset, limit: use.limit }));
    case "write":
      return call("write_file", { path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "search": {
      const { pattern, path, glob } = use;
      return call("search_content", compact({ pattern, path }), glob === undefined);
    }
    case "glob":
      return call("find_files", compact({ path: use.path, pattern: use.pattern }));
    case "list":
      return call("find_files", { path: use.path });
    case "todo": {
      const tasks = use.items.map(({ text: content, status }, n) => ({
        id: `task_${n + 1}`,
        content,
        status,
        activeForm: content,
      }));
      return call("task_write", { tasks });
    }
    case "ask":
      return askCall(use.questions);
    // Only with a key of Tavily's does it have web_search.
    case "web-search":
    case "fetch":
    case "patch":
    case "subagent":
    case "view-image":
    case "notebook-edit":
    case "mcp":
      return null;
  }
}

/** One place of a file a call. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [edit, ...more] = edits;
  if (!edit || more.length > 0) return null;
  const input = { path, old_string: edit.old, new_string: edit.new, replace_all: edit.all };
  return { name: "string_replace_lsp", input: compact(input), exact: true };
}

/** One question a call, with its choices by name. */
function askCall(questions: Json): Native | null {
  const [only, ...more] = array(questions);
  const question = string(member(only, "question"));
  if (!isObject(only) || question === undefined || more.length > 0) return null;
  if (hasOnly(only, ["question", "options", "selectionMode"]) && isOwn(only.options)) {
    return { name: "ask_user", input: only, exact: true };
  }
  const options = array(only.options ?? only.choices).flatMap((one) => {
    const label = string(one) ?? string(member(one, "label"));
    return label === undefined ? [] : [{ label }];
  });
  const input = compact({ question, options: options.length === 0 ? undefined : options });
  return { name: "ask_user", input, exact: false };
}

function isOwn(options: Json | undefined): boolean {
  return array(options).every((one) => isObject(one) && hasOnly(one, ["label", "description"]));
}

/** The strictest of the APIs that it speaks with wants this form of name, and an object. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

const EXIT = /(?:^|\n)Exit code: (-?\d+)$/;
/** What is said of a command that printed nothing. */
const NOTHING = "(no output)";

/** A native result in the shared form: the words that the CLI adds to a command's output are taken off. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" && !result.isError ? onlyText(result) : undefined;
  if (text === undefined) return result;
  if (text === NOTHING) return { ...withText(result, ""), exitCode: 0 };
  const exit = EXIT.exec(text.slice(-64));
  if (!exit) return result;
  const output = text.slice(0, text.length - exit[0].length);
  const exitCode = Number(exit[1]);
  return { ...withText(result, output), isError: exitCode !== 0, exitCode };
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const { exitCode = 0, isError } = result;
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined || (isError && exitCode === 0)) return result;
  if (exitCode === 0) return text === "" ? withText(result, NOTHING) : result;
  // Such a result is none of a failure to Mastra Code.
  const said = text === "" ? `Exit code: ${exitCode}` : `${text}\nExit code: ${exitCode}`;
  return { ...withText(result, said), isError: false };
}
