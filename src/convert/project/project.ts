/**
 * Projects one agent's entries to what another agent's model can be sent: only the live
 * conversation, in well-formed turns. A message is held back until its tool results have arrived,
 * so that every call is followed by its result, whatever the order in the source.
 */
import type { Agent } from "../../agents/types.ts";
import type { Tools } from "../../session/codec.ts";
import type { Relocation } from "../../session/relocate.ts";
import type { Visibility } from "../../session/survey.ts";
import { NO_RESULT } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  Message,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import type { LossCode, LossReport } from "../report/losses.ts";
import { leftOut } from "./arguments.ts";
import { asideCode, unsentCode } from "./aside.ts";
import { adapted, CallIds, textLength } from "./calls.ts";
import { type Counts, NO_COUNTS } from "./counts.ts";
import { UNREAD } from "./demote.ts";
import { lineEnds } from "./line-ends.ts";
import { Parts, type Taking } from "./parts.ts";
import { readable } from "./readable.ts";
import { CallTexts } from "./untooled.ts";

/**
 * How another vendor's model is sent reasoning that it cannot take as such: as `text`, or not at
 * all.
 */
export type ReasoningFate = "text" | "omit";

/** What is ready to be written: the message held back until now, and the current entry. */
export interface Ready {
  before: Entry[];
  now: Entry[];
}

const NOTHING: Ready = { before: [], now: [] };

/** The most that is held back while a result is missing. */
const MOST_HELD = 32;

interface Held {
  entry: Message;
  line: number;
}

interface Open {
  message: Message;
  /** Source call id → the call as it will be written, and its source line. */
  calls: Map<string, { call: ToolCallPart; line: number }>;
  /** Results by source call id. */
  results: Map<string, { entry: Message; part: ToolResultPart }>;
}

export class Projector {
  readonly #tools: Tools;
  readonly #losses: LossReport;
  readonly #inline: boolean;
  readonly #own: boolean;
  readonly #wellFormedOnly: boolean;
  readonly #lineEnds: (entry: Entry) => void;
  readonly #relocation: Relocation | null;
  readonly #ids = new CallIds();
  /** For a target whose model has no tools. */
  readonly #texts: CallTexts | null;
  #open: Open | undefined;
  /**
   * What arrived while a call of the open message had no result yet: it is sent after the results.
   */
  #held: Held[] = [];
  /** The source line; none for what is written before the first one. */
  #line = -1;
  readonly #parts: Parts;
  readonly counts: Counts = { ...NO_COUNTS };

