/** Decodes Claude Code's JSONL lines. Facts and sources: README.md in this folder. */
import { array, isObject, member, number, string } from "../../session/json.ts";
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
import { Subagent } from "../shared/subagent.ts";
import type { Reader } from "../types.ts";
import { readBlock, readResultContent } from "./content.ts";
import { apiError } from "./limits.ts";
import { parseResult } from "./tools.ts";

export function reader(): Reader {
  return new ClaudeReader();
}

/** Where an entry stands in the tree. */
interface Place {
  id: string;
  parentId: string | null;
  time: string | null;
}

/** The newest API message: all of its lines and the results of its calls, whatever their parents. */
interface Group {
  messageId: string;
  members: Set<string>;
  calls: Set<string>;
  tail: string;
}

class ClaudeReader implements Reader {
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
  /** promptId of a slash command whose expanded prompt follows, marked isMeta. */
  #command: string | undefined;

  header(): Header {
    return {
      agent: "claude-code",
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
    const record = this.#asMain(given);
    const type = string(member(record, "type")) ?? "unknown";
    const uuid = string(member(record, "uuid"));
    const time = string(member(record, "timestamp")) ?? null;
    if (uuid === undefined)
      return [this.#outside(type, record, { id: `#${at}`, parentId: null, time })];
    this.#note(record, time);
    const place = this.#place(record, uuid, time);
    const entries = this.#inTree(type, record, place);
    return isSidechain(record) ? entries.map(aside) : entries;
  }

  #inTree(type: string, record: Json, place: Place): Entry[] {
    switch (type) {
      case "user":
        return this.#user(record, place);
      case "assistant":
        return [this.#assistant(record, place)];
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

  /** In a subagent's own file its lines are read as those of a session are. */
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
   * The CLI notes a worktree that it entered, null once it left; and the folder that a session was
   * moved to with its file (2.1.197 [run]; the latter from its own reading).
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
    this.#noteFolder(type, record);
    const title =
      string(member(record, "customTitle")) ??
      string(member(record, "aiTitle")) ??
      (type === "summary" ? string(member(record, "summary")) : undefined);
    if (title === undefined) return event(place, { event: "opaque", type });
    this.#titles[type] = title;
    return event(place, { event: "title", title });
  }

  /**
   * Claude Code writes each block of a message, and each result, as a line; with parallel calls
   * the lines' parents fork although the conversation does not. They are put in one line here, as
   * the CLI does when it resumes: message id and tool_use id tell what belongs together.
   */
  #place(record: Json, uuid: string, time: string | null): Place {
    const parent =
      string(member(record, "parentUuid")) ?? string(member(record, "logicalParentUuid")) ?? null;
    const group = this.#group;
    if (isSidechain(record)) return { id: uuid, parentId: parent, time };
    const joins = group !== undefined && this.#joins(group, record);
    const parentId =
      group && parent !== null && (joins || group.members.has(parent)) ? group.tail : parent;
    if (joins) {
      group.members.add(uuid);
      group.tail = uuid;
    } else this.#open(record, uuid);
    return { id: uuid, parentId, time };
  }

  #joins(group: Group, record: Json): boolean {
    const message = member(record, "message");
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
    this.#group = { messageId, members: new Set([uuid]), calls: new Set(), tail: uuid };
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
    if (member(record, "isCompactSummary") === true)
      return [this.#compaction(record, content, place)];
    const blocks = typeof content === "string" ? [{ type: "text", text: content }] : array(content);
    const results: ToolResultPart[] = [];
    const parts: Part[] = [];
    for (const block of blocks) {
      if (member(block, "type") === "tool_result") results.push(this.#result(block));
      else parts.push(...present(readBlock(block)));
    }
    const side = sidechain(record);
    const entries: Entry[] = [];
    if (results.length > 0) {
      entries.push({ kind: "message", ...place, role: "tool", parts: results, ...side });
    }
    if (parts.length === 0 && results.length > 0) return entries;
    const scaffold = this.#isScaffold(record, parts) ? { scaffold: true } : {};
    const own =
      results.length > 0 ? { ...place, id: `${place.id}#user`, parentId: place.id } : place;
    entries.push({ kind: "message", ...own, role: "user", parts, ...scaffold, ...side });
    return entries;
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
   * isMeta marks what the CLI put in the user's mouth. One kind is the user's own: the prompt that
   * a slash command expands to, which follows the line that names the command.
   */
  #isScaffold(record: Json, parts: readonly Part[]): boolean {
    const [first] = parts;
    const text = first?.kind === "text" ? first.text : "";
    const promptId = string(member(record, "promptId"));
    if (/^<command-(message|name)>/.test(text)) {
      this.#command = promptId;
      return true;
    }
    if (/^<local-command-(stdout|stderr|caveat)>|^<bash-(stdout|stderr|input)>/.test(text))
      return true;
    if (member(record, "isMeta") !== true) return false;
    const expanded =
      promptId !== undefined && promptId === this.#command && !text.startsWith("Caveat:");
    if (expanded) this.#command = undefined;
    return !expanded;
  }

  #compaction(record: Json, content: Json | undefined, place: Place): Entry {
    // The main conversation goes on as it was.
    if (isSidechain(record)) return event(place, { event: "opaque", type: "user/summary" });
    const text =
      typeof content === "string"
        ? content
        : array(content)
            .map((block) => string(member(block, "text")) ?? "")
            .join("\n");
    const boundary = this.#boundary ?? {};
    this.#boundary = undefined;
    return event(place, { event: "compaction", summary: text, ...boundary });
  }

  #assistant(record: Json, place: Place): Entry {
    const message = member(record, "message");
    const model = string(member(message, "model"));
    const parts = array(member(message, "content")).flatMap((block) => present(readBlock(block)));
    if (member(record, "isApiErrorMessage") === true) {
      return event(place, apiError(record, plainText(parts)));
    }
    if (model !== undefined && model !== "<synthetic>") this.#model = model;
    for (const part of parts) if (part.kind === "tool-call") this.#calls.add(part);
    const group = string(member(message, "id"));
    const usage = readUsage(member(message, "usage"));
    const stop = STOPS[string(member(message, "stop_reason")) ?? ""];
    const entry: Message = {
      kind: "message",
      ...place,
      role: "assistant",
      parts,
      ...sidechain(record),
    };
    if (group !== undefined) entry.group = group;
    if (model !== undefined) entry.model = model;
    if (usage) entry.usage = usage;
    if (stop) entry.stop = stop;
    return entry;
  }

  /** Two kinds of attachment are the user's: a mentioned file, and a prompt typed while it worked. */
  #attachment(record: Json, place: Place): Entry {
    const attachment = member(record, "attachment");
    const type = string(member(attachment, "type")) ?? "unknown";
    const text =
      type === "queued_command"
        ? string(member(attachment, "prompt"))
        : mentionedFile(type, attachment);
    if (text === undefined) return event(place, { event: "opaque", type: `attachment/${type}` });
    const parts: Part[] = [{ kind: "text", text }];
    return { kind: "message", ...place, role: "user", parts, ...sidechain(record) };
  }

