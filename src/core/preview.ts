/** What the picker shows about a session besides its line, read from its head and tail. */
import { isAbsolute, relative } from "node:path";
import { findAgent } from "../agents/registry.ts";
import type { Profile } from "../agents/types.ts";
import type { Row } from "../catalog/row.ts";
import { linesOf, rowsAt } from "../convert/read/open.ts";
import { Input } from "../io/input.ts";
import { Feed } from "../lossless/feed.ts";
import { LineSplitter } from "../lossless/lines.ts";
import { FirstRequest } from "../session/title.ts";
import type { Entry, Message, Part, ToolUse } from "../session/types.ts";

const HEAD = 256 << 10;
const TAIL = 256 << 10;
/** How many rows of a database are read from each end. */
const ROWS = 300;
const TURNS = 8;
const FILES = 12;

export interface Preview {
  /** The user's first request; null if it was not found. */
  first: string | null;
  /** The newest last. */
  turns: readonly Turn[];
  /** Files that were written, the newest first. */
  files: readonly string[];
}

export interface Turn {
  who: string;
  text: string;
}

/** null if it cannot be read. */
export function previewOf(
  row: Pick<Row, "agent" | "path" | "cwd">,
  profiles?: readonly Profile[],
): Preview | null {
  const agent = findAgent(row.agent, profiles);
  if (!agent) return null;
  const feed = new Feed(agent);
  const seen = new Seen(row.cwd);
  try {
    const rows = rowsAt(row.path);
    if (rows) {
      const lines = rows.database.read(rows.path, rows.id) ?? [];
      const ends =
        lines.length > 2 * ROWS ? [...lines.slice(0, ROWS), ...lines.slice(-ROWS)] : lines;
      take(feed, seen, Buffer.from(`${ends.join("\n")}\n`), false);
    } else readFile(row.path, feed, seen);
    return seen.preview;
  } catch {
    return null;
  }
}

function readFile(path: string, feed: Feed, seen: Seen): void {
  const input = new Input(path);
  try {
    const lines = linesOf(input);
    const size = lines?.length ?? input.size;
    const read = (at: number, n: number): Buffer =>
      lines?.subarray(at, at + n) ?? input.read(at, n);
    if (size <= HEAD + TAIL) take(feed, seen, read(0, size), false);
    else {
      take(feed, seen, read(0, HEAD), false);
      take(feed, seen, read(size - TAIL, TAIL), true);
    }
  } finally {
    input.close();
  }
}

/** `torn`: the first line may be incomplete. */
function take(feed: Feed, seen: Seen, bytes: Buffer, torn: boolean): void {
  const splitter = new LineSplitter();
  let skip = torn;
  for (const line of splitter.push(bytes)) {
    if (!skip) for (const entry of feed.entries(line)) seen.add(entry);
    skip = false;
  }
}

class Seen {
  readonly #cwd: string | null;
  readonly #request = new FirstRequest();
  readonly #turns: Turn[] = [];
  readonly #files = new Set<string>();

  constructor(cwd: string | null) {
    this.#cwd = cwd;
  }

  add(entry: Entry): void {
    this.#request.note(entry);
    if (entry.kind === "event") {
      if (entry.event === "limit") this.#turn("limit", entry.text);
      if (entry.event === "compaction") this.#turn("compacted", entry.summary);
      return;
    }
    if (entry.scaffold || entry.sidechain !== undefined) return;
    for (const part of entry.parts) this.#part(entry, part);
  }

  #part({ role, told }: Message, part: Part): void {
    if (part.kind === "tool-call") {
      this.#turn("tool", toolText(part.name, part.use));
      for (const path of filesOf(part.use)) this.#file(path);
    }
    if (part.kind !== "text" || part.text.trim() === "") return;
    if (role === "assistant") this.#turn("agent", part.text);
    if (role === "user" && !told && !part.told) this.#turn("you", part.text);
  }

  #turn(who: string, text: string): void {
    this.#turns.push({ who, text });
    if (this.#turns.length > TURNS) this.#turns.shift();
  }

  #file(path: string): void {
    const inside = this.#cwd !== null && isAbsolute(path) ? relative(this.#cwd, path) : path;
    const name = inside.startsWith("..") || inside === "" ? path : inside;
    this.#files.delete(name);
    this.#files.add(name);
  }

  get preview(): Preview {
    const files = [...this.#files].reverse().slice(0, FILES);
    return { first: this.#request.text, turns: this.#turns, files };
  }
}

function toolText(name: string, use: ToolUse | null): string {
  if (!use) return name;
  if (use.tool === "execute") return `$ ${use.command}`;
  return "path" in use && use.path !== undefined ? `${use.tool} ${use.path}` : use.tool;
}

/** The files that a tool changes. */
export function filesOf(use: ToolUse | null): string[] {
  switch (use?.tool) {
    case "write":
    case "edit":
    case "notebook-edit":
      return [use.path];
    case "patch":
      return [
        ...use.patch.matchAll(/^(?:\*\*\* (?:Add|Update|Delete) File: |\+\+\+ (?:b\/)?)(.+)$/gm),
      ].flatMap(([, path = ""]) => (path === "/dev/null" ? [] : [path.trim()]));
    default:
      return [];
  }
}
