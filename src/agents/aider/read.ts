/** Decodes the records of Aider's histories. Facts and sources: README.md in this folder. */
import { hash } from "node:crypto";
import { isFrame } from "../../lossless/document.ts";
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { isObject, string } from "../../session/json.ts";
import type { Entry, EventBody, Header, Json, Message, Part } from "../../session/types.ts";
import { readAnswer, timeOf, toldBy } from "./content.ts";
import { eventIn, factsIn } from "./limits.ts";
import { type Block, blockOf, headOf } from "./records.ts";

export function reader(): Reader {
  return new AiderReader();
}

/** Does a record look like one of Aider's? */
export function recognises(record: Json): boolean {
  return isObject(record) && (blockOf(record) !== null || headOf(record) !== null);
}

class AiderReader implements Reader {
  readonly #header: Header = emptyHeader("aider");
  #tip: string | null = null;
  #hasStarted = false;
  #isStored = false;
  /** Since the last run began, the user has said nothing. */
  #isBefore = true;
  #at = 0;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    if (isFrame(record)) return [];
    const head = headOf(record);
    if (head) {
      Object.assign(this.#header, head);
      this.#isStored = true;
      return [this.#started()];
    }
    const block = blockOf(record);
    if (block) return this.#block(block);
    const type = isObject(record) ? (string(record.aider) ?? "unknown") : "unknown";
    return [this.#event({ event: "opaque", type })];
  }

  #block(block: Block): Entry[] {
    const { kind, text } = block;
    switch (kind) {
      case "started":
        return this.#run(text);
      case "user":
        this.#isBefore = false;
        return [
          this.#message("user", [{ kind: "text", text }], toldBy(text) ? { told: true } : {}),
        ];
      case "assistant":
        return [this.#message("assistant", readAnswer(text))];
      case "output":
        return this.#output(text);
      case "long":
        return this.#long(text);
      case "title":
        this.#header.title = text;
        return [this.#event({ event: "title", title: text })];
      case "id":
        // In a project, the path says it.
        if (!this.#isStored) this.#header.id = text;
        return [this.#event({ event: "opaque", type: kind })];
      case "carry":
        return [
          this.#event({
            event: "carry",
            part: block.part ?? 0,
            parts: block.parts ?? 0,
            data: text,
          }),
        ];
      case "blank":
        return [this.#event({ event: "opaque", type: kind })];
    }
  }

  #run(text: string): Entry[] {
    this.#isBefore = true;
    const time = timeOf(text);
    // Of a file outside of a project, which has nothing else that names it.
    if (this.#header.id === "") this.#header.id = hash("sha256", text).slice(0, 16);
    this.#header.createdAt ??= time;
    this.#header.updatedAt = time ?? this.#header.updatedAt;
    return [this.#hasStarted ? this.#event({ event: "opaque", type: "started" }) : this.#started()];
  }

  /** What opens the session, but only once. */
  #started(): Entry {
    if (this.#hasStarted) return this.#event({ event: "opaque", type: "session" });
    this.#hasStarted = true;
    return this.#event({ event: "start", header: this.header() });
  }

  #output(text: string): Entry[] {
    const { version, model } = factsIn(text);
    this.#header.version = version ?? this.#header.version;
    this.#header.model = model ?? this.#header.model;
    return [this.#event(eventIn(text) ?? { event: "opaque", type: "output" })];
  }

  /**
   * Aider takes all but the first line of it for an answer. What it says before the user does is the
   * command line; later, it is what the model was told of an edit that failed.
   */
  #long(text: string): Entry[] {
    const how = this.#isBefore ? { scaffold: true } : { told: true };
    return [this.#message("user", [{ kind: "text", text }], how)];
  }

  #message(role: Message["role"], parts: Part[], more: Partial<Message> = {}): Message {
    const id = `#${this.#at}`;
    const message: Message = { kind: "message", id, parentId: this.#tip, time: null, role, parts };
    this.#tip = id;
    return { ...message, ...more };
  }

  #event(body: EventBody): Entry {
    return { kind: "event", id: `#${this.#at}`, parentId: null, time: null, ...body };
  }
}
