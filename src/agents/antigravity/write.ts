/** Writes entries as Antigravity's steps. Facts and sources: README.md in this folder. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import { compact, isObject, number, string } from "../../session/json.ts";
import type {
  Entry,
  EventBody,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolCallPart,
  ToolResultPart,
} from "../../session/types.ts";
import { OpenCalls } from "../shared/calls.ts";
import { uuid4 } from "../shared/ids.ts";
import { timeFor } from "../shared/place.ts";
import { printCall, printInput, printWords, readCall, signatureOf } from "./content.ts";
import { allAt, at, printTime, textAt, timeIn, unwrap } from "./records.ts";
import { DONE, FAILED, GENERIC, PLANNER, USER } from "./steps.ts";
import { summaryText } from "./summary.ts";

export function writer(options: WriterOptions): Writer {
  return new AntigravityWriter(options);
}

/** A conversation of the CLI's. */
const CASCADE = 4;
const CLI = 17;
const PROJECT = "default-cli-project";

/** Who a step is from. */
const MODEL = 2;
const PERSON = 4;

class AntigravityWriter implements Writer {
  readonly #seed: string;
  readonly #calls = new OpenCalls();
  #cascade = "";
  #trajectory = "";
  /** Number of the next step, and how many the user began. */
  #idx = 0;
  #turns = 0;
  #ms = 0;

