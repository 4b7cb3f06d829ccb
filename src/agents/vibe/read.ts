/** Decodes the records of Mistral Vibe's sessions. Facts and sources: README.md in this folder. */
import type { Beside, Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, isObject, listOf, member, number, string } from "../../session/json.ts";
import { notTyped } from "../../session/text.ts";
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
import { ChatCalls } from "../shared/chat.ts";
import { boundaryIn, isOpening, type Restated, summaryIn } from "./compaction.ts";
import {
  readAnswer,
  readAttached,
  readCall,
  readContent,
  readParts,
  readReasoning,
} from "./content.ts";
import { readActed, readShown } from "./journal.ts";
import { readOutcome } from "./limits.ts";
import { unwrap } from "./records.ts";
import type { Spoken } from "./spoken.ts";
import { parseResult } from "./tools.ts";

export function reader(beside?: Beside): Reader {
  return new VibeReader(beside);
}

const NOTICE = "Runtime notification:\n";

type Marks = Partial<Pick<Message, "scaffold" | "told" | "stop">>;

class VibeReader implements Reader {
  readonly #header: Header = emptyHeader("vibe");
  readonly #calls = new ChatCalls({ readCall, parseResult });
  readonly #beside: Beside | undefined;
  #at = 0;
  #count = 0;
  #tail: string | null = null;
  #time: string | null = null;
  #hasPast = false;
  /** After a compaction: the user's messages that the model still sees, until the summary. */
  #kept: Message[] | null = null;

