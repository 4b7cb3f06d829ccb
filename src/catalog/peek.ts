/** What a list shows of a session, from the head and the tail of its file. */
import type { Agent, Found, Summary } from "../agents/types.ts";
import { linesOf } from "../convert/open.ts";
import { Input } from "../io/input.ts";
import { LineSplitter } from "../lossless/lines.ts";
import { emptyHeader } from "../session/header.ts";
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
  const { summary } = found;
  if (summary && agent.store.database) return told(found, emptyHeader(agent.id), summary);
  const seen = peek(found.path, (input) => look(agent, found, input));
  return seen && summary ? told(seen, seen.header, summary, seen) : seen;
}

/** What the store tells of a session goes before what its file does. */
function told(found: Found, header: Header, summary: Summary, seen?: Glance): Glance {
  const { title, cwd, model, createdAt, updatedAt, parent, messages } = summary;
  return {
    ...found,
    header: {
      ...header,
      id: found.id,
      title: title ?? header.title,
      cwd: cwd ?? header.cwd,
      model: model ?? header.model,
      createdAt: createdAt ?? header.createdAt,
      updatedAt: updatedAt ?? header.updatedAt,
      parent: parent ?? header.parent,
    },
    title: title ?? seen?.title ?? null,
    messages: messages ?? seen?.messages ?? null,
  };
}

/** Nearly always enough to know the header by; else a longer piece is read. */
const SHORT = 64 << 10;
const LONG = 1 << 20;

/** The header as a file's first lines tell it, read until it is enough; null when it cannot be read. */
export function headOf(
  agent: Agent,
  path: string,
  enough: (header: Header) => boolean,
): Header | null {
  return peek(path, (input) => {
    const header = readHead(agent, input.read(0, SHORT), enough);
    if (enough(header) || input.size <= SHORT) return header;
    return readHead(agent, input.read(0, LONG), enough);
  });
}

function readHead(agent: Agent, bytes: Buffer, enough: (header: Header) => boolean): Header {
  const reader = agent.reader();
  const splitter = new LineSplitter();
  let at = 0;
  for (const { value } of splitter.push(bytes)) {
    if (value !== undefined) reader.read(value, at++);
    if (enough(reader.header())) return reader.header();
  }
  // A file of a single line may lack its end.
  const rest = splitter.end();
  if (rest?.value !== undefined) reader.read(rest.value, at);
  return reader.header();
}

/** A file's bytes, or the lines that stand for a document. */
interface Bytes {
  size: number;
  read(offset: number, length: number): Buffer;
}

function peek<T>(path: string, read: (input: Bytes) => T): T | null {
  try {
    const input = new Input(path);
    try {
      const lines = linesOf(input);
      return read(
        lines ? { size: lines.length, read: (at, n) => lines.subarray(at, at + n) } : input,
      );
    } finally {
      input.close();
    }
  } catch {
    return null;
  }
}

function look(agent: Agent, found: Found, input: Bytes): Glance {
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
  header.title ??= agent.store.title?.(found.path) ?? null;
  const title = (header.title ?? firstPrompt)?.trim() ?? null;
  return { ...found, header, title, messages: whole ? groups.size : null };
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
