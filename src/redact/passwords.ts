/**
 * Passwords that look like ordinary words, in assignments whose form only settings have. In prose
 * and in the types of code, the same words stay.
 */
import { isPhrase, isQuotedWord, isSettingsPhrase, isSettingsWord } from "./chosen.ts";
import { looksLikePassword, looksLikeToken } from "./entropy.ts";
import { isOfSecret, isPasswordName } from "./names.ts";
import { LINE, QUOTED, type Setting } from "./settings.ts";

const WORDS = ["passw", "passphrase", "passcode", "_pass", "pwd"];
const WORDS_AND_SECRETS = [...WORDS, "secret"];
const REACH = 700;
/** How much of the text around a line is checked for signs of settings. */
const AROUND = 700;

const BARE = "(?<bare>[^\\s\\0\"'`;&|<>]{4,512})";

/** `SHOW_PASSWORD=always` */
const ABOUT_PASSWORDS =
  /(?:^|_)(?:reset|forgot|change|show|hide|require[ds]?|allow|has|is|no|use|enable|disable|update|verify|confirm|check|invalid|wrong|missing|empty|random|min|max|field|label|type|error)_(?:\w+_)?(?:password|passwd|pwd|pass|secret)$/i;

/** `DB_PASSWORD`, and not `SHOW_PASSWORD`. */
export function isChosenIn(name: string): boolean {
  return isPasswordName(name) && !ABOUT_PASSWORDS.test(name);
}

/** The value between quotes, or unquoted, after a name in capitals. */
function isOfVariable(value: string, { groups = {} }: RegExpExecArray): boolean {
  const { name = "", quote, quoted } = groups;
  if (!isPasswordName(name)) return isOfSecret(name) && looksLikeToken(value, "set");
  // Command substitutions of a shell.
  if (quote === "`") return false;
  if (ABOUT_PASSWORDS.test(name)) return looksLikePassword(value, "quoted");
  if (quoted !== undefined && /[\s"'`\\]/.test(value)) return isSettingsPhrase(value);
  return isSettingsWord(value.replace(/[.)\]}]+$/, "")) || looksLikePassword(value, "set");
}

