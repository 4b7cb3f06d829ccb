/**
 * What the CLI's model sees, as far as it takes to read on: what the next record follows, where each
 * turn began, and the user's messages, which a compaction keeps.
 */
import { isObject, member, number, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { Entry, EventBody, Json, Message } from "../../session/types.ts";
import { readContent } from "./content.ts";

/** Where a turn began. */
interface Anchor {
  /** Number of the record; and of the first of the records that go with it. */
  at: number;
  from: number;
  /** The anchor before it in the conversation. */
  before: Anchor | null;
}

/** What holds from a record on. */
interface State {
  at: number;
  anchor: Anchor | null;
}

/** So many characters of the user's own words are remembered for a compaction: those that a CLI keeps. */
const MAX_KEPT = 1 << 20;

export class Context {
  /** The entry that the next one follows. */
  tail: string | null = null;
  /** The record that opens the file: what follows it follows nothing that was said. */
  #root: string | null = null;
  #states: State[] = [{ at: -1, anchor: null }];
  #users: Message[] = [];
  #length = 0;
  /** Numbers of the records that were the newest of the conversation, once. */
  #tails: number[] = [];
  /** Does the next part of an answer begin it? */
  #isBegun = false;
  /** Numbers of the records that messages in the context began with, for compactions of older versions. */
  #starts: number[] = [];
  #pairedUndo: number | null = null;
  /** What was put before a prompt, and goes with it. */
  #owned: { at: number; owner: string }[] = [];

  /** Only what was said, or goes back, is followed: a prompt's own record belongs to what comes after it. */
  note(entry: Entry, at: number): void {
    const isStart = entry.kind === "event" && entry.event === "start";
    if (isStart) this.#root ??= entry.id;
    if (!isStart && entry.parentId === null && entry.kind === "event") return;
    this.tail = entry.id;
    this.#tails.push(at);
  }

  /** A message of the user's, or one that the harness put there. */
  said(entry: Message, message: Json, at: number): void {
    this.#starts.push(at);
    const origin = member(message, "origin");
    const owner = string(member(origin, "ownerPromptId"));
    if (owner !== undefined) this.#owned.push({ at, owner });
    if (isUsers(message)) this.#keep(entry);
    if (!isAnchor(message)) return;
    const id = string(member(message, "id"));
    const first = this.#owned.find((one) => one.owner === id)?.at ?? at;
    this.#owned = [];
    this.#move(at, { at, from: Math.min(first, at), before: this.#anchor });
  }

  #keep(entry: Message): void {
    this.#users.push(entry);
    this.#length += lengthOf(entry);
    while (this.#length > MAX_KEPT && this.#users.length > 1) {
      const oldest = this.#users.shift();
      if (oldest) this.#length -= lengthOf(oldest);
    }
  }

  /** A record that is a message of any other kind. */
  answered(at: number): void {
    this.#starts.push(at);
  }

  beginAnswer(): void {
    this.#isBegun = true;
  }

  goOn(at: number): void {
    if (this.#isBegun) this.#starts.push(at);
    this.#isBegun = false;
  }

  /** The entry that what comes next follows. */
  clear(at: number): string | null {
    this.#move(at, null);
    this.#users = [];
    this.#starts = [];
    return this.#root;
  }

  /** Up to 0.38, and as a copy for it later: so many turns are taken back. null: nothing is. */
  undo(turns: number, at: number): string | null {
    if (this.#pairedUndo === at + 1 || turns < 1) return null;
    let anchor = this.#anchor;
    for (let n = 1; n < turns && anchor; n++) anchor = anchor.before;
    if (!anchor) return null;
    return this.#backTo(anchor.from, anchor.before, at);
  }

  /** Since 2.1: a new branch continues after line `line`. */
  switchTo(line: number, undoLine: number | undefined, at: number): string | null {
    if (line < 1 || line > at) return null;
    this.#pairedUndo = undoLine ?? null;
    const state = this.#states.findLast((one) => one.at < line);
    return this.#backTo(line, state?.anchor ?? null, at);
  }

  /** What stands before record number `from` is the newest again. */
  #backTo(from: number, anchor: Anchor | null, at: number): string | null {
    this.#move(at, anchor);
    this.#users = this.#users.filter(({ id }) => numberOf(id) < from);
    this.#starts = this.#starts.filter((one) => one < from);
    const tail = this.#tails.findLast((one) => one < from);
    return tail === undefined ? this.#root : `#${tail}`;
  }

  compaction(record: Json, at: number): EventBody | null {
    const own = member(record, "summary");
    const told = member(record, "contextSummary") ?? own;
    if (told === undefined) return null;
    const isMessage = isObject(told) && Array.isArray(told.content);
    const summary = isMessage ? textIn(told) : saidIn(told);
    const tokens = number(member(record, "tokensBefore"));
    const body = {
      event: "compaction",
      summary,
      ...(tokens === undefined ? {} : { tokens }),
    } as const;
    const count = number(member(record, "keptUserMessageCount"));
    this.#move(at, null);
    if (member(record, "legacyTail") === true || count === undefined) {
      return { ...body, ...this.#keptTail(record, at) };
    }
    this.#starts = [at];
    const kept = this.#keptUsers(count, number(member(record, "keptHeadUserMessageCount")) ?? 0);
    this.#users = kept;
    if (kept.length === 0) return body;
    return {
      ...body,
      kept: kept.map((one, n) => ({ ...one, id: `#${at}/kept${n}`, parentId: null })),
    };
  }

  /** Older versions keep all from the message of that number on. */
  #keptTail(record: Json, at: number): { keepFrom?: string } {
    const count = number(member(record, "compactedCount")) ?? number(member(record, "count")) ?? 0;
    const rest = this.#starts.slice(count);
    const [first] = rest;
    this.#starts = [at, ...rest];
    if (first === undefined) {
      this.#users = [];
      return {};
    }
    this.#users = this.#users.filter(({ id }) => numberOf(id) >= first);
    return { keepFrom: `#${first}` };
  }

  /** The first ones and the last ones; most often all. */
  #keptUsers(count: number, head: number): Message[] {
    const users = this.#users;
    if (count >= users.length) return users;
    return [...users.slice(0, head), ...users.slice(users.length - (count - head))];
  }

  get #anchor(): Anchor | null {
    return this.#states.at(-1)?.anchor ?? null;
  }

  #move(at: number, anchor: Anchor | null): void {
    this.#states.push({ at, anchor });
  }
}

