/** Deep Agents Code's tools in the shared vocabulary, as 0.1.88 declares them to its model. */
import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import type {
  Json,
  JsonObject,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly, onlyText, patternUse, present, replaceUse, withText } from "../shared/tools.ts";

/** What a native call means; null when the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.file_path);
  switch (name) {
    case "execute":
      return executeUse(input);
    case "read_file":
      return path === undefined ? null : readUse(path, input);
    case "write_file": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "edit_file": {
      const { old_string: from, new_string: to, replace_all: all } = input;
      return path === undefined ? null : replaceUse(path, [from, to, all]);
    }
    case "grep":
      return hasOnly(input, ["pattern", "path", "glob"]) ? patternUse("search", input) : null;
    case "glob":
      return hasOnly(input, ["pattern", "path"]) ? patternUse("glob", input) : null;
    case "ls": {
      const folder = string(input.path);
      return folder === undefined ? null : { tool: "list", path: folder };
    }
    case "task": {
      const prompt = string(input.description);
      if (prompt === undefined || !hasOnly(input, ["description", "subagent_type"])) return null;
      return { tool: "subagent", prompt, ...present("type", input.subagent_type) };
    }
    case "fetch_url": {
      const url = string(input.url);
      return url === undefined || !hasOnly(input, ["url"]) ? null : { tool: "fetch", url };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined || !hasOnly(input, ["query"])
        ? null
        : { tool: "web-search", query };
    }
    case "ask_user":
      return "questions" in input ? { tool: "ask", questions: input.questions ?? null } : null;
    // A tool of an MCP server is `<server>_<tool>`: which underscore is between the two cannot be told.
    default:
      return null;
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined || !hasOnly(input, ["command", "timeout"])) return null;
  const seconds = number(input.timeout);
  return {
    tool: "execute",
    command,
    ...(seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) }),
  };
}

/** Its lines are counted from 0. */
function readUse(path: string, input: JsonObject): ToolUse | null {
  if (!hasOnly(input, ["file_path", "offset", "limit"])) return null;
  const offset = number(input.offset);
  const limit = number(input.limit);
  return {
    tool: "read",
    path,
    ...(offset === undefined ? {} : { offset: offset + 1 }),
    ...(limit === undefined ? {} : { limit }),
  };
}

type Native = { name: string; input: Json; exact: boolean };

/** The inverse of `fromNative`. */
function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const timeout = use.timeoutMs === undefined ? undefined : Math.ceil(use.timeoutMs / 1000);
      const exact = use.cwd === undefined && (timeout ?? 0) * 1000 === (use.timeoutMs ?? 0);
      return call("execute", compact({ command: use.command, timeout }), exact);
    }
    case "read": {
      const { path: file_path, offset, limit } = use;
      const from = offset === undefined ? undefined : Math.max(0, offset - 1);
      return call("read_file", compact({ file_path, offset: from, limit }), (offset ?? 1) >= 1);
    }
    case "write":
      return call("write_file", { file_path: use.path, content: use.content });
    case "edit":
      return editCall(use);
    case "search":
      return call("grep", compact({ pattern: use.pattern, path: use.path, glob: use.glob }));
    case "glob":
      return call("glob", compact({ pattern: use.pattern, path: use.path }));
    case "list":
      return call("ls", { path: use.path });
    case "subagent": {
      const { prompt: description, type: subagent_type = "general-purpose" } = use;
      const exact = use.type !== undefined && use.description === undefined;
      return call("task", { description, subagent_type }, exact);
    }
    case "fetch":
      return call("fetch_url", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("web_search", { query: use.query });
    case "ask":
      return call("ask_user", { questions: use.questions });
    case "patch":
    case "todo":
    case "mcp":
    case "view-image":
    case "notebook-edit":
      return null;
  }
}

function editCall({ path: file_path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [edit] = edits;
  if (edit === undefined || edits.length > 1) return null;
  const all = edit.all === true ? { replace_all: true } : {};
  return {
    name: "edit_file",
    input: { file_path, old_string: edit.old, new_string: edit.new, ...all },
    exact: true,
  };
}

export const tools: Tools = {
  toNative,
  accepts: ({ name, input }: ToolCallPart) => /^[a-zA-Z0-9_-]{1,64}$/.test(name) && isObject(input),
};

/** The last lines of what `execute` tells: how the command ended. */
const ENDED =
  /\n?(?:\nExit code: (\d+))?\n\[Command (?:succeeded|failed) with exit code (-?\d+)\]$/;

/** The line before a file's lines. One that says more, such as that there are more lines, stays. */
const LINES = /^@@ lines \d+-\d+ of \d+ @@\n/;

/** A result as the session model has it: what the command printed, and its exit code apart; a file's lines. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  if (use?.tool === "read") {
    const text = onlyText(result) ?? "";
    return LINES.test(text) ? withText(result, text.replace(LINES, "")) : result;
  }
  if (use?.tool !== "execute") return result;
  const text = onlyText(result) ?? "";
  const [all, inner, code] = ENDED.exec(text) ?? [];
  if (all === undefined || (inner !== undefined && inner !== code)) return result;
  const printed = text.slice(0, text.length - all.length);
  return { ...withText(result, printed), exitCode: Number(code) };
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const { exitCode } = result;
  const text = onlyText(result);
  if (use?.tool !== "execute" || exitCode === undefined || text === undefined) return result;
  const end =
    exitCode === 0
      ? "[Command succeeded with exit code 0]"
      : `Exit code: ${exitCode}\n[Command failed with exit code ${exitCode}]`;
  return withText(result, `${text}\n\n${end}`);
}
