/** Crush's built-in tools in the shared vocabulary. Names and schemas as 0.90 declares them to its model. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import type {
  Json,
  JsonObject,
  TextEdit,
  TodoItem,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  switch (name) {
    case "bash":
      return executeUse(input);
    case "view":
      return readUse(input);
    case "write": {
      const [path, content] = [string(input.file_path), string(input.content)];
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "edit":
      return editUse(input, [input]);
    case "multiedit":
      return editUse(input, array(input.edits));
    case "grep":
      return searchUse(input);
    case "glob": {
      const pattern = string(input.pattern);
      if (pattern === undefined) return null;
      return { tool: "glob", pattern, ...present("path", string(input.path)) };
    }
    case "ls":
      return only(input, ["path"]) ? { tool: "list", path: string(input.path) ?? "." } : null;
    case "fetch":
    case "web_fetch":
    case "agentic_fetch": {
      const url = string(input.url);
      return url === undefined
        ? null
        : { tool: "fetch", url, ...present("prompt", string(input.prompt)) };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "todos":
      return todoUse(input);
    case "agent": {
      const prompt = string(input.prompt);
      return prompt === undefined ? null : { tool: "subagent", prompt };
    }
    case "question":
      return input.questions === undefined ? null : { tool: "ask", questions: input.questions };
    default:
      return mcpUse(name, input);
  }
}

function only(input: JsonObject, names: readonly string[]): boolean {
  return Object.keys(input).every((name) => names.includes(name));
}

function present<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V };
function present(key: string, value: unknown): { [key: string]: unknown } {
  return value === undefined || value === "" ? {} : { [key]: value };
}

/** In the background, the result is not the command's. */
function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined || input.run_in_background === true) return null;
  return { tool: "execute", command, ...present("cwd", string(input.working_dir)) };
}

/** Crush counts lines from 0. */
function readUse(input: JsonObject): ToolUse | null {
  const path = string(input.file_path);
  if (path === undefined) return null;
  const offset = number(input.offset);
  return {
    tool: "read",
    path,
    ...present("offset", offset === undefined ? undefined : offset + 1),
    ...present("limit", number(input.limit)),
  };
}

function editUse(input: JsonObject, all: readonly Json[]): ToolUse | null {
  const path = string(input.file_path);
  const edits = all.flatMap((edit): TextEdit[] => {
    const old = string(member(edit, "old_string"));
    const now = string(member(edit, "new_string"));
    if (old === undefined || now === undefined) return [];
    return [{ old, new: now, ...(member(edit, "replace_all") === true ? { all: true } : {}) }];
  });
  const isWhole = edits.length > 0 && edits.length === all.length;
  return path === undefined || !isWhole ? null : { tool: "edit", path, edits };
}

function searchUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern === undefined || input.literal_text === true) return null;
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

function todoUse(input: JsonObject): ToolUse | null {
  const items: TodoItem[] = [];
  for (const todo of array(input.todos)) {
    const text = string(member(todo, "content"));
    const status = STATUS[string(member(todo, "status")) ?? ""];
    if (text === undefined || status === undefined) return null;
    items.push({ text, status });
  }
  return Array.isArray(input.todos) ? { tool: "todo", items } : null;
}

/** `mcp_<server>_<tool>`: a server with `_` in its name cannot be told apart from its tool. */
function mcpUse(name: string, input: Json): ToolUse | null {
  const [, server, tool] = /^mcp_([^_]+)_(.+)$/.exec(name) ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

type Native = { name: string; input: Json; exact: boolean };

function call(name: string, input: JsonObject, exact = true): Native {
  return { name, input, exact };
}

function toNative(use: ToolUse): Native | null {
  switch (use.tool) {
    case "execute": {
      const { command, cwd: working_dir } = use;
      return call("bash", compact({ description: "", command, working_dir }));
    }
    case "read": {
      const offset = use.offset === undefined ? undefined : Math.max(0, use.offset - 1);
      return call("view", compact({ file_path: use.path, offset, limit: use.limit }));
    }
    // It shows images, too.
    case "view-image":
      return call("view", { file_path: use.path });
    case "write":
      return call("write", { file_path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "search":
      return call("grep", compact({ pattern: use.pattern, path: use.path, include: use.glob }));
    case "glob":
      return call("glob", compact({ pattern: use.pattern, path: use.path }));
    case "list":
      return call("ls", { path: use.path });
    case "fetch":
      return use.prompt === undefined
        ? call("fetch", { url: use.url, format: "markdown" })
        : call("agentic_fetch", { prompt: use.prompt, url: use.url });
    case "todo":
      return call("todos", {
        todos: use.items.map(({ text, status }) => ({ content: text, status, active_form: text })),
      });
    case "subagent":
      return call("agent", { prompt: use.prompt });
    case "mcp":
      return isObject(use.input) ? call(`mcp_${use.server}_${use.name}`, use.input) : null;
    case "ask":
    case "patch":
    case "web-search":
    case "notebook-edit":
      return null;
  }
}

function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const natives = edits.map((edit) =>
    compact({
      old_string: edit.old,
      new_string: edit.new,
      replace_all: edit.all === true ? true : undefined,
    }),
  );
  const [first, ...more] = natives;
  if (first === undefined) return null;
  return more.length === 0
    ? call("edit", { file_path: path, ...first })
    : call("multiedit", { file_path: path, edits: natives });
}

/** Crush sends a call on under its own name; the narrowest of the APIs behind it wants this form. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

const EXIT = /(?:^|\n)Exit code (\d+)(?:\n\n<cwd>[^\n]*<\/cwd>)?$/;

/** A command's result says how it ended; that is not a failed call. */
export function parseResult(result: ToolResultPart): ToolResultPart {
  const [only, ...more] = result.content;
  if (result.isError || only?.kind !== "text" || more.length > 0) return result;
  const [, code] = EXIT.exec(only.text.slice(-4096)) ?? [];
  return code === undefined ? result : { ...result, exitCode: Number(code) };
}

/** `BashNoOutput` of internal/agent/tools/bash.go. Crush sends an empty text as such, which Anthropic refuses. */
const NO_OUTPUT = "no output";

/** The text of a result in Crush's words: what a command ended with, if that is not in it. */
export function printResult(text: string, { exitCode }: ToolResultPart): string {
  if (exitCode === undefined || exitCode === 0 || EXIT.test(text.slice(-4096)))
    return text.trim() === "" ? NO_OUTPUT : text;
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}\nExit code ${exitCode}`;
}
