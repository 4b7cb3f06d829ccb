/** Decodes lines of Pi's form. Facts and sources: README.md of src/agents/pi, openclaw and omp. */

import type { Beside, Reader } from "../../../session/codec.ts";
import { emptyHeader } from "../../../session/header.ts";
import { isObject, member, number, string } from "../../../session/json.ts";
import { isNested, saidIn } from "../../../session/other.ts";
import { notTyped } from "../../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolResultPart,
} from "../../../session/types.ts";
import { OpenCalls } from "../calls.ts";
import { readAnswer, readContent } from "./content.ts";
import type { Dialect } from "./dialect.ts";
import { failureOf } from "./limits.ts";
import { bashText, worded } from "./texts.ts";
import { readUsage } from "./usage.ts";

export function reader(dialect: Dialect, beside?: Beside): Reader {
  return new PiReader(dialect, beside);
}

/** The position of an entry in the tree. */
interface Place {
  id: string;
  parentId: string | null;
  time: string | null;
}

class PiReader implements Reader {
  readonly #calls = new OpenCalls();
  readonly #dialect: Dialect;
  readonly #beside: Beside | undefined;
  readonly #header: Header;
  /** Did a record before the header have the title, or an empty one? */
  #isTitled = false;
  /** Version 1 of the format has no ids: its entries follow each other. */
  #linear = false;
  /** The newest entry, which one without an id of its own follows. */
  #tail: string | null = null;
  /** Does a record have an id of its own? */
  #named = false;
  /** Results by the id of their entry, without their content, which may be replaced. */
  readonly #results = new Map<string, Omit<ToolResultPart, "content">>();

  constructor(dialect: Dialect, beside: Beside | undefined) {
    this.#dialect = dialect;
    this.#beside = beside;
    this.#header = emptyHeader(dialect.id);
  }

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    const before = this.#header.id === "" ? this.#dialect.own?.titleBefore(record) : undefined;
    if (before !== undefined) return [this.#titled(before, record, at)];
    const entries = this.#read(record, at);
    if (this.#dialect.own?.isAside(record)) return entries.map(aside);
    return this.#dialect.navigates ? entries.map((entry) => inPlace(entry, record)) : entries;
  }

  /** oh-my-pi's first line, which it rewrites in place. */
  #titled(title: string | null, record: Json, at: number): Entry {
    const time = string(member(record, "updatedAt")) ?? null;
    this.#isTitled = true;
    this.#header.title = title;
    const place = { id: `#${at}`, parentId: null, time };
    return event(
      place,
      title === null ? { event: "opaque", type: "title" } : { event: "title", title },
    );
  }

