/** Calls as Cline's extension before 4.1 declares its tools (core/prompts/system-prompt/tools at v4.0.11). */
import { array, compact, isObject, member, string } from "../../session/json.ts";
import type { Entry, Json, JsonObject, Part, ToolUse } from "../../session/types.ts";
import { fromNative as fromTask } from "../shared/tasks/tools.ts";
import { fromNative } from "./tools.ts";

/**
 * An entry whose calls have the names of the extension's tools. They come with those of the CLI, which
 * is what sessions for Cline are written for.
 */
export function withTaskTools(entry: Entry): Entry {
  if (entry.kind !== "message" || entry.role !== "assistant") return entry;
  return { ...entry, parts: entry.parts.map(renamed) };
}

function renamed(part: Part): Part {
  if (part.kind !== "tool-call" || fromTask(part.name, part.input) !== null) return part;
  const use = fromNative(part.name, part.input);
  const native = use === null ? null : toTask(use);
  return native === null ? part : { ...part, ...native };
}

interface Native {
  name: string;
  input: JsonObject;
}

function call(name: string, input: { [key: string]: Json | undefined }): Native {
  return { name, input: compact(input) };
}

function toTask(use: ToolUse): Native | null {
  switch (use.tool) {
    case "execute":
      return call("execute_command", { command: use.command, requires_approval: false });
    case "read": {
      const { path, offset, limit } = use;
      const end_line = limit === undefined ? undefined : (offset ?? 1) + limit - 1;
      return call("read_file", { path, start_line: offset, end_line });
    }
    case "write":
      return call("write_to_file", { path: use.path, content: use.content });
    case "edit": {
      const blocks = use.edits.map(
        (edit) => `------- SEARCH\n${edit.old}\n=======\n${edit.new}\n+++++++ REPLACE`,
      );
      return call("replace_in_file", { path: use.path, diff: blocks.join("\n\n") });
    }
    case "search":
      return call("search_files", { path: use.path ?? ".", regex: use.pattern });
    case "fetch":
      return call("web_fetch", { url: use.url, prompt: use.prompt ?? "" });
    case "mcp": {
      const { server, name } = use;
      const input = isObject(use.input) ? JSON.stringify(use.input) : "{}";
      return call("use_mcp_tool", { server_name: server, tool_name: name, arguments: input });
    }
    case "ask": {
      const [one] = array(use.questions);
      const question = string(member(one, "question")) ?? "";
      return call("ask_followup_question", { question, options: member(one, "options") });
    }
    default:
      return null;
  }
}
