/** Writes entries as the events of Muse Code's logs. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { member, number, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { timeFor } from "../shared/place.ts";
import { printBlocks, printCall, printReasoning, printWords, readCall } from "./content.ts";
import {
  ACCEPTED,
  CARRY,
  callIdIn,
  callsOf,
  type LogEvent,
  MATERIALIZED,
  METADATA,
  nameOf,
  RUNTIME,
  resultsOf,
  runEvent,
  unwrap,
} from "./records.ts";
import { summaryText } from "./summary.ts";
import { resultText } from "./tools.ts";

export function writer(options: WriterOptions): Writer {
  return new MuseWriter(options);
}

/** The version that others resumed sessions of this form with. */
const BUILD = { semver: "0.2.1", sha: "b3170a534f" };
const DEFAULT_MODEL = "muse-spark-1.3-contributor";

/** What the log says of where it is. */
interface State {
  stream: string;
  sequence: number;
  /** Microseconds since the epoch. */
  at: number;
  /** Number of records: the source of new ids. */
  n: number;
  /** Of the run's own records. */
  source: number;
  /** The run that has not ended. */
  run: string | null;
  /** The prompt that was accepted last, for the run that it begins. */
  accepted: { id: string; sequence: number; intent: string; words: string };
  /** The records of the run that was begun last. */
  started: { id: string; source: string };
  /** The message whose calls were made last. */
  batch: string;
}