function textIn(message: Json): string {
  const parts = readContent(member(message, "content"));
  return parts.map((part) => ("text" in part ? (part.text ?? "") : "")).join("");
}

function lengthOf({ parts }: Message): number {
  return parts.reduce((sum, part) => sum + ("text" in part ? (part.text?.length ?? 0) : 0), 0);
}

function numberOf(id: string): number {
  return Number.parseInt(id.slice(1), 10);
}

interface Origin {
  role: Message["role"];
  scaffold?: true;
  told?: true;
}

const ROLES: readonly Message["role"][] = ["user", "assistant", "tool", "system"];

/** Whose words a message is. */
export function originOf(message: Json): Origin {
  const given = string(member(message, "role"));
  const role = ROLES.find((one) => one === given) ?? "user";
  if (role === "system") return { role, scaffold: true };
  if (role !== "user") return { role };
  switch (kindOf(message)) {
    case undefined:
    case "user":
      return { role };
    case "injection":
      return { role, scaffold: true };
    case "system_trigger":
      // A subagent's task.
      return member(member(message, "origin"), "name") === "subagent"
        ? { role }
        : { role, told: true };
    default:
      return { role, told: true };
  }
}

function kindOf(message: Json): string | undefined {
  return string(member(member(message, "origin"), "kind"));
}

/** Is it one that a compaction keeps? What was typed into a running turn, too; as 2.1.0 does. */
function isUsers(message: Json): boolean {
  if (member(message, "role") !== "user") return false;
  const kind = kindOf(message);
  if (kind === undefined || kind === "user") return true;
  const isCommand = kind === "skill_activation" || kind === "plugin_command";
  return isCommand && member(member(message, "origin"), "trigger") === "user-slash";
}

/** Does a turn begin with it, so that it can be taken back? As 2.1.0 does. */
function isAnchor(message: Json): boolean {
  return isUsers(message) && member(member(message, "origin"), "inTurn") !== true;
}
