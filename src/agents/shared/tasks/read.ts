/** Decodes the lines of a task. Facts and sources: README.md in the folders of the agents. */
import type { Reader } from "../../../session/codec.ts";
import { emptyHeader } from "../../../session/header.ts";
import { array, isObject, member, number, string } from "../../../session/json.ts";
import { titleOf } from "../../../session/title.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Part,
  ToolResultPart,
  Usage,
} from "../../../session/types.ts";
import {
  blocksOf,
  isDetails,
  isTyped,
  readAnswer,
  readAsides,
  readContent,
  readReasoning,
  readResult,
  readTexts,
  saidAfter,
  textIn,
} from "./content.ts";
import type { TaskDialect } from "./dialect.ts";
import { CARRY, unwrap } from "./records.ts";

/** The tool that ends a task; see `saidAfter`. */
const COMPLETION = "attempt_completion";

export class TaskReader implements Reader {
  readonly #dialect: TaskDialect;
  readonly #header: Header;
  /** Entries that a marker hides, by its id. */
  readonly #hidden = new Map<string, string[]>();
  /** The first and the last message that Cline took out of what it sends. */
  #deleted: readonly [from: number, to: number] | null = null;
  readonly #completions = new Set<string>();
  #messages = 0;
  #at = 0;
  /** Entries of the record that is read. */
  #n = 0;
  #tail: string | null = null;

  constructor(dialect: TaskDialect) {
    this.#dialect = dialect;
    this.#header = emptyHeader(dialect.id);
  }

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#n = 0;
    const stored = unwrap(record, this.#dialect);
    switch (stored.kind) {
      case "task":
        return [this.#task(stored.task)];
      case "spelling":
        return [];
      case "reasoning":
        return this.#reasoning(stored.message);
      case "message":
        return this.#message(stored.message, stored.role);
      case "unknown":
        return this.#unknown(stored.said);
      case "other":
        return [this.#aside({ event: "opaque", type: "unknown" })];
    }
  }

  /** The extension would send it, whatever it is. */
  #unknown(said: Json): Entry[] {
    this.#messages++;
    const type = string(member(said, "role")) ?? string(member(said, "type"));
    return [this.#aside({ event: "opaque", type: type ?? "unknown" })];
  }

  #task(task: JsonObject): Entry {
    const header = this.#header;
    if (header.id !== "") return this.#aside({ event: "opaque", type: "task" });
    header.id = string(task.id) ?? "";
    header.title = titleOf(null, string(task.task) || null);
    header.cwd = string(task.workspace) || string(task.cwdOnTaskInitialization) || null;
    header.model = string(task.modelId) || null;
    header.parent = string(task.parentTaskId) || null;
    const [from, to] = array(task.conversationHistoryDeletedRange);
    if (typeof from === "number" && typeof to === "number") this.#deleted = [from, to];
    return this.#aside({ event: "start", header: this.header() });
  }

  #message(message: JsonObject, role: "user" | "assistant"): Entry[] {
    const time = this.#time(message);
    const entries = this.#entries(message, role, time);
    const hides = this.#hides(message, entries);
    this.#messages++;
    return [...entries, ...hides];
  }

  #entries(message: JsonObject, role: "user" | "assistant", time: string | null): Entry[] {
    const blocks = blocksOf(message.content);
    if (message.isSummary === true) return [this.#summary(blocks, time)];
    if (role === "user") return this.#user(blocks, time);
    const parts = [...readAsides(message), ...blocks.flatMap(readAnswer)];
    for (const part of parts) {
      if (part.kind === "tool-call" && part.name === COMPLETION) this.#completions.add(part.callId);
    }
    const stop = parts.some(({ kind }) => kind === "tool-call") ? "tool" : "end";
    const model = string(member(message.modelInfo, "modelId")) ?? this.#header.model;
    this.#header.model = model;
    const usage = readUsage(message.metrics);
    const place = this.#place(time);
    const said = { kind: "message", ...place, role: "assistant", parts, stop } as const;
    return [{ ...said, ...(model === null ? {} : { model }), ...(usage ? { usage } : {}) }];
  }