class MuseWriter implements Writer {
  readonly #options: WriterOptions;
  readonly #calls = new OpenCalls();
  #state: State = {
    stream: "",
    sequence: 0,
    at: 0,
    n: 0,
    source: 0,
    run: null,
    accepted: { id: "", sequence: 0, intent: "", words: "" },
    started: { id: "", source: "" },
    batch: "",
  };
  /** The lines exist. */
  #isThere = false;
  #hasEnd = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  expect(_entries: readonly Entry[], there: boolean): void {
    this.#isThere = there;
  }

  predict(entry: Entry): Json[] {
    const draft = new Draft(this.#options.seed, this.#state, entry.time);
    if (entry.kind === "event") this.#event(draft, entry);
    else this.#message(draft, entry);
    return draft.records;
  }

  /** The last run has ended, and the process. */
  end(): Json[] {
    const draft = new Draft(this.#options.seed, this.#state, null);
    draft.close();
    if (!this.#hasEnd && draft.state.n > 0) {
      const record = {
        exit_reason: "completed",
        resource_usage: {},
        schema_version: 1,
        session_id: draft.state.stream,
        uptime_ms: 0,
      };
      draft.log("session.end", { kind: "session_end", record });
    }
    return draft.records;
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    return stored.kind === "event" ? nameOf(stored) : stored.kind;
  }

  key(record: Json): string {
    const stored = unwrap(record);
    const happened = stored.kind === "event" ? runEvent(stored) : null;
    if (happened === null) return "";
    const [call = null] = callsOf(happened);
    if (call !== null) return callIdIn(call);
    return Array.isArray(happened.results) ? callIdIn(happened.results[0] ?? null) : "";
  }

  /** A log is only ever added to. */
  mark(): string {
    return "";
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    const stored = unwrap(record);
    this.#state = { ...this.#state, n: this.#state.n + 1 };
    if (stored.kind === "frame") {
      for (const child of stored.children) {
        const inner = unwrap(child);
        if (inner.kind === "event") this.#commit(inner);
      }
    }
    if (stored.kind === "marker") {
      const sequence = number(member(member(record, "position"), "sequence"));
      this.#state = { ...this.#state, sequence: sequence ?? this.#state.sequence };
    }
    if (stored.kind === "event") this.#commit(stored);
  }

  #commit(event: LogEvent): void {
    this.#state = after(this.#state, event);
    this.#hasEnd = event.type === "session.end";
    const happened = runEvent(event);
    if (happened === null) return;
    for (const call of callsOf(happened)) this.#calls.add(readCall(call));
    if (happened.kind !== "tool_result_batch_committed") return;
    for (const result of resultsOf(happened)) this.#calls.answer(callIdIn(result));
  }

  #message(draft: Draft, entry: Message): void {
    switch (entry.role) {
      case "user":
        this.#ask(draft, entry.parts);
        break;
      case "assistant":
        if (draft.state.run === null) draft.begin("");
        answer(draft, entry.parts);
        break;
      case "tool":
        this.#results(draft, entry.parts);
        break;
      // Never: the CLI has its own.
      case "system":
        break;
    }
  }

  #ask(draft: Draft, parts: readonly Part[]): void {
    const content = printBlocks(parts);
    if (content.length === 0) return;
    if (!this.#isThere) draft.close();
    draft.accept(content);
    if (this.#isThere) return;
    draft.begin(draft.state.accepted.words);
    draft.materialize();
  }

  #results(draft: Draft, parts: readonly Part[]): void {
    const results = parts.filter((part) => part.kind === "tool-result");
    if (results.length === 0) return;
    draft.run({
      batch_id: draft.state.batch || draft.id(1),
      kind: "tool_result_batch_committed",
      results: results.map((part, n) => this.#result(part, n)),
    });
  }

  #result(part: ToolResultPart, n: number): JsonObject {
    const use = this.#calls.get(part.callId)?.use ?? null;
    const text = resultText(use, part, printWords(part.content));
    return { text, tool_call_id: part.callId, tool_call_index: n };
  }

  #event(draft: Draft, entry: EventBody): void {
    switch (entry.event) {
      case "start":
        this.#start(draft, entry.header);
        break;
      case "compaction":
        // How Muse Code stores one of its own is in no source.
        this.#ask(draft, [{ kind: "text", text: summaryText(entry.summary) }]);
        break;
      case "carry": {
        const { part, parts, data } = entry;
        draft.log(CARRY, { part, parts, data });
        break;
      }
      case "opaque":
        if (entry.type === "run/started") draft.begin(draft.state.accepted.words);
        if (entry.type === MATERIALIZED) draft.materialize();
        if (entry.type === "run/terminal") draft.close();
        break;
      default:
        break;
    }
  }

  #start(draft: Draft, { id, cwd, createdAt, model, version }: Header): void {
    draft.open(id, createdAt);
    const own = model?.startsWith("muse") === true ? model : DEFAULT_MODEL;
    const semver = version ?? this.#options.cliVersion ?? BUILD.semver;
    const record = {
      build: { semver: this.#isThere ? semver : BUILD.semver, sha: BUILD.sha },
      model_id: this.#options.model ?? own,
      provider_id: "meta",
      tool_surface_version: "1",
      web_search_mode: "off",
      workspace_root: cwd ?? "/",
    };
    draft.log(METADATA, { kind: "metadata", record });
    if (this.#isThere) return;
    const opened = {
      data_dir_free_bytes: 0,
      resume: true,
      schema_version: 1,
      security_mode: "normal",
      session_id: id,
      workspace_free_bytes: 0,
    };
    draft.log("session.opened.observed", { kind: "session_opened", record: opened });
  }
}

/** An answer in its order: texts and reasoning are events of their own, and so are calls that follow each other. */
function answer(draft: Draft, parts: readonly Part[]): void {
  const response = draft.id(2);
  const calls: JsonObject[] = [];
  const flush = () => {
    if (calls.length === 0) return;
    const event = { kind: "assistant_tool_calls_committed", message_id: draft.id(1) };
    draft.run({ ...event, response_id: response, tool_calls: calls.splice(0) });
  };
  for (const part of parts) {
    if (part.kind === "tool-call") {
      calls.push(printCall(part));
      continue;
    }
    flush();
    const own = { message_id: draft.id(1), response_id: response };
    if (part.kind === "reasoning") {
      const event = printReasoning(part);
      if (event !== null) draft.run({ ...event, ...own });
      continue;
    }
    const text = printWords([part]);
    const kind = "assistant_message_committed";
    if (text !== "") draft.run({ kind, ...own, provider_item_id: own.message_id, text });
  }
  flush();
}

/** Records that would be written next. */
class Draft {
  readonly records: Json[] = [];
  readonly #seed: string;
  readonly #time: number | null;
  state: State;

  constructor(seed: string, state: State, time: string | null) {
    this.#seed = seed;
    this.#time = time === null ? null : timeFor(time).getTime() * 1000;
    this.state = state;
  }

