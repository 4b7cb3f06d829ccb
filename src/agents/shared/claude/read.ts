/** Reads Claude Code's JSONL lines. Facts and sources: agents/claude-code/README.md. */
import { crc32 } from "node:zlib";
import type { Reader } from "../../../session/codec.ts";
import { IdTable } from "../../../session/id-table.ts";
import { array, isObject, member, number, string } from "../../../session/json.ts";
import { saidIn, textOfPart } from "../../../session/other.ts";
import { notTyped } from "../../../session/text.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  Message,
  Part,
  ToolResultPart,
} from "../../../session/types.ts";
import { OpenCalls } from "../calls.ts";
import { Subagent } from "../subagent.ts";
import { attachmentType, readAttachment } from "./attachments.ts";
import { readBlock, readResultContent, readServerContent, serverOutcome } from "./content.ts";
import type { Dialect } from "./dialect.ts";
import { Hidden } from "./hidden.ts";
import { apiError, apiRetry } from "./limits.ts";
import { fromServer, parseResult } from "./tools.ts";
import { readUsage } from "./usage.ts";

export function reader(dialect: Pick<Dialect, "id" | "leaf">): Reader {
  return new ClaudeReader(dialect);
}

/** The position of an entry in the tree. */
interface Place {
  id: string;
  parentId: string | null;
  time: string | null;
}

/**
 * The newest API message: all of its lines and the results of its calls, whatever their parents.
 */
interface Group {
  messageId: string;
  members: Set<string>;
  calls: Set<string>;
  tail: string;
  /** Records that follow the tail and do not join it, such as a user's message while a tool ran. */
  between: string[];
}

/** The lines that name a session, and where the name is in them. */
const TITLES = new Map([
  ["custom-title", "customTitle"],
  ["ai-title", "aiTitle"],
  ["summary", "summary"],
]);

class ClaudeReader implements Reader {
  readonly #dialect: Pick<Dialect, "id" | "leaf">;
  #group: Group | undefined;
  readonly #calls = new OpenCalls();
  #id = "";
  #cwd: string | null = null;
  /** Every folder that a record of the conversation names; the newest is the last. */
  readonly #cwds = new Set<string>();
  #worktree: string | null = null;
  readonly #subagent = new Subagent();
  #branch: string | null = null;
  #version: string | null = null;
  #model: string | null = null;
  #createdAt: string | null = null;
  #updatedAt: string | null = null;
  readonly #titles: { [kind: string]: string } = {};
  /** A compaction boundary waits for the summary on the next line. */
  #boundary: { keepFrom?: string; tokens?: number } | undefined;
  /** Each uuid so far, with a hash of the parent that its record names. */
  readonly #seen = new IdTable();
  readonly #hidden = new Hidden();
  /** Is there a record of the tree? Does one name its parent? Does one lack a required parent? */
  #begun = false;
  #names = false;
  #nameless = false;
  /** The session of the newest record of the tree. */
  #session: string | undefined;
  /** The sessions after which another one began in the file. */
  readonly #left = new Set<string>();
  /** The message of which results of the vendor's own tools were read, and how many. */
  #served = { messageId: "", results: 0 };

  constructor(dialect: Pick<Dialect, "id" | "leaf">) {
    this.#dialect = dialect;
  }

  header(): Header {
    return {
      agent: this.#dialect.id,
      id: this.#subagent.id === null ? this.#id : `agent-${this.#subagent.id}`,
      title:
        this.#titles["custom-title"] ?? this.#titles["ai-title"] ?? this.#titles.summary ?? null,
      cwd: this.#cwd,
      gitBranch: this.#branch,
      gitCommit: null,
      model: this.#model,
      version: this.#version,
      createdAt: this.#createdAt,
      updatedAt: this.#updatedAt,
      parent: this.#subagent.id === null ? null : this.#id,
    };
  }

