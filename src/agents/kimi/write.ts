/** Encodes entries as Kimi Code's records. Facts and sources: README.md in this folder. */

import { parseValue } from "../../lossless/json-text.ts";
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { compact, isObject, listOf, member, number, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { uuid4 } from "../shared/ids.ts";
import { timeFor } from "../shared/place.ts";
import { Branches } from "./branches.ts";
import { printAnswer, printContent, printOutput } from "./content.ts";
import { promptId } from "./ids.ts";
import { displayOf, fromNative, printResult } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new KimiWriter(options);
}

/** The version of the form that 2.1.0 writes. */
const PROTOCOL = "1.5";

/** A model's answer, and the calls in it. */
interface Step {
  uuid: string;
  turnId: string;
  step: number;
  isOpen: boolean;
}

interface Call {
  call: ToolCallPart;
  /** Of its record. */
  uuid: string;
}

/** A session that never answers must not fill the memory. */
const MOST_CALLS = 256;

class KimiWriter implements Writer {
  readonly #seed: string;
  readonly #model: string | null;
  #agentId = "main";
  #cwd: string | null = null;
  #time = 0;
  /** Number of the user's turn; -1 before the first. */
  #turn = -1;
  #step: Step = { uuid: "", turnId: "0", step: 0, isOpen: false };
  #calls = new Map<string, Call>();
  /** Calls of the newest answer that have no result yet. */
  #open = new Set<string>();
  #branches = new Branches();
  /** What is predicted is what will be written. */
  #isNew = false;
  /** Number of committed records: the source of new ids. */
  #n = 0;

  constructor(options: WriterOptions) {
    this.#seed = options.seed;
    this.#model = options.model ?? null;
  }

  begin({ cwd }: Header): void {
    this.#cwd ??= cwd;
  }

  expect(_entries: readonly Entry[], there: boolean): void {
    this.#isNew = !there;
  }

  /** Going back names lines, and turns are numbered through. */
  replaces(before: Writer): void {
    if (!(before instanceof KimiWriter)) return;
    this.#branches = before.#branches;
    this.#turn = before.#turn;
    this.#step = { ...before.#step };
    this.#agentId = before.#agentId;
    this.#cwd = before.#cwd;
    this.#time = before.#time;
  }

  mark(): string {
    return String(this.#branches.lines);
  }

  rewind(mark: string, turns: number): Json[] {
    const time = this.#time;
    const agentId = this.#agentId;
    const count = Math.max(1, turns);
    const switched = this.#branches.switchTo(Number(mark));
    return [
      {
        type: "agent.switched",
        agentId,
        branch: switched.branch,
        reason: "undo",
        base: switched.base,
        turns: count,
        legacyUndoLine: switched.line + 1,
        time,
      },
      { type: "context.undo", agentId, count, time },
      { type: "context.undone", agentId, turns: count, time },
    ];
  }

  predict(entry: Entry): Json[] {
    const time = entry.time === null ? this.#time : (msOf(entry.time) ?? this.#time);
    return entry.kind === "event" ? this.#event(entry, time) : this.#message(entry, time);
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const type = string(member(record, "type")) ?? "";
    const message = member(record, "message");
    if (type === "context.append_message") {
      const origin = member(message, "origin");
      const about = [member(message, "role"), member(origin, "kind"), member(origin, "variant")];
      return [type, ...about.map((one) => string(one) ?? "")].join("/");
    }
    if (type === "agent.message.appended") {
      const role = member(member(message, "message"), "role");
      return `${type}/${string(role) ?? ""}`;
    }
    const event = member(record, "event");
    const part = string(member(member(event, "part"), "type")) ?? string(member(event, "name"));
    return [type, string(member(event, "type")), part].filter((one) => one !== undefined).join("/");
  }

  key(record: Json): string {
    return string(member(member(record, "event"), "toolCallId")) ?? "";
  }

  commit(record: Json): void {
    this.#n++;
    this.#branches.commit(record);
    this.#time = number(member(record, "time")) ?? this.#time;
    this.#agentId = string(member(record, "agentId")) ?? this.#agentId;
    switch (member(record, "type")) {
      case "metadata":
        this.#time = number(member(record, "created_at")) ?? this.#time;
        break;
      case "turn.prompt":
        this.#turn = number(member(record, "turnId")) ?? this.#turn + 1;
        this.#step = { uuid: "", turnId: String(this.#turn), step: 0, isOpen: false };
        break;
      case "context.append_message":
        this.#commitMessage(member(record, "message"));
        break;
      case "context.append_loop_event":
        this.#commitLoop(member(record, "event"));
        break;
    }
  }

  /** Messages that stand whole, as in sessions that were migrated. */
  #commitMessage(message: Json | undefined): void {
    for (const call of listOf(member(message, "toolCalls"))) {
      const name = string(member(call, "name")) ?? "";
      const text = string(member(call, "arguments")) ?? "";
      this.#commitCall(string(member(call, "id")) ?? "", name, jsonIn(text), "");
    }
    const answered = string(member(message, "toolCallId"));
    if (answered !== undefined) this.#open.delete(answered);
  }

