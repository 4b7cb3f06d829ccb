/**
 * Why a request was refused, by what a CLI recorded of it: the HTTP status, the vendor's names for the
 * error, and last the words that the CLI wrote. Never call this with words of a user or a model: people
 * talk about limits, too.
 */
import { number, string } from "../../session/json.ts";
import type { Fault, Json, LimitScope } from "../../session/types.ts";
import { inWords, scopeInWords } from "./fault-words.ts";
import { resetIn } from "./resets.ts";

export interface Evidence {
  /** What the CLI wrote, which the event tells; where it holds JSON, its names count as words. */
  text: string;
  /** The HTTP status in a field of its own. */
  status?: Json | undefined;
  /** The vendor's names for the error, in fields of their own: types, codes, names of exceptions. */
  codes?: readonly (Json | undefined)[];
  /** What the record says that the limit applies to. */
  scope?: LimitScope | undefined;
  /** Words about the same that the event does not tell, such as the vendor's whole answer. */
  details?: string | undefined;
  /** When it was written: ISO 8601, or milliseconds since the epoch. */
  at?: string | number | null | undefined;
  /** When the limit ends, if a field says it: milliseconds since the epoch. */
  resetsAt?: number | undefined;
  /** When the CLI tries again by itself. */
  retriesAt?: number | undefined;
}

/**
 * The allowance of a few hours: the vendors' last five. Claude Code repeats a time that has passed while the
 * server still refuses (anthropics/claude-code#77725, #75243): as one of the next day, it would be wrong.
 */
const LONGEST_SESSION = 6 * 3_600_000;

export type Failure =
  | { event: "limit"; text: string; resetsAt?: string; fault: Fault }
  | { event: "error"; text: string; fault?: Fault };

/** The event for a request that failed: `limit` if an allowance is used up, or too much was asked at once. */
export function failed(evidence: Evidence): Failure {
  const { text } = evidence;
  const fault = faultOf(evidence);
  if (fault === undefined) return { event: "error", text };
  if (!isLimit(fault.kind)) return { event: "error", text, fault };
  const resetsAt = isoOf(endOf(evidence, fault));
  if (resetsAt === undefined) return { event: "limit", text, fault };
  // What was paid for does not come back by itself; but here the CLI says that something does.
  return { event: "limit", text, resetsAt, fault: { ...fault, retryable: true } };
}

/** What had passed when the request was refused is no end: the vendor is late, or a clock is wrong. */
function endOf(evidence: Evidence, fault: Fault): number | undefined {
  const at = timeOf(evidence.at);
  const longest = fault.scope === "session" ? LONGEST_SESSION : undefined;
  const words = wordsOf(evidence);
  const { resetsAt, retriesAt } = evidence;
  const said = resetIn(words, at, longest);
  const asked = RETRY.test(words) ? farOf(said, at) : said;
  const end =
    resetsAt ?? (fault.kind === "quota" ? (asked ?? farOf(retriesAt, at)) : (retriesAt ?? said));
  return end !== undefined && at !== undefined && end <= at ? undefined : end;
}

/** Google asks for half a minute even where a day's requests are used up. */
const RETRY = /\bretry/i;

/** A wait of some seconds, after which an allowance is as used up as before, is no end of it. */
function farOf(time: number | undefined, at: number | undefined): number | undefined {
  return at !== undefined && time !== undefined && time - at < 60_000 ? undefined : time;
}

/** The fault alone; undefined if nothing says why the request failed. */
export function faultOf(evidence: Evidence): Fault | undefined {
  const words = wordsOf(evidence);
  if (isOwn(evidence.codes ?? [], words)) return undefined;
  const codes = (evidence.codes ?? []).flatMap((code) => classOf(string(code)) ?? []);
  const recorded = number(evidence.status);
  const status = recorded ?? statusIn(words);
  const named = [...codes, ...namedIn(words)];
  const kind = kindOf(named, words, status);
  if (kind === undefined) return undefined;
  const scope = isLimit(kind) ? (evidence.scope ?? scopeOf(named, words, status, kind)) : undefined;
  const byRecord = [...codes.map((one) => one.kind), kindByStatus(recorded)];
  const isRecorded = byRecord.some((one) => one === kind || (isLimit(one) && isLimit(kind)));
  return {
    kind,
    ...(scope === undefined ? {} : { scope }),
    ...(status === undefined ? {} : { status }),
    retryable: isRetryable(kind, scope),
    source: isRecorded ? "record" : "text",
  };
}

/**
 * A limit that someone set for this one session. The account is as before, and no other agent may spend what this
 * one was not to: Codex's `session_budget_exceeded` and `rollout_budget_exceeded`, and Copilot CLI's
 * `session_quota_exceeded`, of which 1.0.102 says "Start a new session to continue".
 */
function isOwn(codes: readonly (Json | undefined)[], words: string): boolean {
  const names = [...codes.map(string), ...[...words.matchAll(NAMED)].map(([, name]) => name)];
  return names.some((name) => OWN.test(plainName(name ?? ""))) || OWN_WORDS.test(words);
}

