/** Decodes Cursor's records. Facts and sources: README.md in this folder. */
import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { array, isObject, listOf, member, number, object, string } from "../../session/json.ts";
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
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import {
  failureIn,
  failureOf,
  isUsers,
  modelIn,
  readAnswer,
  readPrompt,
  resultIn,
  stopOf,
  usageOf,
} from "./bubbles.ts";
import { readAnswerBlock, readResult, readUserBlock, typeOf } from "./content.ts";
import { blocksOf, isSummary } from "./graph.ts";
import { isoTime, type Unwrapped, unwrap } from "./records.ts";
import { lineParts, textParts } from "./spoken.ts";
import { stepParts, userTextIn } from "./steps.ts";

export function reader(): Reader {
  return new CursorReader();
}

type Chat = Unwrapped & { kind: "chat" };
type Said = Pick<Message, "role" | "parts"> & Partial<Message>;

/** What Cursor calls a chat that has no name yet. */
const UNNAMED = new Set(["", "New Agent", "New Chat"]);

class CursorReader implements Reader {
  readonly #header: Header = emptyHeader("cursor");
  readonly #ids = new Set<string>();
  readonly #calls = new OpenCalls();
  #started = false;
  #at = 0;
  #tail: string | null = null;
  /** The messages that the newest root names; null if it names none, or for other forms. */
  #prompt: ReadonlySet<string> | null = null;
  /** Its address. All messages after it are sent. */
  #root = "";
  #isPastRoot = false;
  /** There were messages for the model, so that the turns only repeat them. */
  #hasMessages = false;
  /** One of those that are sent was read, the system's words aside. */
  #isSent = false;
  /** Messages that are not sent any more: a summary that follows stands for them. */
  #unsent: string[] = [];
  /** Bubbles that the composer itself holds. */
  readonly #inside = new Map<string, JsonObject>();
  /** The first bubble since the user's, or since a result. */
  #group: string | null = null;

