/** A conversation in a terminal: who said what and when, changes as diffs, and shortened output. */
import { diffLines } from "diff";
import { printed } from "../session/json.ts";
import { printable } from "../session/printable.ts";
import { aboutUse, NO_SUMMARY, renderPart, saidAgain, type ToolDetail } from "../session/render.ts";
import type { Entry, Message, Part, TextEdit, ToolUse } from "../session/types.ts";
import type { Style } from "./terminal.ts";

export interface Look {
  tools: ToolDetail;
  agent: string;
  paint(style: Style, text: string): string;
}

/** In brief mode, how many lines of an output or of a change are shown. */
const BRIEF_LINES = 8;
const BRIEF_WIDTH = 400;

export class Transcript {
  readonly #look: Look;
  #day = "";

  constructor(look: Look) {
    this.#look = look;
  }

  /** Entry number `n`, ready to be printed; null if it is not part of the conversation. */
  entry(entry: Entry, n: number): string | null {
    const body = this.#body(entry);
    if (body === null) return null;
    const day = this.#newDay(entry.time);
    return `${day}${this.#heading(entry, n)}\n${body}\n\n`;
  }

  #newDay(time: string | null): string {
    const [day = this.#day] = clockOf(time);
    if (day === this.#day) return "";
    this.#day = day;
    return `${this.#look.paint("dim", `── ${day} ──`)}\n\n`;
  }

  #heading(entry: Entry, n: number): string {
    const { paint, agent } = this.#look;
    const who = entry.kind === "message" ? entry.role : entry.event;
    const style: Style = who === "assistant" ? { agent } : "bold";
    const side = entry.kind === "message" && entry.sidechain !== undefined ? ["subagent"] : [];
    const model = entry.kind === "message" && entry.model !== undefined ? [entry.model] : [];
    const facts = [...side, ...clockOf(entry.time).slice(1), ...model].join(" · ");
    const about = facts === "" ? "" : paint("dim", `  ${facts}`);
    return `${paint("dim", `[${n}]`)} ${paint(style, who)}${about}`;
  }

  #body(entry: Entry): string | null {
    if (entry.kind === "message") return this.#parts(entry);
    switch (entry.event) {
      case "compaction":
        return [
          printable(entry.summary || NO_SUMMARY),
          ...saidAgain(entry).flatMap((kept) => this.#parts(kept) ?? []),
        ].join("\n\n");
      case "limit":
      case "error":
        return this.#painted("red", entry.text);
      default:
        return null;
    }
  }

  #parts({ parts, scaffold, role }: Message): string | null {
    if (scaffold || role === "system") return null;
    const shown = parts.map((part) => this.#part(part)).filter((text) => text !== "");
    return shown.length === 0 ? null : shown.join("\n");
  }

  #part(part: Part): string {
    const { tools } = this.#look;
    if (part.kind === "tool-call") return tools === "none" ? "" : this.#call(part);
    const text = renderPart(part, "full");
    switch (part.kind) {
      case "text":
        return printable(text);
      case "reasoning":
        return this.#painted("dim", this.#short(text));
      case "tool-result":
        return tools === "none"
          ? ""
          : this.#painted(part.isError ? "red" : "dim", this.#short(text));
      default:
        return this.#painted("dim", this.#short(text));
    }
  }

  #call({ name, input, use }: Extract<Part, { kind: "tool-call" }>): string {
    const { paint } = this.#look;
    const head = `${paint("dim", "→")} ${paint("bold", name)}`;
    const change = use === null ? null : changeIn(use);
    if (change === null)
      return `${head} ${printable(this.#short(aboutUse(use) ?? printed(input)))}`;
    const lines = this.#cut(change.lines).map((line) => paint(styleOf(line), line));
    return [`${head} ${printable(change.path)}`.trimEnd(), ...lines].join("\n");
  }

  /** Line by line: a pager forgets a colour at the end of each line. */
  #painted(style: Style, text: string): string {
    const lines = text.replace(/\n+$/, "").split("\n");
    return lines.map((line) => (line === "" ? "" : this.#look.paint(style, line))).join("\n");
  }

  #short(text: string): string {
    if (this.#look.tools === "full") return text;
    return this.#cut(text.split("\n")).join("\n");
  }

  /** The first lines, and how many more there are. */
  #cut(lines: readonly string[]): string[] {
    if (this.#look.tools === "full") return [...lines];
    const first = lines.slice(0, BRIEF_LINES).map((line) => cutLine(line));
    const more = lines.length - first.length;
    return more > 0 ? [...first, `… ${more} more lines (--tools full)`] : first;
  }
}

function cutLine(line: string): string {
  if (line.length <= BRIEF_WIDTH) return line;
  return `${line.slice(0, BRIEF_WIDTH)}… (${line.length} characters)`;
}

/** Date and time in this machine's time zone; empty if there is none. */
function clockOf(time: string | null): [day?: string, time?: string] {
  const at = time === null ? Number.NaN : Date.parse(time);
  if (Number.isNaN(at)) return [];
  const offset = new Date(at).getTimezoneOffset() * 60_000;
  const [day = "", clock = ""] = new Date(at - offset).toISOString().split("T");
  return [day, clock.slice(0, 8)];
}

/** The lines that a call adds and removes; null for one that changes no file. */
function changeIn(use: ToolUse): { path: string; lines: string[] } | null {
  switch (use.tool) {
    case "write":
      return { path: use.path, lines: linesOf(use.content).map((line) => `+ ${line}`) };
    case "edit":
      return { path: use.path, lines: use.edits.flatMap(editLines) };
    case "patch":
      return { path: "", lines: linesOf(use.patch) };
    default:
      return null;
  }
}

function editLines({ old, new: now }: TextEdit): string[] {
  return diffLines(old, now).flatMap(({ added, removed, value }) => {
    const mark = added ? "+ " : removed ? "- " : "  ";
    return linesOf(value).map((line) => mark + line);
  });
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}

function styleOf(line: string): Style {
  if (line.startsWith("+")) return "green";
  return line.startsWith("-") ? "red" : "dim";
}
