/** Goose's tools in the shared vocabulary. Schemas as 1.52.0 declares them to its models. */
import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  TodoItem,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly, mcpUse, onlyText, withText } from "../shared/tools.ts";

/** Tools of Goose's own extensions, which are named as those of MCP servers are. */
const OWN = /^(?:todo|apps|extensionmanager|platform|chatrecall|skills|summon|memory)__/;

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  switch (name) {
    case "shell":
    case "developer__shell":
      return executeUse(input);
    case "write":
      return writeUse(input.path, input.content);
    case "edit":
      return editUse(input.path, input.before, input.after);
    case "text_editor":
    case "developer__text_editor":
      return editorUse(input);
    case "read_image":
      return pathUse("view-image", input, "source");
    case "tree":
      return pathUse("list", input, "path");
    case "todo__todo_write":
    case "todo__write":
      return todoUse(input);
    case "delegate":
      return delegateUse(input);
    default:
      return serverUse(name, input);
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined) return null;
  const seconds = number(input.timeout_secs);
  return {
    tool: "execute",
    command,
    ...(seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) }),
  };
}

function writeUse(path: Json | undefined, content: Json | undefined): ToolUse | null {
  if (typeof path !== "string" || typeof content !== "string") return null;
  return { tool: "write", path, content };
}

function editUse(
  path: Json | undefined,
  old: Json | undefined,
  now: Json | undefined,
): ToolUse | null {
  if (typeof path !== "string" || typeof old !== "string" || typeof now !== "string") return null;
  return { tool: "edit", path, edits: [{ old, new: now }] };
}

/** One tool for all of it, until 1.20 or so. */
function editorUse(input: JsonObject): ToolUse | null {
  const path = string(input.path);
  switch (input.command) {
    case "write":
      return writeUse(input.path, input.file_text);
    case "str_replace":
      return editUse(input.path, input.old_str, input.new_str);
    case "view":
      if (path === undefined || !hasOnly(input, ["command", "path"])) return null;
      return { tool: "read", path };
    default:
      return null;
  }
}

function pathUse(tool: "view-image" | "list", input: JsonObject, key: string): ToolUse | null {
  const path = hasOnly(input, [key]) ? string(input[key]) : undefined;
  return path === undefined ? null : { tool, path };
}

const TASK = /^- \[( |x)\] (.+)$/;

/** A list is text in Markdown. */
function todoUse(input: JsonObject): ToolUse | null {
  const lines = string(input.content)?.split("\n");
  const items = lines?.map((line): TodoItem | null => {
    const [, mark, text] = TASK.exec(line) ?? [];
    if (text === undefined) return null;
    return { text, status: mark === "x" ? "completed" : "pending" };
  });
  const known = items?.filter((item) => item !== null) ?? [];
  return known.length > 0 && known.length === items?.length ? { tool: "todo", items: known } : null;
}

function delegateUse(input: JsonObject): ToolUse | null {
  const prompt = string(input.instructions);
  return prompt === undefined || !hasOnly(input, ["instructions"])
    ? null
    : { tool: "subagent", prompt };
}

/** Tools of MCP servers are named `<extension>__<tool>`. */
function serverUse(name: string, input: JsonObject): ToolUse | null {
  if (OWN.test(name)) return null;
  const foreign = mcpUse(name, input);
  if (foreign) return foreign;
  const [, server, tool] = /^([A-Za-z0-9-]+(?:_[A-Za-z0-9-]+)*)__(.+)$/.exec(name) ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: Json, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute":
      return executeCall(use);
    // It has no tool for reading: its model uses the shell.
    case "read":
      return call("shell", { command: readCommand(use) }, false);
    case "write":
      return call("write", { path: use.path, content: use.content });
    case "edit": {
      const [edit, ...more] = use.edits;
      if (!edit || more.length > 0) return null;
      const input = { path: use.path, before: edit.old, after: edit.new };
      return call("edit", input, edit.all !== true);
    }
    case "list":
      return call("tree", { path: use.path }, false);
    case "view-image":
      return call("read_image", { source: use.path });
    case "todo":
      return call(
        "todo__todo_write",
        { content: use.items.map(printTask).join("\n") },
        use.items.every(({ status }) => status !== "in_progress"),
      );
    case "subagent":
      return call("delegate", { instructions: use.prompt });
    case "mcp":
      if (!isObject(use.input)) return null;
      return call(`${use.server}__${use.name}`, use.input);
    case "search":
    case "glob":
    case "fetch":
    case "web-search":
    case "patch":
    case "ask":
    case "notebook-edit":
      return null;
  }
}

function executeCall({ command, cwd, timeoutMs }: ToolUse & { tool: "execute" }): Native {
  const isWhole = timeoutMs === undefined || timeoutMs % 1000 === 0;
  const input = compact({
    command: cwd === undefined ? command : `cd ${shellWord(cwd)} && ${command}`,
    timeout_secs: timeoutMs === undefined ? undefined : Math.max(1, Math.ceil(timeoutMs / 1000)),
  });
  return { name: "shell", input, exact: cwd === undefined && isWhole };
}

function readCommand({ path, offset, limit }: ToolUse & { tool: "read" }): string {
  if (offset === undefined && limit === undefined) return `cat ${shellWord(path)}`;
  const start = Math.max(1, offset ?? 1);
  const end = limit === undefined ? "$" : String(start + Math.max(1, limit) - 1);
  return `sed -n '${start},${end}p' ${shellWord(path)}`;
}

function printTask({ text, status }: TodoItem): string {
  return `- [${status === "completed" ? "x" : " "}] ${text}`;
}

/** The strictest of the APIs that it speaks with wants this form of name, and an object. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

const EXIT = /(?:^|\n\n)Command exited with code (\d+)$/;
/** What the shell says of a command that printed nothing. */
const NOTHING = "(no output)";

/** A native result in the shared form: the words that the shell adds to the output are taken off. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined) return result;
  if (!result.isError) {
    return text === NOTHING ? { ...withText(result, ""), exitCode: 0 } : result;
  }
  const exit = EXIT.exec(text.slice(-64));
  if (!exit) return result;
  const output = text.slice(0, text.length - exit[0].length);
  return { ...withText(result, output === NOTHING ? "" : output), exitCode: Number(exit[1]) };
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const { exitCode = 0, isError } = result;
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined || (isError && exitCode === 0)) return result;
  const output = text === "" ? NOTHING : text;
  if (exitCode === 0) return withText(result, output);
  const said = `${output}\n\nCommand exited with code ${exitCode}`;
  return { ...withText(result, said), isError: true };
}

/** What the shell tells besides the text, for the screen. */
export function resultExtras(use: ToolUse | null, result: ToolResultPart): JsonObject {
  const stdout = use?.tool === "execute" ? onlyText(result) : undefined;
  if (stdout === undefined || (result.isError && result.exitCode === undefined)) return {};
  return { structuredContent: { stdout, stderr: "", exit_code: result.exitCode ?? 0 } };
}
