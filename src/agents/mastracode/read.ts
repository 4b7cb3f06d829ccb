/** Decodes Mastra Code's records. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, member, number, object, string } from "../../session/json.ts";
import { otherPart, saidIn } from "../../session/other.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
} from "../../session/types.ts";
import { readAnswerPart, readResult, readUserPart, typeOf } from "./content.ts";
import { allParts, type Step, stepsOf } from "./message.ts";
import {
  CARRY,
  inner,
  isoTime,
  type Memory,
  msOf,
  partsOf,
  partTime,
  type StoredMessage,
  SUMMARY,
  signalOf,
  unwrap,
} from "./records.ts";
import { isByItself, isGoal, isOfUser, readSignal, signalType } from "./signals.ts";
import { type State, statesIn } from "./state.ts";

export function reader(): Reader {
  return new MastraCodeReader();
}

class MastraCodeReader implements Reader {
  readonly #header: Header = emptyHeader("mastracode");
  readonly #ids = new Set<string>();
  #started = false;
  #at = 0;
  #tail: string | null = null;
  #memory: Memory | null = null;
  /** What was noted with the observations. */
  #noted = "";
  /** The task list as it is now, and the objective. */
  #states: readonly State[] = [];

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "thread":
        this.#states = statesIn(record);
        return [this.#thread(stored.thread)];
      case "memory":
        return this.#observations(stored.memory);
      case "message":
        return this.#message(stored.message);
      case "other":
        return [this.#aside({ event: "opaque", type: "unknown" })];
    }
  }

  /** The row changes with every turn: only what stays goes into an entry. */
  #thread(row: JsonObject): Entry {
    if (this.#started) return this.#aside({ event: "opaque", type: "thread" });
    this.#started = true;
    const about = object(inner(row.metadata)) ?? {};
    const createdAt = isoTime(row.createdAt);
    const cwd = string(about.projectPath) || null;
    const parent = string(about.parentThreadId) || null;
    Object.assign(this.#header, { id: string(row.id) ?? "", cwd, parent, createdAt });
    const header = this.header();
    Object.assign(this.#header, {
      title: string(row.title)?.trim() || null,
      model: string(about.currentModelId) || null,
      updatedAt: isoTime(row.updatedAt) ?? createdAt,
    });
    this.#noted = notesIn(member(member(about, "mastra"), "om"));
    return this.#aside({ event: "start", header });
  }

  /**
   * From here on, the observations stand for all before. Mastra Code tells a state again if they stand for the
   * message that told it, and sends a reminder to continue, which is a text of its own.
   */
  #observations(memory: Memory): Entry[] {
    if (memory.observations.trim() === "") {
      return [this.#aside({ event: "opaque", type: "memory" })];
    }
    this.#memory = memory;
    const states = this.#states.filter(
      ({ toldBy }) => toldBy === undefined || this.#ids.has(toldBy),
    );
    const told = [memory.observations, this.#noted, ...states.map(({ text }) => text)];
    const summary = told.filter((text) => text !== "").join("\n\n");
    const time = this.#header.updatedAt;
    const place = this.#place(`#${this.#at}`, time);
    const reminder = this.#place(`${place.id}/reminder`, time);
    return [
      { kind: "event", ...place, event: "compaction", summary },
      { kind: "message", ...reminder, role: "user", parts: [], scaffold: true },
    ];
  }

  #message(message: StoredMessage): Entry[] {
    const { time } = message;
    this.#header.createdAt ??= time;
    if (time !== null && time > (this.#header.updatedAt ?? "")) this.#header.updatedAt = time;
    const carry = carryIn(message.content);
    if (carry !== undefined) return [this.#aside(carry)];
    const entries = this.#said(message);
    if (!this.#isObserved(message)) return entries;
    return entries.flatMap((entry) => this.#hidden(entry));
  }

  #said(message: StoredMessage): Entry[] {
    switch (message.role) {
      case "signal":
        return [this.#signal(message)];
      case "assistant":
        return this.#answers(message);
      case "system": {
        const parts = allParts(message.content).flatMap(readUserPart);
        return [{ ...this.#say(message, "system", parts), scaffold: true }];
      }
      case "user":
        return [this.#say(message, "user", allParts(message.content).flatMap(readUserPart))];
      default:
        return [this.#say(message, "user", readOdd(message))];
    }
  }

  /** The user's words and goals; reminders, which Mastra Code adds by itself; and what states and others tell. */
  #signal(message: StoredMessage): Entry {
    const parts = readSignal(message);
    const type = signalType(message);
    if (member(signalOf(message.content).metadata, SUMMARY) === true) {
      const summary = parts.flatMap((part) => (part.kind === "text" ? [part.text] : []));
      const place = this.#place(message.id, message.time);
      return { kind: "event", ...place, event: "compaction", summary: summary.join("\n\n") };
    }
    const said = this.#say(message, "user", parts);
    if (isOfUser(type) || isGoal(message)) return said;
    return isByItself(message) ? { ...said, scaffold: true } : { ...said, told: true };
  }

  /** A message holds all steps of a turn. */
  #answers(message: StoredMessage): Entry[] {
    const steps = stepsOf(allParts(message.content));
    const model = string(member(member(message.content, "metadata"), "modelId"));
    if (steps.length === 0) return [this.#answer(message, { parts: [], hidden: false }, 0, model)];
    return steps.flatMap((step, n) => {
      const entries = this.#step(message, step, n, model);
      return step.hidden && this.#memory !== null
        ? entries.flatMap((entry) => this.#hidden(entry))
        : entries;
    });
  }

  #step(message: StoredMessage, step: Step, n: number, model: string | undefined): Entry[] {
    const answer = this.#answer(message, step, n, model);
    const results = step.parts.flatMap(readResult);
    if (results.length === 0) return [answer];
    const place = this.#place(`${answer.id}/results`, answer.time);
    return [answer, { kind: "message", ...place, role: "tool", parts: results }];
  }

  #answer(message: StoredMessage, { parts }: Step, n: number, model: string | undefined): Message {
    const own = parts.map(partTime).find((time) => time !== null) ?? message.time;
    const id = message.id ?? `#${this.#at}`;
    const place = this.#place(n === 0 ? id : `${id}/${n}`, own);
    return {
      kind: "message",
      ...place,
      role: "assistant",
      parts: parts.flatMap(readAnswerPart),
      group: place.id,
      ...(model === undefined ? {} : { model }),
    };
  }

  #say({ id, time }: StoredMessage, role: Message["role"], parts: Part[]): Message {
    return { kind: "message", ...this.#place(id, time), role, parts };
  }

  /** Do the observations stand for all of this message? */
  #isObserved({ id, time, content }: StoredMessage): boolean {
    const memory = this.#memory;
    if (memory === null) return false;
    if (id !== null && memory.ids.has(id)) return true;
    const isPartial = (partsOf(content) ?? []).some((part) => OBSERVES.has(typeOf(part)));
    const ms = msOf(time);
    return !isPartial && memory.until !== null && ms !== undefined && ms <= memory.until;
  }

  #hidden(entry: Entry): Entry[] {
    if (entry.kind !== "message") return [entry];
    return [entry, this.#aside({ event: "hide", target: entry.id }, entry.time)];
  }

  /** The next place in the conversation, which is one line of messages. */
  #place(id: string | null, time: string | null) {
    const place = { id: this.#free(id ?? `#${this.#at}`), parentId: this.#tail, time };
    this.#tail = place.id;
    return place;
  }

  #free(id: string): string {
    let free = id;
    for (let n = 1; this.#ids.has(free); n++) free = `${id}~${n}`;
    this.#ids.add(free);
    return free;
  }

  /** An event beside the conversation. */
  #aside(body: EventBody, time: string | null = null): Entry {
    return { kind: "event", id: this.#free(`#${this.#at}`), parentId: null, time, ...body };
  }
}

/** Marks of an observation that ends within a message. */
const OBSERVES = new Set(["data-om-observation-end"]);

/** What is sent with the observations: the task, and what was suggested. */
function notesIn(om: Json | undefined): string {
  const notes = [
    ["current-task", saidIn(member(om, "currentTask"))],
    ["suggested-response", saidIn(member(om, "suggestedResponse"))],
  ] as const;
  return notes
    .filter(([, text]) => text !== "")
    .map(([tag, text]) => `<${tag}>\n${text}\n</${tag}>`)
    .join("\n\n");
}

/** A message of an unknown role: its content is passed on all the same. */
function readOdd({ role, content }: StoredMessage): Part[] {
  const parts = allParts(content).flatMap((part) => [...readUserPart(part)]);
  return parts.length === 0 && content !== null ? [otherPart(role || "message", content)] : parts;
}

function carryIn(content: Json): EventBody | undefined {
  const data = array(member(content, "parts"))
    .filter((part) => typeOf(part) === CARRY)
    .map((part) => object(member(part, "data")))
    .at(0);
  if (!data) return undefined;
  return {
    event: "carry",
    part: number(data.part) ?? 0,
    parts: number(data.parts) ?? 0,
    data: string(data.data) ?? "",
  };
}
