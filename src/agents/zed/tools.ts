/** Zed's tools in the shared vocabulary, as its source declares them: crates/agent/src/tools. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import type {
  Json,
  JsonObject,
  TextEdit,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly, onlyText, present, todoUse, withText } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "terminal":
    case "sandboxed_terminal":
      return executeUse(input);
    case "read_file":
      return path === undefined ? null : readUse(path, input);
    case "write_file":
      return path === undefined ? null : writeUse(path, input);
    case "edit_file":
    case "streaming_edit_file":
      if (path === undefined) return null;
      return input.mode === "write" ? writeUse(path, input) : editUse(path, input);
    case "list_directory":
      return path === undefined ? null : { tool: "list", path };
    case "grep":
      return grepUse(input);
    case "find_path": {
      const pattern = string(input.glob);
      return pattern === undefined || number(input.offset) ? null : { tool: "glob", pattern };
    }
    default:
      return otherUse(name, input);
  }
}

function otherUse(name: string, input: JsonObject): ToolUse | null {
  switch (name) {
    case "fetch": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "update_plan":
      return todoUse(input.plan, "step");
    case "spawn_agent":
    case "subagent": {
      const prompt = string(input.message) ?? string(input.task_prompt);
      if (prompt === undefined || typeof input.session_id === "string") return null;
      return { tool: "subagent", prompt, ...present("description", input.label) };
    }
    // A tool of an MCP server has the server's own name for it.
    default:
      return null;
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined) return null;
  const timeout = number(input.timeout_ms);
  const cwd = string(input.cd);
  return {
    tool: "execute",
    command,
    // "." is the project's only folder.
    ...(cwd === undefined || cwd === "." || cwd === "" ? {} : { cwd }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
  };
}

function readUse(path: string, input: JsonObject): ToolUse {
  const [from, to] = [number(input.start_line), number(input.end_line)];
  if (from === undefined && to === undefined) return { tool: "read", path };
  const offset = Math.max(1, from ?? 1);
  const limit = to === undefined ? {} : { limit: Math.max(1, to - offset + 1) };
  return { tool: "read", path, offset, ...limit };
}

function writeUse(path: string, { content }: JsonObject): ToolUse | null {
  return typeof content === "string" ? { tool: "write", path, content } : null;
}

/** Older versions describe an edit in words, for another model to make. */
function editUse(path: string, input: JsonObject): ToolUse | null {
  const edits: TextEdit[] = [];
  for (const edit of array(input.edits)) {
    const old = string(member(edit, "old_text"));
    const now = string(member(edit, "new_text"));
    if (old === undefined || now === undefined) return null;
    edits.push({ old, new: now });
  }
  return edits.length === 0 ? null : { tool: "edit", path, edits };
}

function grepUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.regex);
  if (pattern === undefined || number(input.offset)) return null;
  if (!hasOnly(input, ["regex", "include_pattern", "offset"])) return null;
  return { tool: "search", pattern, ...present("glob", input.include_pattern) };
}

type Native = { name: string; input: Json; exact: boolean };

/** The inverse of `fromNative`. */
function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const { command, cwd: cd = ".", timeoutMs: timeout_ms } = use;
      return call("terminal", compact({ command, cd, timeout_ms }));
    }
    case "read":
      return readCall(use);
    case "write":
      return call("write_file", { path: use.path, content: use.content });
    case "edit":
      return call(
        "edit_file",
        {
          path: use.path,
          edits: use.edits.map((edit) => ({ old_text: edit.old, new_text: edit.new })),
        },
        use.edits.every(({ all }) => all !== true),
      );
    case "search":
      return call(
        "grep",
        compact({ regex: use.pattern, include_pattern: use.glob ?? use.path }),
        use.path === undefined,
      );
    case "glob":
      return call("find_path", { glob: use.pattern }, use.path === undefined);
    case "list":
      return call("list_directory", { path: use.path });
    case "fetch":
      return call("fetch", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("web_search", { query: use.query });
    case "todo":
      return call("update_plan", {
        plan: use.items.map(({ text: step, status }) => ({ step, status })),
      });
    case "subagent":
      return call(
        "spawn_agent",
        { label: use.description ?? "Subagent", message: use.prompt },
        use.type === undefined && use.description !== undefined,
      );
    case "patch":
    case "mcp":
    case "ask":
    case "view-image":
    case "notebook-edit":
      return null;
  }
}

function readCall({ path, offset, limit }: ToolUse & { tool: "read" }): Native {
  const end = limit === undefined ? undefined : (offset ?? 1) + limit - 1;
  const input = compact({ path, start_line: offset, end_line: end });
  return { name: "read_file", input, exact: limit === undefined || offset !== undefined };
}

/** Names are at most 64 characters (MAX_TOOL_NAME_LENGTH), in the form that every vendor's API takes. */
function accepts(call: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(call.name) && isObject(call.input);
}

export const tools: Tools = { toNative, accepts };

/** How the terminal reports: crates/agent/src/tools/terminal_tool.rs, process_content. */
const FAILED = /^Command "([\s\S]*)" failed with exit code (\d+)\.(?:\n\n```\n([\s\S]*)\n```)?$/;
const DONE = /^```\n([\s\S]*)\n```$/;
const SILENT = "Command executed successfully.";

/** A native result in the shared form: the output of a command, and its exit code. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (use?.tool !== "execute" || text === undefined) return result;
  if (text === SILENT) return { ...withText(result, ""), exitCode: 0 };
  const [, command, code, output = ""] = FAILED.exec(text) ?? [];
  if (command === use.command) return { ...withText(result, output), exitCode: Number(code) };
  const [, printed] = DONE.exec(text) ?? [];
  return printed === undefined ? result : { ...withText(result, printed), exitCode: 0 };
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (use?.tool !== "execute" || text === undefined || result.exitCode === undefined) return result;
  const { exitCode } = result;
  const block = `\`\`\`\n${text}\n\`\`\``;
  if (exitCode === 0) return withText(result, text === "" ? SILENT : block);
  const failed = `Command "${use.command}" failed with exit code ${exitCode}.`;
  return withText(result, text === "" ? failed : `${failed}\n\n${block}`);
}
