/** Reads the records of Trae's sessions. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { member, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
} from "../../session/types.ts";
import { readPrompt, stepsOf } from "./content.ts";
import { timeOf, titleOf, unwrap } from "./records.ts";

export function reader(): Reader {
  return new TraeReader();
}

class TraeReader implements Reader {
  readonly #header: Header = emptyHeader("trae");
  #started = false;
  #tail: string | null = null;
  #at = 0;
  /** Entries of the current record. */
  #n = 0;
  #time: string | null = null;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#n = 0;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "session":
        return [this.#session(stored.own, stored.folder)];
      case "message":
        return this.#message(stored.own);
      case "other":
        return [this.#aside({ event: "opaque", type: "unknown" })];
    }
  }

  #session(own: JsonObject, folder: string | null): Entry {
    if (this.#started) return this.#aside({ event: "opaque", type: "session" });
    this.#started = true;
    const createdAt = timeOf(own.createdAt);
    Object.assign(this.#header, {
      id: string(own.sessionId)?.trim() ?? "",
      cwd: folder,
      title: titleOf(own),
      model: string(own.model) || null,
      createdAt,
      updatedAt: timeOf(own.updatedAt) ?? createdAt,
      parent: string(own.parentSessionId) || null,
    } satisfies Partial<Header>);
    return this.#aside({ event: "start", header: this.header() });
  }

  #message(own: JsonObject): Entry[] {
    this.#time = timeOf(own.timestamp) ?? this.#time;
    const role = string(own.role)?.trim().toLowerCase();
    switch (role) {
      case "user":
        return [this.#say("user", readPrompt(own))];
      case "system":
        return [this.#say("system", readPrompt(own))];
      case "assistant":
        return this.#answer(own);
      default:
        return [this.#aside({ event: "opaque", type: `message/${role ?? ""}` })];
    }
  }

  #answer(own: JsonObject): Entry[] {
    const info = own.modelInfo;
    const name = [member(info, "config_name"), member(info, "display_model_name"), own.model];
    const model = name.flatMap((one) => string(one) || [])[0];
    if (model !== undefined) this.#header.model = model;
    const more = model === undefined ? {} : { model };
    const said = stepsOf(own, `${this.#at}`).flatMap(({ parts, result }): Entry[] => [
      this.#say("assistant", parts, more),
      ...(result === null ? [] : [this.#say("tool", [result])]),
    ]);
    const isCancelled = string(own.status) === "canceled";
    return isCancelled ? [...said, this.#aside({ event: "interruption" })] : said;
  }

  #say(role: Message["role"], parts: Part[], more: Partial<Message> = {}): Message {
    const id = this.#nextId();
    const parentId = this.#tail;
    this.#tail = id;
    return { kind: "message", id, parentId, time: this.#time, role, parts, ...more };
  }

  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#nextId(), parentId: null, time: this.#time, ...body };
  }

  #nextId(): string {
    const n = this.#n++;
    return n === 0 ? `#${this.#at}` : `#${this.#at}.${n}`;
  }
}
