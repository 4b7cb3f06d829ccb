/** What a list shows of a session, from the head and the tail of its file. */
import type { Agent, Found } from "../agents/types.ts";
import { Input } from "../io/input.ts";
import { LineSplitter } from "../lossless/lines.ts";
import type { Entry, Header } from "../session/types.ts";

const HEAD = 256 << 10;
const TAIL = 128 << 10;

export interface Glance extends Found {
  header: Header;
  /** Explicit title, else the first thing the user said; null when neither was found. */
  title: string | null;
  /** Messages of user and assistant; null when the file was too large to count them here. */
  messages: number | null;
}

/** null when the file cannot be read. */
export function glance(agent: Agent, found: Found): Glance | null {
  let input: Input;
  try {
    input = new Input(found.path);
  } catch {
    return null;
  }
  try {
    return look(agent, found, input);
  } finally {
    input.close();
  }
}

function look(agent: Agent, found: Found, input: Input): Glance {
  const reader = agent.reader();
  const whole = input.size <= HEAD + TAIL;
  const groups = new Set<string>();
  let firstPrompt: string | null = null;
  let at = 0;
  const take = (bytes: Buffer, skipFirst: boolean): void => {
    const splitter = new LineSplitter();
    let skip = skipFirst;
    for (const { value } of splitter.push(bytes)) {
      if (!skip && value !== undefined) {
        for (const entry of reader.read(value, at++)) {
          firstPrompt ??= promptOf(entry);
          const group = groupOf(entry);
          if (group !== null) groups.add(group);
        }
      }
      skip = false;
    }
    const rest = whole ? splitter.end() : undefined;
    if (rest?.value !== undefined) reader.read(rest.value, at++);
  };
  take(input.read(0, whole ? input.size : HEAD), false);
  if (!whole) take(input.read(input.size - TAIL, TAIL), true);
  const header = reader.header();
  const title = header.title ?? firstPrompt;
  return { ...found, id: found.id, header, title, messages: whole ? groups.size : null };
}

function promptOf(entry: Entry): string | null {
  if (entry.kind !== "message" || entry.role !== "user" || entry.scaffold) return null;
  const text = entry.parts.map((part) => (part.kind === "text" ? part.text : "")).join(" ");
  return text.trim() === "" ? null : text;
}

/** Fragments of one message count once. */
function groupOf(entry: Entry): string | null {
  if (entry.kind !== "message" || entry.scaffold || entry.sidechain !== undefined) return null;
  return entry.role === "user" || entry.role === "assistant" ? (entry.group ?? entry.id) : null;
}
