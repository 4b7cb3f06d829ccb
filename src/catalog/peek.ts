/** Reads the header from the first lines of a session file. */
import type { Agent } from "../agents/types.ts";
import { linesOf } from "../convert/read/open.ts";
import { Input } from "../io/input.ts";
import { Feed } from "../lossless/feed.ts";
import { LineSplitter } from "../lossless/lines.ts";
import type { Header } from "../session/types.ts";

/** Nearly always enough for the header; otherwise a longer piece is read. */
const SHORT = 64 << 10;
const LONG = 1 << 20;

/**
 * The header according to a file's first lines, read until it is complete; null if the file cannot
 * be read.
 */
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
  const feed = new Feed(agent);
  const splitter = new LineSplitter();
  for (const line of splitter.push(bytes)) {
    feed.read(line);
    if (enough(feed.reader.header())) return feed.reader.header();
  }
  // A file of a single line may lack its end.
  const rest = splitter.end();
  if (rest) feed.read(rest);
  return feed.reader.header();
}

/** A file's bytes, or the lines that represent a document. */
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