  /** Results of tools come first, and what the extension says of the machine last, as a rule. */
  #user(blocks: readonly Json[], time: string | null): Entry[] {
    const results: ToolResultPart[] = [];
    const parts: Part[] = [];
    const details: Part[] = [];
    // The first one may have no tags; where it has, what stands beside them is the extension's, as always.
    const isFirst = this.#messages === 0 && !blocks.some(isTyped);
    for (const block of blocks) {
      const text = textIn(block);
      if (member(block, "type") === "tool_result") {
        const result = readResult(block);
        const typed = this.#completions.has(result.callId) ? saidAfter(result) : null;
        results.push(typed === null ? result : { ...result, content: [] });
        parts.push(...(typed ?? []));
      } else if (isDetails(block)) details.push(...readContent(block));
      else if (text !== undefined) parts.push(...readTexts(text, isFirst));
      else parts.push(...readContent(block));
    }
    this.#note(details);
    const entries: Entry[] = [];
    const add = (role: "tool" | "user", own: Part[], more: object = {}): void => {
      const place = this.#place(time);
      entries.push({ kind: "message", ...place, role, parts: own, ...more });
    };
    if (results.length > 0) add("tool", results);
    const told = parts.every((part) => part.kind === "text" && part.told === true);
    const isEmpty = results.length === 0 && details.length === 0;
    if (parts.length > 0 || isEmpty) add("user", parts, told ? { told } : {});
    if (details.length > 0) add("user", details, { scaffold: true });
    return entries;
  }

  /** What the list of tasks does not say of it. */
  #note(details: readonly Part[]): void {
    const text = details.map((part) => (part.kind === "text" ? part.text : "")).join("\n");
    const header = this.#header;
    header.cwd ??= /^# Current W\w+ Directory \((.+)\) Files$/m.exec(text)?.[1] ?? null;
    header.model = /^<model>(.+)<\/model>$/m.exec(text)?.[1] ?? header.model;
  }

  /** All that came before is in it. */
  #summary(blocks: readonly Json[], time: string | null): Entry {
    const parts = blocks.flatMap(readContent);
    const texts = parts.flatMap((part) =>
      part.kind === "text" || part.kind === "other" ? [part.text] : [],
    );
    const place = this.#place(time);
    return { kind: "event", ...place, event: "compaction", summary: texts.join("\n\n") };
  }

  /** An item of OpenAI's, or one of Segue's: neither is sent as text. */
  #reasoning(message: JsonObject): Entry[] {
    const kept = member(message, CARRY);
    if (isObject(kept)) return [this.#aside(carry(kept))];
    const time = this.#time(message);
    const parts: Part[] = [readReasoning(message)];
    this.#messages++;
    return [{ kind: "message", ...this.#place(time), role: "assistant", parts }];
  }

  /** A marker hides messages before it; Cline notes their numbers. */
  #hides(message: JsonObject, entries: readonly Entry[]): Entry[] {
    const ids = entries.map(({ id }) => id);
    const parent = string(message.truncationParent);
    if (parent !== undefined) {
      this.#hidden.set(parent, [...(this.#hidden.get(parent) ?? []), ...ids]);
    }
    const own = message.isTruncationMarker === true ? (string(message.truncationId) ?? "") : "";
    const [from, to] = this.#deleted ?? [0, -1];
    const isDeleted = this.#messages >= from && this.#messages <= to;
    const targets = [...(this.#hidden.get(own) ?? []), ...(isDeleted ? ids : [])];
    return targets.map((target) => this.#aside({ event: "hide", target }));
  }

  #time({ ts }: JsonObject): string | null {
    const ms = number(ts);
    const time = ms !== undefined && ms >= 0 && ms < 8.64e15 ? new Date(ms).toISOString() : null;
    this.#header.createdAt ??= time;
    this.#header.updatedAt = time ?? this.#header.updatedAt;
    return time;
  }

  /** The next place in the conversation, which is one line of messages. */
  #place(time: string | null) {
    const id = this.#id();
    const place = { id, parentId: this.#tail, time };
    this.#tail = id;
    return place;
  }

  #id(): string {
    return this.#n++ === 0 ? `#${this.#at}` : `#${this.#at}.${this.#n}`;
  }

  /** An event beside the conversation. */
  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#id(), parentId: null, time: null, ...body };
  }
}

/** Cline's: `prompt` counts what the cache held, too. */
function readUsage(metrics: Json | undefined): Usage | undefined {
  const count = (key: string) => number(member(member(metrics, "tokens"), key));
  const prompt = count("prompt");
  if (prompt === undefined) return undefined;
  const cacheRead = count("cached") ?? 0;
  const output = count("completion") ?? 0;
  return { input: Math.max(0, prompt - cacheRead), output, cacheRead, cacheWrite: 0 };
}

function carry(kept: JsonObject): EventBody {
  return {
    event: "carry",
    part: number(kept.part) ?? 0,
    parts: number(kept.parts) ?? 0,
    data: string(kept.data) ?? "",
  };
}
