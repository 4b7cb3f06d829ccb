/**
 * Why a request was refused, by the words that a CLI or its vendor wrote. The sources are in
 * test/unit/agents/refusals.test.ts. Never use this with words of a user or a model.
 */
import type { Fault, LimitScope } from "../../session/types.ts";

/** What Claude Code says of an overload ("(not your usage limit)"), and a gateway that cannot read its books. */
const DENIED = /\bnot your usage limit\b|\bspend limit unavailable\b/gi;

/** A plan may have no long context at all. The same request, made shorter, is answered: no allowance is used up. */
const TOO_LONG = /\brequired for (?:1M|long) context\b/i;

/** Too much at once, whatever the vendor calls it: Alibaba's `insufficient_quota` with "#token-limit" is of a minute. */
const AT_ONCE = /#token-limit\b|\brate increased too quickly\b|\btemporarily limiting requests\b/i;
/** What passes within a minute, even where the words call it a quota. */
const MOMENTARY =
  /per.?minute|\bper.?min\b|\bonline_prediction_\w+|(?<!\b(?:free|hour|week|month) )\ballocated quota exceeded\b/i;
const LASTING = /per.?(?:day|week|month)\b|\b(?:daily|weekly|monthly)\b/i;

const QUOTA = [
  /\b(?:usage|spend(?:ing)?|(?:opus|sonnet|haiku|fable|mythos)(?: \d[\d.]{0,4})?|5[- ]hour|five[- ]hour|session|daily|weekly|monthly) (?:rate )?limits?\b/i,
  // "your org's monthly spend limit", "your team's shared budget"
  /\b(?:hit|reached) your (?:(?!(?:rate|context|requests?|tokens?|concurren\w*)\b)[\w'.-]{1,20} ){0,4}(?:limit|budget)\b|\bspecified (?:workspace )?API usage limits\b/i,
  /\bout of (?:extra usage|usage|credits|quota)\b|\busage credit cap\b|\brequires? (?:more |usage |extra )(?:usage|credits)\b|\bspend(?:ing)? cap\b/i,
  /\bseat type doesn't include\b|\bservice is disabled for your org\b|\busage allocation has been disabled\b|\bupgrade to Plus: /i,
  /(?<!disk )\bquota (?:has been |is |was )?(?:exceeded|exhausted|reached|limit)|\b(?:exceeded|exhausted) (?:your|the) (?:[\w-]{1,12} ){0,2}(?:quota|capacity)\b|\bno quota\b|\binsufficient (?:quota|credits?|balance|funds?)\b|\bkey limit exceeded\b/i,
  /\bcredit balance (?:is )?too low\b|\bpayment required\b|\bpremium request|\bfree usage exceeded\b|\bfree-models-per-day\b|\b(?:requests|tokens) per day\b|\b[RT]PD\b|ByModelByDay\b/i,
  /\bcredits? (?:are |is |have been )?(?:exhausted|depleted)\b|\bused all (?:available )?credits\b|\bcredit limits are exhausted\b|\badd (?:more )?credits\b|\bbilling details\b/i,
  /使用上限|余额不足|已欠费|\bbudget has been exceeded\b|\bexceeded ?budget\b|\baccount is in good standing\b/i,
];
const RATE =
  /\brate.?limit|\btoo many (?:requests|tokens)\b|\bthrottl(?:ed|ing)\b|\bresource (?:has been )?exhausted\b|\bresource_?exhausted\b|\bper min(?:ute)?\b|\bmax RPM\b|\bconcurren(?:cy|t requests?)\b|\bexceeded your Copilot token usage\b|速率限制|频率/i;
const OVERLOAD =
  /\boverloaded\b|\bno capacity available\b|\bcapacity exceeded\b|\bservice unavailable\b|\bhigh demand\b|\bat capacity\b|(?<!resource )\btemporarily unavailable\b|访问量过大/i;
const CONTEXT =
  /\b(?:prompt|input|request|conversation) (?:is )?too (?:long|large)\b|\bcontext.?(?:length|window|limit)\b|\bmaximum context\b|\bran out of room\b|\bexceeds the maximum number of tokens\b|\bavailable context size\b|\bmaximum prompt length is \d|\breduce the length of the messages\b|\bprompt token count of \d+ exceeds\b|\bexceeded model token limit\b/i;
const AUTH =
  /\b(?:invalid|incorrect) (?:x-)?api.?key\b|\bapi.?key (?:not valid|not found|(?:has |is )?(?:expired|invalid))\b|\bfail(?:ed|ure) to authenticate\b|\b(?:invalid )?authentication\b|\bunauthori[sz]ed\b|\b(?:token|login|session|credentials?) (?:has |have )?(?:been )?(?:expired|revoked)\b|\bplease (?:run )?\/?log ?in\b|\bnot logged in\b|\borganization has (?:been )?disabled\b|\bnot have access to Claude\b/i;

/** What the words say about the kind. */
interface Said {
  isTooLong: boolean;
  isAtOnce: boolean;
  isMomentary: boolean;
  isQuota: boolean;
  /** Of the other kinds, but for `auth`: a status says more about that. */
  kind: Fault["kind"] | undefined;
  isAuth: boolean;
}

export function inWords(all: string): Said {
  const words = all.replace(DENIED, "");
  return {
    isTooLong: TOO_LONG.test(words),
    isAtOnce: AT_ONCE.test(words),
    isMomentary: MOMENTARY.test(words) && !LASTING.test(words),
    isQuota: QUOTA.some((one) => one.test(words)),
    kind: otherKind(words),
    isAuth: AUTH.test(words),
  };
}

function otherKind(words: string): Fault["kind"] | undefined {
  if (CONTEXT.test(words)) return "context";
  if (OVERLOAD.test(words)) return "overload";
  return RATE.test(words) ? "rate" : undefined;
}

/** Words that say it although the vendor's name for the error is of another scope: the first that fits. */
const CERTAIN: readonly (readonly [RegExp, LimitScope])[] = [
  // A gateway names every cap `billing_error`.
  [/\bspend limit reached \(daily\b/i, "daily"],
  [/\bspend limit reached \(weekly\b/i, "weekly"],
  [/\bspend limit reached \(monthly\b/i, "monthly"],
  // For some plans, a limit of Sonnet's is one of everything (`seven_day_sonnet`).
  [/\bhit your weekly limit\b/i, "weekly"],
];

/** Which allowance it is; the first that fits. */
const SCOPES: readonly (readonly [RegExp, LimitScope])[] = [
  [/\b(?:opus|sonnet|haiku|fable|mythos) (?:[\w.]{1,10} )?limit\b/i, "model"],
  [/\bswitch to another model\b|\b(?:limit reached|quota limit) for [a-z]{2,10}[- ]\d/i, "model"],
  [
    /\b(?:limit reached|quota limit) for (?:claude|gemini|gpt)\b|\brequires usage credits\b/i,
    "model",
  ],
  [/\bused all (?:available )?credits\b|\bspend(?:ing)? cap\b|\busage credit cap\b/i, "credits"],
  [/\bweekly\b|\b7[- ]day\b|\bper week\b|\bweek allocated quota\b|每周/i, "weekly"],
  [
    /\bsession (?:usage |rate )?limits?\b|\b(?:5|five)[- ]hour\b|\bhour allocated quota\b|5 ?小时/i,
    "session",
  ],
  [/\bdaily\b|\bper.?day\b|\b[RT]PD\b|\bfree usage exceeded\b|ByModelByDay\b|每日|每天/i, "daily"],
  [/\bmonthly\b|\bper month\b|\bpremium request|\bmonth allocated quota\b|每月/i, "monthly"],
  [/\bspecified (?:workspace )?API usage limits\b/i, "monthly"],
  [/\b(?:on|for) this model\b/i, "model"],
  [
    /\bcredit balance\b|\binsufficient (?:credits?|balance|funds?|quota)\b|余额不足|已欠费/i,
    "credits",
  ],
  // Google says the same of what comes back the next minute or day.
  [/\bbilling details\b(?![^\n]{0,120}\bai\.google\.dev)/i, "credits"],
  [
    /\bout of (?:extra usage|usage|credits)\b|\badd (?:\w{1,6} )?credits\b|\bpayment required\b/i,
    "credits",
  ],
  [/\brequires? (?:more |extra )(?:usage|credits)\b|\bkey limit exceeded\b/i, "credits"],
  [/\bcredits? (?:(?:are|is|have|been) ){0,2}(?:exhausted|depleted)\b/i, "credits"],
  // Nothing comes back here until someone changes the plan, or the seat.
  [
    /\bseat type doesn't include\b|\bservice is disabled for your org\b|\bset to \$0(?!\.)|\baccount is in good standing\b/i,
    "credits",
  ],
  [/\bbudget has been exceeded\b|\bexceeded ?budget\b/i, "credits"],
  [/\busage allocation has been disabled\b|\bupgrade to Plus: /i, "credits"],
];

/** `isCertain`: whatever the vendor calls it. */
export function scopeInWords(words: string): { scope: LimitScope | undefined; isCertain: boolean } {
  const certain = CERTAIN.find(([pattern]) => pattern.test(words))?.[1];
  if (certain !== undefined) return { scope: certain, isCertain: true };
  return { scope: SCOPES.find(([pattern]) => pattern.test(words))?.[1], isCertain: false };
}
