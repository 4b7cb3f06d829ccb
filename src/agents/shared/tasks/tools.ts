/** The tools of these extensions, and the shared vocabulary. */
import { parseValue } from "../../../lossless/json-text.ts";
import type { Tools } from "../../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../../session/json.ts";
import { shellWord } from "../../../session/text.ts";
import type { Json, JsonObject, TodoItem, ToolCallPart, ToolUse } from "../../../session/types.ts";
import { hasOnly, present, replaceUse } from "../tools.ts";

export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "execute_command":
      return executeUse(input);
    case "read_file":
      return path === undefined ? readsUse(input) : readUse(path, input);
    case "write_to_file": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "apply_diff":
    case "replace_in_file":
      return diffUse(path ?? string(input.absolutePath), string(input.diff));
    case "edit":
    case "search_and_replace":
    case "search_replace":
    case "edit_file":
      return editUse(input);
    case "apply_patch": {
      const patch = string(input.patch) ?? string(input.input);
      return patch === undefined ? null : { tool: "patch", patch };
    }
    case "search_files": {
      const pattern = string(input.regex);
      if (pattern === undefined) return null;
      return {
        tool: "search",
        pattern,
        ...present("path", path),
        ...present("glob", input.file_pattern),
      };
    }
    case "list_files":
      return path === undefined || input.recursive === true ? null : { tool: "list", path };
    case "update_todo_list":
      return todosIn(string(input.todos));
    case "ask_followup_question":
      return typeof input.question === "string" ? { tool: "ask", questions: [input] } : null;
    case "new_task":
      return subagentUse(input);
    case "use_mcp_tool":
      return serverUse(input);
    case "web_fetch": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url, ...present("prompt", input.prompt) };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    default:
      return mcpUse(name, input);
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined) return null;
  const seconds = number(input.timeout);
  return {
    tool: "execute",
    command,
    ...present("cwd", input.cwd),
    ...(seconds === undefined ? {} : { timeoutMs: seconds * 1000 }),
  };
}

