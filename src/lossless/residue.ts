/**
 * A file as entries and residue. The residue is what the agent's own writer would not reproduce
 * from the entries alone, so `encode(agent, entries, residue)` is the file, byte for byte, however
 * little the reader understood.
 */
import type { Codec } from "../session/codec.ts";
import type { Entry, Header } from "../session/types.ts";
import { Feed } from "./feed.ts";
import { type Line, LineSplitter } from "./lines.ts";
import { type Op, ScriptReader, ScriptWriter } from "./script.ts";

export interface Residue {
  /** For each line: the number of its entries, and the operation that rebuilds it. */
  lines: [number, Op][];
  /** The last line has no newline. */
  open: boolean;
}

export interface Decoded {
  header: Header;
  entries: Entry[];
  residue: Residue;
}

// Both directions need writers with the same seed. The residue stores every id, so any seed works.
const SEED = "residue";

/** Decodes a whole file in memory. For large files, convert streams instead. */
export function decode(agent: Codec, bytes: Buffer): Decoded {
  const feed = new Feed(agent);
  const script = new ScriptWriter(() => agent.writer({ seed: SEED, cliVersion: null }));
  const decoded: Decoded = {
    header: feed.reader.header(),
    entries: [],
    residue: { lines: [], open: false },
  };
  const take = (line: Line): void => {
    const entries = feed.entries(line);
    const [coded] = script.encode([line], entries);
    decoded.entries.push(...entries);
    decoded.residue.lines.push([entries.length, coded?.op ?? 0]);
  };
  const splitter = new LineSplitter();
  for (const line of splitter.push(bytes)) take(line);
  const rest = splitter.end();
  if (rest) take(rest);
  decoded.residue.open = rest !== undefined;
  decoded.header = feed.reader.header();
  return decoded;
}

/** Restores the bytes that `decode` was given. */
export function encode(agent: Codec, entries: readonly Entry[], residue: Residue): Buffer {
  const script = new ScriptReader(() => agent.writer({ seed: SEED, cliVersion: null }));
  const out: Buffer[] = [];
  const newline = Buffer.from("\n");
  let from = 0;
  for (const [count, op] of residue.lines) {
    for (const { content } of script.decode([op], entries.slice(from, from + count))) {
      out.push(Buffer.from(content), newline);
    }
    from += count;
  }
  if (residue.open) out.pop();
  return Buffer.concat(out);
}
