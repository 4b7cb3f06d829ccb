/** Antigravity's tools in the shared vocabulary. Names and arguments: see README.md. */
import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import type { Json, JsonObject, ToolCallPart, ToolUse } from "../../session/types.ts";
import { hasOnly, mcpCall, mcpUse, present } from "../shared/tools.ts";

/** What a call says of itself for the screen. */
const SHOWN = ["toolAction", "toolSummary", "Description", "Instruction"];

/** How long a command is waited for before it runs on by itself: the CLI's own value. */
const WAIT_MS = 2000;

function only(input: JsonObject, names: readonly string[]): boolean {
  return hasOnly(input, [...names, ...SHOWN]);
}

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  switch (name) {
    case "run_command": {
      const command = string(input.CommandLine);
      const isPlain = only(input, ["CommandLine", "Cwd", "WaitMsBeforeAsync", "SafeToAutoRun"]);
      if (command === undefined || !isPlain) return null;
      return { tool: "execute", command, ...present("cwd", input.Cwd) };
    }
    case "view_file":
      return readUse(input);
    case "write_to_file": {
      const [path, content] = [string(input.TargetFile), string(input.CodeContent)];
      if (path === undefined || content === undefined) return null;
      return { tool: "write", path, content };
    }
    case "replace_file_content":
      return editUse(input);
    case "list_dir": {
      const path = string(input.DirectoryPath);
      return path === undefined ? null : { tool: "list", path };
    }
    default:
      return mcpUse(name, input);
  }
}

function readUse(input: JsonObject): ToolUse | null {
  const path = string(input.AbsolutePath);
  const [first, last] = [number(input.StartLine), number(input.EndLine)];
  if (path === undefined || !only(input, ["AbsolutePath", "StartLine", "EndLine"])) return null;
  if (last !== undefined && last < (first ?? 1)) return null;
  const limit = last === undefined ? {} : { limit: last - (first ?? 1) + 1 };
  return { tool: "read", path, ...(first === undefined ? {} : { offset: first }), ...limit };
}

function editUse(input: JsonObject): ToolUse | null {
  const path = string(input.TargetFile);
  const [old, now] = [string(input.TargetContent), string(input.ReplacementContent)];
  if (path === undefined || old === undefined || now === undefined) return null;
  const names = "TargetFile TargetContent ReplacementContent AllowMultiple StartLine EndLine";
  if (!only(input, names.split(" "))) return null;
  const all = input.AllowMultiple === true ? { all: true } : {};
  return { tool: "edit", path, edits: [{ old, new: now, ...all }] };
}

type Native = { name: string; input: Json; exact: boolean };

function call(name: string, input: JsonObject, exact = true): Native {
  return { name, input, exact };
}

function toNative(use: ToolUse): Native | null {
  switch (use.tool) {
    case "execute": {
      const input = { CommandLine: use.command, Cwd: use.cwd, WaitMsBeforeAsync: WAIT_MS };
      return call("run_command", compact(input), use.timeoutMs === undefined);
    }
    case "read": {
      const { path, offset, limit } = use;
      const last = limit === undefined ? undefined : (offset ?? 1) + limit - 1;
      const input = { AbsolutePath: path, StartLine: offset, EndLine: last };
      return call("view_file", compact(input), offset === undefined || offset > 0);
    }
    case "write":
      return call("write_to_file", {
        TargetFile: use.path,
        CodeContent: use.content,
        Overwrite: true,
      });
    case "edit": {
      const [edit, ...more] = use.edits;
      if (!edit || more.length > 0) return null;
      const input = {
        TargetFile: use.path,
        TargetContent: edit.old,
        ReplacementContent: edit.new,
        AllowMultiple: edit.all,
      };
      return call("replace_file_content", compact(input));
    }
    case "list":
      return call("list_dir", { DirectoryPath: use.path });
    case "mcp":
      return mcpCall(use);
    default:
      return null;
  }
}

/** What Gemini's API accepts. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };
