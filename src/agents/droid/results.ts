/**
 * Results of Droid's tools in the shared form. What the file holds of an edit is not what the model is
 * given: the CLI makes its own words of it when it sends it.
 */
import { array, compact, isObject, member, string } from "../../session/json.ts";
import { unread } from "../../session/other.ts";
import type { Json, JsonObject, ResultPart, ToolResultPart, ToolUse } from "../../session/types.ts";
import { withText } from "../shared/tools.ts";

const EXIT = /(?:^|\n\n)\[Process exited with code (\d+)\]$/;
const FAILED = /^Error: Command failed \(exit code: \d+\)(?:\n|$)/;
const ERROR = "Error: ";
const NO_OUTPUT = "Command completed successfully";

/** A native result as the model is given it, without the words that tell of an exit code. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result.content);
  if (text === undefined || !use) return result;
  if (use.tool === "execute") return parseOutput(result, text);
  if (use.tool === "patch") return { ...result, content: patched(text, result.content) };
  if (use.tool !== "edit" && use.tool !== "write") return result;
  return { ...result, content: given(text, VERBS[use.tool]) };
}

const VERBS = { edit: "updated", write: "created" } as const;

function parseOutput(result: ToolResultPart, text: string): ToolResultPart {
  const [ending, code] = EXIT.exec(text.slice(-128)) ?? [];
  if (ending === undefined) return result;
  const whole = text.slice(0, text.length - ending.length);
  const [head] = (result.isError && FAILED.exec(whole)) || [];
  const said = head === undefined ? whole : whole.slice(head.length);
  const output = said === NO_OUTPUT && code === "0" ? "" : said;
  const content: ResultPart[] = output === "" ? [] : [{ kind: "text", text: output }];
  return { ...result, exitCode: Number(code), content };
}

/** What the CLI sends of an edit's result: a sentence of its own and what a reminder adds. */
function given(text: string, verb: string): ResultPart[] {
  const plain = (said: string): ResultPart[] => (said === "" ? [] : [{ kind: "text", text: said }]);
  if (text === "" || text.startsWith("Error:")) return plain(text);
  const told = parsed(text);
  if (told === undefined) {
    if (verb !== VERBS.edit) return plain(text);
    return [...plain(sentence(undefined, verb)), unread("tool_result", "unsent")];
  }
  const reminder = string(told.systemReminder);
  const said = sentence(string(told.file_path), verb);
  const content = plain(
    reminder === undefined || reminder === "" ? said : `${said}\n\n${reminder}`,
  );
  const unsent = Object.entries(told).filter(([key, value]) => !SENT.has(key) && holdsText(value));
  return [...content, ...unsent.map(([key]) => unread(key, "unsent"))];
}

/** Of what a patch did, the CLI sends which files it changed and where it failed: not their diffs. */
function patched(text: string, content: ResultPart[]): ResultPart[] {
  const told = parsed(text);
  const files = array(told?.files);
  if (told?.success !== true || files.length === 0) return content;
  const done = files.filter((file) => !member(file, "error")).map(changed);
  const failed = files.filter((file) => member(file, "error"));
  const lines = [
    "Success. Applied changes to the following files:",
    ...done,
    ...(failed.length > 0 ? ["Failed to apply (fix and resend only these):"] : []),
    ...failed.map((file) => `${nameOf(file)}: ${string(member(file, "error")) ?? ""}`),
  ];
  const reminders = files.map((file) => string(member(file, "systemReminder")) || null);
  const said = [lines.join("\n"), ...reminders.filter((one) => one !== null)].join("\n\n");
  return [{ kind: "text", text: said }, unread("tool_result", "unsent")];
}

const MARKS: { [operation: string]: string } = { create: "A", delete: "D" };

function changed(file: Json): string {
  const mark = MARKS[string(member(file, "display_operation")) ?? ""] ?? "M";
  const to = string(member(file, "moved_to"));
  return `${mark} ${nameOf(file)}${to ? ` -> ${to}` : ""}`;
}

function nameOf(file: Json): string {
  return string(member(file, "file_path")) ?? "";
}

/** What the sentence and the reminder are made of. Anything else, such as `diffLines`, is for the screen. */
const SENT = new Set(["file_path", "systemReminder"]);

function holdsText(value: Json): boolean {
  if (typeof value === "string") return value !== "";
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function sentence(path: string | undefined, verb: string): string {
  return `The file ${path === undefined ? "" : `${path} `}has been ${verb} successfully.`;
}

function parsed(text: string): JsonObject | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return undefined;
  try {
    const value: Json = JSON.parse(trimmed);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The inverse of `parseResult`. */
export function printResult(use: ToolUse | null, part: ToolResultPart): ToolResultPart {
  const text = onlyText(part.content);
  if (text === undefined || !use) return part;
  if (use.tool === "execute") return printOutput(part, text);
  // What does not begin so would be sent as a success.
  if (use.tool === "edit" || use.tool === "write") {
    if (part.isError) return withText(part, text.startsWith("Error:") ? text : ERROR + text);
    return withText(part, printChange(text, use.path, use.tool));
  }
  return part;
}

function printChange(text: string, path: string, tool: keyof typeof VERBS): string {
  if (text === "" || text.startsWith("Error:")) return text;
  const said = sentence(path, VERBS[tool]);
  if (text === said) return JSON.stringify({ success: true, file_path: path });
  // A file that was created may be told of in any words that are no JSON.
  if (tool === "write" && !/^\s*[[{]/.test(text)) return text;
  const rest = text.startsWith(`${said}\n\n`) ? text.slice(said.length + 2) : text;
  return JSON.stringify(compact({ success: true, file_path: path, systemReminder: rest }));
}

function printOutput(part: ToolResultPart, text: string): ToolResultPart {
  const { exitCode, isError } = part;
  if (exitCode === undefined) return part;
  const end = `[Process exited with code ${exitCode}]`;
  if (!isError && exitCode === 0) return withText(part, `${text || NO_OUTPUT}\n\n${end}`);
  const head = `Error: Command failed (exit code: ${exitCode})`;
  const said = text === "" ? head : `${head}\n${text}`;
  return { ...withText(part, `${said}\n\n${end}`), isError: true };
}

function onlyText(content: readonly ResultPart[]): string | undefined {
  const [first, ...more] = content;
  if (first === undefined) return "";
  const isOnly = more.every(({ kind }) => kind === "unread");
  return isOnly && first.kind === "text" ? first.text : undefined;
}
