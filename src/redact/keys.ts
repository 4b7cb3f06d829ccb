/** Private keys of several lines. */
import type { Finding } from "./finding.ts";
import { BETWEEN } from "./views.ts";

const BEGIN = /-----BEGIN ?(?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END ?(?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/;
const LINES = /(?:[\s\0|>→│:+-]{0,16}(?:\d{1,6}[\s|→│:]{1,8})?[A-Za-z0-9+/=]{40,})+/y;
/** A key of 8192 bits has 6400 characters; line numbers and escapes add some. */
const LONGEST = 20_000;

/**
 * Blocks from BEGIN to END, whatever is between the lines: numbers, quotes, diff marks. For a
 * truncated block, the lines that exist. The rule of secretlint requires the plain lines of an
 * unencrypted key, and an end.
 */
export function* privateKeys(text: string): Generator<Finding> {
  let done = 0;
  for (const { index, 0: head } of text.matchAll(BEGIN)) {
    if (index < done) continue;
    const from = index + head.length;
    const end = endOfKey(text, from);
    const body = (text.slice(from, end).match(/[A-Za-z0-9+/=]{16,}/g) ?? []).join("");
    if (body.length < 40 || new Set(body).size < 10) continue;
    done = end;
    yield { kind: "private-key", start: index, end, identity: `key ${body}`, exact: true };
  }
}

function endOfKey(text: string, from: number): number {
  const [block = ""] = text.slice(from, from + LONGEST).split(BETWEEN, 1);
  const end = END.exec(block);
  if (end) return from + end.index + end[0].length;
  LINES.lastIndex = from;
  return LINES.test(text) ? LINES.lastIndex : from;
}

/** The private half; the rest is public, and identifies the key. */
const PUTTY = /Private-Lines:[ \t]{0,4}\d{1,4}[ \t\r]{0,2}\n/g;

export function* puttyKeys(text: string): Generator<Finding> {
  let done = 0;
  for (const { index, 0: head } of text.matchAll(PUTTY)) {
    const start = index + head.length;
    if (start < done) continue;
    const [lines = ""] = text.slice(start, start + LONGEST).split(/\n[^\n]{0,16}Private-MAC|\0/, 1);
    const body = (lines.match(/[A-Za-z0-9+/=]{16,}/g) ?? []).join("");
    done = start + lines.length;
    if (body.length < 40) continue;
    yield { kind: "private-key", start, end: done, identity: `key ${body}`, exact: true };
  }
}
