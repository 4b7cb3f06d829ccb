/** Decodes the records of Deep Agents Code's sessions. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, member, number, printed, string } from "../../session/json.ts";
import { imageText, otherPart, textOfPart } from "../../session/other.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { readAnswer, readContent, usageOf } from "./content.ts";
import { idOf, isRemoval, Messages } from "./fold.ts";
import { errorOf } from "./limits.ts";
import {
  carryIn,
  ERROR,
  isStep,
  isThread,
  MODEL,
  messagesIn,
  type Said,
  SUMMARY,
  saidOf,
  type WrittenMessages,
} from "./records.ts";
import { parseResult } from "./tools.ts";
import { timeOf } from "./uuid6.ts";

export function reader(): Reader {
  return new DeepAgentsReader();
}

/** A message in the CLI's list. */
interface Item {
  id: string;
  message: Json;
  /** When it was written. */
  time: string | null;
}

/** What the model is sent: `list` from `cutoff` on, after the summary that `base` is. */
interface State {
  list: Messages<Item>;
  cutoff: number;
  base: string | null;
}

class DeepAgentsReader implements Reader {
  readonly #header: Header = emptyHeader("deepagents");
  readonly #calls = new OpenCalls();
  #state: State = { list: Messages.of([]), cutoff: 0, base: null };
  /** After each step. */
  readonly #states = new Map<string, State>();
  /** The messages of the live branch, as they were last read. */
  #shown: { item: Item; entry: string }[] = [];
  #step: string | null = null;
  #at = 0;
  /** Entries of the record that is read. */
  #n = 0;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#n = 0;
    if (isThread(record)) return [this.#thread(record)];
    if (!isStep(record)) return [this.#aside({ event: "opaque", type: "unknown" })];
    const step = string(record.checkpoint_id) ?? "";
    const time = timeOf(step);
    this.#header.updatedAt = time ?? this.#header.updatedAt;
    this.#header.createdAt ??= time;
    if ("after" in record) this.#goTo(string(record.after) ?? null);
    const entries = this.#write(record, time);
    this.#states.set(step, this.#state);
    this.#step = step;
    return entries;
  }

  #thread(record: JsonObject): Entry {
    const header = this.#header;
    if (header.id !== "") return this.#aside({ event: "opaque", type: "thread" });
    header.id = string(record.thread_id) ?? "";
    header.title = string(record.name) ?? null;
    header.cwd = string(record.cwd) ?? null;
    header.gitBranch = string(record.git_branch) ?? null;
    return this.#aside({ event: "start", header: this.header() });
  }

