/** Auggie's tools in the shared vocabulary. Schemas as 0.36.0 declares them to its models. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  TextEdit,
  TodoItem,
  ToolCallPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "launch-process":
      return executeUse(input);
    case "view":
      return path === undefined ? null : viewUse(path, input);
    case "save-file":
      return path === undefined ? null : saveUse(path, input);
    case "str-replace-editor":
      return path === undefined ? null : editUse(path, input);
    case "apply_patch": {
      const patch = string(input.input);
      return patch === undefined ? null : { tool: "patch", patch };
    }
    case "web-fetch": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "web-search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "reorganize_tasklist":
      return tasksUse(string(input.markdown));
    default:
      return name.startsWith(SUB_AGENT) ? subagentUse(name.slice(SUB_AGENT.length), input) : null;
  }
}

/** What is not waited for is no plain command. */
function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined || input.wait === false || input.keep_stdin_open === true) return null;
  const seconds = number(input.max_wait_seconds);
  const cwd = string(input.cwd);
  const timeout = seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) };
  // The project's own folder, as models give it.
  const where = cwd === undefined || cwd === "." || cwd === "" ? {} : { cwd };
  return { tool: "execute", command, ...where, ...timeout };
}

/** A folder, a file or a part of it, or the lines of it that match. */
function viewUse(path: string, input: JsonObject): ToolUse | null {
  if (input.type === "directory") return { tool: "list", path };
  const pattern = string(input.search_query_regex);
  if (pattern !== undefined) {
    return hasOnly(input, ["type", "path", "search_query_regex"])
      ? { tool: "search", pattern, path }
      : null;
  }
  const [from, to] = array(input.view_range).map((one) => number(one));
  if (from === undefined || to === undefined) return { tool: "read", path };
  if (to === -1) return { tool: "read", path, offset: from };
  return to < from ? null : { tool: "read", path, offset: from, limit: to - from + 1 };
}

/** It ends the file with a line break unless it is told not to. */
function saveUse(path: string, input: JsonObject): ToolUse | null {
  const content = string(input.file_content);
  if (content === undefined) return null;
  const end = input.add_last_line_newline === false ? "" : "\n";
  return { tool: "write", path, content: content + end };
}

/** A list of replacements; older versions number them in their names. */
function editUse(path: string, input: JsonObject): ToolUse | null {
  if (input.command !== "str_replace") return null;
  const listed = array(input.str_replace_entries);
  const given = listed.length > 0 ? listed : [input];
  const end = listed.length > 0 ? "" : "_1";
  const edits: TextEdit[] = [];
  for (const one of given) {
    const [old, now] = [member(one, `old_str${end}`), member(one, `new_str${end}`)];
    if (typeof old !== "string" || typeof now !== "string") return null;
    edits.push({ old, new: now });
  }
  return member(input, "old_str_2") === undefined ? { tool: "edit", path, edits } : null;
}

const SUB_AGENT = "sub-agent-";

function subagentUse(type: string, input: JsonObject): ToolUse | null {
  const prompt = string(input.instruction);
  if (input.action !== "run" || prompt === undefined) return null;
  const description = string(input.name);
  return { tool: "subagent", prompt, type, ...(description === undefined ? {} : { description }) };
}

const MARKS: { readonly [mark: string]: TodoItem["status"] } = {
  " ": "pending",
  "/": "in_progress",
  x: "completed",
};
const TASK = /^-\[([ /x])\] UUID:\S+ NAME:(.*) DESCRIPTION:$/;

/** A list of tasks as this folder writes it: one root, and below it names without a description. */
function tasksUse(markdown: string | undefined): ToolUse | null {
  const [root = "", ...lines] = (markdown ?? "").split("\n");
  if (root !== ROOT) return null;
  const items: TodoItem[] = [];
  for (const line of lines) {
    const [, mark = "", text] = TASK.exec(line) ?? [];
    const status = MARKS[mark];
    if (status === undefined || text === undefined) return null;
    items.push({ text, status });
  }
  return { tool: "todo", items };
}

