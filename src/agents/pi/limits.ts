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
