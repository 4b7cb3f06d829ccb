/** Separate names and values: `name: X` above `value: Y`, attributes and elements of XML. */
import { isPhrase, isQuotedWord, isSettingsWord } from "./chosen.ts";
import { OF_SESSION } from "./cookies.ts";
import { looksLikePassword, looksLikeToken } from "./entropy.ts";
import { isOfSecret, isPasswordName } from "./names.ts";
import { LINE, type Setting } from "./settings.ts";

const REACH = 700;

/** Names such as `DB_PASSWORD`, `/shop/db_password`, `hibernate.connection.password`. */
const NAME = String.raw`(?<name>[\w./:-]{1,128})`;
const END = String.raw`[ \t]{0,8}\r?$`;

/** In lists that only settings have: of variables, of parameters. */
function isOfName(value: string, { groups = {} }: RegExpExecArray): boolean {
  const { name = "" } = groups;
  if (isPasswordName(name)) return isSettingsWord(value) || looksLikePassword(value, "quoted");
  return isOfSecret(name) && looksLikeToken(value, "quoted");
}

/** In JSON, which has lists of anything. */
function isOfMember(value: string, match: RegExpExecArray): boolean {
  const { name = "" } = match.groups ?? {};
  if (/^[A-Z][A-Z0-9_]+$/.test(name)) return isOfName(value, match);
  return isOfMarkup(value, match) || (OF_SESSION.test(name) && looksLikeToken(value, "quoted"));
}

/** XML and HTML also contain forms and messages. */
function isOfMarkup(value: string, { groups = {} }: RegExpExecArray): boolean {
  const { name = "" } = groups;
  if (/\s/.test(value)) return isPasswordName(name) && !/secret$/i.test(name) && isPhrase(value);
  if (isPasswordName(name)) return isQuotedWord(value) || looksLikePassword(value, "quoted");
  return isOfSecret(name) && looksLikeToken(value, "quoted");
}

/** Jenkins encloses encrypted values in braces. */
function isOfElement(value: string, match: RegExpExecArray): boolean {
  return isOfMarkup(value.replace(/^\{(.+)\}$/, "$1"), match);
}

const IN_JSON = {
  name: String.raw`["'](?:name|key|parameterKey|variable|field)[ \t]{0,8}["'][ \t]{0,4}:\s{0,8}["']${NAME}[ \t]{0,8}["']`,
  value: String.raw`["'](?:value|parameterValue)[ \t]{0,8}["'][ \t]{0,4}:\s{0,8}["'](?<quoted>[^"\0\n]{4,2048}?)[ \t]{0,8}["'](?=\s{0,40}[,}\]])`,
};
const IN_YAML = {
  name: String.raw`(?:name|key):[ \t]{1,8}["']?${NAME}["']?${END}`,
  value: String.raw`value:[ \t]{1,8}(?:"(?<quoted>[^"\0\n]{4,2048})"|["']?(?<bare>[^\s\0"']{4,2048})["']?)${END}`,
};
const NEXT = String.raw`\n${LINE}[ \t-]{1,40}`;

export const PAIRS: Setting[] = [
  {
    kind: "password",
    words: ["value"],
    reach: 2500,
    before: 300,
    form: new RegExp(String.raw`${IN_JSON.name}\s{0,40},\s{0,40}${IN_JSON.value}`, "gi"),
    isSecret: isOfMember,
  },
  {
    kind: "password",
    words: ["value"],
    reach: 2500,
    form: new RegExp(String.raw`${IN_JSON.value}(?=\s{0,40},\s{0,40}${IN_JSON.name})`, "gi"),
    isSecret: isOfMember,
  },
  {
    kind: "password",
    words: ["value:"],
    reach: 2500,
    before: 300,
    form: new RegExp(String.raw`(?<![\w.-])${IN_YAML.name}${NEXT}${IN_YAML.value}`, "gm"),
    isSecret: isOfName,
  },
  {
    kind: "password",
    words: ["value:"],
    reach: 2500,
    form: new RegExp(String.raw`(?<![\w.-])${IN_YAML.value}(?=${NEXT}${IN_YAML.name})`, "gm"),
    isSecret: isOfName,
  },
  {
    kind: "password", // { name: X, value: Y }
    words: ["value:"],
    reach: 2500,
    before: 300,
    form: new RegExp(
      String.raw`\{[ \t]{0,4}(?:name|key):[ \t]{1,4}["']?${NAME}["']?,[ \t]{0,4}value:[ \t]{1,4}["']?(?<bare>[^\s\0"',{}]{4,2048})["']?[ \t]{0,4}\}`,
      "g",
    ),
    isSecret: isOfName,
  },
  {
    kind: "password", // CloudFormation
    words: ["parametervalue="],
    reach: REACH,
    form: new RegExp(
      String.raw`ParameterKey=["']?${NAME}["']?,ParameterValue=["']?(?<bare>[^\s\0"',]{4,512})`,
      "g",
    ),
    isSecret: isOfName,
  },
  {
    kind: "password", // <add key="…" value="…"/>
    words: ["value="],
    reach: REACH,
    before: 300,
    form: new RegExp(
      String.raw`<[^<>\0\n]{0,200}(?<![\w-])(?:key|name)="${NAME}"[^<>\0]{0,200}?[ \t\n]value="(?<quoted>[^"<>\0\n]{4,4096})`,
      "gi",
    ),
    isSecret: isOfMarkup,
  },
  {
    kind: "password", // <password>…</password>, <property name="password">…</property>
    words: ["</"],
    reach: 64,
    before: 600,
    form: /<(?:(?:[\w-]{1,30}:)?(?<name>[\w.-]{0,60}(?:password|passphrase|passwd|pwd|secret|token|key))(?:[ \t][^<>\0\n]{0,100})?|(?!string\b)[\w-]{1,40}[ \t][^<>\0\n]{0,100}?(?:name|key)="(?<of>[\w.-]{1,100})"[^<>\0\n]{0,60})>\s{0,40}(?:<value>\s{0,40})?(?<quoted>[^<>\0\n]{4,500}?)[ \t]{0,8}(?=<\/)/gi,
    isSecret: (value, match) => isOfElement(value, withName(match)),
  },
  {
    kind: "password", // property lists of macOS
    words: ["<key>"],
    reach: REACH,
    form: new RegExp(
      String.raw`<key>${NAME}</key>\s{0,40}<string>(?<quoted>[^<>\0\n]{4,500})`,
      "g",
    ),
    isSecret: isOfMarkup,
  },
  {
    kind: "password", // FileZilla
    words: ["<pass"],
    reach: REACH,
    form: /<Pass encoding="base64">([A-Za-z0-9+/]{4,512}={0,2})/g,
    isSecret: () => true,
  },
  {
    kind: "api-key", // web.config
    words: ["<machinekey"],
    reach: REACH,
    form: /(?<=<machineKey[^<>\0]{0,300})(?:validation|decryption)Key="([0-9A-F]{32,256})/gi,
    isSecret: () => true,
  },
];

/** An element is named by its tag, or by an attribute. */
function withName(match: RegExpExecArray): RegExpExecArray {
  const { groups = {} } = match;
  return Object.assign(match, { groups: { ...groups, name: groups.name ?? groups.of ?? "" } });
}
