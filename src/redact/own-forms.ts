/**
 * Keys and tokens that are recognized by their form and are in neither gitleaks' nor secretlint's
 * rules.
 */
import { entropy, isStandIn, looksLikeToken } from "./entropy.ts";
import type { Sought } from "./words.ts";

export interface Form extends Sought {
  kind: string;
  form: RegExp;
  /** The longest group of `form` is the secret, or the whole match. */
  isSecret: (word: string, all: string) => boolean;
}

/** Longer than the longest key; a form that reaches further says so. */
export const REACH = 2500;

interface Options {
  reach?: number;
  isSecret?: Form["isSecret"];
}

function own(kind: string, words: string[], form: RegExp, options: Options = {}): Form {
  const { reach = REACH, isSecret = (word) => !isStandIn(word) } = options;
  return { kind, words, form, reach, isSecret };
}

/** `$y$…` looks like the name of a variable to `isStandIn`. */
const isHash = (word: string): boolean => entropy(word) >= 3.5;
export const isToken = (word: string): boolean => looksLikeToken(word, "quoted");
/** The id of a bot is a number, in base64; but made-up ones should be replaced, too. */
const isOfBot = (word: string): boolean => {
  const [id = "", , sign = ""] = word.split(".");
  const isNumber = /^\d{17,20}$/.test(Buffer.from(id, "base64url").toString("latin1"));
  return isNumber || (isToken(id) && isToken(sign));
};
const isKey = (word: string): boolean =>
  Buffer.from(word, "base64").toString("latin1").includes("PRIVATE KEY-----");

