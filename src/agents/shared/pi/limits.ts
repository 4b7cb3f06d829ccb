/** How a usage limit looks in Pi's records. */

const LIMIT =
  /^(?:429|402)\b|(rate_limit_error|billing_error|insufficient_quota|usage_limit_reached|usage limit|quota exceeded|credit balance is too low)/i;

/**
 * The text of a limit, from `errorMessage` of an answer that failed: Pi stores the provider's
 * words, "429 {…rate_limit_error…}" or "429: {…insufficient_quota…}", and never a reset time.
 */
export function limitText(errorMessage: string | undefined): string | undefined {
  return errorMessage !== undefined && LIMIT.test(errorMessage) ? errorMessage : undefined;
}

/** When the limit ends: oh-my-pi and OpenClaw add the wait that the provider asked for to its words. */
export function resetOf(text: string, at: number | undefined): { resetsAt?: string } {
  const [, ms] = /\bretry-after-ms=(\d{1,12})\b/.exec(text) ?? [];
  const [, seconds] = /; Retry-After: (\d{1,9}(?:\.\d+)?) seconds?$/.exec(text) ?? [];
  if (at === undefined || (ms ?? seconds) === undefined) return {};
  const wait = ms === undefined ? Number(seconds) * 1000 : Number(ms);
  return { resetsAt: new Date(at + Math.round(wait)).toISOString() };
}
