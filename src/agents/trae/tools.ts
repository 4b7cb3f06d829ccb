/** Trae's tools in the shared vocabulary; their arguments are those that it declares (README.md). */
import type { Tools } from "../../session/codec.ts";
import { array, isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject, TextEdit, ToolUse } from "../../session/types.ts";
import { hasOnly, present, todoUse } from "../shared/tools.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  switch (name) {
    case "run_command": {
      const command = string(input.command);
      return command === undefined
        ? null
        : { tool: "execute", command, ...present("cwd", input.cwd) };
    }
    case "view_files":
      return readUse(input);
    case "write_to_file": {
      const [path, content] = [string(input.file_path), string(input.content)];
      return path === undefined || content === undefined ? null : { tool: "write", path, content };
    }
    case "update_file":
      return editUse(input);
    case "search_by_regex": {
      const pattern = string(input.query);
      return pattern === undefined
        ? null
        : { tool: "search", pattern, ...present("path", input.search_directory) };
    }
    case "list_dir": {
      const path = string(input.dir_path);
      return path === undefined ? null : { tool: "list", path };
    }
    case "web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "todo_write":
      return todoUse(input.todos, "content");
    default:
      return null;
  }
}

/** It takes up to three files. */
function readUse(input: JsonObject): ToolUse | null {
  const [file, ...more] = array(input.files);
  const path = string(member(file, "file_path"));
  if (path === undefined || more.length > 0) return null;
  const first = number(member(file, "start_line_one_indexed"));
  const last = number(member(file, "end_line_one_indexed_inclusive"));
  const isWhole = member(file, "read_entire_file") === true;
  if (isWhole || first === undefined || last === undefined) return { tool: "read", path };
  return { tool: "read", path, offset: first, limit: Math.max(1, last - first + 1) };
}

function editUse(input: JsonObject): ToolUse | null {
  const path = string(input.file_path);
  const blocks = array(input.replace_blocks);
  const edits = blocks.flatMap((block): TextEdit[] => {
    const [old, now] = [member(block, "old_str"), member(block, "new_str")];
    const isPlain = isObject(block) && hasOnly(block, ["old_str", "new_str"]);
    return isPlain && typeof old === "string" && typeof now === "string" ? [{ old, new: now }] : [];
  });
  const isComplete = edits.length > 0 && edits.length === blocks.length;
  return path !== undefined && isComplete ? { tool: "edit", path, edits } : null;
}

/** No session can be written for it. */
export const tools: Tools = { toNative: () => null, accepts: () => false };
