/** Reads the records of Amp's threads. Facts and sources: README.md in this folder. */
import { isFrame } from "../../lossless/document.ts";
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, isObject, listOf, member, number, string } from "../../session/json.ts";
import { saidIn, unread } from "../../session/other.ts";
import { notTyped } from "../../session/text.ts";
import type { Entry, EventBody, Header, Json, Message, Part, Usage } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";
import { folderAt } from "../shared/uri.ts";
import { readBlock, readMentions } from "./content.ts";
import { isThread, treeOf } from "./document.ts";
import { commandOf, readResult, resultsIn } from "./results.ts";

export function reader(): Reader {
  return new AmpReader();
}

class AmpReader implements Reader {
  readonly #header: Header = emptyHeader("amp");
  #started = false;
  #tail: string | null = null;
  #at = 0;
  /** Entries of the current record. */
  #n = 0;
  #time: string | null = null;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    this.#n = 0;
    if (isFrame(record)) return [];
    if (isThread(record)) return this.#head(record);
    switch (string(member(record, "role"))) {
      case "user":
        return this.#user(record);
      case "assistant":
        return this.#assistant(record);
      case "info":
        return this.#info(record);
      default:
        return [
          this.#aside({ event: "opaque", type: string(member(record, "role")) ?? "message" }),
        ];
    }
  }

  #head(head: Json): Entry[] {
    if (this.#started) return [this.#aside({ event: "opaque", type: "thread" })];
    this.#started = true;
    const tree = treeOf(head);
    const repository = member(tree, "repository");
    const platform = member(member(member(head, "env"), "initial"), "platform");
    const branch = string(member(repository, "ref"))?.replace(/^refs\/heads\//, "");
    Object.assign(this.#header, {
      id: string(member(head, "id")) ?? "",
      title: string(member(head, "title")) || null,
      cwd: folderAt(string(member(tree, "uri"))),
      gitBranch: branch || null,
      gitCommit: string(member(repository, "sha")) ?? null,
      version: string(member(platform, "clientVersion")) ?? null,
      createdAt: isoTime(member(head, "created")),
      parent: parentOf(head),
    } satisfies Partial<Header>);
    const start = this.#aside({ event: "start", header: this.header() });
    const queued = listOf(member(head, "queuedMessages")).map(() =>
      this.#aside({ event: "unread", type: "queuedMessage", reason: "queued" }),
    );
    const messages = array(member(head, "messages")).flatMap((message) => this.#whole(message));
    return [start, ...queued, ...messages];
  }

  /** A message in a complete thread on one line. */
  #whole(message: Json): Entry[] {
    const [at, n] = [this.#at, this.#n];
    const entries = this.read(message, at);
    this.#n += n;
    return entries;
  }

  /** The results of calls, then what the user said with them. */
  #user(record: Json): Entry[] {
    this.#note(isoTime(member(member(record, "meta"), "sentAt")));
    const content = member(record, "content");
    const results = resultsIn(content).map(readResult);
    const said = listOf(content).filter((block) => member(block, "type") !== "tool_result");
    const parts: Part[] = [...readMentions(member(record, "fileMentions")), ...said.map(readBlock)];
    const told = results.length > 0 ? [this.#message(record, "tool", results)] : [];
    if (parts.length === 0 && told.length > 0) return told;
    const prompt = this.#message(record, "user", parts);
    // What a program said in the user's place (0.0.1767830505 [source]).
    const isTyped = member(record, "source") === undefined;
    return [...told, isTyped ? prompt : { ...prompt, parts: notTyped(parts), told: true }];
  }

  #assistant(record: Json): Entry[] {
    const usage = member(record, "usage");
    this.#note(isoTime(member(usage, "timestamp")));
    const parts = listOf(member(record, "content")).map(readBlock);
    const model = string(member(usage, "model"));
    if (model !== undefined) this.#header.model = model;
    const message = this.#message(record, "assistant", parts);
    const state = member(record, "state");
    const stop = STOPS[string(member(state, "stopReason")) ?? ""];
    const counts = readUsage(usage);
    if (model !== undefined) message.model = model;
    if (counts !== undefined) message.usage = counts;
    if (stop !== undefined) message.stop = stop;
    return [message, ...this.#ended(state)];
  }

  /** What was said until then is sent in any case (0.0.1767830505 [source]). */
  #ended(state: Json | undefined): Entry[] {
    const type = string(member(state, "type"));
    if (type === "cancelled") return [this.#aside({ event: "interruption" })];
    if (type !== "error") return [];
    const error = member(state, "error");
    const text = saidIn(isObject(error) ? error.message : error);
    return [this.#aside(failed({ text, at: this.#time }))];
  }

  /** What is no turn: a summary of everything before, a command that the user ran, a notice. */
  #info(record: Json): Entry[] {
    return listOf(member(record, "content")).map((block) => this.#notice(record, block));
  }

  #notice(record: Json, block: Json): Entry {
    switch (string(member(block, "type"))) {
      case "summary": {
        const summary = member(block, "summary");
        if (string(member(summary, "type")) !== "message") {
          return this.#aside({ event: "unread", type: "summary", reason: "unsent" });
        }
        const id = this.#nextId();
        const place = { id, parentId: this.#tail, time: this.#time };
        this.#tail = id;
        const text = saidIn(member(summary, "summary"));
        return { kind: "event", ...place, event: "compaction", summary: text };
      }
      case "manual_bash_invocation": {
        const text = commandOf(block);
        const part: Part =
          text === null ? unread("manual_bash_invocation", "unsent") : { kind: "text", text };
        return { ...this.#message(record, "user", [part]), told: true };
      }
      default:
        return { ...this.#message(record, "user", notTyped([readBlock(block)])), told: true };
    }
  }

  #message(record: Json, role: Message["role"], parts: Part[]): Message {
    const aside = string(member(record, "parentToolUseId"));
    const id = this.#nextId();
    const parentId = aside === undefined ? this.#tail : null;
    if (aside === undefined) this.#tail = id;
    const message: Message = { kind: "message", id, parentId, time: this.#time, role, parts };
    return aside === undefined ? message : { ...message, sidechain: aside };
  }

  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#nextId(), parentId: null, time: this.#time, ...body };
  }

  #nextId(): string {
    const n = this.#n++;
    return n === 0 ? `#${this.#at}` : `#${this.#at}.${n}`;
  }

  #note(time: string | null): void {
    this.#time = time ?? this.#time;
    this.#header.updatedAt = this.#time;
  }
}

const STOPS: Readonly<Record<string, Message["stop"]>> = {
  end_turn: "end",
  tool_use: "tool",
  max_tokens: "length",
};

/** The thread of which this one is a fork, a continuation, or a subagent's. */
function parentOf(head: Json): string | null {
  const main = string(member(head, "mainThreadID")) ?? string(member(head, "originThreadID"));
  if (main !== undefined) return main;
  const relations = array(member(head, "relationships"));
  const own = relations.find((one) => member(one, "role") === "child");
  return string(member(own, "threadID")) ?? null;
}

function readUsage(usage: Json | undefined): Usage | undefined {
  const count = (key: string) => number(member(usage, key)) ?? 0;
  if (number(member(usage, "inputTokens")) === undefined) return undefined;
  return {
    input: count("inputTokens"),
    output: count("outputTokens"),
    cacheRead: count("cacheReadInputTokens"),
    cacheWrite: count("cacheCreationInputTokens"),
  };
}

/** Milliseconds since the epoch, or ISO 8601. */
function isoTime(time: Json | undefined): string | null {
  const ms = typeof time === "string" ? Date.parse(time) : number(time);
  if (ms === undefined || !(ms >= 0 && ms < 8.64e15)) return null;
  return new Date(ms).toISOString();
}
