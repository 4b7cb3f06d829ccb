/** Reads Copilot CLI's events. Facts and sources: README.md in this folder. */

import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, compact, isObject, member, number, object, string } from "../../session/json.ts";
import { saidIn, unread } from "../../session/other.ts";
import { leadingReasoning, notTyped } from "../../session/text.ts";
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
  Usage,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { Assets, textParts } from "./assets.ts";
import { attachedParts } from "./attachments.ts";
import { Requests } from "./compaction.ts";
import { resultParts, Skills, serverParts } from "./contents.ts";
import { readError } from "./limits.ts";
import { fromNative, mcpUse, parseResult } from "./tools.ts";

export function reader(): Reader {
  return new CopilotReader();
}

/** The position of an entry. */
interface Place {
  id: string;
  parentId: string | null;
  time: string | null;
  /** The subagent it belongs to. */
  agentId?: string;
}

/** How messages of the harness are marked. */
const SCAFFOLD = { scaffold: true } as const;

class CopilotReader implements Reader {
  readonly #header: Header = emptyHeader("copilot");
  readonly #calls = new OpenCalls();
  readonly #assets = new Assets();
  readonly #requests = new Requests();
  readonly #skills = new Skills();
  /**
   * The newest event of the main conversation. The CLI reads its file as one sequence of events,
   * whatever their `parentId` (tested with 1.0.102), and so does this reader.
   */
  #tail: string | null = null;
  /** Token counts of the next answer. */
  #usage: Usage | undefined;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    const type = string(member(record, "type")) ?? "unknown";
    const data = member(record, "data");
    const place = this.#place(record, at);
    this.#header.updatedAt = place.time ?? this.#header.updatedAt;
    const entry = this.#entry(type, data, place);
    const entries = [entry, ...reminderOf(type, data, place)];
    const { agentId } = place;
    if (agentId !== undefined) return entries.map((one) => aside(one, agentId));
    this.#tail = type === "session.context_cleared" ? null : (entries.at(-1)?.id ?? place.id);
    return entries;
  }

  #place(record: Json, at: number): Place {
    const time = string(member(record, "timestamp")) ?? null;
    const id = string(member(record, "id")) ?? `#${at}`;
    const agentId = string(member(record, "agentId"));
    const place = { id, parentId: this.#tail, time };
    return agentId === undefined ? place : { ...place, agentId };
  }

  #entry(type: string, data: Json | undefined, place: Place): Entry {
    const text = saidIn(member(data, "content"));
    switch (type) {
      case "user.message":
        return this.#user(data, place);
      case "assistant.message":
        return this.#answer(data, place);
      case "tool.execution_complete":
        return message(place, "tool", [this.#result(data)]);
      case "system.message":
        return { ...message(place, "system", textParts(text)), ...SCAFFOLD };
      // Subagents, skills and mode changes: sent to the model in the user's place, and again after
      // a resume (tested with 1.0.102).
      case "skill.context_delivered":
        this.#skills.add(data);
        return told(place, textParts(text));
      case "system.notification":
      case "session.mode_notice_delivered":
        return told(place, textParts(text));
      case "skill.context_delivered_ref": {
        const delivered = this.#skills.delivered(data);
        if (delivered !== undefined) return told(place, textParts(delivered));
        return event(place, { event: "unread", type, reason: "missing" });
      }
      default:
        return event(place, this.#body(type, data, place));
    }
  }

  #user(data: Json | undefined, place: Place): Message {
    const text = saidIn(member(data, "content"));
    const more = sentMore(data, text);
    const attachments = attachedParts(
      member(data, "attachments"),
      this.#assets,
      `${text}\n${more}`,
    );
    const isSkill = string(member(data, "source"))?.startsWith("skill-") ?? false;
    if (place.agentId === undefined && !isSkill) this.#requests.add(text);
    const parts = [...textParts(text), ...notTyped([...textParts(more), ...attachments])];
    return isSkill ? told(place, parts) : message(place, "user", parts);
  }

  #answer(data: Json | undefined, place: Place): Message {
    const model = string(member(data, "model"));
    const group = string(member(data, "apiCallId"));
    const calls = array(member(data, "toolRequests")).map(readRequest);
    const spoken = leadingReasoning(saidIn(member(data, "content")));
    for (const call of calls) this.#calls.add(call);
    if (model !== undefined && place.agentId === undefined) this.#header.model = model;
    const servers = serverParts(member(data, "serverTools"));
    const aside = member(data, "citations") === undefined ? [] : [unread("citations", "unsent")];
    const parts = [...readReasoning(data), ...servers, ...spoken, ...calls, ...aside];
    const entry = message(place, "assistant", parts);
    if (group !== undefined) entry.group = group;
    if (model !== undefined) entry.model = model;
    if (this.#usage) entry.usage = this.#usage;
    this.#usage = undefined;
    entry.stop = calls.length > 0 ? "tool" : "end";
    return entry;
  }

  #result(data: Json | undefined): ToolResultPart {
    const callId = string(member(data, "toolCallId")) ?? "";
    const result = member(data, "result");
    const success = member(data, "success");
    // Without an explicit flag, a result with an error has failed.
    const failed = success === false || (success !== true && isObject(member(data, "error")));
    // For a failure, the model is sent the message, whatever else there is (tested with 1.0.102).
    // No Copilot CLI writes one beside a success.
    const told = saidIn(member(member(data, "error"), "message"));
    const part: ToolResultPart = {
      kind: "tool-result",
      callId,
      isError: failed,
      content: [...textParts(told), ...resultParts(result, this.#assets)],
    };
    const use = this.#calls.get(callId)?.use ?? null;
    this.#calls.answer(callId);
    return parseResult(use, part);
  }

  #body(type: string, data: Json | undefined, place: Place): EventBody {
    const text = (key: string) => string(member(data, key));
    const opaque: EventBody = { event: "opaque", type };
    switch (type) {
      case "session.start":
        return this.#start(data);
      case "session.resume":
      case "session.context_changed":
        if (place.agentId === undefined) this.#noteContext(data);
        return opaque;
      case "session.binary_asset":
        this.#assets.add(data);
        return opaque;
      case "skill.invoked":
        this.#skills.add(data);
        return opaque;
      case "session.usage_record":
        this.#usage = readUsage(member(data, "usage"));
        return opaque;
      case "session.model_change":
        return this.#model(text("newModel"), place) ?? opaque;
      case "session.mode_changed":
        return { event: "mode", mode: "agent", value: text("newMode") ?? "" };
      case "session.title_changed":
        this.#header.title = text("title") || this.#header.title;
        return { event: "title", title: text("title") ?? "" };
      case "session.compaction_complete":
        return this.#compaction(data, place) ?? opaque;
      case "session.context_cleared":
        this.#requests.clear();
        return opaque;
      case "session.info":
        this.#noteFork(text("infoType"), text("message"));
        return opaque;
      case "session.error":
        return readError(data, place.time);
      case "abort":
        return { event: "interruption" };
      case "segue.carry":
        return carry(data);
      default:
        return opaque;
    }
  }

  /** A second one in a file does not count: it must be the first line. */
  #start(data: Json | undefined): EventBody {
    if (this.#header.id === "") {
      Object.assign(this.#header, {
        id: string(member(data, "sessionId")) ?? "",
        version: string(member(data, "copilotVersion")) ?? null,
        createdAt: string(member(data, "startTime")) ?? this.#header.updatedAt,
        model: string(member(data, "selectedModel")) ?? null,
        parent: string(member(data, "detachedFromSpawningParentSessionId")) ?? null,
      } satisfies Partial<Header>);
      this.#noteContext(member(data, "context"));
    }
    return { event: "start", header: this.header() };
  }

  #noteContext(data: Json | undefined): void {
    const context = object(member(data, "context")) ?? data;
    this.#header.cwd ??= string(member(context, "cwd")) ?? null;
    this.#header.gitBranch = string(member(context, "branch")) ?? this.#header.gitBranch;
    this.#header.gitCommit = string(member(context, "headCommit")) ?? this.#header.gitCommit;
  }

  /** The newer of the two contains its origin: `Forked from "title" (id) as "title" (id).` */
  #noteFork(type: string | undefined, message: string | undefined): void {
    const [, parent] = /^Forked from ".*" \(([\w-]+)\) as "/s.exec(message ?? "") ?? [];
    if (type === "fork" && parent !== undefined) this.#header.parent = parent;
  }

  #model(model: string | undefined, place: Place): EventBody | undefined {
    if (model === undefined) return undefined;
    if (place.agentId === undefined) this.#header.model = model;
    return { event: "model", model };
  }

  #compaction(data: Json | undefined, place: Place): EventBody | undefined {
    const summary = textAt(data, "summaryContent");
    if (summary === undefined || member(data, "success") === false) return undefined;
    if (place.agentId !== undefined) return undefined;
    const tokens = number(member(data, "preCompactionTokens"));
    return {
      event: "compaction",
      summary: this.#requests.compacted(summary, textAt(data, "activeWorkflowSummary")),
      ...(tokens === undefined ? {} : { tokens }),
    };
  }
}

