/** Writes entries as Qwen Code's JSONL lines. Facts and sources: README.md in this folder. */

import type { Writer, WriterOptions } from "../../session/codec.ts";
import { compact, isObject, member, string } from "../../session/json.ts";
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
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { Subagent, subagentOf } from "../shared/subagent.ts";
import { printParts, printResponse, printUsage, readCall } from "./content.ts";
import { resultDisplay } from "./display.ts";
import {
  ACKNOWLEDGED,
  CARRY,
  isBeside,
  isKnownType,
  partsOf,
  SUBAGENT,
  subtypeOf,
} from "./records.ts";
import { printResult } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new QwenWriter(options);
}

/** Written if the session's version is unknown: the version from which the form was learned. */
const VERSION = "0.24.4";

type RecordType = "user" | "assistant" | "tool_result" | "system";

const PROVENANCE: { [type in RecordType]: string } = {
  user: "real_user",
  assistant: "assistant_output",
  tool_result: "tool_result",
  system: "system",
};

/** What lines repeat from each other. */
interface Context {
  sessionId: string;
  cwd: string;
  version: string;
  gitBranch: string | undefined;
  model: string;
}

class QwenWriter implements Writer {
  readonly #seed: string;
  readonly #context: Context;
  readonly #calls = new OpenCalls();
  #sessionKnown = false;
  #tail: string | null = null;
  #time: string | null = null;
  /** Number of committed lines: the source of new ids. */
  #n = 0;

  readonly #subagent = new Subagent();
  /** The subagent whose file this is. */
  #agentName: string | undefined;