const OWN = /^(?:session|rollout)(?:budget|quota)exceeded$/;
const OWN_WORDS =
  /\bspending limit for this session\b|\b(?:session|rollout) budget ex(?:ceed|haust)ed\b/i;

/** May the same request succeed later? Where an allowance has a time it comes back; what was paid for does not. */
function isRetryable(kind: Fault["kind"], scope: LimitScope | undefined): boolean {
  if (kind === "quota") return scope !== "credits";
  return kind === "rate" || kind === "overload";
}

function isLimit(kind: Fault["kind"] | undefined): boolean {
  return kind === "quota" || kind === "rate";
}

/** Will the same request, tried again at once, be refused again? A limit lasts, and so does the vendor's overload. */
export function mayLast(fault: Fault | undefined): boolean {
  return isLimit(fault?.kind) || fault?.kind === "overload";
}

/** The scope of a window of so many minutes: vendors' windows are a few hours, a day, a week or a month. */
export function scopeOfMinutes(minutes: number | undefined): LimitScope | undefined {
  if (minutes === undefined || minutes <= 0) return undefined;
  if (minutes < 1440) return "session";
  if (minutes < 2 * 1440) return "daily";
  return minutes <= 14 * 1440 ? "weekly" : "monthly";
}

/** `retry-after` and `retry-after-ms`, by name in lower case: when they let the next request through. */
export function resetByHeaders(
  header: (name: string) => Json | undefined,
  at: number | undefined,
): number | undefined {
  const after = header("retry-after");
  const wait = amount(header("retry-after-ms")) ?? (amount(after) ?? Number.NaN) * 1000;
  if (!Number.isNaN(wait)) return at === undefined ? undefined : at + wait;
  const date = Date.parse(string(after) ?? "");
  return Number.isNaN(date) ? undefined : date;
}

function amount(value: Json | undefined): number | undefined {
  const text = string(value);
  if (text === undefined) return number(value);
  return /^\d{1,12}(?:\.\d{1,9})?$/.test(text.trim()) ? Number(text) : undefined;
}

/** ISO 8601; undefined for what is no time. */
export function isoOf(ms: number | undefined): string | undefined {
  if (ms === undefined || !(Math.abs(ms) <= 8.64e15)) return undefined;
  return new Date(ms).toISOString();
}

function timeOf(at: Evidence["at"]): number | undefined {
  const ms = typeof at === "number" ? at : Date.parse(at ?? "");
  return Number.isFinite(ms) ? ms : undefined;
}

/** More than this of an error is a page that a proxy answered with. */
const MOST_WORDS = 20_000;

function wordsOf({ text, details }: Evidence): string {
  const words = details === undefined ? text : `${text}\n${details}`;
  return words.slice(0, MOST_WORDS).replaceAll("’", "'");
}

interface Class {
  kind: Fault["kind"];
  scope?: LimitScope;
}

/**
 * The end of a name, in lower case and without its punctuation: `AnthropicRateLimitError` and
 * `rate_limit_error` are one. The first that fits counts.
 */
const NAMES: readonly (readonly [end: RegExp, kind: Fault["kind"], scope?: LimitScope])[] = [
  // Gemini's classes of quotas: GenerateRequestsPerDayPerProjectPerModel-FreeTier.
  [/perday(?:per\w+)?$/, "quota", "daily"],
  [/perminute(?:per\w+)?$/, "rate"],
  // Alibaba's `Throttling.AllocationQuota` is about tokens in a minute; AWS has `ThrottlingException`.
  [/^throttling(?:allocationquota|ratequota|exception|error)?$/, "rate"],
  // What LiteLLM's proxy lets a key, a team or a user spend.
  [/budgetexceeded(?:error)?$/, "quota", "credits"],
  // Codex: a cap that the workspace sets on what is spent.
  [/^workspace(?:owner|member)usagelimitreached$/, "quota", "credits"],
  [
    /insufficientquota$|creditsexhausted$|creditserror$|exceededcurrentquotaerror$/,
    "quota",
    "credits",
  ],
  [
    /billing(?:error|hardlimitreached|notconfigured)$|creditsdepleted$|usagenotincluded$/,
    "quota",
    "credits",
  ],
  [
    /outofcredits$|^overage$|insufficientcredits$|insufficientbalance$|paymentrequired$/,
    "quota",
    "credits",
  ],
  [/(?:user|interaction)weeklyratelimited$|^sevenday$/, "quota", "weekly"],
  // `seven_day_overage_included` is what Claude Code shows as the limit of Fable.
  [
    /usermodelratelimited$|^(?:sevenday|fivehour)(?:opus|sonnet|overageincluded)$/,
    "quota",
    "model",
  ],
  [/(?:userglobal|interactionsession)ratelimited$|^fivehour$/, "quota", "session"],
  [/freeusagelimiterror$|dailylimiterror$/, "quota", "daily"],
  [
    /monthly(?:limiterror|ratelimited)$|overagelimitreached$|additionalspendlimitreached$/,
    "quota",
    "monthly",
  ],
  [/spend(?:ing)?limit(?:reached|exceeded)$/, "quota"],
  [
    /usagelimit(?:reached|exceeded|error)$|usageexhausted$|quota(?:exhausted|exceeded)?(?:error)?$/,
    "quota",
  ],
  [/accessterminatederror$/, "quota"],
  [
    /engineoverloadederror$|overloaded(?:error)?$|slowdown$|providerunavailable$|^unavailable$/,
    "overload",
  ],
  [
    /serviceunavailable(?:error|exception)?$|capacity(?:unavailable|exhausted)$|nocapacity$/,
    "overload",
  ],
  [
    /ratelimit(?:ed|s|error|exceeded|reached)*(?:error)?$|agentmodelimitexceeded$|toomanyrequests(?:error)?$|resourceexhausted$/,
    "rate",
  ],
  [
    /context(?:length|window)?(?:exceed(?:ed)?|overflow)(?:error)?$|contextlimit$|prompttoolong$|prompttokensexceeded$/,
    "context",
  ],
  [/requesttoolarge$/, "context"],
  [
    /authentication(?:failed|error)?$|^authorization$|autherror$|unauthorized$|unauthenticated$/,
    "auth",
  ],
  [/oauthorgnotallowed$|accountonhold$|verificationrequired$|cloudcredentialerror$/, "auth"],
  [
    /invalidapikey$|apikeyinvalid$|expiredtoken(?:exception)?$|tokenexpired$|accessdeniedexception$|permission(?:denied|error)$|permissiondeniederror$/,
    "auth",
  ],
];