/** `offset` counts from 1; in the other mode it reads what belongs together around a line. */
function readUse(path: string, input: JsonObject): ToolUse | null {
  if ((input.mode ?? "slice") !== "slice" || (input.indentation ?? null) !== null) return null;
  const offset = number(input.offset) ?? number(input.start_line);
  const end = number(input.end_line);
  const limit = end === undefined ? number(input.limit) : end - (offset ?? 1) + 1;
  return {
    tool: "read",
    path,
    ...(offset === undefined ? {} : { offset }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** Once it took several files, each with ranges. */
function readsUse(input: JsonObject): ToolUse | null {
  const [file, ...more] = array(input.files);
  const path = string(member(file, "path"));
  if (path === undefined || more.length > 0) return null;
  return array(member(file, "line_ranges")).length > 0 ? null : { tool: "read", path };
}

function editUse(input: JsonObject): ToolUse | null {
  if (Array.isArray(input.operations)) return operationsUse(input);
  const path = string(input.file_path) ?? string(input.path);
  const known = ["file_path", "path", "old_string", "new_string", "replace_all"];
  if (path === undefined || !hasOnly(input, known)) return null;
  return replaceUse(path, [input.old_string, input.new_string, input.replace_all]);
}

/** Kilo Code's `search_and_replace`: each text is there once. */
function operationsUse({ path, operations }: JsonObject): ToolUse | null {
  const edits = array(operations).flatMap((one) => {
    const [old, replaced] = [string(member(one, "search")), string(member(one, "replace"))];
    return old === undefined || replaced === undefined ? [] : [{ old, new: replaced }];
  });
  const isWhole = edits.length > 0 && edits.length === array(operations).length;
  return typeof path === "string" && isWhole ? { tool: "edit", path, edits } : null;
}

/** Cline's: the arguments are JSON text, or an object. */
function serverUse(input: JsonObject): ToolUse | null {
  const [server, name] = [string(input.server_name), string(input.tool_name)];
  const given = input.arguments ?? {};
  const args = typeof given === "string" ? parseValue(given) : given;
  return server && name && isObject(args) ? { tool: "mcp", server, name, input: args } : null;
}

const BLOCK =
  /^(?:<{7} SEARCH|-{7} SEARCH)>?\n(?::start_line: ?\d+\n|:end_line: ?\d+\n)*(?:-{7}\n)?([\s\S]*?)\n?={7}\n([\s\S]*?)\n?(?:>{7} REPLACE|\+{7} REPLACE)\n*/;

/** Blocks of what is searched, and what takes its place. */
function diffUse(path: string | undefined, diff: string | undefined): ToolUse | null {
  if (path === undefined || diff === undefined) return null;
  const edits: { old: string; new: string }[] = [];
  let rest = diff.trimStart();
  for (let found = BLOCK.exec(rest); found !== null; found = BLOCK.exec(rest)) {
    const [whole, from = "", to = ""] = found;
    edits.push({ old: from, new: to });
    rest = rest.slice(whole.length);
  }
  return edits.length > 0 && rest.trim() === "" ? { tool: "edit", path, edits } : null;
}

const MARKS: { readonly [mark: string]: TodoItem["status"] } = {
  " ": "pending",
  "-": "in_progress",
  "~": "in_progress",
  x: "completed",
  X: "completed",
};

/** A list in Markdown; null for anything else between its lines. */
function todosIn(text: string | undefined): ToolUse | null {
  if (text === undefined) return null;
  const items: TodoItem[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const [, mark = "", said] = /^(?:[-*] )?\[([ xX~-])\] (.*)$/.exec(line) ?? [];
    const status = MARKS[mark];
    if (said === undefined || status === undefined) return null;
    items.push({ text: said, status });
  }
  return { tool: "todo", items };
}

function subagentUse(input: JsonObject): ToolUse | null {
  const prompt = string(input.message);
  const type = string(input.mode);
  if (prompt === undefined || !hasOnly(input, ["message", "mode", "todos"])) return null;
  return { tool: "subagent", prompt, ...present("type", type) };
}

/** `mcp--<server>--<tool>`; once with underscores. */
function mcpUse(name: string, input: Json): ToolUse | null {
  const [, server, tool] = /^mcp(?:--|__)(.+?)(?:--|__)(.+)$/.exec(name) ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

type Native = { name: string; input: Json; exact: boolean };

function call(name: string, input: JsonObject, exact = true): Native {
  return { name, input, exact };
}

/** As Roo Code 3.52 declares them: keys that are required have null where nothing is given. */
function toNative(use: ToolUse): Native | null {
  switch (use.tool) {
    case "execute": {
      const timeout = use.timeoutMs === undefined ? null : Math.ceil(use.timeoutMs / 1000);
      return call("execute_command", { command: use.command, cwd: use.cwd ?? null, timeout });
    }
    case "read": {
      const { path, offset, limit } = use;
      return call("read_file", compact({ path, offset, limit }));
    }
    case "view-image":
      return call("read_file", { path: use.path });
    case "write":
      return call("write_to_file", { path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "patch":
      return call("apply_patch", { patch: use.patch });
    case "search": {
      const { path = ".", pattern: regex, glob = null } = use;
      return call("search_files", { path, regex, file_pattern: glob }, use.path !== undefined);
    }
    case "list":
      return call("list_files", { path: use.path, recursive: false });
    case "todo":
      return call("update_todo_list", { todos: use.items.map(todoLine).join("\n") });
    case "subagent":
      return call(
        "new_task",
        { mode: use.type ?? "code", message: use.prompt, todos: null },
        false,
      );
    case "mcp":
      if (!isObject(use.input)) return null;
      return call(`mcp--${use.server}--${use.name}`, use.input);
    case "ask":
      return askCall(use.questions);
    case "fetch":
      return call("execute_command", fetchCommand(use.url), false);
    case "glob":
    case "web-search":
    case "notebook-edit":
      return null;
  }
}

/** It has no tool that fetches. */
function fetchCommand(url: string): JsonObject {
  return { command: `curl -sL ${shellWord(url)}`, cwd: null, timeout: null };
}

function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [first, ...more] = edits;
  if (first === undefined) return null;
  if (more.length > 0) {
    if (edits.some(({ all }) => all === true)) return null;
    const diff = edits.map(
      (edit) => `<<<<<<< SEARCH\n${edit.old}\n=======\n${edit.new}\n>>>>>>> REPLACE`,
    );
    return call("apply_diff", { path, diff: diff.join("\n\n") });
  }
  const input = { file_path: path, old_string: first.old, new_string: first.new };
  return call("edit", first.all === true ? { ...input, replace_all: true } : input);
}

const MARK = { pending: "[ ]", in_progress: "[-]", completed: "[x]" } as const;

function todoLine({ text, status }: TodoItem): string {
  return `${MARK[status]} ${text.replaceAll("\n", " ")}`;
}

/** One question at a time, with at most four answers to choose from. */
function askCall(questions: Json): Native | null {
  const [one, ...more] = array(questions);
  const question = string(member(one, "question"));
  if (question === undefined || more.length > 0) return null;
  const own = array(member(one, "follow_up"));
  if (own.length > 0 && isObject(one)) return call("ask_followup_question", one);
  const follow_up = array(member(one, "options")).flatMap((option) => {
    const text = string(option) ?? string(member(option, "label"));
    return text === undefined ? [] : [{ text, mode: null }];
  });
  return call("ask_followup_question", { question, follow_up: follow_up.slice(0, 4) }, false);
}

/** A call goes out under its own name; the narrowest of the APIs behind it wants this form. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };
