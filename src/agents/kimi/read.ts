/** Decodes Kimi Code's records. Facts and sources: README.md in this folder. */

import type { Beside, Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { isObject, listOf, member, number, string } from "../../session/json.ts";
import { otherPart, saidIn, unread } from "../../session/other.ts";
import { notTyped } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  Message,
  Part,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { argumentsOf } from "../shared/chat.ts";
import { readAnswer, readContent, readOutput } from "./content.ts";
import { Context, originOf } from "./context.ts";
import { readFailure, readRetry } from "./limits.ts";
import { fromNative, parseResult } from "./tools.ts";

export function reader(beside?: Beside): Reader {
  return new KimiReader(beside);
}

/** Where an entry stands. */
interface Place {
  id: string;
  parentId: string | null;
  time: string | null;
}

class KimiReader implements Reader {
  readonly #header: Header = emptyHeader("kimi");
  readonly #calls = new OpenCalls();
  readonly #context = new Context();
  readonly #beside: Beside | undefined;
  /** Does a record name the model itself, not only the user's alias for it? */
  #isNamed = false;
  /** Token counts of the next answer. */
  #usage: Usage | undefined;

  constructor(beside: Beside | undefined) {
    this.#beside = beside;
  }

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    const type = string(member(record, "type")) ?? "unknown";
    const time = timeOf(number(member(record, "time")));
    this.#header.updatedAt = time ?? this.#header.updatedAt;
    const place = { id: `#${at}`, parentId: this.#context.tail, time };
    const entry =
      type === "metadata" ? this.#start(record, place) : this.#entry(type, record, place, at);
    this.#context.note(entry, at);
    return [entry];
  }

  #entry(type: string, record: Json, place: Place, at: number): Entry {
    switch (type) {
      case "context.append_message":
        return this.#message(member(record, "message") ?? null, place, at);
      case "context.append_loop_event":
        return this.#loop(member(record, "event") ?? null, place, at);
      case "context.clear":
        return event({ ...place, parentId: this.#context.clear(at) }, { event: "opaque", type });
      case "agent.switched":
      case "context.undo":
        return this.#undo(type, record, place, at);
      default:
        return this.#event(type, record, place, at);
    }
  }

  #event(type: string, record: Json, place: Place, at: number): Entry {
    const body = this.#body(type, record, at);
    return event(body.event === "compaction" ? place : aside(place), body);
  }

  #start(record: Json, place: Place): Entry {
    const created = timeOf(number(member(record, "created_at")));
    this.#header.id = string(member(record, "session_id")) ?? this.#header.id;
    this.#header.createdAt ??= created;
    this.#header.updatedAt ??= created;
    return event({ ...aside(place), time: created }, { event: "start", header: this.header() });
  }

  #message(message: Json, place: Place, at: number): Entry {
    const role = string(member(message, "role"));
    const { role: asRole, ...marks } = originOf(message);
    const calls = listOf(member(message, "toolCalls")).map(readCall);
    for (const call of calls) this.#calls.add(call);
    if (role === "tool") return this.#toolMessage(message, place, at);
    const content = member(message, "content");
    const said: Part[] =
      role === "assistant" ? readAnswer(content, this.#beside) : readContent(content, this.#beside);
    const own = marks.told === true ? notTyped(said) : said;
    const parts = [...own, ...calls, ...oddities(message)];
    const entry: Message = { ...messageOf(place, asRole, parts), ...marks };
    if (asRole === "assistant") entry.stop = calls.length > 0 ? "tool" : "end";
    this.#context.said(entry, message, at);
    return entry;
  }

  #toolMessage(message: Json, place: Place, at: number): Entry {
    const callId = string(member(message, "toolCallId")) ?? "";
    const result = this.#result(callId, member(message, "content"), message);
    this.#context.answered(at);
    return messageOf(place, "tool", [result]);
  }

  #loop(loop: Json, place: Place, at: number): Entry {
    const type = string(member(loop, "type")) ?? "unknown";
    switch (type) {
      case "step.begin":
        this.#context.beginAnswer();
        return event(aside(place), { event: "opaque", type });
      case "content.part":
        this.#context.goOn(at);
        return this.#answer(readAnswer(member(loop, "part"), this.#beside), loop, place);
      case "tool.call": {
        const call = readStepCall(loop);
        this.#context.goOn(at);
        this.#calls.add(call);
        return { ...this.#answer([call], loop, place), stop: "tool" };
      }
      case "tool.result": {
        const result = member(loop, "result");
        const callId = string(member(loop, "toolCallId")) ?? "";
        this.#context.answered(at);
        const output = isObject(result) ? result.output : result;
        return messageOf(place, "tool", [this.#result(callId, output, result)]);
      }
      case "step.end":
        return event(aside(place), { event: "opaque", type });
      default:
        return messageOf(place, "assistant", [otherPart(type, loop)]);
    }
  }

  #answer(parts: Part[], loop: Json, place: Place): Message {
    const group = string(member(loop, "stepUuid"));
    const entry = messageOf(place, "assistant", parts);
    if (group !== undefined) entry.group = group;
    if (this.#isNamed && this.#header.model !== null) entry.model = this.#header.model;
    if (this.#usage) entry.usage = this.#usage;
    this.#usage = undefined;
    return entry;
  }

  #result(callId: string, output: Json | undefined, about: Json | undefined): ToolResultPart {
    const content: ResultPart[] = readOutput(output, this.#beside);
    const note = saidIn(member(about, "note"));
    const isError = member(about, "isError") === true;
    const plain: ToolResultPart = { kind: "tool-result", callId, isError, content };
    const use = this.#calls.get(callId)?.use ?? null;
    this.#calls.answer(callId);
    const parsed = parseResult(use, plain);
    // The CLI sends it after the output.
    return note === "" ? parsed : { ...parsed, content: [...parsed.content, textOf(note)] };
  }

  #undo(type: string, record: Json, place: Place, at: number): Entry {
    const turns = number(member(record, type === "context.undo" ? "count" : "turns")) ?? 0;
    const to = type === "context.undo" ? this.#context.undo(turns, at) : this.#switched(record, at);
    if (to === null) return event(aside(place), { event: "opaque", type });
    return event({ ...place, parentId: to }, { event: "rollback", turns });
  }

  #switched(record: Json, at: number): string | null {
    const line = number(member(member(record, "base"), "line"));
    const undo = number(member(record, "legacyUndoLine"));
    if (string(member(record, "branch")) === undefined || line === undefined) return null;
    return this.#context.switchTo(line, undo, at);
  }

  #body(type: string, record: Json, at: number): EventBody {
    const opaque: EventBody = { event: "opaque", type };
    switch (type) {
      case "profile.bind":
        this.#noteFolder(record);
        this.#noteAlias(member(record, "modelAlias"));
        return opaque;
      case "config.update":
        this.#noteFolder(record);
        return this.#noteAlias(member(record, "modelAlias")) ?? opaque;
      case "llm.request":
        this.#noteModel(string(member(record, "model")));
        return opaque;
      case "usage.record":
        this.#usage = readUsage(member(record, "usage"));
        return opaque;
      case "permission.set_mode": {
        const value = string(member(record, "mode"));
        return value === undefined ? opaque : { event: "mode", mode: "permission", value };
      }
      case "context.apply_compaction":
        return this.#context.compaction(record, at) ?? opaque;
      case "turn.step.retrying":
        return readRetry(record, number(member(record, "time"))) ?? opaque;
      case "turn.ended":
        return readEnd(record) ?? opaque;
      case "segue.carry":
        return carry(record);
      default:
        return opaque;
    }
  }

  #noteFolder(record: Json): void {
    const cwd = string(member(member(record, "environmentDisclosure"), "cwd"));
    this.#header.cwd ??= cwd ?? null;
  }

  #noteAlias(alias: Json | undefined): EventBody | undefined {
    const model = string(alias);
    if (model === undefined) return undefined;
    if (!this.#isNamed) this.#header.model = model;
    return { event: "model", model };
  }

  #noteModel(model: string | undefined): void {
    if (model === undefined) return;
    this.#isNamed = true;
    this.#header.model = model;
  }
}

