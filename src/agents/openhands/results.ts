/** Tools' results: what the SDK stores of them, and what it makes of that for its model. */
import { hash } from "node:crypto";
import { compact, isObject, listOf, member, number, string } from "../../session/json.ts";
import { otherPart, pictureType, saidIn } from "../../session/other.ts";
import type {
  Json,
  JsonObject,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { onlyText } from "../shared/tools.ts";
import { tasksIn } from "./actions.ts";
import { printContent, readContent, readImage, textItem } from "./content.ts";
import { isLong, joined, pieces } from "./long.ts";

/** The result that an event is; null for events that are none. */
export function readResult(event: JsonObject): ToolResultPart | null {
  const callId = string(event.tool_call_id) ?? "";
  switch (event.kind) {
    case "ObservationEvent":
      return readObservation(callId, event.observation ?? null);
    case "AgentErrorEvent":
      return failed(callId, saidIn(event.error));
    case "UserRejectObservation":
      return failed(
        callId,
        `${REJECTED}${saidIn(event.rejection_reason ?? "User rejected the action")}`,
      );
    default:
      return null;
  }
}

const REJECTED = "Action rejected: ";

function failed(callId: string, text: string): ToolResultPart {
  return { kind: "tool-result", callId, isError: true, content: [{ kind: "text", text }] };
}

function readObservation(callId: string, observation: Json): ToolResultPart {
  const isError = member(observation, "is_error") === true;
  const result = { kind: "tool-result", callId, isError } as const;
  if (!isObject(observation)) return { ...result, content: readContent(observation) };
  switch (observation.kind) {
    case "TerminalObservation":
      return readTerminal(result, observation);
    case "TaskObservation":
      return { ...result, content: [taskInfo(observation), ...readContent(observation.content)] };
    default: {
      const more = isKnown(observation.kind) ? [] : [newer(observation)];
      const said = joined(readContent(observation.content));
      return ended(result, observation, [...said, ...readScreen(observation), ...more]);
    }
  }
}

/** Those whose content is all that is sent of them. */
const PLAIN =
  /^(?:(?:Planning)?FileEditor|TaskTracker|Delegate|MCPTool|Finish|Think|InvokeSkill|Glob|Grep|ApplyPatch|Browser)Observation$/;

function isKnown(kind: Json | undefined): boolean {
  return typeof kind === "string" && PLAIN.test(kind);
}

/** With a folder for outputs, the SDK stores a picture there, too, and tells its model where. */
function readScreen({ screenshot_data, full_output_save_dir: folder }: JsonObject): ResultPart[] {
  const data = string(screenshot_data);
  if (!data) return [];
  // The SDK tells it in the same way.
  const type = pictureType(data);
  const image = readImage(`data:${type};base64,${data}`);
  if (typeof folder !== "string" || folder === "") return [image];
  const name = `browser_screenshot_${hash("sha256", data).slice(0, 8)}`;
  const ending = type === "image/jpeg" ? "jpg" : type.slice("image/".length);
  const path = `${folder.replace(/(?<=.)\/+$/, "")}/${name}.${ending}`;
  return [{ kind: "text", text: `Screenshot saved to: ${path}` }, image];
}

/** What a tool tells beside its content may be sent, too. */
function newer(observation: JsonObject): ResultPart {
  const { content: _, is_error: __, screenshot_data: ___, ...rest } = observation;
  return otherPart(string(observation.kind) ?? "observation", rest);
}

function taskInfo({ task_id, subagent, status }: JsonObject): ResultPart {
  const text = `Task ID: ${saidIn(task_id)}\nSubagent: ${saidIn(subagent)}\nStatus: ${saidIn(status)}`;
  return { kind: "text", text };
}

/**
 * After what a command printed, the model is told the folder, and twice how it ended: that is the exit
 * code, not a text.
 */
function readTerminal(
  result: Omit<ToolResultPart, "content">,
  { content, metadata, exit_code }: JsonObject,
): ToolResultPart {
  const texts = readContent(content).flatMap((part) => (part.kind === "image" ? [] : [part.text]));
  const told = (key: string): string => saidIn(member(metadata, key));
  const code = number(member(metadata, "exit_code")) ?? -1;
  const [cwd, python, suffix] = [told("working_dir"), told("py_interpreter_path"), told("suffix")];
  const text = [
    told("prefix"),
    ...texts,
    suffix === suffixFor(code) ? "" : suffix,
    cwd === "" ? "" : `\n[Current working directory: ${cwd}]`,
    python === "" ? "" : `\n[Python interpreter: ${python}]`,
  ].join("");
  const exitCode = code === -1 ? (number(exit_code) ?? -1) : code;
  return {
    ...result,
    ...(exitCode === -1 ? {} : { exitCode }),
    content: text === "" ? [] : [{ kind: "text", text }],
  };
}

function suffixFor(code: number): string {
  return `\n[The command completed with exit code ${code}.]`;
}

/** Of a terminal's output that is too long for its own kind, the last text says how it ended. */
function ended(
  result: Omit<ToolResultPart, "content">,
  { kind, tool_name }: JsonObject,
  content: ResultPart[],
): ToolResultPart {
  const last = content.at(-1);
  const isTerminal = kind === "MCPToolObservation" && tool_name === "terminal";
  const [, code] = (isTerminal && last?.kind === "text" && FINISHED.exec(last.text)) || [];
  if (code === undefined) return { ...result, content };
  return { ...result, exitCode: Number(code), content: content.slice(0, -1) };
}

/** As the SDK says it of a terminal. */
const FINISHED = /^\n\[Command finished with exit code (-?\d{1,9})\]$/;

/** What a terminal says of itself with every result, as it last was. */
export interface Terminal {
  username: Json | undefined;
  hostname: Json | undefined;
  full_output_save_dir: Json | undefined;
}

export const NO_TERMINAL: Terminal = {
  username: undefined,
  hostname: undefined,
  full_output_save_dir: undefined,
};

export function terminalIn(observation: Json, before: Terminal): Terminal {
  const metadata = member(observation, "metadata");
  if (member(metadata, "username") === undefined) return before;
  return {
    username: member(metadata, "username"),
    hostname: member(metadata, "hostname"),
    full_output_save_dir: member(observation, "full_output_save_dir"),
  };
}

/** The observation that holds a result. Only a text alone has a place in those of OpenHands's own tools. */
export function printObservation(
  call: ToolCallPart,
  result: ToolResultPart,
  terminal: Terminal,
  there: boolean,
): JsonObject {
  const { isError: is_error } = result;
  const text = onlyText(result);
  const command = string(member(call.input, "command"));
  const isPlain = text !== undefined && isObject(call.input) && !isLong(text, call.name, there);
  if (isPlain && call.name === "terminal" && command !== undefined)
    return printTerminal(text, { ...result, command }, terminal);
  const content = [...printContent(result.content.flatMap(inPieces)), ...finished(call, result)];
  if (isPlain && call.name === "file_editor" && COMMANDS.test(command ?? "")) {
    const path = string(member(call.input, "path"));
    const created = string(member(call.input, "file_text"));
    const isNew = command === "create" && !is_error;
    return compact({
      content,
      is_error,
      command,
      path,
      prev_exist: !isNew,
      new_content: isNew ? created : undefined,
      kind: "FileEditorObservation",
    });
  }
  if (isPlain && call.name === "task_tracker" && /^(?:view|plan)$/.test(command ?? "")) {
    return {
      content,
      is_error,
      command: command ?? "view",
      task_list: tasksIn(call.input),
      kind: "TaskTrackerObservation",
    };
  }
  if (call.name === "finish") return { content, is_error, kind: "FinishObservation" };
  if (call.name === "think") return { content, is_error, kind: "ThinkObservation" };
  return { content, is_error, tool_name: call.name, kind: "MCPToolObservation" };
}

function inPieces(part: ResultPart): ResultPart[] {
  return part.kind === "text" ? pieces(part.text).map((text) => ({ kind: "text", text })) : [part];
}

/** What the SDK would say at the end of a terminal's output. */
function finished({ name }: ToolCallPart, { exitCode }: ToolResultPart): JsonObject[] {
  if (name !== "terminal" || exitCode === undefined) return [];
  const text = `\n[Command finished with exit code ${exitCode}]`;
  return FINISHED.test(text) ? [textItem(text)] : [];
}

const COMMANDS = /^(?:view|create|str_replace|insert|undo_edit)$/;

/** What the SDK adds to an output, at its end. */
const TAIL =
  /^([\s\S]*?)\n\[Current working directory: ([^\n]*)\](?:\n\[Python interpreter: ([^\n]*)\])?$/;

function printTerminal(
  text: string,
  { command, isError, exitCode = -1 }: ToolResultPart & { command: string },
  { username, hostname, full_output_save_dir }: Terminal,
): JsonObject {
  const [, output = text, working_dir, py_interpreter_path] = TAIL.exec(text) ?? [];
  const isNative = working_dir !== undefined;
  const exit_code = Number.isSafeInteger(exitCode) ? exitCode : -1;
  const metadata = compact({
    exit_code,
    pid: -1,
    username: isNative ? username : undefined,
    hostname: isNative ? hostname : undefined,
    working_dir,
    py_interpreter_path,
    prefix: "",
    suffix: isNative && exit_code !== -1 ? suffixFor(exit_code) : "",
  });
  return compact({
    content: [textItem(output)],
    is_error: isError,
    command,
    exit_code,
    timeout: false,
    metadata,
    full_output_save_dir: isNative ? full_output_save_dir : undefined,
    kind: "TerminalObservation",
  });
}

/** Does the event answer a call? */
export function isResult(event: Json): boolean {
  return (
    RESULTS.has(string(member(event, "kind")) ?? "") &&
    listOf(member(event, "tool_call_id")).length === 1
  );
}

const RESULTS = new Set(["ObservationEvent", "AgentErrorEvent", "UserRejectObservation"]);
