/**
 * What Codex's screen is drawn from: events beside the model's items, in one of two styles. A
 * paginated file shows `item_completed` events, a legacy file the older ones; each mode ignores the
 * other style's events, so each has its own (0.169).
 */

import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import { compact, member, string } from "../../session/json.ts";
import { textsAndImages } from "../../session/other.ts";
import type {
  ImagePart,
  Json,
  JsonObject,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { type Change, parsePatch, unifiedDiff } from "../shared/patch.ts";
import { imageUrl } from "./content.ts";
import { splitName } from "./tools.ts";

export interface Scene {
  paginated: boolean;
  cwd: string;
  turnId: string;
  time: string | null;
}

/** A placeholder for an id that the writer fills in with one that is new to the file. */
export const NEW_ID = "";

/** A TurnItem of a paginated file, or the payload of a legacy event. */
export type UiEvent = { item: JsonObject } | { payload: JsonObject };

export function userEvent(scene: Scene, parts: readonly Part[]): UiEvent {
  const images = parts.filter((part) => part.kind === "image").map(imageUrl);
  if (scene.paginated) {
    const content = [
      ...images.map((url) => ({ type: "image", image_url: url })),
      { type: "text", text: plainText(parts), text_elements: [] },
    ];
    return { item: { type: "UserMessage", id: NEW_ID, content } };
  }
  const message = plainText(parts);
  return {
    payload: { type: "user_message", message, images, local_images: [], text_elements: [] },
  };
}

export function agentEvent(scene: Scene, texts: readonly string[]): UiEvent {
  if (!scene.paginated) return { payload: { type: "agent_message", message: texts.join("\n") } };
  const content = texts.map((text) => ({ type: "Text", text }));
  return { item: { type: "AgentMessage", id: NEW_ID, content } };
}

export function reasoningEvent(scene: Scene, text: string): UiEvent[] {
  if (scene.paginated) {
    const summary = text === "" ? [] : [text];
    const item = { type: "Reasoning", id: NEW_ID, summary_text: summary, raw_content: [] };
    return [{ item }];
  }
  return text === "" ? [] : [{ payload: { type: "agent_reasoning", text } }];
}

export function compactionEvent(scene: Scene): UiEvent {
  if (!scene.paginated) return { payload: { type: "context_compacted" } };
  return { item: { type: "ContextCompaction", id: NEW_ID } };
}

export function webSearchEvent(scene: Scene, call: ToolCallPart): UiEvent {
  const query = string(member(call.input, "query")) ?? "";
  const action = call.input;
  if (scene.paginated) return { item: { type: "WebSearch", id: call.callId, query, action } };
  return { payload: { type: "web_search_end", call_id: call.callId, query, action } };
}

/** What a finished call shows; nothing if the mode has no event for it. */
export function resultEvent(scene: Scene, call: ToolCallPart, result: ToolResultPart): UiEvent[] {
  const { namespace, tool } = splitName(call.name);
  if (call.name === "apply_patch") return patchEvent(scene, call, result);
  if (namespace?.startsWith("mcp__")) return [mcpEvent(scene, call, result)];
  if (!scene.paginated) return [];
  if (call.use?.tool === "execute") return [{ item: commandItem(scene, call, result) }];
  if (call.name === "view_image") return [{ item: imageItem(call) }];
  if (NO_EVENT.has(tool)) return [];
  return [{ item: dynamicItem(call, namespace, tool, result) }];
}

/** Codex's own tools that show nothing, or something that only Codex knows. */
const NO_EVENT = new Set([
  "exec",
  "wait",
  "exec_command",
  "write_stdin",
  "shell",
  "local_shell",
  "update_plan",
  "create_goal",
  "get_goal",
  "update_goal",
  "request_user_input",
  "image_generation",
  "spawn_agent",
  "send_input",
  "send_message",
  "followup_task",
  "wait_agent",
  "resume_agent",
  "close_agent",
  "interrupt_agent",
  "list_agents",
  "list_mcp_resources",
  "list_mcp_resource_templates",
  "read_mcp_resource",
]);

function commandItem(scene: Scene, call: ToolCallPart, result: ToolResultPart): JsonObject {
  const cmd = call.use?.tool === "execute" ? call.use.command : "";
  const cwd = (call.use?.tool === "execute" ? call.use.cwd : undefined) ?? scene.cwd;
  return {
    type: "CommandExecution",
    id: call.callId,
    command: ["/bin/bash", "-lc", cmd],
    cwd: fileUrl(absolute(scene.cwd, cwd)),
    parsed_cmd: [{ type: "unknown", cmd }],
    source: "unified_exec_startup",
    status: result.isError ? "failed" : "completed",
    aggregated_output: plainText(result.content),
    exit_code: result.exitCode ?? (result.isError ? 1 : 0),
  };
}

function imageItem(call: ToolCallPart): JsonObject {
  const path = fileUrl(string(member(call.input, "path")) ?? "/");
  return { type: "ImageView", id: call.callId, path };
}

function patchEvent(scene: Scene, call: ToolCallPart, result: ToolResultPart): UiEvent[] {
  const patch = typeof call.input === "string" ? parsePatch(call.input) : undefined;
  if (!patch) return [];
  const changes: JsonObject = {};
  for (const change of patch) changes[absolute(scene.cwd, change.path)] = fileChange(scene, change);
  const status = result.isError ? "failed" : "completed";
  const text = plainText(result.content);
  const [stdout, stderr] = result.isError ? ["", text] : [text, ""];
  if (scene.paginated) {
    return [{ item: { type: "FileChange", id: call.callId, changes, status, stdout, stderr } }];
  }
  return [
    {
      payload: {
        type: "patch_apply_end",
        call_id: call.callId,
        turn_id: scene.turnId,
        stdout,
        stderr,
        success: !result.isError,
        changes,
        status,
      },
    },
  ];
}

function fileChange(scene: Scene, change: Change): JsonObject {
  switch (change.type) {
    case "add":
      return { type: "add", content: change.content };
    case "delete":
      return { type: "delete", content: "" };
    case "update": {
      const moved = change.moveTo === null ? null : absolute(scene.cwd, change.moveTo);
      return { type: "update", unified_diff: unifiedDiff(change.hunks), move_path: moved };
    }
  }
}

function mcpEvent(scene: Scene, call: ToolCallPart, result: ToolResultPart): UiEvent {
  const { namespace = "", tool } = splitName(call.name);
  const server = namespace.slice("mcp__".length);
  const content = textsAndImages(result.content).map(mcpContent);
  if (scene.paginated) {
    return {
      item: {
        type: "McpToolCall",
        id: call.callId,
        server,
        tool,
        arguments: call.input,
        status: result.isError ? "failed" : "completed",
        result: { content },
      },
    };
  }
  return {
    payload: {
      type: "mcp_tool_call_end",
      call_id: call.callId,
      invocation: { server, tool, arguments: call.input },
      duration: { secs: 0, nanos: 0 },
      result: { Ok: { content, isError: result.isError } },
    },
  };
}

function mcpContent(part: TextPart | ImagePart): JsonObject {
  if (part.kind === "text") return { type: "text", text: part.text };
  return { type: "image", data: part.data ?? "", mimeType: part.mediaType };
}

/** A tool that is not Codex's own, such as another agent's. */
function dynamicItem(
  call: ToolCallPart,
  namespace: string | undefined,
  tool: string,
  result: ToolResultPart,
): JsonObject {
  return compact({
    type: "DynamicToolCall",
    id: call.callId,
    namespace,
    tool,
    arguments: call.input,
    status: result.isError ? "failed" : "completed",
    content_items: textsAndImages(result.content).map((part) =>
      part.kind === "text"
        ? { type: "inputText", text: part.text }
        : { type: "inputImage", imageUrl: imageUrl(part) },
    ),
    success: !result.isError,
  });
}

export function plainText(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n");
}

function absolute(cwd: string, path: string): string {
  return isAbsolute(path) ? path : join(cwd, path);
}

/** Never throws and never reads this process's own folder. */
function fileUrl(path: string): Json {
  if (path === newest.path) return newest.url;
  const url = path.startsWith("/")
    ? pathToFileURL(path).href
    : `file:///${path.replaceAll("\\", "/")}`;
  newest = { path, url };
  return url;
}

/** Nearly all commands of a session run in one folder. */
let newest = { path: "", url: "file:///" };
