/**
 * Continue's tools in the shared vocabulary: those of the CLI, as 1.5.47 declares them to its model, and
 * those of its extensions for editors, which keep their sessions in the same place.
 */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  TextEdit,
  TodoItem,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly, onlyText, present, withText } from "../shared/tools.ts";

/** What a native call means; null when the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.filepath) ?? string(input.file_path);
  switch (name) {
    case "Bash":
    case "run_terminal_command":
      return executeUse(input);
    case "Read":
    case "read_file":
      return path === undefined || !hasOnly(input, ["filepath"]) ? null : { tool: "read", path };
    case "read_file_range":
      return path === undefined ? null : rangeUse(path, input);
    case "Write":
    case "create_new_file": {
      const content = string(input.content) ?? string(input.contents);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "Edit":
    case "single_find_and_replace":
      return path === undefined ? null : editUse(path, [input]);
    case "MultiEdit":
    case "multi_edit":
      return path === undefined ? null : editUse(path, array(input.edits));
    case "List":
    case "ls": {
      const folder = string(input.dirpath) ?? string(input.dirPath);
      return folder === undefined || input.recursive === true
        ? null
        : { tool: "list", path: folder };
    }
    default:
      return lookUse(name, input);
  }
}

function lookUse(name: string, input: JsonObject): ToolUse | null {
  switch (name) {
    case "Search":
    case "grep_search": {
      const pattern = string(input.pattern) ?? string(input.query);
      if (pattern === undefined || !hasOnly(input, ["pattern", "query", "path", "file_pattern"]))
        return null;
      const where = { ...present("path", input.path), ...present("glob", input.file_pattern) };
      return { tool: "search", pattern, ...where };
    }
    case "file_glob_search": {
      const pattern = string(input.pattern);
      return pattern === undefined ? null : { tool: "glob", pattern };
    }
    case "Fetch":
    case "fetch_url_content": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "search_web": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "Checklist":
      return todoUse(string(input.checklist));
    case "AskQuestion":
      return { tool: "ask", questions: [input] };
    case "Subagent": {
      const prompt = string(input.prompt);
      if (prompt === undefined) return null;
      const type = present("type", input.subagent_name);
      return { tool: "subagent", prompt, ...present("description", input.description), ...type };
    }
    // A tool of an MCP server has the name that the server gives it, and nothing of the server's own.
    default:
      return null;
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  const seconds = number(input.timeout);
  if (command === undefined || input.waitForCompletion === false) return null;
  return {
    tool: "execute",
    command,
    ...(seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) }),
  };
}

function rangeUse(path: string, { startLine, endLine }: JsonObject): ToolUse | null {
  const from = number(startLine);
  const to = number(endLine);
  if (from === undefined || to === undefined || to < from) return null;
  return { tool: "read", path, offset: from, limit: to - from + 1 };
}

function editUse(path: string, listed: readonly Json[]): ToolUse | null {
  const edits: TextEdit[] = [];
  for (const edit of listed) {
    const old = string(member(edit, "old_string"));
    const now = string(member(edit, "new_string"));
    if (old === undefined || now === undefined) return null;
    edits.push({ old, new: now, ...(member(edit, "replace_all") === true ? { all: true } : {}) });
  }
  return edits.length === 0 ? null : { tool: "edit", path, edits };
}

const BOX = /^\s*[-*] \[([ xX])\] (.*)$/;

/** A list of boxes in Markdown; null where there is something else in it. */
function todoUse(checklist: string | undefined): ToolUse | null {
  const items: TodoItem[] = [];
  for (const line of (checklist ?? "").split("\n")) {
    if (line.trim() === "") continue;
    const [, mark, words] = BOX.exec(line) ?? [];
    if (words === undefined) return null;
    items.push({ text: words, status: mark === " " ? "pending" : "completed" });
  }
  return checklist === undefined ? null : { tool: "todo", items };
}

type Native = { name: string; input: Json; exact: boolean };