/** The CLI's own task list, which it appends to a prompt. */
const REMINDER =
  /\n*<system_reminder>\n<todo_status>(?:(?!<system_reminder>)[\s\S])*?<\/todo_status>\n<\/system_reminder>/g;
const DATE = /^<current_datetime>[^<]*<\/current_datetime>\n*/;

/**
 * What is sent in addition to what was typed: a skill's or a command's text, what hooks add, a
 * selection.
 */
function sentMore(data: Json | undefined, typed: string): string {
  const sent = textAt(data, "transformedContent") ?? typed;
  const text = sent.replace(DATE, "").replace(REMINDER, "");
  const at = typed === "" ? -1 : text.indexOf(typed);
  const more = at < 0 ? text : `${text.slice(0, at)}${text.slice(at + typed.length)}`;
  return more.trim();
}

/** Its text; undefined if there is nothing at all. */
function textAt(data: Json | undefined, key: string): string | undefined {
  const value = member(data, key);
  return value === undefined || value === null ? undefined : saidIn(value);
}

function reminderOf(type: string, data: Json | undefined, place: Place): Message[] {
  if (type !== "user.message") return [];
  const sent = textAt(data, "transformedContent") ?? "";
  const text = (sent.match(REMINDER) ?? []).join("").trim();
  if (text === "") return [];
  const after = { ...place, id: `${place.id}#reminder`, parentId: place.id };
  return [{ ...message(after, "user", textParts(text)), ...SCAFFOLD }];
}

