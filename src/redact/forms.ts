/**
 * Secrets that are recognized by their form: those of gitleaks' rules, and some that neither these
 * nor secretlint's know.
 */
import { entropy, isStandIn, isUuid } from "./entropy.ts";
import type { Finding } from "./finding.ts";
import { GITLEAKS, type GitleaksRule } from "./gitleaks.ts";
import { type Form, isToken, OWN, REACH } from "./own-forms.ts";
import { WordFinder } from "./words.ts";

/** Shorter groups are parts of a secret. */
const LEAST = 8;

/** What a name must contain if the value could be anything. */
const SAYS_SECRET = /key|token|secret|passw|pwd|auth|cred|login|bearer|pat\b/i;

/** Their forms are so short that names in code match them. */
const DOUBTFUL = /^(?:vault-service-token|octopus-deploy-api-key|clickhouse-)/;

function ofGitleaks([kind, words, form, least, isVague]: GitleaksRule): Form {
  const isSecret: Form["isSecret"] = (word, all) => {
    if (isStandIn(word) || entropy(word) < least) return false;
    if (DOUBTFUL.test(kind)) return isToken(word.slice(word.indexOf(".") + 1));
    if (isVague)
      return SAYS_SECRET.test(all.slice(0, -word.length)) && (isUuid(word) || isToken(word));
    return true;
  };
  return { kind, words, form: new RegExp(form, "g"), reach: REACH, isSecret };
}

let finder: WordFinder<Form> | undefined;

/** Everything that is recognized by its form. */
export function* formed(text: string): Generator<Finding> {
  finder ??= new WordFinder([...OWN, ...GITLEAKS.map(ofGitleaks)]);
  for (const [form, ranges] of finder.stretches(text)) {
    for (const { start, end } of ranges) yield* foundBy(form, text, start, end);
  }
}

function* foundBy(
  { kind, form, isSecret }: Form,
  text: string,
  from: number,
  to: number,
): Generator<Finding> {
  for (const match of text.slice(from, to).matchAll(form)) {
    const [all, ...groups] = match;
    const word = secretIn(all, groups);
    const start = from + match.index + all.lastIndexOf(word);
    const end = start + word.length;
    if (!isSecret(word, all) || isInPicture(text, start, end)) continue;
    yield { kind, start, end, identity: word, exact: true };
  }
}

/** The longest group; an alternative that did not match has none. */
function secretIn(all: string, groups: readonly (string | undefined)[]): string {
  const [longest = ""] = groups
    .filter((group) => group !== undefined)
    .sort((a, b) => b.length - a.length);
  return longest.length >= LEAST ? longest : all;
}

/** Long base64 before or after it: it looks like a key by chance. */
function isInPicture(text: string, start: number, end: number): boolean {
  return (
    /[A-Za-z0-9+/]{80}$/.test(text.slice(Math.max(0, start - 80), start)) ||
    /^[A-Za-z0-9+/]{80}/.test(text.slice(end, end + 80))
  );
}