function classOf(name: string | undefined): Class | undefined {
  if (name === undefined) return undefined;
  const plain = plainName(name);
  const found = NAMES.find(([end]) => end.test(plain));
  return found && { kind: found[1], ...(found[2] === undefined ? {} : { scope: found[2] }) };
}

/** No name is longer. */
function plainName(name: string): string {
  return name.length > 100 ? "" : name.toLowerCase().replace(/[^a-z]/g, "");
}

/** In JSON, or as Python prints it: `'type': 'rate_limit_error'`, and `type=insufficient_quota`. */
const NAMED =
  /["'(\s](?:type|code|status|reason|quotaId|quotaLimit|error)\\{0,3}["']?\s?[:=]\s?\\{0,3}["']?([A-Za-z][\w.-]{2,80})/g;
/** And at the beginning of a line: `litellm.RateLimitError: …`, `AnthropicRateLimitError("…`. */
const EXCEPTION = /^(?:\w{1,40}\.){0,3}(\w{1,60}(?:Error|Exception))\b/m;

function namedIn(words: string): Class[] {
  const names = [...words.matchAll(NAMED)].map(([, name]) => name);
  const [, thrown] = EXCEPTION.exec(words) ?? [];
  // Python's own is about a file; a vendor's has another name before it, or is in JSON.
  if (thrown !== "PermissionError") names.push(thrown);
  return names.flatMap((name) => classOf(name) ?? []);
}

const STATUS =
  /^\s{0,9}([45]\d\d)\b|\b(?:error|code|status|http|rejected|failed|errno)\b[^\d\n]{0,12}([45]\d\d)\b|\b([45]\d\d) (?:Too Many|Payment Req|Unauthor|Forbidden|Service Unav|Request Entity)/i;

function statusIn(words: string): number | undefined {
  const [, ...found] = STATUS.exec(words) ?? [];
  const digits = found.find((one) => one !== undefined);
  return digits === undefined ? undefined : Number(digits);
}

const BY_STATUS: Readonly<Record<number, Fault["kind"]>> = {
  401: "auth",
  402: "quota",
  403: "auth",
  413: "context",
  429: "rate",
  503: "overload",
  529: "overload",
};

function kindByStatus(status: number | undefined): Fault["kind"] | undefined {
  return status === undefined ? undefined : BY_STATUS[status];
}

/**
 * What says most comes first: a vendor answers 403 to a quota that is used up (Kimi), 400 to an empty account
 * (Anthropic), and 429 to all of these; that one minute's requests were too many is said by name (Gemini).
 */
function kindOf(
  named: readonly Class[],
  words: string,
  status: number | undefined,
): Fault["kind"] | undefined {
  const [first] = named;
  const said = inWords(words);
  if (said.isTooLong) return "context";
  if (said.isAtOnce) return "rate";
  if (named.some(({ kind }) => kind === "quota")) return "quota";
  if (said.isMomentary) return "rate";
  const isOther = first?.kind === "overload" || first?.kind === "context";
  if (!isOther && said.isQuota) return "quota";
  // Claude Code has `rate_limit` for this one, too.
  if (status === 529) return "overload";
  if (first) return first.kind;
  return said.kind ?? kindByStatus(status) ?? (said.isAuth ? "auth" : undefined);
}

function scopeOf(
  named: readonly Class[],
  words: string,
  status: number | undefined,
  kind: Fault["kind"],
): LimitScope | undefined {
  // Too many requests at once are of no allowance.
  if (kind === "rate") return undefined;
  const byName = named.find((one) => one.kind === "quota" && one.scope !== undefined)?.scope;
  const { scope, isCertain } = scopeInWords(words);
  if (isCertain) return scope;
  return byName ?? scope ?? (status === 402 ? "credits" : undefined);
}
