/** Encodes entries as the records of Cline's sessions. Facts and sources: README.md in this folder. */
import { hash } from "node:crypto";
import { frameLine } from "../../lossless/document.ts";
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, member, string } from "../../session/json.ts";
import { titleOf } from "../../session/title.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Usage,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { timeFor } from "../shared/place.ts";
import { blocksOf, modeOf, printAnswer, printUser, readAnswer } from "./content.ts";
import { FORM } from "./document.ts";
import { summaryText } from "./read.ts";
import { unwrap } from "./records.ts";
import { printResult } from "./results.ts";

export function writer(options: WriterOptions): Writer {
  return new ClineWriter(options);
}

/** Written if the session's version is unknown: the version from which the form was learned. */
const VERSION = "3.0.65";

class ClineWriter implements Writer {
  readonly #seed: string;
  readonly #version: string;
  readonly #form: "store" | "file";
  readonly #provider: string;
  readonly #ownModel: string | null;
  readonly #calls = new OpenCalls();
  /** Number of committed records: the source of new ids. */
  #n = 0;
  #messages = 0;
  #ms = 0;
  #mode = "act";
  /** The file is one document, whose first line was committed. */
  #isDocument = false;
  /** That of the newest answer. */
  #modelInfo: Json | undefined;
  #last = "";

  constructor({ seed, cliVersion, form = "store", model = null, facts }: WriterOptions) {
    this.#seed = seed;
    this.#version = cliVersion ?? VERSION;
    this.#form = form;
    this.#ownModel = model;
    this.#provider = string(member(facts ?? undefined, "provider")) ?? "cline";
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    switch (entry.role) {
      case "user":
        return this.#said(entry, printUser(entry.parts, this.#mode), uuid4(this.#seed, this.#n));
      case "assistant":
        return this.#answer(entry);
      case "tool":
        return this.#results(entry);
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind !== "message") return stored.kind;
    const { role, content, modelInfo, metrics } = stored.message;
    const types = new Set(blocksOf(content).map((block) => string(member(block, "type")) ?? ""));
    const name = string(member(blocksOf(content)[0], "name")) ?? "";
    const more = `${modelInfo === undefined ? "" : "/model"}${metrics === undefined ? "" : "/metrics"}`;
    return `${role}/${types.has("tool_result") ? `result/${name}` : [...types].join()}${more}`;
  }

  key(record: Json): string {
    const [first] = blocksOf(member(record, "content"));
    return string(member(first, "tool_use_id")) ?? "";
  }

  mark(): string {
    return this.#last;
  }