  /**
   * `inline`: write compactions where they occur, not before everything else. `own`: the entries
   * are the target's own, so tools stay as they are, and reasoning if possible. `relocation`: to
   * the folder where the session continues.
   */
  constructor(
    target: Taking & Pick<Agent, "tools">,
    losses: LossReport,
    options: {
      inline: boolean;
      own?: boolean;
      relocation?: Relocation | null;
      reasoning?: ReasoningFate;
    },
  ) {
    this.#tools = target.tools;
    this.#losses = losses;
    this.#inline = options.inline;
    this.#own = options.own ?? false;
    this.#wellFormedOnly = target.wellFormedOnly ?? false;
    const ends = this.#own ? undefined : target.lineEnds;
    this.#lineEnds = lineEnds(ends, (count) => this.#lose("line-end-changed", count));
    this.#relocation = options.relocation ?? null;
    const how = { own: this.#own, omitsReasoning: options.reasoning === "omit" };
    this.#parts = new Parts(target, how, this.counts, (code) => this.#lose(code));
    const hasTools = this.#own || target.takesTools !== false;
    this.#texts = hasTools ? null : new CallTexts(this.#parts, (code) => this.#lose(code));
  }

  /** Is a message held back until its results arrive? */
  get pending(): boolean {
    return this.#open !== undefined;
  }

  /** Is anything held back that arrived before a call's result? */
  get holding(): boolean {
    return this.#held.length > 0;
  }

  /** The tokens that were sent: an estimate at four characters each, without images. */
  get tokens(): number {
    return Math.ceil(this.#parts.chars / 4);
  }

  /** Takes the next entry, from source line `line`. */
  push(entry: Entry, visibility: Visibility, line: number): Ready {
    this.#line = line;
    if (visibility !== "live") {
      if (visibility === "compacted") this.#compactedCalls(entry);
      return this.#aside(asideCode(entry, visibility));
    }
    const sent = this.#readable(entry);
    if (sent.kind === "message") this.#lineEnds(sent);
    return sent.kind === "event" ? this.#event(sent) : this.#message(sent);
  }

  #readable(entry: Entry): Entry {
    if (!this.#wellFormedOnly) return entry;
    return readable(entry, (count) => this.#lose("text-repaired", count));
  }

  /** What the model sees in place of the messages before a compaction. */
  compaction(compacted: Entry & EventBody & { event: "compaction" }): Entry[] {
    const entry = this.#readable(compacted);
    this.#lineEnds(entry);
    if (entry.kind !== "event" || entry.event !== "compaction") return [];
    const { kept: all = [], keepFrom: _, ...rest } = entry;
    const kept = all.filter(({ scaffold }) => !scaffold);
    if (kept.length < all.length) this.#lose("scaffold-carried", all.length - kept.length);
    const isBlank = entry.summary.trim() === "";
    // If a compaction is written as such, its summary must not be empty.
    const plain = isBlank && this.#inline && !this.#own ? { ...rest, summary: NO_SUMMARY } : rest;
    if (kept.length === 0) return [plain];
    // And what it keeps must be repeated after it.
    if (this.#inline) return [plain, ...kept.flatMap((message) => this.#user(message))];
    // Its own order: the kept messages, then the summary.
    if (isBlank) return kept.flatMap((message) => this.#user(message));
    this.#lose("compaction-as-text");
    const summary: Message = {
      kind: "message",
      id: entry.id,
      parentId: null,
      time: entry.time,
      role: "user",
      parts: [{ kind: "text", text: entry.summary }],
    };
    return [...kept, summary].flatMap((message) => this.#user(message));
  }

  /** The replacement for the entries that are `replaced`. */
  handoff(text: string, time: string | null): Entry[] {
    const place = { kind: "message", id: "handoff", parentId: null, time } as const;
    return this.#user({ ...place, role: "user", parts: [{ kind: "text", text }] });
  }

  /** Ends what is held back. Calls without a result get one that says so. */
  flush(): Entry[] {
    const out = this.#close();
    while (this.#held.length > 0) out.push(...this.#release(), ...this.#close());
    return out;
  }

  #close(): Entry[] {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return [];
    const out: Entry[] = [];
    if (open.message.parts.length > 0) {
      this.counts.messages++;
      out.push(open.message);
    }
    for (const [id, { call, line }] of open.calls) {
      if (!open.results.has(id)) this.#losses.add("result-missing", line);
      out.push(this.#answer(open, id, call));
    }
    return out;
  }

  #answer(open: Open, id: string, call: ToolCallPart): Message {
    const found = open.results.get(id);
    this.counts.toolResults++;
    const part: ToolResultPart = found
      ? { ...found.part, callId: call.callId }
      : {
          kind: "tool-result",
          callId: call.callId,
          isError: true,
          content: [{ kind: "text", text: NO_RESULT }],
        };
    const from = found?.entry ?? open.message;
    return {
      kind: "message",
      id: `${from.id}/${call.callId}`,
      parentId: from.parentId,
      time: from.time,
      role: "tool",
      parts: [part],
    };
  }

  #compactedCalls(entry: Entry): void {
    if (entry.kind !== "message") return;
    for (const part of entry.parts) if (part.kind === "tool-call") this.#lose("compacted-calls");
  }

  #event(entry: Extract<Entry, { kind: "event" }>): Ready {
    switch (entry.event) {
      // The contents of these are written before everything else, from the survey.
      case "start":
      case "title":
        return NOTHING;
      case "compaction":
        return this.#inline ? { before: this.flush(), now: this.compaction(entry) } : NOTHING;
      case "model":
      case "mode":
        return this.#aside("settings-carried");
      case "limit":
      case "error":
        return this.#aside("limit-carried");
      case "unread":
        return this.#aside(UNREAD[entry.reason]);
      default:
        return this.#aside("event-carried");
    }
  }

  #aside(code: LossCode | null): Ready {
    this.#lose(code);
    return NOTHING;
  }

  #message(entry: Message): Ready {
    const unsent = unsentCode(entry);
    if (unsent) return this.#aside(unsent);
    if (entry.role === "tool") return this.#results(entry);
    if (this.#awaits && !this.#joins(entry)) return this.#hold(entry);
    if (entry.role === "assistant") return this.#assistant(entry);
    return { before: this.flush(), now: this.#user(entry) };
  }

  /** Does a call of the open message still lack its result? */
  get #awaits(): boolean {
    const open = this.#open;
    return open !== undefined && open.results.size < open.calls.size;
  }

  /**
   * The user may have sent a message, or an answer may have continued, before the result arrived;
   * APIs require the result right after the call. An interrupted call has none, so what follows it
   * is not held back forever.
   */
  #hold(entry: Message): Ready {
    this.#held.push({ entry, line: this.#line });
    if (this.#held.length <= MOST_HELD) return NOTHING;
    return { before: [...this.#close(), ...this.#release()], now: [] };
  }

  /** Takes what was held back again, in order. */
  #release(): Entry[] {
    const held = this.#held;
    const line = this.#line;
    this.#held = [];
    const out: Entry[] = [];
    for (const one of held) {
      this.#line = one.line;
      const { before, now } = this.#message(one.entry);
      out.push(...before, ...now);
    }
    this.#line = line;
    return out;
  }

  #user(entry: Message): Entry[] {
    const parts = entry.parts.flatMap((part) => this.#parts.message(part, true));
    if (parts.length === 0) {
      if (!entry.parts.some(({ kind }) => kind === "unread")) this.#lose("blank-carried");
      return [];
    }
    this.counts.messages++;
    return [{ ...entry, parts }];
  }

  #assistant(entry: Message): Ready {
    const before = this.#joins(entry) ? [] : this.flush();
    // Another vendor's counts would mislead the target's own accounting of its context.
    const { usage: _, ...rest } = entry;
    this.#open ??= {
      message: { ...rest, parts: [] },
      calls: new Map(),
      results: new Map(),
    };
    const open = this.#open;
    const { message } = open;
    for (const part of entry.parts) {
      if (part.kind !== "tool-call") message.parts.push(...this.#parts.message(part, false));
      else if (this.#texts) message.parts.push(this.#texts.call(this.#relocated(part)));
      else this.#call(part, open);
    }
    if (entry.stop) message.stop = entry.stop;
    return { before, now: [] };
  }

  #joins(entry: Message): boolean {
    const open = this.#open;
    return open !== undefined && entry.group !== undefined && open.message.group === entry.group;
  }

  #call(part: ToolCallPart, { message, calls }: Open): void {
    const mapped = this.#translate(this.#relocated(part));
    this.counts.toolCalls++;
    this.#parts.chars += mapped.name.length + textLength(mapped.input);
    const call = { ...mapped, callId: this.#callId(part.callId) };
    message.parts.push(call);
    let key = part.callId;
    while (calls.has(key)) key += "'";
    calls.set(key, { call, line: this.#line });
  }

  #relocated(part: ToolCallPart): ToolCallPart {
    const relocation = this.#relocation;
    if (!relocation) return part;
    const use = part.use && relocation.use(part.use);
    const used = relocation.take();
    const input = relocation.json(part.input);
    // Usually the same paths twice.
    const count = Math.max(used, relocation.take());
    if (count > 0) this.#losses.add("path-relocated", this.#line, count);
    return count > 0 ? { ...part, use, input } : part;
  }

  #translate(part: ToolCallPart): ToolCallPart {
    if (this.#own) return part;
    const native = part.use && this.#tools.toNative(part.use);
    if (!native) {
      this.#lose("tool-foreign");
      if (this.#tools.accepts(part)) return part;
      this.#lose("tool-adapted");
      return adapted(part);
    }
    // How a subagent is configured (its model, how much of the conversation it gets) differs by
    // vendor.
    if (!native.exact || part.use?.tool === "subagent") this.#lose("tool-reworded");
    this.#lose("argument-carried", leftOut(part.input, native.input, part.use));
    const call = { ...part, name: native.name, input: native.input };
    // Names of MCP servers and tools are chosen by third parties.
    if (this.#tools.accepts(call)) return call;
    this.#lose("tool-adapted");
    return adapted(call);
  }

  #callId(id: string): string {
    const valid = this.#ids.valid(id);
    if (valid !== id) this.#lose("call-id-changed");
    return valid;
  }

  #results(entry: Message): Ready {
    if (this.#texts) {
      const said = this.#texts.results(entry);
      if (said.parts.length === 0) return NOTHING;
      this.counts.messages++;
      return { before: this.flush(), now: [said] };
    }
    for (const part of entry.parts) {
      if (part.kind !== "tool-result") {
        this.#lose("result-orphan");
        continue;
      }
      const key = this.#unanswered(part.callId);
      if (key !== undefined && this.#open) {
        const content = this.#parts.result(part);
        this.#open.results.set(key, { entry, part: { ...part, content } });
      } else if (this.#held.length > 0) {
        this.#held.push({ entry: { ...entry, parts: [part] }, line: this.#line });
      } else this.#lose("result-orphan");
    }
    if (this.#held.length === 0 || this.#awaits) return NOTHING;
    return { before: [...this.#close(), ...this.#release()], now: [] };
  }

  /** Among calls that share an id, the first that has no result yet. */
  #unanswered(callId: string): string | undefined {
    const { calls, results } = this.#open ?? {};
    let key = callId;
    while (results?.has(key)) key += "'";
    return calls?.has(key) ? key : undefined;
  }

  #lose(code: LossCode | null, count = 1): void {
    if (code && count > 0) this.#losses.add(code, this.#line, count);
  }
}

/** Replaces what only the source's vendor could read. */
const NO_SUMMARY = "What was said before this is in an encrypted summary, which is not available.";
