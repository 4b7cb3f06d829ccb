/** Decodes Antigravity's steps. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { number, string } from "../../session/json.ts";
import { otherPart } from "../../session/other.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ResultPart,
  ToolCallPart,
} from "../../session/types.ts";
import { folderAt } from "../shared/uri.ts";
import {
  readCall,
  readInput,
  readPlanner,
  readResult,
  stopOf,
  unknown,
  usageIn,
} from "./content.ts";
import { at, textAt, timeIn, unwrap } from "./records.ts";
import { CANCELED, DONE, FAILED, NOTES, PLANNER, STATES, TOOLS, USER } from "./steps.ts";
import { summaryIn } from "./summary.ts";

export function reader(): Reader {
  return new AntigravityReader();
}

class AntigravityReader implements Reader {
  readonly #header: Header = emptyHeader("antigravity");
  /** Calls without a result, the oldest first. */
  #open: ToolCallPart[] = [];
  readonly #answered = new Set<string>();
  #started = false;
  #tail: string | null = null;
  #at = 0;
  #count = 0;
  #time: string | null = null;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, number: number): Entry[] {
    this.#at = number;
    this.#count = 0;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "conversation":
        this.#about(stored.row, stored.main);
        return this.#start();
      case "step":
        return this.#step(stored.type, stored.payload, stored.step);
      case "carry": {
        const { part, parts, data } = stored.carry;
        const piece = {
          part: Number(part ?? 0),
          parts: Number(parts ?? 0),
          data: string(data) ?? "",
        };
        return [this.#aside({ event: "carry", ...piece })];
      }
      case "other":
        return [this.#aside({ event: "opaque", type: "line" })];
    }
  }

  #about(row: JsonObject, main: JsonObject): void {
    const header = this.#header;
    header.id = string(row.cascade_id) ?? header.id;
    header.cwd = folderAt(textAt(main, 1, 1) || textAt(main, 7));
    header.gitBranch = textAt(main, 1, 4) || null;
    header.createdAt = timeIn(at(main, 2)) ?? header.createdAt;
    header.updatedAt ??= header.createdAt;
    this.#time = header.createdAt;
  }

  #start(): Entry[] {
    if (this.#started) return [this.#aside({ event: "opaque", type: "conversation" })];
    this.#started = true;
    return [this.#aside({ event: "start", header: this.header() })];
  }

  #step(type: number, payload: JsonObject, step: JsonObject): Entry[] {
    const metadata = at(payload, 5);
    const time = timeIn(at(metadata, 1));
    this.#time = time ?? this.#time;
    this.#header.createdAt ??= time;
    this.#header.updatedAt = time ?? this.#header.updatedAt;
    if (payload.base64 !== undefined) {
      return [this.#aside({ event: "unread", type: `step ${type}`, reason: "sealed" })];
    }
    if (type === USER) return [this.#input(at(payload, 19))];
    if (type === PLANNER) return [this.#plan(payload, metadata)];
    const [note, state] = [NOTES[type], STATES[type]];
    if (note !== undefined) return [this.#note(note.name, at(payload, note.field))];
    if (state !== undefined) return [this.#state(state.name, at(payload, state.field))];
    return this.#result(type, payload, step);
  }

  #input(input: Json | undefined): Entry {
    const parts = readInput(input);
    const [only, ...more] = parts;
    const summary = only?.kind === "text" && more.length === 0 ? summaryIn(only.text) : null;
    return summary === null
      ? this.#message("user", parts)
      : { kind: "event", ...this.#place(), event: "compaction", summary };
  }

  #plan(payload: JsonObject, metadata: Json | undefined): Entry {
    const planner = at(payload, 20);
    const parts = readPlanner(planner);
    for (const part of parts) if (part.kind === "tool-call") this.#open.push(part);
    const id = number(at(metadata, 11));
    const model = id === undefined ? undefined : `model-${id}`;
    const [usage, stop] = [usageIn(metadata), stopOf(planner)];
    this.#header.model = model ?? this.#header.model;
    return this.#message("assistant", parts, {
      ...(model === undefined ? {} : { model }),
      ...(usage === undefined ? {} : { usage }),
      ...(stop === undefined ? {} : { stop }),
    });
  }

  /** Told to the model by Antigravity itself. */
  #note(name: string, body: Json | undefined): Entry {
    const parts: Part[] = body === undefined ? [] : [otherPart(name, body, { known: true })];
    return this.#message("user", parts, { scaffold: true });
  }

  #state(name: string, body: Json | undefined): Entry {
    const title = name === "checkpoint" ? textAt(body, 10) || textAt(body, 4) : "";
    if (title !== "") this.#header.title = title;
    return this.#aside({ event: "opaque", type: `step/${name}` });
  }

  /** The metadata of a step names the call that it was done for; without that, it is the oldest open one. */
  #result(type: number, payload: JsonObject, step: JsonObject): Entry[] {
    const named = at(payload, 5, 4);
    const call = named === undefined ? undefined : readCall(named);
    const isTool = TOOLS[type] !== undefined;
    const status = number(payload["#4"]) ?? number(step.status);
    const isOver = status === DONE || status === FAILED || status === CANCELED;
    const callId = call?.callId ?? (isTool ? this.#open[0]?.callId : undefined);
    if (isTool && !isOver) return [this.#aside({ event: "opaque", type: "step/running" })];
    if (callId === undefined) return [this.#unknown(type, payload)];
    const result = readResult(type, payload, step, callId);
    if (this.#answered.has(callId))
      return [this.#message("user", this.#more(result.content), { told: true })];
    const isOpen = this.#open.some((one) => one.callId === callId);
    const entries: Entry[] = [];
    if (!isOpen && call !== undefined) entries.push(this.#message("assistant", [call]));
    this.#open = this.#open.filter((one) => one.callId !== callId);
    this.#answered.add(callId);
    return [...entries, this.#message("tool", [result])];
  }

  /** A second step for the same call. */
  #more(content: readonly ResultPart[]): Part[] {
    return content.map((part) => (part.kind === "text" ? { ...part, told: true } : part));
  }

  /** A kind of step that nobody knows, and that no call led to: what it says is passed on, named as unknown. */
  #unknown(type: number, payload: JsonObject): Entry {
    const parts: Part[] = unknown(type, payload);
    if (parts.length === 0) return this.#aside({ event: "opaque", type: `step/${type}` });
    return this.#message("user", parts, { told: true });
  }

  #message(role: Message["role"], parts: Part[], more: Partial<Message> = {}): Message {
    return { kind: "message", ...this.#place(), role, parts, ...more };
  }

  #place() {
    const place = { id: this.#id(), parentId: this.#tail, time: this.#time };
    this.#tail = place.id;
    return place;
  }

  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#id(), parentId: null, time: this.#time, ...body };
  }

  #id(): string {
    const n = this.#count++;
    return n === 0 ? `#${this.#at}` : `#${this.#at}.${n}`;
  }
}
