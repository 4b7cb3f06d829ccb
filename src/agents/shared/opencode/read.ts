/** Reads OpenCode's sessions, in either form. Facts and sources: README.md of agents/opencode. */

import type { Reader } from "../../../session/codec.ts";
import { emptyHeader } from "../../../session/header.ts";
import { isObject, listOf, member, number, object, string } from "../../../session/json.ts";
import { saidIn } from "../../../session/other.ts";
import { notTyped } from "../../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  Usage,
} from "../../../session/types.ts";
import { answerPart, resultOf, texts, userPart, v2Item, v2Shell, v2User } from "./content.ts";
import { type Item, type Removed, type SessionFacts, type StoredMessage, unwrap } from "./forms.ts";
import { failureOf } from "./limits.ts";
import { ownTitle } from "./title.ts";

interface Place {
  id: string;
  parentId: string | null;
  time: string | null;
}

export class OpenCodeReader implements Reader {
  readonly #header: Header;
  #tip: string | null = null;
  #started = false;
  /** Everything from this message on, and within it from this part on, was reverted. */
  #revert: { message: string; part: string | null } | null = null;
  #reverted = false;
  /** The messages so far and their parents, so that the conversation can leave removed ones. */
  readonly #before = new Map<string, string | null>();
  readonly #ends = new Map<string, string | null>();
  /** A requested compaction: the tail that it keeps. */
  #tail: string | null = null;

  constructor(agent: string) {
    this.#header = emptyHeader(agent);
  }

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    const stored = unwrap(record);
    switch (stored.kind) {
      case "frame":
        return [];
      case "session":
        return this.#session(stored.session, at);
      case "message":
        return this.#message(stored.message);
      case "v2":
        return this.#v2(stored.type, stored.item);
      case "removed":
        return [this.#removed(stored.removed, at)];
      case "other":
        return [event({ id: `#${at}`, parentId: null, time: null }, opaque("unknown"))];
    }
  }

  /** The row changes with every prompt: only its permanent data goes into an entry. */
  #session(facts: SessionFacts, at: number): Entry[] {
    const place = { id: `#${at}`, parentId: null, time: isoTime(facts.created) };
    if (this.#started) return [event(place, opaque("session"))];
    this.#started = true;
    const { id, directory: cwd, parent } = facts;
    Object.assign(this.#header, { id, cwd, parent, createdAt: isoTime(facts.created) });
    const header = this.header();
    Object.assign(this.#header, {
      title: ownTitle(facts.title),
      version: facts.version,
      model: string(member(facts.model ?? {}, "id")) ?? null,
      updatedAt: isoTime(facts.updated) ?? isoTime(facts.created),
    });
    const message = string(member(facts.revert ?? {}, "messageID"));
    const part = string(member(facts.revert ?? {}, "partID")) ?? null;
    if (message !== undefined) this.#revert = { message, part };
    return [event(place, { event: "start", header })];
  }

