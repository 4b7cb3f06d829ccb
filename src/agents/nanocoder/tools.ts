/** Nanocoder's tools in the shared vocabulary, as 1.30.0 declares them to its model. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  TextEdit,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly, onlyText, present, todoUse, withText } from "../shared/tools.ts";

/** What a native call means; null when the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "execute_bash": {
      const command = string(input.command);
      return command === undefined ? null : { tool: "execute", command };
    }
    case "read_file":
      return path === undefined ? null : readUse(path, input);
    case "write_file": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "string_replace": {
      const [from, to] = [string(input.old_str), string(input.new_str)];
      if (path === undefined || from === undefined || to === undefined) return null;
      return { tool: "edit", path, edits: [{ old: from, new: to }] };
    }
    case "diff_edit": {
      const edits = editsIn(string(input.diff) ?? "");
      return path === undefined || edits === null ? null : { tool: "edit", path, edits };
    }
    case "list_directory":
      return hasOnly(input, ["path", "showHiddenFiles"])
        ? { tool: "list", path: path ?? "." }
        : null;
    default:
      return lookUse(name, input);
  }
}

function readUse(path: string, input: JsonObject): ToolUse | null {
  const [from, to] = [number(input.start_line), number(input.end_line)];
  if (input.metadata_only === true) return null;
  if (from === undefined && to === undefined) return { tool: "read", path };
  const offset = from ?? 1;
  if (to === undefined) return { tool: "read", path, offset };
  return to < offset ? null : { tool: "read", path, offset, limit: to - offset + 1 };
}

function lookUse(name: string, input: JsonObject): ToolUse | null {
  switch (name) {
    case "search_file_contents": {
      const pattern = string(input.query);
      const options = ["query", "path", "include", "caseSensitive", "maxResults"];
      if (pattern === undefined || !hasOnly(input, options)) return null;
      const where = { ...present("path", input.path), ...present("glob", input.include) };
      return { tool: "search", pattern, ...where };
    }
    case "find_files": {
      const pattern = string(input.pattern);
      return pattern === undefined ? null : { tool: "glob", pattern };
    }
    case "fetch_url": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "write_tasks": {
      const tasks = array(input.tasks).map((task) =>
        isObject(task) ? { status: "pending", ...task } : task,
      );
      return Array.isArray(input.tasks) ? todoUse(tasks, "title") : null;
    }
    case "ask_user":
      return { tool: "ask", questions: [input] };
    case "agent":
      return subagentUse(input);
    // A tool of an MCP server has the name that the server gives it, and nothing of the server's own.
    default:
      return null;
  }
}

/** `description` is the task itself; `prompt` adds to it. */
function subagentUse(input: JsonObject): ToolUse | null {
  const description = string(input.description);
  if (description === undefined || input.context !== undefined) return null;
  const type = present("type", input.subagent_type);
  const prompt = string(input.prompt);
  return prompt === undefined
    ? { tool: "subagent", prompt: description, ...type }
    : { tool: "subagent", prompt, description, ...type };
}

const [SEARCH, BETWEEN, REPLACE] = ["<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE"];
const BLOCK = /<<<<<<< SEARCH\n([\s\S]*?)\n=======\n(?:([\s\S]*?)\n)?>>>>>>> REPLACE/g;

/** The edits of a diff in blocks; null where something else is in it. */
function editsIn(diff: string): TextEdit[] | null {
  const edits = [...diff.matchAll(BLOCK)].map(([, from = "", to = ""]) => ({ old: from, new: to }));
  return edits.length === 0 || diff.replaceAll(BLOCK, "").trim() !== "" ? null : edits;
}

type Native = { name: string; input: Json; exact: boolean };

