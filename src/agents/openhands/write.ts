/** Encodes entries as OpenHands's events. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { compact, isObject, member, string } from "../../session/json.ts";
import { NO_RESULT } from "../../session/text.ts";
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
import { wellFormed } from "../../session/well-formed.ts";
import { apiId, uuid4 } from "../shared/ids.ts";
import { printTime } from "../shared/local-time.ts";
import { printAction } from "./actions.ts";
import {
  printArguments,
  printContent,
  printReasoning,
  printThought,
  readCall,
  textItem,
} from "./content.ts";
import { isLong } from "./long.ts";
import { CARRY_KEY, headRecord, unwrap } from "./records.ts";
import { isResult, NO_TERMINAL, printObservation, type Terminal, terminalIn } from "./results.ts";
import { View } from "./view.ts";

export function writer(options: WriterOptions): Writer {
  return new OpenHandsWriter(options);
}

/** For a store in which OpenHands has not written a prompt of its own yet. */
const PROMPT =
  "You are a coding agent. Work on the user's project with the tools that you have, and tell the user what you did.";

interface Made {
  call: ToolCallPart;
  /** The event's id. */
  id: string;
  /** The SDK would run it, were it without a result. */
  runs: boolean;
}

class OpenHandsWriter implements Writer {
  readonly #seed: string;
  readonly #prompt: string;
  #view = new View();
  /** Calls without a result so far. */
  #open = new Map<string, Made>();
  #used = new Set<string>();
  /** Entries that stand in the file already. */
  #there: ReadonlySet<Entry> = new Set();
  #n = 0;
  #time = "1970-01-01T00:00:00";
  #response = "";
  #terminal: Terminal = NO_TERMINAL;

  constructor({ seed, facts }: WriterOptions) {
    this.#seed = seed;
    this.#prompt = string(member(facts, "prompt")) ?? PROMPT;
  }

  expect(entries: readonly Entry[], there: boolean): void {
    this.#there = new Set(there ? entries : []);
  }

  /** What is forgotten is named, and so is what is still open. */
  replaces(before: Writer): void {
    if (!(before instanceof OpenHandsWriter)) return;
    this.#view = before.#view;
    this.#open = before.#open;
    this.#used = before.#used;
    this.#time = before.#time;
    this.#response = before.#response;
    this.#terminal = before.#terminal;
  }

  predict(entry: Entry): Json[] {
    return this.#records(entry).map((record) => wellFormed(record).value);
  }

