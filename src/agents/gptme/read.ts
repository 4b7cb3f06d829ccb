/** Reads the lines of gptme's conversation.jsonl. Facts and sources: README.md in this folder. */
import { parseValue } from "../../lossless/json-text.ts";
import type { Beside, Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, isObject, member, number, string } from "../../session/json.ts";
import { unread } from "../../session/other.ts";
import { notTyped } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  Usage,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import type { Failure } from "../shared/faults.ts";
import { readTime } from "../shared/local-time.ts";
import { readAnswer } from "./answer.ts";
import { readFiles, readText } from "./content.ts";
import { errorIn } from "./limits.ts";
import {
  folderIn,
  INTERRUPTED,
  isInjected,
  isSurroundings,
  summaryIn,
  versionIn,
} from "./marks.ts";
import { parseResult } from "./tools.ts";

export function reader(beside?: Beside): Reader {
  return new GptmeReader(beside);
}

class GptmeReader implements Reader {
  readonly #header: Header = emptyHeader("gptme");
  readonly #beside: Beside | undefined;
  readonly #calls = new OpenCalls();
  #tail: string | null = null;
  /** Has anyone said anything? Until then all is the CLI's own prompt. */
  #hasBegun = false;
  /** Did the last record answer? What follows is what a tool printed: a request fails after that, or after a prompt. */
  #hasAnswered = false;
  /** What a compaction put in the place of the records before this one. */
  #view: { before: number; records: Json[] } | null | undefined;

