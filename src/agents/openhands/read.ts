/** Decodes OpenHands's events. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, member, number, string } from "../../session/json.ts";
import { otherPart, saidIn } from "../../session/other.ts";
import { NO_RESULT, notTyped } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
} from "../../session/types.ts";
import { readTime } from "../shared/local-time.ts";
import { readAnswer, readCall, readContent, readReasoning } from "./content.ts";
import { readError } from "./limits.ts";
import { CARRY_KEY, folderName, ordinalIn, unwrap } from "./records.ts";
import { readResult } from "./results.ts";
import { type Change, View } from "./view.ts";

export function reader(): Reader {
  return new OpenHandsReader();
}

class OpenHandsReader implements Reader {
  readonly #header: Header = emptyHeader("openhands");
  readonly #view = new View();
  /** Messages that may be told again after a summary: the first few events, and those of summaries. */
  readonly #messages = new Map<string, Message>();
  readonly #ids = new Set<string>();
  /** Of ids that are taken, the next number to tell another one by. */
  readonly #taken = new Map<string, number>();
  readonly #calls = new Set<string>();
  readonly #answered = new Set<string>();
  /** Of each event, the entry that it became. */
  readonly #entries = new Map<string, string>();
  #started = false;
  /** Events that the CLI loads. */
  #events = 0;
  #at = 0;
  #tip: string | null = null;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "head":
        this.#noteHead(stored.state);
        return this.#start();
      case "event":
        return [...this.#start(), ...this.#event(stored.event)];
      case "file":
        return [...this.#start(), ...this.#file(stored.name, stored.event)];
      case "other":
        return [
          this.#aside({ event: "opaque", type: string(member(record, "kind")) ?? "unknown" }),
        ];
    }
  }

  #noteHead(state: JsonObject): void {
    const header = this.#header;
    header.id = folderName(string(state.id) ?? "") || header.id;
    header.cwd = string(member(state.workspace, "working_dir")) || header.cwd;
  }

  #start(): Entry[] {
    if (this.#started) return [];
    this.#started = true;
    return [this.#aside({ event: "start", header: this.header() })];
  }

  /** A gap in the numbers ends what the CLI loads; files of other names it passes over. */
  #file(name: string, event: JsonObject | null): Entry[] {
    if (ordinalIn(name) !== this.#events) {
      return [this.#aside({ event: "unread", type: "event_file", reason: "unsent" })];
    }
    if (event) return this.#event(event);
    this.#events++;
    return [this.#aside({ event: "opaque", type: "event_file" })];
  }

  #event(event: JsonObject): Entry[] {
    this.#events++;
    const time = readTime(string(event.timestamp));
    this.#header.createdAt ??= time;
    this.#header.updatedAt = time ?? this.#header.updatedAt;
    switch (event.kind) {
      case "SystemPromptEvent":
        return [this.#prompt(event, time)];
      case "MessageEvent":
        return this.#message(event, time);
      case "ActionEvent":
        return [this.#action(event, time)];
      case "ObservationEvent":
      case "AgentErrorEvent":
      case "UserRejectObservation":
        return [this.#result(event, time)];
      case "CondensationSummaryEvent":
        return [
          this.#told(event, [{ kind: "text", text: saidIn(event.summary), told: true }], time),
        ];
      case "Condensation":
        return this.#condensation(event, time);
      case "ConversationErrorEvent":
        return [this.#aside(readError(event, time), time)];
      case "PauseEvent":
      case "InterruptEvent":
        return [this.#aside({ event: "interruption" }, time)];
      case "ConversationStateUpdateEvent":
        return [this.#aside(carryIn(event) ?? { event: "opaque", type: event.kind }, time)];
      default:
        return [this.#aside({ event: "opaque", type: string(event.kind) ?? "unknown" }, time)];
    }
  }

  #prompt(event: JsonObject, time: string | null): Message {
    const texts = [event.system_prompt, event.dynamic_context].flatMap(readContent);
    return this.#said(event, "system", texts, time, { scaffold: true });
  }

  #message(event: JsonObject, time: string | null): Entry[] {
    const said = event.llm_message ?? null;
    const role = string(member(said, "role"));
    if (role === "assistant") return [this.#answer(event, said, time)];
    if (role === "tool") {
      const callId = string(member(said, "tool_call_id")) ?? "";
      const content = readContent(member(said, "content"));
      return [
        this.#resultOf(event, { kind: "tool-result", callId, isError: false, content }, time),
      ];
    }
    // Of a damaged answer, for example: nobody else reasons.
    const reasoned = readReasoning(said).map(({ text }): Part => ({ kind: "text", text }));
    const called = array(member(said, "tool_calls")).map((call) => otherPart("tool_calls", call));
    const words = [...readContent(member(said, "content")), ...reasoned, ...called];
    const added = notTyped(readContent(event.extended_content));
    // Whatever else a role is, such words are not the user's.
    const isTyped = role === "user" && event.source === "user";
    return [
      isTyped
        ? this.#said(event, "user", [...words, ...added], time)
        : this.#told(event, [...notTyped(words), ...added], time),
    ];
  }

  #told(event: JsonObject, parts: Part[], time: string | null): Message {
    return this.#said(event, "user", parts, time, { told: true });
  }

  #answer(event: JsonObject, said: Json, time: string | null): Message {
    const calls = array(member(said, "tool_calls")).map((tool_call) => readCall({ tool_call }));
    for (const { callId } of calls) this.#calls.add(callId);
    const more = readContent(event.extended_content);
    const parts = [
      ...readReasoning(said),
      ...readAnswer(member(said, "content")),
      ...more,
      ...calls,
    ];
    return this.#said(event, "assistant", parts, time, {
      ...groupOf(event),
      stop: calls.length > 0 ? "tool" : "end",
    });
  }

  /** One call; those of an answer have its id. */
  #action(event: JsonObject, time: string | null): Message {
    const call = readCall(event);
    this.#calls.add(call.callId);
    const parts = [...readReasoning(event), ...readAnswer(event.thought), call];
    return this.#said(event, "assistant", parts, time, { ...groupOf(event), stop: "tool" });
  }

  #result(event: JsonObject, time: string | null): Entry {
    const part = readResult(event);
    // What Segue says in the place of a result stands for none.
    if (!part || (event.kind === "AgentErrorEvent" && event.error === NO_RESULT)) {
      return this.#aside({ event: "opaque", type: string(event.kind) ?? "unknown" }, time);
    }
    return this.#resultOf(event, part, time);
  }

  /** The first result of a call counts; none without a call is sent. */
  #resultOf(event: JsonObject, part: Part & { kind: "tool-result" }, time: string | null): Entry {
    const { callId } = part;
    if (!this.#calls.has(callId) || this.#answered.has(callId)) {
      return this.#aside(
        { event: "unread", type: string(event.kind) ?? "", reason: "unsent" },
        time,
      );
    }
    this.#answered.add(callId);
    return this.#said(event, "tool", [part], time);
  }

  #condensation(event: JsonObject, time: string | null): Entry[] {
    const change = this.#view.condense(event);
    if (change.summary === null) {
      return [...this.#forget(change.forgotten), this.#noted(event, time)];
    }
    const { before, after, between, summary } = change;
    const kept = before.flatMap((one) => {
      if (one.summary !== undefined) return [summaryMessage(one.id, one.summary)];
      const message = this.#messages.get(one.id);
      return message && !message.scaffold ? [message] : [];
    });
    const next = after.find(({ summary: text }) => text === undefined);
    const keepFrom = next && this.#entries.get(next.id);
    const place = { id: this.#free(string(event.id)), parentId: this.#tip, time };
    this.#tip = place.id;
    return [
      // What it keeps begins at one place; what is gone from there on is hidden.
      ...this.#forget(between),
      {
        kind: "event",
        ...place,
        event: "compaction",
        summary,
        ...(keepFrom === undefined ? {} : { keepFrom }),
        ...(kept.length === 0 ? {} : { kept }),
      },
    ];
  }

  #noted(event: JsonObject, time: string | null): Entry {
    return {
      ...this.#aside({ event: "opaque", type: "Condensation" }, time),
      id: this.#free(string(event.id)),
    };
  }

  /** Without a summary, the model is told nothing of what is gone. */
  #forget(forgotten: Change["forgotten"]): Entry[] {
    return forgotten.flatMap(({ id }) => {
      const target = this.#entries.get(id);
      return target === undefined ? [] : [this.#aside({ event: "hide", target })];
    });
  }

  #said(
    event: JsonObject,
    role: Message["role"],
    parts: Part[],
    time: string | null,
    more: Partial<Message> = {},
  ): Message {
    const id = this.#free(string(event.id));
    const message: Message = {
      kind: "message",
      id,
      parentId: this.#tip,
      time,
      role,
      parts,
      ...more,
    };
    this.#tip = id;
    const own = string(event.id) ?? id;
    this.#view.add(own, role === "system");
    this.#entries.set(own, id);
    // What a condenser keeps of the beginning: keep_first is 4 in the CLI.
    if (this.#messages.size < MOST_KEPT) this.#messages.set(own, { ...message, parentId: null });
    return message;
  }

  #aside(body: EventBody, time: string | null = null): Entry {
    return { kind: "event", id: this.#free(undefined), parentId: null, time, ...body };
  }

  #free(own: string | undefined): string {
    const wanted = own || `#${this.#at}`;
    let free = wanted;
    // One condensation may hide thousands of messages.
    for (let n = this.#taken.get(wanted) ?? 1; this.#ids.has(free); n++) {
      free = `${wanted}~${n}`;
      this.#taken.set(wanted, n + 1);
    }
    this.#ids.add(free);
    return free;
  }
}

const MOST_KEPT = 64;

function summaryMessage(id: string, text: string): Message {
  return {
    kind: "message",
    id,
    parentId: null,
    time: null,
    role: "user",
    parts: [{ kind: "text", text }],
    told: true,
  };
}

function groupOf(event: JsonObject): { group?: string } {
  const group = string(event.llm_response_id);
  return group ? { group } : {};
}

function carryIn(event: JsonObject): EventBody | null {
  const { key, value } = event;
  const data = string(member(value, "data"));
  if (key !== CARRY_KEY || data === undefined) return null;
  return {
    event: "carry",
    part: number(member(value, "part")) ?? 0,
    parts: number(member(value, "parts")) ?? 0,
    data,
  };
}
