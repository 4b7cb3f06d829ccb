/** Writes entries as Copilot CLI's events. Facts and sources: README.md in this folder. */

import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, member, string } from "../../session/json.ts";
import { reasoningAsText } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { timeFor } from "../shared/place.ts";
import { plainText, type Stored, stored } from "./assets.ts";
import { summaryIn } from "./compaction.ts";
import { diffOf, fromNative, intention, mcpUse, printResult, TITLES } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new CopilotWriter(options);
}

/** Written if the session's version is unknown: the version from which the form was learned. */
const VERSION = "1.0.102";

/** An event without its position in the file. */
interface Draft {
  type: string;
  data: JsonObject;
}

/** What the events of one turn of the user have in common. */
interface Turn {
  interactionId: string | undefined;
  messageId: string | undefined;
  /** Number of the model's answer in it. */
  n: number;
}

class CopilotWriter implements Writer {
  readonly #seed: string;
  readonly #version: string;
  readonly #calls = new OpenCalls();
  /** Calls of the newest answer that have no result yet. */
  #open = new Set<string>();
  readonly #assets = new Set<string>();
  #tail: string | null = null;
  #time = "1970-01-01T00:00:00.000Z";
  #model: string | undefined;
  #turn: Turn = { interactionId: undefined, messageId: undefined, n: 0 };
  #shells = 0;
  /** Number of committed events: the source of new ids. */
  #n = 0;

  constructor(options: WriterOptions) {
    this.#seed = options.seed;
    this.#version = options.cliVersion ?? VERSION;
  }

  mark(): string {
    return this.#tail ?? "";
  }

  // A rewind leaves no event: the CLI truncates its file.
  rewind(mark: string): Json[] {
    this.#tail = mark === "" ? null : mark;
    return [];
  }

  predict(entry: Entry): Json[] {
    return this.#placed(this.#drafts(entry), entry.time);
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const type = string(member(record, "type")) ?? "";
    const data = member(record, "data");
    const side = member(record, "agentId") === undefined ? "" : "@agent";
    const name = string(member(data, "toolName")) ?? "";
    if (type !== "assistant.message") return `${type}/${name}${side}`;
    const thinks = member(data, "reasoningText") === undefined ? "" : "/reasoning";
    const calls = array(member(data, "toolRequests")).length === 0 ? "" : "/calls";
    return `${type}${thinks}${calls}${side}`;
  }

  key(record: Json): string {
    return string(member(member(record, "data"), "toolCallId")) ?? "";
  }

  commit(record: Json): void {
    this.#n++;
    this.#tail = string(member(record, "id")) ?? this.#tail;
    const time = string(member(record, "timestamp"));
    if (time !== undefined) this.#time = isoTime(time) ?? this.#time;
    const data = member(record, "data");
    if (member(record, "agentId") === undefined) this.#commitMain(record, data);
    else this.#commitCalls(data);
  }

