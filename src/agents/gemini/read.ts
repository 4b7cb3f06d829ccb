/** Reads Gemini CLI's records. Facts and sources: README.md in this folder. */
import { hash } from "node:crypto";
import { isFrame } from "../../lossless/document.ts";
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, isObject, listOf, member, number, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  Message,
  Part,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { asResult } from "../shared/genai.ts";
import {
  ACKNOWLEDGED,
  contentParts,
  isContext,
  isIgnored,
  isWhole,
  rawText,
  readCall,
  readContent,
  readResult,
  thoughtText,
} from "./content.ts";
import { isContent } from "./document.ts";
import { readError } from "./limits.ts";
import { type Item, Live, lasting, lastingBefore, turnsBetween } from "./live.ts";
import { parseResult } from "./tools.ts";

export function reader(): Reader {
  return new GeminiReader();
}

/** A message as in its record, before it is known which parts are new. */
interface Said {
  id: string;
  time: string | null;
  role: "user" | "assistant";
  /** For an assistant: reasoning, texts, calls, in order. */
  parts: Part[];
  results: ToolResultPart[];
  key: string;
  scaffold: boolean;
  told?: boolean;
  passing: boolean;
  model?: string;
  usage?: Usage;
}

/** Said in the user's place if a model ends without text after a tool. */
const NUDGE = "[System: You successfully executed a tool but returned an empty response.";

/** How the CLI describes a command that the user ran with `!` (addShellCommandToGeminiHistory). */
const SHELL = "I ran the following shell command:\n";

class GeminiReader implements Reader {
  readonly #header: Header = emptyHeader("gemini");
  readonly #calls = new OpenCalls();
  /** Results that were read, with a fingerprint of their contents. */
  readonly #answered = new Map<string, string>();
  /** The input of each call that was read. */
  readonly #asked = new Map<string, string>();
  readonly #ids = new Set<string>();
  readonly #live = new Live();
  /** Ids for calls without one in a checkpoint, by their tool. */
  readonly #unnamed = new Map<string, string[]>();
  #calling = 0;
  #started = false;
  /** Does a message have an id of its own? */
  #hasIds = false;
  #at = 0;
  #root: string | null = null;
  /** Where the next entry attaches, and the newest entry in the tree. */
  #tip: string | null = null;
  #leaf: string | null = null;

  header(): Header {
    return { ...this.#header };
  }

  // The order in which the CLI itself classifies a line (loadConversationRecord).
  read(record: Json, at: number): Entry[] {
    this.#at = at;
    if (isFrame(record)) return [];
    const rewind = string(member(record, "$rewindTo"));
    if (rewind !== undefined) return this.#rewind(rewind);
    if (typeof member(record, "id") === "string") return this.#record(record);
    const set = member(record, "$set");
    if (isObject(set)) return this.#set(set);
    if (isMetadata(record)) return this.#metadata(record);
    if (isContent(record)) return this.#record(this.#asRecord(record));
    if (isSpoken(record)) return this.#nameless(record);
    return [this.#aside({ event: "opaque", type: string(member(record, "type")) ?? "unknown" })];
  }

  /** A content of a checkpoint as the record that it would be in a session's file. */
  #asRecord(content: Json): Json {
    const isUser = member(content, "role") !== "model";
    const parts = array(member(content, "parts")).map((part) => this.#named(part));
    return { id: `content-${this.#at}`, type: isUser ? "user" : "gemini", content: parts };
  }

  /** The API does not require ids of calls: then results come in the order of the calls. */
  #named(part: Json): Json {
    const [key] = ["functionCall", "functionResponse"].filter((name) =>
      isObject(member(part, name)),
    );
    const about = key === undefined ? undefined : member(part, key);
    if (key === undefined || !isObject(about) || typeof about.id === "string") return part;
    const name = string(about.name) ?? "";
    const open = this.#unnamed.get(name) ?? [];
    this.#unnamed.set(name, open);
    const id = key === "functionCall" ? `${name}-${this.#at}-${++this.#calling}` : open.shift();
    if (id === undefined) return part;
    if (key === "functionCall") open.push(id);
    return { [key]: { ...about, id } };
  }

  #metadata(record: Json): Entry[] {
    const header = this.#header;
    const first = !this.#started;
    this.#started = true;
    const text = (key: string) => string(member(record, key));
    if (first) {
      header.id = text("sessionId") ?? "";
      header.createdAt = text("startTime") ?? null;
      header.updatedAt = text("lastUpdated") ?? header.createdAt;
      this.#root = `#${this.#at}`;
    }
    header.title = text("summary") ?? header.title;
    header.cwd ??= string(array(member(record, "directories"))[0]) ?? null;
    const body: EventBody = first
      ? { event: "start", header: this.header() }
      : { event: "opaque", type: "metadata" };
    return [this.#aside(body, header.createdAt), ...this.#within(record)];
  }

  /** A whole document on one line. */
  #within(record: Json): Entry[] {
    return array(member(record, "messages")).flatMap((message, i) => {
      if (typeof member(message, "id") === "string") return this.#record(message);
      return isSpoken(message) ? this.#nameless(message, `.${i}`) : [this.#unsent(message)];
    });
  }

