/**
 * Secrets that are known by their form: those of gitleaks' rules, and some that neither these nor
 * secretlint's know.
 */
import { entropy, isStandIn, isUuid, looksLikeToken } from "./entropy.ts";
import type { Finding } from "./finding.ts";
import { GITLEAKS, type GitleaksRule } from "./gitleaks.ts";
import { type Sought, WordFinder } from "./words.ts";

interface Form extends Sought {
  kind: string;
  form: RegExp;
  /** The longest group of `form` is the secret, or all of it. */
  isSecret: (word: string, all: string) => boolean;
}

/** Shorter groups are parts of a secret. */
const LEAST = 8;

/** More than the longest key; a form that reaches further says so. */
const REACH = 2500;

interface Options {
  reach?: number;
  isSecret?: Form["isSecret"];
}

function own(kind: string, words: string[], form: RegExp, options: Options = {}): Form {
  const { reach = REACH, isSecret = (word) => !isStandIn(word) } = options;
  return { kind, words, form, reach, isSecret };
}

/** `$y$…` looks like a variable's name to `isStandIn`. */
const isHash = (word: string): boolean => entropy(word) >= 3.5;
const isToken = (word: string): boolean => looksLikeToken(word, "quoted");
/** The id of a bot is a number, in base64; but made-up ones should go, too. */
const isOfBot = (word: string): boolean => {
  const [id = "", , sign = ""] = word.split(".");
  const isNumber = /^\d{17,20}$/.test(Buffer.from(id, "base64url").toString("latin1"));
  return isNumber || (isToken(id) && isToken(sign));
};
const isKey = (word: string): boolean =>
  Buffer.from(word, "base64").toString("latin1").includes("PRIVATE KEY-----");

