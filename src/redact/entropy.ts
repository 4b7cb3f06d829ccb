/**
 * Does a word where a secret is expected look like one? Only words after a matching name
 * (`API_KEY=`, `"password":`) are checked: a git hash, a UUID or a path elsewhere is never
 * considered.
 *
 * The thresholds, and their sources:
 * - A token has 12 characters or more, with at least one digit, and 3.5 bits of Shannon entropy per
 *   character. 3.5 and the digit: rule `generic-api-key` of gitleaks. Its minimum length of 10 is of
 *   no use, as ten different characters have 3.3 bits.
 * - Hexadecimal has 16 digits or more and 3.0 bits: `HexHighEntropyString` of detect-secrets. Its
 *   alphabet gives 4 bits at most, so that random digits seldom reach 3.5.
 * - A password has 8 characters or more, the minimum that NIST SP 800-63B allows, with a letter, and
 *   a digit or a sign, and 2.5 bits: people's passwords repeat themselves (`hunter2hunter2`: 2.8).
 *   With letters only, it has 16 or more and 3.0 bits, like the app passwords of mail providers.
 */
const TOKEN = { length: 12, bits: 3.5 };
const HEX = { length: 16, bits: 3 };
const PASSWORD = { length: 8, bits: 2.5 };
const LETTERS = { length: 16, bits: 3 };

/** Bits per character: 0 for "aaaa", 6 for base64 with each of its letters once. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  const length = [...text].length;
  let bits = 0;
  for (const count of counts.values()) bits -= (count / length) * Math.log2(count / length);
  return bits;
}

/**
 * How certain it is that a word is a value: `quoted`; `set`: right after `NAME=` or an option, as
 * in shells and .env files; `bare`: anything else, in code often a variable.
 */
export type Standing = "quoted" | "set" | "bare";

const SAID_INSTEAD =
  /your|example|placeholder|change[-_ ]?me|redacted|dummy|x{4}|\*{3}|\.{3}|…|[<>(){}]{2}|\$[{(]|^\$[a-z]/i;
const STAND_IN = new RegExp(
  `${SAID_INSTEAD.source}|:\\/\\/|^[%{<[(]|^(?:sha\\d+|md5)[-:]|^scram-sha|^:`,
  "i",
);
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** OpenClaw names sessions so: `"childSessionKey": "agent:main:subagent:<UUID>"`. */
const SESSION_KEY = new RegExp(`^agent(?::[a-z-]+)+:${UUID.source.slice(1)}`, "i");

/** What examples have in place of a secret, and what programs insert themselves. */
export function isStandIn(word: string): boolean {
  return SAID_INSTEAD.test(word);
}

export function isUuid(word: string): boolean {
  return UUID.test(word);
}

export function looksLikeToken(word: string, standing: Standing): boolean {
  if (!/[A-Za-z]/.test(word) || !(/\d/.test(word) || isOfRandomLetters(word))) return false;
  if (STAND_IN.test(word) || isPath(word) || isCode(word, standing)) return false;
  if (SESSION_KEY.test(word)) return false;
  // Most UUIDs are ordinary ids: one counts as a token only right after `NAME=` or an option.
  if (UUID.test(word)) return standing === "set";
  const isHex = /^[0-9a-f]+$/i.test(word);
  if (!isHex && isWords(word)) return false;
  const { length, bits } = isHex ? HEX : TOKEN;
  return word.length >= length && entropy(word) >= bits;
}

export function looksLikePassword(word: string, standing: Standing): boolean {
  // No password begins like a path, but PWD=… does.
  if (STAND_IN.test(word) || isPath(word) || /^(?:~|\.{1,2}|[A-Za-z]:)?[\\/]/.test(word))
    return false;
  if (word.length < PASSWORD.length || !/\p{L}/u.test(word) || RULES_OF_FORM.test(word))
    return false;
  if (isWords(word)) return looksLikeMadeUp(word, standing);
  return /[^\p{L}_.-]/u.test(word) && entropy(word) >= PASSWORD.bits && !isCode(word, standing);
}

/** `required|string|min:8`, as frameworks validate input. */
const RULES_OF_FORM = /^[a-z_]+(?:\|[a-z_]+(?::[\w,]+)?)+$/;
/** `form-control-2`, `col-md-6`: style sheet classes, which forms have beside their passwords. */
const STYLE = /^[a-z]+(?:-[a-z]+){0,2}-\d{1,2}$/;

/** Words and numbers: a person's password, or the name of a variable or a message? */
function looksLikeMadeUp(word: string, standing: Standing): boolean {
  const parts = piecesOf(word).filter((piece) => /[a-z]/i.test(piece));
  const namesItself = /pass|pwd|token|secret|cred|key/i.test(word);
  if (namesItself && (parts.length > 1 || standing === "bare")) return false;
  if (!/\d/.test(word)) {
    const isOne = standing !== "bare" && /^[a-z]+$/i.test(word) && parts.length === 1;
    return isOne && word.length >= LETTERS.length && entropy(word) >= LETTERS.bits;
  }
  if (standing === "bare" && (/[a-z][A-Z]|[._]/.test(word) || STYLE.test(word))) return false;
  return !/^[a-z_$][\w$]*(?:\.[a-z_$][\w$]*)+$/i.test(word) && entropy(word) >= PASSWORD.bits;
}

/** `getenv("X")`, `args[1]`, `user.pass1!`: only an unquoted value can be code. */
function isCode(word: string, standing: Standing): boolean {
  if (standing === "quoted") return false;
  if (standing === "bare" && /\w\{/.test(word)) return true;
  return /[\w$][([]|^[a-z_$][\w$]*(?:\??\.[a-z_$][\w$]*)+[!;?]?$/i.test(word);
}

/** Pieces as in `my-service_2.newToken`: words, and short numbers. */
function piecesOf(word: string): string[] {
  return word
    .replace(/(?<![a-z\d])v(?=\d)/gi, "")
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replace(/(\d)(?=[a-z])|([a-z])(?=\d)/gi, "$&-")
    .split(/[-_.]+/);
}

/**
 * One in thirty tokens of twenty characters has no digit. It has more capitals and fewer vowels
 * than names.
 */
function isOfRandomLetters(word: string): boolean {
  if (word.length < 20 || !/^[A-Za-z_+/=-]+$/.test(word)) return false;
  const share = (letters: RegExp): number => (word.match(letters) ?? []).length / word.length;
  return share(/[A-Z]/g) >= 0.3 && share(/[a-z]/g) >= 0.3 && share(/[aeiou]/gi) <= 0.3;
}

/** Random letters have single ones between digits, or many short pieces; names do not. */
function isWords(word: string): boolean {
  const pieces = piecesOf(word);
  const ofLetters = pieces.filter((piece) => /[a-z]/i.test(piece));
  if (ofLetters.length >= 6 && ofLetters.join("").length / ofLetters.length < 2.7) return false;
  return pieces.every((piece) => /^(?:[A-Za-z][a-z]+|[A-Z]{2,}|[a-z]{2,}|\d{1,4})?$/.test(piece));
}

/** `/run/secrets/key1`, `test/unit/a2.ts`, `C:\keys\x1`; not base64 with slashes. */
function isPath(word: string): boolean {
  const names = word.replace(/^(?:~|\.{1,2}|[A-Za-z]:)?(?=[\\/])/, "").split(/[\\/]/);
  return names.length > 1 && names.every((name) => isWords(name.replace(/[@+:]/g, "-")));
}
