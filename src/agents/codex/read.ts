/** Decodes the lines of Codex's rollout files. Facts and sources: README.md in this folder. */

import { emptyHeader } from "../../session/header.ts";
import { IdTable } from "../../session/id-table.ts";
import { array, compact, isObject, member, number, string } from "../../session/json.ts";
import { textPart } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  Message,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import type { Reader } from "../types.ts";
import { readArguments, readContent, readImage } from "./content.ts";
import { limitText, rateLimits, spent } from "./limits.ts";
import { CARRY_TYPE, type Line, lineOf } from "./records.ts";
import { isFailure, unwrap } from "./results.ts";
import { folderTold, isAborted, isSummary, ownContent } from "./scaffold.ts";
import { fromNative, joinName } from "./tools.ts";

export function reader(): Reader {
  return new CodexReader();
}

/** Where an entry stands in the tree. */
interface Place {
  id: string;
  parentId: string | null;
  time: string | null;
}

/** What a compaction without a replacement history keeps: as Codex does, the newest of these. */
const KEPT_CHARS = 80_000;

class CodexReader implements Reader {
  readonly #ids = new IdTable();
  readonly #header: Header = emptyHeader("codex");
  /** The newest entry of the conversation. */
  #tail: string | null = null;
  /** For each user turn, the entry before it: what a rollback goes back to. */
  #turns: (string | null)[] = [];
  /** The response that the newest assistant items belong to. */
  #group: string | null = null;
  #startId: string | null = null;
  #abortNoted = false;
  #resetsAt: string | undefined;
  #users: Message[] = [];

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    const line = lineOf(record);
    this.#header.updatedAt = line.time ?? this.#header.updatedAt;
    switch (line.type) {
      case "session_meta":
        return [this.#meta(line, at)];
      case "response_item":
        return this.#item(line, at);
      case "event_msg":
        return this.#event(line, at);
      case "turn_context":
        return [this.#context(line, at)];
      case "compacted":
        return [this.#compaction(line, at)];
      case CARRY_TYPE:
        return [carry(line, at)];
      default:
        return [opaque(line, at, line.type)];
    }
  }

  #meta(line: Line, at: number): Entry {
    const { payload } = line;
    const id = string(member(payload, "id"));
    const first = this.#startId === null;
    // A legacy fork copies its parent's lines below its own session_meta. Any other fork continues
    // its base: that is read first, and the fork's session_meta tells whose session it is now.
    const owns = first || isObject(member(payload, "history_base"));
    if (!owns || id === undefined) return opaque(line, at, line.type);
    const git = member(payload, "git");
    const spawn = member(member(member(payload, "source"), "subagent"), "thread_spawn");
    const text = (key: string) => string(member(payload, key));
    Object.assign(this.#header, {
      id,
      cwd: text("cwd") ?? null,
      gitBranch: string(member(git, "branch")) ?? null,
      gitCommit: string(member(git, "commit_hash")) ?? null,
      version: text("cli_version") ?? null,
      createdAt: text("timestamp") ?? line.time,
      parent:
        text("forked_from_id") ??
        text("parent_thread_id") ??
        string(member(spawn, "parent_thread_id")) ??
        null,
    } satisfies Partial<Header>);
    if (!first) return opaque(line, at, line.type);
    this.#startId = `#${at}`;
    return event(outside(line, at), { event: "start", header: this.header() });
  }

