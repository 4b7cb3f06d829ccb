/**
 * What of a text may stand in a Markdown page. The page's structure is its own: of a session's text,
 * emphasis, lists, quotations, tables, code and plain links are left; nothing in it is a heading, HTML,
 * a definition, a picture that would be fetched, or a link that runs something.
 *
 * Whether a backslash is shown depends on what a reader takes for code. Where that is in doubt, one too
 * many is shown, and nothing gets through.
 */

/** In one line, and where it stands for itself. */
export function markdownText(text: string): string {
  return text.replace(/[\\`*_[\]<>#|~&!]/g, "\\$&");
}

/** In a fence that nothing in it can end. */
export function fenced(text: string, info = "text"): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${info}\n${text.replace(/\n$/, "")}\n${fence}`;
}

/** Text that is Markdown itself, of a person or a model. */
export function markdownProse(text: string): string {
  const out: string[] = [];
  const lines = text.split("\n");
  const hasTable = lines.some((line) => TABLE.test(line));
  for (let i = 0; i < lines.length; i++) {
    const fence = fenceAt(lines, i);
    if (fence) {
      // Some readers take a fence right below a paragraph for a part of it.
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
 * Code between fences, written anew at the start of the line: there it is code for every reader,
 * whatever it stood in. One without an end goes to the end of the text.
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

/** Marks of quotations and lists, in which a line may stand. */
const WITHIN = String.raw`^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])[\s>]+)*`;
const HEADING = new RegExp(`(${WITHIN})(#{1,6}(?:\\s|$))`);
/** A line of these makes a heading of the one above it. */
const UNDERLINE = /^([\s>]*)(=+|-+)\s*$/;

/** What makes a table of the lines around it. In one, a bar ends a cell, and code in it with it. */
const TABLE = /^[\s>]*[-:|\s]*-[-:|\s]*$/;

function proseLine(line: string, hasTable: boolean): string {
  const [, before, rule] = UNDERLINE.exec(line) ?? [];
  if (rule !== undefined) return `${before}\\${rule}`;
  const [, lead = "", heading] = HEADING.exec(line) ?? [];
  if (heading !== undefined)
    return `${inline(lead, hasTable)}\\${inline(line.slice(lead.length), hasTable)}`;
  return inline(line, hasTable);
}

/** Where a link may lead: to the web, to a mailbox, to a place near by. */
const TARGET =
  /^\((?:https?:\/\/[^\s<>()\\`]*|mailto:[\w.@+-]*|(?:\.{0,2}\/)*[\w-][\w./-]*)?(?:#[\w-]*)?(?:[ \t]+"[^"<>&\\`]*")?\)/i;

/** One token of a line: an escape, a run of backticks, a sign that may begin something, or what is plain. */
const TOKEN = /\\[!-/:-@[-`{-~]|`+|[<&!\]]|\s+|[^\\`<&!\]\s]+|\\/g;

/** What readers make a link of by themselves, up to the next space: nothing in it is code to them. */
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

/** `<https://…>` of nothing but what addresses are made of; null where there is none. */
const AUTOLINK = /<https?:\/\/[A-Za-z0-9][\w./?=&%#:+,@~-]{0,2000}>/y;

function autolinkAt(line: string, at: number): string | null {
  AUTOLINK.lastIndex = at;
  return AUTOLINK.exec(line)?.[0] ?? null;
}

/** A target is no longer. */
const LONGEST = 4096;

/** Code in a line, up to as many backticks as it begins with; null where there are none. */
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
      // Of an address, a backslash would be a part.
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

/** After it, a target or a definition may follow. */
function closing(rest: string): string {
  if (rest.startsWith(":")) return "\\]";
  return rest.startsWith("(") && !TARGET.test(rest) ? "]\\" : "]";
}