function message(place: Place, role: Message["role"], parts: Part[]): Message {
  const { id, parentId, time } = place;
  return { kind: "message", id, parentId, time, role, parts };
}

/** In the user's place, but not typed by the user. */
function told(place: Place, parts: Part[]): Message {
  return message(place, "user", notTyped(parts));
}

function event({ id, parentId, time }: Place, body: EventBody): Entry {
  // The first event has no parent, and nothing follows from what opens a file.
  return { kind: "event", id, parentId, time, ...body };
}

/** Nothing of the main conversation follows the events of a subagent. */
function aside(entry: Entry, agentId: string): Entry {
  return entry.kind === "message" ? { ...entry, sidechain: agentId } : { ...entry, parentId: null };
}

function readRequest(request: Json): ToolCallPart {
  const name = saidIn(member(request, "name"));
  const input = member(request, "arguments") ?? {};
  const callId = string(member(request, "toolCallId")) ?? "";
  const server = string(member(request, "mcpServerName"));
  const tool = string(member(request, "mcpToolName"));
  const use =
    server !== undefined && tool !== undefined
      ? mcpUse(server, tool, input)
      : fromNative(name, input);
  return { kind: "tool-call", callId, name, input, use };
}

/** The readable text, and what only the model's vendor can read. */
function readReasoning(data: Json | undefined): ReasoningPart[] {
  const text = textAt(data, "reasoningText");
  const seal = compact({
    reasoningOpaque: member(data, "reasoningOpaque"),
    encryptedContent: member(data, "encryptedContent"),
    reasoningBlocks: member(data, "reasoningBlocks"),
  });
  const sealed = Object.keys(seal).length > 0;
  if (text === undefined && !sealed) return [];
  return [{ kind: "reasoning", text: text ?? "", ...(sealed ? { seal } : {}) }];
}

/** `inputTokens` includes cached tokens. */
function readUsage(usage: Json | undefined): Usage | undefined {
  const input = number(member(usage, "inputTokens"));
  if (input === undefined) return undefined;
  const cacheRead = number(member(usage, "cacheReadTokens")) ?? 0;
  const cacheWrite = number(member(usage, "cacheWriteTokens")) ?? 0;
  return {
    input: Math.max(0, input - cacheRead - cacheWrite),
    output: number(member(usage, "outputTokens")) ?? 0,
    cacheRead,
    cacheWrite,
  };
}

function carry(data: Json | undefined): EventBody {
  return {
    event: "carry",
    part: number(member(data, "part")) ?? 0,
    parts: number(member(data, "parts")) ?? 0,
    data: string(member(data, "data")) ?? "",
  };
}

/** Does a record look like one of Copilot CLI's events? */
export function recognises(record: Json): boolean {
  if (!isObject(record) || !isObject(record.data)) return false;
  const { type, id, timestamp } = record;
  return (
    [type, id, timestamp].every((value) => typeof value === "string") &&
    Object.hasOwn(record, "parentId") &&
    // Pi's entries of extensions are the same except for this.
    !Object.hasOwn(record, "customType")
  );
}