  /**
   * A message without an id. The CLI does not load it; if no message has an id, as in transcripts
   * that were cleaned, they are still read in order.
   */
  #nameless(message: Json, place = ""): Entry[] {
    if (this.#hasIds || !isObject(message)) return [this.#unsent(message)];
    return this.#say({ ...message, id: `#${this.#at}${place}` });
  }

  /** A message that the CLI does not load: it has no id, or an unknown type. */
  #unsent(message: Json): Entry {
    const type = string(member(message, "type")) ?? "unknown";
    const isKnown = type === "user" || type === "gemini";
    const body: EventBody = isKnown
      ? { event: "unread", type: "message", reason: "unsent" }
      : { event: "opaque", type };
    return this.#aside(body, string(member(message, "timestamp")) ?? null);
  }

  #isTaken(message: Json): boolean {
    const type = string(member(message, "type")) ?? "";
    return typeof member(message, "id") === "string" && TYPES.has(type);
  }

  #set(set: { [key: string]: Json }): Entry[] {
    const header = this.#header;
    header.id = string(set.sessionId) ?? header.id;
    header.updatedAt = string(set.lastUpdated) ?? header.updatedAt;
    header.cwd ??= string(array(set.directories)[0]) ?? null;
    if (isObject(set.segueCarry)) return [this.#aside(carry(set.segueCarry))];
    const title = string(set.summary);
    if (title !== undefined) {
      header.title = title;
      return [this.#aside({ event: "title", title })];
    }
    if (Array.isArray(set.messages)) return this.#checkpoint(set.messages);
    const known = Object.keys(set).every((key) => PLAIN.has(key));
    return known ? [] : [this.#aside({ event: "opaque", type: `$set/${Object.keys(set).join()}` })];
  }

  #record(record: Json): Entry[] {
    this.#hasIds = true;
    return this.#say(record);
  }

  #say(record: Json): Entry[] {
    const time = string(member(record, "timestamp")) ?? null;
    this.#header.updatedAt = time ?? this.#header.updatedAt;
    const said = this.#said(record);
    if (said) return [...this.#retold(said), ...this.#message(said)];
    return [this.#aside(notice(record), time)];
  }

  #message(said: Said): Entry[] {
    const item = this.#live.get(said.id);
    if (!item) return this.#add(said);
    const isSame = item.key === said.key || (item.passing && said.passing);
    if (isSame) return this.#amend(item, said);
    if (item !== this.#live.last)
      return [this.#aside({ event: "opaque", type: "message/changed" })];
    // Replaces an earlier version of the message.
    const undone = this.#goTo(item.before, item);
    return [...undone, ...this.#add(said)];
  }

  /** A new message. */
  #add(said: Said): Entry[] {
    const entries = this.#entries(said, said.parts);
    const item: Item = {
      id: said.id,
      key: said.key,
      calls: new Set(callIds(said.parts)),
      thoughts: new Set(thoughtsIn(said.parts)),
      isTurn: entries.some(isTurn),
      passing: said.passing,
      hasUsage: said.usage !== undefined,
      before: this.#live.last,
      first: entries[0]?.id ?? null,
      tail: this.#tip,
      entries: entries.length,
    };
    this.#live.add(item);
    // A result may occur twice in one checkpoint: beside its call, and in a separate message.
    return [...entries, ...this.#retold(said)];
  }

  /** A message that is written again, with additions. */
  #amend(item: Item, said: Said): Entry[] {
    const isNew = (part: Part) =>
      (part.kind === "tool-call" && !item.calls.has(part.callId)) ||
      (part.kind === "reasoning" && !item.thoughts.has(part.text));
    const calls = said.parts.filter(isNew);
    const usage = said.usage && !item.hasUsage ? { usage: said.usage } : {};
    const { usage: _, ...rest } = said;
    const entries = this.#entries({ ...rest, ...usage }, calls, item.entries);
    for (const id of callIds(calls)) item.calls.add(id);
    for (const text of thoughtsIn(calls)) item.thoughts.add(text);
    item.hasUsage ||= said.usage !== undefined;
    item.entries += entries.length;
    item.first ??= entries[0]?.id ?? null;
    if (entries.length > 0 && this.#live.last) this.#live.last.tail = this.#tip;
    return entries;
  }

  /** `parts` of a message, and the results that have not been read yet. */
  #entries(said: Said, parts: Part[], number = 0): Entry[] {
    const { id, time, role, model, usage } = said;
    const entries: Entry[] = [];
    if (said.scaffold) this.#noteFolder(said);
    for (const part of parts) {
      if (part.kind !== "tool-call") continue;
      this.#calls.add(part);
      this.#asked.set(part.callId, inputOf(part));
      this.#answered.delete(part.callId);
    }
    const results = said.results.filter(({ callId }) => !this.#answered.has(callId));
    const place = () => this.#place(id, time, number + entries.length);
    const answer = () => {
      if (results.length === 0) return;
      const told = results.map((result) => this.#result(result));
      entries.push({ kind: "message", ...place(), role: "tool", parts: told });
    };
    if (role === "user") answer();
    if (parts.length > 0 || usage) {
      const entry: Message = { kind: "message", ...place(), role, parts };
      if (role === "assistant") entry.group = id;
      if (said.scaffold) entry.scaffold = true;
      if (said.told) entry.told = true;
      if (model !== undefined) entry.model = model;
      if (usage) entry.usage = usage;
      entries.push(entry);
    }
    if (role === "assistant") answer();
    return entries;
  }

  /** A call or a result that is repeated in other words: the CLI shortens old results. */
  #retold(said: Said): Entry[] {
    const isOther = (before: string | undefined, now: string) =>
      before !== undefined && before !== now;
    const asked = said.parts.some(
      (part) => part.kind === "tool-call" && isOther(this.#asked.get(part.callId), inputOf(part)),
    );
    const answered = said.results.some((result) =>
      isOther(this.#answered.get(result.callId), gist(result)),
    );
    const types = [...(asked ? ["functionCall"] : []), ...(answered ? ["functionResponse"] : [])];
    return types.map((type) =>
      this.#aside({ event: "unread", type, reason: "repeated" }, said.time),
    );
  }

  #result(result: ToolResultPart): ToolResultPart {
    const use = this.#calls.get(result.callId)?.use ?? null;
    this.#answered.set(result.callId, gist(result));
    this.#calls.answer(result.callId);
    return parseResult(use, result);
  }

  /** The next position in the tree: the first entry of a message gets its id, if it is free. */
  #place(id: string, time: string | null, number: number) {
    const place = {
      id: this.#free(number === 0 ? id : `${id}#${number}`),
      parentId: this.#tip,
      time,
    };
    this.#tip = this.#leaf = place.id;
    return place;
  }

  #free(id: string): string {
    let free = id;
    for (let n = this.#at; this.#ids.has(free); n++) free = `${id}~${n}`;
    this.#ids.add(free);
    return free;
  }

  /** An event outside the tree. */
  #aside(body: EventBody, time: string | null = null): Entry {
    return { kind: "event", id: this.#free(`#${this.#at}`), parentId: null, time, ...body };
  }

  #inTree(body: EventBody): Entry {
    const { updatedAt } = this.#header;
    return { kind: "event", ...this.#place(`#${this.#at}`, updatedAt, 0), ...body };
  }

  #rewind(id: string): Entry[] {
    const { last } = this.#live;
    this.#live.rewind(id);
    return this.#goTo(this.#live.last, last);
  }

  /** Makes `item` the newest message in place of `from`; null is the empty conversation. */
  #goTo(item: Item | null, from: Item | null): Entry[] {
    const turns = turnsBetween(from, item);
    this.#tip = item ? item.tail : this.#root;
    const compacted = item?.compacted;
    if (item && compacted && item !== from) {
      // Only a part of what the compaction kept is left.
      const again = this.#inTree({ event: "compaction", ...compacted });
      item.tail = again.id;
      delete item.compacted;
      return [again];
    }
    if (this.#tip === this.#leaf || this.#leaf === null) return [];
    const gone = this.#inTree({ event: "rollback", turns });
    if (item) item.tail = gone.id;
    return [gone];
  }

  /**
   * A checkpoint repeats the whole conversation; the CLI writes one at every resume. What is
   * already known produces no entries, whatever its formatting.
   */
  #checkpoint(messages: Json[]): Entry[] {
    const from = this.#live.last;
    const stated = messages
      .map((message) => this.#said(message))
      .filter((said) => said !== undefined);
    const said = stated.filter(({ scaffold }) => !scaffold);
    const unsent = messages.filter((message) => !this.#isTaken(message));
    const context = [...unsent.map((message) => this.#unsent(message)), ...this.#context(stated)];
    this.#live.clear();
    if (said.length === 0) {
      // The CLI begins every run like this; in one that resumes, the conversation follows
      // immediately.
      if (from) this.#tip = null;
      return context;
    }
    let known = 0;
    const more: Entry[] = [];
    for (; known < said.length; known++) {
      const one = said[known];
      const item = one && this.#follows(one);
      if (!one || !item) break;
      this.#live.take(item);
    }
    const rest = said.slice(known);
    const compaction = known === 0 ? this.#compaction(rest, from) : null;
    if (compaction) return [...context, ...compaction];
    more.push(...this.#goTo(this.#live.last, from));
    for (const one of said.slice(0, known)) {
      more.push(...this.#retold(one));
      const item = this.#live.get(one.id);
      if (item && item === this.#live.last) more.push(...this.#amend(item, one));
      else if (item && thoughtsIn(one.parts).some((text) => !item.thoughts.has(text))) {
        more.push(this.#aside({ event: "unread", type: "thought", reason: "repeated" }, one.time));
      }
    }
    return [...context, ...more, ...rest.flatMap((one) => this.#add(one))];
  }

  /** The context with which the CLI opens a conversation, when it is first seen. */
  #context(stated: readonly Said[]): Entry[] {
    const entries = stated.flatMap((said) => {
      const isNew = said.scaffold && !this.#ids.has(said.id);
      return isNew ? this.#entries(said, said.parts) : [];
    });
    // In a conversation that continues, it follows what was said so far.
    const { last } = this.#live;
    if (entries.length > 0 && last) last.tail = this.#tip;
    return entries;
  }

  #noteFolder({ parts }: Said): void {
    const [part] = parts;
    const text = part?.kind === "text" ? part.text : "";
    this.#header.cwd ??= /\*\*Workspace Directories:\*\*\n {2}- (.+)/.exec(text)?.[1] ?? null;
  }

  /** The message that is meant, if it is known and follows the newest one. */
  #follows(said: Said): Item | undefined {
    const newest = lasting(this.#live.last);
    const item = this.#live.known(said.id);
    if (item?.key === said.key && (item.passing || lastingBefore(item) === newest)) return item;
    if (!said.passing || !said.results.every(({ callId }) => this.#answered.has(callId))) {
      return undefined;
    }
    return {
      ...PASSING,
      id: said.id,
      key: said.key,
      before: this.#live.last,
      calls: new Set(),
      thoughts: new Set(),
      tail: this.#live.last?.tail ?? null,
    };
  }

  /** The chat was compressed: a summary, the CLI's answer to it, and what it keeps. */
  #compaction(said: readonly Said[], from: Item | null): Entry[] | null {
    const [first, second, ...rest] = said;
    if (first?.role !== "user" || second?.role !== "assistant") return null;
    if (plain(second.parts) !== ACKNOWLEDGED) return null;
    const summary = plain(first.parts);
    const kept = keptOf(
      rest.filter(({ passing }) => !passing),
      lasting(from),
    );
    const keepFrom = kept?.[0]?.first ?? undefined;
    this.#tip = from ? from.tail : this.#root;
    const compacted = { summary, ...(keepFrom === undefined ? {} : { keepFrom }) };
    const event = this.#inTree({ event: "compaction", ...compacted });
    for (const one of [first, second]) this.#restate(one, event.id, { summary });
    if (!kept) return [event, ...rest.flatMap((one) => this.#add(one))];
    for (const [n, one] of rest.filter(({ passing }) => !passing).entries()) {
      this.#restate(one, kept[n]?.tail ?? null, compacted, kept[n]);
    }
    const last = this.#live.last;
    if (last) {
      last.tail = event.id;
      delete last.compacted;
    }
    return [event];
  }

  /** A message of a checkpoint that already has an entry. */
  #restate(
    said: Said,
    tail: string | null,
    compacted: NonNullable<Item["compacted"]>,
    as?: Item,
  ): void {
    this.#live.add({
      id: said.id,
      key: said.key,
      calls: as?.calls ?? new Set(callIds(said.parts)),
      thoughts: as?.thoughts ?? new Set(thoughtsIn(said.parts)),
      isTurn: as?.isTurn ?? false,
      passing: false,
      hasUsage: true,
      before: this.#live.last,
      first: as?.first ?? null,
      tail,
      entries: as?.entries ?? 1,
      compacted,
    });
  }

  /** A message of user or model; undefined for any other record. */
  #said(record: Json): Said | undefined {
    const id = string(member(record, "id"));
    const type = member(record, "type");
    if (id === undefined || (type !== "user" && type !== "gemini")) return undefined;
    const time = string(member(record, "timestamp")) ?? null;
    if (type === "user") return userSaid(id, time, member(record, "content"));
    const model = string(member(record, "model"));
    this.#header.model = model ?? this.#header.model;
    return modelSaid(id, time, record);
  }
}

const PASSING = { isTurn: false, passing: true, hasUsage: true, first: null, entries: 1 };

/** Keys of `$set` without a meaning for entries. */
const PLAIN = new Set(["lastUpdated", "sessionId", "directories", "memoryScratchpad", "startTime"]);

/**
 * The messages that a checkpoint kept, if they are the newest of the conversation, in the same
 * order.
 */
function keptOf(said: readonly Said[], last: Item | null): Item[] | null {
  const kept: Item[] = [];
  let at = last;
  for (const one of [...said].reverse()) {
    if (!at || at.key !== one.key) return null;
    kept.unshift(at);
    at = lastingBefore(at);
  }
  return kept;
}

function userSaid(id: string, time: string | null, content: Json | undefined): Said {
  const { parts, results } = readContent(content, "user");
  const text = plain(parts);
  const scaffold = isContext(content);
  const told = text.startsWith(NUDGE) || text.startsWith(SHELL) ? { told: true } : {};
  const passing = parts.length === 0 || isIgnored(rawText(content));
  return {
    id,
    time,
    role: "user",
    parts,
    results,
    key: keyOf("user", parts),
    scaffold,
    passing,
    ...told,
  };
}

/**
 * Live records contain text, with thoughts and calls beside it; those of a checkpoint contain
 * parts, which precede what is beside them (convertSessionToClientHistory).
 */
function modelSaid(id: string, time: string | null, record: Json): Said {
  const { parts } = readContent(member(record, "content"), "assistant");
  const toolCalls = array(member(record, "toolCalls"));
  const whole = contentParts(member(record, "content")).some(isWhole);
  if (!whole) {
    parts.unshift(...listOf(member(record, "thoughts")).map(readThought));
    parts.push(...toolCalls.map(readCall));
  }
  const model = string(member(record, "model"));
  const usage = readUsage(member(record, "tokens"));
  return {
    id,
    time,
    role: "assistant",
    parts,
    results: resultsOf(toolCalls),
    key: keyOf("assistant", parts),
    scaffold: false,
    passing: parts.length === 0,
    ...(model === undefined ? {} : { model }),
    ...(usage ? { usage } : {}),
  };
}

function readThought(thought: Json): Part {
  return { kind: "reasoning", text: thoughtText(thought) };
}

/**
 * The results beside the calls of a message. After a checkpoint, every call has the results of all
 * of them: each result is taken from its own call.
 */
function resultsOf(toolCalls: readonly Json[]): ToolResultPart[] {
  const ids = new Set(toolCalls.map((call) => string(member(call, "id")) ?? ""));
  const found = new Map<string, ToolResultPart>();
  for (const call of toolCalls) {
    const { own, more } = resultsAt(call);
    for (const one of own) found.set(one.callId, one);
    for (const one of more)
      if (!ids.has(one.callId) && !found.has(one.callId)) found.set(one.callId, one);
  }
  return [...found.values()];
}

/** A call's own result, and everything else beside it. */
function resultsAt(call: Json): { own: ToolResultPart[]; more: ToolResultPart[] } {
  const callId = string(member(call, "id")) ?? "";
  const result = member(call, "result");
  if (result === undefined || result === null || result === "") return { own: [], more: [] };
  if (typeof result === "string") {
    const name = member(call, "name") ?? "";
    return { own: [readResult({ id: callId, name, response: { output: result } })], more: [] };
  }
  const { results, parts } = readContent(result, "user");
  // Parts without a functionResponse are sent unchanged: they are the result.
  const content = parts.flatMap((part) =>
    part.kind === "tool-call" || part.kind === "tool-result" ? [] : [asResult(part)],
  );
  const own =
    results.find((one) => one.callId === callId) ?? (results.length === 1 ? results[0] : undefined);
  if (own === undefined && results.length > 0) return { own: [], more: results };
  const whole = own ?? { kind: "tool-result", callId, isError: false, content: [] };
  return {
    own: [{ ...whole, callId, content: [...whole.content, ...content] }],
    more: results.filter((one) => one !== own),
  };
}

function readUsage(tokens: Json | undefined): Usage | undefined {
  const input = number(member(tokens, "input"));
  if (input === undefined) return undefined;
  const count = (key: string) => number(member(tokens, key)) ?? 0;
  const cacheRead = count("cached");
  // Input includes cached tokens, and output excludes thoughts.
  const output = count("output") + count("thoughts");
  return { input: Math.max(0, input - cacheRead), output, cacheRead, cacheWrite: 0 };
}

/** A message of neither side. */
function notice(record: Json): EventBody {
  const type = string(member(record, "type")) ?? "unknown";
  const text = plain(readContent(member(record, "content"), "user").parts);
  if (type === "error") return readError(text, string(member(record, "timestamp")) ?? null);
  if (type === "info" && text === "Request cancelled.") return { event: "interruption" };
  return { event: "opaque", type };
}

function carry(data: Json): EventBody {
  return {
    event: "carry",
    part: number(member(data, "part")) ?? 0,
    parts: number(member(data, "parts")) ?? 0,
    data: string(member(data, "data")) ?? "",
  };
}

function inputOf({ name, input }: ToolCallPart): string {
  return hash("sha1", JSON.stringify([name, input]), "base64");
}

/** Distinguishes results from other content. */
function gist({ content }: ToolResultPart): string {
  const said = content.map((part) =>
    "text" in part ? (part.text ?? "") : "data" in part ? (part.data ?? "") : "",
  );
  return hash("sha1", said.join("\u0000"), "base64");
}

function plain(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
}

function keyOf(role: string, parts: readonly Part[]): string {
  const said = parts.map((part) => {
    if (part.kind === "text") return part.text;
    if (part.kind === "image" || part.kind === "file") {
      return `\u0001${part.data ?? part.url ?? ""}`;
    }
    return part.kind === "other" ? `\u0002${part.type}\u0000${part.text}` : "";
  });
  return hash("sha1", `${role}\u0000${said.join("")}`, "base64");
}

function thoughtsIn(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (part.kind === "reasoning" ? [part.text] : []));
}

function callIds(parts: readonly Part[]): string[] {
  return parts.flatMap((part) =>
    part.kind === "tool-call" ? [(part satisfies ToolCallPart).callId] : [],
  );
}

function isTurn(entry: Entry): boolean {
  return entry.kind === "message" && entry.role === "user" && !entry.scaffold;
}

function isMetadata(record: Json): boolean {
  const { sessionId, projectHash } = isObject(record) ? record : {};
  return typeof sessionId === "string" && typeof projectHash === "string";
}

const TYPES = new Set(["user", "gemini", "info", "error", "warning"]);

/** Is it a message of the user or the model, with or without an id? */
function isSpoken(record: Json): boolean {
  const type = member(record, "type");
  return (type === "user" || type === "gemini") && member(record, "content") !== undefined;
}

/** Does a record look like a line of Gemini CLI? */
export function recognises(record: Json): boolean {
  if (!isObject(record)) return false;
  if (typeof record.$rewindTo === "string" || isObject(record.$set)) return true;
  if (typeof record.id !== "string") return isMetadata(record) || isContent(record);
  const known = typeof record.type === "string" && TYPES.has(record.type);
  return known && Object.hasOwn(record, "content") && !Object.hasOwn(record, "parentId");
}
