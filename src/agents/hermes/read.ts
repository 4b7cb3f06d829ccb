/** Decodes the rows of Hermes's sessions. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, member, number, string } from "../../session/json.ts";
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
import {
  callIdOf,
  jsonOf,
  readAnswer,
  readCalls,
  readContent,
  readReasoning,
  readSaid,
} from "./content.ts";
import { carryIn, isMessage, isSession, loaded } from "./records.ts";
import { replacesAll, summaryIn } from "./summary.ts";
import { parseResult } from "./tools.ts";

export function reader(): Reader {
  return new HermesReader();
}

/** Answers that stand side by side: Hermes joins them, or sends the last alone. */
interface Run {
  ids: string[];
  /** Given before Hermes had the work checked: what follows takes its place. */
  isProvisional: boolean;
  /** Of OpenAI's Responses, which keep every answer. */
  isKept: boolean;
}

class HermesReader implements Reader {
  readonly #header: Header = emptyHeader("hermes");
  readonly #calls = new OpenCalls();
  /** The other ids that results may name calls by. */
  #aliases = new Map<string, string>();
  /** The newest entry that the model is sent. */
  #tip: string | null = null;
  /** The newest of all. */
  #last: string | null = null;
  /** The newest that a compaction archived. */
  #archived: string | null = null;
  #answers: Run | null = null;
  /**
   * After a compaction, messages that Hermes repeats before the summary; null otherwise. They may
   * be all that it has, where no summary comes.
   */
  #repeated: Message[] | null = null;
  /** A prompt of Hermes's own came before, whose answer is not sent either. */
  #reviewed = false;
  #at = 0;
  /** Entries of the record that is read. */
  #n = 0;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#n = 0;
    if (isSession(record)) return [this.#session(record)];
    const carry = carryIn(record);
    if (carry) return [this.#aside({ event: "carry", ...carry })];
    if (isMessage(record)) return this.#row(loaded(record));
    return [this.#aside({ event: "opaque", type: string(member(record, "role")) ?? "unknown" })];
  }

  #session(row: JsonObject): Entry {
    const header = this.#header;
    const isFirst = header.id === "";
    if (!isFirst) return this.#aside({ event: "opaque", type: "session" });
    header.id = string(row.id) ?? "";
    header.title = string(row.title) ?? null;
    header.cwd = string(row.cwd) ?? null;
    header.gitBranch = string(row.git_branch) ?? null;
    header.model = string(row.model) ?? null;
    header.parent = string(row.parent_session_id) ?? null;
    header.createdAt = isoTime(row.started_at);
    return this.#aside({ event: "start", header: this.header() });
  }

  #row(row: JsonObject): Entry[] {
    const time = isoTime(row.timestamp);
    this.#header.updatedAt = time ?? this.#header.updatedAt;
    if (row.active === 0) return this.#taken(row, time);
    const entries = this.#message(row, time);
    if (this.#repeated) this.#repeated.push(...entries.filter((one) => one.kind === "message"));
    const last = entries.findLast((entry) => entry.kind === "message" || entry.parentId !== null);
    this.#tip = last?.id ?? this.#tip;
    this.#last = this.#tip;
    return entries;
  }

  /** What was taken back, or summed up: it hangs where it stood, and is not sent. */
  #taken(row: JsonObject, time: string | null): Entry[] {
    const parts = this.#partsOf(row);
    if (row.compacted === 1 && this.#tip === null) this.#repeated = [];
    if (parts.length === 0) return [this.#aside({ event: "opaque", type: "message" }, time)];
    const message = this.#say(roleOf(row), parts, time, { parentId: this.#last });
    this.#last = message.id;
    if (row.compacted === 1) this.#archived = message.id;
    return [message, this.#hide(message.id)];
  }

  #message(row: JsonObject, time: string | null): Entry[] {
    const isFirst = this.#tip === null || this.#repeated !== null;
    const summary = isFirst || replacesAll(row) ? summaryIn(row) : null;
    if (summary !== null) return this.#compaction(summary, time);
    const isAnswer = row.role === "assistant";
    if (!isAnswer) this.#answers = null;
    const reviewed = this.#reviewed;
    this.#reviewed = isReview(row);
    if (this.#reviewed) return [this.#say("user", readSaid(row), time, { scaffold: true })];
    if (isAnswer) return this.#answer(row, time, reviewed);
    const role = roleOf(row);
    switch (row.role) {
      case "user":
      case "tool":
        return [this.#say(role, this.#partsOf(row), time, told(row))];
      case "system":
      case "developer":
        return [this.#say("system", this.#partsOf(row), time, { scaffold: true })];
      case "function":
        return [this.#say("user", this.#partsOf(row), time, { told: true })];
      default:
        return [this.#aside({ event: "unread", type: `message/${row.role}`, reason: "unsent" })];
    }
  }

  #answer(row: JsonObject, time: string | null, reviewed: boolean): Entry[] {
    const stop = STOPS[string(row.finish_reason) ?? ""];
    const answer = this.#say("assistant", this.#partsOf(row), time, stop ? { stop } : {});
    const after = isBreak(row) ? [this.#aside({ event: "interruption" }, time)] : [];
    if (reviewed) return [{ ...answer, scaffold: true }];
    const before = this.#answers;
    const run: Run = {
      ids: [answer.id],
      isProvisional: PROVISIONAL.has(string(row.finish_reason) ?? ""),
      isKept: isKept(row),
    };
    this.#answers = run;
    if (before === null || before.isKept || run.isKept) return [answer, ...after];
    if (before.isProvisional) return [answer, ...before.ids.map((id) => this.#hide(id))];
    this.#answers = { ...before, ids: [...before.ids, answer.id] };
    return [answer, ...after];
  }

  #partsOf(row: JsonObject): Part[] {
    if (row.role === "tool") return [this.#result(row)];
    if (row.role !== "assistant") return readSaid(row);
    const calls = readCalls(row.tool_calls);
    if (calls.length > 0) this.#note(row, calls);
    return [...readReasoning(row), ...readAnswer(row), ...calls];
  }

  #note(row: JsonObject, calls: readonly Part[]): void {
    this.#aliases = new Map();
    for (const call of array(jsonOf(row.tool_calls))) {
      const id = string(member(call, "id"));
      if (id !== undefined) this.#aliases.set(id, callIdOf(call));
    }
    for (const call of calls) if (call.kind === "tool-call") this.#calls.add(call);
  }

  #result(row: JsonObject): ToolResultPart {
    const named = string(row.tool_call_id) ?? "";
    const callId = this.#calls.get(named) ? named : (this.#aliases.get(named) ?? named);
    const call = this.#calls.get(callId);
    this.#calls.answer(callId);
    const content = readContent(row.content);
    return parseResult(call?.use ?? null, { kind: "tool-result", callId, isError: false, content });
  }

  /** Takes the place of all that came before; what was repeated before it follows it. */
  #compaction(summary: string, time: string | null): Entry[] {
    const place = { id: this.#id(), parentId: this.#archived ?? this.#last, time };
    const kept = this.#repeated ?? [];
    this.#repeated = null;
    this.#archived = null;
    const entries: Entry[] = [{ kind: "event", ...place, event: "compaction", summary }];
    for (const message of kept) {
      entries.push({ ...message, id: this.#id(), parentId: entries.at(-1)?.id ?? null });
    }
    return entries;
  }

  #say(
    role: Message["role"],
    parts: Part[],
    time: string | null,
    more: Partial<Message> = {},
  ): Message {
    return { kind: "message", id: this.#id(), parentId: this.#tip, time, role, parts, ...more };
  }

  #hide(target: string): Entry {
    return this.#aside({ event: "hide", target });
  }

  #aside(body: EventBody, time: string | null = null): Entry {
    return { kind: "event", id: this.#id(), parentId: null, time, ...body };
  }

  #id(): string {
    const n = this.#n++;
    return n === 0 ? `#${this.#at}` : `#${this.#at}.${n}`;
  }
}

/** Answers that Hermes wants to have checked first. */
const PROVISIONAL = new Set(["verification_required", "verify_hook_continue"]);

const STOPS: { readonly [reason: string]: Message["stop"] } = {
  stop: "end",
  tool_calls: "tool",
  length: "length",
};

/** What Hermes says for the model when the user stops it. */
function isBreak({ content, finish_reason }: JsonObject): boolean {
  const isUnfinished = finish_reason === undefined || finish_reason === null;
  return isUnfinished && /^Operation interrupted\b/.test(string(content) ?? "");
}

function isKept(row: JsonObject): boolean {
  const items = [row.codex_reasoning_items, row.codex_message_items];
  return items.some((item) => Boolean(item)) || row.finish_reason === "incomplete";
}

function roleOf({ role }: JsonObject): Message["role"] {
  return role === "assistant" || role === "tool" || role === "system" ? role : "user";
}

/** Hermes's own words in the user's role. */
function told(row: JsonObject): Partial<Message> {
  return row.display_kind === "hidden" || summaryIn(row) !== null ? { told: true } : {};
}

/** A prompt by which older versions had a session looked through, in the session itself: Hermes leaves it out. */
function isReview({ role, content }: JsonObject): boolean {
  if (role !== "user" && role !== "system") return false;
  const text = typeof content === "string" ? content.trimStart() : "";
  return /^Review the conversation above and (?:update the skill library|consider saving to memory)/.test(
    text,
  );
}

function isoTime(seconds: Json | undefined): string | null {
  const ms = (number(seconds) ?? Number.NaN) * 1000;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}
