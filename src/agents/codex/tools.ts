/** Maps Codex's tools to the shared vocabulary. Inputs as in 0.20 … 0.169. */

import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type { Json, JsonObject, TodoItem, ToolCallPart, ToolUse } from "../../session/types.ts";
import { addPatch, editPatch, hunksToEdits, isWholeLines, parsePatch } from "../shared/patch.ts";
import { commandLine, heredocPatch } from "./shell.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  switch (name) {
    case "exec_command":
      return commandUse(string(member(input, "cmd")), input);
    case "shell_command":
      return commandUse(string(member(input, "command")), input);
    case "shell":
    case "container.exec":
    case "local_shell":
      return commandUse(wordsOf(member(input, "command")), input);
    case "apply_patch":
      return patchUse(typeof input === "string" ? input : string(member(input, "input")));
    case "update_plan":
      return todoUse(member(input, "plan"));
    case "view_image": {
      const path = string(member(input, "path"));
      return path === undefined ? null : { tool: "view-image", path };
    }
    case "web_search":
      return webUse(input);
    default:
      return otherUse(name, input);
  }
}

function wordsOf(command: Json | undefined): string | undefined {
  const words = array(command).flatMap((word) => (typeof word === "string" ? [word] : []));
  return words.length > 0 ? commandLine(words) : undefined;
}

function commandUse(command: string | undefined, input: Json): ToolUse | null {
  if (command === undefined) return null;
  const patch = heredocPatch(command);
  if (patch !== undefined) return patchUse(patch);
  const cwd = string(member(input, "workdir"));
  const timeoutMs = number(member(input, "timeout_ms"));
  return {
    tool: "execute",
    command,
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** The API searches for several things at once, and reads pages itself. */
function webUse(input: Json): ToolUse | null {
  const url = string(member(input, "url"));
  const pattern = string(member(input, "pattern"));
  if (url !== undefined) return pattern === undefined ? { tool: "fetch", url } : null;
  const all = [member(input, "query"), ...array(member(input, "queries"))];
  const queries = new Set(all.flatMap((query) => string(query) ?? []));
  return queries.size === 0 ? null : { tool: "web-search", query: [...queries].join(" | ") };
}

/** One new file is a write; replacements in one file are an edit; anything else stays a patch. */
function patchUse(patch: string | undefined): ToolUse | null {
  if (patch === undefined) return null;
  const changes = parsePatch(patch);
  const [change] = changes ?? [];
  if (changes?.length === 1 && change?.type === "add") {
    return { tool: "write", path: change.path, content: change.content };
  }
  if (changes?.length === 1 && change?.type === "update" && change.moveTo === null) {
    const edits = hunksToEdits(change.hunks);
    if (edits) return { tool: "edit", path: change.path, edits };
  }
  return { tool: "patch", patch };
}

function todoUse(plan: Json | undefined): ToolUse | null {
  if (!Array.isArray(plan)) return null;
  const items: TodoItem[] = [];
  for (const step of plan) {
    const text = string(member(step, "step"));
    const status = member(step, "status");
    if (text === undefined) return null;
    if (status !== "pending" && status !== "in_progress" && status !== "completed") return null;
    items.push({ text, status });
  }
  return { tool: "todo", items };
}

/** Multi-agent tools are named by namespace; MCP tools by `mcp__server`. */
function otherUse(name: string, input: Json): ToolUse | null {
  const { namespace, tool } = splitName(name);
  if (namespace?.startsWith("mcp__")) {
    return { tool: "mcp", server: namespace.slice("mcp__".length), name: tool, input };
  }
  const prompt = string(member(input, "message"));
  if (tool !== "spawn_agent" || prompt === undefined) return null;
  const description = string(member(input, "task_name"));
  const type = string(member(input, "agent_type"));
  return {
    tool: "subagent",
    prompt,
    ...(description === undefined ? {} : { description }),
    ...(type === undefined ? {} : { type }),
  };
}

const NAMESPACED = /^(mcp__.+?|collaboration|multi_agent_v\d+)__(.+)$/;

/** A call's namespace and name as one name: calls in the session model have no namespace. */
export function joinName(namespace: string | undefined, name: string): string {
  const joined = `${namespace}__${name}`;
  return namespace !== undefined && NAMESPACED.test(joined) ? joined : name;
}

export function splitName(name: string): { namespace: string | undefined; tool: string } {
  const [, namespace, tool] = NAMESPACED.exec(name) ?? [];
  return tool === undefined ? { namespace: undefined, tool: name } : { namespace, tool };
}

function toNative(use: ToolUse): { name: string; input: Json; exact: boolean } | null {
  switch (use.tool) {
    case "execute":
      return call("exec_command", { cmd: use.command, ...workdir(use.cwd) }, true);
    case "read":
      return exec(readCommand(use.path, use.offset, use.limit));
    case "write":
      return { name: "apply_patch", input: addPatch(use.path, use.content), exact: endsLine(use) };
    case "edit": {
      const exact = use.edits.every(isWholeLines);
      return { name: "apply_patch", input: editPatch(use.path, use.edits), exact };
    }
    case "patch":
      return { name: "apply_patch", input: use.patch, exact: true };
    case "search": {
      const glob = use.glob === undefined ? [] : ["-g", use.glob];
      return exec(["rg", "-n", ...glob, "-e", use.pattern, ...pathArgs(use.path)]);
    }
    case "glob":
      return exec(["rg", "--files", "-g", use.pattern, ...pathArgs(use.path)]);
    case "list":
      return exec(["ls", "--", use.path]);
    case "todo": {
      const plan = use.items.map(({ text, status }) => ({ step: text, status }));
      return call("update_plan", { plan }, true);
    }
    case "mcp":
      return { name: `mcp__${use.server}__${use.name}`, input: use.input, exact: true };
    case "view-image":
      return call("view_image", { path: use.path }, true);
    case "fetch":
    case "web-search":
    case "subagent":
    case "ask":
    case "notebook-edit":
      return null;
  }
}

function call(name: string, input: JsonObject, exact: boolean) {
  return { name, input, exact };
}

/** Codex reads and searches through the shell: the same effect with another tool. */
function exec(words: readonly string[]) {
  return call("exec_command", { cmd: words.map(shellWord).join(" ") }, false);
}

function workdir(cwd: string | undefined): JsonObject {
  return compact({ workdir: cwd });
}

function readCommand(path: string, offset: number | undefined, limit: number | undefined) {
  if (offset === undefined && limit === undefined) return ["cat", "--", path];
  const from = Math.max(1, offset ?? 1);
  const to = limit === undefined ? "$" : String(from + limit - 1);
  return ["sed", "-n", `${from},${to}p`, "--", path];
}

function pathArgs(path: string | undefined): string[] {
  return path === undefined ? [] : ["--", path];
}

/** A patch ends every line that it adds. */
function endsLine(use: { content: string }): boolean {
  return use.content === "" || use.content.endsWith("\n");
}

/** The Responses API's names: ^[a-zA-Z0-9_-]+$, at most 64 characters. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

function accepts(part: ToolCallPart): boolean {
  const { namespace, tool } = splitName(part.name);
  const input = typeof part.input === "string" || isObject(part.input);
  return input && NAME.test(tool) && (namespace === undefined || NAME.test(namespace));
}

export const tools: Tools = { toNative, accepts };
