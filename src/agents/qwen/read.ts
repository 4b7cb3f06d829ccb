/** Reads Qwen Code's JSONL lines. Facts and sources: README.md in this folder. */

import type { Reader } from "../../session/codec.ts";
import { emptyHeader } from "../../session/header.ts";
import { IdTable } from "../../session/id-table.ts";
import { array, isObject, member, number, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { Entry, EventBody, Header, Json, Message, Part } from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { Subagent } from "../shared/subagent.ts";
import { readPart, readResult, readUsage } from "./content.ts";
import { apiError } from "./limits.ts";
import {
  ACKNOWLEDGED,
  CARRY,
  contentParts,
  isBeside,
  isSaid,
  isSidechain,
  partsOf,
  subtypeOf,
} from "./records.ts";
import { parseResult } from "./tools.ts";

export function reader(): Reader {
  return new QwenReader();
}

/** The position of an entry in the tree. */
interface Place {
  id: string;
  parentId: string | null;
  time: string | null;
}

/** The user's newest message, which the result of a local command may remove. */
interface Said {
  id: string;
  text: string;
}

class QwenReader implements Reader {
  /** Every uuid that was read: another line with it is a further fragment. */
  readonly #seen = new IdTable();
  /** Every record that was read. */
  readonly #records = new IdTable();
  #isFirst = true;
  /** Does a record have an id of its own? */
  #named = false;
  /** The entry that followers of a uuid follow, if it is not the entry with this id. */
  readonly #tails = new Map<string, string | null>();
  readonly #calls = new OpenCalls();
  #said: Said | undefined;
  #fragments = 0;
  readonly #header: Header = emptyHeader("qwen");

  /** Every folder that a record names; the newest is the last. */
  readonly #cwds = new Set<string>();

  readonly #subagent = new Subagent();

  header(): Header {
    const { id } = this.#subagent;
    if (id === null) return this.#header;
    return { ...this.#header, id: `agent-${id}`, parent: this.#header.id };
  }

  folders(): { cwds: string[] } {
    return { cwds: [...this.#cwds].reverse() };
  }

  read(given: Json, at: number): Entry[] {
    const record = this.#asMain(given);
    const type = string(member(record, "type")) ?? "unknown";
    const uuid = string(member(record, "uuid"));
    const time = string(member(record, "timestamp")) ?? null;
    if (uuid === undefined || uuid === "") {
      const place = { id: `#${at}`, parentId: null, time };
      const speaks = isSaid(record) && partsOf(record).length > 0;
      if (!speaks) return [this.#outside(type, record, place)];
      // Among records with ids, it is not part of the chain.
      if (this.#named) return [event(place, { event: "unread", type, reason: "unsent" })];
      this.#note(record, time);
      return this.#inTree(type, record, { ...place, parentId: this.#parent(record, place.id) });
    }
    this.#note(record, time);
    if (this.#isRepeated(record, uuid)) {
      const place = { id: `#${at}/repeated`, parentId: null, time };
      return [event(place, { event: "unread", type, reason: "repeated" })];
    }
    const entries = this.#inTree(type, record, this.#place(record, uuid, time));
    if (isSidechain(record)) return entries.map(aside);
    const last = entries.at(-1);
    if (last && last.id !== uuid) this.#tails.set(uuid, last.id);
    return entries;
  }

  /** In a subagent's own file, its lines are read like those of a session. */
  #asMain(record: Json): Json {
    if (!isObject(record) || !record.uuid) return record;
    const isOwn = !this.#subagent.isAside(record) && isSidechain(record);
    return isOwn ? { ...record, isSidechain: false } : record;
  }

  #inTree(type: string, record: Json, place: Place): Entry[] {
    switch (type) {
      case "user":
      case "tool_result":
        return this.#user(record, place);
      case "assistant":
        return [this.#assistant(record, place)];
      case "system":
        return this.#system(record, place);
      default:
        // 0.24.4 treats an unknown record as a gap, and everything before it as gone. The version
        // that wrote it did not, so the chain continues through it.
        this.#tails.set(place.id, place.parentId);
        return [event({ ...place, parentId: null }, { event: "opaque", type })];
    }
  }

  #note(record: Json, time: string | null): void {
    const header = this.#header;
    header.id ||= string(member(record, "sessionId")) ?? "";
    const cwd = string(member(record, "cwd"));
    header.cwd ??= cwd ?? null;
    if (cwd !== undefined) {
      this.#cwds.delete(cwd);
      this.#cwds.add(cwd);
    }
    header.gitBranch = string(member(record, "gitBranch")) ?? header.gitBranch;
    header.version = string(member(record, "version")) ?? header.version;
    header.createdAt ??= time;
    header.updatedAt = time ?? header.updatedAt;
    header.parent ??= string(member(member(record, "forkedFrom"), "sessionId")) ?? null;
  }

  #outside(type: string, record: Json, place: Place): Entry {
    this.#header.id ||= string(member(record, "sessionId")) ?? "";
    if (type === CARRY) return event(place, carryBody(member(record, "systemPayload")));
    return event(place, { event: "opaque", type });
  }

  /** Lines that share a uuid are fragments of one message: each follows the one before it. */
  #place(record: Json, uuid: string, time: string | null): Place {
    if (!this.#seen.has(uuid)) {
      this.#seen.set(uuid, 0);
      return { id: uuid, parentId: this.#parent(record, uuid), time };
    }
    return { id: `${uuid}#${++this.#fragments}`, parentId: this.#tail(uuid), time };
  }

  /** The survey puts a record without a parent after the one before it, and counts it. */
  #parent(record: Json, id: string): string | null {
    const first = this.#isFirst;
    this.#isFirst = false;
    const isNamed = !id.startsWith("#");
    // After records without ids, the first one with an id names no existing parent.
    const follows = isNamed && !first && !this.#named;
    this.#named ||= isNamed;
    const parent = string(member(record, "parentUuid"));
    if (parent !== undefined) return this.#tail(parent);
    if (follows) return `${id}#before`;
    const isRoot =
      first || !isSaid(record) || (isNamed && isObject(record) && "parentUuid" in record);
    return isRoot ? null : `${id}#before`;
  }

  /** The same record once more, including its time. A fragment has different contents. */
  #isRepeated(record: Json, uuid: string): boolean {
    const key = `${uuid} ${JSON.stringify(record)}`;
    if (this.#records.has(key)) return true;
    this.#records.set(key, 0);
    return false;
  }

  #tail(uuid: string | null): string | null {
    const tail = uuid === null ? undefined : this.#tails.get(uuid);
    return tail === undefined ? uuid : tail;
  }

  #user(record: Json, place: Place): Entry[] {
    const results: Part[] = [];
    const said: Part[] = [];
    const injected: Part[] = [];
    for (const part of partsOf(record)) {
      const response = member(part, "functionResponse");
      if (isObject(response)) results.push(this.#result(response, record));
      else if (isInjected(part)) injected.push(...readPart(part));
      else said.push(...readPart(part));
    }
    const how = origin(record);
    const messages: Omit<Message, keyof Place | "kind">[] = [];
    if (results.length > 0) messages.push({ role: "tool", parts: results });
    if (said.length > 0) messages.push({ role: "user", parts: said, ...how });
    if (injected.length > 0) messages.push({ role: "user", parts: injected, told: true });
    if (messages.length === 0) messages.push({ role: "user", parts: [], ...how });
    this.#said = saidBy(record, place.id);
    return chained(place, messages, sidechain(record));
  }

  #result(response: Json, record: Json): Part {
    const result = readResult(response, member(record, "toolCallResult"));
    const use = this.#calls.get(result.callId)?.use ?? null;
    this.#calls.answer(result.callId);
    return parseResult(use, result);
  }

  #assistant(record: Json, place: Place): Entry {
    const parts = this.#answer(partsOf(record));
    const model = string(member(record, "model"));
    const usage = readUsage(member(record, "usageMetadata"));
    if (model !== undefined && !isSidechain(record)) this.#header.model = model;
    this.#said = undefined;
    const scaffold = subtypeOf(record) === "realtime_message" ? { scaffold: true } : {};
    return {
      kind: "message",
      ...place,
      role: "assistant",
      parts,
      group: string(member(record, "uuid")) ?? place.id,
      ...scaffold,
      ...sidechain(record),
      ...(model === undefined ? {} : { model }),
      ...(usage ? { usage } : {}),
    };
  }

  #answer(parts: readonly Json[]): Part[] {
    const read = parts.flatMap(readPart);
    for (const part of read) if (part.kind === "tool-call") this.#calls.add(part);
    return read;
  }

  #system(record: Json, place: Place): Entry[] {
    const payload = member(record, "systemPayload");
    const subtype = subtypeOf(record);
    if (isBeside(record)) {
      this.#tails.set(place.id, place.parentId);
      return [event({ ...place, parentId: null }, { event: "opaque", type: `system/${subtype}` })];
    }
    switch (subtype) {
      case "custom_title":
        return [this.#titled(payload, place)];
      case "chat_compression":
        return this.#compressed(record, payload, place);
      case "mid_turn_user_message":
        // As a user's record it is sent; as a system record it is not (0.24.4 [run]).
        return [event(place, { event: "unread", type: `system/${subtype}`, reason: "unsent" })];
      case "slash_command":
        return [this.#command(payload, place)];
      case "session_model": {
        const model = string(member(payload, "modelId"));
        return [event(place, model === undefined ? opaque(subtype) : { event: "model", model })];
      }
      case "parent_session":
        this.#header.parent ??= string(member(payload, "parentSessionId")) ?? null;
        return [event(place, opaque(subtype))];
      case "ui_telemetry": {
        const uiEvent = member(payload, "uiEvent");
        const name = string(member(uiEvent, "event.name")) ?? "";
        return [event(place, apiError(uiEvent) ?? opaque(`${subtype}/${name}`))];
      }
      default:
        return [event(place, opaque(subtype))];
    }
  }

  #titled(payload: Json | undefined, place: Place): Entry {
    const title = string(member(payload, "customTitle"));
    if (title === undefined) return event(place, opaque("custom_title"));
    this.#header.title = title;
    return event(place, { event: "title", title });
  }

  /** A command that answers by itself removes what the user typed from the model's history. */
  #command(payload: Json | undefined, place: Place): Entry {
    const said = this.#said;
    this.#said = undefined;
    const items = array(member(payload, "outputHistoryItems"));
    const local =
      member(payload, "phase") === "result" &&
      member(payload, "sentToModel") !== true &&
      items.length > 0 &&
      items.every((item) => member(item, "type") === "assistant");
    return local && said && said.text === member(payload, "rawCommand")
      ? event(place, { event: "hide", target: said.id })
      : event(place, opaque("slash_command"));
  }

  /**
   * From here on, the model sees `compressedHistory`: the summary, an acknowledgement that the CLI
   * attributes to the model, and everything else that was kept, as messages.
   */
  #compressed(record: Json, payload: Json | undefined, place: Place): Entry[] {
    const history = member(payload, "compressedHistory");
    if (!Array.isArray(history) || isSidechain(record)) {
      return [event(place, opaque("chat_compression"))];
    }
    const [first, ...rest] = history;
    const summary = summaryOf(first);
    const tokens = number(member(member(payload, "info"), "originalTokenCount"));
    const compaction = event(place, {
      event: "compaction",
      summary: summary ?? "",
      ...(tokens === undefined ? {} : { tokens }),
    });
    this.#said = undefined;
    const kept = summary === undefined ? history : rest;
    const messages = kept.flatMap((content) => this.#kept(content));
    const after = { id: `${place.id}#kept`, parentId: place.id, time: place.time };
    return [compaction, ...chained(after, messages, {})];
  }

  #kept(content: Json): Omit<Message, keyof Place | "kind">[] {
    const parts = contentParts(content);
    if (member(content, "role") === "model") {
      const [first, ...more] = parts;
      const thanks = member(first, "text") === ACKNOWLEDGED;
      const answer = this.#answer(thanks ? more : parts);
      return answer.length > 0 ? [{ role: "assistant", parts: answer }] : [];
    }
    const results: Part[] = [];
    const said: Part[] = [];
    for (const part of parts) {
      const response = member(part, "functionResponse");
      if (isObject(response)) results.push(this.#result(response, null));
      else said.push(...readPart(part));
    }
    return [
      ...(results.length > 0 ? [{ role: "tool" as const, parts: results }] : []),
      ...(said.length > 0 ? [{ role: "user" as const, parts: said }] : []),
    ];
  }
}