  /** An id that is no record's: `which` distinguishes those of one record. */
  id(which: number): string {
    return uuid4(`${this.#seed}/${which}`, this.state.n);
  }

  open(stream: string, createdAt: string | null): void {
    const at = this.state.at || timeFor(createdAt).getTime() * 1000;
    this.state = { ...this.state, stream, at };
  }

  log(type: string, payload: JsonObject): void {
    const { n, sequence, stream, at } = this.state;
    const record = {
      schema_version: 1,
      id: uuid4(this.#seed, n),
      stream: { kind: "session", id: stream },
      sequence: sequence + 1,
      recorded_at: Math.max(at + 1, this.#time ?? 0),
      record_type: "event",
      durability: "durable",
      causation_id: null,
      payload_type: type,
      payload_schema_version: 1,
      payload,
    };
    this.records.push(record);
    const stored = unwrap(record);
    if (stored.kind === "event") this.state = after({ ...this.state, n: n + 1 }, stored);
  }

  run(event: JsonObject, run = this.state.run ?? this.id(3)): void {
    const source_run_record_id = this.id(4);
    const source_run_record_sequence = this.state.source + 1;
    const from = { source_run_record_id, source_run_record_sequence };
    this.log(RUNTIME, { event, kind: "run", run_id: run, ...from });
  }

  accept(content: JsonObject[]): void {
    this.log(ACCEPTED, {
      bindings: [],
      delivery_policy: "session_current",
      intent_id: this.id(5),
      model_messages: [{ content }],
      refill_blocks: content,
      semantic_kind: { kind: "chat" },
      source_session_id: this.state.stream,
      surface: "main",
      wake_policy: "start_once",
    });
  }

  /** The run of the prompt that was accepted. */
  begin(prompt: string): void {
    const { intent } = this.state.accepted;
    this.run({ kind: "started", prompt }, prompt === "" || intent === "" ? this.id(3) : intent);
  }

  materialize(): void {
    const { accepted, started, run, source, stream } = this.state;
    this.log(MATERIALIZED, {
      envelope_record_id: accepted.id,
      envelope_sequence: accepted.sequence,
      intent_id: accepted.intent,
      outcome: {
        cut_before: `segue:${source}`,
        kind: "top_level_turn_started",
        run_id: run,
        run_started_session_record_id: started.id,
        run_started_source_record_id: started.source,
      },
      source_session_id: stream,
    });
  }

  close(): void {
    if (this.state.run === null) return;
    const times = { eot_gate_ms: 0, time_to_first_token_ms: 0, turn_duration_ms: 0 };
    this.run({ kind: "terminal", reason: null, terminal: "completed", ...times });
  }
}

/** What is the case when an event has been written. */
function after(state: State, event: LogEvent): State {
  const { record, type, payload, stream, id } = event;
  const next: State = {
    ...state,
    stream: state.stream || stream,
    sequence: number(record.sequence) ?? state.sequence + 1,
    at: Math.max(state.at, number(record.recorded_at) ?? 0),
  };
  if (stream !== next.stream) return next;
  if (type === ACCEPTED) {
    const intent = string(payload.intent_id) ?? "";
    return { ...next, accepted: { id, sequence: next.sequence, intent, words: promptIn(payload) } };
  }
  const happened = runEvent(event);
  if (happened === null) return next;
  const source = number(payload.source_run_record_sequence) ?? next.source;
  const from = string(payload.source_run_record_id) ?? "";
  switch (happened.kind) {
    case "started":
      return { ...next, source, run: string(payload.run_id) ?? "", started: { id, source: from } };
    case "terminal":
      return { ...next, source, run: null };
    case "assistant_tool_calls_committed":
      return { ...next, source, batch: string(happened.message_id) ?? "" };
    default:
      return { ...next, source };
  }
}

function promptIn(payload: JsonObject): string {
  const messages = Array.isArray(payload.model_messages) ? payload.model_messages : [];
  const texts = messages.flatMap((message) => {
    const content = member(message, "content");
    return Array.isArray(content) ? content.map((one) => string(member(one, "text")) ?? "") : [];
  });
  return texts.filter((text) => text !== "").join("\n");
}
