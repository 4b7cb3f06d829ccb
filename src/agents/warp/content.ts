/** What Warp's messages hold, as parts. */
import { array, isObject, member, number, string } from "../../session/json.ts";
import { otherPart, saidIn, unread } from "../../session/other.ts";
import { textPart } from "../../session/text.ts";
import type { Json, Part, ResultPart, ToolCallPart, ToolResultPart } from "../../session/types.ts";
import { callIdIn, toolIn } from "./records.ts";
import { fromNative, structOf } from "./tools.ts";

/** What the user said, and what went with it. */
export function readQuery(query: Json): Part[] {
  const said = texts(saidIn(member(query, "query")));
  const attached = array(member(query, "referenced_attachments"));
  return [...said, ...attached.map(readAttachment), ...readContext(member(query, "context"))];
}

function readAttachment(attachment: Json): Part {
  const value = member(attachment, "value");
  const name = string(member(attachment, "key")) || null;
  const command = member(value, "executed_shell_command");
  if (command !== undefined) return told(commandText(command));
  const content =
    member(value, "plain_text") ?? member(member(value, "document_content"), "content");
  if (typeof content === "string") return fileOf(name, content);
  const path = string(member(member(value, "file_path_reference"), "file_path"));
  if (path === undefined) return unread("referenced_attachments", "sealed");
  return { kind: "file", name: path, mediaType: "application/octet-stream", data: null };
}

/** What Warp sends with a prompt: pictures and files of the user's, commands, selected text. */
function readContext(context: Json | undefined): Part[] {
  const all = (key: string) => array(member(context, key));
  return [
    ...all("images").map(imageOf),
    ...all("files").map((file) => {
      const content = member(file, "content");
      const path = string(member(content, "file_path")) ?? null;
      return fileOf(path, saidIn(member(content, "content")));
    }),
    ...all("executed_shell_commands").map((command) => told(commandText(command))),
    ...all("selected_text").map((selected) => told(saidIn(member(selected, "text")))),
  ];
}

function imageOf(image: Json): Part {
  const data = string(member(image, "data"));
  const mediaType = string(member(image, "mime_type")) ?? "image/png";
  return data === undefined ? unread("images", "sealed") : { kind: "image", mediaType, data };
}

function fileOf(name: string | null, text: string): Part {
  return { kind: "file", name, mediaType: "text/plain", data: null, text };
}

function told(text: string): Part {
  return { kind: "text", text, told: true };
}

function commandText(command: Json): string {
  return `$ ${saidIn(member(command, "command"))}\n${saidIn(member(command, "output"))}`;
}

/** A prompt of Warp's own, such as to continue, or to sum up. */
export function readSystemQuery(query: Json): Part[] {
  const { input } = toolIn(query);
  const said = ["query", "prompt", "url"].map((key) => saidIn(member(input, key)));
  return said.flatMap((text) => (text === "" ? [] : [told(text)]));
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
  if (error !== undefined) return { ...part, isError: true, content: texts(errorOf(error)) };
  if (member(input, "permission_denied") !== undefined) {
    return { ...part, isError: true, content: texts("Permission denied") };
  }
  const finished = member(input, "command_finished");
  if (finished !== undefined) return { ...part, ...finishedOf(finished) };
  // How a command ended, before that had a message of its own.
  if (name === "run_shell_command" && member(input, "output") !== undefined) {
    return { ...part, ...finishedOf(input) };
  }
  return { ...part, isError: false, content: contentOf(name, input) };
}

/** What a message or, where there is none, the kind of an error says. */
function errorOf(error: Json): string {
  const said = saidIn(member(error, "message") ?? member(error, "error"));
  return said || (isObject(error) ? Object.keys(error).join(", ").replaceAll("_", " ") : "");
}

function finishedOf(finished: Json): Omit<ToolResultPart, "kind" | "callId"> {
  const exitCode = number(member(finished, "exit_code")) ?? 0;
  return { isError: exitCode !== 0, exitCode, content: texts(saidIn(member(finished, "output"))) };
}

function contentOf(name: string, input: Json): ResultPart[] {
  const snapshot = member(input, "long_running_command_snapshot");
  if (snapshot !== undefined) {
    return texts(`${saidIn(member(snapshot, "output"))}\n[the command is still running]`);
  }
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
    case "read_mcp_resource":
      return array(member(member(input, "success"), "contents")).map(resourceOf);
    case "read_skill":
      return filesOf([member(member(input, "success"), "content") ?? {}]);
    case "use_computer":
      return pictureOf(name, member(input, "success"), "screenshot");
    case "request_computer_use_result":
      return pictureOf(name, member(input, "approved") ?? input, "initial_screenshot");
    default:
      return listed(name, member(input, "success") ?? input);
  }
}

function resourceOf(resource: Json): ResultPart {
  const text = string(member(member(resource, "text"), "content"));
  return text === undefined ? otherPart("resource", resource) : { kind: "text", text };
}

function pictureOf(name: string, value: Json | undefined, key: string): ResultPart[] {
  const image = member(value, key);
  const data = string(member(member(image, "data"), "base64"));
  if (data === undefined) return value === undefined ? [] : [otherPart(name, value)];
  return [{ kind: "image", mediaType: string(member(image, "mime_type")) ?? "image/png", data }];
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
  const resource = member(result, "resource");
  if (resource !== undefined) return [resourceOf(resource)];
  const image = member(result, "image");
  const [data, mediaType] = [string(member(image, "data")), string(member(image, "mime_type"))];
  return data === undefined || mediaType === undefined
    ? [otherPart("result", result)]
    : [{ kind: "image", mediaType, data }];
}

const DOCUMENTS = ["documents", "updated_documents", "created_documents"];

/** Lists of files, matches and documents. */
function listed(name: string, success: Json): ResultPart[] {
  const documents = DOCUMENTS.flatMap((key) => array(member(success, key)));
  if (documents.length > 0) {
    return documents.flatMap((document) => texts(saidIn(member(document, "content"))));
  }
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
