/** The tools of Kiro CLI 3 and of Kiro's editor, which calls what they do by other names in its own records. */
import { array, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject, ToolUse } from "../../session/types.ts";
import { present, replaceUse } from "../shared/tools.ts";

/** What a call means; null if the shared vocabulary has no word for it. */
export function newerUse(name: string, input: JsonObject): ToolUse | null {
  switch (name) {
    case "runCommand":
    case "executeBash": {
      const command = string(input.command);
      if (command === undefined) return null;
      return { tool: "execute", command, ...present("cwd", input.cwd) };
    }
    case "readFiles":
    case "read_files":
    case "readCode":
    case "readFile":
    case "read_file":
    case "readMultipleFiles":
      return readUse(input);
    case "create":
    case "write":
    case "append":
    case "fsWrite":
    case "fs_write":
      return writeUse(input);
    case "replace":
    case "strReplace":
    case "str_replace":
      return editUse(input);
    case "listDirectory":
    case "list_directory": {
      const path = string(input.path);
      return path === undefined ? null : { tool: "list", path };
    }
    case "webFetch": {
      const url = string(input.url);
      return url === undefined ? null : { tool: "fetch", url };
    }
    case "remote_web_search": {
      const query = string(input.query);
      return query === undefined ? null : { tool: "web-search", query };
    }
    case "grepSearch":
    case "grep_search": {
      const pattern = string(input.query);
      return pattern === undefined
        ? null
        : { tool: "search", pattern, ...present("glob", input.includePattern) };
    }
    default:
      return null;
  }
}

/** `{path}`, `{paths: […]}`, `{files: […]}` or `{files: [{path}]}`; several at once have no equivalent. */
function readUse(input: JsonObject): ToolUse | null {
  const named = [input.path ?? input.file, ...array(input.paths), ...array(input.files)];
  const paths = named.flatMap((one) => string(one) ?? string(member(one, "path")) ?? []);
  const [path, ...more] = paths;
  if (path === undefined || more.length > 0) return null;
  const [first, last] = [number(input.start_line), number(input.end_line)];
  const isPlain = (first ?? 1) > 0 && (last ?? 1) >= (first ?? 1);
  if (!isPlain) return { tool: "read", path };
  return {
    tool: "read",
    path,
    ...(first === undefined ? {} : { offset: first }),
    ...(last === undefined ? {} : { limit: last - (first ?? 1) + 1 }),
  };
}

/** The whole text, by the model's name for it or the editor's. */
function writeUse(input: JsonObject): ToolUse | null {
  const path = string(input.path) ?? string(input.file);
  const content = [input.text, input.fileText, input.modifiedContent].find(isText);
  return path === undefined || content === undefined ? null : { tool: "write", path, content };
}

/** The texts that the model gave, or the whole file before and after. */
function editUse(input: JsonObject): ToolUse | null {
  const path = string(input.path) ?? string(input.file);
  if (path === undefined) return null;
  const from = input.oldStr ?? input.originalContent;
  return replaceUse(path, [from, input.newStr ?? input.modifiedContent, undefined]);
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string";
}
