/** What `segue search` is asked for, as its user writes it. */
import { SegueError } from "../errors.ts";
import { searchable } from "./text.ts";

export interface Query {
  /** Words for the index; null when there are none, only conditions. */
  words: string | null;
  /** Each in the index's language: sessions must have an entry that meets it. */
  conditions: string[];
  agent?: string;
  cwd?: string;
  since?: string;
}

interface Term {
  not: boolean;
  /** The part before a colon that is one of `KEYS`; null for a word. */
  key: string | null;
  text: string;
  prefix: boolean;
}

/** What a condition looks at. */
const COLUMN: { [key: string]: string } = { tool: "tool", file: "path", title: "title" };
const KEYS = new Set(["agent", "cwd", "since", ...Object.keys(COLUMN)]);

/**
 * Words, "phrases", prefixes (`conv*`), -words, alternatives (`a OR b`), and conditions: `agent:`,
 * `cwd:`, `since:`, `tool:`, `file:`, `title:`.
 * @throws SegueError when there is nothing to look for.
 */
export function parseQuery(text: string): Query {
  const query: Query = { words: null, conditions: [] };
  const groups: string[][] = [[]];
  const without: string[] = [];
  for (const term of termsOf(text)) {
    const { key, not } = term;
    if (key === "agent" || key === "cwd" || key === "since") query[key] = term.text;
    else if (key !== null && !not) query.conditions.push(`{${COLUMN[key]}} : ${phrase(term)}`);
    else if (isOr(term)) groups.push([]);
    else if (not) without.push(key === null ? phrase(term) : `{${COLUMN[key]}} : ${phrase(term)}`);
    else groups.at(-1)?.push(phrase(term));
  }
  const wanted = groups.filter((words) => words.length > 0).map((words) => words.join(" AND "));
  const some = wanted.map((words) => `(${words})`).join(" OR ");
  if (some !== "") query.words = [`(${some})`, ...without].join(" NOT ");
  const isEmpty = some === "" && query.conditions.length === 0;
  if (isEmpty && (query.agent ?? query.cwd ?? query.since) === undefined) {
    throw new SegueError("usage", "there is nothing to look for", {
      hint: 'for example: segue search "connection refused" agent:codex since:2d',
    });
  }
  return query;
}

function isOr({ text, key, not, prefix }: Term): boolean {
  return text === "OR" && key === null && !not && !prefix;
}

/** Quotes do not have to end. */
function termsOf(text: string): Term[] {
  const pattern = /(-?)(?:([a-z]+):)?(?:"([^"]*)(?:"|$)|([^\s"]+))(\*?)/g;
  return [...text.matchAll(pattern)].flatMap((match): Term[] => {
    const [, minus = "", name = "", quoted, bare = "", star = ""] = match;
    const key = KEYS.has(name) ? name : null;
    const said = quoted ?? bare.replace(/\*$/, "");
    const whole = key === null && name !== "" ? `${name}:${said}` : said;
    if (!/[\p{L}\p{N}]/u.test(whole) && key !== "cwd") return [];
    const prefix = star !== "" || (quoted === undefined && bare.endsWith("*"));
    return [{ not: minus !== "", key, text: whole, prefix }];
  });
}

/** In quotes nothing is an operator: the index cuts it into words, as it did with the texts. */
function phrase({ text, prefix }: Term): string {
  return `"${searchable(text).trim().replaceAll('"', '""')}"${prefix ? "*" : ""}`;
}