/** Consecutive messages: the first gets the position, the others follow it. */
function chained(
  place: Place,
  messages: readonly Omit<Message, keyof Place | "kind">[],
  side: { sidechain?: string },
): Entry[] {
  return messages.map((message, i) => ({
    kind: "message",
    id: linkId(place.id, i),
    parentId: i === 0 ? place.parentId : linkId(place.id, i - 1),
    time: place.time,
    ...message,
    ...side,
  }));
}

function linkId(id: string, i: number): string {
  return i === 0 ? id : `${id}#m${i}`;
}

/**
 * What the CLI says in the user's place. It sends a subagent's report and a goal's request, but not
 * what is only spoken. A prompt that the user had scheduled (cron) is the user's.
 */
function origin(record: Json): Pick<Message, "told" | "scaffold"> {
  switch (subtypeOf(record)) {
    case "notification":
    case "goal_runtime":
      return { told: true };
    case "realtime_message":
      return { scaffold: true };
    default:
      return {};
  }
}

/** Parts that a hook or the CLI itself added to the user's message; they are sent again. */
function isInjected(part: Json): boolean {
  const text = saidIn(member(part, "text")).trim();
  return ["qwen:user-prompt-submit-context", "system-reminder"].some(
    (tag) => text.startsWith(`<${tag}>`) && text.endsWith(`</${tag}>`),
  );
}