const ROOT = "[ ] UUID:NEW_UUID NAME:Current Task List DESCRIPTION:";

type Native = { name: string; input: JsonObject; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute":
      return executeCall(use);
    case "read":
      return call("view", compact({ type: "file", path: use.path, view_range: rangeOf(use) }));
    case "list":
      return call("view", { type: "directory", path: use.path });
    case "write":
      return call("save-file", saveInput(use));
    case "edit":
      return editCall(use);
    case "patch":
      return call("apply_patch", { input: use.patch });
    case "search":
    case "glob":
      return call("launch-process", launched(commandFor(use)), false);
    case "fetch":
      return call("web-fetch", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("web-search", { query: use.query });
    case "todo":
      return todoCall(use.items);
    case "subagent": {
      const { prompt, description: name, type = "explore" } = use;
      const exact = name !== undefined && use.type !== undefined;
      const input = compact({ action: "run", name, instruction: prompt });
      return call(`${SUB_AGENT}${type.replace(/[^a-zA-Z0-9_-]/g, "-")}`, input, exact);
    }
    case "view-image":
      return call("view", { type: "file", path: use.path });
    case "mcp":
      return mcpCall(use);
    case "ask":
    case "notebook-edit":
      return null;
  }
}

function launched(command: string, more: { cwd?: string; seconds?: number } = {}): JsonObject {
  const { cwd = ".", seconds = 600 } = more;
  return { command, wait: true, max_wait_seconds: seconds, cwd };
}

function executeCall({ command, cwd, timeoutMs }: ToolUse & { tool: "execute" }): Native {
  const seconds = timeoutMs === undefined ? {} : { seconds: timeoutMs / 1000 };
  const input = launched(command, { ...(cwd === undefined ? {} : { cwd }), ...seconds });
  return { name: "launch-process", input, exact: true };
}

function rangeOf({ offset, limit }: ToolUse & { tool: "read" }): Json | undefined {
  if (offset === undefined && limit === undefined) return undefined;
  const from = offset ?? 1;
  return [from, limit === undefined ? -1 : from + limit - 1];
}

function saveInput({ path, content }: ToolUse & { tool: "write" }): JsonObject {
  return content.endsWith("\n")
    ? { path, file_content: content.slice(0, -1) }
    : { path, file_content: content, add_last_line_newline: false };
}

/** It replaces one place each; where, the CLI's own calls say by the number of the line. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native {
  const entries = edits.map((edit) => ({ old_str: edit.old, new_str: edit.new }));
  const input = { command: "str_replace", path, str_replace_entries: entries };
  return { name: "str-replace-editor", input, exact: edits.every(({ all }) => all !== true) };
}

/** It has no tool that searches by itself, and gives no result in words of its own. */
function commandFor(use: ToolUse & { tool: "search" | "glob" }): string {
  const where = shellWord(use.path ?? ".");
  if (use.tool === "glob") return `rg --files ${where} -g ${shellWord(use.pattern)}`;
  const glob = use.glob === undefined ? "" : ` -g ${shellWord(use.glob)}`;
  return `rg -n${glob} -e ${shellWord(use.pattern)} ${where}`;
}

function todoCall(items: readonly TodoItem[]): Native {
  const lines = items.map(({ text, status }) => {
    const mark = status === "completed" ? "x" : status === "in_progress" ? "/" : " ";
    return `-[${mark}] UUID:NEW_UUID NAME:${text.replaceAll("\n", " ")} DESCRIPTION:`;
  });
  const exact = items.every(({ text }) => !text.includes("\n"));
  return { name: "reorganize_tasklist", input: { markdown: [ROOT, ...lines].join("\n") }, exact };
}

/** The tool's name, then the server's. */
function mcpCall(use: ToolUse & { tool: "mcp" }): Native | null {
  if (!isObject(use.input)) return null;
  const name = `${use.name}_${use.server}`.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64);
  return { name, input: use.input, exact: true };
}

/** The name's form is that of the models' APIs behind Augment's, and arguments are an object. */
function accepts(call: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(call.name) && isObject(call.input);
}

export const tools: Tools = { toNative, accepts };
