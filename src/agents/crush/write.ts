/** Encodes entries as the rows of Crush's sessions. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { array, compact, isObject, member, number, object, string } from "../../session/json.ts";
import { asTexts, imageText } from "../../session/other.ts";
import { reasoningAsText } from "../../session/text.ts";
import type {
  Entry,
  EventBody,
  FilePart,
  Header,
  ImagePart,
  Json,
  JsonObject,
  Message,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { callIn, LOADED } from "./content.ts";
import { FOREIGN } from "./read.ts";
import { secondsOf, UNTITLED } from "./times.ts";
import { printResult } from "./tools.ts";

export class CrushWriter implements Writer {
  readonly #seed: string;
  /** The machine's clock, in seconds; Infinity if nothing is written for its CLI. */
  readonly #now: number;
  readonly #calls = new OpenCalls();
  /** Number of committed records: the source of new ids. */
  #n = 0;
  #session = "";
  #time = 0;
  #last = "";
  /** Model and provider of the newest answer. */
  #model = "";
  #provider = FOREIGN;

  constructor({ seed, facts }: WriterOptions) {
    this.#seed = seed;
    this.#now = number(member(facts, "now")) ?? Number.POSITIVE_INFINITY;
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    if (entry.scaffold) return [];
    switch (entry.role) {
      case "user":
        return this.#rows("user", entry.time, userRows(entry.parts));
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
    if (object(member(record, "sessions"))) return "session";
    const message = object(member(record, "messages"));
    if (!message) return "";
    const types = array(message.parts).map((part) => string(member(part, "type")) ?? "");
    const more = message.is_summary_message === 1 ? "/summary" : "";
    return `${string(message.role) ?? ""}${more}/${[...new Set(types)].join()}`;
  }

  key(record: Json): string {
    const [first] = array(member(member(record, "messages"), "parts"));
    return string(member(member(first, "data"), "tool_call_id")) ?? "";
  }

  mark(): string {
    return this.#last;
  }

  /** Crush does not go back. */
  rewind(mark: string): Json[] {
    this.#last = mark;
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    const session = object(member(record, "sessions"));
    if (session && this.#session === "") this.#session = string(session.id) ?? "";
    const message = object(member(record, "messages"));
    if (!message) return;
    this.#last = string(message.id) ?? this.#last;
    this.#session ||= string(message.session_id) ?? "";
    this.#time = Math.max(this.#time, number(message.created_at) ?? 0);
    if (message.role === "assistant") {
      this.#model = string(message.model) ?? this.#model;
      this.#provider = string(message.provider) ?? this.#provider;
    }
    for (const part of array(message.parts)) this.#noteCall(part);
  }

  #noteCall(part: Json): void {
    const data = object(member(part, "data"));
    if (!data) return;
    const answered = string(data.tool_call_id);
    if (answered !== undefined) this.#calls.answer(answered);
    if (member(part, "type") === "tool_call") this.#calls.add(callIn(data));
  }

  /** A row for each list of parts, none earlier than the one before: that is Crush's order. */
  #rows(
    role: string,
    time: string | null,
    lists: readonly JsonObject[][],
    by: (at: number) => { model: string; more?: JsonObject } = () => ({ model: "" }),
    end: (at: number) => JsonObject = () => finish("stop", 0),
  ): Json[] {
    const at = Math.max(this.#time, Math.min(secondsOf(time) ?? 0, this.#now));
    const { model, more = {} } = by(at);
    // The order of the keys is that of the columns.
    return lists
      .filter((parts) => parts.length > 0)
      .map((parts, n) => ({
        messages: {
          id: uuid4(this.#seed, this.#n + n),
          session_id: this.#session,
          role,
          parts: [...parts, end(at)],
          model,
          created_at: at,
          updated_at: at,
          ...more,
        },
      }));
  }

  #answer({ parts, time, model = "", stop }: Message): Json[] {
    const calls = parts.filter((part) => part.kind === "tool-call");
    const reasoning = parts.filter((part) => part.kind === "reasoning");
    const isOwn = this.#providerOf(model) !== FOREIGN;
    // Unsigned, what was thought elsewhere would be left out on the way to Anthropic.
    const quoted = isOwn ? [] : reasoning.filter(({ seal }) => seal === undefined);
    const said = [
      ...reasoningPart(reasoning.filter((part) => !quoted.includes(part))),
      ...textPart([
        ...quoted.map(({ text }) => reasoningAsText(text)),
        ...parts.flatMap(answerText),
      ]),
      ...calls.map(callPart),
    ];
    const reason = calls.length > 0 ? "tool_use" : stop === "length" ? "max_tokens" : "end_turn";
    return this.#rows("assistant", time, [said], this.#by(model), (at) => finish(reason, at));
  }

  /** An answer that was not given here has a provider that the user does not have: Crush continues with its own. */
  #by(model: string): (at: number) => { model: string; more: JsonObject } {
    const provider = this.#providerOf(model);
    return (at) => ({ model, more: { finished_at: at, provider } });
  }

  #providerOf(model: string): string {
    return model !== "" && model === this.#model ? this.#provider : FOREIGN;
  }

  /** Each result is a message. */
  #results({ parts, time }: Message): Json[] {
    const results = parts.filter((part) => part.kind === "tool-result");
    const name = ({ callId }: ToolResultPart) => this.#calls.get(callId)?.name ?? "";
    return this.#rows(
      "tool",
      time,
      results.map((part) => [resultPart(part, name(part))]),
    );
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return [{ sessions: sessionRow(entry.header, this.#now) }];
      case "compaction":
        return this.#compaction(entry.summary, time);
      case "carry": {
        const { part, parts, data } = entry;
        // Crush sends and shows nothing of this role, and leaves the row as it is.
        const end = { ...object(finish("stop", 0).data), segue_carry: { part, parts, data } };
        return this.#rows(
          "system",
          time,
          [[{ type: "text", data: { text: "" } }]],
          undefined,
          () => ({
            type: "finish",
            data: end,
          }),
        );
      }
      case "error":
      case "hide":
      case "interruption":
      case "label":
      case "limit":
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

  #compaction(summary: string, time: string | null): Json[] {
    const by = this.#by(this.#model);
    const marked = (at: number) => {
      const { model, more } = by(at);
      return { model, more: { ...more, is_summary_message: 1 } };
    };
    const end = (at: number) => finish("end_turn", at);
    return this.#rows("assistant", time, [textPart([summary])], marked, end);
  }
}

