/** Cline's built-in tools in the shared vocabulary. Names and schemas as 3.0.65 declares them. */
import type { Tools } from "../../session/codec.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import { shellWord } from "../../session/text.ts";
import type { Json, JsonObject, ToolCallPart, ToolUse } from "../../session/types.ts";
import { editPatch, isWholeLines } from "../shared/patch.ts";
import { present } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  switch (name) {
    case "run_commands": {
      const command = string(only(input.commands));
      return command === undefined ? null : { tool: "execute", command };
    }
    case "read_files":
      return readUse(only(input.files));
    case "editor":
      return editorUse(input);
    case "apply_patch": {
      const patch = string(input.input);
      return patch === undefined ? null : { tool: "patch", patch };
    }
    case "search_codebase": {
      const pattern = string(only(input.queries));
      return pattern === undefined ? null : { tool: "search", pattern };
    }
    case "fetch_web_content": {
      const request = only(input.requests);
      const [url, prompt] = [string(member(request, "url")), string(member(request, "prompt"))];
      return url === undefined ? null : { tool: "fetch", url, ...present("prompt", prompt) };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "spawn_agent": {
      const prompt = string(input.task);
      const description = string(input.systemPrompt) || undefined;
      if (prompt === undefined) return null;
      return { tool: "subagent", prompt, ...present("description", description) };
    }
    case "ask_question":
      return input.question === undefined ? null : { tool: "ask", questions: [input] };
    default:
      return mcpUse(name, input);
  }
}

/** The only item of a list: what does several things at once has no word of its own. */
function only(list: Json | undefined): Json | undefined {
  const [item, ...more] = array(list);
  return more.length === 0 ? item : undefined;
}

/** Lines count from 1, and the last one is read, too. */
function readUse(file: Json | undefined): ToolUse | null {
  const path = string(file) ?? string(member(file, "path"));
  if (path === undefined) return null;
  const start = number(member(file, "start_line"));
  const end = number(member(file, "end_line"));
  return {
    tool: "read",
    path,
    ...(start === undefined ? {} : { offset: start }),
    ...(end === undefined ? {} : { limit: end - (start ?? 1) + 1 }),
  };
}

function editorUse(input: JsonObject): ToolUse | null {
  const path = string(input.path);
  const text = string(input.new_text);
  // To insert at a line is no edit that another tool has.
  if (path === undefined || text === undefined || (input.insert_line ?? null) !== null) return null;
  const old = string(input.old_text);
  if (old === undefined) return { tool: "write", path, content: text };
  return { tool: "edit", path, edits: [{ old, new: text }] };
}

/** `<server>__<tool>`. */
function mcpUse(name: string, input: Json): ToolUse | null {
  const [, server, tool] = /^(.+?)__(.+)$/.exec(name) ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

type Native = { name: string; input: Json; exact: boolean };

function call(name: string, input: JsonObject, exact = true): Native {
  return { name, input, exact };
}

function toNative(use: ToolUse): Native | null {
  switch (use.tool) {
    case "execute": {
      const inside = use.cwd === undefined;
      const command = inside ? use.command : `cd ${shellWord(use.cwd ?? "")} && ${use.command}`;
      return call("run_commands", { commands: [command] }, inside);
    }
    case "read":
      return call("read_files", { files: [rangeOf(use)] });
    // It shows images, too.
    case "view-image":
      return call("read_files", { files: [{ path: use.path }] });
    case "write":
      return call("editor", { path: use.path, new_text: use.content });
    case "edit":
      return editCall(use);
    case "patch":
      return call("apply_patch", { input: use.patch });
    case "search": {
      const exact = use.path === undefined && use.glob === undefined;
      return call("search_codebase", { queries: [use.pattern] }, exact);
    }
    case "fetch":
      return call("fetch_web_content", {
        requests: [compact({ url: use.url, prompt: use.prompt })],
      });
    case "subagent": {
      const systemPrompt = use.description ?? use.type ?? "";
      return call("spawn_agent", { systemPrompt, task: use.prompt }, false);
    }
    case "mcp":
      if (!isObject(use.input)) return null;
      return call(`${use.server}__${use.name}`, use.input);
    case "ask":
      return askCall(use.questions);
    case "glob":
    case "list":
    case "web-search":
    case "todo":
    case "notebook-edit":
      return null;
  }
}

function rangeOf({ path, offset, limit }: ToolUse & { tool: "read" }): JsonObject {
  const end_line = limit === undefined ? undefined : (offset ?? 1) + limit - 1;
  return compact({ path, start_line: offset, end_line });
}

/** Its editor makes one replacement at a time, of a text that stands there once. */
function editCall({ path, edits }: ToolUse & { tool: "edit" }): Native | null {
  const [first, ...more] = edits;
  if (first && more.length === 0) {
    const input = { path, old_text: first.old, new_text: first.new };
    return call("editor", input, first.all !== true);
  }
  return edits.length > 0 && edits.every(isWholeLines)
    ? call("apply_patch", { input: editPatch(path, edits) })
    : null;
}

/** One question at a time, whose options are texts. */
function askCall(questions: Json): Native | null {
  const one = only(questions);
  const question = string(member(one, "question"));
  if (question === undefined) return null;
  const options = array(member(one, "options")).flatMap((option) => {
    const label = string(option) ?? string(member(option, "label"));
    return label === undefined ? [] : [label];
  });
  return call(
    "ask_question",
    compact({ question, options: options.length > 0 ? options : undefined }),
    false,
  );
}

/** Cline sends a call on under its own name; the narrowest of the APIs behind it wants this form. */
function accepts({ name, input }: ToolCallPart): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && isObject(input);
}

export const tools: Tools = { toNative, accepts };
