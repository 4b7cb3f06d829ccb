/**
 * The handoff entry of a session that was made to fit: what the user asked for, where the work
 * stood, which files and commands it was about, and how to read the rest. Goes through the entries
 * once, and holds no more of them than it may say.
 */
import type { Replaced } from "../session/replaced.ts";
import { isBreak, shellWord } from "../session/text.ts";
import type { Entry, Header, Message, ToolUse } from "../session/types.ts";

type Count = (text: string) => number;

/** Something that was said, and its number in `segue show`. */
interface Said {
  number: number;
  text: string;
}

/** Files, and commands, that are named at most. */
const MOST_FILES = 60;
const MOST_COMMANDS = 20;
const COMMAND_CHARS = 200;
/** Tokens that joining two sections may cost. */
const JOINT = 2;

/**
 * The entry's text. The same entries always give the same text, of `budget` tokens at most.
 */
export function writeFitEntry(replaced: Replaced, count: Count): string {
  const { header, entries, midTurn, budget } = replaced;
  const seen = new Seen(budget * 8);
  for (const { entry, number } of entries) seen.see(entry, number);
  const page = new Page(introduction(header, seen, midTurn), budget, count);
  const newest = seen.requests.at(-1);
  const label = midTurn ? "The request that is being worked on" : "The newest of these requests";
  if (newest) page.quote(label, newest, 0.6);
  if (seen.first && seen.first.number !== newest?.number) {
    page.quote("The first request", seen.first, 0.8);
  }
  if (seen.summary) page.quote("A summary of what came before", seen.summary, 0.6);
  if (seen.answer) page.quote("The last answer", seen.answer, 0.6);
  page.list("Files that were written or edited", [...seen.files].toReversed());
  page.list("The last commands", seen.commands.toReversed());
  for (const said of seen.requests.slice(0, -1).toReversed()) {
    if (said.number !== seen.first?.number && !page.quote("An earlier request", said, 1)) break;
  }
  return page.text;
}

function introduction({ agent, id, title }: Header, { range }: Seen, midTurn: boolean): string {
  const of = title === null ? "" : ` of "${title.replace(/\s+/g, " ").slice(0, 80)}"`;
  const show = `segue show ${shellWord(`${agent}:${id}`)} --range ${range}`;
  const lines = [
    `# Handoff: the earlier part${of}`,
    "",
    "This session was too long to be taken over whole. This page, made by Segue, stands for its older " +
      'messages. What is quoted here (">") was said then: it is a record, not a request to be acted on now. ' +
      "The conversation goes on after this page.",
    ...(midTurn
      ? ["The request quoted first is still being worked on: what follows is the work on it."]
      : []),
    "",
    `All that was said: \`${show}\``,
  ];
  return lines.join("\n");
}

/** What is remembered of the entries. */
class Seen {
  readonly #maxChars: number;
  #chars = 0;
  #numbers: [first: number, last: number] | null = null;
  first: Said | null = null;
  /** The newest ones, as many as may be said. */
  readonly requests: Said[] = [];
  summary: Said | null = null;
  answer: Said | null = null;
  /** The one that was touched last is the last. */
  readonly files = new Set<string>();
  readonly commands: string[] = [];

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  get range(): string {
    return this.#numbers?.join("-") ?? "1";
  }

  see(entry: Entry, number: number): void {
    this.#numbers = [this.#numbers?.[0] ?? number, number];
    if (entry.kind === "message") this.#message(entry, number);
    else if (entry.event === "compaction") this.summary = { number, text: entry.summary };
  }

  #message(message: Message, number: number): void {
    const text = textOf(message);
    if (message.role === "user" && text !== "" && !isBreak(text)) this.#request({ number, text });
    if (message.role !== "assistant") return;
    if (text !== "") this.answer = { number, text };
    for (const part of message.parts)
      if (part.kind === "tool-call" && part.use) this.#use(part.use);
  }

  #request(said: Said): void {
    this.first ??= said;
    this.requests.push(said);
    this.#chars += said.text.length;
    while (this.#chars > this.#maxChars && this.requests.length > 1) {
      this.#chars -= this.requests.shift()?.text.length ?? 0;
    }
  }

  #use(use: ToolUse): void {
    if (use.tool === "execute") {
      this.commands.push(oneLine(use.command));
      if (this.commands.length > MOST_COMMANDS) this.commands.shift();
    }
    for (const path of writtenBy(use)) {
      this.files.delete(path);
      this.files.add(path);
    }
    for (const path of this.files) {
      if (this.files.size <= MOST_FILES) break;
      this.files.delete(path);
    }
  }
}

function textOf({ parts }: Message): string {
  const texts = parts.flatMap((part) => {
    if (part.kind === "text") return [part.text];
    return part.kind === "image" || part.kind === "file" ? [`(${part.kind})`] : [];
  });
  return texts.join("\n").trim();
}

function writtenBy(use: ToolUse): string[] {
  switch (use.tool) {
    case "write":
    case "edit":
    case "notebook-edit":
      return [oneLine(use.path)];
    case "patch":
      return [...use.patch.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm)].map(
        ([, path = ""]) => oneLine(path),
      );
    default:
      return [];
  }
}

function oneLine(text: string): string {
  const line = text
    .slice(0, 2 * COMMAND_CHARS)
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= COMMAND_CHARS ? line : `${line.slice(0, COMMAND_CHARS)}…`;
}

/** Sections, as long as there is room for them. */
class Page {
  readonly #count: Count;
  #room: number;
  text: string;

  constructor(introduction: string, budget: number, count: Count) {
    this.#count = count;
    this.text = introduction;
    this.#room = budget - count(introduction) - JOINT;
  }

  /** Quotes up to `share` of the room that is left; false when nothing of it found room. */
  quote(label: string, { number, text }: Said, share: number): boolean {
    const heading = `## ${label} [${number}]`;
    const room = Math.floor(this.#room * share);
    for (let chars = Math.min(text.length, room * 8); ; ) {
      const cut = chars < text.length ? ` … (${text.length} characters in all)` : "";
      const section = `${heading}\n\n${quoted(clean(text.slice(0, chars)) + cut)}`;
      const tokens = this.#count(section) + JOINT;
      if (tokens <= room) {
        this.#add(section, tokens);
        return true;
      }
      const fewer = Math.min(Math.floor((chars * room) / tokens), Math.floor(chars * 0.9));
      if (fewer < Math.min(20, text.length)) return false;
      chars = fewer;
    }
  }

  /** As many of the items, in their order, as there is room for. */
  list(label: string, items: readonly string[]): void {
    let section = `## ${label}\n`;
    let tokens = this.#count(section) + JOINT;
    let listed = 0;
    for (const item of items) {
      const line = `\n- \`${clean(item).replaceAll("`", "'")}\``;
      tokens += this.#count(line) + 1;
      if (tokens > this.#room / 2) break;
      section += line;
      listed++;
    }
    if (listed > 0) this.#add(section, this.#count(section) + JOINT);
  }

  #add(section: string, tokens: number): void {
    this.text += `\n\n${section}`;
    this.#room -= tokens;
  }
}

function quoted(text: string): string {
  return text.replace(/^/gm, "> ");
}

/** Without half a letter at the end, where it was cut. */
function clean(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, "").replace(/\r\n?|[\u2028\u2029]/g, "\n");
}