  folders(): { cwds: string[]; worktree: string | null } {
    return { cwds: [...this.#cwds].reverse(), worktree: this.#worktree };
  }

  read(given: Json, at: number): Entry[] {
    const record = this.#asMain(withContent(given));
    const type = string(member(record, "type")) ?? "unknown";
    const named = string(member(record, "uuid"));
    const time = string(member(record, "timestamp")) ?? null;
    const outside = { id: `#${at}`, parentId: null, time };
    // Tools that clean transcripts leave out uuids.
    const uuid = named ?? (isSaid(type, record) ? outside.id : undefined);
    if (uuid === undefined) return [this.#outside(type, record, outside)];
    if (this.#isRepeated(uuid, record)) {
      return [event(outside, { event: "unread", type, reason: "repeated" })];
    }
    if (type === "progress") {
      this.#hidden.add(uuid, string(member(record, "parentUuid")) ?? null);
      return [event(outside, { event: "opaque", type })];
    }
    const session = this.#turnTo(record);
    const turned = session ? [event({ ...outside, id: `#${at}#session` }, session)] : [];
    this.#note(record, time);
    const place = this.#place(record, uuid, time);
    const entries = [
      ...this.#lostSummary(type, record, place),
      ...this.#inTree(type, record, place),
    ];
    return [...turned, ...(isSidechain(record) ? entries.map(aside) : entries)];
  }

  /**
   * One uuid is one record: for example, every record occurs twice after /branch. A copy that names
   * another parent is different: the CLI then uses the later one, and so does the survey.
   */
  #isRepeated(uuid: string, record: Json): boolean {
    const parent = crc32(string(member(record, "parentUuid")) ?? "") >>> 1;
    if (this.#seen.get(uuid) === parent) return true;
    this.#seen.set(uuid, parent);
    return false;
  }

  /**
   * Does another session begin here, or continue? If there are two in a file, the CLI sends the one
   * of the last record. A session whose record follows a record of another continues it.
   */
  #turnTo(record: Json): Extract<EventBody, { event: "session" }> | null {
    if (isSidechain(record)) return null;
    const before = this.#session;
    const now = string(member(record, "sessionId")) ?? before;
    this.#session = now;
    if (before === undefined || now === undefined || now === before) return null;
    if (parentOf(record) !== null && !this.#left.has(now)) return null;
    this.#left.add(before);
    return { event: "session", before, now };
  }

  #inTree(type: string, record: Json, place: Place): Entry[] {
    if (member(record, "isVirtual") === true) {
      return [event(place, { event: "unread", type: `${type}/virtual`, reason: "unsent" })];
    }
    switch (type) {
      case "user":
        return this.#user(record, place);
      case "assistant":
        return this.#assistant(record, place);
      case "attachment":
        return [this.#attachment(record, place)];
      case "system":
        return [this.#system(record, place)];
      default:
        return [event(place, { event: "opaque", type })];
    }
  }

  #note(record: Json, time: string | null): void {
    this.#id = string(member(record, "sessionId")) ?? this.#id;
    const cwd = string(member(record, "cwd"));
    this.#cwd ??= cwd ?? null;
    if (cwd !== undefined && !isSidechain(record)) this.#went(cwd);
    this.#branch = string(member(record, "gitBranch")) ?? this.#branch;
    this.#version = string(member(record, "version")) ?? this.#version;
    this.#createdAt ??= time;
    this.#updatedAt = time ?? this.#updatedAt;
  }

  /** In a subagent's own file, its lines are read like those of a session. */
  #asMain(record: Json): Json {
    if (!isObject(record) || typeof record.uuid !== "string") return record;
    const isOwn = !this.#subagent.isAside(record) && isSidechain(record);
    return isOwn ? { ...record, isSidechain: false } : record;
  }

  #went(cwd: string): void {
    this.#cwds.delete(cwd);
    this.#cwds.add(cwd);
  }

  /**
   * The CLI records a worktree that it entered, null once it has left it; and the folder that a
   * session was moved to with its file (2.1.197 [run]; the latter from its source).
   */
  #noteFolder(type: string, record: Json): void {
    if (type === "worktree-state") {
      this.#worktree = string(member(member(record, "worktreeSession"), "worktreePath")) ?? null;
    }
    const cwd = type === "relocated" ? string(member(record, "relocatedCwd")) : undefined;
    if (cwd === undefined) return;
    this.#cwd = cwd;
    this.#went(cwd);
  }

