/** Warp's tools in the shared vocabulary, by the names in its schema: see schema.ts. */
import type { Tools } from "../../session/codec.ts";
import { array, isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject, TextEdit, ToolUse } from "../../session/types.ts";

/** What a native call means; null if the shared vocabulary has no word for it. */
export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  switch (name) {
    case "run_shell_command": {
      const command = string(input.command);
      return command === undefined ? null : { tool: "execute", command };
    }
    case "read_files":
      return readUse(array(input.files));
    case "apply_file_diffs":
      return changeUse(input);
    case "grep": {
      const pattern = only(input.queries);
      return pattern === null ? null : { tool: "search", pattern, ...pathIn(input.path) };
    }
    case "file_glob":
    case "file_glob_v2": {
      const pattern = only(input.patterns);
      const path = pathIn(input.search_dir ?? input.path);
      return pattern === null ? null : { tool: "glob", pattern, ...path };
    }
    case "call_mcp_tool": {
      const [server, tool] = [string(input.server_id), string(input.name)];
      if (!server || tool === undefined) return null;
      return { tool: "mcp", server, name: tool, input: structOf(input.args) };
    }
    case "start_agent": {
      const prompt = string(input.prompt);
      const description = string(input.name);
      if (prompt === undefined) return null;
      return { tool: "subagent", prompt, ...(description ? { description } : {}) };
    }
    default:
      return null;
  }
}

function only(list: Json | undefined): string | null {
  const all = array(list);
  return all.length === 1 ? (string(all[0]) ?? null) : null;
}

function pathIn(path: Json | undefined): { path?: string } {
  return typeof path === "string" && path !== "" ? { path } : {};
}

function readUse([file, ...more]: readonly Json[]): ToolUse | null {
  const path = string(member(file, "name"));
  const ranges = array(member(file, "line_ranges"));
  if (path === undefined || more.length > 0 || ranges.length > 1) return null;
  const [from, to] = [number(member(ranges[0], "start")), number(member(ranges[0], "end"))];
  if (from === undefined || to === undefined) return { tool: "read", path };
  return { tool: "read", path, offset: from, limit: Math.max(1, to - from + 1) };
}

/** Changes of one file, of one kind. */
function changeUse(input: JsonObject): ToolUse | null {
  const [diffs, files] = [array(input.diffs), array(input.new_files)];
  if (array(input.deleted_files).length > 0 || array(input.v4a_updates).length > 0) return null;
  if (diffs.length === 0 && files.length === 1) {
    const path = string(member(files[0], "file_path"));
    const content = string(member(files[0], "content")) ?? "";
    return path === undefined ? null : { tool: "write", path, content };
  }
  const path = string(member(diffs[0], "file_path"));
  if (path === undefined || files.length > 0) return null;
  if (diffs.some((diff) => member(diff, "file_path") !== path)) return null;
  const edits = diffs.map((diff): TextEdit => {
    const [old, now] = [member(diff, "search"), member(diff, "replace")];
    return { old: string(old) ?? "", new: string(now) ?? "" };
  });
  return { tool: "edit", path, edits };
}

/** google.protobuf.Struct as the object that it stands for. */
export function structOf(struct: Json | undefined): JsonObject {
  return Object.fromEntries(
    array(member(struct, "fields")).map((field) => [
      string(member(field, "key")) ?? "",
      plainOf(member(field, "value")),
    ]),
  );
}

function plainOf(value: Json | undefined): Json {
  if (!isObject(value)) return null;
  if (value.struct_value !== undefined) return structOf(value.struct_value);
  if (value.list_value !== undefined) {
    return array(member(value.list_value, "values")).map((item) => plainOf(item));
  }
  return value.string_value ?? value.number_value ?? value.bool_value ?? null;
}

/** No session can be written for it. */
export const tools: Tools = { toNative: () => null, accepts: () => false };
