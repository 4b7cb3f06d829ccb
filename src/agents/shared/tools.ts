/** What several agents' tool tables share. */
import { isObject } from "../../session/json.ts";
import type { Json, ToolUse } from "../../session/types.ts";

/** MCP tools are called `mcp__<server>__<tool>` by most agents; null for any other name. */
export function mcpUse(name: string, input: Json): ToolUse | null {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  return server && tool ? { tool: "mcp", server, name: tool, input } : null;
}

/** The inverse of `mcpUse`; null when the arguments are no object, which every API asks for. */
export function mcpCall(use: ToolUse & { tool: "mcp" }): {
  name: string;
  input: Json;
  exact: boolean;
} | null {
  if (!isObject(use.input)) return null;
  return { name: `mcp__${use.server}__${use.name}`, input: use.input, exact: true };
}
