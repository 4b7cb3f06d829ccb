/** Reads Crush's sessions: the session's row, then its messages in order. Facts: README.md. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { member, number, object, string } from "../../session/json.ts";
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
} from "../../session/types.ts";
import { answerParts, type Item, itemsOf, resultOf, userParts } from "./content.ts";
import { failureOf } from "./limits.ts";
import { isoTime, ownTitle } from "./times.ts";

/** The provider of answers that Segue wrote: see write.ts. */
export const FOREIGN = "segue";

export class CrushReader implements Reader {
  readonly #header: Header = emptyHeader("crush");
  #started = false;
  #tip: string | null = null;
  /** The message that stands for all before it, where the session's row names one; null: none does. */
  #summary: string | null | undefined;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    const session = object(member(record, "sessions"));
    if (session) return this.#session(session, at);
    const message = object(member(record, "messages"));
    if (message) return this.#message(message, at);
    return [event({ id: `#${at}`, time: null }, opaque("unknown"))];
  }

  /** The row changes with every prompt: only what stays goes into an entry. */
  #session(row: JsonObject, at: number): Entry[] {
    const time = isoTime(number(row.created_at));
    const place = { id: `#${at}`, time };
    if (this.#started) return [event(place, opaque("sessions"))];
    this.#started = true;
    const header = this.#header;
    header.id = string(row.id) ?? "";
    header.parent = string(row.parent_session_id) || null;
    header.createdAt = time;
    const start = this.header();
    header.title = ownTitle(string(row.title));
    header.updatedAt = isoTime(number(row.updated_at)) ?? time;
    const { summary_message_id: summary } = row;
    if (summary !== undefined) this.#summary = string(summary) ?? null;
    return [event(place, { event: "start", header: start })];
  }

  #message(row: JsonObject, at: number): Entry[] {
    const id = string(row.id) || `#${at}`;
    const time = isoTime(number(row.created_at));
    const header = this.#header;
    if (header.id === "") header.id = string(row.session_id) ?? "";
    if (time !== null && (header.updatedAt ?? "") < time) header.updatedAt = time;
    const { items, odd } = itemsOf(row.parts);
    if (this.#isSummary(row, id)) return this.#compaction({ id, time }, items, odd);
    switch (row.role) {
      case "user":
        return [this.#say({ id, time }, "user", [...this.#user(items), ...odd])];
      case "assistant":
        return this.#assistant({ id, time }, row, items, odd);
      case "tool":
        return [this.#say({ id, time }, "tool", [...items.flatMap(toolPart), ...odd])];
      // Nothing of it is sent.
      default:
        return [
          carryIn(items, { id, time }) ??
            event({ id, time }, { event: "unread", type: kindOf(row), reason: "unsent" }),
        ];
    }
  }

  #isSummary(row: JsonObject, id: string): boolean {
    if (this.#summary !== undefined) return this.#summary === id;
    return row.is_summary_message === 1;
  }

  /** From here on, the text of this message is sent as the user's, in place of all before it. */
  #compaction(place: Place, items: readonly Item[], odd: readonly Part[]): Entry[] {
    const parts = userParts(items.filter(({ type }) => type !== "finish"));
    const said = parts.find((part) => part.kind === "text");
    const summary = said?.text ?? "";
    const at = { ...place, parentId: this.#tip };
    this.#tip = place.id;
    const compaction: Entry = { kind: "event", ...at, event: "compaction", summary };
    const more = { id: `${place.id}/more`, time: place.time };
    const sent = [...parts.filter((part) => part !== said && part.kind !== "unread"), ...odd];
    // Nobody typed it.
    if (sent.length > 0) return [compaction, { ...this.#say(more, "user", sent), told: true }];
    // What else the model said of it, such as its reasoning.
    const [left] = parts.filter((part) => part.kind === "unread");
    if (left === undefined) return [compaction];
    return [compaction, event(more, { event: "unread", type: left.type, reason: left.reason })];
  }

  #user(items: readonly Item[]): Part[] {
    const parts = userParts(items);
    const [first] = parts;
    const isTold = first?.kind === "text" && first.text.startsWith(RESUMED);
    return isTold ? notTyped(parts) : parts;
  }

  #assistant(place: Place, row: JsonObject, items: readonly Item[], odd: readonly Part[]): Entry[] {
    const finish = items.findLast(({ type }) => type === "finish")?.data;
    const parts = [...answerParts(items), ...odd];
    const out: Entry[] = [];
    // Of a request that failed before it was answered, only the end is there.
    if (parts.length > 0 || finish === undefined || !isFailure(finish)) {
      out.push({ ...this.#say(place, "assistant", parts), ...this.#facts(row, finish) });
    }
    if (finish && isFailure(finish)) {
      const isEnd = out.length === 0;
      const end = { id: isEnd ? place.id : `${place.id}#end`, time: isoTime(number(finish.time)) };
      const isCancel = finish.reason === "canceled";
      out.push(event(end, isCancel ? { event: "interruption" } : failureOf(finish)));
    }
    return out;
  }

  #facts(row: JsonObject, finish: JsonObject | undefined): Partial<Message> {
    const model = string(row.model) || undefined;
    if (model !== undefined && row.provider !== FOREIGN) this.#header.model = model;
    const stop = STOPS[string(finish?.reason) ?? ""];
    return { ...(model === undefined ? {} : { model }), ...(stop === undefined ? {} : { stop }) };
  }

  #say({ id, time }: Place, role: Message["role"], parts: Part[]): Message {
    const message: Message = { kind: "message", id, parentId: this.#tip, time, role, parts };
    this.#tip = id;
    return message;
  }
}

interface Place {
  id: string;
  time: string | null;
}

/** How Crush continues by itself after it has summarized a session in the middle of a turn. */
const RESUMED = "The previous session was interrupted because it got too long";

const STOPS: { [reason: string]: NonNullable<Message["stop"]> } = {
  end_turn: "end",
  tool_use: "tool",
  max_tokens: "length",
};

function isFailure({ reason }: JsonObject): boolean {
  return reason === "error" || reason === "canceled";
}

/** See write.ts. */
function carryIn(items: readonly Item[], place: Place): Entry | undefined {
  const carry = items.map(({ data }) => object(data.segue_carry)).find((one) => one !== undefined);
  if (!carry) return undefined;
  return event(place, {
    event: "carry",
    part: number(carry.part) ?? 0,
    parts: number(carry.parts) ?? 0,
    data: string(carry.data) ?? "",
  });
}

function toolPart({ type, data }: Item): Part[] {
  if (type === "tool_result") return [resultOf(data)];
  return type === "finish" ? [] : [unread(type, "unsent")];
}

function kindOf({ role }: JsonObject): string {
  return `messages/${string(role) ?? ""}`;
}

function event(place: Place, body: EventBody): Entry {
  return { kind: "event", ...place, parentId: null, ...body };
}

function opaque(type: string): EventBody {
  return { event: "opaque", type };
}
