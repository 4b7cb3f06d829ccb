/** How a usage limit looks where a step of the CLI failed. */

/** Python's words for the error, with the class of LangChain's provider. */
const LIMIT =
  /^(?:RateLimitError|ResourceExhausted|ModelRateLimitError)\b|\b(?:rate_limit_error|insufficient_quota)\b|^\w*Error\(['"]Error code: 429\b/;

export function isLimit(error: string): boolean {
  return LIMIT.test(error);
}
