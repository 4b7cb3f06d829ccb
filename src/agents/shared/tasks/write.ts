/** Encodes entries as the lines of a task. Facts and sources: README.md in the folders of the agents. */
import type { Writer, WriterOptions } from "../../../session/codec.ts";
import { compact, member, string } from "../../../session/json.ts";
import { titleOf } from "../../../session/title.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Usage,
} from "../../../session/types.ts";
import { uuid4 } from "../ids.ts";
import { blocksOf, printAnswer, printContent, printResult, printUser } from "./content.ts";
import type { TaskDialect } from "./dialect.ts";
import { CARRY, unwrap } from "./records.ts";

export class TaskWriter implements Writer {
  readonly #dialect: TaskDialect;
  readonly #seed: string;
  /** Number of committed records: the source of new ids. */
  #n = 0;
  #messages = 0;
  #ms = 0;
  /** That of the newest answer. */
  #modelInfo: Json | undefined;

  constructor(dialect: TaskDialect, { seed }: WriterOptions) {
    this.#dialect = dialect;
    this.#seed = seed;
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    switch (entry.role) {
      case "user":
        return this.#said("user", userBlocks(entry, this.#tag), entry.time);
      case "tool": {
        const results = entry.parts.filter((part) => part.kind === "tool-result");
        return this.#said("user", results.map(printResult), entry.time);
      }
      case "assistant":
        return this.#answer(entry);
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record, this.#dialect);
    if (stored.kind !== "message") return stored.kind;
    const blocks = blocksOf(stored.message.content);
    const types = new Set(blocks.map((block) => string(member(block, "type")) ?? ""));
    return `${stored.role}/${[...types].join()}`;
  }

  key(record: Json): string {
    const [first] = blocksOf(member(this.#messageIn(record), "content"));
    return string(member(first, "tool_use_id")) ?? "";
  }

  mark(): string {
    return String(this.#n);
  }

  /** Going back leaves no record: the extension cuts off what was taken back. */
  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    this.#n++;
    const message = this.#messageIn(record);
    if (message !== undefined) this.#messages++;
    const ts = member(message, "ts");
    if (typeof ts === "number") this.#ms = ts;
    this.#modelInfo = member(message, "modelInfo") ?? this.#modelInfo;
  }

  get #tag(): string {
    return this.#messages === 0 ? this.#dialect.firstTag : this.#dialect.tag;
  }

  #answer({ parts, time, model, usage }: Message): Json[] {
    const content = parts.flatMap((part) => printAnswer(part, this.#dialect.reasoning));
    const isSame = model !== undefined && model === member(this.#modelInfo, "modelId");
    // The cost is not known here.
    const about = isSame
      ? { modelInfo: this.#modelInfo, metrics: usage && { tokens: tokensOf(usage) } }
      : {};
    return this.#said("assistant", content, time, about);
  }

  #said(
    role: "user" | "assistant",
    content: JsonObject[],
    time: string | null,
    about = {},
  ): Json[] {
    if (content.length === 0) return [];
    return [this.#line({ role, content, ...compact(about), ts: this.#msOf(time) })];
  }

  #line(message: JsonObject): Json {
    return { [this.#dialect.keys.message]: message };
  }

  #messageIn(record: Json): Json | undefined {
    return member(record, this.#dialect.keys.message);
  }

  #msOf(time: string | null): number {
    const ms = Date.parse(time ?? "");
    return Number.isNaN(ms) ? this.#ms : ms;
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return [{ [this.#dialect.keys.task]: taskOf(entry.header, this.#dialect) }];
      case "compaction": {
        const content = [{ type: "text", text: entry.summary }];
        const condenseId = uuid4(this.#seed, this.#n);
        const ts = this.#msOf(time);
        return [this.#line({ role: "user", content, ts, isSummary: true, condenseId })];
      }
      case "carry": {
        // Left out of every request, as it has nothing encrypted in it.
        const { part, parts, data } = entry;
        const text = `[Kept by Segue: part ${part + 1} of ${parts}]`;
        const kept = { [CARRY]: { part, parts, data } };
        return [this.#line({ type: "reasoning", role: "assistant", content: text, ...kept })];
      }
      default:
        return [];
    }
  }
}

/** What the extension says of the machine is no one's words: as it was. */
function userBlocks({ parts, scaffold }: Message, tag: string): JsonObject[] {
  return scaffold === true ? parts.flatMap(printContent) : printUser(parts, tag);
}

function tokensOf({ input, output, cacheRead, cacheWrite }: Usage): JsonObject {
  return { prompt: input + cacheRead + cacheWrite, completion: output, cached: cacheRead };
}

function taskOf({ id, title, cwd, parent }: Header, { folderKey, mode }: TaskDialect): JsonObject {
  return compact({
    id,
    parentTaskId: parent ?? undefined,
    task: titleOf(title, null) ?? "",
    [folderKey]: cwd ?? undefined,
    mode,
  });
}
