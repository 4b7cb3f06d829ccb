/**
 * One pass over a session that collects what a handoff may contain, and of long outputs the
 * beginning and the end.
 */
import type { Tools } from "../session/codec.ts";
import { printed } from "../session/json.ts";
import { moved, rulesFor } from "../session/paths.ts";
import { isShown, saidAgain } from "../session/render.ts";
import type { Visibility } from "../session/survey.ts";
import { isAttached } from "../session/text.ts";
import type {
  Entry,
  Header,
  Message,
  Part,
  TodoItem,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../session/types.ts";
import type { Command, Ended, Facts, Piece, Recent, Said, Used } from "./facts.ts";
import { FileLog } from "./files.ts";
import { cleaned, clip, headAndTail } from "./quote.ts";

export interface GatherOptions {
  /** Names calls as the receiver does. */
  tools: Tools | null;
  /** How many of the newest entries are kept completely. */
  recentMessages: number;
  /** How many commands are included; if not all are, the output of successful ones is not kept. */
  maxSamples: number;
  /** Lines of a command's output. */
  stdoutLines: number;
}

const RULES = rulesFor(process.platform);

const TEST =
  /\b(?:(?:npm|pnpm|yarn|bun)(?: run)? test|node --test|vitest|jest|mocha|ava|playwright test|cypress run|pytest|unittest|tox|nox|cargo (?:test|nextest)|go test|ctest|rspec|phpunit|pest|dotnet test|mvn (?:\S+ )*(?:test|verify)|gradlew? (?:\S+ )*(?:test|check)|swift test|mix test|deno test|make (?:test|check)|bats)\b/;

export function isTest(command: string): boolean {
  return TEST.test(command);
}

/** A call whose result has not arrived yet. */
interface Open {
  n: number;
  call: ToolCallPart;
}

export class Gatherer {
  readonly #kept: GatherOptions;
  readonly #open = new Map<string, Open>();
  readonly #requests: Said[] = [];
  readonly #summaries: Said[] = [];
  readonly #reasoning: Said[] = [];
  readonly #asked: Used[] = [];
  readonly #commands: Command[] = [];
  readonly #web: Used[] = [];
  readonly #mcp: Used[] = [];
  readonly #subagents: Used[] = [];
  readonly #other: Used[] = [];
  readonly #files: FileLog;
  #recent: Recent[] = [];
  #answer: (Said & { group: string | undefined }) | null = null;
  #todo: { n: number; items: readonly TodoItem[] } | null = null;
  #ended: Ended[] = [];
  #n = 0;

  constructor(kept: GatherOptions, cwd: string | null) {
    this.#kept = kept;
    this.#files = new FileLog((path) => shortPath(path, cwd));
  }

  /**
   * Takes every entry in order; those outside the branch that was continued are only counted. If
   * not every entry is passed, each comes with its number.
   */
  add(entry: Entry, visibility: Visibility, number?: number): void {
    const shown = isShown(entry);
    if (number !== undefined) this.#n = number;
    else if (shown) this.#n++;
    if (visibility !== "live" && visibility !== "compacted" && visibility !== "outside") return;
    if (entry.kind === "event") this.#event(entry);
    else if (shown && visibility !== "outside") this.#message(entry);
  }

  facts(header: Header): Facts {
    for (const { n, call } of this.#open.values()) this.#used(call, n, null);
    const last = [...this.#open.values()].at(-1);
    // Some calls never have a separate result: only at the very end is it known to be missing.
    const said = Math.max(this.#requests.at(-1)?.n ?? 0, this.#answer?.n ?? 0);
    if (last !== undefined && last.n >= said) {
      const text = `${last.call.name} ${printed(last.call.input)}`;
      this.#ended.push({ why: "interrupted", n: last.n, text });
    }
    return {
      header,
      entries: this.#n,
      requests: this.#requests,
      answer: this.#answer,
      summaries: this.#summaries,
      reasoning: this.#reasoning,
      todo: this.#todo,
      asked: this.#asked,
      ended: this.#ended,
      commands: this.#commands.sort(byNumber),
      files: this.#files.facts(),
      web: this.#web.sort(byNumber),
      mcp: this.#mcp.sort(byNumber),
      subagents: this.#subagents.sort(byNumber),
      other: this.#other.sort(byNumber),
      recent: this.#recent.slice(-this.#kept.recentMessages),
    };
  }

  #event(entry: Extract<Entry, { kind: "event" }>): void {
    const n = this.#n;
    switch (entry.event) {
      case "compaction":
        for (const kept of saidAgain(entry)) {
          // Most of them occurred before, and are already included.
          const text = cleaned(textOf(kept.parts));
          if (!this.#requests.some((request) => request.text === text)) this.#message(kept);
        }
        // An encrypted one has no readable content.
        if (entry.summary === "") break;
        this.#summaries.push({ n, text: cleaned(entry.summary), images: 0 });
        break;
      case "limit": {
        const resetsAt = entry.resetsAt ?? null;
        this.#ended.push({ why: "limit", n, text: cleaned(entry.text), resetsAt });
        break;
      }
      case "error":
        this.#ended.push({ why: "error", n, text: cleaned(entry.text) });
        break;
      case "interruption":
        this.#ended.push({ why: "interrupted", n, text: "" });
        break;
      default:
    }
  }

  #message(entry: Message): void {
    const n = this.#n;
    const { role } = entry;
    if (role === "system" || entry.scaffold) return;
    const text = cleaned(textOf(entry.parts));
    const typed = entry.parts.filter((part) => part.kind !== "text" || !part.told);
    const asked = typed.length < entry.parts.length ? cleaned(textOf(typed)) : text;
    const images = entry.parts.filter(({ kind }) => kind === "image" || kind === "file").length;
    const isTold = entry.told || (text !== "" && asked === "");
    const isRequest = role === "user" && !isTold && !isAttached(text);
    if (isRequest && (asked.trim() !== "" || images > 0)) {
      this.#requests.push({ n, text: asked, images });
      this.#ended = [];
    }
    if (role === "assistant") this.#said(entry, text, n);
    this.#remember({ n, role, pieces: entry.parts.map((part) => this.#piece(part)) });
  }

  #said(entry: Message, text: string, n: number): void {
    const failed = entry.stop === "error";
    if (text.trim() !== "" && !failed) {
      this.#ended = [];
      const { group } = entry;
      // One message may be stored in several records.
      const more = group !== undefined && this.#answer?.group === group ? this.#answer : null;
      this.#answer = { n, text: more ? `${more.text}\n${text}` : text, images: 0, group };
    }
    for (const part of entry.parts) {
      if (part.kind === "reasoning" && part.text.trim() !== "") {
        this.#reasoning.push({ n, text: cleaned(part.text), images: 0 });
      }
      if (part.kind === "tool-call") this.#open.set(part.callId, { n, call: part });
    }
  }

  #piece(part: Part): Piece {
    switch (part.kind) {
      case "text":
        return { kind: part.told ? "told" : "text", text: cleaned(part.text) };
      case "reasoning":
        return { kind: "reasoning", text: cleaned(part.text) };
      case "image":
        return { kind: "image", text: part.mediaType };
      case "file":
        return { kind: "image", text: `${part.name ?? "a file"}, ${part.mediaType}` };
      case "other":
        return { kind: "text", text: cleaned(part.text) };
      case "unread":
        return { kind: "text", text: "" };
      case "tool-call":
        return { kind: "call", text: this.#call(part) };
      case "tool-result": {
        this.#result(part);
        return { kind: "result", text: this.#output(part), failed: isFailed(part) };
      }
    }
  }

  /** In one line, with the receiver's name for such a tool. */
  #call({ name, input, use }: ToolCallPart): string {
    const native = (use && this.#kept.tools?.toNative(use)) ?? { name, input };
    const text = use?.tool === "execute" ? use.command : printed(native.input);
    return shortCall(cleaned(`${native.name} ${text}`), this.#kept.stdoutLines);
  }

  #result(part: ToolResultPart): void {
    const open = this.#open.get(part.callId);
    if (!open) return;
    this.#open.delete(part.callId);
    this.#used(open.call, open.n, part);
  }

  #output({ content }: ToolResultPart): string {
    return headAndTail(cleaned(textOf(content)), this.#kept.stdoutLines);
  }

  #used(call: ToolCallPart, n: number, result: ToolResultPart | null): void {
    const { use } = call;
    if (use && result && !isFailed(result)) this.#files.add(use, textOf(result.content), n);
    const answer = result === null ? null : this.#output(result);
    const failed = result !== null && isFailed(result);
    if (use?.tool === "execute") {
      const command = cleaned(use.command);
      const exitCode = result?.exitCode ?? null;
      const test = isTest(command);
      const told = failed || test || this.#kept.maxSamples === Number.POSITIVE_INFINITY;
      const output = answer === null || told ? answer : "";
      this.#commands.push({ n, command, output, exitCode, failed, isTest: test });
      return;
    }
    if (use?.tool === "todo") this.#todo = { n, items: use.items };
    const [list, what, input] = this.#listFor(use, call);
    list?.push({ n, what: cleaned(what), input: cleaned(input), answer, failed });
  }

  /** The section of a use, if it has one, its name there, and its input. */
  #listFor(use: ToolUse | null, call: ToolCallPart): [Used[] | null, string, string] {
    switch (use?.tool) {
      case undefined:
        return [this.#other, call.name, printed(call.input)];
      case "fetch":
        return [
          this.#web,
          "fetch",
          use.prompt === undefined ? use.url : `${use.url} ${use.prompt}`,
        ];
      case "web-search":
        return [this.#web, "search", use.query];
      case "mcp":
        return [this.#mcp, `${use.server}/${use.name}`, printed(use.input)];
      case "subagent":
        return [this.#subagents, use.description ?? use.type ?? "subagent", use.prompt];
      case "ask":
        return [this.#asked, "question", questionsOf(use.questions)];
      default:
        return [null, "", ""];
    }
  }

  #remember(recent: Recent): void {
    this.#recent.push(recent);
    // Truncated occasionally, not each time.
    const { recentMessages } = this.#kept;
    if (this.#recent.length > 2 * recentMessages + 64) {
      this.#recent = this.#recent.slice(-recentMessages);
    }
  }
}

function shortCall(line: string, stdoutLines: number): string {
  return stdoutLines === Number.POSITIVE_INFINITY ? line : clip(line, 100 * stdoutLines);
}

/**
 * Facts that were collected completely (`stdoutLines` Infinity), shortened as usual afterwards: for
 * when something must be found first that a cut could split.
 */
export function cutTo(facts: Facts, stdoutLines: number): Facts {
  const cut = (text: string | null): string | null =>
    text === null ? null : headAndTail(text, stdoutLines);
  const used = (one: Used): Used => ({ ...one, answer: cut(one.answer) });
  const piece = (one: Piece): Piece => {
    if (one.kind === "call") return { ...one, text: shortCall(one.text, stdoutLines) };
    return one.kind === "result" ? { ...one, text: headAndTail(one.text, stdoutLines) } : one;
  };
  return {
    ...facts,
    commands: facts.commands.map((one) => ({ ...one, output: cut(one.output) })),
    asked: facts.asked.map(used),
    web: facts.web.map(used),
    mcp: facts.mcp.map(used),
    subagents: facts.subagents.map(used),
    other: facts.other.map(used),
    recent: facts.recent.map((one) => ({ ...one, pieces: one.pieces.map(piece) })),
  };
}

function byNumber(a: { n: number }, b: { n: number }): number {
  return a.n - b.n;
}

function isFailed(result: ToolResultPart): boolean {
  return result.isError || (result.exitCode ?? 0) !== 0;
}

function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n");
}

/** The texts in questions, whatever their form. */
function questionsOf(questions: Parameters<typeof printed>[0]): string {
  const list = Array.isArray(questions) ? questions : [questions];
  const texts = list.map((one) => {
    if (typeof one === "string") return one;
    const isAsked = typeof one === "object" && one !== null && !Array.isArray(one);
    const text = isAsked ? one.question : undefined;
    return typeof text === "string" ? text : printed(one);
  });
  return texts.join("\n");
}

/** Relative to the session's folder for paths inside it. */
function shortPath(path: string, cwd: string | null): string {
  const inside = cwd === null ? null : moved(path, cwd, "/", RULES);
  return cleaned(inside === null || inside === "/" ? path : inside.slice(1)).replaceAll("\n", " ");
}
