/** What several agents' tool tables have in common. */
import { array, isObject, member, string } from "../../session/json.ts";
import type {
  Json,
  JsonObject,
  ResultPart,
  TodoItem,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";

/** Does a call have no options beyond these, which the shared form can express? */
export function hasOnly(input: JsonObject, keys: readonly string[]): boolean {
  return Object.keys(input).every((key) => keys.includes(key));
}

/** `{ [key]: value }` if the value is a text; else `{}`. */
export function present<K extends string>(key: K, value: Json | undefined): { [key in K]?: string };
export function present(key: string, value: Json | undefined): { [key: string]: string } {
  return typeof value === "string" ? { [key]: value } : {};
}

/** One text in the place of another; null unless both are texts. `all`: `true` replaces each occurrence. */
export function replaceUse(
  path: string,
  [from, to, all]: readonly [from: Json | undefined, to: Json | undefined, all: Json | undefined],
): ToolUse | null {
  if (typeof from !== "string" || typeof to !== "string") return null;
  const every = all === true ? { all } : {};
  return { tool: "edit", path, edits: [{ old: from, new: to, ...every }] };
}

/** A search by `{pattern, path?, glob?}`, or a search for names by `{pattern, path?}`. */
export function patternUse(tool: "search" | "glob", input: JsonObject): ToolUse | null {
  const pattern = string(input.pattern);
  if (pattern === undefined) return null;
  const where = present("path", input.path);
  return tool === "glob"
    ? { tool, pattern, ...where }
    : { tool, pattern, ...where, ...present("glob", input.glob) };
}

const STATUS: { readonly [native: string]: TodoItem["status"] } = {
  pending: "pending",
  in_progress: "in_progress",
  completed: "completed",
};

/** A list of objects with a text under `key` and a status, spelled as in `statuses`; null for anything else. */
export function todoUse(
  todos: Json | undefined,
  key: string,
  statuses: { readonly [native: string]: TodoItem["status"] } = STATUS,
): ToolUse | null {
  const items: TodoItem[] = [];
  for (const todo of array(todos)) {
    const text = string(member(todo, key));
    const native = string(member(todo, "status")) ?? "";
    const status = Object.hasOwn(statuses, native) ? statuses[native] : undefined;
    if (text === undefined || status === undefined) return null;
    items.push({ text, status });
  }
  return Array.isArray(todos) ? { tool: "todo", items } : null;
}

/** The text of a result that holds nothing else; empty if it holds nothing. */
export function onlyText({ content }: { content: readonly ResultPart[] }): string | undefined {
  const [first] = content;
  if (first === undefined) return "";
  return content.length === 1 && first.kind === "text" ? first.text : undefined;
}

/** The result with this text for its content, and with no content if the text is empty. */
export function withText(result: ToolResultPart, text: string): ToolResultPart {
  return { ...result, content: text === "" ? [] : [{ kind: "text", text }] };
}

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