  /** Lines that are not part of the chain: titles, queue operations, snapshots … */
  #outside(type: string, record: Json, place: Place): Entry {
    if (this.#id === "") this.#id = string(member(record, "sessionId")) ?? "";
    if (type === "segue-carry") return event(place, carryBody(record));
    // An attachment without a uuid is not sent: 2.1.197 [run].
    if (type === "attachment") {
      const kind = `attachment/${attachmentType(record)}`;
      return event(place, { event: "unread", type: kind, reason: "unsent" });
    }
    if (type === this.#dialect.leaf.type) return this.#leaf(type, record, place);
    this.#noteFolder(type, record);
    const key = TITLES.get(type);
    const title = key === undefined ? undefined : string(member(record, key));
    if (title === undefined) return event(place, { event: "opaque", type });
    this.#titles[type] = title;
    return event(place, { event: "title", title });
  }

  /**
   * The CLI's checkpoint. `explicit`: the user rewound the session to there, and has not said anything
   * yet; null: to before the first prompt. Otherwise the newest branch through it is sent, even if
   * another one is newer (2.1.332 [run]).
   */
  #leaf(type: string, record: Json, place: Place): Entry {
    const leaf = member(record, "leafUuid");
    const isExplicit = member(record, "explicit") === true;
    if (leaf === null && isExplicit) return event(place, { event: "opaque", type, anchor: null });
    const anchor = string(leaf);
    if (anchor === undefined) return event(place, { event: "opaque", type });
    const isBack = isExplicit && this.#seen.has(anchor);
    return event(isBack ? { ...place, parentId: anchor } : place, {
      event: "opaque",
      type,
      anchor,
    });
  }

  /**
   * Claude Code writes each block of a message, and each result, as a line; with parallel calls,
   * the lines' parents fork although the conversation does not. They are put in sequence here, as
   * the CLI does when it resumes: message id and tool_use id show what belongs together.
   */
  #place(record: Json, uuid: string, time: string | null): Place {
    const named = this.#hidden.resolve(parentOf(record));
    if (isSidechain(record)) return { id: uuid, parentId: named, time };
    const group = this.#group;
    const joins = group !== undefined && this.#joins(group, record, named);
    const parent = named ?? (parentOf(record) === null ? this.#unnamed(record) : null);
    this.#begun = true;
    this.#names ||= named !== null;
    const inGroup = group && parent !== null && (joins || group.members.has(parent));
    const parentId = inGroup ? (joins ? tipOf(group) : group.tail) : parent;
    if (joins) {
      for (const member of [...group.between, uuid]) group.members.add(member);
      group.tail = uuid;
      group.between = [];
    } else {
      if (group && parentId === tipOf(group)) group.between.push(uuid);
      this.#open(record, uuid);
    }
    return { id: uuid, parentId, time };
  }

  /**
   * The parent of a record that names none: null for a root, NOWHERE for one that must have a
   * parent. Tools that clean or merge transcripts leave out parents; the survey then uses the
   * record before, and reports it. (The CLI sends only the last record: 2.1.197 [run].)
   */
  #unnamed(record: Json): string | null {
    const type = member(record, "type");
    if (!this.#begun || type === "system" || isSummary(record)) return null;
    // An answer is never the first entry; anything else may be: the user rewound to the beginning.
    const answers = type === "assistant" || hasResult(record);
    if (answers) this.#nameless = true;
    const isLost = member(record, "parentUuid") === undefined || (this.#nameless && !this.#names);
    return answers || isLost ? NOWHERE : null;
  }

  #joins(group: Group, record: Json, parent: string | null): boolean {
    const message = member(record, "message");
    // What a hook says about a call is a sibling of its result: 2.1.332 sends it [run].
    if (member(record, "type") === "attachment") return group.members.has(parent ?? "");
    if (member(record, "type") === "assistant") {
      if (string(member(message, "id")) !== group.messageId) return false;
      this.#addCalls(group, message);
      return true;
    }
    return array(member(message, "content")).some((block) =>
      group.calls.has(string(member(block, "tool_use_id")) ?? ""),
    );
  }

