/** Writes entries as Claude Code's JSONL lines. Facts and sources: agents/claude-code/README.md. */

import type { Writer, WriterOptions } from "../../../session/codec.ts";
import { array, compact, isObject, member, string } from "../../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolResultPart,
  ToolUse,
  Usage,
} from "../../../session/types.ts";
import { OpenCalls } from "../calls.ts";
import { apiId, uuid4 } from "../ids.ts";
import { Subagent, subagentOf } from "../subagent.ts";
import { printBlock, printResultContent } from "./content.ts";
import type { Dialect } from "./dialect.ts";
import { fromNative, onlyText, printResult } from "./tools.ts";

export function writer(dialect: Dialect, options: WriterOptions): Writer {
  return new ClaudeWriter(dialect, options);
}

/** What lines repeat from each other. */
interface Context {
  sessionId: string;
  cwd: string;
  version: string;
  gitBranch: string;
  userType: string;
  entrypoint: string;
}

class ClaudeWriter implements Writer {
  readonly #seed: string;
  #context: Context;
  /**
   * Whether a line has named the session's id, and whether there was a line of the main
   * conversation.
   */
  #sessionKnown = false;
  #mainSeen = false;
  #tail: string | null = null;
  #promptId: string | undefined;
  #time: string | null = null;
  /** Number of committed lines: the source of new ids. */
  #n = 0;
  readonly #dialect: Dialect;
  /** For answers of models that the CLI does not know; the carry has the real name. */
  readonly #model: string;
  /** Names that the session already contains. */
  readonly #models = new Set<string>();
  /**
   * The session's own model: the CLI continues with the model of the last answer, and sends no
   * thinking of another (2.1.332 [run]), so new answers in a returned session must name it.
   */
  #lastModel: string | undefined;
  readonly #calls = new OpenCalls();
  /** The line of each recent call, which its result names as parent. */
  readonly #callLines = new Map<string, string>();

  readonly #subagent = new Subagent();