function textOf(text: string): ResultPart {
  return { kind: "text", text };
}

function readEnd(record: Json): EventBody | undefined {
  const error = member(record, "error");
  if (error !== undefined) return readFailure(error, number(member(record, "time")));
  return member(record, "reason") === "cancelled" ? { event: "interruption" } : undefined;
}

/** Nothing of the conversation follows it. */
function aside(place: Place): Place {
  return { ...place, parentId: null };
}

function messageOf(place: Place, role: Message["role"], parts: Part[]): Message {
  return { kind: "message", ...place, role, parts };
}

function event(place: Place, body: EventBody): Entry {
  return { kind: "event", ...place, ...body };
}

/** Arguments are JSON as text; before version 1.1 of the form name and arguments stood in `function`. */
function readCall(call: Json): ToolCallPart {
  const own = member(call, "function") ?? call;
  const name = saidIn(member(own, "name"));
  const input = argumentsOf(member(own, "arguments"));
  return callOf(string(member(call, "id")) ?? "", name, input);
}

function readStepCall(loop: Json): ToolCallPart {
  const name = saidIn(member(loop, "name"));
  return callOf(string(member(loop, "toolCallId")) ?? "", name, member(loop, "args") ?? {});
}

function callOf(callId: string, name: string, input: Json): ToolCallPart {
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** A message can declare tools of its own, which go into the request and say nothing. */
function oddities(message: Json): Part[] {
  return listOf(member(message, "tools")).length > 0 ? [unread("tools", "unsent")] : [];
}

function readUsage(usage: Json | undefined): Usage | undefined {
  const input = number(member(usage, "inputOther"));
  if (input === undefined) return undefined;
  return {
    input,
    output: number(member(usage, "output")) ?? 0,
    cacheRead: number(member(usage, "inputCacheRead")) ?? 0,
    cacheWrite: number(member(usage, "inputCacheCreation")) ?? 0,
  };
}

function carry(record: Json): EventBody {
  return {
    event: "carry",
    part: number(member(record, "part")) ?? 0,
    parts: number(member(record, "parts")) ?? 0,
    data: string(member(record, "data")) ?? "",
  };
}

function timeOf(ms: number | undefined): string | null {
  if (ms === undefined || Math.abs(ms) > 8.64e15) return null;
  return new Date(ms).toISOString();
}

/** The prefixes of the CLI's kinds of records. */
const KINDS =
  /^(?:agent|config|context|cron|full_compaction|goal|llm|permission|plan_mode|profile|prompt|runtime|subagent|token_counting|tools|turn|usage)\.[a-z_.]+$/;

/** Does a record look like one of Kimi Code's? */
export function recognises(record: Json): boolean {
  if (!isObject(record) || typeof record.type !== "string") return false;
  if (record.type === "metadata") return typeof record.protocol_version === "string";
  if (record.type === "segue.carry") return typeof record.parts === "number";
  // Its predecessor's lines, and those of others, hold a `payload` or a `timestamp`.
  const isOther = ["payload", "timestamp", "data", "uuid", "sessionId"].some((key) =>
    Object.hasOwn(record, key),
  );
  return KINDS.test(record.type) && !isOther;
}
