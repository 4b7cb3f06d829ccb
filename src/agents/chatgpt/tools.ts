/** ChatGPT's own tools run on its servers: the shared vocabulary has two of them. */
import type { Tools } from "../../session/codec.ts";
import { member, string } from "../../session/json.ts";
import type { Json, ToolUse } from "../../session/types.ts";

export function fromNative(name: string, input: Json): ToolUse | null {
  // Older versions search with a line of their own: `search("words")`.
  const [, words] = /^search\("(.*)"\)$/s.exec(string(input) ?? "") ?? [];
  if (name === "browser" && words !== undefined) return { tool: "web-search", query: words };
  const queries = member(input, "search_query");
  if (!Array.isArray(queries) || queries.length !== 1) return null;
  const query = string(member(queries[0], "q"));
  const isAlone = Object.keys(input ?? {}).every((key) =>
    /^(?:search_query|response_length)$/.test(key),
  );
  return query !== undefined && isAlone ? { tool: "web-search", query } : null;
}

/** No session can be written for it. */
export const tools: Tools = {
  toNative: () => null,
  accepts: () => false,
};
