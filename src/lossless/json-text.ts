/**
 * JSON text that is restored as it was written.
 *
 * `JSON.stringify(JSON.parse(text))` reproduces most text that programs write. Where it does not
 * (white space, escapes, `1.0`, a byte order mark, …), a `Spelling` records the difference, so that
 * `print(value, spelling)` is the text again. Text that cannot be reproduced from its value
 * (duplicate keys, integer-like keys out of order) is stored completely: `{ raw }`.
 */
import type { Json } from "../session/types.ts";

/**
 * null: as printed by JSON.stringify. `edits`: [token number, white space before it, its spelling].
 */
export type Spelling = null | { edits: Edit[] } | { raw: string };
type Edit = [number, string, string?];

export interface Parsed {
  value: Json;
  spelling: Spelling;
}

/**
 * Parses a JSON text (a leading byte order mark counts as white space); undefined if it is not
 * JSON.
 */
export function parse(text: string): Parsed | undefined {
  const value = parseValue(text);
  return value === undefined ? undefined : { value, spelling: spellingOf(value, text) };
}

/** The value alone; undefined if `text` is not JSON. */
export function parseValue(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return value;
  } catch {
    return undefined;
  }
}

/** How `text` differs from the printed form of its value. */
export function spellingOf(value: Json, text: string): Spelling {
  const plain = stringify(value);
  if (plain === text) return null;
  if (plain === undefined) return { raw: text };
  const edits = compareTokens(plain, text);
  return edits && respell(plain, edits) === text ? { edits } : { raw: text };
}

/** The text that `parse` was given. */
export function print(value: Json, spelling: Spelling): string {
  if (spelling && "raw" in spelling) return spelling.raw;
  const plain = stringify(value);
  if (plain === undefined) throw new RangeError("value nested too deep to print");
  return spelling ? respell(plain, spelling.edits) : plain;
}

/**
 * JSON.stringify, or undefined if the nesting is too deep for it (V8 gives up at ~5,000 levels).
 */
export function stringify(value: Json): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

// White space (and a BOM), then one token: a string, a run of literal characters, or a bracket.
const TOKEN = /([ \t\n\r\uFEFF]*)("(?:[^"\\]|\\.)*"|[^\s"{}[\],:\uFEFF]+|[{}[\],:]|$)/gsy;

function compareTokens(plain: string, text: string): Edit[] | undefined {
  const edits: Edit[] = [];
  const a = new RegExp(TOKEN);
  const b = new RegExp(TOKEN);
  for (let n = 0; ; n++) {
    const want = a.exec(plain)?.[2];
    const have = b.exec(text);
    if (want === undefined || have === null) return undefined;
    const [, space = "", token = ""] = have;
    if (token !== want) {
      if (!sameToken(token, want)) return undefined;
      edits.push([n, space, token]);
    } else if (space !== "") edits.push([n, space]);
    if (want === "" && token === "") return edits;
  }
}

/** Two spellings of the same string or number; for numbers, only the printed form counts. */
function sameToken(a: string, b: string): boolean {
  if (a === "" || b === "" || /^[{}[\],:]$/.test(b)) return false;
  const value = parseValue(a);
  return value !== undefined && stringify(value) === b;
}

function respell(plain: string, edits: readonly Edit[]): string {
  const out: string[] = [];
  const tokens = new RegExp(TOKEN);
  let n = 0;
  let from = 0;
  for (const [at, space, token] of edits) {
    let match: RegExpExecArray | null = null;
    let start = from;
    for (; n <= at; n++) {
      start = tokens.lastIndex;
      match = tokens.exec(plain);
    }
    out.push(plain.slice(from, start), space, token ?? match?.[2] ?? "");
    from = tokens.lastIndex;
  }
  out.push(plain.slice(from));
  return out.join("");
}