/** Small letters or capitals, in JSON, YAML, TOML and code. */
function isQuoted(value: string, { groups = {} }: RegExpExecArray): boolean {
  const { name = "" } = groups;
  if (!isChosenIn(name)) return false;
  if (/\s/.test(value)) return isPhrase(value);
  // Kubernetes and Helm use this for the name of a secret.
  if (/secret$/i.test(name)) return false;
  return isQuotedWord(value) || (/["'`\\]/.test(value) && looksLikePassword(value, "quoted"));
}

const SAME_LINE =
  /(?:server|data source|host(?:name)?|user id|uid|user(?:name)?|initial catalog|database|db(?:name)?)[ \t]{0,2}=[ \t]{0,2}[^\s;=]/i;

/** In a connection string: user and host are in the same line. */
function isOfConnection(value: string, { 0: all, input, index }: RegExpExecArray): boolean {
  const before =
    input
      .slice(Math.max(0, index - 300), index)
      .split(/[\n\0]/)
      .at(-1) ?? "";
  const [after = ""] = input.slice(index + all.length, index + all.length + 300).split(/[\n\0]/, 1);
  return isSettingsWord(value) && (SAME_LINE.test(before) || SAME_LINE.test(after));
}

const NUMBERED = /^[+ -]?(?:[ \t]{0,8}\d{1,6}(?:→|\t|[|│:]))?/;
const NEIGHBOUR =
  /^[ \t]*(?:- )?[\w.-]{0,60}(?:user(?:_?name)?|login|host(?:name)?|port|database|db(?:_?name)?|account|email|adapter|url|realm|address|server|from|bind_?dn|alias|keyAlias)["']?[ \t]{0,8}[:=]?[ \t]{1,8}("[^"]+"|'[^']+'|[^\s,;(){}<>]+)[ \t\r]*$/i;
const NEIGHBOUR_OF_EQUALS =
  /^[ \t]*[\w.-]{0,60}(?:user(?:_?name)?|login|host(?:name)?|port|database|db(?:_?name)?|account|email|realm|address|server|domain|alias)=([^\s,;(){}<>"']+)[ \t\r]*$/i;
/** What schemas have in place of a user's name. */
const TYPE =
  /^["']?(?:str(?:ing)?|text|varchar|int(?:eger)?|number|bool(?:ean)?|any|object|required|optional|null|none|true|false|user(?:name)?|[A-Z][a-z]+[A-Z]\w*|User)["']?!?$/;

function linesAround({ 0: all, input, index }: RegExpExecArray): [above: string[], below: string] {
  const above = input.slice(0, index).split("\n");
  // There is nothing before the match in its line.
  above.pop();
  const [, below = ""] = input.slice(index + all.length, index + all.length + 300).split("\n", 2);
  return [above.reverse().map(bare), bare(below)];
}

function bare(line: string): string {
  return line.replace(NUMBERED, "").trimEnd();
}

function isNeighbour(line: string): boolean {
  const [, value = ""] = NEIGHBOUR.exec(line) ?? NEIGHBOUR_OF_EQUALS.exec(line) ?? [];
  return value !== "" && !TYPE.test(value) && !/^[A-Za-z_]\w*\.\w+$/.test(value);
}

const SECTION = /^[ \t]*\[[\w .:"@/-]{1,80}\]$/;
const OF_SECTION = /^[ \t]*(?:[#;].*|[\w.-]+[ \t]*[:=][ \t]*[^(){};]*)?$/;

/** `[client]` above, with only settings between. */
function isInSection(above: readonly string[]): boolean {
  const end = above.findIndex((line) => !OF_SECTION.test(line));
  return end !== -1 && SECTION.test(above[end] ?? "");
}

const PARENT =
  /^[ \t]*(?:- )?[\w.-]{0,40}(?:db|database|smtp|e?mail|imap|redis|postgres\w{0,4}|mysql|mariadb|mongo\w{0,4}|rabbitmq|auth|credentials?|datasource|ldap|s?ftp|ssh|proxy|registry|keystore|truststore|admin|root|elastic\w{0,8}):$/i;

/** `smtp:` above; a label would begin with a capital letter. */
function isBelow(parent: string, value: string): boolean {
  return PARENT.test(parent) && !/^\p{Lu}\p{Ll}+$/u.test(value);
}

/** A single word after a name, among the settings of a login. */
function isOfLogin(value: string, match: RegExpExecArray): boolean {
  const { name = "" } = match.groups ?? {};
  if (!isChosenIn(name) || !isSettingsWord(value) || /[,;:]$/.test(value)) return false;
  if (/^[A-Z][A-Z0-9_]+$/.test(name)) return true;
  const [above, below] = linesAround(match);
  return (
    [above[0] ?? "", below].some(isNeighbour) ||
    isInSection(above) ||
    isBelow(above[0] ?? "", value)
  );
}

/** `spring.datasource.password=…`, `storePassword=…`: names that only settings have. */
function isOfProperty(value: string, { groups = {} }: RegExpExecArray): boolean {
  const { name = "" } = groups;
  if (
    /^(?:this|self|req|res|request|module|window|exports|props|state|args|options|opts)\./i.test(
      name,
    )
  )
    return false;
  return isChosenIn(name) && isSettingsWord(value) && !/[,;:]$/.test(value);
}

const END = String.raw`[ \t]{0,8}\r?(?:[ \t]#[^\n\0]{0,200})?$`;

export const PASSWORDS: Setting[] = [
  {
    kind: "password", // NAME=value, anywhere
    words: WORDS_AND_SECRETS,
    reach: REACH,
    form: new RegExp(
      String.raw`(?<![\w$.%{/])(?<name>[A-Z][A-Z0-9_]{2,60})=(?:${QUOTED}|${BARE})`,
      "g",
    ),
    isSecret: isOfVariable,
  },
  {
    kind: "password", // "name": "value", name = "value", 'name' => 'value'
    words: WORDS_AND_SECRETS,
    reach: REACH,
    form: new RegExp(
      String.raw`(?<![\w./-])(?<name>[\w.-]{0,60}(?:passw(?:or)?d|passphrase|passcode|_pass|[a-z]Pass|pwd|secret))\\{0,7}[ \t]{0,8}["'\`]?\]?[ \t]{0,8}(?::=|=>|=(?!=)|:(?:[ \t]{0,4}(?:string|str)[ \t]{0,4}=)?)[ \t]{0,8}b?${QUOTED}`,
      "gi",
    ),
    isSecret: isQuoted,
  },
  {
    kind: "secret", // client_secret: "…"
    words: ["secret"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<![\w.-])(?<name>[\w.-]{0,60}(?:client|session|jwt|cookie|app|consumer|auth|webhook|signing|hmac|oauth|shared|api)[-_]?secret)\\{0,7}[ \t]{0,8}["'\`]?\]?[ \t]{0,8}(?:=>?(?!=)|:)[ \t]{0,8}${QUOTED}`,
      "gi",
    ),
    isSecret: isQuotedWord,
  },
  {
    kind: "password", // define('DB_PASSWORD', '…')
    words: WORDS,
    reach: REACH,
    form: new RegExp(
      String.raw`(?:define|setenv|putenv|set_?env|SetEnvironmentVariable)\([ \t]{0,4}["'](?<name>[A-Z][A-Z0-9_]{2,60})["'],[ \t]{0,8}${QUOTED}`,
      "gi",
    ),
    isSecret: isOfVariable,
  },
  {
    kind: "password", // WiFi.begin("network", "…")
    words: ["wifi"],
    reach: REACH,
    form: new RegExp(
      String.raw`WiFi(?:Multi)?\.(?:begin|softAP|addAP)\([ \t]{0,4}[^,()\n\0]{1,80},[ \t]{0,8}${QUOTED}`,
      "gi",
    ),
    isSecret: (value) => (/\s/.test(value) ? isPhrase(value) : isSettingsWord(value)),
  },
  {
    kind: "password", // PASSWORD '…', storePassword "…": SQL, Gradle, fetchmail
    words: ["password"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<![\w.:"'-])(?<name>\w{0,40}password)[ \t]{1,4}${QUOTED}(?=[ \t]{0,4}(?:[;,)}\]]|\r?$))`,
      "gim",
    ),
    isSecret: isQuotedWord,
  },
  {
    kind: "password", // ?password=…&
    words: ["passw", "pwd="],
    reach: REACH,
    form: /(?<=(?<![\w-])[\w.[\]-]{0,60}(?:passw(?:or)?d|pwd))=(?<bare>[^\s\0"'`;&|<>#]{4,256})(?=&[\w.-]+=|(?<=[?&][\w.[\]-]{0,60}=[^=&]*))/gi,
    isSecret: isSettingsWord,
  },
  {
    kind: "password", // Server=…;Pwd=…
    words: ["passw", "pwd"],
    reach: REACH,
    before: 400,
    form: /(?<=[;" \t])(?:password|passwd|pwd)[ \t]{0,2}=[ \t]{0,2}(?<bare>[^\s\0"'`;,&|<>]{4,256})/gi,
    isSecret: isOfConnection,
  },
  {
    kind: "password", // user: …, password: …, in lines of YAML and of ini files
    words: [...WORDS, "pass:", "pass ", "pass="],
    reach: REACH,
    before: AROUND,
    form: new RegExp(
      String.raw`${LINE}[ \t]{0,40}(?:- )?(?<name>[\w.-]{0,60}(?:passw(?:or)?d|passphrase|pwd|pass|bindpw))(?:[ \t]{0,8}=[ \t]{0,8}|:[ \t]{1,8})${BARE}${END}`,
      "gim",
    ),
    isSecret: isOfLogin,
  },
  {
    kind: "password", // a.b.password=…, storePassword=…
    words: WORDS,
    reach: REACH,
    form: new RegExp(
      String.raw`${LINE}(?<name>(?:[\w-]{1,40}(?:\.[\w-]{1,40}){1,6}|signing|db|database|datasource|mail|smtp|nexus|ossrh|sonatype|ftp|ldap|redis|proxy)[.-](?:password|passwd|passphrase)|(?:[\w-]{1,40}\.){0,6}[a-z]+(?:Password|Passphrase))=${BARE}${END}`,
      "gm",
    ),
    isSecret: isOfProperty,
  },
  {
    kind: "password", // Terraform
    words: ["-var", "tf_var_"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?:-var[ \t=]{1,4}["']?|TF_VAR_)(?<name>\w{1,60})=(?:${QUOTED}|${BARE})`,
      "g",
    ),
    isSecret: isOfVariable,
  },
  {
    kind: "password", // Terraform
    words: ['variable "'],
    reach: REACH,
    form: new RegExp(
      String.raw`variable[ \t]{1,4}"(?<name>\w{1,60})"[ \t]{0,4}\{[^{}\0]{0,300}?(?<!\w)default[ \t]{0,8}=[ \t]{0,8}${QUOTED}`,
      "g",
    ),
    isSecret: isOfVariable,
  },
  {
    kind: "password", // PASSWORD('…') of SQL
    words: ["password("],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<=[=,(][ \t]{0,8})PASSWORD\([ \t]{0,4}${QUOTED}[ \t]{0,4}\)`,
      "g",
    ),
    isSecret: isQuotedWord,
  },
  {
    kind: "password", // MongoDB
    words: ["createuser"],
    reach: REACH,
    form: new RegExp(
      String.raw`createUser\([^()\0]{0,300}?(?<!\w)pwd["']?:[ \t]{0,8}${QUOTED}`,
      "g",
    ),
    isSecret: isQuotedWord,
  },
  {
    kind: "password", // tables
    words: WORDS_AND_SECRETS,
    reach: REACH,
    form: /(?<![\w$.%{/])(?<name>[A-Z][A-Z0-9_]{2,60})["'`]?[ \t]{0,40}[|\t][ \t|]{0,40}["'`]?(?<bare>[^\s\0"'`;&|<>]{8,512})(?=[\s"'`|]|$)/g,
    isSecret: (value, { groups: { name = "" } = {} }) =>
      isPasswordName(name) && looksLikePassword(value, "bare"),
  },
];