  /** The next step follows another than the last one: a fork. */
  #goTo(step: string | null): void {
    if (step === this.#step) return;
    const none: State = { list: Messages.of([]), cutoff: 0, base: null };
    const { base } = this.#state;
    this.#state = (step === null ? none : this.#states.get(step)) ?? none;
    // What was shown after another summary, or after none, is on another branch.
    if (this.#state.base !== base) this.#shown = [];
    const view = this.#state.list.items().slice(this.#state.cutoff);
    this.#shown = this.#shown.slice(0, this.#same(view));
  }

  #write(record: JsonObject, time: string | null): Entry[] {
    const carry = carryIn(record);
    if (carry) return [this.#aside({ event: "carry", ...carry })];
    const messages = messagesIn(record);
    if (messages !== null) return this.#messages(messages, time);
    const { channel, value = null } = record;
    switch (channel) {
      case SUMMARY:
        return this.#summary(value, time);
      case MODEL:
        return [this.#model(value, time)];
      case ERROR:
        return [this.#aside(errorOf(printed(value), time), time)];
      default:
        return [this.#aside({ event: "opaque", type: string(channel) ?? "unknown" })];
    }
  }

  #model(value: Json, time: string | null): Entry {
    const [, provider, model] = /^([^:]+):(.+)$/s.exec(string(value) ?? "") ?? [];
    if (provider === undefined || model === undefined) {
      return this.#aside({ event: "opaque", type: MODEL });
    }
    if (this.#header.model === model) return this.#aside({ event: "opaque", type: MODEL });
    this.#header.model = model;
    return this.#aside({ event: "model", model, provider }, time);
  }

  #messages({ messages, isAll }: WrittenMessages, time: string | null): Entry[] {
    const written = messages.map((message) => ({
      item: { id: idOf(message), message, time },
      isRemoval: isRemoval(message),
    }));
    const { list } = this.#state;
    const next = isAll ? Messages.of(written.map(({ item }) => item)) : list.with(written);
    this.#state = { ...this.#state, list: next };
    const before = this.#shown;
    const entries = this.#more(list) ?? this.#show();
    if (entries.length > 0) return entries;
    // The last messages may be gone: the CLI drops what a step wrote that was cut off.
    const gone = before.slice(this.#shown.length);
    if (gone.length > 0)
      return gone.map(({ entry }) => this.#aside({ event: "hide", target: entry }));
    return [this.#aside({ event: "opaque", type: "messages" })];
  }

  /**
   * Entries for the messages that were added to a list all of which is shown; null if more has changed.
   * It does not look at the messages before, so that a long session is read in linear time.
   */
  #more(before: Messages<Item>): Entry[] | null {
    const { list, cutoff } = this.#state;
    const added = list.since(before);
    if (added === null || this.#shown.length !== before.length - cutoff) return null;
    return this.#append(added);
  }

  /** Entries for the messages that are not shown yet, after the last one that is as it was. */
  #show(): Entry[] {
    const view = this.#state.list.items().slice(this.#state.cutoff);
    this.#shown = this.#shown.slice(0, this.#same(view));
    return this.#append(view.slice(this.#shown.length));
  }

  #append(items: readonly Item[]): Entry[] {
    return items.map((item) => {
      const entry = this.#message(item);
      this.#shown.push({ item, entry: entry.id });
      return entry;
    });
  }

  /** How many of the messages are as they were shown. */
  #same(view: readonly Item[]): number {
    let n = 0;
    for (const { item } of this.#shown) {
      const now = view[n];
      if (now === undefined) break;
      if (now !== item && printed(now.message) !== printed(item.message)) break;
      n++;
    }
    return n;
  }

  /** A summary takes the place of the messages before the cutoff; those after it stay as they are. */
  #summary(value: Json, time: string | null): Entry[] {
    const said = saidOf(member(value, "summary_message") ?? null);
    const cutoff = number(member(value, "cutoff_index")) ?? -1;
    // The CLI discards a summary that counts more messages than there are, and sends all of them.
    if (said === null || cutoff < 0 || cutoff > this.#state.list.length) return this.#unsummed();
    const summary = readContent(said.fields.content).map(wordsOf).join("\n\n");
    const place = { id: this.#id(), parentId: this.#tip(), time };
    const event: Entry = { kind: "event", ...place, event: "compaction", summary };
    this.#state = { ...this.#state, cutoff, base: event.id };
    this.#shown = [];
    return [event, ...this.#show()];
  }

  /** No summary any more: the messages that it stood for are sent again. */
  #unsummed(): Entry[] {
    const isNone = this.#state.base === null;
    this.#state = { ...this.#state, cutoff: 0, base: null };
    if (!isNone) this.#shown = [];
    const entries = isNone ? [] : this.#show();
    return entries.length > 0 ? entries : [this.#aside({ event: "opaque", type: SUMMARY })];
  }

  #tip(): string | null {
    return this.#shown.at(-1)?.entry ?? this.#state.base;
  }

  #message({ message, time }: Item): Message {
    const said = saidOf(message);
    const place = { id: this.#id(), parentId: this.#tip(), time };
    const say = (role: Message["role"], parts: Part[], more: Partial<Message> = {}): Message => ({
      kind: "message",
      ...place,
      role,
      parts,
      ...more,
    });
    if (said === null) return say("user", readContent(message), { told: true });
    const { fields } = said;
    switch (classOf(said)) {
      case "HumanMessage":
        return say("user", readContent(fields.content), toldBy(fields));
      case "AIMessage":
        return say("assistant", this.#answer(fields), aboutAnswer(fields));
      case "ToolMessage":
        return say("tool", [this.#result(fields)]);
      case "SystemMessage":
        return say("system", readContent(fields.content), { scaffold: true });
      default:
        return say("user", readUnknown(said), { told: true });
    }
  }

  #answer(fields: JsonObject): Part[] {
    const parts = readAnswer(fields);
    for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
    return parts;
  }

  #result(fields: JsonObject): Part {
    const callId = string(fields.tool_call_id) ?? "";
    const use = this.#calls.get(callId)?.use ?? null;
    this.#calls.answer(callId);
    const content = readContent(fields.content);
    const isError = fields.status === "error";
    return parseResult(use, { kind: "tool-result", callId, isError, content });
  }

  #aside(body: EventBody, time: string | null = null): Entry {
    return { kind: "event", id: this.#id(), parentId: null, time, ...body };
  }

  #id(): string {
    const n = this.#n++;
    return n === 0 ? `#${this.#at}` : `#${this.#at}.${n}`;
  }
}

/** A summary is one text. */
function wordsOf(part: ReturnType<typeof readContent>[number]): string {
  if (part.kind === "text") return part.text;
  return part.kind === "image" ? imageText(part) : (textOfPart(part) ?? "");
}

/** A message of a kind that nobody knows: its content, if that is where such messages have it. */
function readUnknown({ name, fields }: Said): Part[] {
  if (!("content" in fields)) return [otherPart(name, fields)];
  const calls = [...array(fields.tool_calls), ...array(fields.invalid_tool_calls)];
  return [...readContent(fields.content), ...calls.map((call) => otherPart("tool_call", call))];
}

/** Pieces of a streamed message have classes of their own. */
function classOf({ name }: Said): string {
  return name.replace(/Chunk$/, "");
}

/** The CLI's own words in the user's role name what put them there. */
function toldBy(fields: JsonObject): Partial<Message> {
  return string(member(fields.additional_kwargs, "lc_source")) === undefined ? {} : { told: true };
}

const STOPS: { readonly [reason: string]: Message["stop"] } = {
  end_turn: "end",
  stop: "end",
  STOP: "end",
  completed: "end",
  tool_use: "tool",
  tool_calls: "tool",
  max_tokens: "length",
  length: "length",
  MAX_TOKENS: "length",
};

function aboutAnswer(fields: JsonObject): Partial<Message> {
  const about = fields.response_metadata;
  const model = string(member(about, "model_name"));
  const reason = string(member(about, "stop_reason")) ?? string(member(about, "finish_reason"));
  const stop = STOPS[reason ?? string(member(about, "status")) ?? ""];
  const usage = usageOf(fields);
  return {
    ...(model === undefined ? {} : { model }),
    ...(stop === undefined ? {} : { stop }),
    ...(usage === undefined ? {} : { usage }),
  };
}