  header(): Header {
    return { ...this.#header };
  }

  read(record: Json, at: number): Entry[] {
    this.#at = at;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "chat":
        return [this.#chat(stored)];
      case "message":
        return this.#message(stored.id, stored.message);
      case "blob":
        return this.#blob(stored);
      case "carry": {
        const { part, parts, data } = stored.carry;
        const body = { part: number(part) ?? 0, parts: number(parts) ?? 0 };
        return [this.#aside({ event: "carry", ...body, data: string(data) ?? "" })];
      }
      case "composer":
        return this.#composer(stored.composer, stored.folder);
      case "tab":
        return this.#tab(stored.tab, stored.folder);
      case "bubble":
        return this.#bubble(stored.bubble, stored.id);
      case "lost":
        return this.#lost(stored.id);
      case "turn-end":
        return [this.#turnEnd(stored.failure)];
      case "line":
        return this.#line(stored.role, stored.content);
      case "text":
        return this.#text(stored.role, stored.text);
      case "fact":
        return [this.#aside({ event: "opaque", type: "fact" })];
      case "frame":
        return [];
      case "other":
        return [this.#aside({ event: "opaque", type: "unknown" })];
    }
  }

  /** The facts change with every turn: only what stays goes into an entry. */
  #chat({ facts, cwd, prompt }: Chat): Entry {
    if (this.#started) return this.#aside({ event: "opaque", type: "chat" });
    this.#prompt = prompt === null ? null : new Set(prompt);
    this.#root = string(facts.latestRootBlobId) ?? "";
    return this.#start({
      id: string(facts.agentId) ?? "",
      cwd: cwd ?? string(facts.workspacePath) ?? null,
      parent: string(member(facts.subagentInfo, "parentAgentId")) ?? null,
      createdAt: isoTime(facts.createdAt),
      title: nameIn(facts.name),
      model: string(facts.lastUsedModel) || null,
      updatedAt: null,
    });
  }

  #start({
    title,
    model,
    updatedAt,
    ...first
  }: Pick<Header, "id" | "cwd" | "parent" | "createdAt" | "title" | "model" | "updatedAt">): Entry {
    this.#started = true;
    Object.assign(this.#header, first);
    const header = this.header();
    Object.assign(this.#header, { title, model, updatedAt: updatedAt ?? first.createdAt });
    return this.#aside({ event: "start", header });
  }

  #message(id: string, message: JsonObject): Entry[] {
    this.#hasMessages = true;
    const isSent = this.#prompt === null || this.#isPastRoot || this.#prompt.has(id);
    if (message.role === "user" && isSummary(message)) {
      this.#unsent = [];
      this.#isSent = isSent;
      const texts = blocksOf(message).map((block) =>
        saidIn(typeOf(block) === "text" ? member(block, "text") : block),
      );
      const place = this.#place(id, null);
      return [{ kind: "event", ...place, event: "compaction", summary: texts.join("\n\n") }];
    }
    const said = this.#say(id, isoTime(message.createdAt), this.#said(message));
    return [said, ...this.#hidden(said, isSent)];
  }

  #said(message: JsonObject): Said {
    const blocks = blocksOf(message);
    switch (message.role) {
      case "system":
        return { role: "system", parts: blocks.flatMap(readUserBlock), scaffold: true };
      case "assistant": {
        const parts = blocks.flatMap(readAnswerBlock);
        for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
        const model = modelNamed(message) ?? blocks.map(modelNamed).find((name) => name !== null);
        if (model) this.#header.model = model;
        return { role: "assistant", parts, stop: stopOf(parts), ...(model ? { model } : {}) };
      }
      case "tool": {
        const results = blocks.map((block) =>
          readResult(block, message, (id) => this.#calls.get(id)),
        );
        for (const { callId } of results) this.#calls.answer(callId);
        return { role: "tool", parts: results };
      }
      default:
        return this.#typed(blocks.flatMap(readUserBlock));
    }
  }

  /** A message that holds nothing but Cursor's own words is none of the user's. */
  #typed(parts: Part[]): Said {
    const isOwn = parts.length > 0 && parts.every((part) => part.kind === "text" && part.told);
    if (!isOwn) return { role: "user", parts };
    const info = parts.map((part) => (part.kind === "text" ? part.text : "")).join("\n");
    this.#header.cwd ??= /^Workspace Path: (.+)$/m.exec(info)?.[1]?.trim() ?? null;
    return { role: "user", parts: notTyped(parts), scaffold: true };
  }

  /** Messages that the newest root does not name: from before a summary, or of a branch that was left. */
  #hidden({ id, scaffold, role }: Message, isSent: boolean): Entry[] {
    if (scaffold === true || role === "system") return [];
    if (!isSent && !this.#isSent) {
      this.#unsent.push(id);
      return [];
    }
    const hidden = isSent ? this.#unsent : [id];
    this.#unsent = [];
    this.#isSent = true;
    return hidden.map((target) => this.#aside({ event: "hide", target }));
  }

  /** The turns repeat the messages for the screen; where there are none of these, the turns have it all. */
  #blob({ id, role, data }: Unwrapped & { kind: "blob" }): Entry[] {
    if (id === this.#root) this.#isPastRoot = true;
    const isAlone = this.#prompt === null && !this.#hasMessages;
    if (isAlone && role === "user") {
      const text = userTextIn(data);
      return [this.#say(id, null, { role: "user", parts: [{ kind: "text", text }] })];
    }
    if (isAlone && role === "step") {
      const { parts, result } = stepParts(data, id);
      const said = this.#say(id, null, { role: "assistant", parts, stop: stopOf(parts) });
      return result === null ? [said] : [said, this.#results(id, [result], null)];
    }
    return [this.#aside({ event: "opaque", type: `blob/${role || "unknown"}` })];
  }

  #composer(composer: JsonObject, folder: string | null): Entry[] {
    if (this.#started) return [this.#aside({ event: "opaque", type: "composer" })];
    const model = string(member(composer.modelConfig, "modelName")) ?? "";
    const uri = string(member(member(composer.workspaceIdentifier, "uri"), "fsPath"));
    const start = this.#start({
      id: string(composer.composerId) ?? "",
      cwd: folder ?? uri ?? null,
      parent: string(member(composer.subagentInfo, "parentComposerId")) ?? null,
      createdAt: isoTime(composer.createdAt),
      title: nameIn(composer.name),
      model: model === "" || model === "default" ? null : model,
      updatedAt: isoTime(composer.lastUpdatedAt),
    });
    for (const [id, one] of Object.entries(object(composer.conversationMap) ?? {})) {
      if (isObject(one)) this.#inside.set(id, one);
    }
    // Composers of the first versions hold their bubbles themselves.
    return [start, ...this.#bubbles(composer.conversation)];
  }

  /** Some versions keep bubbles by their ids in the composer. */
  #lost(id: string): Entry[] {
    const inside = this.#inside.get(id);
    if (inside !== undefined) return this.#bubble(inside, id);
    return [this.#aside({ event: "unread", type: "bubble", reason: "missing" })];
  }

  /** A transcript tells how each turn ended. */
  #turnEnd(failure: string): Entry {
    if (failure === "") return this.#aside({ event: "opaque", type: "turn_ended" });
    return { kind: "event", ...this.#place(`#${this.#at}`, null), ...failureOf(failure) };
  }

  #tab(tab: JsonObject, folder: string | null): Entry[] {
    if (this.#started) return [this.#aside({ event: "opaque", type: "tab" })];
    const start = this.#start({
      id: string(tab.tabId) ?? "",
      cwd: folder,
      parent: null,
      createdAt: null,
      title: nameIn(tab.chatTitle),
      model: null,
      updatedAt: isoTime(tab.lastSendTime),
    });
    return [start, ...this.#bubbles(tab.bubbles)];
  }

  #bubbles(bubbles: Json | undefined): Entry[] {
    return array(bubbles).flatMap((bubble, n) => {
      if (!isObject(bubble))
        return [this.#aside({ event: "unread", type: "bubble", reason: "missing" })];
      const id = string(bubble.bubbleId) ?? string(bubble.id);
      return this.#bubble(bubble, id || `#${this.#at}.${n}`);
    });
  }

  #bubble(bubble: JsonObject, id: string): Entry[] {
    const time = isoTime(bubble.createdAt);
    if (isUsers(bubble)) {
      this.#group = null;
      return [this.#say(id, time, { role: "user", parts: readPrompt(bubble) })];
    }
    const failure = failureIn(bubble, time);
    if (failure === null) return this.#answer(bubble, id, time);
    const answer = readAnswer(bubble).length === 0 ? [] : this.#answer(bubble, id, time);
    const place = this.#place(`${id}/error`, time);
    return [...answer, { kind: "event", ...place, ...failure }];
  }

  #answer(bubble: JsonObject, id: string, time: string | null): Entry[] {
    const parts = readAnswer(bubble);
    const usage = usageOf(bubble);
    const model = modelIn(bubble);
    if (model !== undefined) this.#header.model = model;
    if (parts.length === 0 && usage === undefined) {
      return [this.#aside({ event: "opaque", type: "bubble" })];
    }
    const said = this.#say(id, time, {
      role: "assistant",
      parts,
      stop: stopOf(parts),
      ...(model === undefined ? {} : { model }),
      ...(usage === undefined ? {} : { usage }),
    });
    this.#group ??= said.id;
    const answer = { ...said, group: this.#group };
    const result = resultIn(bubble);
    if (result === null) return [answer];
    this.#group = null;
    return [answer, this.#results(id, [result], time)];
  }

  /** Lines have no ids of calls: the place of each is one. */
  #line(role: string, content: Json): Entry[] {
    const parts = lineParts(role, listOf(content), this.#at);
    return [this.#say(`#${this.#at}`, null, this.#spoken(role, parts))];
  }

  #text(role: string, text: string): Entry[] {
    const { parts, results } = textParts(role, text, this.#at);
    if (parts.length === 0) return [this.#aside({ event: "opaque", type: "text" })];
    const said = this.#say(`#${this.#at}`, null, this.#spoken(role, parts));
    return results.length === 0 ? [said] : [said, this.#results(`#${this.#at}`, results, null)];
  }

  #spoken(role: string, parts: Part[]): Said {
    if (role === "user") return this.#typed(parts);
    return { role: "assistant", parts, stop: stopOf(parts) };
  }

  #results(id: string, parts: ToolResultPart[], time: string | null): Message {
    return this.#say(`${id}/result`, time, { role: "tool", parts });
  }

  #say(id: string, time: string | null, said: Said): Message {
    this.#header.createdAt ??= time;
    if (time !== null && time > (this.#header.updatedAt ?? "")) this.#header.updatedAt = time;
    return { kind: "message", ...this.#place(id, time), ...said };
  }

  /** The next place in the conversation, which is one line of messages. */
  #place(id: string, time: string | null) {
    const place = { id: this.#free(id), parentId: this.#tail, time };
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
  #aside(body: EventBody): Entry {
    return { kind: "event", id: this.#free(`#${this.#at}`), parentId: null, time: null, ...body };
  }
}

function nameIn(name: Json | undefined): string | null {
  const title = (string(name) ?? "").trim();
  return UNNAMED.has(title) ? null : title;
}

function modelNamed(value: Json): string | null {
  const own = member(member(value, "providerOptions"), "cursor");
  return string(member(own, "modelName")) || null;
}
