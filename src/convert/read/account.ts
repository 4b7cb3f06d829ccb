/**
 * Accounts for the contents of a record: every string and blob is in a part of its entries, is
 * known not to be content, or is named as left out. Anything else would be lost silently.
 */
import { hash } from "node:crypto";
import { CONTENT } from "../../agents/shared/known.ts";
import type { Agent } from "../../agents/types.ts";
import { parseValue } from "../../lossless/json-text.ts";
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject } from "../../session/json.ts";
import { MOST_DEPTH } from "../../session/other.ts";
import { CODES, leadingReasoning } from "../../session/text.ts";
import type { Entry, Json, JsonObject, Part } from "../../session/types.ts";

/**
 * Places in a record, such as `message.content[].text`, whose strings are in no part of its
 * entries.
 */
export interface Unaccounted {
  /** Known content, or of an unknown kind. */
  content: string[];
  /** Unknown keys of a known kind: content, or a setting of a newer version. */
  keys: string[];
}

/** `known` declares what is not content; everything else counts as content. */
export type Accounted = Pick<Agent, "known" | "frames" | "restates">;

/** Accounts for the records of one session, in order. */
export class Accountant {
  readonly #agent: Accounted;
  readonly #known: Shape;
  /**
   * Keys that are not content in some known kind of record are not content in a record of an
   * unknown kind either.
   */
  /** Strings that an earlier record accounted for; null if no record repeats another. */
  readonly #before: Set<string> | null;

  constructor(agent: Accounted) {
    this.#agent = agent;
    this.#known = agent.known ?? CONTENT;
    this.#before = agent.restates ? new Set() : null;
  }

