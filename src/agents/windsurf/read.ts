/** Reads the steps of Windsurf's transcripts. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { isObject } from "../../session/json.ts";
import { isNested, otherPart, saidIn } from "../../session/other.ts";
import { leadingReasoning } from "../../session/text.ts";
import type { Entry, EventBody, Header, Json, Message, Part } from "../../session/types.ts";
import { callIn, type Step, stepOf } from "./steps.ts";

export function reader(): Reader {
  return new WindsurfReader();
}

class WindsurfReader implements Reader {
  readonly #header: Header = emptyHeader("windsurf");
  #tail: string | null = null;
  #at = 0;
  /** Entries of the current record. */
  #n = 0;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#n = 0;
    const step = stepOf(record);
    if (step === null) return [this.#aside({ event: "opaque", type: typeOf(record) })];
    switch (step.type) {
      case "user_input":
        return [this.#message("user", textsIn(step, "user_response", plain))];
      case "planner_response":
        return [this.#message("assistant", textsIn(step, "response", leadingReasoning))];
      case "code_action":
      case "command_action":
      case "mcp_tool": {
        const { call, result } = callIn(step, `step_${at}`);
        return [this.#message("assistant", [call]), this.#message("tool", [result])];
      }
      // There is no list of the types, and they change.
      default:
        return [this.#message("assistant", [otherPart(step.type, wholeOf(record, step))])];
    }
  }

  #message(role: Message["role"], parts: Part[]): Message {
    const id = this.#nextId();
    const parentId = this.#tail;
    this.#tail = id;
    return { kind: "message", id, parentId, time: null, role, parts };
  }

  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#nextId(), parentId: null, time: null, ...body };
  }

  #nextId(): string {
    const n = this.#n++;
    return n === 0 ? `#${this.#at}` : `#${this.#at}.${n}`;
  }
}

function plain(text: string): Part[] {
  return [{ kind: "text", text }];
}

/** A step that has nothing of its own to say has no part. */
function textsIn({ type, own }: Step, key: string, read: (text: string) => Part[]): Part[] {
  const value = own[key];
  if (isNested(value)) return [otherPart(type, value)];
  const text = saidIn(value);
  return text === "" ? [] : read(text);
}

/** What a step of an unknown kind holds, under its own name or beside that. */
function wholeOf(record: Json, { type, own }: Step): Json {
  if (!isObject(record)) return own;
  const { type: _type, status: _status, ...whole } = record;
  return Object.keys(whole).every((key) => key === type) ? own : whole;
}

function typeOf(record: Json): string {
  const type = isObject(record) ? record.type : undefined;
  return typeof type === "string" && type !== "" ? type : "unknown";
}