  constructor(dialect: Dialect, options: WriterOptions) {
    this.#dialect = dialect;
    this.#seed = options.seed;
    this.#model = options.model ?? dialect.model;
    this.#context = {
      sessionId: uuid4(options.seed, -1),
      cwd: "/",
      version: options.cliVersion ?? dialect.version,
      gitBranch: "",
      userType: "external",
      entrypoint: "cli",
    };
  }

  begin(header: Header): void {
    // On the way back, another agent's header can follow lines of this very session.
    if (this.#tail !== null) return;
    this.#subagent.begin(header);
    // A subagent's lines have its session's id.
    const isOwn = subagentOf(header) === null;
    this.#context.sessionId = (isOwn ? null : header.parent) ?? header.id;
    this.#context.cwd = header.cwd ?? this.#context.cwd;
    this.#context.gitBranch = header.gitBranch ?? this.#context.gitBranch;
    this.#time = header.createdAt;
  }

  mark(): string {
    return this.#tail ?? "";
  }

  // Without this line, the CLI sends the branch that its own last one names, and not the newest.
  rewind(mark: string): Json[] {
    this.#tail = mark === "" ? null : mark;
    if (this.#subagent.id !== null) return [];
    return [this.#dialect.leaf.back(this.#tail, this.#context.sessionId, this.#time)];
  }

  predict(entry: Entry): Json[] {
    const { id } = this.#subagent;
    const records = this.#records(entry);
    return id === null ? records : records.map((record) => ofSubagent(record, id));
  }

  #records(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry);
    switch (entry.role) {
      case "user":
        // What the CLI says about itself; the reader does not read it.
        return entry.scaffold && entry.parts.length === 0 ? [] : [this.#user(entry)];
      case "assistant":
        return this.#assistant(entry);
      case "tool":
        return this.#results(entry);
      case "system":
        return [];
    }
  }

  // Claude Code ends a run with a last-prompt line; nothing needs it, and the next turn would follow
  // it.
  end(): Json[] {
    const { on } = this.#dialect.leaf;
    if (on === undefined || this.#tail === null || this.#subagent.id !== null) return [];
    return [on(this.#tail, this.#context.sessionId, this.#time)];
  }

  kind(record: Json): string {
    const type = string(member(record, "type")) ?? "";
    const message = member(record, "message");
    const content = member(message, "content");
    if (type === "user") {
      const tail = member(record, "isCompactSummary") === true ? "/summary" : "";
      return `user/${typeof content === "string" ? "string" : blockType(content)}${tail}`;
    }
    if (type === "assistant") return `assistant/${blockType(content)}`;
    const sub = member(record, "subtype") ?? member(member(record, "attachment"), "type") ?? "";
    return `${type}/${typeof sub === "string" ? sub : ""}`;
  }

  key(record: Json): string {
    const [block] = array(member(member(record, "message"), "content"));
    return string(member(block, "tool_use_id")) ?? string(member(block, "id")) ?? "";
  }

  commit(record: Json): void {
    this.#n++;
    const uuid = string(member(record, "uuid"));
    this.#commitSession(string(member(record, "sessionId")), uuid !== undefined);
    this.#commitLeaf(record);
    const isMain = uuid !== undefined && !this.#subagent.isAside(record);
    if (isMain || !this.#mainSeen) this.#commitContext(record);
    if (!isMain) return;
    this.#mainSeen = true;
    this.#tail = uuid;
    this.#time = string(member(record, "timestamp")) ?? this.#time;
    this.#promptId = string(member(record, "promptId")) ?? this.#promptId;
    const model = string(member(member(record, "message"), "model"));
    if (model !== undefined) this.#models.add(model);
    if (model !== undefined && model !== "<synthetic>") this.#lastModel = model;
    this.#commitContent(member(member(record, "message"), "content"), uuid);
  }

  /** The user rewound the session, and the next line's parent is the one named here. */
  #commitLeaf(record: Json): void {
    if (member(record, "type") !== this.#dialect.leaf.type) return;
    if (member(record, "explicit") !== true) return;
    const leaf = member(record, "leafUuid");
    if (leaf === null || typeof leaf === "string") this.#tail = leaf;
  }

  /** As in the reader: lines of the tree determine the session; other lines only before them. */
  #commitSession(id: string | undefined, inTree: boolean): void {
    if (id === undefined || (this.#sessionKnown && !inTree)) return;
    this.#context.sessionId = id;
    this.#sessionKnown = true;
  }

  #commitContext(record: Json): void {
    const context = this.#context;
    context.cwd = string(member(record, "cwd")) ?? context.cwd;
    context.version = string(member(record, "version")) ?? context.version;
    context.gitBranch = string(member(record, "gitBranch")) ?? context.gitBranch;
    context.userType = string(member(record, "userType")) ?? context.userType;
    context.entrypoint = string(member(record, "entrypoint")) ?? context.entrypoint;
  }

  #commitContent(content: Json | undefined, uuid: string): void {
    for (const block of array(content)) {
      const answered = string(member(block, "tool_use_id"));
      if (answered !== undefined) this.#calls.answer(answered);
      if (member(block, "type") !== "tool_use") continue;
      const callId = string(member(block, "id")) ?? "";
      const name = string(member(block, "name")) ?? "";
      const input = member(block, "input") ?? {};
      this.#calls.add({
        kind: "tool-call",
        callId,
        name,
        input,
        use: fromNative(name, input),
      });
      this.#callLines.set(callId, uuid);
      if (this.#callLines.size > 1024) this.#callLines.clear();
    }
  }

  #user(entry: Message): Json {
    const [first] = entry.parts;
    const text = entry.parts.length === 1 && first?.kind === "text" ? first.text : undefined;
    const content = text ?? blocks(entry.parts);
    return {
      parentUuid: this.#tail,
      isSidechain: false,
      promptId: uuid4(`${this.#seed} prompt`, this.#n),
      type: "user",
      message: { role: "user", content },
      ...this.#frame(entry.time, 0),
    };
  }

  #assistant(entry: Message): Json[] {
    const content = blocks(entry.parts);
    const id = entry.group?.startsWith("msg_")
      ? entry.group.replace(/#\d+$/, "")
      : apiId("msg_01", this.#seed, this.#n);
    const calls = entry.parts.some((part) => part.kind === "tool-call");
    return content.map((block, i) => ({
      parentUuid: i === 0 ? this.#tail : this.#uuid(i - 1),
      isSidechain: false,
      message: {
        id,
        type: "message",
        role: "assistant",
        // A line without message.model makes `claude --resume -p` hang.
        model: this.#modelOf(entry),
        content: [block],
        stop_reason: calls ? "tool_use" : entry.stop === "length" ? "max_tokens" : "end_turn",
        stop_sequence: null,
        usage: printUsage(entry.usage),
      },
      type: "assistant",
      ...this.#frame(entry.time, i),
    }));
  }

  #modelOf({ model }: Message): string {
    const isKnown =
      model !== undefined && (this.#dialect.knowsModel(model) || this.#models.has(model));
    return isKnown ? model : (this.#lastModel ?? this.#model);
  }

  #results(entry: Message): Json[] {
    const results = entry.parts.filter((part) => part.kind === "tool-result");
    return results.map((part, i) => this.#result(entry, part, i));
  }

  #result(entry: Message, part: ToolResultPart, i: number): Json {
    const use = this.#calls.get(part.callId)?.use ?? null;
    const worded = printResult(use, part);
    const content = printResultContent(worded.content);
    // The CLI always writes is_error for Bash, otherwise only if it is true.
    const error = worded.isError || use?.tool === "execute" ? { is_error: worded.isError } : {};
    const line = this.#callLines.get(part.callId);
    return compact({
      parentUuid: line ?? (i === 0 ? this.#tail : this.#uuid(i - 1)),
      isSidechain: false,
      promptId: this.#promptId,
      type: "user",
      message: {
        role: "user",
        content: [{ tool_use_id: part.callId, type: "tool_result", content, ...error }],
      },
      uuid: this.#uuid(i),
      timestamp: entry.time ?? this.#now(),
      toolUseResult: twin(use, part, content),
      sourceToolAssistantUUID: line,
      ...this.#tailKeys(),
    });
  }

  #event(entry: Extract<Entry, { kind: "event" }>): Json[] {
    if (entry.event === "title") {
      // It would be its session's; the file beside a subagent's contains what it is about.
      if (this.#subagent.id !== null) return [];
      return [
        { type: "custom-title", customTitle: entry.title, sessionId: this.#context.sessionId },
      ];
    }
    if (entry.event === "carry") return [this.#carry(entry)];
    return entry.event === "compaction"
      ? this.#compaction(entry.summary, entry.tokens, entry.time)
      : [];
  }

  // Lines of an unknown type are skipped by 2.1.197 [run] and stay in the file.
  #carry({ part, parts, data }: Extract<EventBody, { event: "carry" }>): Json {
    const { sessionId } = this.#context;
    return { type: "segue-carry", part, parts, data, sessionId, ...this.#dialect.sign };
  }

  #compaction(summary: string, tokens: number | undefined, time: string | null): Json[] {
    const boundary = compact({
      parentUuid: null,
      logicalParentUuid: this.#tail ?? undefined,
      isSidechain: false,
      type: "system",
      subtype: "compact_boundary",
      content: "Conversation compacted",
      isMeta: false,
      timestamp: time ?? this.#now(),
      uuid: this.#uuid(0),
      level: "info",
      compactMetadata: { trigger: "manual", preTokens: tokens ?? 0 },
      ...this.#tailKeys(),
    });
    const line = {
      parentUuid: this.#uuid(0),
      isSidechain: false,
      type: "user",
      message: { role: "user", content: introduced(summary) },
      isVisibleInTranscriptOnly: true,
      isCompactSummary: true,
      ...this.#frame(time, 1),
    };
    return [boundary, line];
  }

  #frame(time: string | null, i: number): JsonObject {
    return { uuid: this.#uuid(i), timestamp: time ?? this.#now(), ...this.#tailKeys() };
  }

  #tailKeys(): JsonObject {
    const { userType, entrypoint, cwd, sessionId, version, gitBranch } = this.#context;
    return { userType, entrypoint, cwd, sessionId, version, gitBranch };
  }

  #uuid(i: number): string {
    return uuid4(this.#seed, this.#n + i);
  }

  #now(): string {
    return this.#time ?? "1970-01-01T00:00:00.000Z";
  }
}

function blocks(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part) => {
    const block = printBlock(part);
    return block ? [block] : [];
  });
}

function blockType(content: Json | undefined): string {
  const [first] = array(content);
  return string(member(first, "type")) ?? "none";
}

/** The CLI's own summaries begin with an introduction; others are given one. */
function introduced(summary: string): string {
  if (summary.startsWith("This session is being continued")) return summary;
  return `This session is being continued from an earlier conversation, in short:\n\n${summary}`;
}

function printUsage(usage: Usage | undefined): JsonObject {
  return {
    input_tokens: usage?.input ?? 0,
    cache_creation_input_tokens: usage?.cacheWrite ?? 0,
    cache_read_input_tokens: usage?.cacheRead ?? 0,
    output_tokens: usage?.output ?? 0,
  };
}

/**
 * `toolUseResult`: the result again, in a tool-specific structure that the CLI's screen is drawn
 * from. Undefined if the structure cannot be derived from the result.
 */
function twin(use: ToolUse | null, part: ToolResultPart, content: Json): Json | undefined {
  const text = onlyText(part.content);
  if (part.isError) return typeof content === "string" ? `Error: ${content}` : undefined;
  if (!use || text === undefined) return undefined;
  switch (use.tool) {
    case "execute":
      return {
        stdout: text,
        stderr: "",
        interrupted: false,
        isImage: false,
        noOutputExpected: false,
      };
    case "read":
      return readTwin(use.path, use.offset ?? 1, text);
    case "write":
      return {
        type: "create",
        filePath: use.path,
        content: use.content,
        structuredPatch: [],
        originalFile: null,
        userModified: false,
      };
    default:
      return undefined;
  }
}

function readTwin(filePath: string, startLine: number, content: string): Json {
  const numLines = content.split("\n").length;
  const file = { filePath, content, numLines, startLine, totalLines: startLine + numLines - 1 };
  return { type: "text", file };
}

/** Does a record look like a line of Claude Code? */
export function recognises(record: Json): boolean {
  if (!isObject(record)) return false;
  // Agents that adopted this form store other things in it: Gemini's parts, and payloads.
  if (member(record.message, "parts") !== undefined || isObject(record.systemPayload)) return false;
  if (typeof record.sessionId === "string" && typeof record.type === "string") return true;
  if (isMessage(record)) return true;
  return record.type === "summary" && typeof record.leafUuid === "string";
}

/** A message without what the CLI needs to find it, as tools that clean transcripts leave it. */
function isMessage({ type, message }: JsonObject): boolean {
  if (type !== "user" && type !== "assistant") return false;
  const content = member(message, "content");
  const isContent = typeof content === "string" || Array.isArray(content);
  return isContent && member(message, "role") === type;
}

/** The keys of lines in a subagent's own file. */
function ofSubagent(record: Json, agentId: string): Json {
  if (!isObject(record) || !Object.hasOwn(record, "isSidechain")) return record;
  const { parentUuid = null, isSidechain: _, ...rest } = record;
  return { parentUuid, isSidechain: true, agentId, ...rest };
}
