/** oh-my-pi's tools in the shared vocabulary, as 18.2.3 declares them to its model. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject, TodoItem, ToolUse } from "../../session/types.ts";
import { tools as pi } from "../shared/pi/tools.ts";
import { hasOnly, mcpUse, present, replaceUse } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  // In its own words what the call is for, which every tool asks for.
  const { i: _, ...args } = input;
  const path = string(args.path);
  switch (name) {
    case "bash":
      return executeUse(args);
    case "read":
      return path !== undefined && hasOnly(args, ["path"]) ? readUse(path) : null;
    case "write": {
      const content = string(args.content);
      // `xd://` calls another tool.
      return path === undefined || content === undefined || OWN_WORLD.test(path)
        ? null
        : { tool: "write", path, content };
    }
    // One of the forms of the tool; those with `input` have a language of their own.
    case "edit":
      return path !== undefined &&
        hasOnly(args, ["path", "old_string", "new_string", "replace_all"])
        ? replaceUse(path, [args.old_string, args.new_string, args.replace_all])
        : null;
    case "grep": {
      const pattern = hasOnly(args, ["pattern", "path"]) ? string(args.pattern) : undefined;
      return pattern === undefined ? null : { tool: "search", pattern, ...present("path", path) };
    }
    case "glob":
      return path !== undefined && hasOnly(args, ["path"]) ? { tool: "glob", pattern: path } : null;
    case "web_search": {
      const query = hasOnly(args, ["query"]) ? string(args.query) : undefined;
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "todo":
      return todoUse(args);
    case "task":
      return subagentUse(args);
    case "ask":
      return hasOnly(args, ["questions"]) && Array.isArray(args.questions)
        ? { tool: "ask", questions: args.questions }
        : null;
    default:
      return mcpUse(name, input) ?? ownMcpUse(name, input);
  }
}

/** `mcp__<server>_<tool>`, where it is clear which is which. */
function ownMcpUse(name: string, input: Json): ToolUse | null {
  const [, server, tool] = /^mcp__([^_]+)_([^_]+)$/.exec(name) ?? [];
  return server === undefined || tool === undefined
    ? null
    : { tool: "mcp", server, name: tool, input };
}

function executeUse(args: JsonObject): ToolUse | null {
  const command = string(args.command);
  if (command === undefined || !hasOnly(args, ["command", "timeout", "cwd"])) return null;
  const seconds = number(args.timeout);
  return {
    tool: "execute",
    command,
    ...present("cwd", args.cwd),
    ...(seconds === undefined ? {} : { timeoutMs: Math.round(seconds * 1000) }),
  };
}

/** What is no file: skill://, artifact://, and the like. */
const OWN_WORLD = /^[a-z][a-z0-9+.-]*:\/\//i;

const LINES = /^(.*[^:]):(\d+)(?:-(\d*)|\+(\d+))$/s;

/** `file:10-20`, `file:10+11` and `file:10-` name lines; an address is fetched. */
function readUse(path: string): ToolUse | null {
  if (/^https?:\/\//.test(path)) return { tool: "fetch", url: path };
  if (OWN_WORLD.test(path)) return null;
  const [, file, from = "", to = "", count] = LINES.exec(path) ?? [];
  if (file === undefined) return { tool: "read", path };
  const offset = Number(from);
  const limit = count !== undefined ? Number(count) : Number(to) - offset + 1;
  if (to === "" && count === undefined) return { tool: "read", path: file, offset };
  return limit > 0 ? { tool: "read", path: file, offset, limit } : null;
}

/** A new list; the other operations change one task of it. */
function todoUse(args: JsonObject): ToolUse | null {
  if (args.op !== "init" || !Array.isArray(args.list) || !hasOnly(args, ["op", "list"]))
    return null;
  const items: TodoItem[] = [];
  for (const phase of args.list) {
    for (const text of array(member(phase, "items"))) {
      if (typeof text !== "string") return null;
      items.push({ text, status: "pending" });
    }
  }
  return { tool: "todo", items };
}

/** One task, alone or as the only one of several. */
function subagentUse(args: JsonObject): ToolUse | null {
  const context = string(args.context) ?? "";
  const tasks = Array.isArray(args.tasks) ? args.tasks : [args];
  const [only, ...more] = tasks;
  const task = string(member(only, "task"));
  if (task === undefined || more.length > 0) return null;
  return {
    tool: "subagent",
    prompt: context === "" ? task : `${context}\n\n${task}`,
    ...present("description", member(only, "name")),
    ...present("type", member(only, "agent")),
  };
}

function toNative(use: ToolUse): { name: string; input: Json; exact: boolean } | null {
  const call = (name: string, input: JsonObject, exact = true) => ({ name, input, exact });
  switch (use.tool) {
    case "execute": {
      const timeout = use.timeoutMs === undefined ? undefined : use.timeoutMs / 1000;
      return call("bash", compact({ command: use.command, timeout, cwd: use.cwd }));
    }
    case "read":
      return call("read", { path: linesOf(use) });
    case "edit": {
      const [edit, ...more] = use.edits;
      if (edit === undefined || more.length > 0) return null;
      const replace_all = edit.all === true ? true : undefined;
      const { path } = use;
      return call(
        "edit",
        compact({ path, old_string: edit.old, new_string: edit.new, replace_all }),
      );
    }
    case "search":
      return use.glob === undefined
        ? call("grep", compact({ pattern: use.pattern, path: use.path }))
        : call("grep", { pattern: use.pattern, path: below(use.path, use.glob) }, false);
    case "glob":
      return call("glob", { path: below(use.path, use.pattern) }, use.path === undefined);
    case "list":
      return call("read", { path: use.path }, false);
    case "fetch":
      return call("read", { path: use.url }, use.prompt === undefined);
    case "web-search":
      return call("web_search", { query: use.query });
    case "todo": {
      const items = use.items.map(({ text }) => text);
      const isNew = use.items.every(({ status }) => status === "pending");
      return items.length === 0
        ? null
        : call("todo", { op: "init", list: [{ phase: "Tasks", items }] }, isNew);
    }
    case "subagent": {
      const task = compact({ name: use.description, agent: use.type, task: use.prompt });
      return call("task", { context: "", tasks: [task] });
    }
    case "ask":
      return Array.isArray(use.questions) ? call("ask", { questions: use.questions }) : null;
    case "patch":
    case "notebook-edit":
      return null;
    case "mcp":
      return /_/.test(use.server + use.name)
        ? pi.toNative(use)
        : { name: `mcp__${use.server}_${use.name}`, input: use.input, exact: true };
    case "write":
    case "view-image":
      return pi.toNative(use);
  }
}

function linesOf({ path, offset, limit }: ToolUse & { tool: "read" }): string {
  if (offset === undefined && limit === undefined) return path;
  const from = Math.max(1, offset ?? 1);
  return limit === undefined ? `${path}:${from}-` : `${path}:${from}-${from + limit - 1}`;
}

function below(folder: string | undefined, pattern: string): string {
  return folder === undefined ? pattern : `${folder.replace(/\/$/, "")}/${pattern}`;
}

export const tools: Tools = { toNative, accepts: pi.accepts };
