/** Encodes entries as records of Deep Agents Code's sessions. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { compact, member, number, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { uuid4 } from "../shared/ids.ts";
import { printAnswer, printTool, printUser, readCalls } from "./content.ts";
import { type Held, idOf, isRemoval, Messages } from "./fold.ts";
import {
  carryRecord,
  isStep,
  isThread,
  MESSAGES,
  messagesIn,
  SUMMARY,
  saidOf,
  type WrittenMessages,
  writeRecord,
} from "./records.ts";
import { AFTER } from "./steps.ts";
import { printResult } from "./tools.ts";
import { ticksOf, uuid6 } from "./uuid6.ts";

export function writer(options: WriterOptions): Writer {
  return new DeepAgentsWriter(options);
}

/** A session that never answers must not fill the memory. */
const MOST_CALLS = 256;

/** The nodes of the CLI's graph that write messages. */
const PATHS = {
  user: "~__pregel_pull, __start__",
  assistant: "~__pregel_pull, model",
  tool: "~__pregel_push, 0000000000, 0000000000",
} as const;

class DeepAgentsWriter implements Writer {
  readonly #seed: string;
  /** Milliseconds since the epoch: no id may be later, since the CLI's next one must be greater. */
  readonly #now: number;
  /** Of the newest step. */
  #ticks: bigint | null = null;
  #list = Messages.of<Held>([]);
  /** Of each step. */
  #lists = new Map<string, Messages<Held>>();
  #step = "";
  /** Where the next step is to continue, if not after the newest. */
  #from: string | null = null;
  #records = 0;
  readonly #calls = new Map<string, ToolCallPart>();

  constructor({ seed, facts = null }: WriterOptions) {
    this.#seed = seed;
    this.#now = number(member(facts, "now")) ?? Number.POSITIVE_INFINITY;
  }