  #open(record: Json, uuid: string): void {
    if (member(record, "type") !== "assistant") return;
    const message = member(record, "message");
    const messageId = string(member(message, "id"));
    if (messageId === undefined) return;
    this.#group = {
      messageId,
      members: new Set([uuid]),
      calls: new Set(),
      tail: uuid,
      between: [],
    };
    this.#addCalls(this.#group, message);
  }

  #addCalls(group: Group, message: Json | undefined): void {
    for (const block of array(member(message, "content"))) {
      const id = member(block, "type") === "tool_use" ? string(member(block, "id")) : undefined;
      if (id !== undefined) group.calls.add(id);
    }
  }

  #user(record: Json, place: Place): Entry[] {
    const content = member(member(record, "message"), "content");
    if (this.#isCompaction(record, place)) return this.#compaction(record, content, place);
    const results: ToolResultPart[] = [];
    const parts: Part[] = [];
    for (const block of blocksOf(content)) {
      if (member(block, "type") === "tool_result") results.push(this.#result(block));
      else parts.push(...readBlock(block));
    }
    const message = { kind: "message", ...place, ...sidechain(record) } as const;
    if (results.length === 0) {
      const scaffold = isScaffold(record, parts) ? { scaffold: true } : {};
      const said = member(record, "isMeta") === true ? notTyped(parts) : parts;
      return [{ ...message, role: "user", parts: said, ...scaffold }];
    }
    if (parts.length === 0) return [{ ...message, role: "tool", parts: results }];
    const id = `${place.id}#results`;
    return [
      { ...message, id, role: "tool", parts: results },
      { ...message, parentId: id, role: "user", parts },
    ];
  }

  #result(block: Json): ToolResultPart {
    const callId = string(member(block, "tool_use_id")) ?? "";
    const result: ToolResultPart = {
      kind: "tool-result",
      callId,
      isError: member(block, "is_error") === true,
      content: readResultContent(member(block, "content")),
    };
    const use = this.#calls.get(callId)?.use ?? null;
    this.#calls.answer(callId);
    return parseResult(use, result);
  }

  /**
   * If a boundary is not followed by its summary, the earlier conversation is still gone: 2.1.197
   * [run].
   */
  #lostSummary(type: string, record: Json, place: Place): Entry[] {
    if (type !== "user" && type !== "assistant") return [];
    if (this.#boundary === undefined || isSummary(record) || isSidechain(record)) return [];
    const boundary = this.#boundary;
    this.#boundary = undefined;
    const { parentId } = place;
    const id = `${place.id}#summary`;
    place.parentId = id;
    return [
      event({ ...place, id, parentId }, { event: "compaction", summary: NO_SUMMARY, ...boundary }),
    ];
  }

  /**
   * A summary that follows neither a boundary nor the beginning replaces nothing: 2.1.197 [run].
   */
  #isCompaction(record: Json, place: Place): boolean {
    if (!isSummary(record)) return false;
    return this.#boundary !== undefined || place.parentId === null || isSidechain(record);
  }

  #compaction(record: Json, content: Json | undefined, place: Place): Entry[] {
    // The main conversation continues as it was.
    if (isSidechain(record)) return [event(place, { event: "opaque", type: "user/summary" })];
    const boundary = this.#boundary ?? {};
    this.#boundary = undefined;
    const parts = blocksOf(content).flatMap(readBlock);
    const summary = parts.flatMap((part) => wordsOf(part) ?? []).join("\n");
    const rest = parts.filter((part) => wordsOf(part) === null);
    const body: EventBody = { event: "compaction", summary, ...boundary };
    if (rest.length === 0) return [event(place, body)];
    const id = `${place.id}#summary`;
    return [
      event({ ...place, id }, body),
      { kind: "message", ...place, parentId: id, role: "user", parts: rest },
    ];
  }

  #assistant(record: Json, place: Place): Entry[] {
    const message = member(record, "message");
    const model = string(member(message, "model"));
    const said = this.#said(message);
    if (member(record, "isApiErrorMessage") === true) {
      const texts = said.flatMap(({ parts }) => parts.flatMap((part) => wordsOf(part) ?? []));
      return [event(place, apiError(record, texts.join("\n")))];
    }
    if (model !== undefined && model !== "<synthetic>") this.#model = model;
    const usage = readUsage(member(message, "usage"));
    const stop = STOPS[string(member(message, "stop_reason")) ?? ""];
    // The last one has the record's own id: the next record names it as its parent.
    return said.map(({ role, parts, group }, n): Message => {
      const isLast = n === said.length - 1;
      const entry: Message = { kind: "message", ...place, role, parts, ...sidechain(record) };
      if (!isLast) entry.id = `${place.id}#${n}`;
      if (n > 0) entry.parentId = `${place.id}#${n - 1}`;
      if (role === "tool") return entry;
      if (group !== undefined) entry.group = group;
      if (model !== undefined) entry.model = model;
      if (usage) entry.usage = usage;
      if (stop && isLast) entry.stop = stop;
      return entry;
    });
  }

  /**
   * The content of an answer. Results of the vendor's own tools are inside it; whatever follows one
   * is another group, so that call, result and text keep their order where results are separate.
   */
  #said(message: Json | undefined): Said[] {
    const messageId = string(member(message, "id"));
    if (messageId !== this.#served.messageId) {
      this.#served = { messageId: messageId ?? "", results: 0 };
    }
    const said: Said[] = [];
    for (const block of blocksOf(member(message, "content"))) {
      const type = string(member(block, "type")) ?? "unknown";
      if (isServerResult(type, block)) {
        this.#served.results++;
        said.push({ role: "tool", parts: [serverResult(block)], group: undefined });
        continue;
      }
      const parts = isServerCall(type) ? [serverCall(block)] : readBlock(block);
      for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
      const last = said.at(-1);
      if (last?.role === "assistant") last.parts.push(...parts);
      else said.push({ role: "assistant", parts, group: this.#groupOf(messageId) });
    }
    return said.length > 0
      ? said
      : [{ role: "assistant", parts: [], group: this.#groupOf(messageId) }];
  }

  #groupOf(messageId: string | undefined): string | undefined {
    const { results } = this.#served;
    return messageId === undefined || results === 0 ? messageId : `${messageId}#${results}`;
  }

  #attachment(record: Json, place: Place): Entry {
    const attached = readAttachment(record);
    const type = `attachment/${attachmentType(record)}`;
    const message = { kind: "message", ...place, ...sidechain(record) } as const;
    if ("parts" in attached) return { ...message, role: "user", ...attached };
    switch (attached.aside) {
      case "scaffold":
        return { ...message, role: "user", parts: [], scaffold: true };
      case "unsent":
        return event(place, { event: "unread", type, reason: "unsent" });
      case "unknown":
        return event(place, { event: "opaque", type });
    }
  }

  #system(record: Json, place: Place): Entry {
    const subtype = string(member(record, "subtype")) ?? "unknown";
    const content = string(member(record, "content"));
    if (subtype === "compact_boundary" && !isSidechain(record)) this.#bound(record);
    if (subtype === "api_error") return event(place, apiRetry(record, content));
    // A command of the CLI and its output are sent as the user's: 2.1.197, 2.1.332 [run].
    const said = member(record, "content") ?? undefined;
    if (subtype === "local_command" && said !== undefined) {
      const parts: Part[] = [{ kind: "text", text: saidIn(said) }];
      return { kind: "message", ...place, role: "user", parts, ...sidechain(record) };
    }
    return event(place, { event: "opaque", type: `system/${subtype}` });
  }

  #bound(record: Json): void {
    const meta = member(record, "compactMetadata");
    const keepFrom = this.#keepFrom(meta);
    const tokens = number(member(meta, "preTokens"));
    this.#boundary = {
      ...(keepFrom === undefined ? {} : { keepFrom }),
      ...(tokens === undefined ? {} : { tokens }),
    };
  }

  /** What a compaction keeps is kept only if all of it exists: 2.1.197 [run]. */
  #keepFrom(meta: Json | undefined): string | undefined {
    const kept = member(meta, "preservedMessages");
    const uuids = array(member(kept, "uuids")).flatMap((uuid) => string(uuid) ?? []);
    const segment = member(meta, "preservedSegment");
    const ends = ["headUuid", "tailUuid"].flatMap((key) => string(member(segment, key)) ?? []);
    const needed = isObject(kept) ? uuids : ends;
    return needed.every((uuid) => this.#seen.has(uuid)) ? needed[0] : undefined;
  }
}

