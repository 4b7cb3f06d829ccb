/** How a usage limit looks where a step of the CLI failed. */

/** How Python prints the error: `AnthropicRateLimitError("Error code: 429 - …")`. */
const LIMIT =
  /^(?:\w*RateLimitError|ResourceExhausted)\b|^\w*Error\(['"]Error code: 429\b|\b(?:rate_limit_error|insufficient_quota|RESOURCE_EXHAUSTED)\b|credit balance is too low/;

export function isLimit(error: string): boolean {
  return LIMIT.test(error);
}