  #removed(removed: Removed, at: number): Entry {
    if ("after" in removed) this.#tip = this.#ends.get(removed.after) ?? null;
    else this.#tip = this.#before.get(removed.from) ?? null;
    this.#revert = null;
    this.#reverted = false;
    return event({ id: `#${at}`, parentId: null, time: null }, opaque("removed"));
  }

  #message(message: StoredMessage): Entry[] {
    const entries = this.#entries(message);
    this.#ends.set(message.id, this.#tip);
    return entries;
  }

  #entries(message: StoredMessage): Entry[] {
    if (!this.#before.has(message.id)) this.#before.set(message.id, this.#tip);
    if (this.#reverted) return this.#hidden(message);
    const revert = this.#revert;
    if (revert?.message !== message.id) return this.#said(message);
    this.#reverted = true;
    const cut = message.parts.findIndex(({ id }) => id === revert.part);
    if (revert.part === null || cut <= 0) return this.#hidden(message);
    const kept = this.#said({ ...message, parts: message.parts.slice(0, cut) });
    const rest = { ...message, id: `${message.id}#reverted`, parts: message.parts.slice(cut) };
    return [...kept, ...this.#hidden(rest)];
  }

  /** Reverted messages stay in the store until the next prompt, but no model sees them. */
  #hidden(message: StoredMessage): Entry[] {
    const entries = this.#said(message);
    return entries.flatMap((entry) => {
      if (entry.kind !== "message") return [entry];
      const place = { id: `${entry.id}#hide`, parentId: null, time: entry.time };
      return [entry, event(place, { event: "hide", target: entry.id })];
    });
  }

  #said({ id, data, parts }: StoredMessage): Entry[] {
    const time = isoTime(number(member(data.time, "created")) ?? null);
    this.#header.updatedAt = later(this.#header.updatedAt, time);
    const role = string(data.role) ?? "";
    if (role === "user") return this.#user(id, time, parts);
    if (role === "assistant") return this.#assistant(id, time, data, parts);
    return [event({ id, parentId: null, time }, opaque(`message/${role}`))];
  }

  #user(id: string, time: string | null, items: readonly Item[]): Entry[] {
    const compaction = items.find(({ data }) => data.type === "compaction");
    if (compaction) {
      this.#tail = string(compaction.data.tail_start_id) ?? null;
      const asked = event({ id, parentId: null, time }, opaque("compaction"));
      const more = items.flatMap(sentPart);
      return more.length === 0 ? [asked] : [asked, this.#say(`${id}/said`, time, "user", more)];
    }
    const carry = items.map(carryOf).find((body) => body !== undefined);
    if (carry) return [event({ id, parentId: null, time }, carry)];
    const out: Entry[] = [];
    const unsent = items.filter(({ data }) => data.type === "text" && data.ignored === true);
    const sent = items.filter((item) => !unsent.includes(item)).flatMap(sentPart);
    if (unsent.length > 0) {
      const aside = this.#say(`${id}#ignored`, time, "user", unsent.flatMap(userPart));
      out.push({ ...aside, scaffold: true });
    }
    if (sent.length > 0 || unsent.length === 0) out.push(this.#say(id, time, "user", sent));
    return out;
  }

  #assistant(id: string, time: string | null, data: JsonObject, items: readonly Item[]): Entry[] {
    const model = string(data.modelID);
    const { error } = data;
    const spoken = items.some(
      ({ data: { type } }) => type !== "step-start" && type !== "reasoning",
    );
    // An interrupted answer is sent again with its content; one that failed otherwise is not.
    const aborted = string(member(error, "name")) === "MessageAbortedError";
    // An interrupted one replaces nothing: it is an ordinary answer.
    const isWhole = data.finish !== undefined && error === undefined;
    if (data.summary === true && isWhole) return this.#summary(id, time, items);
    if (model !== undefined && data.providerID !== "segue") this.#header.model = model;
    const steps = stepsOf(items);
    const ended = number(member(data.time, "completed")) ?? Date.parse(time ?? "");
    const out = steps.flatMap((step, n) =>
      this.#step(n === 0 ? id : `${id}/${n}`, time, step, (answer) => {
        if (model !== undefined) answer.model = model;
        const usage = n === 0 ? usageOf(data.tokens) : undefined;
        if (usage) answer.usage = usage;
        const stop = STOPS[string(data.finish) ?? ""];
        if (stop && n === steps.length - 1) answer.stop = stop;
        if (error !== undefined && !(aborted && spoken))
          answer.stop = aborted ? "aborted" : "error";
      }),
    );
    for (const item of items) {
      if (item.data.type !== "retry") continue;
      out.push(event(aside(item.id, time), failureOf(item.data.error ?? null, ended)));
    }
    if (error !== undefined) {
      const body: EventBody = aborted ? { event: "interruption" } : failureOf(error, ended);
      out.push(event(aside(`${id}#error`, time), body));
    }
    return out;
  }

  #summary(id: string, time: string | null, items: readonly Item[]): Entry[] {
    const said = items.filter(({ data }) => data.type === "text");
    const summary = said.map(({ data }) => saidIn(data.text)).join("\n\n");
    const keepFrom = this.#tail;
    const place = { id, parentId: this.#tip, time };
    this.#tip = id;
    this.#tail = null;
    const compaction = event(place, {
      event: "compaction",
      summary,
      ...(keepFrom === null ? {} : { keepFrom }),
    });
    const more = items.filter((item) => !said.includes(item));
    const [answer, ...results] = this.#step(`${id}/more`, time, more, () => {});
    if (answer?.kind === "message" && answer.parts.length > 0)
      return [compaction, answer, ...results];
    this.#tip = id;
    return [compaction];
  }

  /** The result of one request to the model: its answer, and the results of its calls. */
  #step(
    id: string,
    time: string | null,
    items: readonly Item[],
    finish: (answer: Message) => void,
  ): Entry[] {
    const results = items.flatMap(resultOf);
    const answer = this.#say(
      id,
      time,
      "assistant",
      items.flatMap((item) => answerPart(item, this.#header.agent)),
    );
    answer.group = id;
    finish(answer);
    if (results.length === 0) return [answer];
    return [answer, this.#say(`${id}/results`, time, "tool", results)];
  }

  #say(id: string, time: string | null, role: Message["role"], parts: Part[]): Message {
    const message: Message = { kind: "message", id, parentId: this.#tip, time, role, parts };
    this.#tip = id;
    return message;
  }

  #v2(type: string, { id, data }: Item): Entry[] {
    const time = isoTime(number(member(data.time, "created")) ?? null);
    // The same conversation a second time.
    if (this.#before.size > 0) return [event({ id, parentId: null, time }, opaque("v2"))];
    switch (type) {
      case "user":
        return [this.#say(id, time, "user", v2User(data))];
      // Not shown, but sent in the user's place.
      case "synthetic":
        return [this.#say(id, time, "user", notTyped(texts(saidIn(data.text))))];
      case "system": {
        const said = this.#say(id, time, "system", texts(saidIn(data.text)));
        return [{ ...said, scaffold: true }];
      }
      case "shell":
        return [this.#say(id, time, "user", notTyped([v2Shell(data)]))];
      case "assistant": {
        const items = listOf(data.content).map((block) =>
          v2Item(isObject(block) ? block : { type: "text", text: block }),
        );
        const said = this.#step(id, time, items, (answer) => {
          const model = string(member(data.model, "id"));
          if (model !== undefined) answer.model = model;
          const usage = usageOf(data.tokens);
          if (usage) answer.usage = usage;
          if (data.error !== undefined) answer.stop = "error";
        });
        if (!isObject(data.error)) return said;
        const failure = failureOf(data.error, Date.parse(time ?? ""));
        return [...said, event(aside(`${id}#error`, time), failure)];
      }
      case "compaction": {
        const place = { id, parentId: this.#tip, time };
        this.#tip = id;
        const said = [data.summary, data.recent].map(saidIn);
        const summary = said.filter((text) => text !== "").join("\n\n");
        return [event(place, { event: "compaction", summary })];
      }
      default:
        return [event({ id, parentId: null, time }, opaque(`session_message/${type}`))];
    }
  }
}

/** Synthetic text is sent, but was not typed: the content of a mentioned file, a reminder. */
function sentPart(item: Item): Part[] {
  return item.data.synthetic === true ? notTyped(userPart(item)) : userPart(item);
}

const STOPS: { [reason: string]: NonNullable<Message["stop"]> } = {
  stop: "end",
  "tool-calls": "tool",
  length: "length",
};

/**
 * Since 1.2, a message is one step; in a message with several, each begins with a part that marks
 * it.
 */
function stepsOf(items: readonly Item[]): Item[][] {
  const steps: Item[][] = [[]];
  for (const item of items) {
    const current = steps.at(-1);
    const begins = item.data.type === "step-start" && current?.some(({ data }) => isSaid(data));
    if (begins) steps.push([item]);
    else current?.push(item);
  }
  return steps;
}

function isSaid({ type }: JsonObject): boolean {
  return type === "text" || type === "tool" || type === "reasoning";
}

/**
 * Vendors bill reasoning as output. Newer versions count it apart from that, and older ones within it: the
 * total tells, which the oldest do not record.
 */
function usageOf(tokens: Json | undefined): Usage | undefined {
  const count = (value: Json | undefined) => number(value) ?? 0;
  const cache = member(tokens, "cache");
  const usage: Usage = {
    input: count(member(tokens, "input")),
    output: count(member(tokens, "output")),
    cacheRead: count(member(cache, "read")),
    cacheWrite: count(member(cache, "write")),
  };
  const { input, output, cacheRead, cacheWrite } = usage;
  const reasoning = count(member(tokens, "reasoning"));
  const isApart =
    number(member(tokens, "total")) === input + output + reasoning + cacheRead + cacheWrite;
  if (isApart) usage.output += reasoning;
  return Object.values(usage).some((n) => n !== 0) ? usage : undefined;
}

function carryOf({ data }: Item): EventBody | undefined {
  const carry = member(object(data.metadata), "segue-carry");
  if (!isObject(carry)) return undefined;
  return {
    event: "carry",
    part: number(carry.part) ?? 0,
    parts: number(carry.parts) ?? 0,
    data: string(carry.data) ?? "",
  };
}

function event(place: Place, body: EventBody): Entry {
  return { kind: "event", ...place, ...body };
}

function aside(id: string, time: string | null): Place {
  return { id, parentId: null, time };
}

function opaque(type: string): EventBody {
  return { event: "opaque", type };
}

function later(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a;
}

export function isoTime(ms: number | null): string | null {
  return ms !== null && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}
