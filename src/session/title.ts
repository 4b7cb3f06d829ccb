/**
 * The title of a session, wherever it is shown or handed over: its own title, else its generated
 * title, else the first real request. Readers provide the first two.
 */
import { isBreak } from "./text.ts";
import type { Entry, Message, Part } from "./types.ts";

/** Longer requests are cut: some are whole pasted files. */
const LONGEST = 1000;

export function titleOf(own: string | null, request: string | null): string | null {
  return own ?? (request === null ? null : short(request, LONGEST));
}

/** Copies the beginning, because a slice of a string keeps the whole string in memory. */
export function short(text: string, length: number): string {
  const trimmed = text.trim();
  if (trimmed.length <= length) return trimmed;
  const cut = trimmed.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "");
  return `${Buffer.from(cut).toString()}…`;
}

/** Blocks that agents, editors and hooks insert before or within the user's text. */
const INSERTED = [
  "command-[a-z]+|local-command-[a-z]+|bash-(?:input|stdout|stderr)",
  "file|files|skill|attached_files?|attachments?|document|image|context|editor_context|selection",
  "ide_[a-z_]+|system-reminder|system_reminder|reminder|environment_context|user_instructions",
  "user_shell_command|current_datetime|user-prompt-submit-hook|task-notification|teammate-message",
].join("|");
const BLOCK = new RegExp(`^\\s*<(${INSERTED})(?:\\s[^<>]*)?>[\\s\\S]*?</\\1>`);
/** One that was cut off, or has no end. A word in plain brackets may be the user's own. */
const OPEN_BLOCK = new RegExp(
  `^\\s*<(?:${INSERTED})(?:\\s[^<>]*>|>\\s*(?:\\n|$))|^\\s*<(?=[a-z]+[-_])(?:${INSERTED})>`,
);

/** What an IDE adds before the user's words: the headings that Codex uses in editors. */
const FROM_IDE = /^\s*# (?:Context from my IDE setup|Files mentioned by the user):?[ \t]*\n/;
const REQUEST = /(?:^|\n)#{1,3} My request(?: for [^\n:]*)?:?[ \t]*\n/;

/** Gemini CLI and Qwen Code append the mentioned files to the text. */
const REFERENCED = /\n?-{3} Content from referenced files -{3}[\s\S]*$/;

/** How Codex tells subagents their task; the task itself may be encrypted. */
const TASK = /^Message Type: [A-Z_]+\nTask name: ([^\n]*)\nSender: [^\n]*\nPayload:(?:\n|$)/;

/** The path that an image was attached from, right before the image. */
const IMAGE_PATH =
  /^(?:~?[/\\]|[A-Za-z]:[/\\]).*\.(?:png|jpe?g|gif|webp|bmp|tiff?|svg|avif|heic)$/i;

const COMMAND = /<command-name>\s*([^<]*?)\s*<\/command-name>/;
const ARGUMENTS = /<command-args>([\s\S]*?)<\/command-args>/;

/** Finds the first request among a session's entries. */
export class FirstRequest {
  #text: string | null = null;
  /** A slash command, whose expanded prompt may follow. */
  #command: string | null = null;

  /** null while no request was found. */
  get text(): string | null {
    return this.#text ?? this.#command;
  }

  /** Is it certain, whatever follows? */
  get found(): boolean {
    return this.#text !== null;
  }

  note(entry: Entry): void {
    if (this.#text !== null || entry.kind !== "message" || entry.sidechain !== undefined) return;
    if (entry.role === "assistant" && this.#command !== null) this.#text = this.#command;
    if (entry.role !== "user") return;
    const texts = textsIn(entry);
    const command = commandIn(texts.join("\n"));
    if (command !== null) this.#command = command;
    // A command that the CLI carried out itself is not a request to the model.
    if (/^\s*<local-command-/.test(texts[0] ?? "")) this.#command = null;
    if (entry.scaffold || entry.told) return;
    const asked = requestAmong(textsIn(entry, false));
    if (asked !== "") this.#text = this.#command ?? asked;
  }
}

function textsIn({ parts }: Message, all = true): string[] {
  return parts.flatMap((part, i) => {
    if (part.kind !== "text") return [];
    return all || (!part.told && !isImagePath(part.text, parts[i + 1])) ? [part.text] : [];
  });
}

function isImagePath(text: string, next: Part | undefined): boolean {
  return next?.kind === "image" && IMAGE_PATH.test(text.trim());
}

/** OpenCode and Kilo insert a mentioned file before the text, as a call and its result. */
const CALLED = /^Called the \w+ tool with the following input: /;

function requestAmong(texts: readonly string[]): string {
  const end = texts.findIndex((text) => REFERENCED.test(text));
  const before = end < 0 ? texts : texts.slice(0, end + 1);
  const own = before.filter((text, i) => !CALLED.test(text) && !CALLED.test(before[i - 1] ?? ""));
  return own
    .map(requestIn)
    .filter((text) => text !== "")
    .join(" ");
}

/** `/review PR 12`, from the tags that represent it. */
function commandIn(text: string): string | null {
  const [, name = ""] = COMMAND.exec(text) ?? [];
  if (name === "") return null;
  const [, args = ""] = ARGUMENTS.exec(text) ?? [];
  return `${name} ${args.trim()}`.trim();
}

/** The user's request in a message, without what was added before and after it; "" for nothing. */
export function requestIn(text: string): string {
  let rest = text;
  if (FROM_IDE.test(rest)) {
    const found = REQUEST.exec(rest);
    if (!found) return "";
    rest = rest.slice(found.index + found[0].length);
  }
  const task = TASK.exec(rest);
  if (task) {
    const [heading, name = ""] = task;
    const words = rest.slice(heading.length).trim();
    return words === "" ? name.slice(name.lastIndexOf("/") + 1) : words;
  }
  for (;;) {
    const [block] = BLOCK.exec(rest) ?? [];
    if (block === undefined) break;
    rest = rest.slice(block.length);
  }
  if (OPEN_BLOCK.test(rest) || isBreak(rest)) return "";
  return rest.replace(REFERENCED, "").trim();
}
