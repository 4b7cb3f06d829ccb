/** Variables and secrets set by commands, one by one. */
import { isSettingsWord } from "./chosen.ts";
import { isStandIn, looksLikePassword, looksLikeToken } from "./entropy.ts";
import { isOfSecret, isPasswordName } from "./names.ts";
import { isAny, LINE, QUOTED, type Setting } from "./settings.ts";

const REACH = 700;
const BARE = "(?<bare>[^\\s\\0\"'`;&|<>]{4,512})";
const VALUE = `(?:${QUOTED}|${BARE})`;
const NAME = String.raw`(?<name>[A-Za-z]\w{2,60})`;

function isOfVariable(value: string, { groups = {} }: RegExpExecArray): boolean {
  const { name = "" } = groups;
  if (!isPasswordName(name)) return isOfSecret(name) && looksLikeToken(value, "set");
  return isSettingsWord(value) || looksLikePassword(value, "set");
}

/** In a command that stores secrets: whatever is stored, except for variables and examples. */
const isStored = (value: string): boolean =>
  isAny(value) &&
  !/^[@-]|^file:|^https?:|^\$\w|\$[({]/.test(value) &&
  (isSettingsWord(value) || /\s/.test(value));

const ECHOED = String.raw`(?<!\w)(?:echo|printf)[ \t]{1,4}(?:-n[ \t]{1,4}|["']?%s["']?[ \t]{1,4})?["']?(?<bare>[^\s\0"'|]{4,512})["']?[ \t]{0,4}\|[ \t]{0,4}`;

export const SHELLS: Setting[] = [
  {
    kind: "password", // Dockerfiles
    words: ["env ", "arg "],
    reach: REACH,
    form: new RegExp(
      String.raw`${LINE}[ \t]{0,8}(?:ENV|ARG)[ \t]{1,8}${NAME}[ \t]{1,8}${VALUE}[ \t]{0,8}\r?$`,
      "gm",
    ),
    isSecret: isOfVariable,
  },
  {
    kind: "api-key", // NAME=value of keys of any name
    words: ["_key=", "_salt="],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<![\w$.%{/-])(?<name>[A-Z][A-Z0-9_]{1,60}_(?:KEY|SALT))=${VALUE}`,
      "g",
    ),
    isSecret: isOfVariable,
  },
  {
    kind: "password", // Windows, csh, fish
    words: ["setx ", "setenv ", "set -"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<!\w)(?:setx|setenv|set[ \t]{1,4}(?:-[a-zA-Z-]{1,12}[ \t]{1,4}){1,3})[ \t]{0,4}${NAME}[ \t]{1,8}${VALUE}`,
      "g",
    ),
    isSecret: isOfVariable,
  },
  {
    kind: "password", // PowerShell
    words: ["$env:"],
    reach: REACH,
    form: new RegExp(String.raw`\$env:${NAME}[ \t]{0,8}=[ \t]{0,8}${QUOTED}`, "gi"),
    isSecret: isOfVariable,
  },
  {
    kind: "password", // PowerShell
    words: ["-asplaintext"],
    reach: 64,
    before: 300,
    form: new RegExp(
      String.raw`ConvertTo-SecureString[ \t]{1,4}(?:-String[ \t]{1,4})?${QUOTED}(?=[^\n\0]{0,40}-AsPlainText)`,
      "gi",
    ),
    isSecret: isStored,
  },
  {
    kind: "secret",
    words: ["secret set"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<=(?<!\w)(?:gh|glab|az keyvault)[ \t]secret[ \t]set[ \t][^\n\0;|&]{0,300}[ \t])(?:--body|-b|--value)(?:=|[ \t]{0,4})${VALUE}`,
      "g",
    ),
    isSecret: isStored,
  },
  {
    kind: "secret",
    words: ["secrets set", "secrets:set", "secrets import"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<=(?<!\w)secrets?(?:[ \t]|:)set[ \t][^\n\0;|&]{0,300})(?<![\w-])${NAME}=${VALUE}`,
      "g",
    ),
    isSecret: isStored,
  },
  {
    kind: "secret",
    words: ["--from-literal"],
    reach: REACH,
    before: 300,
    form: new RegExp(
      String.raw`(?<=(?<!\w)secret[ \t][^\n\0;|&]{0,300})--from-literal(?:=|[ \t]{1,4})["']?(?<name>[\w.-]{1,100})=${VALUE}`,
      "g",
    ),
    isSecret: (value, { groups = {} }) =>
      !/^(?:user(?:name)?|host|port|db|database)$/i.test(groups.name ?? "") && isStored(value),
  },
  {
    kind: "password",
    words: ["--docker-password"],
    reach: REACH,
    form: new RegExp(String.raw`--docker-password(?:=|[ \t]{1,4})${VALUE}`, "g"),
    isSecret: isStored,
  },
  {
    kind: "secret",
    words: ["vault kv put", "vault write", "vault kv patch"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<=(?<!\w)vault[ \t](?:kv[ \t](?:put|patch)|write)[ \t][^\n\0;|&]{0,300}[ \t])(?<name>[\w.-]{1,60})=${VALUE}`,
      "g",
    ),
    isSecret: (value, match) => isOfVariable(value, match) && isStored(value),
  },
  {
    kind: "secret",
    words: ["put-parameter", "secretsmanager"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<=(?<!\w)(?:put-parameter(?=[^\n\0;|&]{0,300}SecureString)|secretsmanager)[ \t][^\n\0;|&]{0,300}[ \t])(?:--value|--secret-string)(?:=|[ \t]{1,4})${VALUE}`,
      "g",
    ),
    isSecret: isStored,
  },
  {
    kind: "secret",
    words: ["echo ", "printf "],
    reach: REACH,
    form: new RegExp(
      String.raw`${ECHOED}(?=[^\n\0|;&]{0,120}(?:--password-stdin|secret(?:s|:bulk)?[ \t](?:put|set|create|versions)|env[ \t]add|login[ \t]--with-token))`,
      "g",
    ),
    isSecret: (value) => isStored(value) && !isStandIn(value),
  },
  {
    kind: "password", // --password=…
    words: ["pass"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<![\w-])--?(?<name>[A-Za-z][\w.-]{0,60}(?<=[Pp]ass(?:word|wd|phrase)?))=${VALUE}`,
      "g",
    ),
    isSecret: (value) => isSettingsWord(value) && !/^[A-Z]+$/.test(value),
  },
  {
    kind: "password", // Helm
    words: ["--set"],
    reach: REACH,
    form: /--set(?:-string)?(?:=|[ \t]{1,4})["']?(?<name>[\w.[\]-]{1,120})=(?<bare>[^\s\0"',]{4,512})/g,
    isSecret: isOfVariable,
  },
  {
    kind: "token",
    words: [":_authtoken ", "cargo login ", "login --token "],
    reach: REACH,
    form: /(?:config[ \t]set[ \t]{1,4}["']?[^\s\0"']{0,200}:_authToken|cargo[ \t]login|login[ \t]--token)[ \t]{1,4}["']?(?<bare>[\w./+=-]{16,512})/g,
    isSecret: (value) => looksLikeToken(value, "set"),
  },
  {
    kind: "password",
    words: ["net use", "net user"],
    reach: REACH,
    form: /(?<!\w)net[ \t](?:use[ \t]{1,4}(?:[A-Za-z*]:?[ \t]{1,4})?\\\\[^\s\0]{1,200}[ \t]{1,4}(?=[^\n\0]{0,300}\/user:)|user[ \t]{1,4}[\w.-]{1,60}[ \t]{1,4}(?=[^\n\0]{0,300}\/add))(?<bare>[^\s\0/*"][^\s\0"]{3,128})/gi,
    isSecret: isStored,
  },
  {
    kind: "password",
    words: ["sqlplus "],
    reach: REACH,
    form: /(?<!\w)sqlplus[ \t]{1,4}(?:-[\w]{1,12}[ \t]{1,4}){0,3}["']?[\w$#.-]{1,60}\/(?<bare>[^\s\0"'@/]{4,128})(?=@)/g,
    isSecret: isStored,
  },
  {
    kind: "password", // expect
    words: ["assword:"],
    reach: REACH,
    form: /(?<=assword:[^\n\0]{0,60}\n[ \t]{0,40})send(?:[ \t]--)?[ \t]{1,4}"(?<bare>[^"\0\n$\\]{4,128}?)(?=[ \t]{0,8}(?:\\{1,8}[rn]|\r?\n|"))/g,
    isSecret: isStored,
  },
];
