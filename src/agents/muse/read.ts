/** Decodes the events of Muse Code's logs. Facts and sources: README.md in this folder. */
import type { Reader, Spent } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { isObject, member, number, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
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
import { readAnswer, readCall, readPrompt, readReasoning, readResult, wordsOf } from "./content.ts";
import { readTerminal } from "./limits.ts";
import {
  ACCEPTED,
  CARRY,
  callsOf,
  factsOf,
  type LogEvent,
  METADATA,
  nameOf,
  resultsOf,
  runEvent,
  timeOf,
  unwrap,
} from "./records.ts";
import { summaryIn } from "./summary.ts";
import { parseResult } from "./tools.ts";

export function reader(): Reader {
  return new MuseReader();
}

type Marks = Partial<Pick<Message, "group" | "model" | "stop">>;

class MuseReader implements Reader {
  readonly #header: Header = emptyHeader("muse");
  readonly #calls = new OpenCalls();
  readonly #ids = new Set<string>();
  #started = false;
  /** The last message of each stream: those of tasks stand among the session's own. */
  readonly #tails = new Map<string, string>();
  /** Prompts that were accepted and that no run repeated yet. */
  #accepted: { intent: string; words: string }[] = [];
  readonly #models = new Map<string, string>();
  #at = 0;
  #time: string | null = null;
  #stream = "";

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "event":
        return this.#logged(stored);
      case "frame":
        return [
          this.#aside("", { event: "opaque", type: `frame/${stored.name}` }),
          ...stored.children.flatMap((child) => this.#child(child)),
        ];
      case "marker":
        return [this.#aside("", { event: "opaque", type: `marker/${stored.name}` })];
      case "other":
        return [this.#aside("", { event: "opaque", type: "line" })];
    }
  }

  #child(child: Json): Entry[] {
    const stored = unwrap(child);
    if (stored.kind === "event") return this.#logged(stored);
    return [this.#aside("", { event: "opaque", type: "line" })];
  }

  #logged(event: LogEvent): Entry[] {
    this.#stream = event.stream;
    this.#time = timeOf(event.record) ?? this.#time;
    this.#note(event);
    const start = this.#start();
    const read = this.#event(event);
    if (read.length > 0 || start.length > 0) return [...start, ...read];
    return [this.#aside(event.id, { event: "opaque", type: nameOf(event) })];
  }

  #start(): Entry[] {
    if (this.#started) return [];
    this.#started = true;
    return [this.#aside("", { event: "start", header: this.header() })];
  }

  /** What an event tells of the session. */
  #note(event: LogEvent): void {
    const header = this.#header;
    if (header.id === "") header.id = event.stream;
    header.createdAt ??= this.#time;
    header.updatedAt = this.#time ?? header.updatedAt;
    const facts = factsOf(event);
    const text = (key: string) => string(facts[key]) || null;
    switch (event.type) {
      case METADATA:
        header.cwd = text("workspace_root") ?? header.cwd;
        header.model = text("model_id") ?? header.model;
        header.version = string(member(facts.build, "semver")) ?? header.version;
        break;
      case "runtime.session.route_facts":
        header.cwd ??= text("cwd");
        break;
      case "session.workspace_branch.observed":
        header.cwd ??= text("workspace_root");
        header.gitCommit = text("commit");
        header.gitBranch = string(member(facts.reference, "name")) ?? null;
        break;
      case "session.name.changed":
        header.title = text("new_name");
        break;
      case "run.model.configured": {
        const model = text("model_id");
        const of = string(member(facts.run_stream, "id"));
        if (model !== null && of !== undefined) this.#models.set(of, model);
        header.model = model ?? header.model;
        break;
      }
    }
  }

  /** What it means; nothing for an event that says nothing to a model. */
  #event(event: LogEvent): Entry[] {
    const happened = runEvent(event);
    if (happened !== null) return this.#run(event, happened);
    const { id, type, payload } = event;
    const facts = factsOf(event);
    switch (type) {
      case ACCEPTED:
        return this.#accept(event);
      case "session.name.changed": {
        const title = string(facts.new_name);
        return title === undefined ? [] : [this.#aside(id, { event: "title", title })];
      }
      case "runtime.model_reconfigure.completed": {
        const model = string(member(facts.effective, "model_id"));
        if (model === undefined) return [];
        this.#header.model = model;
        return [this.#aside(id, { event: "model", model })];
      }
      case CARRY: {
        const [part, parts] = [number(payload.part) ?? 0, number(payload.parts) ?? 0];
        const data = string(payload.data) ?? "";
        return [this.#aside(id, { event: "carry", part, parts, data })];
      }
      default:
        return [];
    }
  }

  #run(event: LogEvent, happened: JsonObject): Entry[] {
    const { id } = event;
    const run = string(event.payload.run_id) ?? "";
    switch (string(happened.kind)) {
      case "started":
        return this.#begin(id, run, saidIn(happened.prompt));
      case "assistant_message_committed":
        return [this.#answer(id, run, happened, readAnswer(happened))];
      case "reasoning_committed":
        return [this.#answer(id, run, happened, readReasoning(happened))];
      case "assistant_tool_calls_committed":
        return [this.#call(id, run, happened)];
      case "tool_result_batch_committed":
        return [this.#results(id, happened)];
      case "model_completed": {
        const model = string(happened.model);
        if (model !== undefined) this.#models.set(run, model);
        return [];
      }
      case "terminal":
        return this.#end(id, happened);
      default:
        return [];
    }
  }

  #accept({ id, payload }: LogEvent): Entry[] {
    const parts = readPrompt(payload);
    const words = wordsOf(parts);
    this.#accepted.push({ intent: string(payload.intent_id) ?? "", words });
    const [only, ...more] = parts;
    const summary = only?.kind === "text" && more.length === 0 ? summaryIn(only.text) : null;
    if (summary !== null) return [this.#entry(id, { event: "compaction", summary })];
    return [this.#ask(id, parts)];
  }

  /** A run repeats the prompt that it was begun for. One that was scheduled may have none. */
  #begin(id: string, run: string, prompt: string): Entry[] {
    if (prompt === "" || this.#isAccepted(prompt, run)) return [];
    return [this.#ask(id, [{ kind: "text", text: prompt }])];
  }

  #isAccepted(text: string, run: string): boolean {
    const at = this.#accepted.findIndex(
      ({ intent, words }) => words === text || (intent === run && words.includes(text)),
    );
    if (at < 0) return false;
    this.#accepted.splice(at, 1);
    return true;
  }

  #ask(id: string, parts: Part[]): Message {
    return this.#message(id, "user", parts);
  }

  #answer(id: string, run: string, happened: JsonObject, parts: Part[]): Message {
    const group = string(happened.response_id);
    const model = this.#models.get(run) ?? this.#header.model ?? undefined;
    return this.#message(id, "assistant", parts, {
      ...(group === undefined ? {} : { group: `${this.#stream}/${group}` }),
      ...(model === undefined ? {} : { model }),
    });
  }

  #call(id: string, run: string, happened: JsonObject): Message {
    const calls = callsOf(happened).map(readCall);
    for (const call of calls) this.#calls.add(call);
    return { ...this.#answer(id, run, happened, calls), stop: "tool" };
  }

  #results(id: string, happened: JsonObject): Message {
    const parts = resultsOf(happened).map((result) => {
      const plain = readResult(result);
      const use = this.#calls.get(plain.callId)?.use ?? null;
      this.#calls.answer(plain.callId);
      return parseResult(use, plain);
    });
    return this.#message(id, "tool", parts);
  }

  #end(id: string, happened: JsonObject): Entry[] {
    const body = readTerminal(happened, this.#time);
    return body === null ? [] : [this.#aside(id, body)];
  }

  #message(id: string, role: Message["role"], parts: Part[], marks: Marks = {}): Message {
    const side = this.#stream === this.#header.id ? {} : { sidechain: this.#stream };
    return { kind: "message", ...this.#place(id), role, parts, ...marks, ...side };
  }

  #entry(id: string, body: EventBody): Entry {
    return { kind: "event", ...this.#place(id), ...body };
  }

  /** The next place in its stream, which is one line of entries. */
  #place(id: string) {
    const place = {
      id: this.#free(id),
      parentId: this.#tails.get(this.#stream) ?? null,
      time: this.#time,
    };
    this.#tails.set(this.#stream, place.id);
    return place;
  }

  #aside(id: string, body: EventBody): Entry {
    return { kind: "event", id: this.#free(id), parentId: null, time: this.#time, ...body };
  }

  #free(id: string): string {
    const own = id === "" ? `#${this.#at}` : id;
    let free = own;
    for (let n = 1; this.#ids.has(free); n++) free = `${own}~${n}`;
    this.#ids.add(free);
    return free;
  }
}

/** The tokens of a request: those that were read from a cache are among the input. */
export function spent(record: Json): Spent | undefined {
  const stored = unwrap(record);
  const happened = stored.kind === "event" ? runEvent(stored) : null;
  if (stored.kind !== "event" || happened?.kind !== "model_completed") return undefined;
  const { usage } = happened;
  if (!isObject(usage)) return undefined;
  const count = (key: string) => Math.max(0, number(usage[key]) ?? 0);
  const cacheRead = number(usage.cache_read_tokens) ?? count("cached_tokens");
  const cacheWrite = count("cache_write_tokens");
  const input = Math.max(0, count("input_tokens") - cacheRead - cacheWrite);
  const tokens = { input, output: count("output_tokens"), cacheRead, cacheWrite };
  if (Object.values(tokens).every((one) => one === 0)) return undefined;
  return { key: stored.id, usage: tokens, model: string(happened.model) };
}

/** What the model last received. */
export function contextTokens(record: Json): number | undefined {
  const usage = spent(record)?.usage;
  return usage && usage.input + usage.cacheRead + usage.cacheWrite + usage.output;
}