/** The inverse of `fromNative`, in the CLI's own tools. */
function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const { cwd } = use;
      const command = cwd === undefined ? use.command : `cd ${shellWord(cwd)} && ${use.command}`;
      return call("execute_bash", { command }, cwd === undefined);
    }
    case "read": {
      const { path, offset, limit } = use;
      const start_line = offset ?? (limit === undefined ? undefined : 1);
      const end_line = limit === undefined ? undefined : (start_line ?? 1) + limit - 1;
      return call("read_file", compact({ path, start_line, end_line }));
    }
    case "write":
      return call("write_file", { path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "search": {
      const { pattern: query, path, glob: include } = use;
      // Without it, the CLI ignores case.
      return call("search_file_contents", compact({ query, include, path, caseSensitive: true }));
    }
    case "glob": {
      const { path, pattern } = use;
      const within = path === undefined ? pattern : `${path.replace(/\/$/, "")}/${pattern}`;
      return call("find_files", { pattern: within }, path === undefined);
    }
    case "list":
      return call("list_directory", { path: use.path });
    case "fetch":
      return call("fetch_url", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("web_search", { query: use.query });
    case "todo":
      return call("write_tasks", {
        tasks: use.items.map(({ text: title, status }) => ({ title, status })),
      });
    case "subagent": {
      const { description, prompt, type } = use;
      const told = description === undefined ? { description: prompt } : { description, prompt };
      return call("agent", { subagent_type: type ?? "explore", ...told }, type !== undefined);
    }
    case "ask":
      return askCall(use.questions);
    case "view-image":
    case "notebook-edit":
    case "patch":
    case "mcp":
      return null;
  }
}

/** One edit as a replacement, several as blocks of a diff. Both want a text that occurs once. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [first, ...more] = edits;
  if (!first || edits.some(({ all }) => all === true)) return null;
  if (more.length === 0) {
    const input = { path, old_str: first.old, new_str: first.new };
    return { name: "string_replace", input, exact: true };
  }
  const diff = edits.map(blockOf).join("\n");
  const isSame = JSON.stringify(editsIn(diff)) === JSON.stringify(edits.map(textsOf));
  return isSame ? { name: "diff_edit", input: { path, diff }, exact: true } : null;
}

function textsOf(edit: TextEdit): TextEdit {
  return { old: edit.old, new: edit.new };
}

function blockOf({ old: from, new: to }: TextEdit): string {
  return [SEARCH, from, BETWEEN, to, REPLACE].join("\n");
}

/** One question a call. */
function askCall(questions: Json): Native | null {
  const [only, ...more] = array(questions);
  const question = string(member(only, "question"));
  if (!isObject(only) || question === undefined || more.length > 0) return null;
  const { options = [], allowFreeform, questionType } = only;
  const exact = hasOnly(only, ["question", "options", "allowFreeform", "questionType"]);
  return {
    name: "ask_user",
    input: compact({ question, options, allowFreeform, questionType }),
    exact,
  };
}

// Chat Completions: this form of name, and an object as arguments.
function accepts(call: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(call.name) && isObject(call.input);
}

export const tools: Tools = { toNative, accepts };

const EXIT = /^EXIT_CODE: (-?\d+)\n([\s\S]*)$/;

/** What results say of calls that were not executed. */
const NOT_DONE = new Set([
  "Error: cancelled by user",
  "Tool call denied by user",
  "Tool execution was cancelled by the user.",
  "Execution aborted because another tool call in this request was invalid. Please fix the invalid tool call and try again.",
]);

export function isNotDone(text: string): boolean {
  return NOT_DONE.has(text);
}

/** Does the text tell of a failure? What a command prints, or a file holds, may begin with anything. */
export function isWordedFailure(use: ToolUse | null, text: string): boolean {
  if (isNotDone(text) || text.startsWith("⚒ Validation failed: ")) return true;
  const isOwn = use?.tool === "write" || use?.tool === "edit" || use?.tool === "subagent";
  return isOwn && text.startsWith("Error: ");
}

/** A native result in the shared form: of a command, its output and exit code. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (text === undefined) return result;
  if (use?.tool === "execute") {
    const [, code, output] = EXIT.exec(text) ?? [];
    if (code !== undefined && output !== undefined) {
      const exitCode = Number(code);
      return { ...withText(result, output), isError: exitCode !== 0, exitCode };
    }
  }
  return isWordedFailure(use, text) ? { ...result, isError: true } : result;
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (text === undefined || use?.tool !== "execute" || result.exitCode === undefined) return result;
  return withText(result, `EXIT_CODE: ${result.exitCode}\n${text}`);
}
