/** What Warp's messages hold, as parts. */
import { array, isObject, member, number, string } from "../../session/json.ts";
import { otherPart, saidIn, unread } from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
import type { Json, Part, ResultPart, ToolCallPart, ToolResultPart } from "../../session/types.ts";
import { callIdIn, toolIn } from "./records.ts";
import { fromNative, structOf } from "./tools.ts";

/** What the user said. Attachments are in a form that is not decoded. */
export function readQuery(query: Json): Part[] {
  const said = texts(saidIn(member(query, "query")));
  const attached = array(member(query, "referenced_attachments"));
  return [...said, ...attached.map(() => unread("referenced_attachments", "sealed"))];
}

/** A prompt of Warp's own, such as to continue, or to sum up. */
export function readSystemQuery(query: Json): Part[] {
  const { input } = toolIn(query);
  const told = ["query", "prompt", "url"].map((key) => saidIn(member(input, key)));
  return told.flatMap((text) => (text === "" ? [] : [{ kind: "text", text, told: true }]));
}

export function readOutput(output: Json): Part[] {
  const text = saidIn(member(output, "text"));
  return text === "" ? [] : [textPart(text)];
}

export function readReasoning(reasoning: Json): Part[] {
  return [{ kind: "reasoning", text: saidIn(member(reasoning, "reasoning")) }];
}

export function readCall(call: Json): ToolCallPart {
  const { name, input } = toolIn(call);
  const callId = callIdIn(call);
  const use = fromNative(name, input);
  if (name !== "call_mcp_tool" || !isObject(input)) {
    return { kind: "tool-call", callId, name, input, use };
  }
  // The tool's own name and arguments, as a model knows them.
  const own = structOf(input.args);
  return { kind: "tool-call", callId, name: saidIn(input.name) || name, input: own, use };
}

export function readResult(result: Json): ToolResultPart {
  const { name, input } = toolIn(result);
  const part = { kind: "tool-result", callId: callIdIn(result) } as const;
  if (name === "cancel") return { ...part, isError: true, content: texts("Cancelled") };
  const error = member(input, "error");
  if (error !== undefined) {
    return { ...part, isError: true, content: texts(saidIn(member(error, "message"))) };
  }
  const finished = member(input, "command_finished");
  if (finished !== undefined) return { ...part, ...finishedOf(finished) };
  // How a command ended, before that had a message of its own.
  if (name === "run_shell_command" && member(input, "output") !== undefined) {
    return { ...part, ...finishedOf(input) };
  }
  return { ...part, isError: false, content: contentOf(name, input) };
}

function finishedOf(finished: Json): Omit<ToolResultPart, "kind" | "callId"> {
  const exitCode = number(member(finished, "exit_code")) ?? 0;
  return { isError: exitCode !== 0, exitCode, content: texts(saidIn(member(finished, "output"))) };
}

function contentOf(name: string, input: Json): ResultPart[] {
  switch (name) {
    case "server":
      return [unread("server", "sealed")];
    case "subagent":
      return texts(saidIn(member(input, "payload")));
    case "read_files": {
      const plain = array(member(member(input, "text_files_success"), "files"));
      const any = array(member(member(input, "any_files_success"), "files"));
      return filesOf([...plain, ...any.map((file) => member(file, "text_content") ?? file)]);
    }
    case "search_codebase":
      return filesOf(array(member(member(input, "success"), "files")));
    case "call_mcp_tool":
      return array(member(member(input, "success"), "results")).flatMap(mcpOf);
    default:
      return listed(name, member(input, "success") ?? input);
  }
}

/** Contents of files, each with its name before it where there are several. */
function filesOf(files: readonly Json[]): ResultPart[] {
  return files.flatMap((file): ResultPart[] => {
    const path = string(member(file, "file_path"));
    if (path === undefined) return [otherPart("file", file)];
    const content = saidIn(member(file, "content"));
    return texts(files.length === 1 ? content : `${path}:\n${content}`);
  });
}

function mcpOf(result: Json): ResultPart[] {
  const text = string(member(member(result, "text"), "text"));
  if (text !== undefined) return texts(text);
  const image = member(result, "image");
  const [data, mediaType] = [string(member(image, "data")), string(member(image, "mime_type"))];
  return data === undefined || mediaType === undefined
    ? [otherPart("result", result)]
    : [{ kind: "image", mediaType, data }];
}

/** Lists of files and matches. */
function listed(name: string, success: Json): ResultPart[] {
  const files = ["matched_files", "updated_files_v2", "updated_files", "deleted_files"];
  const lines = files.flatMap((key) => {
    const value = member(success, key);
    return typeof value === "string" ? [value] : array(value).flatMap(lineOf);
  });
  if (lines.length > 0) return texts(lines.join("\n"));
  const isNothing = isObject(success) && Object.keys(success).length === 0;
  return isNothing ? [] : [otherPart(name || "result", success)];
}

function lineOf(file: Json): string[] {
  const path = string(member(file, "file_path"));
  const matches = array(member(file, "matched_lines"));
  if (path === undefined) {
    const inner = member(file, "file");
    const own = string(member(inner, "file_path"));
    return own === undefined ? [] : [`${own}:\n${saidIn(member(inner, "content"))}`];
  }
  const content = member(file, "content");
  if (content !== undefined) return [`${path}:\n${saidIn(content)}`];
  const numbers = matches.map((match) => number(member(match, "line_number")) ?? 0);
  return [numbers.length === 0 ? path : `${path}:${numbers.join(",")}`];
}

function texts(text: string): { kind: "text"; text: string }[] {
  return text === "" ? [] : [{ kind: "text", text }];
}
