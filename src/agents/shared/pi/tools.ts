/** Maps Pi's built-in tools to the shared vocabulary. Schemas as in 1.5.2 (dist/core/tools). */

import type { Tools } from "../../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../../session/json.ts";
import { shellWord } from "../../../session/text.ts";
import type {
  Json,
  JsonObject,
  TextEdit,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../../session/types.ts";
import { mcpCall, mcpUse, present } from "../tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "bash":
      return executeUse(input);
    case "read":
      return path === undefined ? null : readUse(path, input);
    case "write": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "edit":
      return path === undefined ? null : editUse(path, input);
    case "grep":
      return searchUse(input);
    case "find": {
      const pattern = only(input, ["pattern", "path"]) ? string(input.pattern) : undefined;
      return pattern === undefined ? null : { tool: "glob", pattern, ...present("path", path) };
    }
    case "ls":
      return only(input, ["path"]) ? { tool: "list", path: path ?? "." } : null;
    default:
      return mcpUse(name, input);
  }
}

/** Does a call have no options beyond these, which the shared form can express? */
export function only(input: JsonObject, keys: readonly string[]): boolean {
  return Object.keys(input).every((key) => keys.includes(key));
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  const seconds = number(input.timeout);
  if (command === undefined) return null;
  return {
    tool: "execute",
    command,
    ...(seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) }),
  };
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

/** Up to 0.73, an edit could also be in the call itself: {path, oldText, newText}. */
function editUse(path: string, input: JsonObject): ToolUse | null {
  const listed = Array.isArray(input.edits) ? array(input.edits) : [input];
  const edits: TextEdit[] = [];
  for (const edit of listed) {
    const old = string(member(edit, "oldText"));
    const now = string(member(edit, "newText"));
    if (old === undefined || now === undefined) return null;
    edits.push({ old, new: now });
  }
  return edits.length === 0 ? null : { tool: "edit", path, edits };
}

function searchUse(input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern === undefined || !only(input, ["pattern", "path", "glob"])) return null;
  return {
    tool: "search",
    pattern,
    ...present("path", string(input.path)),
    ...present("glob", string(input.glob)),
  };
}

function toNative(use: ToolUse): { name: string; input: Json; exact: boolean } | null {
  const call = (name: string, input: JsonObject, exact = true) => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const command =
        use.cwd === undefined ? use.command : `cd ${shellWord(use.cwd)} && ${use.command}`;
      const timeout = use.timeoutMs === undefined ? undefined : use.timeoutMs / 1000;
      return call("bash", compact({ command, timeout }), use.cwd === undefined);
    }
    case "read":
      return call("read", compact({ path: use.path, offset: use.offset, limit: use.limit }));
    case "write":
      return call("write", { path: use.path, content: use.content });
    case "edit":
      return call(
        "edit",
        {
          path: use.path,
          edits: use.edits.map((edit) => ({ oldText: edit.old, newText: edit.new })),
        },
        // Pi's edit requires each oldText to occur once.
        use.edits.every((edit) => edit.all !== true),
      );
    case "search":
      return call("grep", compact({ pattern: use.pattern, path: use.path, glob: use.glob }));
    case "glob":
      return call("find", compact({ pattern: use.pattern, path: use.path }));
    case "list":
      return call("ls", { path: use.path });
    case "mcp":
      return mcpCall(use);
    // read shows images, too.
    case "view-image":
      return call("read", { path: use.path });
    case "patch":
    case "fetch":
    case "web-search":
    case "todo":
    case "subagent":
    case "ask":
    case "notebook-edit":
      return null;
  }
}

/** Pi sends a call under its own name; the strictest of the APIs behind it requires this form. */
function accepts(call: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(call.name) && isObject(call.input);
}

export const tools: Tools = { toNative, accepts };

const NO_OUTPUT = "(no output)";
const EXIT = /(?:^|\n\n)Command exited with code (\d+)$/;

/** A native result in the shared form: without the words that bash adds to the output. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined) return result;
  const exit = result.isError ? EXIT.exec(text.slice(-64)) : null;
  const output = exit ? text.slice(0, text.length - exit[0].length) : text;
  const plain = withText(result, output === NO_OUTPUT ? "" : output);
  return exit ? { ...plain, exitCode: Number(exit[1]) } : plain;
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined) return result;
  const output = text === "" ? NO_OUTPUT : text;
  if (result.exitCode === undefined || result.exitCode === 0) return withText(result, output);
  const worded = `${output}\n\nCommand exited with code ${result.exitCode}`;
  return { ...withText(result, worded), isError: true };
}

export function onlyText({ content }: ToolResultPart): string | undefined {
  const [first] = content;
  if (first === undefined) return "";
  return content.length === 1 && first.kind === "text" ? first.text : undefined;
}

export function withText(result: ToolResultPart, text: string): ToolResultPart {
  return { ...result, content: text === "" ? [] : [{ kind: "text", text }] };
}

/**
 * What Pi's screen shows of an edit: without it, only the path. Never sent to a model. The lines'
 * position in the file is unknown here, so they have no numbers.
 */
export function editDetails(use: ToolUse | null): JsonObject | undefined {
  if (use?.tool !== "edit") return undefined;
  const hunks = use.edits.map((edit) =>
    [...diffLines("-", edit.old), ...diffLines("+", edit.new)].join("\n"),
  );
  return { diff: hunks.join("\n  ...\n") };
}

function diffLines(sign: "-" | "+", text: string): string[] {
  const lines = text.replace(/\n$/, "").split("\n");
  return text === "" ? [] : lines.map((line) => `${sign} ${line}`);
}
