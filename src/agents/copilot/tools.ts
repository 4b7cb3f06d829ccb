/**
 * Maps Copilot CLI's tools to the shared vocabulary. Schemas as 1.0.102 declares them to its
 * models.
 */

import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  TextEdit,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly, onlyText, withText } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  // GPT models get apply_patch, a tool whose input is text rather than an object.
  if (name === "apply_patch") return patchUse(input);
  if (!isObject(input)) return null;
  const text = (key: string) => string(input[key]);
  const path = text("path");
  switch (name) {
    case "bash":
      return executeUse(input);
    case "view":
      return path === undefined ? null : readUse(path, input.view_range);
    case "create": {
      const content = text("file_text");
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "edit":
      return editUse(path, text("old_str"), text("new_str"));
    // The same tool: OpenAI's models know it as rg, Anthropic's as grep.
    case "rg":
    case "grep":
      return searchUse(input);
    case "glob":
      return globUse(input);
    case "web_fetch": {
      const url = text("url");
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "web_search": {
      const query = text("query");
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "task":
      return subagentUse(input);
    default:
      return null;
  }
}

/**
 * A call of an MCP server's tool, which is named `<server>-<tool>`; only the request distinguishes
 * it.
 */
export function mcpUse(server: string, name: string, input: Json): ToolUse {
  return { tool: "mcp", server, name, input };
}

function patchUse(input: Json): ToolUse | null {
  const patch = string(input) ?? (isObject(input) ? string(input.input) : undefined);
  return patch === undefined ? null : { tool: "patch", patch };
}

/** A background command is not a plain one; initial_wait is not a timeout. */
function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  return command === undefined || input.mode === "async" ? null : { tool: "execute", command };
}

/** `view_range`: first and last line; -1 is the end of the file. */
function readUse(path: string, range: Json | undefined): ToolUse {
  const [first, last] = array(range).map((line) => number(line));
  if (first === undefined) return { tool: "read", path };
  const limit = last === undefined || last < first ? {} : { limit: last - first + 1 };
  return { tool: "read", path, offset: first, ...limit };
}

function editUse(
  path: string | undefined,
  old: string | undefined,
  now: string | undefined,
): ToolUse | null {
  if (path === undefined || old === undefined || now === undefined) return null;
  return { tool: "edit", path, edits: [{ old, new: now }] };
}

function where(paths: Json | undefined): { path?: string } {
  const path = string(paths);
  return path === undefined ? {} : { path };
}

function searchUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  const glob = string(input.glob);
  if (pattern === undefined || Array.isArray(input.paths)) return null;
  if (!hasOnly(input, ["pattern", "paths", "glob", "output_mode"])) return null;
  return {
    tool: "search",
    pattern,
    ...where(input.paths),
    ...(glob === undefined ? {} : { glob }),
  };
}

function globUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern === undefined || Array.isArray(input.paths)) return null;
  return { tool: "glob", pattern, ...where(input.paths) };
}

function subagentUse(input: JsonObject): ToolUse | null {
  const prompt = string(input.prompt);
  const description = string(input.description);
  const type = string(input.agent_type);
  if (prompt === undefined) return null;
  return {
    tool: "subagent",
    prompt,
    ...(description === undefined ? {} : { description }),
    ...(type === undefined ? {} : { type }),
  };
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: Json, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const command =
        use.cwd === undefined ? use.command : `cd ${shellWord(use.cwd)} && ${use.command}`;
      // Required from the model; the screen shows it above the command.
      return call("bash", { command, description: "Run a command" }, use.cwd === undefined);
    }
    case "read":
      return call("view", compact({ path: use.path, view_range: rangeOf(use) }));
    case "write":
      return call("create", { path: use.path, file_text: use.content });
    case "edit":
      return editCall(use);
    case "patch":
      return call("apply_patch", use.patch);
    case "search":
      return call("grep", compact({ pattern: use.pattern, paths: use.path, glob: use.glob }));
    case "glob":
      return call("glob", compact({ pattern: use.pattern, paths: use.path }));
    // view also shows folders and images.
    case "list":
      return call("view", { path: use.path }, false);
    case "view-image":
      return call("view", { path: use.path });
    case "fetch":
      return call("web_fetch", { url: use.url }, use.prompt === undefined);
    case "web-search":
      return call("web_search", { query: use.query });
    case "subagent": {
      const { prompt, description = "A task", type = "general-purpose" } = use;
      return call("task", { description, prompt, agent_type: type, name: "task" });
    }
    case "mcp": {
      if (!isObject(use.input)) return null;
      return call(`${use.server}-${use.name}`, use.input);
    }
    case "todo":
    case "ask":
    case "notebook-edit":
      return null;
  }
}

