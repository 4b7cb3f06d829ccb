/**
 * Which parts of a text may appear in a Markdown page. The page's structure is its own: in a
 * session's text, emphasis, lists, quotations, tables, code and plain links stay; nothing in it
 * becomes a heading, HTML, a definition, an image that would be loaded, or a link that runs
 * something.
 *
 * Whether a backslash is shown depends on what a reader considers code. If that is in doubt, one
 * too many is shown, and nothing gets through.
 */

/** In one line, with every sign shown literally. */
export function markdownText(text: string): string {
  return text.replace(/[\\`*_[\]<>#|~&!]/g, "\\$&");
}

/** In a fence that nothing in it can end. */
export function fenced(text: string, info = "text"): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${info}\n${text.replace(/\n$/, "")}\n${fence}`;
}

/** Text that is Markdown itself, from a person or a model. */
export function markdownProse(text: string): string {
  const out: string[] = [];
  const lines = text.split("\n");
  const hasTable = lines.some((line) => TABLE.test(line));
  for (let i = 0; i < lines.length; i++) {
    const fence = fenceAt(lines, i);
    if (fence) {
      // Some readers consider a fence right below a paragraph part of it.
      if ((out.at(-1) ?? "") !== "") out.push("");
      out.push(...fence.lines);
      if ((lines[fence.last + 1] ?? "") !== "") out.push("");
      i = fence.last;
    } else out.push(proseLine(lines[i] ?? "", hasTable));
  }
  return out.join("\n");
}

interface Fence {
  lines: string[];
  last: number;
}

/**
 * Code between fences, rewritten at the start of the line: there, every reader considers it code,
 * whatever it was nested in. Code without an end continues to the end of the text.
 */
function fenceAt(lines: readonly string[], at: number): Fence | null {
  const [, indent = "", ticks = "", rest = ""] =
    /^([ \t]*)(`{3,}|~{3,})(.*)$/.exec(lines[at] ?? "") ?? [];
  if (ticks === "" || (ticks.startsWith("`") && rest.includes("`"))) return null;
  const ends = new RegExp(`^[ \\t]*${ticks[0]}{${ticks.length},}[ \\t]*$`);
  let end = at + 1;
  while (end < lines.length && !ends.test(lines[end] ?? "")) end++;
  const inner = lines.slice(at + 1, end).map((line) => dedented(line, indent));
  const [info = ""] = /^[\w+#.-]*/.exec(rest.trim()) ?? [];
  return { lines: fenced(inner.join("\n"), info).split("\n"), last: end };
}

function dedented(line: string, indent: string): string {
  return line.startsWith(indent) ? line.slice(indent.length) : line.trimStart();
}

/** Marks of quotations and lists that a line may be nested in. */
const WITHIN = String.raw`^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])[\s>]+)*`;
const HEADING = new RegExp(`(${WITHIN})(#{1,6}(?:\\s|$))`);
/** A line of these makes a heading of the line above it. */
const UNDERLINE = /^([\s>]*)(=+|-+)\s*$/;

/** Makes a table of the lines around it. In a table, a bar ends a cell, and with it any code. */
const TABLE = /^[\s>]*[-:|\s]*-[-:|\s]*$/;

function proseLine(line: string, hasTable: boolean): string {
  const [, before, rule] = UNDERLINE.exec(line) ?? [];
  if (rule !== undefined) return `${before}\\${rule}`;
  const [, lead = "", heading] = HEADING.exec(line) ?? [];
  if (heading !== undefined)
    return `${inline(lead, hasTable)}\\${inline(line.slice(lead.length), hasTable)}`;
  return inline(line, hasTable);
}

/** Where a link may lead: to the web, to a mailbox, to a nearby file. */
const TARGET =
  /^\((?:https?:\/\/[^\s<>()\\`]*|mailto:[\w.@+-]*|(?:\.{0,2}\/)*[\w-][\w./-]*)?(?:#[\w-]*)?(?:[ \t]+"[^"<>&\\`]*")?\)/i;

/**
 * One token of a line: an escape, a run of backticks, a sign that may have a meaning, or plain
 * text.
 */
const TOKEN = /\\[!-/:-@[-`{-~]|`+|[<&!\]]|\s+|[^\\`<&!\]\s]+|\\/g;

/**
 * What readers turn into a link themselves, up to the next space: nothing in it is code to them.
 */
const ADDRESS = /https?:|www\.|mailto:|xmpp:|@/i;

function inline(line: string, hasTable: boolean): string {
  let out = "";
  let isAddress = false;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(line); match; match = TOKEN.exec(line)) {
    const [token] = match;
    const link = token === "<" && !isAddress ? autolinkAt(line, match.index) : null;
    if (link !== null) {
      out += link;
      isAddress = true;
      TOKEN.lastIndex = match.index + link.length;
      continue;
    }
    const end = match.index + token.length;
    const mayBeCode = token.startsWith("`") && !isAddress;
    const span = mayBeCode ? codeSpan(line, match.index, token) : null;
    const isWhole = span !== null && !(hasTable && span.includes("|"));
    if (isWhole) TOKEN.lastIndex = match.index + span.length;
    isAddress = !/^\s/.test(token) && (isAddress || ADDRESS.test(token));
    out += isWhole
      ? span
      : sign(token, line[match.index - 1] ?? "", line.slice(end, end + LONGEST));
  }
  return out;
}

/** `<https://…>` with only characters of addresses; null if there is none. */
const AUTOLINK = /<https?:\/\/[A-Za-z0-9][\w./?=&%#:+,@~-]{0,2000}>/y;

function autolinkAt(line: string, at: number): string | null {
  AUTOLINK.lastIndex = at;
  return AUTOLINK.exec(line)?.[0] ?? null;
}

/** No target is longer. */
const LONGEST = 4096;

/**
 * Code in a line, up to the same number of backticks as at its beginning; null if they are missing.
 */
function codeSpan(line: string, at: number, ticks: string): string | null {
  const runs = line.slice(at + ticks.length).matchAll(/`+/g);
  for (const { index, 0: run } of runs) {
    if (run.length === ticks.length) return line.slice(at, at + index + 2 * ticks.length);
  }
  return null;
}

function sign(token: string, before: string, rest: string): string {
  if (token.startsWith("`")) return token.replaceAll("`", "\\`");
  switch (token) {
    case "\\<":
      return "&lt;";
    case "<":
      // In an address, a backslash would be part of it.
      return /^\s?$/.test(before) ? "\\<" : "&lt;";
    case "&":
      return /^#?\w{1,32};/.test(rest) ? "\\&" : token;
    case "!":
      return rest.startsWith("[") ? "\\!" : token;
    case "]":
      return closing(rest);
    default:
      return token;
  }
}

/** A target or a definition may follow it. */
function closing(rest: string): string {
  if (rest.startsWith(":")) return "\\]";
  return rest.startsWith("(") && !TARGET.test(rest) ? "]\\" : "]";
}