  #context(line: Line, at: number): Entry {
    const model = string(member(line.payload, "model"));
    const before = this.#header.model;
    if (model === undefined || model === before) return opaque(line, at, line.type);
    this.#header.model = model;
    if (before === null) return opaque(line, at, line.type);
    return event(outside(line, at), { event: "model", model });
  }

  #item(line: Line, at: number): Entry[] {
    const type = string(member(line.payload, "type")) ?? "unknown";
    switch (type) {
      case "message":
        return [this.#message(line, at)];
      case "reasoning":
        return [this.#assistant(line, at, [readReasoning(line.payload)])];
      case "function_call":
      case "custom_tool_call":
      case "local_shell_call":
      case "web_search_call":
        return [this.#call(line, at, type)];
      case "function_call_output":
      case "custom_tool_call_output":
        return [this.#output(line, at)];
      case "image_generation_call":
        return this.#imageGeneration(line, at);
      case "agent_message":
        return [this.#agentMessage(line, at)];
      default:
        return [opaque(line, at, `response_item/${type}`)];
    }
  }

  #message(line: Line, at: number): Entry {
    const { payload } = line;
    switch (string(member(payload, "role"))) {
      case "assistant":
        return this.#assistant(line, at, readContent(member(payload, "content")).map(asReasoning));
      case "user":
        return this.#user(line, at);
      default:
        return this.#say(line, at, {
          role: "system",
          parts: readContent(member(payload, "content")),
          scaffold: true,
        });
    }
  }

  #user(line: Line, at: number): Entry {
    const { payload } = line;
    const [first] = array(member(payload, "content"));
    this.#header.cwd ??= folderTold(payload);
    if (isAborted(payload, string(member(first, "text")) ?? "")) {
      this.#abortNoted = true;
      return this.#inTree(line, at, { event: "interruption" });
    }
    const own = ownContent(payload);
    if (own.length === 0 && first !== undefined) {
      const parts = readContent(member(payload, "content"));
      return this.#say(line, at, { role: "user", parts, scaffold: true });
    }
    return this.#turn(line, at, readContent(own));
  }

  /** Text from another agent of the tree: a subagent's task, or its answer. */
  #agentMessage(line: Line, at: number): Entry {
    return this.#turn(line, at, readContent(member(line.payload, "content")));
  }

  #turn(line: Line, at: number, parts: Part[]): Entry {
    this.#turns.push(this.#tail);
    const entry = this.#say(line, at, { role: "user", parts });
    this.#users.push(entry);
    let chars = 0;
    const from = this.#users.findLastIndex((user) => {
      chars += textLength(user);
      return chars > KEPT_CHARS;
    });
    this.#users.splice(0, from + 1);
    return entry;
  }

  #assistant(line: Line, at: number, parts: Part[]): Entry {
    const group = this.#group;
    const entry = this.#say(line, at, { role: "assistant", parts });
    entry.group = group ?? entry.id;
    this.#group = entry.group;
    if (this.#header.model !== null) entry.model = this.#header.model;
    return entry;
  }

  #call(line: Line, at: number, type: string): Entry {
    const { payload } = line;
    const namespace = string(member(payload, "namespace"));
    const callId = string(member(payload, "call_id")) ?? string(member(payload, "id")) ?? `#${at}`;
    const { name, input } = readCall(payload, type);
    const part: ToolCallPart = {
      kind: "tool-call",
      callId,
      name: joinName(namespace, name),
      input,
      use: null,
    };
    part.use = fromNative(part.name, input);
    return this.#assistant(line, at, [part]);
  }

  #output(line: Line, at: number): Entry {
    const callId = string(member(line.payload, "call_id")) ?? "";
    const part = readOutput(callId, member(line.payload, "output"));
    return this.#say(line, at, { role: "tool", parts: [part] });
  }

  /** One item holds the call and the picture that came of it. */
  #imageGeneration(line: Line, at: number): Entry[] {
    const { payload } = line;
    const callId = string(member(payload, "id")) ?? `#${at}`;
    const data = string(member(payload, "result")) ?? "";
    const prompt = string(member(payload, "revised_prompt"));
    const call = this.#assistant(line, at, [
      {
        kind: "tool-call",
        callId,
        name: "image_generation",
        input: compact({ prompt }),
        use: null,
      },
    ]);
    const result = this.#say(line, at, {
      role: "tool",
      parts: [
        {
          kind: "tool-result",
          callId,
          isError: false,
          content: [readImage(`data:image/png;base64,${data}`)],
        },
      ],
    });
    return [call, result];
  }

  #event(line: Line, at: number): Entry[] {
    const { payload } = line;
    const type = string(member(payload, "type")) ?? "unknown";
    switch (type) {
      case "item_completed":
        return isTwin(member(payload, "item")) ? [] : [opaque(line, at, itemType(payload))];
      case "user_message":
      case "agent_message":
      case "agent_reasoning":
      case "agent_reasoning_raw_content":
      case "patch_apply_end":
      case "mcp_tool_call_end":
      case "web_search_end":
      case "exec_command_end":
      case "view_image_tool_call":
      case "image_generation_end":
      case "context_compacted":
        return [];
      case "thread_rolled_back":
        return [this.#rollback(line, at)];
      case "thread_name_updated":
        return [this.#title(line, at)];
      case "token_count":
        return [this.#tokenCount(line, at)];
      case "turn_aborted":
        return [this.#turnAborted(line, at)];
      case "task_complete":
        this.#group = null;
        return [failure(line, at, member(payload, "error"), this.#resetsAt)];
      case "error":
        return [failure(line, at, payload, this.#resetsAt)];
      default:
        return [opaque(line, at, `event_msg/${type}`)];
    }
  }

  #rollback(line: Line, at: number): Entry {
    const turns = number(member(line.payload, "num_turns")) ?? 0;
    // Codex never rolls back what stands before the first user turn.
    const keep = Math.max(0, this.#turns.length - turns);
    const target = this.#turns[keep];
    this.#turns.splice(keep);
    if (target !== undefined) this.#tail = target ?? this.#startId;
    return this.#inTree(line, at, { event: "rollback", turns });
  }

  #title(line: Line, at: number): Entry {
    const title = string(member(line.payload, "thread_name"));
    if (title === undefined) return opaque(line, at, "event_msg/thread_name_updated");
    this.#header.title = title;
    return event(outside(line, at), { event: "title", title });
  }

  #tokenCount(line: Line, at: number): Entry {
    const full = spent(rateLimits(line.payload));
    if (!full) return opaque(line, at, "event_msg/token_count");
    const resetsAt = full.resetsAt ?? undefined;
    this.#resetsAt = resetsAt;
    return limit(line, at, limitText(full), resetsAt);
  }

  /** Newer versions tell the model as well, in a message that comes first. */
  #turnAborted(line: Line, at: number): Entry {
    const noted = this.#abortNoted;
    this.#abortNoted = false;
    if (noted) return opaque(line, at, "event_msg/turn_aborted");
    return this.#inTree(line, at, { event: "interruption" });
  }

  #compaction(line: Line, at: number): Entry {
    const { payload } = line;
    const message = string(member(payload, "message")) ?? "";
    const history = member(payload, "replacement_history");
    const restated = Array.isArray(history)
      ? restate(history, message, `#${at}`, line.time)
      : { summary: message, kept: this.#users };
    // A summary that only its vendor can read is no summary elsewhere: the history goes on instead.
    if (restated.summary === "") return opaque(line, at, "compacted/encrypted");
    this.#users = [];
    return this.#inTree(line, at, { event: "compaction", ...restated });
  }

  #say(line: Line, at: number, body: Pick<Message, "role" | "parts" | "scaffold">): Message {
    if (body.role !== "assistant" && !body.scaffold) this.#group = null;
    return { kind: "message", ...this.#place(line, at), ...body };
  }

  #inTree(line: Line, at: number, body: EventBody): Entry {
    this.#group = null;
    return event(this.#place(line, at), body);
  }

  #place(line: Line, at: number): Place {
    const id = this.#newId(string(member(line.payload, "id")), at);
    const place = { id, parentId: this.#tail, time: line.time };
    this.#tail = id;
    return place;
  }

  /** The item's own id, where it has one that no item before it has. */
  #newId(own: string | undefined, at: number): string {
    const usable = own !== undefined && own !== "" && !own.startsWith("#") && !this.#ids.has(own);
    const plain = usable ? own : `#${at}`;
    const id = this.#ids.has(plain) ? `${plain}b` : plain;
    this.#ids.set(id, 0);
    return id;
  }
}

function outside(line: Line, at: number): Place {
  return { id: `#${at}`, parentId: null, time: line.time };
}

function event(place: Place, body: EventBody): Entry {
  return { kind: "event", ...place, ...body };
}

function carry(line: Line, at: number): Entry {
  const { payload } = line;
  return event(outside(line, at), {
    event: "carry",
    part: number(member(payload, "part")) ?? 0,
    parts: number(member(payload, "parts")) ?? 0,
    data: string(member(payload, "data")) ?? "",
  });
}

function opaque(line: Line, at: number, type: string): Entry {
  return event(outside(line, at), { event: "opaque", type });
}

function limit(line: Line, at: number, text: string, resetsAt: string | undefined): Entry {
  const until = resetsAt === undefined ? {} : { resetsAt };
  return event(outside(line, at), { event: "limit", text, ...until });
}

/** A turn's error, or the opaque end of a turn that went well. */
function failure(line: Line, at: number, error: Json | undefined, resetsAt?: string): Entry {
  const text = string(member(error, "message"));
  if (text === undefined) return opaque(line, at, "event_msg/task_complete");
  const info = member(error, "codex_error_info");
  if (info === "usage_limit_exceeded" || info === "rate_limit_exceeded") {
    return limit(line, at, text, resetsAt);
  }
  return event(outside(line, at), { event: "error", text });
}

function asReasoning(part: Part): Part {
  return part.kind === "text" ? textPart(part.text) : part;
}

function textLength(message: Message): number {
  let chars = 0;
  for (const part of message.parts) {
    if (part.kind === "text") chars += part.text.length;
    if (part.kind === "image") chars += part.data?.length ?? 0;
  }
  return chars;
}

/** The summary that the API gives, or the raw thoughts of models that show them. */
function readReasoning(item: Json): ReasoningPart {
  const texts = (key: string) =>
    array(member(item, key)).flatMap((part) => string(member(part, "text")) ?? []);
  const summary = texts("summary");
  const text = (summary.length > 0 ? summary : texts("content")).join("\n\n");
  const sealed = string(member(item, "encrypted_content"));
  return {
    kind: "reasoning",
    text,
    ...(sealed === undefined ? {} : { seal: { encrypted_content: sealed } }),
  };
}

function readCall(item: Json, type: string): { name: string; input: Json } {
  const name = string(member(item, "name")) ?? "";
  switch (type) {
    case "custom_tool_call":
      return { name, input: string(member(item, "input")) ?? "" };
    case "local_shell_call":
      return { name: "local_shell", input: member(item, "action") ?? {} };
    case "web_search_call":
      return { name: "web_search", input: member(item, "action") ?? {} };
    default:
      return { name, input: readArguments(member(item, "arguments")) };
  }
}

function readOutput(callId: string, output: Json | undefined): ToolResultPart {
  // 0.20 … wrote `{content, success}` in places where later versions write the content alone.
  const body = isObject(output) ? (output.content ?? null) : (output ?? null);
  if (typeof body !== "string") {
    const content = readContent(body);
    const [first] = content;
    // Code mode: "Script failed", then what went wrong.
    const isError = first?.kind === "text" && first.text.startsWith("Script failed\n");
    return { kind: "tool-result", callId, isError, content };
  }
  const found = unwrap(body);
  return {
    kind: "tool-result",
    callId,
    isError: isFailure(found),
    ...(found.exitCode === undefined ? {} : { exitCode: found.exitCode }),
    content: found.text === "" ? [] : [{ kind: "text", text: found.text }],
  };
}

/** UI copies of what response items say. Those of calls that code mode made inside are no copies. */
function isTwin(item: Json | undefined): boolean {
  const id = string(member(item, "id")) ?? "";
  switch (string(member(item, "type"))) {
    case "UserMessage":
    case "AgentMessage":
    case "Reasoning":
    case "FunctionCallOutput":
    case "WebSearch":
    case "ImageView":
    case "ImageGeneration":
    case "McpToolCall":
    case "DynamicToolCall":
    case "ContextCompaction":
      return true;
    case "CommandExecution":
    case "FileChange":
      return !id.startsWith("exec-");
    default:
      return false;
  }
}

function itemType(payload: Json): string {
  return `item_completed/${string(member(member(payload, "item"), "type")) ?? "unknown"}`;
}

/** What the model sees after a compaction: the user's messages again, and a summary as the last. */
function restate(
  history: readonly Json[],
  message: string,
  id: string,
  time: string | null,
): { summary: string; kept: Message[] } {
  const items = [...history];
  const last = items.findLastIndex((item) => isSummary(item) || isLastWord(item, message));
  const summary = last < 0 ? message : (contentText(items.splice(last, 1)[0]) ?? message);
  const kept = items.flatMap((item, i) => keptMessage(item, `${id}/kept${i}`, time));
  return { summary, kept };
}

/** Codex puts words of its own before the summary. */
function isLastWord(item: Json, message: string): boolean {
  if (message === "" || member(item, "role") !== "user") return false;
  return contentText(item)?.endsWith(message) ?? false;
}

function contentText(item: Json | undefined): string | undefined {
  const [first] = readContent(member(item, "content"));
  return first?.kind === "text" ? first.text : undefined;
}

function keptMessage(item: Json, id: string, time: string | null): Message[] {
  const role = member(item, "role");
  if (role !== "user" && role !== "assistant") return [];
  const parts = readContent(role === "user" ? ownContent(item) : member(item, "content"));
  if (parts.length === 0) return [];
  return [{ kind: "message", id, parentId: null, time, role, parts }];
}