  #commitLoop(event: Json | undefined): void {
    const uuid = string(member(event, "uuid")) ?? "";
    switch (member(event, "type")) {
      case "step.begin":
        this.#step = {
          uuid,
          turnId: string(member(event, "turnId")) ?? this.#step.turnId,
          step: number(member(event, "step")) ?? this.#step.step + 1,
          isOpen: true,
        };
        this.#open = new Set();
        break;
      case "step.end":
        this.#step.isOpen = false;
        break;
      case "tool.call": {
        const name = string(member(event, "name")) ?? "";
        const callId = string(member(event, "toolCallId")) ?? "";
        this.#commitCall(callId, name, member(event, "args") ?? {}, uuid);
        break;
      }
      case "tool.result":
        this.#open.delete(string(member(event, "toolCallId")) ?? "");
        break;
    }
  }

  #commitCall(callId: string, name: string, input: Json, uuid: string): void {
    const use = fromNative(name, input);
    this.#calls.set(callId, { call: { kind: "tool-call", callId, name, input, use }, uuid });
    this.#open.add(callId);
    const oldest = this.#calls.keys().next();
    if (this.#calls.size > MOST_CALLS && !oldest.done) this.#calls.delete(oldest.value);
  }

  #message(entry: Message, time: number): Json[] {
    switch (entry.role) {
      case "user":
        return this.#user(entry, time);
      case "assistant":
        return this.#answer(entry, time);
      case "tool":
        return this.#results(entry, time);
      // Never: the CLI has its own.
      case "system":
        return [];
    }
  }

  #user({ parts }: Message, time: number): Json[] {
    const agentId = this.#agentId;
    const content = printContent(parts);
    const origin = { kind: "user" };
    const id = promptId(this.#seed, this.#n, time);
    const message = { role: "user", content, id, toolCalls: [], origin };
    return [
      {
        type: "turn.prompt",
        agentId,
        input: content,
        origin,
        promptId: id,
        turnId: this.#turn + 1,
        time,
      },
      { type: "context.append_message", agentId, message, time },
    ];
  }

  #answer({ parts }: Message, time: number): Json[] {
    const calls = parts.filter((part) => part.kind === "tool-call");
    const step = this.#stepFor();
    const place = { turnId: step.turnId, step: step.step };
    const said = printAnswer(parts).map((part) => ({ type: "content.part", part }));
    const made = calls.map((call) => ({ type: "tool.call", ...this.#printCall(call) }));
    const events: JsonObject[] = [{ type: "step.begin", uuid: step.uuid, ...place }];
    for (const { type, ...body } of [...said, ...made]) {
      const uuid = this.#uuid(events.length);
      events.push({ type, uuid, ...place, stepUuid: step.uuid, ...body });
    }
    const records = events.map((event) => this.#loop(event, time));
    if (calls.length > 0) return records;
    return [...records, this.#loop(endOf(step, "end_turn"), time), this.#turnEnded(step, time)];
  }

  /** In a file that exists, the step that the line before belongs to. */
  #stepFor(): Step {
    if (!this.#isNew && this.#step.isOpen) return this.#step;
    const turnId = String(Math.max(0, this.#turn));
    return { uuid: this.#uuid(0), turnId, step: this.#step.step + 1, isOpen: true };
  }

  #printCall({ callId, name, input, use }: ToolCallPart): JsonObject {
    const display = displayOf(use ?? fromNative(name, input), this.#cwd);
    return compact({ toolCallId: callId, name, args: input, display });
  }

  #loop(event: JsonObject, time: number): JsonObject {
    return { type: "context.append_loop_event", agentId: this.#agentId, event, time };
  }

  #turnEnded({ turnId }: Step, time: number): JsonObject {
    const agentId = this.#agentId;
    return { type: "turn.ended", agentId, turnId: Number(turnId), reason: "completed", time };
  }

  /** The step ends with the result of its last call. */
  #results({ parts }: Message, time: number): Json[] {
    const results = parts.filter((part) => part.kind === "tool-result");
    const records = results.map((part) => this.#loop(this.#printResult(part), time));
    const open = new Set(this.#open);
    for (const { callId } of results) open.delete(callId);
    if (open.size > 0 || !this.#step.isOpen) return records;
    return [...records, this.#loop(endOf(this.#step, "tool_use"), time)];
  }

  #printResult(part: ToolResultPart): JsonObject {
    const made = this.#calls.get(part.callId);
    const worded = printResult(made?.call.use ?? null, part);
    const { content, note } = withNote(worded.content);
    const result = compact({
      output: printOutput(content),
      isError: worded.isError ? true : undefined,
      note,
    });
    return compact({
      type: "tool.result",
      parentUuid: made?.uuid || undefined,
      toolCallId: part.callId,
      result,
    });
  }

  #event(entry: EventBody, time: number): Json[] {
    const agentId = this.#agentId;
    switch (entry.event) {
      case "start":
        return this.#start(entry.header, time);
      case "compaction": {
        const { summary, tokens } = entry;
        const about = compact({
          summary,
          contextSummary: summary,
          compactedCount: 0,
          tokensBefore: tokens,
        });
        return [
          { type: "full_compaction.begin", source: "manual", agentId, time },
          {
            type: "context.apply_compaction",
            agentId,
            ...about,
            keptUserMessageCount: entry.kept?.length ?? 0,
            time,
          },
          { type: "full_compaction.complete", agentId, time },
        ];
      }
      case "model":
        return [{ type: "config.update", agentId, modelAlias: entry.model, time }];
      case "mode":
        return entry.mode === "permission"
          ? [{ type: "permission.set_mode", agentId, mode: entry.value, time }]
          : [];
      // The CLI skips records that it does not know, and keeps them.
      case "carry": {
        const { part, parts, data } = entry;
        return [{ type: "segue.carry", part, parts, data }];
      }
      // A title stands in state.json.
      case "title":
      case "limit":
      case "error":
      case "interruption":
      case "rollback":
      case "session":
      case "label":
      case "hide":
      case "unread":
      case "opaque":
        return [];
    }
  }

  /** The CLI names a session by its folder; a file that is elsewhere has to say which it is. */
  #start({ id, createdAt }: Header, time: number): Json[] {
    const created = createdAt === null ? time : (msOf(createdAt) ?? time);
    const opening = compact({
      type: "metadata",
      protocol_version: PROTOCOL,
      created_at: created,
      session_id: id === "" ? undefined : id,
    });
    const agentId = this.#agentId;
    return this.#model === null
      ? [opening]
      : [opening, { type: "config.update", agentId, modelAlias: this.#model, time: created }];
  }

  #uuid(offset: number): string {
    return uuid4(this.#seed, this.#n + offset);
  }
}

function endOf({ uuid, turnId, step }: Step, finishReason: string): JsonObject {
  return { type: "step.end", uuid, turnId, step, finishReason };
}

/** What the CLI puts after a result: a note of its own. */
function withNote(content: ToolResultPart["content"]): {
  content: ToolResultPart["content"];
  note: string | undefined;
} {
  const last = content.at(-1);
  const isNote = last?.kind === "text" && /^<system>[^<]*<\/system>$/.test(last.text);
  if (!isNote || content.length < 2) return { content, note: undefined };
  return { content: content.slice(0, -1), note: last.text };
}

function msOf(time: string): number | undefined {
  return Number.isNaN(Date.parse(time)) ? undefined : timeFor(time).getTime();
}

/** Arguments as the CLI keeps them: JSON as text. */
function jsonIn(text: string): Json {
  const value = parseValue(text);
  return isObject(value) ? value : {};
}