/**
 * One run of blocks of an answer: what was said, or the result of a tool that runs at the vendor.
 */
interface Said {
  role: "assistant" | "tool";
  parts: Part[];
  group: string | undefined;
}

const NO_SUMMARY =
  "The conversation before this was compacted; its summary is not in the session's file.";

/** No record has this id. */
const NOWHERE = "";

function parentOf(record: Json): string | null {
  return (
    string(member(record, "parentUuid")) ?? string(member(record, "logicalParentUuid")) ?? null
  );
}

function blocksOf(content: Json | undefined): Json[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  // Some tools write a single block without a list around it.
  return isObject(content) ? [content] : array(content);
}

/** A message that consists only of its text, as tools that write transcripts may leave it. */
function withContent(record: Json): Json {
  if (!isObject(record) || typeof record.message !== "string") return record;
  const { type, message } = record;
  if (type !== "user" && type !== "assistant") return record;
  return { ...record, message: { role: type, content: message } };
}

function isSaid(type: string, record: Json): boolean {
  return (type === "user" || type === "assistant") && isObject(member(record, "message"));
}

function isSummary(record: Json): boolean {
  return member(record, "isCompactSummary") === true;
}

function hasResult(record: Json): boolean {
  return array(member(member(record, "message"), "content")).some(
    (block) => member(block, "type") === "tool_result",
  );
}