  constructor({ seed }: WriterOptions) {
    this.#seed = seed;
  }

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return this.#event(entry, entry.time);
    switch (entry.role) {
      case "user":
        return this.#user(entry.parts, entry.time);
      case "assistant":
        return this.#answer(entry);
      case "tool":
        return this.#results(entry);
      // Never: the CLI has its own.
      case "system":
        return [];
    }
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    const stored = unwrap(record);
    return stored.kind === "step" ? `step/${stored.type}` : stored.kind;
  }

  key(record: Json): string {
    const stored = unwrap(record);
    return stored.kind === "step" ? textAt(stored.payload, 5, 4, 1) : "";
  }

  /** Going back cuts the steps off. */
  mark(): string {
    return "";
  }

  rewind(): Json[] {
    return [];
  }

  commit(record: Json): void {
    const stored = unwrap(record);
    if (stored.kind === "conversation") {
      this.#cascade = string(stored.row.cascade_id) ?? "";
      this.#trajectory = string(stored.row.trajectory_id) ?? "";
      this.#noteTime(timeIn(at(stored.main, 2)));
    }
    if (stored.kind !== "step") return;
    const { step, payload, type } = stored;
    this.#idx = Math.max(this.#idx, (number(step.idx) ?? -1) + 1);
    this.#noteTime(timeIn(at(payload, 5, 1)));
    if (type === USER) this.#turns++;
    for (const call of allAt(payload, 20, 7)) this.#calls.add(readCall(call));
    const answered = textAt(payload, 5, 4, 1);
    if (answered !== "") this.#calls.answer(answered);
  }

  #noteTime(time: string | null): void {
    if (time !== null) this.#ms = Date.parse(time);
  }

  #user(parts: readonly Part[], time: string | null): Json[] {
    const input = printInput(parts);
    if (input === null) return [];
    const metadata = this.#metadata(PERSON, time, { turn: this.#turns });
    return [this.#step(USER, DONE, { "#5": metadata, "#19": input })];
  }

  #answer(entry: Message): Json[] {
    const { parts, time } = entry;
    const calls = parts.filter((part) => part.kind === "tool-call").map(printCall);
    const text = printWords(parts, "\n\n");
    const thoughts = parts.filter((part) => part.kind === "reasoning");
    if (text === "" && calls.length === 0 && thoughts.length === 0) return [];
    const planner = compact({
      "#1": text === "" ? undefined : text,
      "#3": thoughts.map((thought) => thought.text).join("\n\n") || undefined,
      "#4": thoughts.map(signatureOf).find((signature) => signature !== undefined),
      "#6": `bot-${uuid4(`${this.#seed}/message`, this.#idx)}`,
      "#7": calls.length > 1 ? calls : calls[0],
      "#8": text === "" ? undefined : text,
    });
    const metadata = this.#metadata(MODEL, time);
    return [this.#step(PLANNER, DONE, { "#5": metadata, "#20": planner })];
  }

  /** In the one form that fits the result of any tool. */
  #results({ parts, time }: Message): Json[] {
    const results = parts.filter((part) => part.kind === "tool-result");
    return results.map((part, ahead) => this.#result(part, time, ahead));
  }

  #result(part: ToolResultPart, time: string | null, ahead: number): Json {
    const known = this.#calls.get(part.callId);
    const call: ToolCallPart = known ?? {
      ...{ kind: "tool-call", callId: part.callId, name: "unknown_tool", input: {}, use: null },
    };
    const args = isObject(call.input) ? Object.entries(call.input) : [];
    const entries = args.map(([key, value]) => ({
      "#1": key,
      "#2": typeof value === "string" ? value : JSON.stringify(value),
    }));
    const text = printWords(part.content, "\n");
    const metadata = this.#metadata(MODEL, time, { call: printCall(call), ahead });
    const generic = compact({
      "#1": entries.length > 1 ? entries : entries[0],
      "#2": text === "" ? "" : { "#1": text },
    });
    const status = part.isError ? FAILED : DONE;
    return this.#step(GENERIC, status, { "#5": metadata, "#140": generic }, ahead);
  }

  #metadata(
    source: number,
    time: string | null,
    {
      call,
      turn = this.#turns - 1,
      ahead = 0,
    }: { call?: Json; turn?: number; ahead?: number } = {},
  ): JsonObject {
    const idx = this.#idx + ahead;
    const ms = time === null ? this.#ms : timeFor(time).getTime();
    return compact({
      "#1": printTime(ms),
      "#3": source,
      "#4": call,
      "#12": uuid4(`${this.#seed}/execution`, Math.max(0, turn)),
      "#20": compact({
        "#1": this.#trajectory || undefined,
        "#2": idx > 0 ? idx : undefined,
        "#3": turn > 0 ? turn : undefined,
        "#4": this.#cascade || undefined,
      }),
      "#21": 1,
    });
  }

  #step(type: number, status: number, own: JsonObject, ahead = 0): Json {
    const payload = { "#1": type, "#4": status, ...own };
    return { step: { idx: this.#idx + ahead, step_type: type, status, payload } };
  }

  #event(entry: EventBody, time: string | null): Json[] {
    switch (entry.event) {
      case "start":
        return [this.#start(entry.header)];
      case "compaction":
        return this.#user([{ kind: "text", text: summaryText(entry.summary) }], time);
      case "carry": {
        const { part, parts, data } = entry;
        return [{ segue_carry: { part, parts, data } }];
      }
      default:
        return [];
    }
  }

  #start({ id, cwd, createdAt, gitBranch }: Header): JsonObject {
    const uri = uriOf(cwd ?? "/");
    const conversation = {
      trajectory_id: uuid4(`${this.#seed}/trajectory`, 0),
      cascade_id: id,
      trajectory_type: CASCADE,
      source: CLI,
    };
    const main = {
      "#1": compact({ "#1": uri, "#2": uri, "#4": gitBranch ?? undefined }),
      "#2": printTime(timeFor(createdAt).getTime()),
      "#6": id,
      "#7": uri,
      "#18": PROJECT,
    };
    return { conversation, main };
  }
}

/** A folder as an address; on Windows, it begins with a letter. */
function uriOf(path: string): string {
  // Elsewhere than on Windows, "\\" is a letter like any other.
  const slashed = path.startsWith("/") ? path : path.replaceAll("\\", "/");
  const rooted = slashed.startsWith("/") ? slashed : `/${slashed}`;
  return `file://${rooted.split("/").map(encodeURIComponent).join("/").replaceAll("%3A", ":")}`;
}
