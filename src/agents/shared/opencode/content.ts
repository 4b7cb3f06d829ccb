/**
 * Converts parts of OpenCode's messages to parts of the session model. README.md of agents/opencode
 * ("What reaches the model") lists what its model is sent for each kind.
 */
import { array, isObject, listOf, member, object, printed, string } from "../../../session/json.ts";
import { isNested, otherPart, saidIn, unread } from "../../../session/other.ts";
import type {
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  OtherPart,
  Part,
  ResultPart,
  TextPart,
  ToolResultPart,
  UnreadPart,
} from "../../../session/types.ts";
import type { Item } from "./forms.ts";
import { exitOf, fromNative } from "./tools.ts";

/**
 * What 1.18.33 sends for a command that ran as a subtask; the call that follows has the prompt,
 * too.
 */
const SUBTASK = "The following tool was executed by the user";
/** What it sends for a result that it cleared to save space. */
const CLEARED = "[Old tool result content cleared]";

/** Steps, and states of files: not content. */
const BOOKKEEPING: ReadonlySet<Json | undefined> = new Set([
  "step-start",
  "step-finish",
  "patch",
  "snapshot",
  // A separate event: see read.ts.
  "retry",
]);

export function userPart({ data }: Item): Part[] {
  switch (data.type) {
    case "text":
      return [textOf(data)];
    case "file":
      return [userFile(data)];
    case "subtask": {
      return [{ kind: "text", text: SUBTASK }, ...texts(saidIn(data.prompt))];
    }
    // The name of a subagent, which the text already contains; what it asks for is a separate text.
    case "agent":
      return [unread("agent", "unsent")];
    case "compaction":
      return [];
    default:
      return otherItem(data);
  }
}

export function answerPart({ data }: Item, agent: string): Part[] {
  switch (data.type) {
    case "text":
      return [agent === "kilo" && isNote(data) ? unread("text", "unsent") : textOf(data)];
    case "reasoning":
      return [reasoningPart(data)];
    case "tool": {
      const name = saidIn(data.tool);
      const input = inputOf(data.state);
      const use = fromNative(name, input);
      return [{ kind: "tool-call", callId: string(data.callID) ?? "", name, input, use }];
    }
    case "file":
    case "agent":
    case "subtask":
    case "compaction":
      return [unread(printed(data.type ?? "unknown"), "unsent")];
    default:
      return otherItem(data);
  }
}

/**
 * Kilo leaves out the parts of an answer that only inform the user about its state; OpenCode leaves
 * out nothing.
 */
function isNote({ ignored, metadata }: JsonObject): boolean {
  return ignored === true || member(metadata, "kilocode.lifecycle") === "transient";
}

function otherItem(data: JsonObject): OtherPart[] {
  return BOOKKEEPING.has(data.type) ? [] : [otherPart(string(data.type) ?? "part", data)];
}

function textOf(data: JsonObject): TextPart {
  return { kind: "text", text: saidIn(data.text) };
}

/**
 * The content of a text file or a folder is in separate texts: the model is not sent such a file.
 */
function userFile(data: JsonObject): Part {
  const isElsewhere = data.mime === "text/plain" || data.mime === "application/x-directory";
  return isElsewhere ? unread("file", "unsent") : filePart(data);
}

function filePart(data: JsonObject): ImagePart | FilePart | OtherPart {
  if (isNested(data.url)) return otherPart("file", data);
  const mediaType = string(data.mime) ?? "application/octet-stream";
  const url = string(data.url) ?? "";
  const base64 = base64In(url);
  const at = base64 === null && url !== "" ? { url } : {};
  if (mediaType.startsWith("image/")) return { kind: "image", mediaType, data: base64, ...at };
  return { kind: "file", name: string(data.filename) ?? null, mediaType, data: base64, ...at };
}

