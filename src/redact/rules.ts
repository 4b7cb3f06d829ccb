/** Our own rules, for what the providers' rules leave out or cover less well. */
import { addresses, IN_ADDRESSES } from "./addresses.ts";
import { commands } from "./commands.ts";
import { cookies } from "./cookies.ts";
import { DAEMONS } from "./daemons.ts";
import { looksLikePassword, looksLikeToken, type Standing } from "./entropy.ts";
import { FALLBACKS } from "./fallbacks.ts";
import { FILES } from "./files.ts";
import { type Finding, finding, isPair } from "./finding.ts";
import { formed } from "./forms.ts";
import { privateKeys, puttyKeys } from "./keys.ts";
import { manifests } from "./manifests.ts";
import { MNEMONICS } from "./mnemonics.ts";
import { isAssignment, kindOf, PAGING, PASSWORDS, TOKENS } from "./names.ts";
import { PAIRS } from "./pairs.ts";
import { PASSWORDS as CHOSEN } from "./passwords.ts";
import { Settings } from "./settings.ts";
import { SHELLS } from "./shells.ts";
import { tables } from "./tables.ts";

const SETTINGS = new Settings([
  ...FILES,
  ...DAEMONS,
  ...IN_ADDRESSES,
  ...CHOSEN,
  ...PAIRS,
  ...SHELLS,
  ...FALLBACKS,
  ...MNEMONICS,
]);

/** Everything that our own rules find in a text. */
export function ownFindings(text: string): Finding[] {
  return [
    ...privateKeys(text),
    ...formed(text),
    ...credentials(text),
    ...addresses(text),
    ...assignments(text),
    ...commands(text),
    ...SETTINGS.search(text),
    ...cookies(text),
    ...manifests(text),
    ...puttyKeys(text),
    ...tables(text),
  ];
}

const HEADER =
  /((?<!\w)(?:proxy-)?authorization[ \t]{0,8}["'`]?\]?[ \t]{0,8}(?::|=>?|,)[ \t]{0,8}["'`]?(?:(bearer|basic|token|apikey)[ \t]{1,8})?)([\w.~+/=:-]{8,16384})/gi;
const BEARER = /((?<!\w)bearer[ \t]{1,8})([\w.~+/=-]{12,16384})/gi;

/** `Authorization: Basic …` and `Bearer …`. */
function* credentials(text: string): Generator<Finding> {
  for (const { index, 1: before = "", 2: scheme, 3: word = "" } of text.matchAll(HEADER)) {
    const isSecret =
      scheme?.toLowerCase() === "basic" ? isPair(word) : looksLikeToken(word, "quoted");
    if (isSecret) yield finding("authorization", index + before.length, word);
  }
  for (const { index, 1: before = "", 2: word = "" } of text.matchAll(BEARER)) {
    if (looksLikeToken(word, "quoted")) yield finding("authorization", index + before.length, word);
  }
}

/** How a name and its value are joined in JSON, YAML, shells, code, Markdown, XML and calls. */
const JOIN = String.raw`[ \t]{0,8}["'\`*]{0,2}[\])]?[ \t]{0,8}(?::=|=>|={1,3}|:[ \t]{0,4}(?:string|str)[ \t]{0,4}=|[:>,]|(?<=[ \t])is[ \t]{0,2}:?(?=[ \t]))[ \t]{0,8}`;
/** `--password VALUE`. */
const OPTION = String.raw`(?<=(?<![\w-])--?(?:[a-z0-9]{1,20}[-_.]){0,4}[a-z]{1,20})[ \t]{1,4}`;
const QUOTED = "([\"'`])([^\\s\\0\"'`]{8,8192})[ \\t]{0,8}[\"'`]";
/** Enough to judge a word by; it is then extended to its end. */
const UNQUOTED = "([^\\s\\0\"'`,;&|<>]{8,512})";
const REST = /[^\s\0"'`,;&|<>]*/y;
const ASSIGNMENT = new RegExp(
  `((${PASSWORDS})|${TOKENS})(${JOIN}|${OPTION})(?:${QUOTED}|${UNQUOTED})`,
  "gi",
);
/** A value that is assigned to a name of secrets. */
function* assignments(text: string): Generator<Finding> {
  ASSIGNMENT.lastIndex = 0;
  for (;;) {
    const at = ASSIGNMENT.lastIndex;
    const match = ASSIGNMENT.exec(text);
    if (!match) return;
    const found = assigned(match, text, at);
    // A value that is not a secret may contain one.
    ASSIGNMENT.lastIndex = found?.end ?? match.index + (match[1] ?? "").length;
    if (found) yield found;
  }
}

function assigned(match: RegExpExecArray, text: string, from: number): Finding | null {
  const [all, name = "", password, join = "", quote = "", quoted, bare = ""] = match;
  const before = text.slice(Math.max(from, match.index - 64), match.index);
  const standing = standingOf({ before, name, join, quote });
  if (standing === null) return null;
  // For an unquoted value, the end of a sentence or a bracket is not part of it.
  const value = quoted ?? bare.replace(/[.:)\]}]+$/, "");
  const isSecret = password === undefined ? looksLikeToken : looksLikePassword;
  // "The key is *rsa.PrivateKey": a description.
  if (join.trim().startsWith("is") && !/^\w/.test(value)) return null;
  if (isAssignment(value) || !isSecret(value, standing)) return null;
  const start = match.index + all.indexOf(value, name.length + join.length);
  const kind = password === undefined ? kindOf(name) : "password";
  return finding(kind, start, quoted ?? value + restOf(text, start + value.length, bare, value));
}

function restOf(text: string, end: number, judged: string, value: string): string {
  if (judged.length < 512 || judged !== value) return "";
  REST.lastIndex = end;
  return REST.exec(text)?.[0] ?? "";
}

interface Place {
  /** What precedes the name, including its own first half. */
  before: string;
  name: string;
  join: string;
  quote: string;
}

/** null if it is not an assignment. */
function standingOf({ before, name, join, quote }: Place): Standing | null {
  const [lead = ""] = /[\w.-]*$/.exec(before) ?? [];
  if (PAGING.test(lead) && /^token$/i.test(name)) return null;
  const sign = join.trim();
  if (sign === ">" && !before.slice(0, before.length - lead.length).endsWith("<")) return null;
  if (sign.endsWith(",") && (quote === "" || sign === ",")) return null;
  if (quote !== "") return "quoted";
  return join === "=" || sign === "" || sign === ">" ? "set" : "bare";
}