/** A message that consists of one text of the user. */
function saidBy(record: Json, id: string): Said | undefined {
  const [part, ...more] = partsOf(record);
  const text = string(member(part, "text"));
  const plain = member(record, "type") === "user" && subtypeOf(record) === "";
  return plain && more.length === 0 && text !== undefined ? { id, text } : undefined;
}

/** The summary at the beginning of a compressed history: a message of the user with only text. */
function summaryOf(content: Json | undefined): string | undefined {
  if (member(content, "role") !== "user") return undefined;
  const texts = contentParts(content).map((part) => string(member(part, "text")));
  return texts.every((text) => text !== undefined) ? texts.join("\n\n") : undefined;
}

/** Nothing of the session follows the records of a subagent. Messages are marked individually. */
function aside(entry: Entry): Entry {
  return entry.kind === "message" ? entry : { ...entry, parentId: null };
}

function event(place: Place, body: EventBody): Entry {
  return { kind: "event", ...place, ...body };
}

function opaque(type: string): EventBody {
  return { event: "opaque", type: `system/${type}` };
}

function carryBody(payload: Json | undefined): EventBody {
  return {
    event: "carry",
    part: number(member(payload, "part")) ?? 0,
    parts: number(member(payload, "parts")) ?? 0,
    data: string(member(payload, "data")) ?? "",
  };
}

function sidechain(record: Json): { sidechain?: string } {
  if (!isSidechain(record)) return {};
  return { sidechain: string(member(record, "agentId")) ?? "sidechain" };
}