  #records(entry: Entry): JsonObject[] {
    const time = printTime(entry.time) ?? this.#time;
    if (entry.kind === "event") return this.#event(entry, time, this.#there.has(entry));
    const closing =
      entry.role === "tool" || this.#there.has(entry) ? [] : this.#closing(entry, time);
    const n = closing.length;
    switch (entry.role) {
      case "user":
        return [...closing, this.#user(entry, time, n)];
      case "assistant":
        return [...closing, ...this.#answer(entry, time, n)];
      case "tool":
        return entry.parts.flatMap((part, at) =>
          part.kind === "tool-result" ? [this.#result(entry, part, time, at)] : [],
        );
      // Of a new session, it stands at the beginning.
      case "system":
        return this.#there.has(entry) ? [this.#system(entry, time)] : [];
    }
  }

  /**
   * A call without a result is run when the session is opened next. A session that comes home with an
   * unfinished call gets an honest result for it, before anything else is added.
   */
  #closing({ group }: Message, timestamp: string): JsonObject[] {
    if (group !== undefined && group === this.#response) return [];
    return [...this.#open.values()]
      .filter(({ runs }) => runs)
      .map(({ call }, n) => ({
        id: this.#id(n),
        timestamp,
        source: "agent",
        tool_name: call.name,
        tool_call_id: call.callId,
        error: NO_RESULT,
        kind: "AgentErrorEvent",
      }));
  }

  #user(entry: Message, timestamp: string, n: number): JsonObject {
    const { parts } = entry;
    return {
      id: this.#idFor(entry, n),
      timestamp,
      source: "user",
      llm_message: { role: "user", content: printContent(parts), thinking_blocks: [] },
      activated_skills: [],
      extended_content: [],
      kind: "MessageEvent",
    };
  }

  #answer(entry: Message, timestamp: string, n: number): JsonObject[] {
    const { parts } = entry;
    const calls = parts.filter((part) => part.kind === "tool-call");
    const thought = printThought(parts);
    const { reasoning_content, thinking_blocks, responses_reasoning_item } = printReasoning(parts);
    const isMore = thought.length > 0 || thinking_blocks.length > 0;
    const llm_response_id = this.#responseOf(entry, isMore || calls.length === 0, n);
    if (calls.length === 0) {
      const llm_message = compact({
        role: "assistant",
        content: thought,
        reasoning_content,
        thinking_blocks,
        responses_reasoning_item,
      });
      const said = { llm_message, llm_response_id, activated_skills: [], extended_content: [] };
      return [
        { id: this.#idFor(entry, n), timestamp, source: "agent", ...said, kind: "MessageEvent" },
      ];
    }
    return calls.map((call, at) => {
      const first = { thought, reasoning_content, thinking_blocks, responses_reasoning_item };
      const said = at === 0 ? first : { thought: [], thinking_blocks: [] };
      const id = at === 0 ? this.#idFor(entry, n) : this.#id(n + at);
      return printCall(call, { id, timestamp, said, llm_response_id });
    });
  }

  /** Calls side by side with the same one are one answer: those of another one must not join them. */
  #responseOf({ group, id }: Message, isOwn: boolean, n: number): string {
    if (group !== undefined && group === this.#response && !isOwn) return group;
    const own = group ?? id;
    return own === "" || this.#used.has(own) ? apiId("chatcmpl-", this.#seed, this.#n + n) : own;
  }

  #result(entry: Message, part: ToolResultPart, timestamp: string, n: number): JsonObject {
    const made = this.#open.get(part.callId);
    const call = made?.call ?? {
      kind: "tool-call",
      callId: part.callId,
      name: "tool",
      input: {},
      use: null,
    };
    const base = { id: n === 0 ? this.#idFor(entry, 0) : this.#id(n), timestamp };
    const pair = { tool_name: call.name, tool_call_id: part.callId };
    const [only, ...more] = part.content;
    // What the SDK would not have run has failed, in its words.
    const isPlain = only?.kind === "text" && !isLong(only.text, "", false);
    if (made && !made.runs && part.isError && more.length === 0 && isPlain) {
      return { ...base, source: "agent", ...pair, error: only.text, kind: "AgentErrorEvent" };
    }
    return {
      ...base,
      source: "environment",
      ...pair,
      observation: printObservation(call, part, this.#terminal, this.#there.has(entry)),
      action_id: made?.id ?? base.id,
      kind: "ObservationEvent",
    };
  }

  #system(entry: Message, timestamp: string): JsonObject {
    const [prompt, context] = entry.parts.flatMap((part) =>
      part.kind === "text" ? [part.text] : [],
    );
    return compact({
      id: this.#idFor(entry, 0),
      timestamp,
      source: "agent",
      system_prompt: textItem(prompt ?? ""),
      tools: [],
      dynamic_context: context === undefined ? undefined : textItem(context),
      kind: "SystemPromptEvent",
    });
  }

  #event(entry: Entry & { kind: "event" }, timestamp: string, there: boolean): JsonObject[] {
    switch (entry.event) {
      case "start":
        return this.#start(entry.header, there);
      case "compaction":
        return [this.#condensation(entry, timestamp)];
      case "carry": {
        const { part, parts, data } = entry;
        const state = { key: CARRY_KEY, value: { part, parts, data } };
        return [
          {
            id: this.#id(0),
            timestamp,
            source: "environment",
            ...state,
            kind: "ConversationStateUpdateEvent",
          },
        ];
      }
      case "interruption":
        return there ? [{ id: this.#id(0), timestamp, source: "user", kind: "PauseEvent" }] : [];
      // Nothing that the CLI has an event for; kept aside.
      default:
        return [];
    }
  }

  #start(header: Header, there: boolean): JsonObject[] {
    const time = printTime(header.createdAt) ?? this.#time;
    const workspace = { working_dir: header.cwd ?? "/", kind: "LocalWorkspace" };
    const head = headRecord({ id: header.id, workspace });
    if (there) return [head];
    const prompt = {
      id: this.#id(1),
      timestamp: time,
      source: "agent",
      system_prompt: textItem(this.#prompt),
      tools: [],
      kind: "SystemPromptEvent",
    };
    return [head, prompt];
  }

  /** All but the prompt is forgotten, and what the compaction keeps. */
  #condensation(entry: Entry & EventBody & { event: "compaction" }, timestamp: string): JsonObject {
    const { seen } = this.#view;
    const from =
      entry.keepFrom === undefined ? -1 : seen.findIndex(({ id }) => id === entry.keepFrom);
    const kept = new Set((entry.kept ?? []).map(({ id }) => id));
    const gone = (from < 0 ? seen : seen.slice(0, from)).filter(
      ({ id, isPrompt }) => !isPrompt && !kept.has(id),
    );
    const ids = new Set(gone.map(({ id }) => id));
    const before = (from < 0 ? seen : seen.slice(0, from)).filter(({ id }) => !ids.has(id));
    return {
      id: this.#idFor(entry, 0),
      timestamp,
      source: "environment",
      forgotten_event_ids: [...ids],
      summary: entry.summary,
      summary_offset: before.length,
      llm_response_id: apiId("chatcmpl-", this.#seed, this.#n),
      kind: "Condensation",
    };
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "event") return stored.kind;
    const { event } = stored;
    const kind = string(event.kind) ?? "";
    if (kind === "MessageEvent") return `${kind}/${string(event.source) ?? ""}`;
    if (kind === "ActionEvent") return `${kind}/${string(member(event.action, "kind")) ?? ""}`;
    if (kind === "ObservationEvent")
      return `${kind}/${string(member(event.observation, "kind")) ?? ""}`;
    return kind;
  }

  key(record: Json): string {
    return string(member(record, "tool_call_id")) ?? "";
  }

  mark(): string {
    return this.#view.seen.at(-1)?.id ?? "";
  }

  /** A condensation without a summary: the model is told nothing of what it forgets. */
  rewind(mark: string): Json[] {
    const { seen } = this.#view;
    const at = seen.findLastIndex(({ id }) => id === mark);
    const ids = seen.slice(at + 1).flatMap(({ id, isPrompt }) => (isPrompt ? [] : [id]));
    if (ids.length === 0) return [];
    return [
      {
        id: this.#id(0),
        timestamp: this.#time,
        source: "environment",
        forgotten_event_ids: ids,
        llm_response_id: apiId("chatcmpl-", this.#seed, this.#n),
        kind: "Condensation",
      },
    ];
  }

  commit(record: Json): void {
    this.#n++;
    const stored = unwrap(record);
    const event = stored.kind === "event" || stored.kind === "file" ? stored.event : null;
    if (!event) return;
    this.#time = string(event.timestamp) ?? this.#time;
    const id = string(event.id) ?? "";
    this.#used.add(id);
    const response = string(event.llm_response_id);
    if (response !== undefined) this.#used.add(response);
    this.#response = event.kind === "ActionEvent" ? (response ?? "") : "";
    switch (event.kind) {
      case "Condensation":
        this.#view.condense(event);
        break;
      case "ActionEvent":
        this.#view.add(id);
        this.#commitCall(event, id);
        break;
      case "SystemPromptEvent":
      case "MessageEvent":
        this.#view.add(id, event.kind === "SystemPromptEvent");
        break;
      default:
        if (isResult(event)) this.#commitResult(event, id);
    }
  }

  #commitCall(event: JsonObject, id: string): void {
    const call = readCall(event);
    this.#open.set(call.callId, { call, id, runs: isObject(event.action) });
  }

  #commitResult(event: JsonObject, id: string): void {
    this.#view.add(id);
    this.#terminal = terminalIn(event.observation ?? null, this.#terminal);
    this.#open.delete(string(event.tool_call_id) ?? "");
  }

  /** An event's own id, in a session that has it already; else a new one. */
  #idFor({ id }: Entry, n: number): string {
    return UUID.test(id) && !this.#used.has(id) ? id : this.#id(n);
  }

  #id(n: number): string {
    return uuid4(this.#seed, this.#n + n);
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

interface About {
  id: string;
  timestamp: string;
  said: { readonly [key: string]: Json | undefined };
  llm_response_id: string;
}

function printCall(
  call: ToolCallPart,
  { id, timestamp, said, llm_response_id }: About,
): JsonObject {
  const { callId, name, input } = call;
  const [risk, summary] = [member(input, "security_risk"), member(input, "summary")];
  return compact({
    id,
    timestamp,
    source: "agent",
    ...said,
    action: printAction(name, input),
    tool_name: name,
    tool_call_id: callId,
    tool_call: { id: callId, name, arguments: printArguments(input), origin: "completion" },
    llm_response_id,
    security_risk: RISKS.has(risk) ? risk : "UNKNOWN",
    summary: typeof summary === "string" ? summary : undefined,
    kind: "ActionEvent",
  });
}

const RISKS = new Set<Json | undefined>(["UNKNOWN", "LOW", "MEDIUM", "HIGH"]);
