/**
 * Passwords as people choose them: a word, a number, some words. They do not look like secrets, so
 * only a name and the form of an assignment identify them, and known other values must be excluded.
 */
import { isStandIn, isUuid } from "./entropy.ts";
import { SAID } from "./finding.ts";

/**
 * Values that schemas, types, forms, messages and algorithms have beside the name of a password.
 */
const ORDINARY = new Set(
  `access accepted active admin after algorithm alias allow allowed alpha always anonymous any argon args array
  ascii assword attribute authenticated authentication auto automatic automatically autocomplete autogenerate aws
  base64 basic bcrypt before binary blank blob block blue body bold boolean borrowed bytes bytea changed changeit
  chars check checkbox clear cleartext color column command common compare config configured confirm confirmed contain
  contains content credential credentials crypt current custom data database declined default define defined deny
  denied digest disable disabled display eager echo email empty enable enabled encode encoded encoder encrypt
  encrypted entered enum environment equal equals error errors exact exists expired expires external failed failure
  false field fields file filled filtered fixed float flow focus foobared forbid forbidden forgot forgotten form format
  function generate generated global gmail green group guest hash hashed header hidden hide hint icon ignore ignored
  immutable incorrect inherit inherited inline inner input insecure integer internal invalid invalidated kerberos
  keychain keyring label layer lazy length level limited link literal local lock locked login logon logout long
  mandatory manual mask masked match matches maxlength medium message method minimum minlength mismatch missing
  model modified modulus name named needed never none normal null nullable number object offline omit omitted
  oneof online only openid optional option options outline outlined output oauth oauth2 overwrite param parameter pass
  passed passing pattern pbkdf2 peer pending plain plaintext policy postgres present private production prompt
  prompted property protected provided provider public query random readonly redirect reference refresh regular
  reject rejected remove removed renew replace request require required reset resource response result return revoked
  role route rotate rotated safe sample saml same saved scrypt secure selected self sensitive server service session
  shared shield short show sign signin signup simple skip sourced special staging stored string strong strength
  submit success sysadmin system table taken template test tests testing text textarea texte texto textfield
  textinput this title toggle trim true type typed undefined unencrypted unique unknown unlimited unset update updated
  upgrade user username users valid validate validated validation value values vanilla varchar variable verified verify
  verification visible void warning weak with within without write wrong
  kennwort contrasena clave palavra senha wachtwoord haslo losenord lozinka heslo parola parole jelszo salasana
  sifre geslo slaptazodis matkhau sandi`.split(/\s+/),
);

/** What occurs only in sentences. */
const OF_SENTENCES =
  /(?<![\w'])(?:an?|the|your?|is|are|was|be|been|must|should|can|cannot|can't|don't|not|at|least|to|for|and|or|in|of|on|with|from|by|this|that|it|its|please|enter|type|choose|set|use|new|required|characters?|letters?|digits?|field|value|too|empty|invalid|wrong|forgot|here|if|when|will|has|have)(?![\w'])/i;

/** A name that describes what it names: `resetPassword`, `db-secret`, `my_token`. */
const NAMES_ITSELF = /pass|pwd|token|secret|cred|contrase|\bkey\b/i;

/** `auth.errors.login`, `form.value`: members, and keys of messages. */
const MEMBER = /^[a-z_$][\w$-]*(?:\.[a-z_$][\w$-]*)+$/i;
const PATH = /^(?:~|\.{1,2}|[A-Za-z]:)?[\\/]|:\/\//;
/** References, YAML tags and anchors, templates, query parameters. */
const REFERENCE = /^[$%{<[(*:!&|~@>#?]|\$[{(]|\{\{|%\(|<%|[\w$][([{]|[)}\]]$/;
/** `sha256`, `aes-256-gcm`, `utf-8`, `1.2.3`. */
const TECHNICAL =
  /^(?:sha|md|aes|des|rsa|utf|argon|base|oauth|http|hs|rs|es)-?\d{1,4}\b|^v?\d+(?:\.\d+)+$/i;
/** `form-control-2`, `col-md-6` */
const STYLE = /^[a-z]+(?:-[a-z]+){0,2}-\d{1,2}$/;

function isOrdinary(word: string): boolean {
  const plain = word.replace(/[.,:;?!…]+$/, "");
  return (
    plain.length < 4 ||
    ORDINARY.has(plain.toLowerCase()) ||
    SAID.test(plain) ||
    isStandIn(word) ||
    PATH.test(word) ||
    TECHNICAL.test(plain) ||
    /^(.)\1+$/u.test(word) ||
    (NAMES_ITSELF.test(plain) && !/\d/.test(plain))
  );
}

/**
 * After a name in a form that only settings have, such as `DB_PASSWORD=…`: any word, unless it
 * refers to something else or is one of the words that are used in place of a password.
 */
export function isSettingsWord(word: string): boolean {
  if (isOrdinary(word) || REFERENCE.test(word) || MEMBER.test(word)) return false;
  return !/^[A-Z]+(?:_[A-Z0-9]+)+$/.test(word);
}

/**
 * After a name and between quotes, as code, messages and documents have it, too: only small
 * letters, only digits, or letters with digits or signs among them.
 */
export function isQuotedWord(word: string): boolean {
  if (isOrdinary(word) || isUuid(word) || STYLE.test(word) || MEMBER.test(word)) return false;
  if (/^[a-z]+$/.test(word)) return word.length > 4;
  return /[\d!@#%^&*+=?~]./.test(word) && /^[\w!@#%^&*+=.,?~-]+$/.test(word);
}

/** Several words between quotes: a passphrase, not a sentence or a label. */
export function isPhrase(text: string): boolean {
  const words = text.trim().split(/[ \t]+/);
  if (words.length < 2 || words.length > 12 || isOrdinary(text) || OF_SENTENCES.test(text))
    return false;
  // "Current value", "Neues Kennwort"
  if (/^\p{Lu}[\p{L}' -]+[.?!:…]?$/u.test(text) || /[^\x20-\x7e]/.test(text)) return false;
  return !/[{}<>|$[\]();]|: |, |\.\.|%[sdv@]/.test(text);
}

/** Between quotes after a name that only settings have: spaces are part of it. */
export function isSettingsPhrase(text: string): boolean {
  if (isStandIn(text) || /\$[({]|[<>`]|^\$\w+$/.test(text)) return false;
  return !/(?<!\w)(?:enter|please|your|must|should|required|characters|here|is|the)(?!\w)/i.test(
    text,
  );
}
