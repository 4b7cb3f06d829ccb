/** Encodes entries as rows of a chat of Cursor's CLI. Facts and sources: README.md in this folder. */
import { createHash } from "node:crypto";
import { stringify } from "../../lossless/json-text.ts";
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { member, number, string } from "../../session/json.ts";
import type { Entry, EventBody, Header, Json, JsonObject, Message } from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { timeFor } from "../shared/place.ts";
import { printAnswer, printResultBlock, printUser, readAnswerBlock, typeOf } from "./content.ts";
import { blocksOf, isSummary } from "./graph.ts";
import { unwrap } from "./records.ts";

export function writer(options: WriterOptions): Writer {
  return new CursorWriter(options);
}

class CursorWriter implements Writer {
  readonly #seed: string;
  readonly #now: number;
  readonly #calls = new OpenCalls();
  /** Number of committed records: the source of new ids. */
  #n = 0;

  constructor({ seed, facts }: WriterOptions) {
    this.#seed = seed;
    this.#now = number(member(facts, "now")) ?? Number.POSITIVE_INFINITY;
  }

  predict(entry: Entry): Json[] {
    return entry.kind === "event" ? this.#event(entry) : this.#message(entry);
  }

  #message(entry: Message): Json[] {
    switch (entry.role) {
      case "user": {
        const content = printUser(entry.parts, entry.told === true);
        return content.length === 0 ? [] : [this.#prompt(content, {})];
      }
      case "assistant": {
        const content = printAnswer(entry.parts);
        if (content.length === 0) return [];
        return [blobLine({ role: "assistant", id: uuid4(this.#seed, this.#n), content })];
      }
      case "tool":
        return this.#results(entry);
      // Cursor's server has its own words for the system.
      case "system":
        return [];
    }
  }

  /** The id of the request makes it differ from others with the same words: a blob's address is its content. */
  #prompt(content: JsonObject[], more: JsonObject): Json {
    const cursor = { requestId: uuid4(this.#seed, this.#n), ...more };
    return blobLine({ role: "user", content, providerOptions: { cursor } });
  }

  #results({ parts }: Message): Json[] {
    return parts.flatMap((part) => {
      if (part.kind !== "tool-result") return [];
      const block = printResultBlock(this.#calls.get(part.callId), part);
      const failed = { cursor: { highLevelToolCallResult: { isError: true } } };
      return [
        blobLine({
          role: "tool",
          id: part.callId,
          content: [block],
          ...(part.isError ? { providerOptions: failed } : {}),
        }),
      ];
    });
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    switch (stored.kind) {
      case "message": {
        const { message } = stored;
        const types = new Set(blocksOf(message).map(typeOf));
        const summary = isSummary(message) ? "/summary" : "";
        return `message/${string(message.role) ?? ""}/${[...types].join()}${summary}`;
      }
      case "blob":
        return `blob/${stored.role}`;
      case "line":
      case "text":
        return `${stored.kind}/${stored.role}`;
      default:
        return stored.kind;
    }
  }

  key(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "message") return "";
    const [first] = blocksOf(stored.message);
    return string(member(first, "toolCallId")) ?? "";
  }

  mark(): string {
    return String(this.#n);
  }

  /** Going back leaves no record: what was taken back is no longer named. */
  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    const stored = unwrap(record);
    if (stored.kind !== "message") return;
    const { message } = stored;
    if (message.role === "tool") {
      for (const block of blocksOf(message)) {
        this.#calls.answer(string(member(block, "toolCallId")) ?? "");
      }
    }
    if (message.role !== "assistant") return;
    for (const part of blocksOf(message).flatMap(readAnswerBlock)) {
      if (part.kind === "tool-call") this.#calls.add(part);
    }
  }

  #event(body: EventBody): Json[] {
    switch (body.event) {
      case "start":
        return [{ chat: this.#facts(body.header) }];
      case "compaction":
        return [this.#prompt([{ type: "text", text: body.summary }], { isSummary: true })];
      // A blob that nothing names: Cursor keeps it and never reads it.
      case "carry": {
        const { part, parts, data } = body;
        return [blobLine({ segueCarry: { part, parts, data } })];
      }
      default:
        return [];
    }
  }

  /** The row of facts; the tree is made when the rows are written: see graph.ts. */
  #facts({ id, title, createdAt, cwd, parent }: Header): JsonObject {
    const created = Math.min(timeFor(createdAt).getTime(), this.#now);
    return {
      agentId: id,
      latestRootBlobId: "",
      name: title ?? "New Agent",
      mode: "default",
      isRunEverything: false,
      createdAt: created,
      ...(cwd === null ? {} : { workspacePath: cwd }),
      ...(parent === null ? {} : { subagentInfo: subagentOf(parent) }),
    };
  }
}

function subagentOf(parent: string): JsonObject {
  return {
    parentAgentId: parent,
    rootParentAgentId: parent,
    toolCallId: "segue",
    typeName: "subagent",
  };
}

function blobLine(json: JsonObject): Json {
  const text = stringify(json) ?? "";
  return { blob: createHash("sha256").update(text).digest("hex"), json };
}
