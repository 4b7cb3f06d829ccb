/** Which parts of an entry can be searched. */
import type { Entry, Message, Part, ToolResultPart, ToolUse } from "../session/types.ts";

/**
 * The kinds of text that a search distinguishes, with the names used by `in:`; the index identifies
 * them by their position here.
 */
export const KINDS = ["title", "user", "assistant", "command", "tool", "file", "output"] as const;

export type Kind = (typeof KINDS)[number];

/** In the form that the index takes: see `searchable`. */
export type Texts = Partial<Record<Kind, string>>;

/** Pasted files can be of any length; text beyond this position is not found. */
const LONGEST = 200_000;

/** For a tool's output, the beginning and the end can be found; for an error, all of it. */
const OUTPUT_END = 2_000;

/** null if there is nothing to find in it, as in context from harnesses. */
export function textsOf(entry: Entry): Texts | null {
  const texts: Texts = {};
  if (entry.kind === "message") addMessage(texts, entry);
  else if (entry.event === "compaction") add(texts, "assistant", entry.summary);
  else if (entry.event === "error" || entry.event === "limit") add(texts, "output", entry.text);
  let some = false;
  for (const kind of KINDS) {
    const text = texts[kind];
    if (text === undefined) continue;
    some = true;
    texts[kind] = searchable(text);
  }
  return some ? texts : null;
}

function addMessage(texts: Texts, message: Message): void {
  const { role, scaffold, told, parts } = message;
  if (scaffold || role === "system") return;
  const said = role === "tool" || told ? "output" : role;
  for (const part of parts) addPart(texts, said, part);
}

function addPart(texts: Texts, said: Kind, part: Part): void {
  if (part.kind === "text") add(texts, part.told ? "output" : said, part.text);
  else if (part.kind === "other") add(texts, said, part.text);
  else if (part.kind === "file") {
    add(texts, "file", part.name ?? "");
    add(texts, said, part.text ?? "");
  } else if (part.kind === "tool-result") addResult(texts, part);
  else if (part.kind === "tool-call") {
    add(texts, "tool", part.use ? `${part.name} ${part.use.tool}` : part.name);
    if (part.use) addUse(texts, part.use);
  }
}

function addResult(texts: Texts, { isError, exitCode = 0, content }: ToolResultPart): void {
  const isWhole = isError || exitCode !== 0;
  for (const part of content) {
    if (part.kind === "file") add(texts, "file", part.name ?? "");
    if (part.kind !== "text" && part.kind !== "other" && part.kind !== "file") continue;
    const text = part.text ?? "";
    add(texts, "output", isWhole ? text : bothEnds(text));
  }
}

function bothEnds(text: string): string {
  if (text.length <= 2 * OUTPUT_END) return text;
  return `${text.slice(0, OUTPUT_END)}\n...\n${text.slice(-OUTPUT_END)}`;
}

function addUse(texts: Texts, use: ToolUse): void {
  switch (use.tool) {
    case "execute":
      add(texts, "command", use.command);
      return;
    case "patch":
      add(texts, "file", filesOf(use.patch));
      return;
    case "search":
    case "glob":
      add(texts, "command", use.pattern);
      add(texts, "file", use.path ?? "");
      return;
    case "fetch":
      add(texts, "command", use.url);
      return;
    case "web-search":
      add(texts, "command", use.query);
      return;
    case "subagent":
      add(texts, "assistant", use.prompt);
      return;
    case "mcp":
      add(texts, "tool", use.server);
      return;
    case "todo":
    case "ask":
      return;
    default:
      add(texts, "file", use.path);
  }
}

function filesOf(patch: string): string {
  const files = patch.matchAll(/^\*\*\* (?:(?:Update|Add|Delete) File|Move to): (.*)$/gm);
  return [...files].map(([, file]) => file).join("\n");
}

function add(texts: Texts, kind: Kind, text: string): void {
  if (text === "") return;
  const before = texts[kind];
  texts[kind] = before === undefined ? text : `${before}\n${text}`;
}

// Chinese, Japanese and Korean put no space between words: each character counts as a word.
const UNSPACED = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]/;
const EACH = new RegExp(UNSPACED, "g");

/** In the form in which the index's tokenizer finds words. */
export function searchable(text: string): string {
  const cut = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  const plain = cut.includes("\0") ? cut.replaceAll("\0", " ") : cut;
  return UNSPACED.test(plain) ? plain.replace(EACH, "$& ") : plain;
}

/** Enclose the matches in a snippet. */
export const MARK_ON = "\ue000";
export const MARK_OFF = "\ue001";

const SPACED = new RegExp(`(${UNSPACED.source}[${MARK_ON}${MARK_OFF}]?) `, "g");

/** The inverse, for people to read. */
export function readable(text: string): string {
  return text.replace(SPACED, "$1");
}
