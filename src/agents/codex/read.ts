/** Reads the lines of Codex's rollout files. Facts and sources: README.md in this folder. */

import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { IdTable } from "../../session/id-table.ts";
import { compact, isObject, listOf, member, number, string } from "../../session/json.ts";
import { isNested, otherPart, pictureType, saidIn } from "../../session/other.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  Message,
  Part,
  ResultPart,
  ToolCallPart,
} from "../../session/types.ts";
import { restate } from "./compaction.ts";
import { readContent, readImage } from "./content.ts";
import {
  asReasoning,
  readAgents,
  readCall,
  readOutput,
  readReasoning,
  readTools,
  sealedIn,
} from "./items.ts";
import { type LimitWindow, spent, spentEvent, turnError } from "./limits.ts";
import { CARRY_TYPE, type Line, lineOf } from "./records.ts";
import { byOrigin, folderTold, isAborted, isHookContext, likelyScaffold } from "./scaffold.ts";
import { fromNative, joinName } from "./tools.ts";

export function reader(): Reader {
  return new CodexReader();
}

/** The position of an entry in the tree. */
interface Place {
  id: string;
  parentId: string | null;
  time: string | null;
}

const HOOK = { role: "user", told: true } as const;
const INSTRUCTIONS = { role: "system", scaffold: true } as const;

/** What a compaction without a replacement history keeps: the newest of these, as in Codex. */
const KEPT_CHARS = 80_000;

/** The newest of the user's messages up to that total size. */
class NewestUsers {
  #messages: { message: Message; chars: number }[] = [];
  /** Those before it are too old. */
  #from = 0;
  #chars = 0;

