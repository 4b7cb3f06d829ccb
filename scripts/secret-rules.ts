/**
 * Generates src/redact/gitleaks.ts from the rules of gitleaks
 * (https://github.com/gitleaks/gitleaks, MIT): the forms of the keys and tokens of some hundred and
 * fifty providers.
 *
 *     node scripts/secret-rules.ts path/to/gitleaks/config/gitleaks.toml VERSION
 *
 * gitleaks' patterns are RE2 patterns. What differs in the JavaScript of Node 22 is translated:
 * case-insensitive letters for `(?i)`, names of groups and POSIX classes, ends of text.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, type TomlValue } from "smol-toml";
import { bothCases } from "./regex.ts";

const ROOT = join(import.meta.dirname, "..");
const OUT = join(ROOT, "src/redact/gitleaks.ts");

/** Left out, and why. */
const LEFT_OUT: { [reason: string]: string[] } = {
  "names of accounts and apps, and public keys, which are no secrets": [
    "adobe-client-id",
    "asana-client-id",
    "bitbucket-client-id",
    "discord-client-id",
    "flutterwave-public-key",
    "linkedin-client-id",
    "lob-pub-api-key",
    "looker-client-id",
    "mailgun-pub-key",
    "mapbox-api-token",
    "messagebird-client-id",
    "new-relic-browser-api-token",
    "plaid-client-id",
    "sendbird-access-id",
    "sumologic-access-id",
  ],
  "our own rules find more of them, or find them in less time": [
    "aws-amazon-bedrock-api-key-short-lived",
    "azure-ad-client-secret",
    "curl-auth-header",
    "curl-auth-user",
    "generic-api-key",
    "jwt",
    "kubernetes-secret-yaml",
    "nuget-config-password",
    "private-key",
  ],
  "these look at the names of files, which a session has no use for": [
    "freemius-secret-key",
    "hashicorp-tf-password",
    "pkcs12-file",
  ],
  "these match what is no secret: git hashes, zeros in base64": [
    "sourcegraph-access-token",
    "square-access-token",
  ],
  "secretlint's rule is as good, and knows examples": ["aws-access-token"],
};

/** For keywords, if gitleaks requires the provider's name in addition. */
const WORDS: { [id: string]: string[] } = { "airtable-personnal-access-token": ["pat"] };

/** How gitleaks joins a provider's name and a value. */
const BEFORE_NAME = /^(?:\[\\w\.-\]\{0,50\}\?)?(?:\(\?i\)|\(\?i:)\[\\w\.-\]\{0,50\}\?/;
const AFTER_NAME = String.raw`(?:[ \t\w.-]{0,20})[\s'"]{0,3}`;
const JOIN = String.raw`(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}`;
/** What must follow a value: stricter than in gitleaks, for texts that are not source code. */
const END = String.raw`(?:[\x60'"\s;]|\\[nr]|$)`;
const ENDED = String.raw`(?!\w)`;
/** A letter that ends a value is not part of it. */
const LAST = /\(\?:(\[\^[^\]]+\]\|\\z)\)$/;

interface Rule {
  kind: string;
  /** One of these, in small letters, occurs wherever the pattern matches. */
  words: string[];
  form: string;
  entropy: number;
  /** Only the name identifies the provider; the form of the value does not. */
  isVague: boolean;
}

interface Upstream {
  id: string;
  regex: string;
  entropy: number;
  keywords: string[];
}

function rulesIn(toml: string): Upstream[] {
  const { rules } = parse(toml);
  if (!Array.isArray(rules)) throw new Error("there are no rules");
  const left = new Set(Object.values(LEFT_OUT).flat());
  const all = rules.map(upstream);
  const ids = new Set(all.map(({ id }) => id));
  for (const id of left) if (!ids.has(id)) throw new Error(`there is no rule ${id} any more`);
  return all.filter(({ id }) => !left.has(id));
}

function upstream(rule: TomlValue): Upstream {
  if (typeof rule !== "object" || Array.isArray(rule) || rule instanceof Date) {
    throw new Error("a rule is no table");
  }
  const { id, regex = "", entropy = 0, keywords = [] } = rule;
  if (typeof id !== "string" || typeof regex !== "string" || typeof entropy !== "number") {
    throw new Error(`rule ${String(id)} is not as expected`);
  }
  const words = Array.isArray(keywords) ? keywords.filter((word) => typeof word === "string") : [];
  return { id, regex, entropy, keywords: words };
}

function converted({ id, regex, entropy, keywords }: Upstream): Rule {
  const named = namedParts(regex);
  const plain = regex.replaceAll(END, ENDED).replace(LAST, "(?=$1)");
  const form = named ? named.form : plain;
  const bounded = /^\(*\\b|^\(\?[:!<]/.test(form) ? form : `(?<![A-Za-z0-9])${form}`;
  return {
    kind: id.slice(0, 40),
    words: WORDS[id] ?? keywords,
    form: bothCases(named ? form : bounded),
    entropy,
    isVague: named?.isVague ?? false,
  };
}

/** A rule with a name and a value, without the letters before the name, which only cost time. */
function namedParts(regex: string): { form: string; isVague: boolean } | null {
  const opened = regex.match(BEFORE_NAME)?.[0];
  if (opened === undefined) return null;
  const inner = regex.slice(opened.length).replace(`${AFTER_NAME})`, AFTER_NAME);
  const [names = "", rest] = inner.split(AFTER_NAME, 2);
  if (rest === undefined) throw new Error(`unlike the other rules with a name: ${regex}`);
  const value = rest.replace(JOIN, "").replaceAll(END, ENDED);
  const isScoped = opened.endsWith("(?i:");
  const form = isScoped
    ? `(?i:${names})${AFTER_NAME}${JOIN}${value}`
    : `(?i)${names}${AFTER_NAME}${JOIN}${value}`;
  return { form, isVague: isVagueValue(value) };
}

/** One class of letters, or a UUID: anything could match. */
function isVagueValue(value: string): boolean {
  return /^\((?:\(\?:[^)]+\)\?)?(?:\[[^\]]+\]\{[\d,]+\}-?)+\)/.test(value);
}

function lineOf({ kind, words, form, entropy, isVague }: Rule): string {
  new RegExp(form, "g");
  const parts = [kind, words, form, entropy, ...(isVague ? [true] : [])];
  return `  [${parts.map((part) => JSON.stringify(part)).join(", ")}],`;
}

function document(rules: readonly Rule[], version: string): string {
  return `/**
 * The rules of gitleaks ${version}, generated by scripts/secret-rules.ts; do not edit.
 * Copyright (c) 2019 Zachary Rice, MIT: see THIRD-PARTY-NOTICES.md.
 */

/** Kind, keywords (every match contains one), form, minimum entropy, and whether only the name identifies it. */
export type GitleaksRule = readonly [
  kind: string,
  words: readonly string[],
  form: string,
  entropy: number,
  isVague?: true,
];

export const GITLEAKS: readonly GitleaksRule[] = [
${rules.map(lineOf).join("\n")}
];
`;
}

const [path, version] = process.argv.slice(2);
if (path === undefined || version === undefined) {
  console.error("usage: node scripts/secret-rules.ts path/to/config/gitleaks.toml VERSION");
  process.exit(2);
}
const rules = rulesIn(readFileSync(path, "utf8")).map(converted);
writeFileSync(OUT, document(rules, version));
console.log(`${rules.length} rules of gitleaks ${version}`);