export const OWN: Form[] = [
  own("jwt", ["eyj"], /(?<![\w-])eyJ[\w-]{8,8192}\.eyJ[\w-]{8,16384}\.[\w-]{16,2048}/g, {
    reach: 28_000,
  }),
  own("google-api-key", ["aiza"], /(?<![\w-])AIza[\w-]{35}(?![\w-])/g),
  own("google-client-secret", ["gocspx-"], /(?<![\w-])GOCSPX-[\w-]{20,40}(?![\w-])/g),
  own("google-access-token", ["ya29."], /(?<![\w-])ya29\.[\w-]{20,2048}/g),
  own("google-refresh-token", ["1//0"], /(?<![\w/.-])1\/\/0[\w-]{40,256}/g, { isSecret: isToken }),
  own("xai-api-key", ["xai-"], /(?<![\w-])xai-[A-Za-z0-9]{60,100}(?!\w)/g),
  own("age-key", ["age-secret-key-1"], /(?<!\w)AGE-SECRET-KEY-1[0-9A-Z]{58}(?!\w)/g),
  // The prefix that most model providers use: OpenRouter, DeepSeek, and what agents log in with.
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
  // Password hashes in /etc/shadow, .htpasswd and databases: crypt(3), bcrypt, Argon2.
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
  own("password-hash", ["'*"], /(?<=')\*[0-9A-F]{40}(?=')/g, { isSecret: isHash }),
  own(
    "password-hash",
    ["scram-sha-256$"],
    /SCRAM-SHA-256\$\d{1,9}:[A-Za-z0-9+/=]{8,90}\$[A-Za-z0-9+/=]{20,90}:[A-Za-z0-9+/=]{20,90}/g,
    { isSecret: isHash },
  ),
  own(
    "password-hash",
    ["pbkdf2_sha", "pbkdf2:sha"],
    /pbkdf2[_:]sha\d{1,3}[$:]\d{1,9}\$[\w./+-]{4,90}\$[A-Za-z0-9+/]{20,180}={0,2}/g,
    { isSecret: isHash },
  ),
  own(
    "password-hash",
    ["scrypt:"],
    /scrypt:\d{1,9}:\d{1,4}:\d{1,4}\$[\w./+-]{4,90}\$[a-f0-9]{64,256}/g,
    {
      isSecret: isHash,
    },
  ),
  own("vault-token", ["hvs."], /(?<![\w.-])hvs\.[\w-]{20,200}/g, {
    isSecret: (word) => isToken(word.slice(4)),
  }),
  own("mapbox-token", ["sk.eyj"], /(?<![\w.-])sk\.eyJ[\w-]{20,400}\.[\w-]{20,64}/g),
  own("contentful-token", ["cfpat-"], /(?<!\w)CFPAT-[\w-]{43}(?![\w-])/g),
  own("firebase-key", ["apa91b"], /(?<![\w-])AAAA[\w-]{7}:APA91b[\w-]{100,200}/g),
  own("langsmith-key", ["lsv2_"], /(?<!\w)lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}(?!\w)/g),
  own("tavily-key", ["tvly-"], /(?<![\w-])tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,48}(?!\w)/g, {
    isSecret: isToken,
  }),
  own("nvidia-key", ["nvapi-"], /(?<![\w-])nvapi-[\w-]{60,80}(?![\w-])/g),
  own("posthog-key", ["phx_"], /(?<!\w)phx_[A-Za-z0-9]{40,60}(?!\w)/g, { isSecret: isToken }),
  own("cerebras-key", ["csk-"], /(?<![\w-])csk-[a-z0-9]{40,60}(?!\w)/g, { isSecret: isToken }),
  own("fireworks-key", ["fw_"], /(?<!\w)fw_[A-Za-z0-9]{22,26}(?!\w)/g, { isSecret: isToken }),
  own("jina-key", ["jina_"], /(?<!\w)jina_[a-f0-9]{32}[\w-]{28,34}(?![\w-])/g),
  own("e2b-key", ["e2b_"], /(?<!\w)e2b_[a-f0-9]{40}(?!\w)/g),
  own("resend-key", ["re_"], /(?<!\w)re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?!\w)/g, {
    isSecret: isToken,
  }),
  own("render-key", ["rnd_"], /(?<!\w)rnd_[A-Za-z0-9]{28,36}(?!\w)/g, { isSecret: isToken }),
  own("neon-key", ["napi_"], /(?<!\w)napi_[a-z0-9]{60,70}(?!\w)/g),
  own(
    "hubspot-token",
    ["pat-na", "pat-eu"],
    /(?<![\w-])pat-(?:na|eu)\d-[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}(?![\w-])/g,
  ),
  own("trello-token", ["atta"], /(?<!\w)ATTA[a-f0-9]{64,72}(?!\w)/g),
  own("pinecone-key", ["pcsk_"], /(?<!\w)pcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{50,70}(?!\w)/g),
  own("apify-token", ["apify_api_"], /(?<!\w)apify_api_[A-Za-z0-9]{34,40}(?!\w)/g),
  own("docker-organization-token", ["dckr_oat_"], /(?<!\w)dckr_oat_[\w-]{27,40}(?![\w-])/g),
  own("nuget-key", ["oy2"], /(?<!\w)oy2[a-z0-9]{43}(?!\w)/g, { isSecret: isToken }),
  own("crates-token", ["cio"], /(?<!\w)cio[A-Za-z0-9]{32}(?!\w)/g, { isSecret: isToken }),
  own("mailersend-token", ["mlsn."], /(?<!\w)mlsn\.[a-f0-9]{64}(?!\w)/g),
  own("brevo-smtp-key", ["xsmtpsib-"], /(?<!\w)xsmtpsib-[a-f0-9]{64}-[A-Za-z0-9]{16}(?!\w)/g),
  own("tencent-secret-id", ["akid"], /(?<!\w)AKID[A-Za-z0-9]{32}(?!\w)/g, { isSecret: isToken }),
  own(
    "stripe-client-secret",
    ["_secret_"],
    /(?<!\w)(?:pi|seti|cs_(?:live|test))_[A-Za-z0-9]{14,70}_secret_[A-Za-z0-9]{20,80}(?!\w)/g,
  ),
  own(
    "slack-session-token",
    ["xoxc-"],
    /(?<!\w)xoxc-\d{10,14}-\d{10,14}-\d{10,14}-[a-f0-9]{64}(?!\w)/g,
  ),
  own("slack-session-cookie", ["xoxd-"], /(?<!\w)xoxd-(?:[\w+/-]|%[0-9A-F]{2}){60,400}={0,2}/g),
  own("linear-token", ["lin_oauth_"], /(?<!\w)lin_oauth_[a-f0-9]{64}(?!\w)/g),
  own("ory-token", ["ory_"], /(?<!\w)ory_(?:pat|at|rt|st|ac)_[\w-]{30,100}(?:\.[\w-]{30,100})?/g, {
    isSecret: isToken,
  }),
  own("swarm-token", ["swmtkn-1-"], /(?<![\w-])SWMTKN-1-[a-z0-9]{50}-[a-z0-9]{25}(?!\w)/g),
  own("k3s-token", ["::server:"], /(?<!\w)K10[a-f0-9]{64}::(?:server|node):[\w.-]{16,64}/g),
  own(
    "mailgun-key",
    ["mailgun"],
    /(?<=mailgun[^\0]{0,120}?["'\s=:])[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}(?![\w-])/gi,
  ),
];

/** How numbers begin in base64. */
function numbersFrom(first: string): string[] {
  return [..."dtjz"].flatMap((second) => [..."aeimquycgk"].map((third) => first + second + third));
}
