/** Decodes Goose's records. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, member, number, string } from "../../session/json.ts";
import { otherPart, saidIn } from "../../session/other.ts";
import { notTyped } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  Message,
  Part,
  ToolResultPart,
  Usage,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { noticesIn, readAnswer, readResults, readUnsent, readUser } from "./content.ts";
import {
  blocksOf,
  carryIn,
  type Facts,
  messageTime,
  type Seen,
  type Stored,
  seenBy,
  unwrap,
} from "./records.ts";

export function reader(): Reader {
  return new GooseReader();
}

class GooseReader implements Reader {
  readonly #header: Header = emptyHeader("goose");
  readonly #ids = new Set<string>();
  readonly #calls = new OpenCalls();
  #started = false;
  #at = 0;
  #tail: string | null = null;
  /** The model is sent one of the messages so far. */
  #isSent = false;
  /**
   * Messages that the model no longer sees: a compaction that follows stands for them. If none
   * does, each of them is hidden by itself.
   */
  #unsent: string[] = [];
  /** The newest message is a compaction's summary. */
  #compacted = false;
  /** The user's newest message. */
  #prompt = "";

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "frame":
        return [];
      case "session": {
        const within = array(member(record, "conversation"));
        return [...this.#session(stored.facts), ...within.flatMap((one) => this.#within(one))];
      }
      case "message":
        return this.#message(stored.message);
      case "other":
        return [this.#aside({ event: "opaque", type: "unknown" })];
    }
  }

  /** A message of a document that stands in one line. */
  #within(message: Json): Entry[] {
    const stored = unwrap(message);
    if (stored.kind === "message") return this.#message(stored.message);
    return [this.#aside({ event: "opaque", type: "unknown" })];
  }

  /** The row changes with every turn: only what stays goes into an entry. */
  #session({ id, cwd, parent, createdAt, title, model, updatedAt }: Facts): Entry[] {
    if (this.#started) return [this.#aside({ event: "opaque", type: "session" })];
    this.#started = true;
    Object.assign(this.#header, { id, cwd, parent, createdAt });
    const header = this.header();
    Object.assign(this.#header, { title, model, updatedAt: updatedAt ?? createdAt });
    return [this.#aside({ event: "start", header })];
  }

  #message(message: Stored): Entry[] {
    const time = messageTime(message.created);
    this.#header.createdAt ??= time;
    if (time !== null && time > (this.#header.updatedAt ?? "")) this.#header.updatedAt = time;
    const carry = carryIn(message.content);
    if (carry) {
      const part = number(carry.part) ?? 0;
      const parts = number(carry.parts) ?? 0;
      return [this.#aside({ event: "carry", part, parts, data: string(carry.data) ?? "" })];
    }
    const blocks = blocksOf(message.content);
    const said = blocks
      ? this.#said(message, blocks, time)
      : [this.#say(message, time, { role: "user", parts: [odd(message.content)] })];
    const told = noticesIn(blocks ?? [], time).map((body) => this.#aside(body, time));
    return [...said, ...told];
  }

  #said(message: Stored, blocks: readonly Json[], time: string | null): Entry[] {
    const seen = seenBy(message.metadata);
    const wasCompacted = this.#compacted;
    this.#compacted = false;
    if (this.#isSummary(message, seen)) return [this.#summary(message, blocks, time)];
    const entries = this.#roles(message, blocks, time);
    // What Goose itself tells the model after a summary.
    const isHint = message.role === "assistant" && !seen.user && (wasCompacted || !seen.agent);
    const own = isHint ? entries.map((entry) => ({ ...entry, scaffold: true })) : entries;
    return this.#withHidden(own, seen, time);
  }

  #roles(message: Stored, blocks: readonly Json[], time: string | null): Message[] {
    switch (message.role) {
      case "assistant":
        return [this.#answer(message, blocks, time)];
      case "user":
        return this.#user(message, blocks, time);
      // Goose leaves messages of any other role out.
      default:
        return [this.#say(message, time, { role: "user", parts: readUnsent(blocks) })];
    }
  }

  /**
   * Of what only the model is to see, the first: all before it, it no longer sees. Segue marks those
   * that it adds: see `withHidden` in database.ts.
   */
  #isSummary({ role, metadata }: Stored, { user, agent }: Seen): boolean {
    if (role !== "user" || user || !agent || member(metadata, "turnContext") === true) return false;
    return !this.#isSent || isMarked(metadata);
  }

  #summary(message: Stored, blocks: readonly Json[], time: string | null): Entry {
    const texts = readUser(blocks).flatMap((part) => ("text" in part ? [part.text ?? ""] : []));
    this.#unsent = [];
    this.#isSent = false;
    this.#compacted = true;
    const place = this.#place(message, time);
    return { kind: "event", ...place, event: "compaction", summary: texts.join("\n\n") };
  }

  #answer(message: Stored, blocks: readonly Json[], time: string | null): Message {
    const parts = readAnswer(blocks);
    for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
    const model = string(member(member(message.metadata, "inference"), "requestedModel"));
    const usage = readUsage(member(message.metadata, "usage"));
    this.#header.model = model ?? this.#header.model;
    return this.#say(message, time, {
      role: "assistant",
      parts,
      ...(model === undefined ? {} : { model }),
      ...(usage === undefined ? {} : { usage }),
      stop: stopOf(message, parts),
    });
  }

  /** Results of tools stand in the user's place. */
  #user(message: Stored, blocks: readonly Json[], time: string | null): Message[] {
    const results = readResults(blocks, (id) => this.#calls.get(id));
    for (const { callId } of results) this.#calls.answer(callId);
    const said = readUser(blocks);
    const entries: Message[] = [];
    if (results.length > 0) entries.push(this.#tool(message, results, time));
    if (said.length === 0 && results.length > 0) return entries;
    return [...entries, this.#say(message, time, { role: "user", ...this.#typed(message, said) })];
  }

  /** Who said it: the user, or Goose, which adds a context of its own to each turn. */
  #typed({ metadata }: Stored, parts: Part[]): Pick<Message, "parts" | "scaffold" | "told"> {
    const { user, agent } = seenBy(metadata);
    const isContext = member(metadata, "turnContext") === true;
    // A summary that another one has replaced, and Goose's own words with it.
    if (isContext || (!user && !agent)) return { parts, scaffold: true };
    const words = JSON.stringify(parts);
    // A compaction repeats the newest prompt.
    const isRepeated = !user && words === this.#prompt;
    if (user) this.#prompt = words;
    return user || isRepeated ? { parts } : { parts: notTyped(parts), told: true };
  }

  #tool(message: Stored, parts: ToolResultPart[], time: string | null): Message {
    return this.#say(message, time, { role: "tool", parts });
  }

  #say(
    message: Stored,
    time: string | null,
    said: Pick<Message, "role" | "parts"> & Partial<Message>,
  ): Message {
    return { kind: "message", ...this.#place(message, time), ...said };
  }

  /** Messages that are shown, but not sent: of an earlier part of the conversation, or remarks. */
  #withHidden(entries: readonly Message[], seen: Seen, time: string | null): Entry[] {
    const ids = entries.map(({ id }) => id);
    if (!seen.agent && !this.#isSent) {
      this.#unsent.push(...ids);
      return [...entries];
    }
    const hidden = seen.agent ? this.#unsent : ids;
    if (seen.agent) this.#unsent = [];
    this.#isSent ||= seen.agent;
    const hides = hidden.map((target) => this.#aside({ event: "hide", target }, time));
    return [...entries, ...hides];
  }

  /** The next place in the conversation, which is one line of messages. */
  #place({ id }: Stored, time: string | null) {
    const place = { id: this.#free(id ?? `#${this.#at}`), parentId: this.#tail, time };
    this.#tail = place.id;
    return place;
  }

  #free(id: string): string {
    let free = id;
    for (let n = 1; this.#ids.has(free); n++) free = `${id}~${n}`;
    this.#ids.add(free);
    return free;
  }

  /** An event beside the conversation. */
  #aside(body: EventBody, time: string | null = null): Entry {
    return { kind: "event", id: this.#free(`#${this.#at}`), parentId: null, time, ...body };
  }
}

/** Goose does not open a session with such a message. */
function odd(content: Json): Part {
  return typeof content === "string"
    ? { kind: "text", text: saidIn(content) }
    : otherPart("content", content);
}

function isMarked(metadata: Json): boolean {
  return member(member(metadata, "usage"), "isCompaction") === true;
}

function stopOf({ metadata }: Stored, parts: readonly Part[]): NonNullable<Message["stop"]> {
  if (member(metadata, "outputTokenLimitReached") === true) return "length";
  return parts.some(({ kind }) => kind === "tool-call") ? "tool" : "end";
}

/** `inputTokens` includes cached tokens. */
function readUsage(usage: Json | undefined): Usage | undefined {
  const count = (key: string) => number(member(usage, key));
  const input = count("inputTokens");
  if (input === undefined) return undefined;
  const cacheRead = count("cacheReadTokens") ?? 0;
  const cacheWrite = count("cacheWriteTokens") ?? 0;
  const output = count("outputTokens") ?? 0;
  return { input: Math.max(0, input - cacheRead - cacheWrite), output, cacheRead, cacheWrite };
}
