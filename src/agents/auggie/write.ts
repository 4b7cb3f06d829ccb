/** Encodes entries as the records of Auggie's sessions. Facts and sources: README.md in this folder. */
import { frameLine, isFrame } from "../../lossless/document.ts";
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { compact, member, number, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { timeFor } from "../shared/place.ts";
import {
  folderIn,
  printAnswerPart,
  printResult,
  printSaid,
  readAnswer,
  readResult,
  typeOf,
} from "./content.ts";
import { type Cut, FORM, isSummary, next } from "./document.ts";
import { carryExchange, unwrap } from "./records.ts";
import { wordedResult } from "./results.ts";

export function writer(options: WriterOptions): Writer {
  return new AuggieWriter(options);
}

class AuggieWriter implements Writer {
  readonly #seed: string;
  readonly #form: "store" | "file";
  readonly #calls = new OpenCalls();
  /** Number of committed records: the source of new ids. */
  #n = 0;
  #sequence = 0;
  #ms = 0;
  #cwd: string | null = null;
  /** The CLI has told its model of the folder. */
  #toldFolder = false;
  /** Of the newest exchange: may more be added to its request, and to its answer? */
  #open = false;
  #answered = 0;
  #cut: Cut = "nothing";
  /** Results in its request so far. */
  #results = 0;

  constructor({ seed, form = "store" }: WriterOptions) {
    this.#seed = seed;
    this.#form = form;
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    switch (entry.role) {
      case "user":
        return this.#user(entry);
      case "assistant":
        return this.#answer(entry);
      case "tool":
        return this.#told(entry);
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    switch (stored.kind) {
      case "exchange": {
        const again = Object.hasOwn(stored.exchange.outer, "isHistorySummary") ? "/loaded" : "";
        return `exchange/${kindOf(stored.exchange.request)}${again}`;
      }
      case "request":
        return `request/${kindOf(stored.nodes)}`;
      case "response":
        return `response/${typeOf(stored.node)}`;
      default:
        return stored.kind;
    }
  }

  key(record: Json): string {
    const stored = unwrap(record);
    if (stored.kind === "response") {
      return string(member(member(stored.node, "tool_use"), "tool_use_id")) ?? "";
    }
    const nodes =
      stored.kind === "request"
        ? stored.nodes
        : stored.kind === "exchange"
          ? stored.exchange.request
          : [];
    const result = nodes.find((node) => typeOf(node) === 1);
    return string(member(member(result, "tool_result_node"), "tool_use_id")) ?? "";
  }

  /** The history has no branches: what is taken back is not there any more. */
  mark(): string {
    return String(this.#n);
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    if (isFrame(record)) return;
    const stored = unwrap(record);
    switch (stored.kind) {
      case "exchange": {
        const { outer, request, response } = stored.exchange;
        this.#sequence = number(outer.sequenceId) ?? this.#sequence + 1;
        const finished = Date.parse(string(outer.finishedAt) ?? "");
        if (!Number.isNaN(finished)) this.#ms = finished;
        this.#open = outer.completed === true && outer.isHistorySummary !== true;
        this.#answered = 0;
        this.#cut = "nothing";
        this.#results = 0;
        for (const node of request) this.#commitRequest(node);
        for (const node of response) this.#commitAnswer(node);
        break;
      }
      case "request":
        for (const node of stored.nodes) this.#commitRequest(node);
        break;
      case "response":
        this.#commitAnswer(stored.node);
        break;
      case "carry":
        this.#open = false;
        break;
      case "element":
        this.#open = false;
        break;
    }
  }

  #commitRequest(node: Json): void {
    this.#cut = isSummary(node) ? "summary" : next(this.#cut, node).cut;
    const folder = typeOf(node) === 4 ? folderIn(node) : null;
    if (folder !== null) {
      this.#cwd = folder;
      this.#toldFolder = true;
    }
    if (typeOf(node) !== 1) return;
    this.#results++;
    this.#calls.answer(readResult(node).callId);
  }

  #commitAnswer(node: Json): void {
    this.#answered++;
    this.#ms = number(member(node, "timestamp_ms")) ?? this.#ms;
    if (typeOf(node) !== 5) return;
    for (const part of readAnswer(node)) if (part.kind === "tool-call") this.#calls.add(part);
  }

  /** Nothing was answered yet: more can be asked in the same exchange. */
  get #isAsking(): boolean {
    return this.#open && this.#answered === 0;
  }

  #user({ parts, time }: Message): Json[] {
    const said = printSaid(parts);
    const nodes = [...said, this.#state(said.length + 1, this.#toldFolder)];
    const joins = this.#isAsking && this.#cut !== "said" && this.#cut !== "nothing";
    return joins ? [{ request_nodes: nodes }] : [this.#exchange(nodes, time)];
  }

  /** A result each; the first of a request comes with the editor's state. */
  #told({ parts, time }: Message): Json[] {
    const results = parts.filter((part) => part.kind === "tool-result");
    const joins = this.#isAsking && this.#cut === "result";
    const before = joins ? this.#results : 0;
    return results.map((part, n) => {
      const node = this.#result(part, before + n + 1, time);
      if (joins || n > 0) return { request_nodes: [node] };
      return this.#exchange([this.#state(1, true), node], time);
    });
  }

  #result(part: ToolResultPart, id: number, time: string | null): JsonObject {
    const use = this.#calls.get(part.callId)?.use ?? null;
    const { content_nodes, ...plain } = printResult(wordedResult(use, part));
    const start_time_ms = msOf(time) ?? this.#ms;
    const tool_result_node = compact({
      tool_use_id: part.callId,
      ...plain,
      duration_ms: 0,
      start_time_ms,
      content_nodes,
    });
    return { id, type: 1, tool_result_node };
  }

  /** One node a part. Without anything asked before it, it stands in an exchange of its own. */
  #answer({ parts, time }: Message): Json[] {
    const ms = msOf(time) ?? this.#ms;
    const printed = parts.flatMap((part) => {
      const node = printAnswerPart(part, ms);
      return node === null ? [] : [node];
    });
    if (printed.length === 0) return [];
    const isNew = !this.#open;
    const before = isNew ? 0 : this.#answered;
    const nodes = printed.map((node, n) => ({ response_node: { id: before + n + 1, ...node } }));
    return isNew ? [this.#exchange([this.#state(1, this.#toldFolder)], time), ...nodes] : nodes;
  }

  #state(id: number, unchanged: boolean): JsonObject {
    const folder = this.#cwd ?? "/";
    return {
      id,
      type: 4,
      ide_state_node: {
        workspace_folders: [{ repository_root: folder, folder_root: folder }],
        workspace_folders_unchanged: unchanged,
        current_terminal: { terminal_id: 0, current_working_directory: folder },
      },
    };
  }

  /** In a record, null stands for what the nodes say. */
  #exchange(nodes: Json[], time: string | null, more: JsonObject = {}): JsonObject {
    const exchange = {
      request_message: null,
      response_text: null,
      request_id: uuid4(this.#seed, this.#n),
      request_nodes: nodes,
      response_nodes: [],
    };
    return {
      exchange: { ...exchange, ...more },
      completed: true,
      sequenceId: this.#sequence + 1,
      finishedAt: timeFor(time ?? new Date(this.#ms).toISOString()).toISOString(),
      changedFiles: [],
      changedFilesSkipped: [],
      changedFilesSkippedCount: 0,
      source: "local",
    };
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return this.#start(entry.header);
      case "compaction":
        return [this.#exchange([summaryNode(entry.summary)], time)];
      // The CLI keeps old summaries of the history, and sends none of them.
      case "carry":
        return [{ ...this.#exchange([], time, carryExchange(entry)), isHistorySummary: true }];
      // Nothing that the CLI has a record for; kept aside.
      default:
        return [];
    }
  }

  #start(header: Header): Json[] {
    this.#cwd = header.cwd ?? this.#cwd;
    const created = timeFor(header.createdAt).toISOString();
    const head = compact({
      sessionId: header.id,
      created,
      modified: timeFor(header.updatedAt ?? header.createdAt).toISOString(),
      chatHistory: [],
      agentState: { userGuidelines: "", workspaceGuidelines: "", modelId: "", userEmail: "" },
      customTitle: header.title ?? undefined,
      subAgentCreditsUsed: 0,
      subAgentCostUsd: 0,
    });
    // Of a document that is written anew, how it is spelled comes first.
    return this.#form === "file" && this.#n === 0 ? [frameLine(FORM, ""), head] : [head];
  }
}

function kindOf(nodes: readonly Json[]): string {
  const types = new Set(nodes.map((node) => typeOf(node) ?? ""));
  return [...types].filter((type) => type !== 4).join();
}

/** As the CLI stores one: what it sends in its place is the template, filled. */
function summaryNode(summary: string): JsonObject {
  return {
    id: 0,
    type: 10,
    history_summary_node: {
      summary_text: summary,
      summarization_request_id: "",
      history_beginning_dropped_num_exchanges: 0,
      history_middle_abridged_text: "",
      history_end: [],
      message_template: "{summary}",
    },
  };
}

function msOf(time: string | null): number | undefined {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}
