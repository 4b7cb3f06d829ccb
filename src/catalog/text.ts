/** What of an entry can be searched for. */
import type { Entry, Part, ToolUse } from "../session/types.ts";

/** The columns of the text index, in the order of its table. */
export interface Text {
  said: string;
  tool: string;
  command: string;
  path: string;
  title: string;
}

/** Pasted files can be of any length; what stands after this much of one is not found. */
const LONGEST = 200_000;

export const COLUMNS = ["said", "tool", "command", "path", "title"] as const;

/** null when there is nothing to be found in it. Results of tools are not, nor what harnesses say. */
export function textOf(entry: Entry): Text | null {
  const text: Text = { said: "", tool: "", command: "", path: "", title: "" };
  if (entry.kind === "event") {
    if (entry.event !== "compaction") return null;
    text.said = entry.summary;
  } else {
    if (entry.scaffold || (entry.role !== "user" && entry.role !== "assistant")) return null;
    for (const part of entry.parts) addPart(text, part);
  }
  let some = false;
  for (const column of COLUMNS) {
    if (text[column] === "") continue;
    some = true;
    text[column] = searchable(text[column]);
  }
  return some ? text : null;
}

function addPart(text: Text, part: Part): void {
  if (part.kind === "text") text.said = joined(text.said, part.text);
  else if (part.kind === "other") text.said = joined(text.said, part.text);
  else if (part.kind === "file") {
    text.path = joined(text.path, part.name ?? "");
    text.said = joined(text.said, part.text ?? "");
  } else if (part.kind === "tool-call") {
    text.tool = joined(text.tool, part.use ? `${part.name} ${part.use.tool}` : part.name);
    if (part.use) addUse(text, part.use);
  }
}

function addUse(text: Text, use: ToolUse): void {
  switch (use.tool) {
    case "execute":
      text.command = joined(text.command, use.command);
      return;
    case "patch":
      text.path = joined(text.path, filesOf(use.patch));
      return;
    case "search":
    case "glob":
      text.command = joined(text.command, use.pattern);
      text.path = joined(text.path, use.path ?? "");
      return;
    case "fetch":
      text.command = joined(text.command, use.url);
      return;
    case "web-search":
      text.command = joined(text.command, use.query);
      return;
    case "subagent":
      text.said = joined(text.said, use.prompt);
      return;
    case "mcp":
      text.tool = joined(text.tool, use.server);
      return;
    case "todo":
    case "ask":
      return;
    default:
      text.path = joined(text.path, use.path);
  }
}

function filesOf(patch: string): string {
  const files = patch.matchAll(/^\*\*\* (?:(?:Update|Add|Delete) File|Move to): (.*)$/gm);
  return [...files].map(([, file]) => file).join("\n");
}

function joined(a: string, b: string): string {
  if (b === "") return a;
  return a === "" ? b : `${a}\n${b}`;
}

// Chinese, Japanese and Korean put no space between words: each character is a word here.
const UNSPACED = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]/;
const EACH = new RegExp(UNSPACED, "g");

/** As the index's tokenizer finds words in it. */
export function searchable(text: string): string {
  const cut = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  const plain = cut.includes("\0") ? cut.replaceAll("\0", " ") : cut;
  return UNSPACED.test(plain) ? plain.replace(EACH, "$& ") : plain;
}

/** Stand around what was looked for, in a snippet. */
export const MARK_ON = "\ue000";
export const MARK_OFF = "\ue001";

const SPACED = new RegExp(`(${UNSPACED.source}[${MARK_ON}${MARK_OFF}]?) `, "g");

/** The inverse, to be read by people. */
export function readable(text: string): string {
  return text.replace(SPACED, "$1");
}
