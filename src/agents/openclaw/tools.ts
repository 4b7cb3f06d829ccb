/** OpenClaw's own tools in the shared vocabulary, besides those that it has from Pi. As 2026.9.6 declares them to its model. */
import type { Tools } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import type { Json, JsonObject, ToolResultPart, ToolUse } from "../../session/types.ts";
import { patchUse } from "../shared/patch.ts";
import { fromNative as fromPi, only, onlyText, tools as pi, withText } from "../shared/pi/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  switch (name) {
    case "exec":
      return executeUse(input);
    case "apply_patch":
      return patchUse(string(input.input));
    case "view_image": {
      const path = only(input, ["path"]) ? string(input.path) : undefined;
      return path === undefined ? null : { tool: "view-image", path };
    }
    default:
      return fromPi(name, input);
  }
}

function executeUse(input: JsonObject): ToolUse | null {
  const command = string(input.command);
  if (command === undefined) return null;
  const cwd = string(input.workdir);
  const seconds = number(input.timeoutSeconds);
  return {
    tool: "execute",
    command,
    ...(cwd === undefined || cwd === "" ? {} : { cwd }),
    ...(seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) }),
  };
}

function toNative(use: ToolUse): { name: string; input: Json; exact: boolean } | null {
  switch (use.tool) {
    case "execute": {
      const timeoutSeconds = use.timeoutMs === undefined ? undefined : use.timeoutMs / 1000;
      const input = compact({ command: use.command, workdir: use.cwd, timeoutSeconds });
      return { name: "exec", input, exact: true };
    }
    case "patch":
      return { name: "apply_patch", input: { input: use.patch }, exact: true };
    case "view-image":
      return { name: "view_image", input: { path: use.path }, exact: true };
    // It has none of these: its model searches with exec.
    case "search":
    case "glob":
      return null;
    default:
      return pi.toNative(use);
  }
}

export const tools: Tools = { toNative, accepts: pi.accepts };

const NO_OUTPUT = "(no output)";
const EXIT = /(?:^|\n\n)\(Command exited with code (\d+)\)$/;

/** A native result in the shared form: the words that exec adds to the output are taken off. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined) return result;
  const exit = EXIT.exec(text.slice(-64));
  const output = exit ? text.slice(0, text.length - exit[0].length) : text;
  const plain = withText(result, output === NO_OUTPUT ? "" : output);
  return exit ? { ...plain, exitCode: Number(exit[1]) } : plain;
}

/** The inverse of `parseResult`. A command that fails is no failed call: `isError` is as it was. */
export function printResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = use?.tool === "execute" ? onlyText(result) : undefined;
  if (text === undefined) return result;
  const output = text === "" ? NO_OUTPUT : text;
  const { exitCode = 0 } = result;
  if (exitCode === 0) return withText(result, output);
  return withText(result, `${output}\n\n(Command exited with code ${exitCode})`);
}
