/** Maps Claude Code's tools to the shared vocabulary. Inputs as in 2.1.197 and earlier versions. */

import type { Tools } from "../../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../../session/json.ts";
import { shellWord } from "../../../session/text.ts";
import type {
  Json,
  JsonObject,
  ResultPart,
  TextEdit,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../../session/types.ts";
import { mcpCall, mcpUse, todoUse } from "../tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const text = (key: string) => string(input[key]);
  const path = text("file_path") ?? text("path");
  switch (name) {
    case "Bash":
      return executeUse(input);
    case "Read":
      return path === undefined ? null : readUse(path, input);
    case "Write": {
      const content = text("content");
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "Edit":
      return editUse(path, [input]);
    case "MultiEdit":
      return editUse(path, array(input.edits));
    case "NotebookEdit": {
      const notebook = text("notebook_path");
      return notebook === undefined ? null : { tool: "notebook-edit", path: notebook, input };
    }
    case "LS":
      return path === undefined ? null : { tool: "list", path };
    case "Grep":
    case "Glob":
      return searchUse(name, input);
    case "WebFetch":
    case "WebSearch":
      return webUse(input);
    case "TodoWrite":
      return todoUse(input.todos, "content");
    case "Task":
    case "Agent":
      return subagentUse(input);
    case "AskUserQuestion":
      return { tool: "ask", questions: input.questions ?? null };
    default:
      return mcpUse(name, input);
  }
}

/**
 * What a call of a vendor's tool means: its sandbox is not the user's machine, so only searching
 * and fetching are equivalent to the agent's own tools.
 */
export function fromServer(name: string, input: Json, server: string | undefined): ToolUse | null {
  if (server !== undefined) return { tool: "mcp", server, name, input };
  if (!isObject(input) || !/^web_(?:search|fetch)/.test(name)) return null;
  return webUse(input);
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  const timeoutMs = number(input.timeout);
  if (command === undefined || input.run_in_background === true) return null;
  return { tool: "execute", command, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

function readUse(path: string, input: JsonObject): ToolUse {
  const offset = number(input.offset);
  const limit = number(input.limit);
  return {
    tool: "read",
    path,
    ...(offset === undefined ? {} : { offset }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function editUse(path: string | undefined, edits: readonly Json[]): ToolUse | null {
  const parsed: TextEdit[] = [];
  for (const edit of edits) {
    const old = string(member(edit, "old_string"));
    const now = string(member(edit, "new_string"));
    if (old === undefined || now === undefined) return null;
    const all = member(edit, "replace_all") === true;
    parsed.push({ old, new: now, ...(all ? { all } : {}) });
  }
  return path === undefined || parsed.length === 0 ? null : { tool: "edit", path, edits: parsed };
}

function searchUse(name: "Grep" | "Glob", input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  const path = string(input.path);
  const glob = string(input.glob);
  if (pattern === undefined) return null;
  const where = path === undefined ? {} : { path };
  if (name === "Glob") return { tool: "glob", pattern, ...where };
  // Output modes, context and flags change what the call does; only the plain form is equivalent.
  const plain = Object.keys(input).every((key) =>
    ["pattern", "path", "glob", "output_mode"].includes(key),
  );
  return plain
    ? { tool: "search", pattern, ...where, ...(glob === undefined ? {} : { glob }) }
    : null;
}

function webUse(input: JsonObject): ToolUse | null {
  const url = string(input.url);
  const prompt = string(input.prompt);
  if (url !== undefined) return { tool: "fetch", url, ...(prompt === undefined ? {} : { prompt }) };
  const query = string(input.query);
  return query === undefined ? null : { tool: "web-search", query };
}

function subagentUse(input: JsonObject): ToolUse | null {
  const prompt = string(input.prompt);
  const description = string(input.description);
  const type = string(input.subagent_type);
  if (prompt === undefined) return null;
  return {
    tool: "subagent",
    prompt,
    ...(description === undefined ? {} : { description }),
    ...(type === undefined ? {} : { type }),
  };
}

function toNative(use: ToolUse): { name: string; input: Json; exact: boolean } | null {
  const call = (name: string, input: JsonObject, exact = true) => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const command =
        use.cwd === undefined ? use.command : `cd ${shellWord(use.cwd)} && ${use.command}`;
      return call("Bash", compact({ command, timeout: use.timeoutMs }), use.cwd === undefined);
    }
    case "read":
      return call("Read", compact({ file_path: use.path, offset: use.offset, limit: use.limit }));
    case "write":
      return call("Write", { file_path: use.path, content: use.content });
    case "edit":
      return editCall(use.path, use.edits);
    case "search":
      return call("Grep", compact({ pattern: use.pattern, path: use.path, glob: use.glob }));
    case "glob":
      return call("Glob", compact({ pattern: use.pattern, path: use.path }));
    case "list":
      return call("Bash", { command: `ls ${shellWord(use.path)}` }, false);
    case "fetch":
      return call("WebFetch", { url: use.url, prompt: use.prompt ?? "" }, use.prompt !== undefined);
    case "web-search":
      return call("WebSearch", { query: use.query });
    case "todo":
      return call("TodoWrite", {
        todos: use.items.map(({ text, status }) => ({ content: text, status, activeForm: text })),
      });
    case "subagent":
      return call(
        "Agent",
        compact({ description: use.description, prompt: use.prompt, subagent_type: use.type }),
      );
    case "mcp":
      return mcpCall(use);
    case "view-image":
      return call("Read", { file_path: use.path });
    case "notebook-edit":
      return isObject(use.input) ? call("NotebookEdit", use.input) : null;
    case "ask":
    case "patch":
      return null;
  }
}

/** Edit takes one replacement; several become MultiEdit, which older versions have. */
function editCall(path: string, edits: TextEdit[]): { name: string; input: Json; exact: boolean } {
  const one = (edit: TextEdit) =>
    compact({ old_string: edit.old, new_string: edit.new, replace_all: edit.all ?? false });
  const [first] = edits;
  if (first && edits.length === 1) {
    return { name: "Edit", input: { file_path: path, ...one(first) }, exact: true };
  }
  return { name: "MultiEdit", input: { file_path: path, edits: edits.map(one) }, exact: true };
}

// The Messages API: name ^[a-zA-Z0-9_-]{1,128}$ and an object as input.
function accepts(call: ToolCallPart): boolean {
  return /^[a-zA-Z0-9_-]{1,128}$/.test(call.name) && isObject(call.input);
}

type Content = readonly ResultPart[];

/** The text of a result whose content is only text. */
export function onlyText(content: Content): string | undefined {
  const [first] = content;
  if (content.length === 0) return "";
  return content.length === 1 && first?.kind === "text" ? first.text : undefined;
}

/** Read numbers the lines it shows, "1\tfirst"; the shared form has them without numbers. */
export function numberLines(text: string, from: number): string {
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) lines[i] = `${from + i}\t${lines[i]}`;
  return lines.join("\n");
}

const NUMBER = / *\d+[\t→]/y;

/** The inverse of `numberLines`; undefined if the text is not numbered without gaps. */
export function unnumberLines(text: string): string | undefined {
  const out: string[] = [];
  let number = firstNumber(text);
  if (Number.isNaN(number)) return undefined;
  for (let from = 0, end = 0; end >= 0; from = end + 1) {
    const start = afterNumber(text, from, number++);
    if (start < 0) return undefined;
    end = text.indexOf("\n", start);
    out.push(text.slice(start, end < 0 ? undefined : end));
  }
  return out.join("\n");
}

function firstNumber(text: string): number {
  return Number(/^ *\d+(?=[\t→])/.exec(text)?.[0]);
}

/**
 * Where the line that begins at `from` continues after this number; -1 if it has another number.
 */
function afterNumber(text: string, from: number, number: number): number {
  const usual = `${number}\t`;
  if (text.startsWith(usual, from)) return from + usual.length;
  NUMBER.lastIndex = from;
  if (!NUMBER.test(text)) return -1;
  const start = NUMBER.lastIndex;
  return Number(text.slice(from, start - 1)) === number ? start : -1;
}

const EXIT = /^Exit code (\d+)(?:\n|$)/;

/** A native result in the shared form: without line numbers and the exit code's line. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result.content);
  if (text === undefined || !use) return result;
  if (use.tool === "read" && !result.isError) {
    const plain = unnumberLines(text);
    return plain === undefined ? result : { ...result, content: [{ kind: "text", text: plain }] };
  }
  const [line, code] = (use.tool === "execute" && result.isError && EXIT.exec(text)) || [];
  if (line === undefined) return result;
  return {
    ...result,
    exitCode: Number(code),
    content: [{ kind: "text", text: text.slice(line.length) }],
  };
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, part: ToolResultPart): ToolResultPart {
  const text = onlyText(part.content);
  if (text === undefined || !use) return part;
  if (use.tool === "read" && !part.isError) {
    return { ...part, content: [{ kind: "text", text: numberLines(text, use.offset ?? 1) }] };
  }
  if (use.tool !== "execute" || part.exitCode === undefined || part.exitCode === 0) return part;
  const worded = text === "" ? `Exit code ${part.exitCode}` : `Exit code ${part.exitCode}\n${text}`;
  return { ...part, isError: true, content: [{ kind: "text", text: worded }] };
}

export const tools: Tools = { toNative, accepts };