  constructor(beside: Beside | undefined) {
    this.#beside = beside;
  }

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    const id = `#${at}`;
    const queued = at === 0 ? queuedIn(this.#beside) : [];
    const entries = [...queued, ...this.#record(record, id)];
    const compaction = this.#compaction(at + 1);
    return compaction === null ? entries : [...entries, compaction];
  }

  #record(record: Json, id: string): Entry[] {
    const role = string(member(record, "role")) ?? "unknown";
    const time = readTime(string(member(record, "timestamp")));
    const content = member(record, "content");
    if (role === "_segue_session") return [aside(id, this.#start(record))];
    if (role === "_segue_carry") return [aside(id, carryIn(record))];
    if (!isObject(record) || !["system", "user", "assistant"].includes(role)) {
      return [aside(id, { event: "opaque", type: `record/${role}` })];
    }
    // The CLI leaves out such a line, and what is only for its own screen.
    if (typeof content !== "string" || record.ui_only === true) {
      return [aside(id, { event: "unread", type: role, reason: "unsent" })];
    }
    this.#header.createdAt ??= time;
    this.#header.updatedAt = time ?? this.#header.updatedAt;
    const place = { id, time };
    const follows = this.#hasAnswered;
    this.#hasAnswered = role === "assistant";
    if (role === "assistant") return [this.#answer(record, content, place)];
    const summary = role === "user" ? summaryIn(content) : null;
    if (summary !== null) return [this.#event(place, { event: "compaction", summary })];
    if (role === "user") return [this.#said(record, content, place)];
    return this.#system(record, content, place, follows);
  }

  /** Names the session in a file that is in no store. */
  #start(record: Json): EventBody {
    this.#header.id ||= string(member(record, "id")) ?? "";
    this.#header.cwd ??= string(member(record, "cwd")) ?? null;
    this.#header.title ??= string(member(record, "title")) ?? null;
    this.#header.createdAt ??= string(member(record, "created_at")) ?? null;
    return { event: "start", header: this.header() };
  }

  /** `follows`: an answer. */
  #system(record: JsonObject, content: string, place: Place, follows: boolean): Entry[] {
    if (typeof record.call_id === "string" && record.call_id !== "") {
      return [this.#result(record, record.call_id, content, place)];
    }
    const isOwn = (record.call_id ?? null) === null;
    if (isOwn && content === INTERRUPTED) return [this.#event(place, { event: "interruption" })];
    const failure = errorIn(content, record.metadata, place.time, !follows);
    if (failure !== null) return this.#failed(record, failure, place);
    const parts = [...readText(content), ...readFiles(record, this.#beside)];
    // `/compact resume` leaves nothing before it: the conversation begins with these words and a summary.
    this.#hasBegun ||= member(record.metadata, "compaction_artifact") !== undefined;
    if (this.#hasBegun && !isPrompt(record, content)) {
      return [
        this.#message(record, { ...place, role: "user", parts: notTyped(parts), told: true }),
      ];
    }
    this.#header.version ??= versionIn(content);
    this.#header.cwd ??= folderIn(content);
    const prompt = this.#message(record, { ...place, role: "system", parts, scaffold: true });
    return [prompt];
  }

  /** gptme sends its model what failed, as it does all that is in the log: it is a message, and of a limit an event, too. */
  #failed(record: JsonObject, failure: Failure, place: Place): Entry[] {
    const parts = notTyped([...readText(failure.text), ...readFiles(record, this.#beside)]);
    const said = this.#message(record, { ...place, role: "user", parts, told: true });
    if (failure.event === "error" && failure.fault === undefined) return [said];
    return [said, this.#event({ ...place, id: `${place.id}#limit` }, failure)];
  }

  #said(record: JsonObject, content: string, place: Place): Message {
    this.#hasBegun = true;
    const parts = [...readText(content), ...readFiles(record, this.#beside)];
    const own = isInjected(content) ? { parts: notTyped(parts), told: true } : { parts };
    return this.#message(record, { ...place, role: "user", ...own });
  }

  #answer(record: JsonObject, content: string, place: Place): Message {
    this.#hasBegun = true;
    const parts: Part[] = [...readAnswer(content), ...readFiles(record, this.#beside)];
    const calls = parts.filter((part) => part.kind === "tool-call");
    for (const call of calls) this.#calls.add(call);
    const model = string(member(record.metadata, "model"));
    this.#header.model = model ?? this.#header.model;
    const usage = usageIn(record.metadata);
    return this.#message(record, {
      ...place,
      role: "assistant",
      parts,
      ...(model === undefined ? {} : { model }),
      ...(usage === null ? {} : { usage }),
      stop: calls.length > 0 ? "tool" : "end",
    });
  }

  #result(record: JsonObject, callId: string, content: string, place: Place): Message {
    this.#hasBegun = true;
    const all = [...readText(content), ...readFiles(record, this.#beside)];
    const use = this.#calls.get(callId)?.use ?? null;
    this.#calls.answer(callId);
    const result = { kind: "tool-result", callId, isError: false, content: all } as const;
    return this.#message(record, { ...place, role: "tool", parts: [parseResult(use, result)] });
  }

  #message(record: JsonObject, said: Said): Message {
    const block = member(record.metadata, "anthropic_compaction_block");
    const sealed: Part[] = block === undefined ? [] : [unread("compaction", "sealed-summary")];
    const parts = [...said.parts, ...sealed];
    return this.#next({ ...said, kind: "message", parentId: this.#tail, parts });
  }

  #event({ id, time }: Place, body: EventBody): Entry {
    return this.#next({ kind: "event", id, parentId: this.#tail, time, ...body });
  }

  #next<T extends Entry>(entry: T): T {
    this.#tail = entry.id;
    return entry;
  }

  /** What the model sees in place of the first `count` records, if that is due. */
  #compaction(count: number): Entry | null {
    this.#view ??= viewIn(this.#beside);
    if (this.#view?.before !== count) return null;
    const inner = reader(
      this.#beside && ((name) => (name === "view" || name === "queue" ? null : this.#inside(name))),
    );
    const entries = this.#view.records.flatMap((record, at) => inner.read(record, at));
    const kept = entries.filter((entry) => entry.kind === "message" && entry.scaffold !== true);
    const id = `#${count}/view`;
    return this.#next({
      kind: "event",
      id,
      parentId: this.#tail,
      time: null,
      event: "compaction",
      summary: "",
      kept: kept.flatMap((entry) =>
        entry.kind === "message" ? [{ ...entry, id: `${id}/${entry.id}` }] : [],
      ),
    });
  }

  #inside(name: string): Buffer | null {
    return this.#beside?.(name) ?? null;
  }
}

interface Place {
  id: string;
  time: string | null;
}

type Said = Omit<Message, "kind" | "parentId">;

/**
 * A prompt, or what the CLI tells its model of where it runs: budgets, the time, lessons. Others that
 * it hides from the screen are of the conversation: why the user went back, a secret that they gave.
 */
function isPrompt({ hide, pinned, metadata }: JsonObject, content: string): boolean {
  const isNamed = ["prompt_generation", "resume_key"].some(
    (key) => member(metadata, key) !== undefined,
  );
  return isNamed || (hide === true && (pinned === true || isSurroundings(content)));
}

function viewIn(beside: Beside | undefined): { before: number; records: Json[] } | null {
  const text = beside?.("view")?.toString("utf8");
  const view = text === undefined ? undefined : parseValue(text);
  const before = number(member(view, "before"));
  if (before === undefined) return null;
  const lines = array(member(view, "records"));
  return { before, records: lines.flatMap((line) => parseValue(string(line) ?? "") ?? []) };
}

function usageIn(metadata: Json | undefined): Usage | null {
  const usage = member(metadata, "usage") ?? metadata;
  const count = (key: string): number => number(member(usage, key)) ?? 0;
  if (number(member(usage, "input_tokens")) === undefined) return null;
  return {
    input: count("input_tokens"),
    output: count("output_tokens"),
    cacheRead: count("cache_read_tokens"),
    cacheWrite: count("cache_creation_tokens"),
  };
}

/** Prompts that wait beside the log, until gptme continues with the session. */
function queuedIn(beside: Beside | undefined): Entry[] {
  const lines = beside?.("queue")?.toString("utf8").split("\n") ?? [];
  const waiting = lines.filter((line) => string(member(parseValue(line), "content"))?.trim());
  return waiting.map((_, n) =>
    aside(`queued-${n}`, { event: "unread", type: "queue", reason: "queued" }),
  );
}

/** Nothing of the conversation follows it. */
function aside(id: string, body: EventBody): Entry {
  return { kind: "event", id, parentId: null, time: null, ...body };
}

function carryIn(record: Json): EventBody {
  return {
    event: "carry",
    part: number(member(record, "part")) ?? 0,
    parts: number(member(record, "parts")) ?? 0,
    data: string(member(record, "data")) ?? "",
  };
}

const OWN = new Set(["_segue_session", "_segue_carry"]);
const ROLES = new Set(["system", "user", "assistant"]);

/** Does a record look like one of gptme's: a text with a role and a time? */
export function recognises(record: Json): boolean {
  if (!isObject(record) || typeof record.role !== "string") return false;
  if (OWN.has(record.role)) return "data" in record || !("content" in record);
  return (
    ROLES.has(record.role) &&
    typeof record.content === "string" &&
    (typeof record.timestamp === "string" || (record.role === "system" && "call_id" in record)) &&
    !("type" in record) &&
    !("id" in record)
  );
}