/** The inverse of `fromNative`, in the CLI's own tools. */
function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const { cwd, timeoutMs } = use;
      const command = cwd === undefined ? use.command : `cd ${shellWord(cwd)} && ${use.command}`;
      const timeout = timeoutMs === undefined ? undefined : timeoutMs / 1000;
      return call("Bash", compact({ command, timeout }), cwd === undefined);
    }
    case "read":
      return readCall(use);
    case "write":
      return call("Write", { filepath: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "search": {
      const { pattern, path, glob: file_pattern } = use;
      return call("Search", compact({ pattern, path, file_pattern }));
    }
    case "list":
      return call("List", { dirpath: use.path });
    case "fetch":
      return call("Fetch", { url: use.url }, use.prompt === undefined);
    case "todo":
      return call(
        "Checklist",
        { checklist: use.items.map(boxOf).join("\n") },
        use.items.every(({ status }) => status !== "in_progress"),
      );
    case "subagent": {
      const { description, prompt, type: subagent_name } = use;
      return call("Subagent", compact({ description, prompt, subagent_name }));
    }
    case "ask":
      return askCall(use.questions);
    case "glob":
    case "view-image":
    case "notebook-edit":
    case "web-search":
    case "patch":
    case "mcp":
      return null;
  }
}

/** Read takes a whole file. */
function readCall({ path, offset, limit }: ToolUse & { tool: "read" }): Native {
  if (offset === undefined && limit === undefined) {
    return { name: "Read", input: { filepath: path }, exact: true };
  }
  const from = offset ?? 1;
  const range = `${from},${limit === undefined ? "$" : from + limit - 1}`;
  const command = `sed -n ${shellWord(`${range}p`)} ${shellWord(path)}`;
  return { name: "Bash", input: { command }, exact: false };
}

/** Which of the two the CLI offers its model depends on the model. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const printed = edits.map((edit) =>
    compact({ old_string: edit.old, new_string: edit.new, replace_all: edit.all }),
  );
  const [first, ...more] = printed;
  if (!first) return null;
  if (more.length === 0) return { name: "Edit", input: { file_path: path, ...first }, exact: true };
  return { name: "MultiEdit", input: { file_path: path, edits: printed }, exact: true };
}

function boxOf({ text: words, status }: TodoItem): string {
  return `- [${status === "completed" ? "x" : " "}] ${words.replaceAll("\n", " ")}`;
}

/** One question a call, with its choices by name. */
function askCall(questions: Json): Native | null {
  const [only, ...more] = array(questions);
  if (!isObject(only) || more.length > 0) return null;
  const question = string(only.question);
  if (question === undefined) return null;
  const own = array(only.options);
  const options = own.flatMap((one) => string(one) ?? string(member(one, "label")) ?? []);
  const exact = options.length === own.length && own.every((one) => typeof one === "string");
  const { defaultAnswer } = only;
  return { name: "AskQuestion", input: compact({ question, options, defaultAnswer }), exact };
}

// Chat Completions: this form of name, and an object as arguments.
function accepts(call: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(call.name) && isObject(call.input);
}

export const tools: Tools = { toNative, accepts };

const FAILED = /^Error executing tool Bash: Error \(exit code (\d+)\): ([\s\S]*)$/;

/**
 * A native result in the shared form: of a command that failed, its output and exit code; of a file that
 * was read, its content.
 */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (text === undefined) return result;
  if (use?.tool === "execute" && result.isError) {
    const [, code, output] = FAILED.exec(text) ?? [];
    if (code === undefined || output === undefined) return result;
    return { ...withText(result, output), exitCode: Number(code) };
  }
  const opening = use?.tool === "read" && !result.isError ? contentOf(use.path) : "";
  return opening !== "" && text.startsWith(opening)
    ? withText(result, text.slice(opening.length))
    : result;
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (text === undefined) return result;
  const { exitCode = 0 } = result;
  if (use?.tool === "execute" && exitCode !== 0) {
    const worded = `Error executing tool Bash: Error (exit code ${exitCode}): ${text}`;
    return { ...withText(result, worded), isError: true };
  }
  if (use?.tool !== "read" || result.isError) return result;
  return withText(result, contentOf(use.path) + text);
}

function contentOf(path: string): string {
  return `Content of ${path.startsWith("./") ? path.slice(2) : path}:\n`;
}
