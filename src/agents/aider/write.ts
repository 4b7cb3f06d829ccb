/** Encodes entries as blocks of a history. Facts and sources: README.md in this folder. */
import { frameLine, isFrame } from "../../lossless/document.ts";
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { isObject, string } from "../../session/json.ts";
import type { Entry, EventBody, Header, Json, Message } from "../../session/types.ts";
import { printSaid } from "../shared/said.ts";
import { clockOf, printAnswer } from "./content.ts";
import { FORM, recordLike } from "./document.ts";
import { GOES_ON, typed } from "./marks.ts";
import { type Block, blockOf, type Kind, sessionRecord } from "./records.ts";

export function writer(options: WriterOptions): Writer {
  return new AiderWriter(options);
}

class AiderWriter implements Writer {
  readonly #form: "store" | "file";
  /** Counts committed records. */
  #n = 0;
  #last: Kind | null = null;
  #eol = "\n";

  constructor({ form = "store" }: WriterOptions) {
    this.#form = form;
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry);
    return this.#message(entry).map((block) => recordLike(block, this.#eol));
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    if (isFrame(record)) return "frame";
    return (isObject(record) && string(record.aider)) || "other";
  }

  key(): string {
    return "";
  }

  mark(): string {
    return String(this.#n);
  }

  /** A history only grows. */
  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    const block = blockOf(record);
    if (block === null) return;
    this.#last = block.kind;
    if (isObject(record)) this.#eol = record.eol === "\r\n" ? "\r\n" : "\n";
  }

  #message({ role, parts }: Message): Block[] {
    if (role === "assistant") return this.#answer(printAnswer(parts).toWellFormed());
    if (role !== "user") return [];
    return [{ kind: "user", text: typed(printSaid(parts).toWellFormed()) }];
  }

  #answer(text: string): Block[] {
    if (text.trim() === "") return [];
    const answer: Block = { kind: "assistant", text };
    return this.#last === "assistant" ? [{ kind: "output", text: GOES_ON }, answer] : [answer];
  }

  #event(entry: EventBody): Json[] {
    switch (entry.event) {
      case "start":
        return this.#start(entry.header);
      case "title":
        return [recordLike({ kind: "title", text: oneLine(entry.title) }, this.#eol)];
      // The history has no form for it: it stands as what the user says.
      case "compaction":
        return [recordLike({ kind: "user", text: typed(entry.summary.toWellFormed()) }, this.#eol)];
      case "carry": {
        const { part, parts, data } = entry;
        return [recordLike({ kind: "carry", text: data, part, parts }, this.#eol)];
      }
      default:
        return [];
    }
  }

  #start(header: Header): Json[] {
    const started = recordLike({ kind: "started", text: clockOf(header.createdAt) }, this.#eol);
    if (this.#form === "file") {
      const id = recordLike({ kind: "id", text: header.id }, this.#eol);
      return this.#n === 0 ? [frameLine(FORM, ""), started, id] : [started];
    }
    return [sessionRecord(header.id, header.cwd ?? "/"), started];
  }
}

function oneLine(title: string): string {
  return title.toWellFormed().replace(/\s+/g, " ").trim();
}