  unaccounted(record: Json, entries: readonly Entry[]): Unaccounted {
    const isNamed = entries.some(isLeftOut);
    if (isNamed && this.#before === null) return NOTHING;
    const account = new Account(entries, this.#before, this.#agent.frames);
    this.#walk(account, record);
    return isNamed ? NOTHING : { content: [...account.content], keys: [...account.keys] };
  }

  /** In a record of an unknown kind, everything that is content in some known kind, or unknown. */
  #walk(account: Account, record: Json): void {
    const place = { shape: this.#known, at: "", isNew: false };
    const kind = this.#known === true ? null : nameIn(record, this.#known);
    if (kind?.shape === CONTENT && isObject(record)) {
      const envelope = envelopeOf(this.#known);
      const own = Object.entries(record).filter(([key]) => !envelope.has(key));
      account.walk(Object.fromEntries(own), { ...place, shape: CONTENT, at: kind.name });
    } else account.walk(record, place);
  }
}

/** What of a value is in no part of a record's entries. */
export class Unsaid {
  readonly #account: Account;

  constructor(entries: readonly Entry[], frames?: Frames) {
    this.#account = new Account(entries, null, frames);
  }

  /** Does the value contain a string that is in no part? */
  has(value: Json, shape: Exclude<Shape, true> = CONTENT): boolean {
    this.#account.content.clear();
    this.#account.walk(value, { shape, at: "", isNew: false });
    return this.#account.content.size > 0;
  }

  /** The value without the members and items that are in parts; undefined if nothing is left. */
  of(value: Json, depth = 0): Json | undefined {
    if (!this.has(value)) return undefined;
    if (depth > MOST_DEPTH) return value;
    if (Array.isArray(value)) return value.flatMap((item) => this.of(item, depth + 1) ?? []);
    if (!isObject(value)) return value;
    const left = Object.entries(value).flatMap(([key, item]): [string, Json][] => {
      const some = this.has({ [key]: item }) ? this.of(item, depth + 1) : undefined;
      return some === undefined ? [] : [[key, some]];
    });
    return Object.fromEntries(left);
  }
}

/** An agent's shape is one object for the lifetime of the process. */
const envelopes = new WeakMap<object, ReadonlySet<string>>();

/** Keys that have no content in any kind of record. */
function envelopeOf(known: Shape): ReadonlySet<string> {
  if (typeof known !== "object") return findEnvelope(known);
  const before = envelopes.get(known);
  if (before !== undefined) return before;
  const found = findEnvelope(known);
  envelopes.set(known, found);
  return found;
}

function findEnvelope(known: Shape): ReadonlySet<string> {
  const members = keysOf(known).flatMap((kind) => Object.entries(kind));
  const plain = new Set(members.map(([key]) => key));
  for (const [key, shape] of members) if (shape !== true) plain.delete(key);
  return plain;
}

function keysOf(shape: Shape): Readonly<Record<string, Shape>>[] {
  if (shape === true || shape === CONTENT || "each" in shape) return [];
  return "keys" in shape ? [shape.keys] : Object.values(shape.of).flatMap(keysOf);
}

const IDS = new Set(["id", "tool_use_id"]);
/**
 * The type of a record or block of an unknown kind, and what it belongs to, are not content either.
 */
const OWN_IDS = new Set([...IDS, "toolUseID", "parentToolUseID", "callID", "call_id", "callId"]);

const NOTHING: Unaccounted = { content: [], keys: [] };

/** A fingerprint that is enough to recognize a long string. */
function token(text: string): string {
  return text.length <= 40 ? text : hash("sha1", text, "base64");
}

/** What the loss report counts, record by record. */
function isLeftOut(entry: Entry): boolean {
  // The record as a whole, cut (see fill.ts).
  if (entry.kind === "message") {
    return entry.parts.some(
      (part) => part.kind === "other" && part.type === "message" && part.cut === true,
    );
  }
  return entry.event === "opaque" || entry.event === "unread" || entry.event === "carry";
}

/** The position of the walk through a record. `isNew`: below an unknown key. */
interface At {
  shape: Shape;
  at: string;
  isNew: boolean;
}

class Account {
  readonly content = new Set<string>();
  readonly keys = new Set<string>();
  readonly #said: string;
  /** A part contains a command's exit code. */
  #ended = false;
  /** A part says that it is cut, for example because of deep nesting. */
  #isCut = false;
  /** Kinds of blocks that are named as left out. */
  readonly #unread = new Set<string>();

  readonly #before: Set<string> | null;
  readonly #frames: Frames;

  constructor(entries: readonly Entry[], before: Set<string> | null, frames: Frames = {}) {
    this.#before = before;
    this.#frames = frames;
    const texts: string[] = [];
    for (const entry of entries) this.#collect(entry, texts);
    this.#said = texts.join("\n");
    for (const text of before ? texts : []) before?.add(token(text));
  }

  #collect(entry: Entry, texts: string[]): void {
    if (entry.kind === "event") {
      strings({ ...entry, kept: null }, texts);
      if (entry.event === "compaction") {
        for (const kept of entry.kept ?? []) this.#collect(kept, texts);
      }
      return;
    }
    for (const part of entry.parts) this.#part(part, texts);
  }

  #part(part: Part, texts: string[]): void {
    if (part.kind === "unread") this.#unread.add(part.type);
    // The loss report names what is cut.
    if (part.kind === "other" && part.cut) {
      this.#unread.add(part.type);
      this.#isCut = true;
    }
    if (part.kind !== "tool-result") {
      strings({ ...part }, texts);
      return;
    }
    strings({ ...part, content: null }, texts);
    // A first line with nothing else is read as a number.
    if (part.exitCode !== undefined) texts.push(`Exit code ${part.exitCode}`);
    this.#ended ||= part.exitCode !== undefined;
    for (const item of part.content) this.#part(item, texts);
  }

  walk(value: Json, place: At): void {
    const { shape, at } = place;
    if (shape === true) this.#noteCopies(value);
    if (shape === true || (this.#isCut && isDeep(at))) return;
    if (typeof value === "string") {
      if (!isForm(value, shape)) this.#string(value, place);
    } else if (Array.isArray(value)) {
      const { shape: list } = nameIn(value, shape);
      if (list === true) return;
      const each = list !== CONTENT && "each" in list ? list.each : CONTENT;
      for (const item of value) this.walk(item, { ...place, shape: each, at: `${at}[]` });
    } else if (isObject(value)) this.#object(value, shape, place);
  }

  /** A later record may restate what is a copy here, such as Gemini CLI's `thoughts`, by itself. */
  #noteCopies(value: Json): void {
    if (this.#before === null || typeof value !== "object") return;
    const texts: string[] = [];
    strings(value, texts);
    for (const text of texts) if (this.#said.includes(text)) this.#before.add(token(text));
  }

  #object(value: JsonObject, shape: Exclude<Shape, true>, { at, isNew }: At): void {
    if ("type" in value && this.#unread.has(nameOf(value.type))) return;
    const named = nameIn(value, shape);
    if (named.shape === true) return;
    const place = `${at}${named.name}`;
    const known = named.shape !== CONTENT && "keys" in named.shape ? named.shape.keys : null;
    for (const [key, item] of Object.entries(value)) {
      if (this.#unread.has(key)) continue;
      const inner = known && Object.hasOwn(known, key) ? known[key] : undefined;
      // The name of a kind is not content.
      if (inner === undefined && key === "type") continue;
      // Vendors' ids are always text: another value in the place of one means nothing.
      if (inner === CONTENT && IDS.has(key) && typeof item !== "string") continue;
      if (inner === undefined && OWN_IDS.has(key) && isId(item)) continue;
      this.walk(item, {
        shape: inner ?? CONTENT,
        at: place === "" ? key : `${place}.${key}`,
        isNew: isNew || (known !== null && inner === undefined),
      });
    }
  }

  #string(text: string, place: At): void {
    if (this.#isSaid(text)) {
      this.#before?.add(token(text));
      return;
    }
    if (
      this.#before &&
      [text, ...this.#unframed(text)].some((one) => this.#before?.has(token(one)))
    ) {
      return;
    }
    const pieces = this.#frames.pieces?.(text) ?? null;
    const inner = pieces === null ? parsed(text) : undefined;
    if (pieces !== null) for (const piece of pieces) this.walk(piece, place);
    else if (inner !== undefined) this.walk(inner, place);
    else if (place.isNew) this.keys.add(place.at);
    else this.content.add(place.at);
  }

  /** A reader may remove a frame from a text, or arrange its lines differently. */
  #isSaid(text: string): boolean {
    if (text.trim() === "" || text === this.#frames.hidden || this.#said.includes(text))
      return true;
    // Parts that contain JSON as text have it escaped.
    if (this.#said.includes(JSON.stringify(text).slice(1, -1))) return true;
    if (
      [...this.#unframed(text), ...inBase64(text)].some((body) => this.#said.includes(body.trim()))
    )
      return true;
    // What Segue itself wrote as a quotation is read as the reasoning that it was.
    const parts = leadingReasoning(text);
    if (parts.some(({ kind }) => kind === "reasoning")) {
      return parts.every((part) => this.#isSaid(part.text));
    }
    const lines = text
      .split("\n")
      .map((line) => line.trim())
      .filter(
        (line) => !/^<\/?(?:system-reminder|user_query|thinking-content-[0-9a-f]{32})>$/.test(line),
      );
    const isSaid = (line: string) =>
      this.#said.includes(line) || (this.#ended && this.#frames.ends?.test(line) === true);
    const isPut = text.includes("\n") || this.#ended;
    if (isPut && lines.length > 0 && lines.every(isSaid)) return true;
    return [text, ...this.#unframed(text)].some((body) => this.#isNumbered(body));
  }

  /** The text without what a part may leave out. */
  #unframed(text: string): string[] {
    const frames = [...FRAMES, ...(this.#frames.around ?? [])];
    return frames
      .map(([frame, inside]) => text.replace(frame, inside))
      .filter((one) => one !== text);
  }

  /** Lines that a tool numbered, in order and without gaps, are read without their numbers. */
  #isNumbered(text: string): boolean {
    const plain = text.split("\n").map((line) => /^ *(\d+)[\t→|]([\s\S]*)$/.exec(line));
    const first = Number(plain[0]?.[1]);
    return plain.every(
      (line, n) =>
        line !== null && Number(line[1]) === first + n && this.#said.includes(line[2] ?? ""),
    );
  }
}

/** What parts leave out whatever the agent: the head of a `data:` URL, and codes for a terminal. */
const FRAMES: readonly (readonly [frame: RegExp, inside: string])[] = [
  [/^data:[^,]*,/, ""],
  [CODES, ""],
];

/** Is it a text of a kind that is known to be read otherwise than word by word? */
function isForm(text: string, shape: Exclude<Shape, true>): boolean {
  if (shape === CONTENT || !("name" in shape)) return false;
  const name = shape.name(text);
  return name !== "" && Object.hasOwn(shape.of, name) && shape.of[name] === true;
}

/** Deeper than parts of an unknown kind go. */
function isDeep(at: string): boolean {
  return at.split(/[.[]/).length > MOST_DEPTH;
}

function isId(value: Json): boolean {
  return typeof value === "string" && /^\S{1,80}$/.test(value);
}

/** The content of a `data:` URL that is not base64, as in parts. */
function inBase64(text: string): string[] {
  const [, content] = /^data:[^,]{0,200},(.*)$/s.exec(text) ?? [];
  if (content === undefined) return [];
  return [Buffer.from(unescaped(content)).toString("base64")];
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function nameIn(value: Json, shape: Exclude<Shape, true>): { shape: Shape; name: string } {
  if (shape === CONTENT || !("name" in shape)) return { shape, name: "" };
  const name = shape.name(value);
  const named = Object.hasOwn(shape.of, name) ? shape.of[name] : undefined;
  if (named === undefined) return { shape: shape.unknown?.(value) ?? CONTENT, name: `<${name}>` };
  if (named === true) return { shape: named, name: `<${name}>` };
  // Distinguished by one name, and those again by another.
  const inner = nameIn(value, named);
  return { shape: inner.shape, name: `<${name}>${inner.name}` };
}

/**
 * For example, the arguments of a call are JSON in a string, even if they are a string themselves, and
 * so is what is in a column of a database, before which Hermes Agent may put a mark. It has the shape
 * that the string's place has.
 */
function parsed(text: string): Json | undefined {
  const json = text.replace(/^\0json:/, "");
  return /^\s*["[{]/.test(json) ? parseValue(json) : undefined;
}

function strings(value: Json | object | undefined, texts: string[]): void {
  if (typeof value === "string") texts.push(value);
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      texts.push(key);
      strings(item, texts);
    }
  }
}

/** As readers name what they leave out. */
function nameOf(type: Json | undefined): string {
  return typeof type === "string" && type !== "" ? type : "unknown";
}
