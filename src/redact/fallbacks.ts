/** Default values in programs for unset variables: `process.env.DB_PASSWORD || "…"`. */
import { isPhrase, isSettingsWord } from "./chosen.ts";
import { looksLikePassword, looksLikeToken } from "./entropy.ts";
import { isOfSecret, isPasswordName } from "./names.ts";
import { isChosenIn } from "./passwords.ts";
import { QUOTED, type Setting } from "./settings.ts";

const WORDS = ["passw", "passphrase", "_pass", "pwd", "secret", "token", "_key"];
const REACH = 700;
/** Names of variables: names in small letters are fields, which forms and messages have, too. */
const NAME = "(?<name>[A-Z][A-Z0-9_]{2,60})";

/** Where a program runs, or who made it: defaults that are not secrets. */
const NO_SECRET = /^(?:development|production|staging|localhost|anonymous)$/;

function isPassword(value: string, { groups = {} }: RegExpExecArray): boolean {
  if (!isChosenIn(groups.name ?? "") || NO_SECRET.test(value)) return false;
  if (/\s/.test(value)) return isPhrase(value);
  return isSettingsWord(value) || looksLikePassword(value, "quoted");
}

function isTokenOrKey(value: string, { groups = {} }: RegExpExecArray): boolean {
  const { name = "" } = groups;
  return !isPasswordName(name) && isOfSecret(name) && looksLikeToken(value, "quoted");
}

/** Where a call or an operator gives the default value. */
const FORMS = [
  // process.env.NAME || "…", ENV["NAME"] ?? "…", os.getenv("NAME") or "…", getenv('NAME') ?: '…'
  String.raw`(?<![\w$])${NAME}["'\`]?[\])]{0,2}!?[ \t]{0,8}(?:\|\||\?\?|\?:|or(?=[ \t]))[ \t]{0,8}${QUOTED}`,
  // os.environ.get("NAME", "…"), ENV.fetch('NAME', '…'), getEnv("NAME", "…"), env('NAME', default='…')
  String.raw`(?:[Ee]nv\w{0,20}|ENV|System)(?:\.\w{1,20}|\(\)){0,3}\([ \t]{0,4}["']${NAME}["'],[ \t]{0,8}(?:default[ \t]{0,2}=[ \t]{0,2})?${QUOTED}`,
  // env::var("NAME").unwrap_or("…".into())
  String.raw`["']${NAME}["']\)\.unwrap_or(?:_else)?\([ \t]{0,4}(?:\|_?\|[ \t]{0,4})?${QUOTED}`,
];

export const FALLBACKS: Setting[] = FORMS.flatMap((form): Setting[] => {
  const sought = { words: WORDS, reach: REACH, form: new RegExp(form, "g") };
  return [
    { ...sought, kind: "password", isSecret: isPassword },
    { ...sought, kind: "token", isSecret: isTokenOrKey },
  ];
});