  /** A summary counts all messages before it, and ids are later than all before them. */
  replaces(before: Writer): void {
    if (!(before instanceof DeepAgentsWriter)) return;
    this.#list = before.#list;
    this.#lists = before.#lists;
    this.#step = before.#step;
    this.#ticks = before.#ticks;
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    switch (entry.role) {
      case "user":
        return [
          this.#said("user", printUser(entry.parts, uuid4(this.#seed, this.#records)), entry.time),
        ];
      case "assistant":
        return [this.#said("assistant", printAnswer(entry.parts, this.#runId()), entry.time)];
      case "tool":
        return this.#results(entry);
      // The CLI has its own.
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    if (isThread(record)) return "thread";
    if (!isStep(record)) return "other";
    const [first] = messagesIn(record)?.messages ?? [];
    if (first === undefined) return string(record.channel) ?? "snapshot";
    const calls = saidOf(first)?.fields.tool_calls;
    const more = Array.isArray(calls) && calls.length > 0 ? "/calls" : "";
    return `${saidOf(first)?.name ?? ""}${more}`;
  }

  key(record: Json): string {
    const [first] = messagesIn(record)?.messages ?? [];
    const fields = first === undefined ? undefined : saidOf(first)?.fields;
    if (fields === undefined) return "";
    return string(fields.tool_call_id) ?? readCalls(fields)[0]?.callId ?? "";
  }

  mark(): string {
    return this.#step;
  }

  rewind(mark: string): Json[] {
    this.#from = mark === this.#step ? null : mark;
    this.#list = this.#lists.get(mark) ?? Messages.of([]);
    return [];
  }

  commit(record: Json): void {
    this.#records++;
    if (!isStep(record)) return;
    const step = string(record.checkpoint_id) ?? "";
    const ticks = ticksOf(step);
    if (ticks !== null && (this.#ticks === null || ticks > this.#ticks)) this.#ticks = ticks;
    if ("after" in record) {
      this.#list = this.#lists.get(string(record.after) ?? "") ?? Messages.of([]);
    }
    this.#from = null;
    this.#step = step;
    const messages = messagesIn(record);
    if (messages !== null) this.#commit(messages);
    this.#lists.set(step, this.#list);
  }

  #commit({ messages, isAll }: WrittenMessages): void {
    const written = messages.map((message) => ({
      item: { id: idOf(message) },
      isRemoval: isRemoval(message),
    }));
    this.#list = isAll ? Messages.of(written.map(({ item }) => item)) : this.#list.with(written);
    for (const message of messages) {
      const said = saidOf(message);
      if (said?.name !== "AIMessage") continue;
      for (const call of readCalls(said.fields)) this.#calls.set(call.callId, call);
    }
    for (const [id] of this.#calls) {
      if (this.#calls.size <= MOST_CALLS) break;
      this.#calls.delete(id);
    }
  }

  /** The form of LangChain's ids for answers. */
  #runId(): string {
    return `lc_run--${uuid4(this.#seed, this.#records)}`;
  }

  #results({ parts, time }: Message): Json[] {
    const [part] = parts;
    if (part?.kind !== "tool-result") return [];
    return parts.flatMap((one, n) =>
      one.kind === "tool-result" ? [this.#result(one, time, n)] : [],
    );
  }

  #result(result: ToolResultPart, time: string | null, n: number): JsonObject {
    const call = this.#calls.get(result.callId);
    const { content } = printResult(call?.use ?? null, result);
    const { callId, isError, exitCode } = result;
    const id = uuid4(`${this.#seed}\n${n}`, this.#records);
    const message = printTool({ callId, isError, exitCode, content, name: call?.name }, id);
    return this.#said("tool", message, time, n);
  }

  #said(role: keyof typeof PATHS, message: JsonObject, time: string | null, n = 0): JsonObject {
    return this.#write(MESSAGES, [message], PATHS[role], time, n);
  }

  /** `n`: how many more of the same entry come before it. */
  #write(channel: string, value: Json, path: string, time: string | null, n = 0): JsonObject {
    const checkpoint = this.#next(time, n);
    const task = uuid4(`${this.#seed}\ntask ${n}`, this.#records);
    const write = { checkpoint, task, path, index: 0, channel, type: "msgpack", value };
    return writeRecord(write, n > 0 || this.#from === null ? undefined : this.#from || null);
  }

  /** The id of the next step: at the entry's time, but after the newest step, and not in the future. */
  #next(time: string | null, n: number): string {
    const ms = Math.min(this.#now, Date.parse(time ?? "") || 0);
    const wanted = BigInt(Math.max(0, Math.trunc(ms))) * 10_000n;
    const least = this.#ticks === null ? 0n : this.#ticks + 2n * AFTER;
    const ticks = (wanted > least ? wanted : least) + BigInt(n) * 2n * AFTER;
    return uuid6(ticks, this.#list.length + n, this.#seed);
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return [start(entry.header)];
      case "compaction":
        return [this.#summary(entry.summary, time)];
      case "carry":
        return [carryRecord(entry, this.#next(time, 0), uuid4(this.#seed, this.#records))];
      // Nothing that the CLI has a record for; kept aside.
      default:
        return [];
    }
  }

  #summary(summary: string, time: string | null): JsonObject {
    const count = this.#list.length;
    const id = uuid4(this.#seed, this.#records);
    const value = {
      cutoff_index: count,
      summary_message: printUser([{ kind: "text", text: summary }], id, "summarization"),
      file_path: null,
      created_at_index: count,
    };
    return this.#write(SUMMARY, value, PATHS.assistant, time);
  }
}

/** The longest name that the CLI takes. */
const MOST_NAME = 50;

function start(header: Header): JsonObject {
  const name = (header.title ?? "").replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return compact({
    thread_id: header.id,
    name: name === "" ? undefined : [...name].slice(0, MOST_NAME).join("").trim(),
    agent_name: "agent",
    cwd: header.cwd ?? undefined,
    git_branch: header.gitBranch ?? undefined,
  });
}
