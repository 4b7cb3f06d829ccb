/** Where in the store a session is, and what config.toml beside it says. */
import { basename, dirname, join } from "node:path";
import type { Header } from "../../session/types.ts";

export const LOG = "conversation.jsonl";
export const CONFIG = "config.toml";
/** Prompts that are still to be sent. */
export const QUEUE = "prompt-queue.jsonl";
/** Only beside the log of a subagent. */
export const META = "subagent-meta.json";

/** logs/<id>/conversation.jsonl. */
export function placeIn(root: string, id: string): string {
  return join(root, id, LOG);
}

export function idOf(path: string): string | null {
  return basename(path) === LOG ? basename(dirname(path)) || null : null;
}

/** What the table `[chat]` of a session says. */
export interface Chat {
  name: string | null;
  model: string | null;
  workspace: string | null;
}

/** Only plain texts under `[chat]`, as gptme writes them. */
export function readChat(toml: string): Chat {
  const chat: Chat = { name: null, model: null, workspace: null };
  let table = "";
  for (const line of toml.split(/\r?\n/)) {
    const [, named] = /^\s*\[([^\]]*)\]\s*$/.exec(line) ?? [];
    if (named !== undefined) table = named.trim();
    const [, key, value] = /^\s*(name|model|workspace)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (table !== "chat" || value === undefined) continue;
    const text = textIn(value);
    if (key === "name") chat.name = text;
    else if (key === "model") chat.model = text;
    else chat.workspace = text;
  }
  return chat;
}

/** A text in quotes of either kind; null for anything else. */
function textIn(value: string): string | null {
  const [, literal] = /^'([^']*)'(?:\s*#.*)?$/.exec(value) ?? [];
  if (literal !== undefined) return literal || null;
  const [basic] = /^"(?:[^"\\]|\\.)*"/.exec(value) ?? [];
  if (basic === undefined) return null;
  try {
    const json = basic.replace(/\\U([0-9A-Fa-f]{8})/g, (_, hex) =>
      String.fromCodePoint(Number.parseInt(hex, 16)),
    );
    const text: unknown = JSON.parse(json.replaceAll("\\e", "\\u001b").replaceAll("\t", "\\t"));
    return typeof text === "string" && text !== "" ? text : null;
  } catch {
    return null;
  }
}

/**
 * config.toml of a new session. Without `tool_format`, a model of Anthropic's would get the calls of
 * the log as text; without `workspace`, gptme would not list the session under its project.
 */
export function configText({ cwd, title }: Header): string {
  const lines = ["[chat]", 'tool_format = "tool"'];
  if (cwd !== null) lines.push(`workspace = ${printed(cwd)}`);
  if (title !== null) lines.push(`name = ${printed(title)}`);
  return `${lines.join("\n")}\n\n[env]\n`;
}

/** TOML's basic texts are JSON's, but for one character. */
function printed(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\u007f", "\\u007f");
}
