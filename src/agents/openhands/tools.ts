/** OpenHands's tools in the shared vocabulary, as 1.16.0 (tools 1.21.0) declares them to its model. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type { Json, JsonObject, TodoItem, ToolCallPart, ToolUse } from "../../session/types.ts";
import { hasOnly, present, todoUse } from "../shared/tools.ts";

/** Every tool takes them beside its own: what the model says of the call. */
const ASIDE = ["summary", "security_risk"];

const STATUS: { readonly [native: string]: TodoItem["status"] } = {
  todo: "pending",
  in_progress: "in_progress",
  done: "completed",
};

/** What a native call means; null where the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  switch (name) {
    case "terminal":
      return executeUse(input);
    case "file_editor":
      return editorUse(input);
    case "task_tracker":
      return trackerUse(input);
    case "task": {
      const prompt = string(input.prompt);
      if (
        prompt === undefined ||
        !hasOnly(input, ["description", "prompt", "subagent_type", ...ASIDE])
      )
        return null;
      const { type } = { ...present("type", input.subagent_type) };
      return {
        tool: "subagent",
        prompt,
        ...present("description", input.description),
        ...(type === undefined ? {} : { type }),
      };
    }
    // A tool of an MCP server has the server's own name for it.
    default:
      return null;
  }
}

/** What is typed into a running command, or starts the shell anew, is no command of its own. */
function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  const isPlain = hasOnly(input, ["command", "timeout", "is_input", "reset", ...ASIDE]);
  if (command === undefined || command === "" || !isPlain) return null;
  if ((input.is_input ?? false) !== false || (input.reset ?? false) !== false) return null;
  const seconds = number(input.timeout);
  return {
    tool: "execute",
    command,
    ...(seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) }),
  };
}

function editorUse(input: JsonObject): ToolUse | null {
  const path = string(input.path);
  if (path === undefined) return null;
  switch (input.command) {
    case "view":
      return hasOnly(input, ["command", "path", "view_range", ...ASIDE])
        ? viewUse(path, input.view_range)
        : null;
    case "create": {
      const content = string(input.file_text);
      return content === undefined ? null : { tool: "write", path, content };
    }
    case "str_replace": {
      const old = string(input.old_str);
      const now = input.new_str === undefined ? "" : string(input.new_str);
      return old === undefined || now === undefined
        ? null
        : { tool: "edit", path, edits: [{ old, new: now }] };
    }
    // To insert after a line, and to undo, are no edits that another tool has.
    default:
      return null;
  }
}

/** Lines count from 1; -1 is the last one. */
function viewUse(path: string, range: Json | undefined): ToolUse | null {
  if (range === undefined || range === null) return { tool: "read", path };
  const [first, last] = array(range).map(number);
  if (first === undefined || last === undefined || first < 1) return null;
  if (last === -1) return { tool: "read", path, offset: first };
  return last < first ? null : { tool: "read", path, offset: first, limit: last - first + 1 };
}

function trackerUse(input: JsonObject): ToolUse | null {
  if (input.command !== "plan" || !hasOnly(input, ["command", "task_list", ...ASIDE])) return null;
  const isPlain = array(input.task_list).every((task) => (member(task, "notes") ?? "") === "");
  return isPlain ? todoUse(input.task_list, "title", STATUS) : null;
}

type Native = { name: string; input: Json; exact: boolean };

function call(name: string, input: JsonObject, exact = true): Native {
  return { name, input, exact };
}

/** The inverse of `fromNative`. */
function toNative(use: ToolUse): Native | null {
  switch (use.tool) {
    case "execute": {
      const { cwd, timeoutMs } = use;
      const command = cwd === undefined ? use.command : `cd ${shellWord(cwd)} && ${use.command}`;
      const timeout = timeoutMs === undefined || timeoutMs < 0 ? undefined : timeoutMs / 1000;
      return call("terminal", compact({ command, timeout }), cwd === undefined);
    }
    case "read":
      return call(
        "file_editor",
        compact({ command: "view", path: use.path, view_range: rangeOf(use) }),
      );
    // It shows folders and images, too.
    case "list":
    case "view-image":
      return call("file_editor", { command: "view", path: use.path });
    case "write":
      return call("file_editor", { command: "create", path: use.path, file_text: use.content });
    case "edit":
      return editCall(use);
    case "todo": {
      const task_list = use.items.map(({ text, status }) => ({
        title: text,
        status: nativeStatus(status),
      }));
      return call("task_tracker", { command: "plan", task_list });
    }
    case "subagent": {
      const { prompt, description, type: subagent_type } = use;
      return call("task", compact({ description, prompt, subagent_type }));
    }
    case "patch":
    case "search":
    case "glob":
    case "fetch":
    case "web-search":
    case "ask":
    case "notebook-edit":
    case "mcp":
      return null;
  }
}

function rangeOf({ offset, limit }: ToolUse & { tool: "read" }): Json | undefined {
  if (offset === undefined && limit === undefined) return undefined;
  const first = Math.max(1, offset ?? 1);
  return [first, limit === undefined ? -1 : first + limit - 1];
}

/** One place of a file a call, of a text that stands there once. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [edit, ...more] = edits;
  if (!edit || more.length > 0) return null;
  const input = { command: "str_replace", path, old_str: edit.old, new_str: edit.new };
  return call("file_editor", input, edit.all !== true);
}

function nativeStatus(status: TodoItem["status"]): string {
  return Object.keys(STATUS).find((native) => STATUS[native] === status) ?? "todo";
}

/** Every name is sent as it is; the narrowest of the APIs behind it wants this form. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };
