/** gptme's tools in the shared vocabulary. Schemas as 0.35.1 declares them to its models. */
import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type {
  Json,
  JsonObject,
  TextEdit,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly, onlyText } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.path);
  switch (name) {
    case "shell": {
      const command = string(input.command);
      const isPlain = hasOnly(input, ["command", "background"]) && input.background !== true;
      return command === undefined || !isPlain ? null : { tool: "execute", command };
    }
    case "read":
      return path === undefined ? null : readUse(path, input);
    case "save": {
      const content = string(input.content);
      if (path === undefined || content === undefined || !hasOnly(input, ["path", "content"])) {
        return null;
      }
      return { tool: "write", path, content };
    }
    case "patch": {
      const edits = hasOnly(input, ["path", "patch"]) ? editsIn(string(input.patch) ?? "") : null;
      return path === undefined || edits === null ? null : { tool: "edit", path, edits };
    }
    default:
      return mcpUse(name, input);
  }
}

function readUse(path: string, input: JsonObject): ToolUse | null {
  const [start, end] = [number(input.start_line), number(input.end_line)];
  if (!hasOnly(input, ["path", "start_line", "end_line"])) return null;
  if ((start ?? 1) < 1 || (end ?? Number.MAX_SAFE_INTEGER) < (start ?? 1)) return null;
  return {
    tool: "read",
    path,
    ...(start === undefined ? {} : { offset: start }),
    ...(end === undefined ? {} : { limit: end - (start ?? 1) + 1 }),
  };
}

const ORIGINAL = "<<<<<<< ORIGINAL\n";
const DIVIDER = "\n=======\n";
const UPDATED = "\n>>>>>>> UPDATED";

/** The blocks of a patch; null if it is anything else. */
function editsIn(patch: string): TextEdit[] | null {
  const blocks = patch.split(ORIGINAL);
  if (blocks.shift() !== "" || blocks.length === 0) return null;
  const edits: TextEdit[] = [];
  for (const [n, block] of blocks.entries()) {
    const end = n === blocks.length - 1 ? UPDATED : `${UPDATED}\n`;
    const [old, now, ...more] = block.split(DIVIDER);
    if (old === undefined || now === undefined || more.length > 0 || !now.endsWith(end))
      return null;
    edits.push({ old, new: now.slice(0, -end.length) });
  }
  return edits;
}

/** null for texts that would be taken for the marks between them. */
function patchOf(edits: readonly TextEdit[]): string | null {
  const patch = edits
    .map(({ old, new: now }) => ORIGINAL + old + DIVIDER + now + UPDATED)
    .join("\n");
  const read = editsIn(patch);
  const isSame = edits.every((edit, n) => edit.old === read?.[n]?.old && edit.new === read[n]?.new);
  return read?.length === edits.length && isSame ? patch : null;
}

/** Tools of MCP servers are named `server.tool`. */
function mcpUse(name: string, input: JsonObject): ToolUse | null {
  const [, server, tool] = /^([^.\s()]+)\.([^\s()]+)$/.exec(name) ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: Json, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute":
      return shellCall(use);
    case "read":
      return readCall(use);
    case "write":
      return call("save", { path: use.path, content: use.content });
    case "edit": {
      const patch = patchOf(use.edits);
      if (patch === null) return null;
      return call("patch", { path: use.path, patch }, !use.edits.some(({ all }) => all === true));
    }
    case "list":
      return call("shell", { command: `ls ${shellWord(use.path)}` }, false);
    case "mcp":
      return mcpCall(use);
    default:
      return null;
  }
}

/** Commands run in the session's folder, for as long as they take. */
function shellCall({ command, cwd, timeoutMs }: ToolUse & { tool: "execute" }): Native {
  const there = cwd === undefined ? command : `cd ${shellWord(cwd)} && ${command}`;
  const exact = cwd === undefined && timeoutMs === undefined;
  return { name: "shell", input: { command: there }, exact };
}

function readCall({ path, offset, limit }: ToolUse & { tool: "read" }): Native {
  const isCounted = (offset ?? 1) >= 1 && (limit ?? 1) >= 1;
  const start = isCounted ? offset : undefined;
  const end = isCounted && limit !== undefined ? (start ?? 1) + limit - 1 : undefined;
  const input = compact({ path, start_line: start, end_line: end });
  return { name: "read", input, exact: isCounted };
}

function mcpCall({ server, name, input }: ToolUse & { tool: "mcp" }): Native | null {
  const isPlain = /^[\w-]+$/.test(server) && /^[\w.-]+$/.test(name);
  return isObject(input) && isPlain ? { name: `${server}.${name}`, input, exact: true } : null;
}

/** What the narrowest of the APIs that it speaks with accepts. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

const CODE = /\n\nReturn code: (-?\d{1,9})\n$/;
/** Where a tool says nothing: APIs refuse a result without a text. */
const NOTHING = "No output";

/** A result of gptme's in the shared form. That it failed is told by its words alone, which stay. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (text === undefined) return result;
  const [, code] = (use?.tool === "execute" && CODE.exec(text)) || [];
  if (code !== undefined) return { ...result, isError: code !== "0", exitCode: Number(code) };
  return isFailure(text) ? { ...result, isError: true } : result;
}

function isFailure(text: string): boolean {
  return /^Error[: ]/.test(text);
}

/** The text of the record: with words that tell what the shared form tells otherwise. */
export function printResult(use: ToolUse | null, result: ToolResultPart, text: string): string {
  const { isError, exitCode } = result;
  if (use?.tool === "execute" && exitCode !== undefined && exitCode !== 0) {
    return CODE.test(text) ? text : `${text}\n\nReturn code: ${exitCode}\n`;
  }
  if (isError && !isFailure(text)) return `Error: ${text}`;
  return text === "" ? NOTHING : text;
}
