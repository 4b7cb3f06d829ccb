/** How a usage limit looks in Pi's records. */

const LIMIT =
  /^429\b|(rate_limit_error|insufficient_quota|usage_limit_reached|usage limit|quota exceeded)/i;

/**
 * The text of a limit, from `errorMessage` of an answer that failed: Pi stores the provider's
 * words, "429 {…rate_limit_error…}" or "429: {…insufficient_quota…}", and never a reset time.
 */
export function limitText(errorMessage: string | undefined): string | undefined {
  return errorMessage !== undefined && LIMIT.test(errorMessage) ? errorMessage : undefined;
}

/** When the limit ends: oh-my-pi adds the wait that the provider asked for to its words. */
export function resetOf(text: string, at: number | undefined): { resetsAt?: string } {
  const [, wait] = /\bretry-after-ms=(\d{1,12})\b/.exec(text) ?? [];
  return at === undefined || wait === undefined
    ? {}
    : { resetsAt: new Date(at + Number(wait)).toISOString() };
}
