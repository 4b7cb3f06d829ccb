/** What several agents' tool tables have in common. */
import { isObject } from "../../session/json.ts";
import type { Json, ToolUse } from "../../session/types.ts";

/** Most agents name MCP tools `mcp__<server>__<tool>`; null for any other name. */
export function mcpUse(name: string, input: Json): ToolUse | null {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

/** The inverse of `mcpUse`; null if the arguments are not an object, which every API requires. */
export function mcpCall(use: ToolUse & { tool: "mcp" }): {
  name: string;
  input: Json;
  exact: boolean;
} | null {
  if (!isObject(use.input)) return null;
  return { name: `mcp__${use.server}__${use.name}`, input: use.input, exact: true };
}
