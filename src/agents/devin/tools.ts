/** Devin's tools in the shared vocabulary. README.md in this folder says where each was seen. */
import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import type {
  Json,
  JsonObject,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { hasOnly, onlyText, present, withText } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const path = string(input.file_path);
  switch (name) {
    case "exec":
      return executeUse(input);
    case "read":
      return path === undefined ? null : readUse(path, input);
    case "write": {
      const content = string(input.content);
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "run_subagent": {
      const prompt = string(input.task);
      if (prompt === undefined) return null;
      const type = present("type", input.profile);
      return { tool: "subagent", prompt, ...present("description", input.title), ...type };
    }
    default:
      return null;
  }
}

/** `timeout` counts milliseconds. */
function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined) return null;
  const timeout = number(input.timeout);
  return { tool: "execute", command, ...(timeout === undefined ? {} : { timeoutMs: timeout }) };
}

/** Options that were not seen may say anything: such a call stays as it is. */
function readUse(path: string, input: JsonObject): ToolUse | null {
  return hasOnly(input, ["file_path"]) ? { tool: "read", path } : null;
}

type Native = { name: string; input: Json; exact: boolean };

function toNative(use: ToolUse): Native | null {
  const call = (name: string, input: JsonObject, exact = true): Native => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const { command, timeoutMs: timeout, cwd } = use;
      return call("exec", compact({ command, timeout }), cwd === undefined);
    }
    case "read":
      return use.offset === undefined && use.limit === undefined
        ? call("read", { file_path: use.path })
        : null;
    case "write":
      return call("write", { file_path: use.path, content: use.content });
    case "subagent": {
      const { prompt: task, description: title = "Subagent", type: profile } = use;
      const input = compact({ title, task, profile, is_background: false });
      return call("run_subagent", input, use.description !== undefined);
    }
    // The arguments of its tools for the others were not seen.
    default:
      return null;
  }
}

/** The strictest of the APIs that it may speak with wants this form of name, and an object. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };

/** `Output from command in shell 4768a1:`, the output, and the exit code. */
const OUTPUT = /^Output from command in shell \S+:\n([\s\S]*)\n\nExit code: (-?\d+)$/;

/** A native result in the shared form: the output of a command, and its exit code. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  const [, output, code] = OUTPUT.exec(text ?? "") ?? [];
  if (output === undefined) return result;
  return { ...withText(result, output), exitCode: Number(code) };
}

/** The inverse of `parseResult`. */
export function printResult(
  use: ToolUse | null,
  result: ToolResultPart,
  shell: string,
): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined || result.exitCode === undefined) return result;
  const output = `Output from command in shell ${shell}:\n${text}`;
  return withText(result, `${output}\n\nExit code: ${result.exitCode}`);
}
