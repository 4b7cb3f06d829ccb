/** Decodes Droid's JSONL lines. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { compact, isObject, member, number, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import { notTyped } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  Message,
  Part,
  ReasoningPart,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { blocksOf, readBlock, readResultContent } from "./content.ts";
import { OUTCOME, outcome, type Told } from "./limits.ts";
import { Order } from "./order.ts";
import { parseResult } from "./results.ts";

export function reader(): Reader {
  return new DroidReader();
}

/** The position of an entry in the tree. */
interface Place {
  id: string;
  parentId: string | null;
  time: string | null;
}

class DroidReader implements Reader {
  readonly #calls = new OpenCalls();
  readonly #header: Header = emptyHeader("droid");
  readonly #order = new Order();
  /** Messages that hold results: a compaction never keeps one as the first. */
  readonly #results = new Set<number>();
  /** The newest entry of the conversation. */
  #tail: string | null = null;
  /** What the CLI last said for the user's eyes only, in this turn. */
  #told: Told = { text: "", time: null };

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    const type = string(member(record, "type")) ?? "unknown";
    const time = string(member(record, "timestamp")) ?? null;
    const outside: Place = { id: `#${at}`, parentId: null, time };
    this.#header.createdAt ??= time;
    this.#header.updatedAt = time ?? this.#header.updatedAt;
    switch (type) {
      case "session_start":
        return [this.#start(record, outside)];
      case "message":
        return this.#message(record, outside);
      case "compaction_state":
        // The conversation so far as one text, for a model of another vendor: nothing is summed up.
        if (member(record, "summaryKind") === "provider_switch_serialization") {
          return [event(outside, { event: "opaque", type })];
        }
        return [this.#follow(this.#compaction(record, outside))];
      case OUTCOME:
        return [this.#outcome(record, outside)];
      case "segue_carry":
        return [event(outside, carry(record))];
      default:
        return [event(outside, { event: "opaque", type })];
    }
  }

  /** A second one in a file counts for nothing. */
  #start(record: Json, place: Place): Entry {
    if (this.#header.id !== "") return event(place, { event: "opaque", type: "session_start" });
    const text = (key: string) => string(member(record, key)) || null;
    Object.assign(this.#header, {
      id: text("id") ?? "",
      // The older of the two names, which the CLI itself looks for first.
      title: text("sessionTitle")?.trim() ? text("sessionTitle") : text("title"),
      cwd: text("cwd"),
      parent: text("callingSessionId") ?? text("parent"),
    } satisfies Partial<Header>);
    return event(place, { event: "start", header: this.header() });
  }

  #outcome(record: Json, place: Place): Entry {
    const told = this.#told;
    this.#told = { text: "", time: null };
    // It tells no time of its own.
    return event({ ...place, time: place.time ?? told.time }, outcome(record, told));
  }

  #message(record: Json, place: Place): Entry[] {
    const message = member(record, "message");
    const named = string(member(record, "id"));
    // Several messages may have one id; all of them are sent.
    const id = named === undefined || this.#order.has(named) ? place.id : named;
    const found = { ...place, id };
    const entries =
      member(message, "role") === "assistant"
        ? [this.#answer(message, found)]
        : this.#said(message, found);
    this.#order.add(id, entries[0]?.id);
    if (entries.some(({ role }) => role === "tool")) this.#results.add(this.#order.length - 1);
    const isHidden = member(message, "visibility") === "user_only";
    if (isHidden) this.#told = { text: entries.flatMap(textsOf).join("\n"), time: place.time };
    return entries.map((entry) => this.#follow(isHidden ? { ...entry, scaffold: true } : entry));
  }

  #follow<E extends Entry>(entry: E): E {
    const placed = { ...entry, parentId: this.#tail };
    this.#tail = entry.id;
    return placed;
  }

  /** A message of any role but the assistant's is sent as the user's. */
  #said(message: Json | undefined, place: Place): Message[] {
    const aside = isAside(place.id, message);
    const results: Part[] = [];
    const reminders: Part[] = [];
    const parts: Part[] = [];
    for (const block of blocksOf(member(message, "content"))) {
      const words = reminder(block);
      if (member(block, "type") === "tool_result") results.push(this.#result(block));
      else if (words === undefined) parts.push(readBlock(block));
      else if (aside || OF_THE_HARNESS.test(words)) reminders.push(readBlock(block));
      // A file that the user mentioned, a command of theirs, what a task in the background came to.
      else parts.push(...notTyped([readBlock(block)]));
    }
    const told = isTyped(message) ? {} : { told: true };
    return inTurn(place, [
      { name: "results", role: "tool", parts: results },
      { name: "context", role: "user", parts: reminders, scaffold: true },
      { name: "", role: "user", parts, ...told },
    ]);
  }

  #result(block: Json): ToolResultPart {
    const callId = string(member(block, "tool_use_id")) ?? "";
    const result: ToolResultPart = {
      kind: "tool-result",
      callId,
      isError: member(block, "is_error") === true,
      content: readResultContent(member(block, "content")),
    };
    const use = this.#calls.get(callId)?.use ?? null;
    this.#calls.answer(callId);
    return parseResult(use, result);
  }

