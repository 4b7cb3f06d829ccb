/** Claude.ai's own tools, which run on Anthropic's servers. Sources: README.md in this folder. */
import type { Tools } from "../../session/codec.ts";
import { array, isObject, number, string } from "../../session/json.ts";
import type { Json, JsonObject, ToolUse } from "../../session/types.ts";
import { hasOnly, replaceUse } from "../shared/tools.ts";

/** What the model says of a call, and how the site names it: no part of what it does. */
const ASIDE = ["description", "_tool_call_id"];

export function fromNative(name: string, input: Json): ToolUse | null {
  if (!isObject(input)) return null;
  const { path } = input;
  switch (name) {
    case "web_search":
      return withText(input, "query", (query) => ({ tool: "web-search", query }));
    case "web_fetch":
      return withText(input, "url", (url) => ({ tool: "fetch", url }));
    case "bash_tool":
      return withText(input, "command", (command) => ({ tool: "execute", command }));
    case "view":
      return viewed(input);
    case "create_file": {
      const content = string(input.file_text);
      if (typeof path !== "string" || content === undefined) return null;
      return isPlain(input, ["path", "file_text"]) ? { tool: "write", path, content } : null;
    }
    case "str_replace":
      if (typeof path !== "string" || !isPlain(input, ["path", "old_str", "new_str"])) return null;
      return replaceUse(path, [input.old_str, input.new_str ?? "", undefined]);
    default:
      return null;
  }
}

function isPlain(input: JsonObject, keys: readonly string[]): boolean {
  return hasOnly(input, [...keys, ...ASIDE]);
}

function withText(input: JsonObject, key: string, use: (text: string) => ToolUse): ToolUse | null {
  const text = string(input[key]);
  return text !== undefined && isPlain(input, [key]) ? use(text) : null;
}

function viewed(input: JsonObject): ToolUse | null {
  const path = string(input.path);
  if (path === undefined || !isPlain(input, ["path", "view_range"])) return null;
  const [first, last] = array(input.view_range).map(number);
  if (first === undefined) return { tool: "read", path };
  const limit = last === undefined || last < first ? {} : { limit: last - first + 1 };
  return { tool: "read", path, offset: first, ...limit };
}

/** No session can be written for it. */
export const tools: Tools = {
  toNative: () => null,
  accepts: () => false,
};