  constructor(beside: Beside | undefined) {
    this.#beside = beside;
  }

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#count = 0;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "session":
        return [this.#start(stored.session)];
      case "message":
        return this.#message(stored.message, false);
      case "item":
        return this.#message(stored.message, true, isInjected(stored));
      case "shown":
        return this.#shown(stored.entry);
      case "journal":
        return this.#journal(stored.type, stored.payload);
      case "turn": {
        const body = readOutcome(stored.turn, this.#time);
        return [this.#aside(body ?? { event: "opaque", type: "turn" })];
      }
      case "notice":
        return [this.#notice(stored.notice)];
      case "carry":
        return [this.#aside(carryIn(stored.carry))];
      case "line":
        if (stored.message !== null) return this.#message(stored.message, false);
        return [this.#aside({ event: "opaque", type: "line" })];
      case "other":
        return [this.#aside({ event: "opaque", type: "unknown" })];
    }
  }

  #start(session: JsonObject): Entry {
    const header = this.#header;
    const text = (value: Json | undefined) => string(value) || null;
    header.id ||= string(session.session_id) ?? "";
    header.cwd = text(member(session.environment, "working_directory")) ?? header.cwd;
    header.title = text(session.title) ?? header.title;
    header.gitBranch = text(session.git_branch);
    header.gitCommit = text(session.git_commit);
    header.parent = text(session.parent_session_id);
    header.createdAt = isoTime(text(session.start_time)) ?? header.createdAt;
    this.#time = header.createdAt;
    return this.#aside({ event: "start", header: this.header() });
  }

  #message(message: JsonObject, isItem: boolean, injected = message.injected === true): Entry[] {
    switch (message.role) {
      case "user":
        return this.#user(message, injected, isItem);
      case "assistant":
        return [this.#answer(message)];
      case "tool":
        return [this.#place("tool", [this.#result(message), ...this.#rest(message)])];
      case "system": {
        const parts = [...readContent(message.content), ...this.#rest(message)];
        return [this.#place("system", parts, { scaffold: true })];
      }
      default:
        return [
          this.#place("assistant", [...readContent(message.content), ...this.#rest(message)]),
        ];
    }
  }

  #user(message: JsonObject, injected: boolean, isItem: boolean): Entry[] {
    const { content } = message;
    const boundary = boundaryIn(message, this.#tail === null);
    if (boundary !== null) return this.#boundary(boundary, this.#rest(message));
    // Nothing else of 3.x's marks it, and a user may quote these words.
    if (isItem && injected && isOpening(content)) {
      this.#kept = [];
      return [this.#aside({ event: "opaque", type: "compaction" })];
    }
    const summary = isItem && injected ? summaryIn(content) : null;
    if (summary !== null) return this.#compaction(summary);
    const own = [...readContent(content), ...this.#rest(message)];
    const parts = injected ? notTyped(own) : own;
    const entry = this.#place("user", parts, injected ? { told: true } : {});
    this.#kept?.push(entry);
    return [entry];
  }

  /** What the model is sent of the conversation so far: some of the user's messages, and a summary. */
  #compaction(summary: string): Entry[] {
    const kept = this.#kept ?? [];
    this.#kept = null;
    const [first] = kept;
    if (first === undefined) return [this.#event({ event: "compaction", summary })];
    if (!this.#hasPast) {
      return [this.#event({ event: "compaction", summary, keepFrom: first.id })];
    }
    // They stand in the conversation before it as well.
    const hidden = kept.map(({ id }) => this.#aside({ event: "hide", target: id }));
    const again = kept.map((one) => ({ ...one, id: `${one.id}k`, parentId: null }));
    return [...hidden, this.#event({ event: "compaction", summary, kept: again })];
  }

  /** 2.x has all of it in one message. */
  #boundary({ kept, summary }: Restated, rest: Part[]): Entry[] {
    const again = kept.map((text, n): Message => {
      const place = { id: `${this.#id()}k${n}`, parentId: null, time: this.#time };
      return { kind: "message", ...place, role: "user", parts: [{ kind: "text", text }] };
    });
    const own = again.length === 0 ? {} : { kept: again };
    const compaction = this.#event({ event: "compaction", summary, ...own });
    return rest.length === 0 ? [compaction] : [compaction, this.#place("user", rest)];
  }

  #answer(message: JsonObject): Message {
    const calls = this.#calls.in(message);
    const parts = Array.isArray(message.content)
      ? readParts(message.content)
      : readAnswer(message.content);
    const thoughts = readReasoning(message);
    const own = [...thoughts, ...parts, ...readAttached(message, this.#beside), ...calls];
    for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
    const isCall = own.some(({ kind }) => kind === "tool-call");
    return this.#place("assistant", own, { stop: isCall ? "tool" : "end" });
  }

  /** What a message holds besides its content. */
  #rest(message: JsonObject): Part[] {
    return [
      ...readReasoning(message),
      ...readAttached(message, this.#beside),
      ...this.#calls.in(message),
    ];
  }

  #result(message: JsonObject): ToolResultPart {
    const isError = message.outcome === "failure";
    return this.#calls.result(message, readContent(message.content), isError);
  }

  /** Of the time before a compaction. */
  #shown(entry: JsonObject): Entry[] {
    const spoken = readShown(entry);
    if (spoken.length === 0) return [this.#aside({ event: "opaque", type: "shown" })];
    this.#hasPast = true;
    return spoken.map((one) => this.#spoken(one));
  }

  /** The CLI sends it with the next turn, in these words. */
  #notice(notice: JsonObject): Message {
    const own = member(notice, "notification") ?? notice;
    const { content, id, source, level, message, ...more } = isObject(own) ? own : {};
    const from = isObject(source) ? { type: source.type, ...source } : source;
    const what = JSON.stringify({ id, source: from, level, message, ...more });
    const said = [`${NOTICE}${what}`, ...listOf(content)];
    return this.#place("user", notTyped(readContent(said)), { told: true });
  }

  #journal(type: string, payload: JsonObject): Entry[] {
    const spoken = type === "projection_delta" ? array(payload.delta).flatMap(prompted) : [];
    const acted = type === "action_result" ? readActed(payload.result) : [];
    const all = [...spoken, ...acted].map((one) => this.#spoken(one));
    return all.length > 0 ? all : [this.#aside({ event: "opaque", type: `journal/${type}` })];
  }

  #spoken({ role, parts, at }: Spoken): Message {
    const time = at === undefined ? null : isoTime(at);
    if (time !== null) {
      this.#time = time;
      this.#header.updatedAt = time;
    }
    for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
    const told = parts.map((part) => (part.kind === "tool-result" ? this.#calls.read(part) : part));
    return this.#place(role, told);
  }

  #place(role: Message["role"], parts: Part[], more: Marks = {}): Message {
    const id = this.#id();
    const place = { id, parentId: this.#tail, time: this.#time };
    this.#tail = id;
    return { kind: "message", ...place, role, parts, ...more };
  }

  #event(body: EventBody): Entry {
    const id = this.#id();
    const place = { id, parentId: this.#tail, time: this.#time };
    this.#tail = id;
    return { kind: "event", ...place, ...body };
  }

  /** An event beside the conversation. */
  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#id(), parentId: null, time: this.#time, ...body };
  }

  #id(): string {
    const n = this.#count++;
    return n === 0 ? `#${this.#at}` : `#${this.#at}.${n}`;
  }
}

function isInjected({ message, item }: { message: JsonObject; item: JsonObject }): boolean {
  return item.source === "injection" || message.injected === true;
}

/** The journal shows the user's messages; what the model said is told by what was done. */
function prompted(op: Json): Spoken[] {
  const entry = member(op, "entry");
  const isNew = member(op, "op") === "append_entry" && member(entry, "role") === "user";
  return isNew ? readShown(entry ?? null) : [];
}

function carryIn(carry: JsonObject): EventBody {
  return {
    event: "carry",
    part: number(carry.part) ?? 0,
    parts: number(carry.parts) ?? 0,
    data: string(carry.data) ?? "",
  };
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

function isoTime(time: string | number | null): string | null {
  const ms = typeof time === "number" ? time : Date.parse(time ?? "");
  return ms >= 0 && ms <= LAST ? new Date(ms).toISOString() : null;
}