function rangeOf({ offset, limit }: ToolUse & { tool: "read" }): Json | undefined {
  if (offset === undefined && limit === undefined) return undefined;
  const first = offset ?? 1;
  return [first, limit === undefined ? -1 : first + limit - 1];
}

/** `edit` replaces one text that must occur once; anything more is a patch. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native {
  const [first] = edits;
  if (first && edits.length === 1) {
    const input = { path, old_str: first.old, new_str: first.new };
    return { name: "edit", input, exact: first.all !== true };
  }
  const hunks = edits.map((edit) => `@@\n${lines("-", edit.old)}${lines("+", edit.new)}`);
  const patch = `*** Begin Patch\n*** Update File: ${path}\n${hunks.join("")}*** End Patch\n`;
  return { name: "apply_patch", input: patch, exact: false };
}

function lines(sign: "-" | "+", text: string): string {
  if (text === "") return "";
  return `${sign}${text.replace(/\n$/, "").replaceAll("\n", `\n${sign}`)}\n`;
}

/**
 * Text as input makes a custom call, which the CLI puts into an object for APIs without such calls.
 */
function accepts(call: ToolCallPart): boolean {
  const { name, input } = call;
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && (isObject(input) || typeof input === "string");
}

export const tools: Tools = { toNative, accepts };

/** The CLI's screen name for a tool. */
export const TITLES: { readonly [name: string]: string } = {
  bash: "Running command",
  view: "Viewing file",
  create: "Creating file",
  edit: "Editing file",
  apply_patch: "Applying patch",
  rg: "Searching files",
  grep: "Searching files",
  glob: "Finding files",
};

/** The purpose of a call, in the CLI's words; undefined if it shows none. */
export function intention(name: string, input: Json): string | undefined {
  if (!isObject(input)) return undefined;
  const path = string(input.path) ?? "";
  switch (name) {
    case "view":
      return `view the file at ${path}.`;
    case "create":
      return `create a new file at ${path}.`;
    case "edit":
      return `edit the file at ${path}.`;
    case "rg":
    case "grep":
    case "glob":
      return string(input.pattern);
    default:
      return string(input.description);
  }
}

const EXIT = /\n<shellId: \d+ completed with exit code (-?\d+)>$/;

/** A native result in the shared form: without the line that bash adds to the output. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  const exit = text === undefined ? null : EXIT.exec(text.slice(-80));
  if (text === undefined || !exit) return result;
  const output = text.slice(0, text.length - exit[0].length);
  return { ...withText(result, output), exitCode: Number(exit[1]) };
}

/** The inverse of `parseResult`. */
export function printResult(
  use: ToolUse | null,
  result: ToolResultPart,
  shellId: number,
): ToolResultPart {
  const text = use?.tool === "execute" && !isRefused(result) ? onlyText(result) : undefined;
  if (text === undefined) return result;
  const code = result.exitCode ?? 0;
  const worded = `${text}\n<shellId: ${shellId} completed with exit code ${code}>`;
  // The CLI treats every command that ended as a success.
  return { ...withText(result, worded), isError: false };
}

/** A command that failed without a code did not run, or not to its end. */
function isRefused({ isError, exitCode }: ToolResultPart): boolean {
  return isError && exitCode === undefined;
}

/**
 * What the CLI's screen shows of a file that was written or edited: without it, only the path.
 * Never sent to a model. The position of an edited line in the file is unknown here.
 */
export function diffOf(use: ToolUse | null): string | undefined {
  if (use?.tool === "write") {
    const made = "create file mode 100644\nindex 0000000..0000000\n--- a/dev/null";
    return diffText(use.path, made, [{ old: "", new: use.content }]);
  }
  if (use?.tool !== "edit") return undefined;
  return diffText(use.path, `index 0000000..0000000 100644\n--- a${use.path}`, use.edits);
}

function diffText(path: string, head: string, edits: readonly TextEdit[]): string {
  const hunks = edits.map((edit) => {
    const [gone, added] = [lines("-", edit.old), lines("+", edit.new)];
    return `@@ -1,${count(gone)} +1,${count(added)} @@\n${gone}${added}`;
  });
  return `\ndiff --git a${path} b${path}\n${head}\n+++ b${path}\n${hunks.join("")}`;
}

function count(text: string): number {
  return text.split("\n").length - 1;
}