const OWN: Form[] = [
  own("jwt", ["eyj"], /(?<![\w-])eyJ[\w-]{8,8192}\.eyJ[\w-]{8,16384}\.[\w-]{16,2048}/g, {
    reach: 28_000,
  }),
  own("google-api-key", ["aiza"], /(?<![\w-])AIza[\w-]{35}(?![\w-])/g),
  own("google-client-secret", ["gocspx-"], /(?<![\w-])GOCSPX-[\w-]{20,40}(?![\w-])/g),
  own("google-access-token", ["ya29."], /(?<![\w-])ya29\.[\w-]{20,2048}/g),
  own("google-refresh-token", ["1//0"], /(?<![\w/.-])1\/\/0[\w-]{40,256}/g, { isSecret: isToken }),
  own("xai-api-key", ["xai-"], /(?<![\w-])xai-[A-Za-z0-9]{60,100}(?!\w)/g),
  own("age-key", ["age-secret-key-1"], /(?<!\w)AGE-SECRET-KEY-1[0-9A-Z]{58}(?!\w)/g),
  // How most providers of models begin theirs: OpenRouter, DeepSeek, and what agents log in with.
  own("api-key", ["sk-"], /(?<![\w-])sk-[\w-]{20,200}(?![\w-])/g, { isSecret: isToken }),
  own(
    "bedrock-api-key",
    ["bedrock-api-key-"],
    /(?<!\w)bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/]{20,4096}={0,2}/g,
    { reach: 5000 },
  ),
  own("replicate-token", ["r8_"], /(?<!\w)r8_[A-Za-z0-9]{32,48}(?!\w)/g, { isSecret: isToken }),
  own("telegram-bot-token", [":a"], /(?<=(?<!\w)(?:bot)?)\d{8,10}:A[\w-]{34}(?![\w-])/g, {
    isSecret: isToken,
  }),
  own(
    "discord-bot-token",
    [..."mno"].flatMap(numbersFrom),
    /(?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])/g,
    { isSecret: isOfBot },
  ),
  own("discord-webhook", ["/api/webhooks/"], /(?<=\/api\/webhooks\/\d{17,20}\/)[\w-]{60,80}/g),
  own("stripe-webhook-secret", ["whsec_"], /(?<!\w)whsec_[A-Za-z0-9+/]{24,64}/g),
  own("square-token", ["eaaa"], /(?<![\w+/-])EAAA[\w-]{40,64}(?![\w-])/g, { isSecret: isToken }),
  own("square-token", ["sq0"], /(?<!\w)sq0(?:atp|csp|csb)-[\w-]{22,43}(?![\w-])/g),
  own("hugging-face-token", ["hf_"], /(?<!\w)hf_[A-Za-z0-9]{30,40}(?!\w)/g, { isSecret: isToken }),
  own("perplexity-key", ["pplx-"], /(?<!\w)pplx-[A-Za-z0-9]{40,64}(?!\w)/g, { isSecret: isToken }),
  own("mailgun-key", ["key-"], /(?<![\w-])key-[a-f0-9]{32}(?![\w-])/g),
  own("notion-token", ["ntn_"], /(?<!\w)ntn_[A-Za-z0-9]{40,50}(?!\w)/g, { isSecret: isToken }),
  own("notion-token", ["secret_"], /(?<!\w)secret_[A-Za-z0-9]{43}(?!\w)/g, { isSecret: isToken }),
  own("bitbucket-app-password", ["atbb"], /(?<!\w)ATBB[A-Za-z0-9]{32}(?!\w)/g, {
    isSecret: isToken,
  }),
  own("atlassian-token", ["atatt3", "atctt3"], /(?<!\w)AT[AC]TT3[\w=-]{60,300}/g),
  own(
    "doppler-token",
    ["dp."],
    /(?<![\w.])dp\.(?:ct|pt|st|sa|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,44}(?!\w)/g,
  ),
  own("new-relic-key", ["nrak-"], /(?<!\w)NRAK-[A-Za-z0-9]{27}(?!\w)/g),
  own("new-relic-key", ["nral"], /(?<!\w)(?:[a-f0-9]{36}|[a-z]{2}\d\dx{2}[a-f0-9]{30})NRAL(?!\w)/g),
  own("supabase-key", ["sbp_"], /(?<!\w)sbp_[A-Za-z0-9]{40}(?!\w)/g, { isSecret: isToken }),
  own("supabase-key", ["sb_secret_"], /(?<!\w)sb_secret_[\w-]{20,60}/g, { isSecret: isToken }),
  own("netlify-token", ["nfp_"], /(?<!\w)nfp_[A-Za-z0-9]{36}(?!\w)/g),
  own("azure-client-secret", ["q~"], /(?<![\w~.-])[\w~.]{3}\dQ~[\w~.-]{31,34}(?![\w~-])/g),
  own("azure-devops-token", ["azdo"], /(?<!\w)[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?!\w)/g),
  own("circleci-token", ["ccipat_"], /(?<!\w)CCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}(?!\w)/g),
  own("buildkite-token", ["bkua_"], /(?<!\w)bkua_[a-f0-9]{40}(?!\w)/g),
  own("sourcegraph-token", ["sgp_"], /(?<!\w)sgp_(?:(?:[a-f0-9]{16}|local)_)?[a-f0-9]{40}(?!\w)/g),
  own("yandex-token", ["t1."], /(?<![\w.-])t1\.[\w-]{20,200}={0,2}\.[\w-]{86}={0,2}(?![\w-])/g),
  own("sonar-token", ["squ_", "sqp_", "sqa_"], /(?<!\w)sq[upa]_[a-f0-9]{40}(?!\w)/g),
  own("private-key-base64", ["ls0tls1crudjti"], /LS0tLS1CRUdJTi[A-Za-z0-9+/]{64,16384}={0,2}/g, {
    reach: 17_000,
    isSecret: isKey,
  }),
  // What /etc/shadow, .htpasswd and databases keep of passwords: crypt(3), bcrypt, Argon2.
  own(
    "password-hash",
    ["$1$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$apr1$"],
    /\$(?:1|5|6|7|g?y|apr1)\$(?:rounds=\d{1,9}\$|j[./\w]{1,6}\$)?[./A-Za-z0-9]{1,90}\$[./A-Za-z0-9]{22,86}/g,
    { isSecret: isHash },
  ),
  own("password-hash", ["$2"], /\$2[abxy]\$\d\d\$[./A-Za-z0-9]{50,60}(?!\w)/g, {
    isSecret: isHash,
  }),
  own(
    "password-hash",
    ["$argon2"],
    /\$argon2(?:id|i|d)\$(?:v=\d+\$)?[a-z]=[\d,=a-z]{3,60}\$[\w+/-]{8,90}\$[\w+/-]{16,180}/g,
    { isSecret: isHash },
  ),
];

/** How numbers begin in base64. */
function numbersFrom(first: string): string[] {
  return [..."dtjz"].flatMap((second) => [..."aeimquycgk"].map((third) => first + second + third));
}

/** What a name says of a value that might be anything. */
const SAYS_SECRET = /key|token|secret|passw|pwd|auth|cred|login|bearer|pat\b/i;

/** Their forms are so short that names in code have them. */
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

/** Everything that is known by its form. */
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

/** The longest group; of an alternative that did not match, there is none. */
function secretIn(all: string, groups: readonly (string | undefined)[]): string {
  const [longest = ""] = groups
    .filter((group) => group !== undefined)
    .sort((a, b) => b.length - a.length);
  return longest.length >= LEAST ? longest : all;
}

/** Base64 goes on for long before or after it: it is chance that it looks like a key. */
function isInPicture(text: string, start: number, end: number): boolean {
  return (
    /[A-Za-z0-9+/]{80}$/.test(text.slice(Math.max(0, start - 80), start)) ||
    /^[A-Za-z0-9+/]{80}/.test(text.slice(end, end + 80))
  );
}