function sessionRow({ id, title, parent, createdAt, updatedAt }: Header, now: number): JsonObject {
  const created = Math.min(secondsOf(createdAt) ?? 0, now);
  return compact({
    id,
    parent_session_id: parent ?? undefined,
    title: title ?? UNTITLED,
    updated_at: Math.max(created, Math.min(secondsOf(updatedAt) ?? 0, now)),
    created_at: created,
  });
}

function finish(reason: string, time: number): JsonObject {
  return { type: "finish", data: { reason, time } };
}

/** Crush sends one text of a message. */
function textPart(texts: readonly string[]): JsonObject[] {
  const text = texts.join("\n\n");
  return texts.length === 0 ? [] : [{ type: "text", data: { text } }];
}

/** Each further text is a message of its own: Crush sends them as one. */
function userRows(parts: readonly Part[]): JsonObject[][] {
  const rows: JsonObject[][] = [];
  let row: JsonObject[] = [];
  for (const part of parts) {
    const [text] = userText(part);
    if (text === undefined) {
      row.push(...binaryPart(part));
      continue;
    }
    if (row.some(({ type }) => type === "text")) {
      rows.push(row);
      row = [];
    }
    row.unshift(...textPart([text]));
  }
  return [...rows, row];
}

function userText(part: Part): string[] {
  switch (part.kind) {
    case "text":
    case "other":
      return [part.text];
    case "image":
      return part.data === null ? [imageText(part)] : [];
    case "file":
      return part.data === null ? asTexts(part).map(({ text }) => text) : [];
    default:
      return [];
  }
}

function binaryPart(part: Part): JsonObject[] {
  if ((part.kind !== "image" && part.kind !== "file") || part.data === null) return [];
  const data = { Path: nameOf(part), MIMEType: part.mediaType, Data: part.data };
  return [{ type: "binary", data }];
}

/** The vendors' APIs want a name for a file. */
function nameOf(part: ImagePart | FilePart): string {
  const name = part.kind === "file" ? part.name : null;
  return name ?? `${part.kind}.${part.mediaType.split("/")[1] ?? "bin"}`;
}

/** What else can be in an answer, in its place as text: Crush would not send it. */
function answerText(part: Part): string[] {
  switch (part.kind) {
    case "text":
      return [part.text];
    case "image":
      return [imageText(part)];
    case "file":
      return asTexts(part).map(({ text }) => text);
    case "other":
      return [part.text];
    default:
      return [];
  }
}

/** Like texts, one of a message; what its vendor has sealed belongs to its own text. */
function reasoningPart(parts: readonly ReasoningPart[]): JsonObject[] {
  const sealed = parts.find(({ seal }) => isObject(seal));
  const kept = sealed === undefined ? parts : [sealed];
  if (kept.length === 0) return [];
  const blank = { signature: "", thought_signature: "", tool_id: "", responses_data: null };
  const thinking = kept.map(({ text }) => text).join("\n\n");
  return [{ type: "reasoning", data: { thinking, ...blank, ...object(sealed?.seal) } }];
}

function callPart({ callId: id, name, input: given }: ToolCallPart): JsonObject {
  const input = typeof given === "string" ? given : JSON.stringify(given);
  const data = { id, name, input, provider_executed: false, finished: true };
  return { type: "tool_call", data };
}

/** Media only where it stands alone: see `resultImages` in index.ts. */
function resultPart(part: ToolResultPart, name: string): JsonObject {
  const { callId: tool_call_id, isError: is_error, content } = part;
  const [only] = content;
  const media = !is_error && content.length === 1 ? mediaOf(only) : null;
  const texts = content.flatMap((item) => {
    if (item.kind === "text") return [item.text];
    return item.kind === "image" ? [imageText(item)] : asTexts(item).map(({ text }) => text);
  });
  const said = media === null ? printResult(texts.join("\n"), part) : LOADED(media.mediaType);
  const data = {
    tool_call_id,
    name,
    content: said,
    data: media?.data ?? "",
    mime_type: media?.mediaType ?? "",
    metadata: "",
    is_error,
  };
  return { type: "tool_result", data };
}

function mediaOf(part: ToolResultPart["content"][number] | undefined): {
  mediaType: string;
  data: string;
} | null {
  if ((part?.kind !== "image" && part?.kind !== "file") || part.data === null) return null;
  return { mediaType: part.mediaType, data: part.data };
}
