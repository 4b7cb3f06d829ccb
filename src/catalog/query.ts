/** The query of `segue search`. */
import { SegueError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { KINDS, type Kind, searchable } from "./text.ts";

/** Consecutive words; `prefix`: the last one is the beginning of a word. */
export interface Phrase {
  text: string;
  prefix: boolean;
}

/** Alternatives, each of which requires all its phrases; and what is excluded. */
export interface Words {
  some: Phrase[][];
  without: Phrase[];
}

/** Sessions must have, or must not have, a text of this kind with these contents. */
export interface Condition extends Phrase {
  kind: Kind;
  not: boolean;
}

export interface Query {
  /** Must match within one text; null if there are only conditions. */
  words: Words | null;
  conditions: Condition[];
  /** The kinds of text in which the words are searched. */
  kinds: readonly Kind[];
  agent?: string;
  cwd?: string;
  since?: string;
}

interface Term extends Phrase {
  not: boolean;
  /** The part before a colon that is one of `KEYS`; null for a word. */
  key: string | null;
}

/** What a condition is about. */
const CONDITIONS: ReadonlyMap<string, Kind> = new Map([
  ["tool", "tool"],
  ["file", "file"],
  ["title", "title"],
]);
const KEYS = new Set(["agent", "cwd", "since", "in", ...CONDITIONS.keys()]);

/**
 * Words, "phrases", prefixes (`conv*`), -words, alternatives (`a OR b`), and conditions: `in:`,
 * `agent:`, `cwd:`, `since:`, `tool:`, `file:`, `title:`.
 * @throws SegueError if there is nothing to search for.
 */
export function parseQuery(text: string): Query {
  const terms = termsOf(text);
  const query: Query = { words: wordsOf(terms), conditions: [], kinds: kindsOf(terms) };
  for (const { key, not, text: said, prefix } of terms) {
    const kind = CONDITIONS.get(key ?? "");
    if (key === "agent" || key === "cwd" || key === "since") query[key] = said;
    else if (kind) query.conditions.push({ kind, not, text: said, prefix });
  }
  const isEmpty = query.words === null && query.conditions.every(({ not }) => not);
  if (isEmpty && (query.agent ?? query.cwd ?? query.since) === undefined) {
    throw new SegueError("usage", "there is nothing to search for", {
      hint: 'for example: segue search "connection refused" agent:codex since:2d',
    });
  }
  return query;
}

function wordsOf(terms: readonly Term[]): Words | null {
  const groups: Phrase[][] = [[]];
  const without: Phrase[] = [];
  for (const term of terms) {
    if (term.key !== null) continue;
    const { text, prefix } = term;
    if (isOr(term)) groups.push([]);
    else if (term.not) without.push({ text, prefix });
    else groups.at(-1)?.push({ text, prefix });
  }
  const some = groups.filter((phrases) => phrases.length > 0);
  return some.length === 0 ? null : { some, without };
}

function kindsOf(terms: readonly Term[]): readonly Kind[] {
  const named = terms
    .filter(({ key }) => key === "in")
    .map(({ not, text }) => ({ not, kind: kindNamed(text) }));
  const wanted = named.filter(({ not }) => !not).map(({ kind }) => kind);
  const unwanted = new Set(named.filter(({ not }) => not).map(({ kind }) => kind));
  return KINDS.filter(
    (kind) => (wanted.length === 0 || wanted.includes(kind)) && !unwanted.has(kind),
  );
}

function kindNamed(name: string): Kind {
  const kind = KINDS.find((each) => each === name.toLowerCase());
  if (kind) return kind;
  throw new SegueError("usage", `in:${name} is not a kind of text`, {
    hint: `use one of ${KINDS.map((each) => `in:${each}`).join(", ")}`,
  });
}

/**
 * In the index's query language. Nothing inside quotes is an operator: the index splits it into
 * words as it does with texts.
 */
export function expression({ some, without }: Words): string {
  const wanted = some.map((phrases) => `(${phrases.map(quoted).join(" AND ")})`).join(" OR ");
  return [`(${wanted})`, ...without.map(quoted)].join(" NOT ");
}

function quoted({ text, prefix }: Phrase): string {
  return `"${searchable(text).trim().replaceAll('"', '""')}"${prefix ? "*" : ""}`;
}

function isOr({ text, key, not, prefix }: Term): boolean {
  return text === "OR" && key === null && !not && !prefix;
}

/** @throws SegueError for an unclosed quote, and for an unknown key. */
function termsOf(text: string): Term[] {
  if ((text.match(/"/g)?.length ?? 0) % 2 === 1) {
    throw new SegueError("usage", "the query has an opening quote without a closing one", {
      hint: "for example: segue search '\"connection refused\"'",
    });
  }
  const pattern = /(-?)(?:([A-Za-z]+):)?(?:"([^"]*)"|([^\s"]+))(\*?)/g;
  return [...text.matchAll(pattern)].flatMap((match): Term[] => {
    const [, minus = "", name = "", quoted, bare = "", star = ""] = match;
    const key = KEYS.has(name.toLowerCase()) ? name.toLowerCase() : null;
    const said = quoted ?? bare.replace(/\*$/, "");
    if (key === null) refuseKey(name, said);
    const whole = key === null && name !== "" ? `${name}:${said}` : said;
    if (!/[\p{L}\p{N}]/u.test(whole) && key !== "cwd") return [];
    const prefix = star !== "" || (quoted === undefined && bare.endsWith("*"));
    return [{ not: minus !== "", key, text: whole, prefix }];
  });
}

/** Drives (`C:\x`), addresses, ports and places in files (`http://…`, `localhost:80`) are text. */
function refuseKey(name: string, value: string): void {
  if (name.length < 2 || !/^[\p{L}\p{N}"]/u.test(value) || /^\d+(?!\p{L})/u.test(value)) return;
  const all = `use one of ${[...KEYS].map((key) => `${key}:`).join(", ")}`;
  throw new SegueError("usage", `unknown key "${name}:" in the query`, {
    hint: `${didYouMean(name, [...KEYS]) ?? all} (to search for the text, quote it: '"${name}:${value}"')`,
  });
}