  add(message: Message): void {
    const chars = textLength(message);
    this.#messages.push({ message, chars });
    this.#chars += chars;
    while (this.#chars > KEPT_CHARS) this.#chars -= this.#messages[this.#from++]?.chars ?? 0;
    // Only occasionally, so that the cost per message does not depend on their number.
    if (this.#from * 2 > this.#messages.length) {
      this.#messages.splice(0, this.#from);
      this.#from = 0;
    }
  }

  take(): Message[] {
    return this.#messages.slice(this.#from).map(({ message }) => message);
  }
}

class CodexReader implements Reader {
  readonly #ids = new IdTable();
  readonly #header: Header = emptyHeader("codex");
  /** The newest entry of the conversation. */
  #tail: string | null = null;
  /** For each user turn, the entry before it: the target of a rollback. */
  #turns: (string | null)[] = [];
  /** The response that the newest assistant items belong to. */
  #group: string | null = null;
  #startId: string | null = null;
  #abortNoted = false;
  /** The newest message, if only its words make it the harness's. */
  #likelyScaffold: string | null = null;
  #full: LimitWindow | null = null;
  #users = new NewestUsers();
  /** Something was said. */
  #isTold = false;
  /** The newest search for tools. */
  #search = "";

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    const line = lineOf(record);
    this.#header.updatedAt = line.time ?? this.#header.updatedAt;
    switch (line.type) {
      case "session_meta":
        return this.#meta(line, at);
      case "response_item":
        return this.#item(line, at);
      case "event_msg":
        return this.#event(line, at);
      case "turn_context":
        return [this.#context(line, at)];
      case "compacted":
        return this.#compaction(line, at);
      case "inter_agent_communication":
        return [this.#communication(line, at)];
      case CARRY_TYPE:
        return [carry(line, at)];
      default:
        return [opaque(line, at, line.type)];
    }
  }

  #meta(line: Line, at: number): Entry[] {
    const { payload } = line;
    const id = string(member(payload, "id"));
    const first = this.#startId === null;
    // A legacy fork copies its parent's lines below its own session_meta. Any other fork continues
    // its base: the base is read first, and the fork's session_meta then changes the session.
    const owns = first || isObject(member(payload, "history_base"));
    if (!owns || id === undefined) return [opaque(line, at, line.type)];
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
    if (!first) return [opaque(line, at, line.type)];
    this.#startId = `#${at}`;
    const start = event(outside(line, at), { event: "start", header: this.header() });
    // If it exists, the base is read first.
    if (!isObject(member(payload, "history_base"))) return [start];
    const place = { ...outside(line, at), id: `#${at}/base` };
    return [start, event(place, { event: "unread", type: "history_base", reason: "missing-base" })];
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
    const type = string(member(line.payload, "type"));
    switch (type) {
      case "message":
        return this.#message(line, at);
      case "reasoning":
        return [this.#assistant(line, at, [readReasoning(line.payload)])];
      case "function_call":
      case "custom_tool_call":
      case "local_shell_call":
      case "tool_search_call":
        return [this.#call(line, at, type)];
      case "web_search_call":
        return this.#hosted(line, at, type);
      case "function_call_output":
      case "custom_tool_call_output":
      case "tool_search_output":
        return [this.#output(line, at)];
      case "image_generation_call":
        return this.#imageGeneration(line, at);
      case "agent_message":
        return [this.#agentMessage(line, at)];
      // 0.169.0 sends it in its position, and what precedes it as well [run].
      case "compaction":
      case "compaction_summary":
      case "context_compaction":
        return [this.#inTree(line, at, sealedSummary(type))];
      // What the harness records for itself; the tools are its own. Of these, only the tools are
      // sent [run].
      case undefined:
      case "additional_tools":
      case "compaction_trigger":
      case "configuration_update":
      case "ghost_snapshot":
      case "other":
        return [opaque(line, at, `response_item/${type ?? "unknown"}`)];
      default:
        return [this.#assistant(line, at, [otherPart(type, line.payload)])];
    }
  }

  #message(line: Line, at: number): Entry[] {
    const { payload } = line;
    const parts: Part[] = readContent(member(payload, "content"));
    switch (string(member(payload, "role"))) {
      case "assistant":
        return [this.#assistant(line, at, [...parts.map(asReasoning), ...sealedIn(payload)])];
      case "user":
        return this.#user(line, at);
      case "developer":
      case "system": {
        const isTold = isHookContext(payload);
        const kind = isTold ? HOOK : INSTRUCTIONS;
        return [this.#say(line, at, { ...kind, parts })];
      }
      // Only those two give instructions; anything else was said by someone.
      default:
        return [this.#turn(line, at, [...parts, ...sealedIn(payload)])];
    }
  }

  /** One record may contain both the harness's words and the user's. */
  #user(line: Line, at: number): Entry[] {
    const { payload } = line;
    const [first] = listOf(member(payload, "content"));
    const entries: Entry[] = [];
    this.#header.cwd ??= folderTold(payload);
    if (isAborted(payload, saidIn(member(first, "text")))) {
      this.#abortNoted = true;
      entries.push(this.#inTree(line, at, { event: "interruption" }));
    }
    // Codex sends them in the order of the file.
    let isTurn = false;
    for (const { origin, content } of byOrigin(payload)) {
      const parts = readContent(content);
      const body = { role: "user", parts } as const;
      // To Codex, anything that is not the user's is not a turn, and a message is one turn.
      if (origin !== "own") entries.push(this.#say(line, at, { ...body, [origin]: true }));
      else if (isTurn) entries.push(this.#say(line, at, body));
      else entries.push(this.#turn(line, at, [...parts, ...sealedIn(payload)]));
      isTurn ||= origin === "own";
    }
    this.#likelyScaffold = likelyScaffold(payload);
    return entries.length > 0 ? entries : [this.#turn(line, at, sealedIn(payload))];
  }

  /**
   * Codex records what the user typed, but nothing that its harness says: so it was not scaffold.
   */
  #typed(line: Line, at: number): Entry[] {
    const text = string(member(line.payload, "message"));
    if (text === undefined || text !== this.#likelyScaffold) return [];
    this.#likelyScaffold = null;
    return [this.#turn(line, at, [{ kind: "text", text }])];
  }

  /** Text from another agent of the tree: a subagent's task, or its answer. */
  #agentMessage(line: Line, at: number): Entry {
    const said = readContent(member(line.payload, "content"));
    return this.#turn(line, at, [...readAgents(line.payload), ...said]);
  }

  /** 0.169.0 converts it to an `agent_message` for the model [run]. */
  #communication(line: Line, at: number): Entry {
    const content = member(line.payload, "content");
    const said = content === "" ? [] : readContent(content);
    const parts = [...readAgents(line.payload), ...said, ...sealedIn(line.payload)];
    return this.#turn(line, at, parts);
  }

  #turn(line: Line, at: number, parts: Part[]): Entry {
    this.#turns.push(this.#tail);
    const entry = this.#say(line, at, { role: "user", parts });
    this.#users.add(entry);
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

  /** The API makes the call itself: no file contains its result. */
  #hosted(line: Line, at: number, type: string): Entry[] {
    const call = this.#call(line, at, type);
    const status = string(member(line.payload, "status"));
    if (status !== "completed" && status !== "failed") return [call];
    const isError = status === "failed";
    const callId = callIdOf(line, at);
    const content = [{ kind: "text" as const, text: unrecorded(status) }];
    const result = { kind: "tool-result" as const, callId, isError, content };
    return [call, this.#say(line, at, { role: "tool", parts: [result] })];
  }

  #call(line: Line, at: number, type: string): Entry {
    const { payload } = line;
    const namespace = string(member(payload, "namespace"));
    const callId = callIdOf(line, at);
    if (type === "tool_search_call") this.#search = callId;
    const { name, input } = readCall(payload, type);
    const part: ToolCallPart = {
      kind: "tool-call",
      callId,
      name: joinName(namespace, name),
      input,
      use: null,
    };
    part.use = fromNative(part.name, input);
    return this.#assistant(line, at, [part, ...sealedIn(payload)]);
  }

  /** A search for tools that the API makes itself has no id: its result is the next record. */
  #output(line: Line, at: number): Entry {
    const { payload } = line;
    const isSearch = member(payload, "type") === "tool_search_output";
    const callId = string(member(payload, "call_id")) ?? (isSearch ? this.#search : "");
    const part = isSearch
      ? readTools(callId, payload)
      : readOutput(callId, member(payload, "output"));
    return this.#say(line, at, { role: "tool", parts: [part] });
  }

  /** One item contains both the call and the resulting picture. */
  #imageGeneration(line: Line, at: number): Entry[] {
    const { payload } = line;
    const callId = string(member(payload, "id")) ?? `#${at}`;
    const status = string(member(payload, "status")) ?? "completed";
    const isError = status === "failed";
    const prompt = member(payload, "revised_prompt") ?? undefined;
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
          isError,
          content: [generated(member(payload, "result"), status)],
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
        return this.#typed(line, at);
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
        return [failure(line, at, member(payload, "error"), this.#full)];
      case "error":
        return [failure(line, at, payload, this.#full)];
      default:
        return [opaque(line, at, `event_msg/${type}`)];
    }
  }

  #rollback(line: Line, at: number): Entry {
    const turns = number(member(line.payload, "num_turns")) ?? 0;
    // Codex never rolls back what precedes the first user turn.
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
    const full = spent(line.payload, line.time);
    if (full !== undefined) this.#full = full;
    return full
      ? event(outside(line, at), spentEvent(full))
      : opaque(line, at, "event_msg/token_count");
  }

  /** Newer versions also tell the model, in a message before it. */
  #turnAborted(line: Line, at: number): Entry {
    const noted = this.#abortNoted;
    this.#abortNoted = false;
    if (noted) return opaque(line, at, "event_msg/turn_aborted");
    return this.#inTree(line, at, { event: "interruption" });
  }

  /**
   * The history from here on: the readable part of `replacement_history`. A summary that only its
   * vendor can read is skipped; if there is nothing else, the earlier history continues.
   */
  #compaction(line: Line, at: number): Entry[] {
    const { payload } = line;
    const message = saidIn(member(payload, "message"));
    const history = member(payload, "replacement_history");
    const { summary, kept, sealed } = Array.isArray(history)
      ? restate(history, message, `#${at}`, line.time)
      : { summary: message, kept: this.#users.take(), sealed: false };
    const isReadable = summary !== "" || kept.some(({ scaffold }) => !scaffold);
    if (!isReadable && !sealed) return [opaque(line, at, "compacted/empty")];
    const entries: Entry[] = [];
    if (isReadable) {
      // In a file that begins with it, these messages occur nowhere else; their ids show that they
      // are the same.
      if (!this.#isTold) entries.push(...kept.map((entry) => this.#restated(entry)));
      this.#users = new NewestUsers();
      entries.push(this.#inTree(line, at, { event: "compaction", summary, kept }));
    }
    if (sealed) entries.push(this.#inTree(line, at, sealedSummary("compacted")));
    // If there is a history, only that is sent.
    if (!summary.includes(message)) {
      const place = { ...outside(line, at), id: `#${at}/message` };
      entries.push(event(place, { event: "unread", type: "compacted/message", reason: "unsent" }));
    }
    return entries;
  }

  #restated(entry: Message): Message {
    const parentId = this.#tail;
    this.#tail = entry.id;
    return { ...entry, parentId };
  }

  #say(
    line: Line,
    at: number,
    body: Pick<Message, "role" | "parts" | "scaffold" | "told">,
  ): Message {
    if (body.role !== "assistant" && !body.scaffold) this.#group = null;
    this.#isTold ||= !body.scaffold;
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

  /** The item's own id, if it has one that no earlier item has. */
  #newId(own: string | undefined, at: number): string {
    const usable = own !== undefined && own !== "" && !own.startsWith("#") && !this.#ids.has(own);
    const plain = usable ? own : `#${at}`;
    let id = plain;
    while (this.#ids.has(id)) id += "b";
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

/** A turn's error, or the opaque end of a successful turn. */
function failure(line: Line, at: number, error: Json | undefined, full: LimitWindow | null): Entry {
  const body = turnError(error, full, line.time);
  return event(outside(line, at), body ?? { event: "opaque", type: "event_msg/task_complete" });
}

function callIdOf({ payload }: Line, at: number): string {
  return string(member(payload, "call_id")) ?? string(member(payload, "id")) ?? `#${at}`;
}

function generated(result: Json | undefined, status: string): ResultPart {
  if (isNested(result)) return otherPart("image_generation_call", result);
  const data = string(result) ?? "";
  if (data === "") return { kind: "text", text: unrecorded(status) };
  return readImage(`data:${pictureType(data)};base64,${data}`);
}

function unrecorded(status: string): string {
  return `${status}; the result was not recorded by Codex`;
}

function sealedSummary(type: string): EventBody {
  return { event: "unread", type, reason: "sealed-summary" };
}

function textLength(message: Message): number {
  let chars = 0;
  for (const part of message.parts) {
    if (part.kind === "text") chars += part.text.length;
    if (part.kind === "image") chars += part.data?.length ?? 0;
  }
  return chars;
}

/** UI copies of response items. Those of calls inside code mode are not copies. */
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