  #answer(message: Json | undefined, place: Place): Message {
    const parts = blocksOf(member(message, "content")).map(readBlock);
    for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
    const model = string(member(message, "modelId"));
    const answer: Message = {
      kind: "message",
      ...place,
      role: "assistant",
      parts: [...olderReasoning(message, parts), ...parts],
    };
    if (model !== undefined) {
      answer.model = model;
      this.#header.model = model;
    }
    return answer;
  }

  #compaction(record: Json, place: Place): Entry {
    const keepFrom = this.#keptFrom(member(record, "anchorMessage"));
    const tokens = number(member(record, "summaryTokens"));
    const named = string(member(record, "id"));
    const id = named === undefined || this.#order.has(named) ? place.id : named;
    return event(
      { ...place, id },
      {
        event: "compaction",
        summary: saidIn(member(record, "summaryText")),
        ...(keepFrom === undefined ? {} : { keepFrom }),
        ...(tokens === undefined ? {} : { tokens }),
      },
    );
  }

  /** Of what came before, all after the anchor is kept; without one that is there, everything. */
  #keptFrom(anchor: Json | undefined): string | undefined {
    const id = string(member(anchor, "id"));
    const index = number(member(anchor, "index")) ?? -1;
    let at = (id === undefined ? index : this.#order.indexOf(id)) + 1;
    while (this.#results.has(at)) at++;
    return this.#order.at(at);
  }
}

interface Piece extends Pick<Message, "role" | "parts" | "scaffold" | "told"> {
  name: string;
}

/** Of a message's pieces those that are there; the last has the message's own id. */
function inTurn(place: Place, pieces: readonly Piece[]): Message[] {
  const there = pieces.filter(({ name, parts }) => parts.length > 0 || name === "");
  const last = there.length > 1 && there.at(-1)?.parts.length === 0 ? there.slice(0, -1) : there;
  return last.map(({ name, ...piece }, n) => {
    const id = n === last.length - 1 ? place.id : `${place.id}#${name}`;
    return { kind: "message", ...place, id, ...piece };
  });
}

const REMINDER = /^\s*<system-(?:reminder|notification)>\s*/;

/** What the harness tells of itself and of the machine, in a message that the user wrote. */
const OF_THE_HARNESS =
  /^(?:The tools listed below|Connector tools|Available (?:skills|subagents)|User system info|Current date: |IMPORTANT - Current date|# The commands below ran|TodoWrite has not|Attached image local file paths|The user opened the file)/;

/** The words of a block that the harness put there; undefined for any other. */
function reminder(block: Json): string | undefined {
  const text = member(block, "type") === "text" ? string(member(block, "text")) : undefined;
  return text !== undefined && REMINDER.test(text) ? text.replace(REMINDER, "") : undefined;
}

/** What a hook said, and what a task in the background came to, is in the user's place. */
function isTyped(message: Json | undefined): boolean {
  return (
    member(message, "hookEventName") === undefined && member(message, "visibility") !== "llm_only"
  );
}

/** Does a message hold nothing of the user's? */
function isAside(id: string, message: Json | undefined): boolean {
  return id.startsWith("context-") || member(message, "visibility") === "llm_only";
}

/** Older versions have the reasoning beside the content, and newer ones send it from there where no block has it. */
function olderReasoning(message: Json | undefined, parts: readonly Part[]): ReasoningPart[] {
  if (parts.some(({ kind }) => kind === "reasoning")) return [];
  const text =
    saidIn(member(message, "openaiReasoningSummary")) ||
    saidIn(member(message, "chatCompletionReasoningContent"));
  const seal = compact({ openaiEncryptedContent: member(message, "openaiEncryptedContent") });
  const isSealed = Object.keys(seal).length > 0;
  if (text === "" && !isSealed) return [];
  return [{ kind: "reasoning", text, ...(isSealed ? { seal } : {}) }];
}

function textsOf(entry: Message): string[] {
  return entry.parts.flatMap((part) => (part.kind === "text" ? [part.text] : []));
}

function event(place: Place, body: EventBody): Entry {
  return { kind: "event", ...place, ...body };
}

function carry(record: Json): EventBody {
  return {
    event: "carry",
    part: number(member(record, "part")) ?? 0,
    parts: number(member(record, "parts")) ?? 0,
    data: string(member(record, "data")) ?? "",
  };
}

/** Does a record look like a line of Droid's? */
export function recognises(record: Json): boolean {
  if (!isObject(record)) return false;
  switch (record.type) {
    case "session_start":
      return typeof record.id === "string" && typeof record.owner === "string";
    case "message":
      return isMessage(record.message) && !Object.hasOwn(record, "sessionId");
    case "compaction_state":
      return typeof record.summaryText === "string";
    case OUTCOME:
      return typeof record.turnId === "string";
    case "todo_state":
      return Object.hasOwn(record, "messageIndex");
    case "segue_carry":
      return typeof record.parts === "number";
    default:
      return false;
  }
}

/** As Anthropic's; Pi's messages have a time of their own, and roles for results. */
function isMessage(message: Json | undefined): boolean {
  const role = string(member(message, "role"));
  if (role !== "user" && role !== "assistant") return false;
  return member(message, "timestamp") === undefined && member(message, "content") !== undefined;
}