  #read(record: Json, at: number): Entry[] {
    const type = string(member(record, "type")) ?? "unknown";
    const place = this.#place(record, type, at);
    if (type === "session") return [this.#start(record, place)];
    this.#header.updatedAt = place.time ?? this.#header.updatedAt;
    if (type === "message") return this.#message(member(record, "message"), place);
    if (type === "custom_message") {
      return [told(place, this.#content(record))];
    }
    if (type === "branch_summary") return [this.#branch(record, place)];
    const replacement = member(record, "replacement");
    if (this.#dialect.edits && type === "context_edit" && isObject(replacement)) {
      return [this.#edit(string(member(record, "targetId")) ?? "", replacement, place)];
    }
    const sealed = this.#dialect.own?.sealed(record);
    const entry = event(place, this.#body(record, type, place.id));
    if (sealed === undefined) return [entry];
    return [entry, event({ ...place, id: `${place.id}#sealed`, parentId: place.id }, sealed)];
  }

  #content(value: Json | undefined): Part[] {
    return readContent(member(value, "content"), this.#beside);
  }

  #said(value: Json | undefined, content: Part[]): Part[] {
    return this.#dialect.said?.(value, content, this.#beside) ?? content;
  }

  #branch(value: Json | undefined, place: Place): Entry {
    const text = worded(saidIn(member(value, "summary")), this.#dialect.words.branch);
    return told(place, [{ kind: "text", text }]);
  }

  /** New content for an earlier message, from an extension. */
  #edit(target: string, replacement: JsonObject, place: Place): Entry {
    const result = this.#results.get(target);
    const { content } = replacement;
    const instead: Part[] = result
      ? [{ ...result, content: readContent(content, this.#beside) }]
      : readAnswer(content, this.#dialect, this.#beside);
    return event(place, { event: "hide", target, instead });
  }

  #place(record: Json, type: string, at: number): Place {
    const time = string(member(record, "timestamp")) ?? null;
    if (type === "session") return { id: `#${at}`, parentId: null, time };
    const id = string(member(record, "id"));
    if (id !== undefined && type === "leaf" && this.#dialect.navigates) {
      this.#named = true;
      this.#tail = id;
      // What follows it continues from the entry that it selects.
      return { id, parentId: string(member(record, "targetId")) ?? null, time };
    }
    if (id !== undefined) {
      const before = this.#named ? null : this.#unnamed();
      this.#named = true;
      this.#tail = id;
      return { id, parentId: string(member(record, "parentId")) ?? before, time };
    }
    const place = { id: `#${at}`, parentId: this.#tail, time };
    if (this.#linear) this.#tail = place.id;
    else if (type !== "message") place.parentId = null;
    // Among records with ids, nothing can follow it: it counts if it is the last message.
    else if (!this.#named) {
      place.parentId = this.#unnamed();
      this.#tail = place.id;
    }
    return place;
  }

  /**
   * The parent of a record that follows others without an id, as tools that clean transcripts leave
   * them: they are read in order, and the survey reports it.
   */
  #unnamed(): string | null {
    return this.#linear || this.#tail === null ? this.#tail : NOWHERE;
  }

  /** A second header in a file does not count: Pi uses the first. */
  #start(record: Json, place: Place): Entry {
    if (this.#header.id === "") {
      const version = number(member(record, "version")) ?? 1;
      const parent = string(member(record, "parentSession"));
      this.#linear = version < 2;
      if (!this.#isTitled && this.#dialect.own) {
        this.#header.title = string(member(record, "title")) || null;
      }
      Object.assign(this.#header, {
        id: string(member(record, "id")) ?? "",
        cwd: string(member(record, "cwd")) ?? null,
        model: string(member(record, "modelId")) ?? null,
        createdAt: place.time,
        updatedAt: place.time,
        parent: parent === undefined ? null : (this.#dialect.idInName(parent) ?? null),
      } satisfies Partial<Header>);
    }
    return event(place, { event: "start", header: this.header() });
  }

  #message(value: Json | undefined, place: Place): Entry[] {
    const role = string(member(value, "role")) ?? "unknown";
    switch (role) {
      case "user":
        return [message(place, "user", this.#said(value, this.#content(value)))];
      // Both names for what an extension says in the user's place.
      case "custom":
      case "hookMessage":
        return [told(place, this.#content(value))];
      case "assistant":
        return this.#answer(value, place);
      case "toolResult":
        return [message(place, "tool", [this.#result(value, place.id)])];
      case "bashExecution": {
        const images = readContent(member(value, "images"), this.#beside);
        const entry = told(place, [{ kind: "text", text: bashText(value) }, ...images]);
        // "!!": only for the user to see.
        return [
          member(value, "excludeFromContext") === true ? { ...entry, scaffold: true } : entry,
        ];
      }
      case "branchSummary":
        return [this.#branch(value, place)];
      case "compactionSummary": {
        const text = worded(saidIn(member(value, "summary")), this.#dialect.words.compaction);
        return [told(place, [{ kind: "text", text }])];
      }
      case "system":
        return [{ ...message(place, "system", systemParts(value)), scaffold: true }];
      default: {
        const parts = this.#dialect.own?.told(value, this.#beside);
        if (parts !== undefined) return [told(place, parts)];
        // Pi drops unknown roles.
        return [event(place, { event: "opaque", type: `message/${role}` })];
      }
    }
  }

  #answer(value: Json | undefined, place: Place): Entry[] {
    const model = string(member(value, "model"));
    const usage = readUsage(member(value, "usage"));
    const stop = STOPS[string(member(value, "stopReason")) ?? ""];
    const parts = readAnswer(member(value, "content"), this.#dialect, this.#beside);
    for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
    this.#header.model = model ?? this.#header.model;
    const answer = message(place, "assistant", parts);
    if (model !== undefined) answer.model = model;
    if (usage) answer.usage = usage;
    if (stop) answer.stop = stop;
    const failure = stop === "error" ? failureOf(value, place.time) : null;
    if (failure === null) return [answer];
    const aside = { id: `${place.id}#limit`, parentId: place.id, time: place.time };
    return [answer, event(aside, failure)];
  }

  #result(value: Json | undefined, id: string): ToolResultPart {
    const callId = string(member(value, "toolCallId")) ?? "";
    const result: ToolResultPart = {
      kind: "tool-result",
      callId,
      isError: member(value, "isError") === true,
      content: readContent(member(value, "content"), this.#beside),
    };
    const use = this.#calls.get(callId)?.use ?? null;
    this.#calls.answer(callId);
    const { content: _, ...rest } = result;
    this.#results.set(id, rest);
    return this.#dialect.tools.parseResult(use, result);
  }

  #body(record: Json, type: string, id: string): EventBody {
    const own = this.#dialect.own?.read(record);
    if (own?.event === "title") this.#header.title = own.title === "" ? null : own.title;
    if (own?.event === "model") this.#header.model = own.model;
    if (own !== undefined) return own;
    const text = (key: string) => string(member(record, key));
    switch (type) {
      case "compaction":
        return compaction(record, id, this.#dialect.own?.summary(record));
      // All before it, but what it keeps, is history: a compaction that sums up nothing.
      case "reset":
        return this.#dialect.navigates ? compaction(record, id) : { event: "opaque", type };
      case "model_change": {
        const model = text("modelId") ?? "unknown";
        const provider = text("provider");
        this.#header.model = model;
        return { event: "model", model, ...(provider === undefined ? {} : { provider }) };
      }
      case "thinking_level_change":
        return { event: "mode", mode: "thinking", value: text("thinkingLevel") ?? "" };
      case "session_info": {
        const title = (text("name") ?? "").trim();
        this.#header.title = title === "" ? null : title;
        return { event: "title", title };
      }
      case "label":
        return { event: "label", target: text("targetId") ?? "", label: text("label") ?? null };
      case "context_edit":
        return this.#dialect.edits && member(record, "replacement") === null
          ? { event: "hide", target: text("targetId") ?? "" }
          : { event: "opaque", type };
      case "custom":
        return text("customType") === "segue-carry"
          ? carry(member(record, "data"))
          : { event: "opaque", type: `custom/${text("customType") ?? ""}` };
      default:
        return { event: "opaque", type };
    }
  }
}

/** An entry that stands beside the conversation, or that its model is not sent. */
function inPlace(entry: Entry, record: Json): Entry {
  const isAside = member(record, "appendMode") === "side";
  if (entry.kind === "event") return isAside ? { ...entry, parentId: null } : entry;
  const details = member(record, "details");
  const isLeftOut =
    member(member(record, "message"), "excludeFromContext") === true ||
    member(details, "runtimeContextCarrier") === true;
  return {
    ...entry,
    ...(isLeftOut ? { scaffold: true } : {}),
    ...(isAside ? { sidechain: "side" } : {}),
  };
}

/** A message for the screen only, or a reminder of the CLI's. */
function aside(entry: Entry): Entry {
  return entry.kind === "event" ? entry : { ...entry, scaffold: true };
}

/** No record has this id. */
const NOWHERE = "";

const STOPS: { [reason: string]: NonNullable<Message["stop"]> } = {
  stop: "end",
  toolUse: "tool",
  length: "length",
  error: "error",
  aborted: "aborted",
};

function message(place: Place, role: Message["role"], parts: Part[]): Message {
  return { kind: "message", ...place, role, parts };
}

/** In the user's place, but not typed by the user. */
function told(place: Place, parts: Part[]): Message {
  return message(place, "user", notTyped(parts));
}

function event(place: Place, body: EventBody): Entry {
  return { kind: "event", ...place, ...body };
}

/** The prompt consists of named sections since 0.86, with empty `content`. */
function systemParts(value: Json | undefined): Part[] {
  const sections = member(value, "sections");
  const all = isNested(sections) ? Object.values(sections) : [sections];
  const texts = all.map(saidIn).filter((text) => text !== "");
  const said = readContent(member(value, "content"));
  return texts.length === 0 ? said : [...said, { kind: "text", text: texts.join("\n\n") }];
}

/** A compaction that names itself as the first entry it keeps, keeps none. */
function compaction(record: Json, id: string, summary?: string): EventBody {
  // Version 1 counts records, as its entries have no ids.
  const index = number(member(record, "firstKeptEntryIndex"));
  const keepFrom =
    string(member(record, "firstKeptEntryId")) ?? (index === undefined ? undefined : `#${index}`);
  const tokens = number(member(record, "tokensBefore"));
  return {
    event: "compaction",
    summary: summary ?? saidIn(member(record, "summary")),
    ...(keepFrom === undefined || keepFrom === id ? {} : { keepFrom }),
    ...(tokens === undefined ? {} : { tokens }),
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

const ENTRY_TYPES = new Set([
  "message",
  "model_change",
  "thinking_level_change",
  "session_info",
  "label",
  "compaction",
  "branch_summary",
  "context_edit",
  "custom",
  "custom_message",
  "usage",
]);

/** Does a record look like a line of this form, whosever it is? */
export function recognises(record: Json): boolean {
  if (!isObject(record) || typeof record.timestamp !== "string") return false;
  if (record.type === "session") return typeof record.id === "string";
  if (typeof record.type !== "string" || !ENTRY_TYPES.has(record.type)) return false;
  // Droid's lines are of this form, too, but for the time that a message of Pi's has of its own.
  if (record.type === "message" && member(record.message, "timestamp") === undefined) return false;
  if (typeof record.id === "string" && Object.hasOwn(record, "parentId")) return true;
  return record.type === "message" && typeof member(record.message, "role") === "string";
}
