/** Decodes the records of Cline's sessions. Facts and sources: README.md in this folder. */
import { hash } from "node:crypto";
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, isObject, member, number, printed, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import { notTyped } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolResultPart,
  Usage,
} from "../../session/types.ts";
import { blocksOf, readAnswer, readContent, readTyped } from "./content.ts";
import { isShownOnly, readNotice } from "./limits.ts";
import { isSummary, unwrap } from "./records.ts";
import { readResult } from "./results.ts";

export function reader(): Reader {
  return new ClineReader();
}

/** Said by the harness in the user's place. */
const PROMPTED = "[TASK RESUMPTION]";

class ClineReader implements Reader {
  readonly #header: Header = emptyHeader("cline");
  readonly #ids = new Set<string>();
  /** The messages, in order: what each is known by, and its first entry. */
  readonly #messages: { key: string; entry: string }[] = [];
  #started = false;
  #at = 0;
  #tail: string | null = null;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "frame":
      case "spelling":
        return [];
      case "manifest":
        this.#noteManifest(stored.manifest);
        return this.#start();
      case "head":
        this.#noteHead(stored.head);
        return [
          ...this.#start(),
          ...array(stored.head.messages).flatMap((one) => this.#within(one)),
        ];
      case "message":
        return this.#message(stored.message);
      case "compaction":
        return this.#compaction(stored.compaction);
      case "other":
        return this.#other(record);
    }
  }

  #noteManifest(manifest: JsonObject): void {
    const header = this.#header;
    const text = (key: string) => string(manifest[key]) || null;
    const metadata = member(manifest, "metadata");
    header.id = text("session_id") ?? header.id;
    header.cwd = text("cwd") ?? text("workspace_root");
    header.model = text("model");
    header.createdAt = text("started_at");
    header.title = string(member(metadata, "title")) || null;
    header.gitBranch = string(member(member(metadata, "git"), "branch")) ?? null;
    header.version = string(member(member(metadata, "sessionHistoryOrigin"), "version")) ?? null;
    header.parent = string(member(member(metadata, "fork"), "forkedFromSessionId")) ?? null;
  }

  #noteHead(head: JsonObject): void {
    const header = this.#header;
    header.id = string(head.sessionId) || header.id;
    header.version = string(member(head.origin, "version")) ?? header.version;
    header.parent = string(member(head.origin, "parentThreadId")) ?? header.parent;
  }

  #start(): Entry[] {
    if (this.#started) return [];
    this.#started = true;
    return [this.#aside({ event: "start", header: this.header() })];
  }

  /** A message of a transcript that stands in one line. */
  #within(message: Json): Entry[] {
    return isObject(message) ? this.#message(message) : this.#other(message);
  }

  #other(record: Json): Entry[] {
    const type = string(member(record, "type")) ?? string(member(record, "role")) ?? "unknown";
    return [this.#aside({ event: "opaque", type })];
  }

  #message(message: JsonObject): Entry[] {
    const entries = this.#entries(message);
    this.#messages.push({ key: keyOf(message), entry: entries[0]?.id ?? "" });
    return entries;
  }

  #entries(message: JsonObject): Entry[] {
    const time = isoTime(message.ts);
    const header = this.#header;
    header.createdAt ??= time;
    header.updatedAt = time ?? header.updatedAt;
    const blocks = blocksOf(message.content);
    if (isShownOnly(message)) {
      const kept = member(message.metadata, "segueCarry");
      if (isObject(kept)) return [this.#aside(carry(kept))];
      const said = blocks.map((block) => saidIn(member(block, "text"))).join("\n");
      return [this.#aside(readNotice(said, time), time)];
    }
    if (message.role === "assistant") return [this.#answer(message, blocks, time)];
    return this.#user(message, blocks, time);
  }

  #answer(message: JsonObject, blocks: readonly Json[], time: string | null): Message {
    const parts = blocks.flatMap(readAnswer);
    const model = string(member(message.modelInfo, "id"));
    const usage = readUsage(message.metrics);
    this.#header.model = model ?? this.#header.model;
    return {
      kind: "message",
      ...this.#place(message, time),
      role: "assistant",
      parts,
      ...(model === undefined ? {} : { model }),
      ...(usage === undefined ? {} : { usage }),
      stop: parts.some(({ kind }) => kind === "tool-call") ? "tool" : "end",
    };
  }

  /** Results of tools stand in the user's place. */
  #user(message: JsonObject, blocks: readonly Json[], time: string | null): Entry[] {
    const kind = string(member(message.metadata, "kind"));
    if (isSummary(message)) return [this.#summary(message, blocks, time)];
    const results: ToolResultPart[] = [];
    const parts: Part[] = [];
    for (const block of blocks) {
      if (member(block, "type") === "tool_result") results.push(readResult(block));
      else parts.push(...readSaid(block));
    }
    const entries: Entry[] = [];
    if (results.length > 0) {
      const place = this.#place(message, time);
      entries.push({ kind: "message", ...place, role: "tool", parts: results });
    }
    if (parts.length > 0 || results.length === 0) {
      const place = this.#place(message, time);
      const told = kind !== undefined || isPrompted(parts);
      entries.push({
        kind: "message",
        ...place,
        role: "user",
        parts: told ? notTyped(parts) : parts,
        ...(told ? { told: true } : {}),
      });
    }
    return entries;
  }

  /** What came before is in it: written so where the conversation begins with it. */
  #summary(message: JsonObject, blocks: readonly Json[], time: string | null): Entry {
    const summary = summaryOf(blocks);
    return { kind: "event", ...this.#place(message, time), event: "compaction", summary };
  }

  /** In place of the messages before it: a summary, and what it kept of them. */
  #compaction(compaction: JsonObject): Entry[] {
    const messages = array(compaction.messages).filter(isObject);
    const summaries = messages.filter(isSummary);
    const rest = messages.filter((message) => !isSummary(message));
    const summary = summaries.map(({ content }) => summaryOf(blocksOf(content))).join("\n\n");
    const tokens = number(member(summaries.at(0)?.metadata, "tokensBefore"));
    const body: EventBody = {
      event: "compaction",
      summary,
      ...this.#kept(rest),
      ...(tokens === undefined ? {} : { tokens }),
    };
    return [{ kind: "event", ...this.#place({}, this.#header.updatedAt), ...body }];
  }

  /** The newest messages as a rule, as they stand before it. */
  #kept(messages: readonly JsonObject[]): { keepFrom?: string; kept?: Message[] } {
    if (messages.length === 0) return {};
    const newest = this.#messages.slice(-messages.length);
    const [first] = newest;
    const isTail = messages.every((message, n) => keyOf(message) === newest[n]?.key);
    if (first && isTail) return { keepFrom: first.entry };
    const apart = new ClineReader();
    const entries = messages.flatMap((message, n) =>
      apart.read({ ...message, id: `${this.#at}.${n}` }, n),
    );
    const kept = entries.filter((entry) => entry.kind === "message");
    return { kept: kept.map((entry) => ({ ...entry, parentId: null })) };
  }

  /** The next place in the conversation, which is one line of messages. */
  #place(message: JsonObject, time: string | null) {
    const id = this.#free(string(message.id) || `#${this.#at}`);
    const place = { id, parentId: this.#tail, time };
    this.#tail = id;
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
    const id = this.#free(`#${this.#at}`);
    return { kind: "event", id, parentId: null, time, ...body };
  }
}