/** Calls of tools that run at the vendor, or at an MCP server that the vendor calls. */
function isServerCall(type: string): boolean {
  return type === "server_tool_use" || type === "mcp_tool_use";
}

function isServerResult(type: string, block: Json): boolean {
  return type.endsWith("_tool_result") && typeof member(block, "tool_use_id") === "string";
}

function serverCall(block: Json): Part {
  const name = saidIn(member(block, "name"));
  const input = member(block, "input") ?? {};
  const callId = string(member(block, "id")) ?? "";
  const server = saidIn(member(block, "server_name")) || undefined;
  return { kind: "tool-call", callId, name, input, use: fromServer(name, input, server) };
}

function serverResult(block: Json): ToolResultPart {
  return {
    kind: "tool-result",
    callId: string(member(block, "tool_use_id")) ?? "",
    ...serverOutcome(block),
    content: readServerContent(member(block, "content")),
  };
}

/** The text of a part in a summary or in a note of the CLI; null if there is none. */
function wordsOf(part: Part): string | null {
  if (part.kind === "text" || part.kind === "reasoning") return part.text;
  return part.kind === "other" ? textOfPart(part) : null;
}

/**
 * isMeta marks the CLI's own wording, which is sent (2.1.197, 2.1.332 [run]): the prompt that a
 * slash command or a skill expands to, pages of a PDF. Only its reminders and its caveat are not
 * part of the conversation.
 */
function isScaffold(record: Json, parts: readonly Part[]): boolean {
  if (member(record, "isMeta") !== true || parts.length === 0) return false;
  return parts.every((part) => part.kind === "text" && BOILERPLATE.test(part.text.trim()));
}

const BOILERPLATE =
  /^(?:<system-reminder>[\s\S]*<\/system-reminder>|<local-command-caveat>[\s\S]*<\/local-command-caveat>|Caveat: The messages below were generated by the user while running local commands\.[\s\S]*)$/;

/** What was said after the newest member and before the one that joins now is between the two. */
function tipOf({ between, tail }: Group): string {
  return between.at(-1) ?? tail;
}

function isSidechain(record: Json): boolean {
  return member(record, "isSidechain") === true;
}

/** Nothing of the session follows the entries of a subagent. Messages are marked individually. */
function aside(entry: Entry): Entry {
  return entry.kind === "message" ? entry : { ...entry, parentId: null };
}

function event(place: Place, body: EventBody): Entry {
  return { kind: "event", ...place, ...body };
}

function carryBody(record: Json): EventBody {
  return {
    event: "carry",
    part: number(member(record, "part")) ?? 0,
    parts: number(member(record, "parts")) ?? 0,
    data: string(member(record, "data")) ?? "",
  };
}

function sidechain(record: Json): { sidechain?: string } {
  if (!isSidechain(record)) return {};
  return { sidechain: string(member(record, "agentId")) ?? "sidechain" };
}

const STOPS: { [reason: string]: NonNullable<Message["stop"]> } = {
  end_turn: "end",
  stop_sequence: "end",
  tool_use: "tool",
  max_tokens: "length",
};