function base64In(url: string): string | null {
  const head = url.slice(0, 200);
  const comma = head.indexOf(",");
  if (!head.startsWith("data:") || comma < 0) return null;
  const content = url.slice(comma + 1);
  if (head.slice(0, comma).endsWith(";base64")) return content;
  return Buffer.from(decoded(content)).toString("base64");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Incomplete arguments are text. */
function inputOf(state: Json | undefined): Json {
  const input = member(state, "input") ?? {};
  const raw = member(state, "raw") ?? "";
  return isObject(input) && Object.keys(input).length === 0 && raw !== "" ? { input: raw } : input;
}

/** Without a signature, it may be from elsewhere; then a newline was added to it. See write.ts. */
function reasoningPart(data: JsonObject): Part {
  const text = saidIn(data.text);
  const seal = object(data.metadata);
  if (seal) return { kind: "reasoning", text, seal };
  return { kind: "reasoning", text: text.endsWith("\n") ? text.slice(0, -1) : text };
}

/** Calls that are pending or running, as after a kill, have no result. */
export function resultOf({ data }: Item): ToolResultPart[] {
  if (data.type !== "tool") return [];
  const { state } = data;
  const callId = string(data.callID) ?? "";
  const status = string(member(state, "status"));
  if (status === "error") return [failure(callId, state)];
  if (status === "pending" || status === "running") return [];
  if (status !== "completed") {
    const content = [otherPart(`tool/${status ?? ""}`, state ?? null)];
    return [{ kind: "tool-result", callId, isError: false, content }];
  }
  const content = isCleared(state) ? cleared(state) : completed(data, state);
  const exitCode = exitOf(string(data.tool) ?? "", member(state, "metadata"));
  if (exitCode === undefined) return [{ kind: "tool-result", callId, isError: false, content }];
  return [{ kind: "tool-result", callId, isError: exitCode !== 0, exitCode, content }];
}

/** For an interrupted call, the model is sent the output so far, as a success. */
function failure(callId: string, state: Json | undefined): ToolResultPart {
  const metadata = member(state, "metadata");
  const output = member(metadata, "output");
  if (member(metadata, "interrupted") === true && output !== undefined) {
    const content = [...texts(saidIn(output)), unread("error", "unsent")];
    return { kind: "tool-result", callId, isError: false, content };
  }
  const error = member(state, "error") ?? "";
  const content = [...texts(typeof error === "string" ? error : printed(error))];
  const attachments = listOf(member(state, "attachments")).flatMap(attachment);
  return { kind: "tool-result", callId, isError: true, content: [...content, ...attachments] };
}

function isCleared(state: Json | undefined): boolean {
  return Boolean(member(member(state, "time"), "compacted"));
}

function cleared(state: Json | undefined): ResultPart[] {
  const attachments = listOf(member(state, "attachments")).map(() =>
    unread("attachments", "unsent"),
  );
  return [{ kind: "text", text: CLEARED }, unread("output", "unsent"), ...attachments];
}

function completed(data: JsonObject, state: Json | undefined): ResultPart[] {
  const output = member(state, "output") ?? "";
  const text = typeof output === "string" ? output : printed(output);
  const noted = `${text}${boardNotice(member(state, "metadata"))}`;
  const attachments = listOf(member(state, "attachments"));
  // What Kilo sends to its user, it does not send to its model.
  if (data.tool === "send_file") {
    return [...texts(noted), ...attachments.map(() => unread("attachments", "unsent"))];
  }
  return [...texts(noted), ...attachments.flatMap(attachment)];
}

function attachment(item: Json): ResultPart[] {
  if (!isObject(item)) return [otherPart("attachment", item)];
  return item.type === undefined || item.type === "file"
    ? [filePart(item)]
    : [otherPart(string(item.type) ?? "attachment", item)];
}

const NOTICE = "shared-agent-board-notice";

/** What Kilo adds to a result if other agents of the user posted something in the meantime. */
function boardNotice(metadata: Json | undefined): string {
  const noted = member(metadata, "shared_agent_board_notice");
  if (noted !== "unavailable" && !(typeof noted === "number" && noted > 0)) return "";
  const what = noted === "unavailable" ? "could not be checked" : "was detected during this call";
  return `\n\n<${NOTICE}>Shared-board activity ${what}.</${NOTICE}>`;
}

export function texts(text: string): TextPart[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** The user's message in the "v2" store, with attached files. */
export function v2User(data: JsonObject): Part[] {
  const said: Part[] = data.text === undefined ? [] : [textOf(data)];
  const agents: UnreadPart[] = array(data.agents).map(() => unread("agents", "unsent"));
  return [...said, ...listOf(data.files).map(v2File), ...agents];
}

function v2File(file: Json): Part {
  if (!isObject(file)) return otherPart("file", file);
  return filePart({ mime: file.mime ?? "", url: file.uri ?? "", filename: file.name ?? "file" });
}

/**
 * A command that the user ran, in the words in which the "v2" store's own model is told about it.
 */
export function v2Shell({ command, output }: JsonObject): TextPart {
  return {
    kind: "text",
    text: `Shell command: ${saidIn(command)}\n\n${saidIn(output)}`,
  };
}

/** A block of the "v2" store as the equivalent part of the other store. */
export function v2Item(block: JsonObject): Item {
  const id = string(block.id) ?? "";
  if (block.type !== "tool") return { id, data: block };
  const state = object(block.state) ?? {};
  const content = listOf(state.content);
  const said = content.filter((item) => member(item, "type") === "text");
  const output = said.map((item) => saidIn(member(item, "text"))).join("\n");
  const attachments = content.filter((item) => !said.includes(item)).map(v2Attachment);
  const error = [saidIn(member(state.error, "message")), output];
  const failed = isObject(state.error) ? { error: error.filter(Boolean).join("\n\n") } : {};
  const printedOutput = content.length > 0 ? output : (state.result ?? state.structured ?? "");
  const told = { ...state, output: printedOutput, attachments, ...failed };
  return { id, data: { type: "tool", tool: block.name ?? "", callID: id, state: told } };
}

function v2Attachment(item: Json): Json {
  if (!isObject(item) || item.uri === undefined) return item;
  return { type: "file", mime: item.mime ?? "", url: item.uri, filename: item.name ?? "file" };
}
