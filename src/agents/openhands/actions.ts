/** What the SDK keeps of a call beside the call itself: the action that it would run. */
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

const ASIDE = ["summary", "security_risk"];
const COMMANDS = new Set<Json | undefined>([
  "view",
  "create",
  "str_replace",
  "insert",
  "undo_edit",
]);
const STATUSES = new Set<Json | undefined>(["todo", "in_progress", "done"]);

/** The SDK reads no JSON that is nested deeper than about 200 levels. */
const MOST_DEPTH = 100;

/**
 * The action of a call. One that no tool of OpenHands's takes is an MCP tool's, whose arguments are
 * not looked at. undefined where there is none that the SDK would read: such a call is only a text to it.
 */
export function printAction(name: string, input: Json): JsonObject | undefined {
  if (!isObject(input) || isDeep(input)) return undefined;
  const own = ownAction(name, without(input, ASIDE));
  return own ?? { data: input, kind: "MCPToolAction" };
}

function ownAction(name: string, input: JsonObject): JsonObject | null {
  switch (name) {
    case "terminal":
      return terminalAction(input);
    case "file_editor":
      return editorAction(input);
    case "task_tracker":
      return trackerAction(input);
    case "task":
      return isOf(input, {
        description: isText,
        prompt: isText,
        subagent_type: isText,
        resume: isText,
      }) && typeof input.prompt === "string"
        ? {
            ...ordered(input, ["description", "prompt"]),
            subagent_type: input.subagent_type ?? "general-purpose",
            ...ordered(input, ["resume"]),
            kind: "TaskAction",
          }
        : null;
    case "finish":
      return isOf(input, { message: isText }) && typeof input.message === "string"
        ? { message: input.message, kind: "FinishAction" }
        : null;
    case "think":
      return isOf(input, { thought: isText }) && typeof input.thought === "string"
        ? { thought: input.thought, kind: "ThinkAction" }
        : null;
    default:
      return null;
  }
}

function terminalAction(input: JsonObject): JsonObject | null {
  const fits = isOf(input, {
    command: isText,
    is_input: isFlag,
    timeout: (value) => (number(value) ?? -1) >= 0,
    reset: isFlag,
  });
  if (!fits || typeof input.command !== "string") return null;
  const { command, is_input = false, timeout, reset = false } = input;
  return compact({ command, is_input, timeout, reset, kind: "TerminalAction" });
}

const EDITOR = ["command", "path", "file_text", "old_str", "new_str", "insert_line", "view_range"];

function editorAction(input: JsonObject): JsonObject | null {
  const fits = isOf(input, {
    command: (value) => COMMANDS.has(value),
    path: isText,
    file_text: isText,
    old_str: isText,
    new_str: isText,
    insert_line: (value) => isWhole(value) && (number(value) ?? -1) >= 0,
    view_range: (value) => Array.isArray(value) && value.every(isWhole),
  });
  if (!fits || input.command === undefined || input.path === undefined) return null;
  return { ...ordered(input, EDITOR), kind: "FileEditorAction" };
}

function trackerAction(input: JsonObject): JsonObject | null {
  const fits = isOf(input, {
    command: (value) => value === "view" || value === "plan",
    task_list: (value) => Array.isArray(value) && value.every(isTask),
  });
  if (!fits) return null;
  return { command: input.command ?? "view", task_list: tasksIn(input), kind: "TaskTrackerAction" };
}

/** The list of a call, with all keys. */
export function tasksIn(input: Json): Json[] {
  return array(member(input, "task_list")).map((task) => ({
    title: string(member(task, "title")) ?? "",
    notes: string(member(task, "notes")) ?? "",
    status: string(member(task, "status")) ?? "todo",
  }));
}

function isTask(task: Json): boolean {
  return (
    typeof member(task, "title") === "string" &&
    isText(member(task, "notes") ?? "") &&
    STATUSES.has(member(task, "status") ?? "todo")
  );
}

type Test = (value: Json) => boolean;

/** Has the object these members alone, each of its kind? */
function isOf(input: JsonObject, tests: { readonly [key: string]: Test }): boolean {
  return Object.entries(input).every(([key, value]) => {
    const test = Object.hasOwn(tests, key) ? tests[key] : undefined;
    return test?.(value) ?? false;
  });
}

function isText(value: Json): boolean {
  return typeof value === "string";
}

function isFlag(value: Json): boolean {
  return typeof value === "boolean";
}

function isWhole(value: Json): boolean {
  return Number.isSafeInteger(value);
}

function ordered(input: JsonObject, keys: readonly string[]): JsonObject {
  return compact(Object.fromEntries(keys.map((key) => [key, input[key]])));
}

function without(input: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(input).filter(([key]) => !keys.includes(key)));
}

function isDeep(value: Json, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth >= MOST_DEPTH || Object.values(value).some((item) => isDeep(item, depth + 1));
}