  constructor(options: WriterOptions) {
    this.#seed = options.seed;
    this.#context = {
      sessionId: uuid4(options.seed, -1),
      cwd: "/",
      version: options.cliVersion ?? VERSION,
      gitBranch: undefined,
      model: "unknown",
    };
  }

  begin(header: Header): void {
    // On the way back, another agent's header can follow lines of this very session.
    if (this.#sessionKnown) return;
    this.#subagent.begin(header);
    // A subagent's lines have its session's id.
    const isOwn = subagentOf(header) === null;
    if (!isOwn) this.#agentName = SUBAGENT;
    this.#context.sessionId = (isOwn ? null : header.parent) ?? header.id;
    this.#context.cwd = header.cwd ?? this.#context.cwd;
    this.#context.gitBranch = header.gitBranch ?? undefined;
    this.#time = header.createdAt;
  }

  mark(): string {
    return this.#tail ?? "";
  }

  /** The CLI's own record of a rewind; what it leaves behind is a dead branch. */
  rewind(mark: string, turns: number): Json[] {
    this.#tail = mark === "" ? null : mark;
    return [this.#system(null, "rewind", { truncatedCount: turns })];
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    switch (entry.role) {
      case "user":
        return this.#user(entry);
      case "assistant":
        return this.#assistant(entry);
      case "tool":
        return this.#results(entry);
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const type = string(member(record, "type")) ?? "";
    if (type === "tool_result") return `${type}/${responseKind(record)}`;
    const subtype = subtypeOf(record);
    if (subtype !== "ui_telemetry") return subtype === "" ? type : `${type}/${subtype}`;
    const uiEvent = member(member(record, "systemPayload"), "uiEvent");
    const name = string(member(uiEvent, "event.name")) ?? "";
    return `${type}/${name}/${string(member(uiEvent, "function_name")) ?? ""}`;
  }

  key(record: Json): string {
    const [part] = partsOf(record);
    const about = member(part, "functionResponse") ?? member(part, "functionCall");
    const uiEvent = member(member(record, "systemPayload"), "uiEvent");
    return string(member(about, "id")) ?? string(member(uiEvent, "call_id")) ?? "";
  }

  commit(record: Json): void {
    this.#n++;
    const uuid = string(member(record, "uuid"));
    if (uuid === undefined || this.#subagent.isAside(record)) return;
    this.#agentName = string(member(record, "agentName"));
    this.#commitContext(record);
    if (!isBeside(record) && isKnownType(record)) this.#tail = uuid;
    this.#time = string(member(record, "timestamp")) ?? this.#time;
    for (const part of partsOf(record)) {
      const call = member(part, "functionCall");
      if (isObject(call)) this.#calls.add(readCall(call));
      const answered = string(member(member(part, "functionResponse"), "id"));
      if (answered !== undefined) this.#calls.answer(answered);
    }
  }

  #commitContext(record: Json): void {
    const context = this.#context;
    // As in the CLI: the first line determines the session.
    if (!this.#sessionKnown) context.sessionId = string(member(record, "sessionId")) ?? "";
    this.#sessionKnown = true;
    context.cwd = string(member(record, "cwd")) ?? context.cwd;
    context.version = string(member(record, "version")) ?? context.version;
    context.gitBranch = string(member(record, "gitBranch"));
    context.model = string(member(record, "model")) ?? context.model;
  }

  #user(entry: Message): Json[] {
    const parts = printParts(entry.parts);
    if (parts.length === 0) return [];
    const frame = this.#frame("user", entry.time, 0);
    if (entry.scaffold !== true && entry.told !== true)
      return [{ ...frame, message: { role: "user", parts } }];
    const note = { provenance: "system", subtype: "notification" };
    return [{ ...frame, ...note, message: { role: "user", parts } }];
  }

  #assistant(entry: Message): Json[] {
    const parts = printParts(entry.parts);
    if (parts.length === 0) return [];
    return [
      compact({
        ...this.#frame("assistant", entry.time, 0),
        model: entry.model ?? this.#context.model,
        message: { role: "model", parts },
        usageMetadata: entry.usage && printUsage(entry.usage),
      }),
    ];
  }

  /** One record per result: the CLI reads only the first part of each. */
  #results(entry: Message): Json[] {
    const results = entry.parts.filter((part) => part.kind === "tool-result");
    return results.map((part, i) => this.#result(entry, part, i));
  }

  #result(entry: Message, part: ToolResultPart, i: number): Json {
    const call = this.#calls.get(part.callId);
    const worded = printResult(call?.use ?? null, part);
    return {
      ...this.#frame("tool_result", entry.time, i),
      message: { role: "user", parts: [printResponse(worded, call?.name ?? "unknown")] },
      toolCallResult: this.#toolCallResult(call, part, worded),
    };
  }

  /** What the CLI's screen shows of the result; the model gets the message. */
  #toolCallResult(
    call: ToolCallPart | undefined,
    part: ToolResultPart,
    worded: ToolResultPart,
  ): JsonObject {
    const status = worded.isError ? "error" : "success";
    const failed = call?.use?.tool === "execute" ? "shell_execute_error" : undefined;
    return compact({
      callId: part.callId,
      status,
      resultDisplay: resultDisplay(call?.use ?? null, part, worded, this.#context.cwd),
      error: worded.isError ? {} : undefined,
      errorType: worded.isError ? failed : undefined,
      executionStatus: status,
    });
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "title": {
        // As in Claude Code: the file beside a subagent's contains what it is about.
        if (this.#subagent.id !== null) return [];
        const payload = { customTitle: entry.title, titleSource: "manual" };
        return [this.#system(time, "custom_title", payload)];
      }
      case "compaction":
        return [this.#compression(entry, time)];
      case "carry": {
        const { part, parts, data } = entry;
        const { sessionId } = this.#context;
        return [{ type: CARRY, sessionId, systemPayload: { part, parts, data } }];
      }
      case "limit":
      case "error":
        return [this.#apiError(entry, time)];
      default:
        return [];
    }
  }

  #compression(entry: EventBody & { event: "compaction" }, time: string | null): Json {
    const originalTokenCount = entry.tokens ?? 0;
    const newTokenCount = Math.ceil(entry.summary.length / 4);
    return this.#system(time, "chat_compression", {
      info: {
        originalTokenCount,
        newTokenCount,
        newTokenCountIsEstimated: true,
        compressionStatus: 1,
        triggerReason: "manual",
        originalTokenCountIsEstimated: false,
      },
      compressedHistory: [
        { role: "user", parts: [{ text: entry.summary }] },
        { role: "model", parts: [{ text: ACKNOWLEDGED }] },
      ],
      completedToolCallIds: [],
    });
  }

  #apiError(entry: EventBody & { event: "limit" | "error" }, time: string | null): Json {
    const limit = { error_type: "RateLimitError", status_code: 429 };
    return this.#system(time, "ui_telemetry", {
      uiEvent: {
        "event.name": "qwen-code.api_error",
        "event.timestamp": time ?? this.#now(),
        model: this.#context.model,
        error_message: entry.text,
        ...(entry.event === "limit" ? limit : {}),
      },
    });
  }

  #system(time: string | null, subtype: string, systemPayload: JsonObject): Json {
    return { ...this.#frame("system", time, 0), subtype, systemPayload };
  }

  #frame(type: RecordType, time: string | null, i: number): JsonObject {
    const { sessionId, cwd, version, gitBranch } = this.#context;
    return compact({
      uuid: uuid4(this.#seed, this.#n + i),
      parentUuid: i === 0 ? this.#tail : uuid4(this.#seed, this.#n + i - 1),
      sessionId,
      timestamp: time ?? this.#now(),
      type,
      provenance: PROVENANCE[type],
      cwd,
      version,
      gitBranch,
      agentId: this.#subagent.id ?? undefined,
      agentName: this.#agentName,
      isSidechain: this.#subagent.id === null ? undefined : true,
    });
  }

  #now(): string {
    return this.#time ?? "1970-01-01T00:00:00.000Z";
  }
}

/** Results of different tools have little in common, and so do failed and successful ones. */
function responseKind(record: Json): string {
  const [part] = partsOf(record);
  const response = member(part, "functionResponse");
  const failed = member(member(response, "response"), "error") !== undefined;
  return `${string(member(response, "name")) ?? ""}${failed ? "/error" : ""}`;
}