/** Its id; for a message without one, what it says. */
function keyOf({ id, role, content }: JsonObject): string {
  return string(id) || hash("sha1", printed([role ?? null, content ?? null]));
}

function readSaid(block: Json): Part[] {
  const text = member(block, "type") === "text" ? string(member(block, "text")) : undefined;
  return text === undefined ? readContent(block) : readTyped(text);
}

function isPrompted(parts: readonly Part[]): boolean {
  const [first] = parts;
  return first?.kind === "text" && first.text.startsWith(PROMPTED);
}

function carry(kept: JsonObject): EventBody {
  return {
    event: "carry",
    part: number(kept.part) ?? 0,
    parts: number(kept.parts) ?? 0,
    data: string(kept.data) ?? "",
  };
}

const SUMMARY = "Context summary:\n\n";

function summaryOf(blocks: readonly Json[]): string {
  return blocks
    .flatMap(readContent)
    .flatMap((part) => (part.kind === "text" || part.kind === "other" ? [part.text] : []))
    .join("\n");
}

/** A summary as the CLI sends it. */
export function summaryText(summary: string): string {
  return summary.startsWith(SUMMARY) ? summary : `${SUMMARY}${summary}`;
}

/** `inputTokens` includes cached tokens. */
function readUsage(metrics: Json | undefined): Usage | undefined {
  const count = (key: string) => number(member(metrics, key));
  const input = count("inputTokens");
  if (input === undefined) return undefined;
  const cacheRead = count("cacheReadTokens") ?? 0;
  const cacheWrite = count("cacheWriteTokens") ?? 0;
  const output = count("outputTokens") ?? 0;
  return { input: Math.max(0, input - cacheRead - cacheWrite), output, cacheRead, cacheWrite };
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

function isoTime(ts: Json | undefined): string | null {
  const ms = number(ts);
  return ms === undefined || ms < 0 || ms > LAST ? null : new Date(ms).toISOString();
}