  #commitMain(record: Json, data: Json | undefined): void {
    switch (member(record, "type")) {
      case "session.start":
      case "session.resume":
        this.#model = string(member(data, "selectedModel")) ?? this.#model;
        this.#shells = 0;
        break;
      case "session.binary_asset":
        this.#assets.add(string(member(data, "assetId")) ?? "");
        break;
      case "user.message":
        this.#turn = {
          interactionId: string(member(data, "interactionId")),
          messageId: string(member(data, "messageId")),
          n: 0,
        };
        break;
      case "assistant.message":
        this.#model = string(member(data, "model")) ?? this.#model;
        this.#open = new Set(this.#commitCalls(data));
        break;
      case "assistant.turn_end":
        this.#turn.n++;
        break;
      case "tool.execution_complete":
        this.#commitResult(data);
        break;
    }
  }

  #commitResult(data: Json | undefined): void {
    const callId = string(member(data, "toolCallId")) ?? "";
    if (this.#calls.get(callId)?.name === "bash") this.#shells++;
    this.#calls.answer(callId);
    this.#open.delete(callId);
  }

  #commitCalls(data: Json | undefined): string[] {
    return array(member(data, "toolRequests")).map((request) => {
      const callId = string(member(request, "toolCallId")) ?? "";
      const name = string(member(request, "name")) ?? "";
      const input = member(request, "arguments") ?? {};
      const server = string(member(request, "mcpServerName"));
      const tool = string(member(request, "mcpToolName"));
      const use =
        server !== undefined && tool !== undefined
          ? mcpUse(server, tool, input)
          : fromNative(name, input);
      this.#calls.add({ kind: "tool-call", callId, name, input, use });
      return callId;
    });
  }

  #placed(drafts: readonly Draft[], time: string | null): Json[] {
    const timestamp = isoTime(time) ?? this.#time;
    let parentId = this.#tail;
    return drafts.map(({ type, data }, i) => {
      const id = uuid4(this.#seed, this.#n + i);
      const record = { type, data, id, timestamp, parentId };
      parentId = id;
      return record;
    });
  }

  #drafts(entry: Entry): Draft[] {
    if (entry.kind === "event") return this.#event(entry);
    switch (entry.role) {
      case "user":
        return this.#user(entry);
      case "assistant":
        return this.#answer(entry);
      case "tool":
        return this.#results(entry);
      case "system":
        return [];
    }
  }

  #user({ parts, time }: Message): Draft[] {
    const content = plainText(parts);
    const files = parts.flatMap((part) => stored(part) ?? []);
    const attachments = files.map(({ reference }) => ({ type: "blob", ...reference }));
    // Only types listed here are sent as a document.
    const documents = parts.flatMap((part) =>
      part.kind === "file" && part.data !== null ? [part.mediaType] : [],
    );
    const data = compact({
      content,
      transformedContent: dated(content, isoTime(time) ?? this.#time),
      attachments: attachments.length > 0 ? attachments : undefined,
      messageId: this.#id("message"),
      supportedNativeDocumentMimeTypes: [...new Set(documents)],
      delivery: "idle",
      interactionId: this.#id("interaction"),
      turnId: "0",
      parentAgentTaskId: this.#id("task"),
    });
    return [...this.#unstored(files), { type: "user.message", data }];
  }

  /** The events of images that are not in the file yet. */
  #unstored(images: readonly Stored[]): Draft[] {
    const seen = new Set(this.#assets);
    return images.flatMap(({ id, asset }) => {
      if (seen.has(id)) return [];
      seen.add(id);
      return [{ type: "session.binary_asset", data: asset }];
    });
  }

  #answer(entry: Message): Draft[] {
    const calls = entry.parts.filter((part) => part.kind === "tool-call");
    const [reasoning] = entry.parts.filter((part) => part.kind === "reasoning");
    const turnId = String(this.#turn.n);
    const { interactionId, messageId } = this.#turn;
    const model = entry.model ?? this.#model;
    const seal = reasoning?.seal;
    const said: Draft = {
      type: "assistant.message",
      data: compact({
        messageId: this.#id("answer"),
        originatingMessageId: messageId,
        model,
        content: spoken(entry.parts, reasoning),
        toolRequests: calls.map(printRequest),
        interactionId,
        turnId,
        reasoningOpaque: member(seal, "reasoningOpaque"),
        reasoningText:
          reasoning === undefined || reasoning.text === "" ? undefined : reasoning.text,
        encryptedContent: member(seal, "encryptedContent"),
        rte: false,
        apiCallId: entry.group,
        reasoningBlocks: member(seal, "reasoningBlocks"),
      }),
    };
    const start: Draft = {
      type: "assistant.turn_start",
      data: compact({ turnId, interactionId }),
    };
    if (calls.length === 0) return [start, said, this.#turnEnd()];
    return [start, said, ...calls.map((call) => executionStart(call, turnId, model))];
  }

  #turnEnd(): Draft {
    return { type: "assistant.turn_end", data: { turnId: String(this.#turn.n) } };
  }

  /** The turn ends with the result of its last call. */
  #results(entry: Message): Draft[] {
    const results = entry.parts.filter((part) => part.kind === "tool-result");
    const open = new Set(this.#open);
    const drafts = results.flatMap((part) => {
      const call = this.#callOf(part.callId);
      open.delete(call?.callId ?? part.callId);
      return this.#result(part, call);
    });
    return this.#open.size > 0 && open.size === 0 ? [...drafts, this.#turnEnd()] : drafts;
  }

  #callOf(callId: string): ToolCallPart | undefined {
    return this.#calls.get(callId) ?? this.#calls.get(customId(callId));
  }

  #result(part: ToolResultPart, call: ToolCallPart | undefined): Draft[] {
    const use = call?.use ?? null;
    const worded = printResult(use, part, this.#shells);
    const content = plainText(worded.content);
    const images = worded.content.flatMap((one) => stored(one) ?? []);
    const binaryResultsForLlm = images.map(({ type, reference }) => ({ type, ...reference }));
    const outcome = worded.isError
      ? { success: false, error: { message: content, code: "failure" } }
      : {
          success: true,
          result: compact({
            content,
            detailedContent: diffOf(use),
            binaryResultsForLlm: images.length > 0 ? binaryResultsForLlm : undefined,
          }),
        };
    const shell = use?.tool === "execute" && !worded.isError;
    const data = compact({
      toolCallId: call?.callId ?? part.callId,
      model: this.#model,
      interactionId: this.#turn.interactionId,
      turnId: String(this.#turn.n),
      rte: false,
      shellExecution: shell ? { exitCode: part.exitCode ?? 0 } : undefined,
      ...outcome,
    });
    return [...this.#unstored(images), { type: "tool.execution_complete", data }];
  }

  #event(entry: EventBody): Draft[] {
    switch (entry.event) {
      case "start":
        return [this.#start(entry.header)];
      case "compaction": {
        const data = { success: true, summaryContent: summaryIn(entry.summary) };
        return [{ type: "session.compaction_complete", data }];
      }
      case "model":
        return [{ type: "session.model_change", data: { newModel: entry.model } }];
      case "mode":
        return entry.mode === "agent"
          ? [{ type: "session.mode_changed", data: { newMode: entry.value } }]
          : [];
      // The CLI skips unknown events, and keeps them.
      case "carry": {
        const { part, parts, data } = entry;
        return [{ type: "segue.carry", data: { part, parts, data } }];
      }
      // The title is in workspace.yaml.
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

  #start(header: Header): Draft {
    const { cwd, gitBranch, gitCommit } = header;
    const context = compact({
      cwd: cwd ?? "/",
      branch: gitBranch || undefined,
      headCommit: gitCommit ?? undefined,
    });
    return {
      type: "session.start",
      data: {
        sessionId: header.id,
        version: 1,
        producer: "copilot-agent",
        copilotVersion: header.version ?? this.#version,
        startTime: isoTime(header.createdAt) ?? this.#time,
        contextTier: null,
        context,
        alreadyInUse: false,
        remoteSteerable: false,
      },
    };
  }

  #id(what: string): string {
    return uuid4(`${this.#seed} ${what}`, this.#n);
  }
}

/** What was said. Only one reasoning text has its own field; any others are quoted. */
function spoken(parts: readonly Part[], reasoning: ReasoningPart | undefined): string {
  const texts = parts.flatMap((part) => {
    if (part.kind !== "reasoning") return plainText([part]);
    return part === reasoning || part.text === "" ? [] : reasoningAsText(part.text);
  });
  return texts.filter((text) => text !== "").join("\n\n");
}

/**
 * A call whose input is text. Its id tells the CLI the kind of its result; the CLI removes the
 * prefix for OpenAI's Responses, which have such calls.
 */
function isCustom(input: Json): boolean {
  return typeof input === "string";
}

const CUSTOM = "custom_";

function customId(callId: string): string {
  return callId.startsWith(CUSTOM) ? callId : CUSTOM + callId;
}

function printRequest(call: ToolCallPart): JsonObject {
  const { name, input, use } = call;
  const custom = isCustom(input);
  const mcp = use?.tool === "mcp" ? use : undefined;
  return compact({
    toolCallId: custom ? customId(call.callId) : call.callId,
    name,
    arguments: input,
    type: custom ? "custom" : "function",
    intentionSummary: mcp ? undefined : intention(name, input),
    toolTitle: mcp ? mcp.name : TITLES[name],
    mcpServerName: mcp?.server,
    mcpToolName: mcp?.name,
  });
}

function executionStart(call: ToolCallPart, turnId: string, model: string | undefined): Draft {
  const request = printRequest(call);
  const data = compact({
    toolCallId: request.toolCallId,
    toolName: call.name,
    arguments: call.input,
    turnId,
    model,
    toolTitle: request.toolTitle,
    mcpServerName: request.mcpServerName,
    mcpToolName: request.mcpToolName,
  });
  return { type: "tool.execution_start", data };
}

/** A prompt in the form in which the CLI sends it. */
function dated(content: string, time: string): string {
  return `<current_datetime>${time.replace(/Z$/, "+00:00")}</current_datetime>\n\n${content}`;
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The CLI refuses a file with an invalid time. */
function isoTime(time: string | null): string | undefined {
  if (time === null || Number.isNaN(Date.parse(time))) return undefined;
  return ISO.test(time) ? time : timeFor(time).toISOString();
}
