/** Encodes entries as rows of Mastra Code's database. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, member, number, string } from "../../session/json.ts";
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
import { uuid4 } from "../shared/ids.ts";
import { callIdOf, printAnswerPart, printUserPart, typeOf } from "./content.ts";
import { CARRY, isoTime, msOf, partsOf, SUMMARY, unwrap } from "./records.ts";

export function writer(options: WriterOptions): Writer {
  return new MastraCodeWriter(options);
}

class MastraCodeWriter implements Writer {
  readonly #seed: string;
  readonly #resource: string;
  readonly #project: string | undefined;
  /** The machine's clock, in milliseconds; Infinity if nothing is written for its CLI. */
  readonly #now: number;
  #thread = "";
  #owner = "";
  /** Number of committed records: the source of new ids. */
  #n = 0;
  #messages = 0;
  #generation = 0;
  /** Of the newest message. */
  #time = 0;
  #last = "";
  #results = new Map<string, ToolResultPart>();
  /** The steps of a message that exists, by the entry of its first one. */
  #steps = new Map<Entry, Message[]>();
  #later = new Set<Entry>();

  constructor({ seed, facts }: WriterOptions) {
    this.#seed = seed;
    this.#resource = string(member(facts, "resourceId")) ?? "segue";
    this.#project = string(member(facts, "projectPath"));
    this.#now = number(member(facts, "now")) ?? Number.POSITIVE_INFINITY;
  }

  expect(entries: readonly Entry[], there: boolean): void {
    this.#results = new Map();
    this.#steps = new Map();
    this.#later = new Set();
    let first: { id: string; steps: Message[] } | null = null;
    for (const entry of entries) {
      if (entry.kind !== "message") continue;
      for (const part of entry.parts) {
        if (part.kind === "tool-result") this.#results.set(part.callId, part);
      }
      if (entry.role !== "assistant" || !there) continue;
      if (first !== null && entry.id.startsWith(`${first.id}/`)) {
        first.steps.push(entry);
        this.#later.add(entry);
      } else {
        first = { id: entry.id, steps: [entry] };
        this.#steps.set(entry, first.steps);
      }
    }
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    if (entry.scaffold) return [];
    switch (entry.role) {
      case "user":
        return [this.#user(entry.parts, entry.time)];
      case "assistant":
        return this.#later.has(entry) ? [] : this.#answer(this.#steps.get(entry) ?? [entry]);
      // A result is part of its call; see `expect`.
      case "tool":
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "message") return stored.kind;
    const { role, type, content } = stored.message;
    const text = member(content, "content") === undefined ? "" : "/text";
    return `${role}/${type}${text}`;
  }

  key(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "message") return "";
    const parts = partsOf(stored.message.content) ?? [];
    return parts.map(callIdOf).find((id) => id !== "") ?? "";
  }

  mark(): string {
    return this.#last;
  }

  /** Going back leaves no record: what was taken back is gone. */
  rewind(mark: string): Json[] {
    this.#last = mark;
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "thread":
        this.#thread = string(stored.thread.id) ?? this.#thread;
        this.#owner = string(stored.thread.resourceId) ?? this.#owner;
        for (const memory of array(member(record, "memories"))) this.#commitMemory(memory);
        break;
      case "memory":
        this.#commitMemory(member(record, "memory"));
        break;
      case "message":
        this.#messages++;
        this.#last = stored.message.id ?? `#${this.#n}`;
        this.#time = Math.max(this.#time, msOf(stored.message.time) ?? 0);
        break;
      case "other":
        break;
    }
  }

  #commitMemory(memory: Json | undefined): void {
    const generation = number(member(memory, "generationCount")) ?? 0;
    this.#generation = Math.max(this.#generation, generation + 1);
  }

  /** Later than all before: Mastra Code sorts messages by time. */
  #timeFor(time: string | null): number {
    const at = Math.min(msOf(time) ?? 0, this.#now);
    return Math.min(Math.max(this.#time + 1, at), LAST);
  }

  #message(role: string, type: string, ms: number, content: JsonObject): Json {
    const createdAt = isoTime(ms) ?? "";
    return { message: { id: this.#id(), role, type, createdAt, content } };
  }

  #id(): string {
    return uuid4(this.#seed, this.#n);
  }

  #user(parts: readonly Part[], time: string | null, metadata?: JsonObject): Json {
    const ms = this.#timeFor(time);
    const said = parts.flatMap(printUserPart);
    const own = said.length === 0 ? [{ type: "text", text: "" }] : said;
    const createdAt = isoTime(ms) ?? "";
    const about = {
      id: this.#id(),
      type: "user",
      tagName: "user",
      createdAt,
      acceptedAt: createdAt,
    };
    const signal = compact({ ...about, metadata });
    const stamped = own.map((part): JsonObject => ({ ...part, createdAt: ms }));
    return this.#message("signal", "user", ms, {
      format: 2,
      parts: stamped,
      metadata: { signal },
    });
  }

  /** One step of a new message; all of one that exists. */
  #answer(steps: readonly Message[]): Json[] {
    const [first] = steps;
    if (first === undefined) return [];
    const ms = this.#timeFor(first.time);
    const parts = steps.flatMap((step, n) => {
      const at = n === 0 ? ms : (msOf(step.time) ?? ms);
      const said = step.parts
        .flatMap((part) => printAnswerPart(part, this.#results))
        .map((part): JsonObject => (isCall(part) ? part : { ...part, createdAt: at }));
      return n === 0 ? said : [{ type: "step-start", createdAt: at }, ...said];
    });
    const last = parts.at(-1);
    const content =
      last !== undefined && typeOf(last) === "text" ? string(member(last, "text")) : undefined;
    const metadata = first.model === undefined ? undefined : { modelId: first.model };
    const told = compact({ format: 2, parts, metadata, content });
    return [this.#message("assistant", "v2", ms, told)];
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return [this.#start(entry.header)];
      case "compaction":
        return [this.#compaction(entry.summary, time)];
      case "carry": {
        const { part, parts, data } = entry;
        const ms = this.#timeFor(time);
        const own = { type: CARRY, data: { part, parts, data } };
        return [this.#message("assistant", "v2", ms, { format: 2, parts: [own] })];
      }
      default:
        return [];
    }
  }

  /**
   * In a session of its own, observations, which stand for all before them. In a new one there is nothing
   * before: there, the summary is the first message.
   */
  #compaction(summary: string, time: string | null): Json {
    if (this.#messages === 0) {
      return this.#user([{ kind: "text", text: summary }], time, { [SUMMARY]: true });
    }
    const at = isoTime(this.#time) ?? "";
    // In the order in which the row is read again.
    return {
      memory: {
        id: this.#id(),
        lookupKey: `thread:${this.#thread}`,
        activeObservations: summary,
        lastObservedAt: at,
        generationCount: this.#generation,
        scope: "thread",
        resourceId: this.#owner,
        threadId: this.#thread,
        originType: "initial",
        config: JSON.stringify({ observation: {}, reflection: {}, scope: "thread" }),
        pendingMessageTokens: 0,
        totalTokensObserved: 0,
        observationTokenCount: Math.ceil(summary.length / 4),
        isObserving: 0,
        isReflecting: 0,
        isBufferingObservation: 0,
        isBufferingReflection: 0,
        lastBufferedAtTokens: 0,
        createdAt: at,
        updatedAt: at,
      },
    };
  }

  /** The newest thread of a project is the one that opens: hence the time of writing. */
  #start(header: Header): Json {
    const created = Math.min(msOf(header.createdAt) ?? 0, this.#now);
    const updated = this.#now === Number.POSITIVE_INFINITY ? msOf(header.updatedAt) : this.#now;
    const projectPath = this.#project ?? header.cwd ?? "/";
    const forked =
      header.parent === null ? {} : { forkedSubagent: true, parentThreadId: header.parent };
    return {
      thread: {
        id: header.id,
        resourceId: this.#resource,
        title: header.title ?? "",
        metadata: { projectPath, ...forked },
        createdAt: isoTime(created) ?? "",
        updatedAt: isoTime(Math.max(created, updated ?? created)) ?? "",
      },
    };
  }
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

function isCall(part: JsonObject): boolean {
  return part.type === "tool-invocation";
}