  /** Going back leaves no record: the CLI continues in a session without what was taken back. */
  rewind(mark: string): Json[] {
    this.#last = mark;
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "frame":
        this.#isDocument = true;
        break;
      case "manifest":
        this.#ms = msOf(string(stored.manifest.started_at) ?? null) ?? this.#ms;
        break;
      case "head":
        for (const message of array(stored.head.messages)) this.commit(message);
        break;
      case "message":
        this.#commitMessage(stored.message);
        break;
    }
  }

  #commitMessage(message: JsonObject): void {
    this.#messages++;
    this.#last = string(message.id) ?? this.#last;
    if (typeof message.ts === "number") this.#ms = message.ts;
    const blocks = blocksOf(message.content);
    if (message.role === "user") {
      const [text] = blocks.map((block) => string(member(block, "text")) ?? "");
      this.#mode = modeOf(text ?? "") ?? this.#mode;
    } else this.#modelInfo = message.modelInfo ?? this.#modelInfo;
    for (const block of blocks) {
      const answered = string(member(block, "tool_use_id"));
      if (answered !== undefined) this.#calls.answer(answered);
      if (member(block, "type") !== "tool_use") continue;
      for (const part of readAnswer(block)) if (part.kind === "tool-call") this.#calls.add(part);
    }
  }

  /** A message with these blocks; none without. */
  #said({ time }: Pick<Message, "time">, content: JsonObject[], id: string, more: JsonObject = {}) {
    if (content.length === 0) return [];
    return [{ id, role: "user", content, ts: msOf(time) ?? this.#ms, ...more }];
  }

  #answer(entry: Message): Json[] {
    const content = entry.parts.flatMap(printAnswer);
    if (content.length === 0) return [];
    const ts = msOf(entry.time) ?? this.#ms;
    const modelInfo = this.#modelOf(entry.model);
    const metrics = entry.usage && metricsOf(entry.usage, this.#modelInfo);
    const id = this.#messageId();
    return [compact({ id, role: "assistant", content, ts, modelInfo, metrics })];
  }

  /** Of a model of another agent's it is not known which of Cline's providers has it. */
  #modelOf(model: string | undefined): Json | undefined {
    return model !== undefined && model === member(this.#modelInfo, "id")
      ? this.#modelInfo
      : undefined;
  }

  /** Each result is a message. */
  #results({ parts, time }: Message): Json[] {
    const results = parts.filter((part) => part.kind === "tool-result");
    return results.flatMap((part, n) => {
      const block = printResult(part, this.#calls.get(part.callId));
      return this.#said({ time }, [block], this.#messageId(n));
    });
  }

  #messageId(offset = 0): string {
    const digest = hash("sha1", `${this.#seed}\n${this.#n + offset}`, "base64url");
    return `msg_${digest.slice(0, 8)}`;
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return this.#start(entry.header);
      case "compaction":
        return this.#compaction(entry, time);
      case "carry":
        return this.#carry(entry, time);
      case "hide":
      case "label":
      case "limit":
      case "error":
      case "interruption":
      case "mode":
      case "model":
      case "opaque":
      case "rollback":
      case "session":
      case "title":
      case "unread":
        return [];
    }
  }

  /** A message that the CLI keeps and shows, and does not send. */
  #carry({ part, parts, data }: EventBody & { event: "carry" }, time: string | null): Json[] {
    const content = [{ type: "text", text: `[Kept by Segue: part ${part + 1} of ${parts}]` }];
    const segueCarry = { part, parts, data };
    const metadata = { displayOnly: true, displayRole: "status", segueCarry };
    const ts = msOf(time) ?? this.#ms;
    return [{ id: this.#messageId(), role: "assistant", content, metadata, ts }];
  }

  #start(header: Header): Json[] {
    const sessionId = header.id;
    const version = header.version ?? this.#version;
    const origin = { source: "cli", mode: "user", sessionId, version };
    const head = { version: 1, agent: "lead", sessionId, origin, messages: [] };
    if (this.#isDocument) return [head];
    if (this.#form === "file") return [frameLine(FORM), head];
    return [{ manifest: this.#manifest(header, version) }, head];
  }

  #manifest(header: Header, version: string): JsonObject {
    const { id, cwd, gitBranch, createdAt, model } = header;
    const title = titleOf(header.title, null);
    const fork = header.parent === null ? undefined : { forkedFromSessionId: header.parent };
    return compact({
      session_id: id,
      source: "cli",
      started_at: timeFor(createdAt).toISOString(),
      provider: this.#provider,
      model: this.#ownModel ?? (model || "unknown"),
      cwd: cwd ?? "/",
      workspace_root: cwd ?? "/",
      enable_tools: true,
      enable_spawn: true,
      enable_teams: true,
      prompt: title ?? undefined,
      metadata: compact({
        sessionHistoryOrigin: { mode: "user", version },
        git: gitBranch === null ? undefined : { branch: gitBranch },
        title: title ?? undefined,
        fork,
      }),
    });
  }

  /** Where nothing came before it, the summary is what the conversation begins with. */
  #compaction(entry: EventBody & { event: "compaction" }, time: string | null): Json[] {
    const content = [{ type: "text", text: summaryText(entry.summary) }];
    const metadata = compact({
      kind: "compaction_summary",
      displayRole: "system",
      summary: entry.summary,
      tokensBefore: entry.tokens,
    });
    if (this.#messages === 0) {
      return this.#said({ time }, content, uuid4(this.#seed, this.#n), { metadata });
    }
    return [{ compaction: { messages: [{ role: "user", content, metadata }] } }];
  }
}

/** The cost is not known here. */
function metricsOf(usage: Usage, known: Json | undefined): JsonObject | undefined {
  if (known === undefined) return undefined;
  const { input, output, cacheRead, cacheWrite } = usage;
  return {
    inputTokens: input + cacheRead + cacheWrite,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
  };
}

function msOf(time: string | null): number | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}