  #system(record: Json, place: Place): Entry {
    const subtype = string(member(record, "subtype")) ?? "unknown";
    if (subtype === "compact_boundary" && !isSidechain(record)) {
      const meta = member(record, "compactMetadata");
      const keepFrom = string(member(member(meta, "preservedSegment"), "headUuid"));
      const tokens = number(member(meta, "preTokens"));
      this.#boundary = {
        ...(keepFrom === undefined ? {} : { keepFrom }),
        ...(tokens === undefined ? {} : { tokens }),
      };
    }
    if (subtype === "api_error") {
      return event(place, { event: "error", text: string(member(record, "content")) ?? subtype });
    }
    return event(place, { event: "opaque", type: `system/${subtype}` });
  }
}

function isSidechain(record: Json): boolean {
  return member(record, "isSidechain") === true;
}

/** Nothing of the session follows what happens to a subagent. Messages say themselves whose they are. */
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

function present(part: Part | undefined): Part[] {
  return part ? [part] : [];
}

function sidechain(record: Json): { sidechain?: string } {
  if (!isSidechain(record)) return {};
  return { sidechain: string(member(record, "agentId")) ?? "sidechain" };
}

function mentionedFile(type: string, attachment: Json | undefined): string | undefined {
  if (type !== "file") return undefined;
  const content = member(attachment, "content");
  const file = member(content, "file");
  const path = string(member(file, "filePath")) ?? string(member(attachment, "filename"));
  const text = string(member(file, "content"));
  return path === undefined || text === undefined
    ? undefined
    : `<file name="${path}">\n${text}\n</file>`;
}

/** The text of an answer that the CLI made up itself. */
function plainText(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === "text" ? part.text : "")).join("\n");
}

const STOPS: { [reason: string]: NonNullable<Message["stop"]> } = {
  end_turn: "end",
  stop_sequence: "end",
  tool_use: "tool",
  max_tokens: "length",
};

function readUsage(usage: Json | undefined): Usage | undefined {
  const input = number(member(usage, "input_tokens"));
  if (input === undefined) return undefined;
  return {
    input,
    output: number(member(usage, "output_tokens")) ?? 0,
    cacheRead: number(member(usage, "cache_read_input_tokens")) ?? 0,
    cacheWrite: number(member(usage, "cache_creation_input_tokens")) ?? 0,
  };
}
