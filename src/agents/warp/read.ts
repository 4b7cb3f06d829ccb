/** Decodes Warp's records. Facts and sources: README.md in this folder. */
import { parseValue } from "../../lossless/json-text.ts";
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, member, number, string } from "../../session/json.ts";
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
import {
  readCall,
  readOutput,
  readQuery,
  readReasoning,
  readResult,
  readSystemQuery,
} from "./content.ts";
import { contentOf, stampOf, timeOf, toolIn, unwrap } from "./records.ts";

export function reader(): Reader {
  return new WarpReader();
}

class WarpReader implements Reader {
  readonly #header: Header = emptyHeader("warp");
  readonly #ids = new Set<string>();
  #started = false;
  /** Messages of tasks: without any, what the user said is all that there is. */
  #messages = 0;
  #root = "";
  #tail: string | null = null;
  #at = 0;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "conversation":
        return [this.#conversation(stored.row, stored.about)];
      case "query":
        return [this.#query(stored.own)];
      case "task":
        return [this.#task(stored.own)];
      case "message":
        return [this.#message(stored.own)];
      case "other":
        return [this.#aside({ event: "opaque", type: "unknown" })];
    }
  }

  #conversation(row: JsonObject, about: JsonObject): Entry {
    if (this.#started) return this.#aside({ event: "opaque", type: "conversation" });
    this.#started = true;
    this.#messages = number(about.messages) ?? 0;
    this.#root = string(about.root) ?? "";
    const updatedAt = timeOf(string(row.last_modified_at));
    Object.assign(this.#header, {
      id: string(row.conversation_id) ?? "",
      cwd: string(about.folder) ?? null,
      title: string(about.title) || null,
      model: string(about.model) ?? null,
      createdAt: timeOf(string(about.started)) ?? updatedAt,
      updatedAt,
    });
    return this.#aside({ event: "start", header: this.header() });
  }

  /** The user's words, which are in the tasks as well, if there are any. */
  #query(row: JsonObject): Entry {
    const time = timeOf(string(row.start_ts));
    const said = array(parseValue(string(row.input) ?? "") ?? null).flatMap((item): Part[] => {
      const text = saidIn(member(member(item, "Query"), "text"));
      return text === "" ? [] : [{ kind: "text", text }];
    });
    if (this.#messages > 0 || said.length === 0) {
      return this.#aside({ event: "opaque", type: "query" }, time);
    }
    return this.#say("user", said, { time, id: string(row.exchange_id) ?? "" });
  }

  #task(own: JsonObject): Entry {
    return own.blob === undefined
      ? this.#aside({ event: "opaque", type: "task" })
      : this.#aside({ event: "unread", type: "task", reason: "sealed" });
  }

  #message(own: JsonObject): Entry {
    const time = stampOf(own.timestamp);
    const { kind, value } = contentOf(own);
    const place = { time, id: string(own.id) ?? "" };
    const more = this.#besides(own);
    switch (kind) {
      case "user_query":
        return this.#say("user", readQuery(value), place, more);
      case "invoke_skill":
        return this.#say("user", readQuery(member(value, "user_query") ?? null), place, more);
      case "system_query": {
        const parts = readSystemQuery(value);
        if (parts.length === 0) return this.#aside({ event: "opaque", type: kind }, time);
        return this.#say("user", parts, place, { ...more, told: true });
      }
      case "agent_output":
        return this.#say("assistant", readOutput(value), place, more);
      case "agent_reasoning":
        return this.#say("assistant", readReasoning(value), place, more);
      case "tool_call":
        // Those that Warp's servers run themselves are a payload of theirs.
        if (toolIn(value).name === "server") {
          return this.#aside({ event: "unread", type: "tool_call/server", reason: "sealed" }, time);
        }
        return this.#say("assistant", [readCall(value)], place, more);
      case "tool_call_result":
        if (toolIn(value).name === "server") {
          const type = "tool_call_result/server";
          return this.#aside({ event: "unread", type, reason: "sealed" }, time);
        }
        return this.#say("tool", [readResult(value)], place, more);
      default:
        return this.#aside(eventOf(kind, value), time);
    }
  }

  /** A task below another one is a subagent's. */
  #besides(own: JsonObject): Partial<Message> {
    const task = string(own.task_id) ?? "";
    return this.#root === "" || task === this.#root ? {} : { sidechain: task };
  }

  #say(
    role: Message["role"],
    parts: Part[],
    { time, id }: { time: string | null; id: string },
    more: Partial<Message> = {},
  ): Message {
    const own = this.#free(id === "" ? `#${this.#at}` : id);
    const parentId = this.#tail;
    this.#tail = own;
    return { kind: "message", id: own, parentId, time, role, parts, ...more };
  }

  #aside(body: EventBody, time: string | null = null): Entry {
    const isSummary = body.event === "compaction";
    const id = this.#free(`#${this.#at}`);
    const parentId = isSummary ? this.#tail : null;
    if (isSummary) this.#tail = id;
    return { kind: "event", id, parentId, time, ...body };
  }

  #free(id: string): string {
    let free = id;
    for (let n = 1; this.#ids.has(free); n++) free = `${id}~${n}`;
    this.#ids.add(free);
    return free;
  }
}

function eventOf(kind: string, value: Json): EventBody {
  const summary = string(member(member(value, "conversation_summary"), "summary"));
  if (kind === "summarization" && summary !== undefined) return { event: "compaction", summary };
  const model = string(member(value, "model_id"));
  if (kind === "model_used" && model !== undefined) return { event: "model", model };
  return { event: "opaque", type: kind === "" ? "message" : kind };
}
