/** How a usage limit and other errors look: as messages of the system's role that end a turn. */
/** In a session on the screen, which goes on. */
const FAILED = /^LLM request failed: ?/;
/** In a run without a screen, which ends; the log notes in `metadata.error` that it is one. */
const FATAL = /^error: (\w+)\n/;
const LIMIT = /rate.?limit|\b429\b|quota|usage_limit_reached|too many requests|credit balance/i;

export interface Failure {
  isLimit: boolean;
  text: string;
}

/** null for anything else. */
export function errorIn(text: string, isError: boolean): Failure | null {
  const [, kind] = (isError && FATAL.exec(text)) || [];
  if (kind === undefined && !FAILED.test(text)) return null;
  return { isLimit: kind === "rate_limit" || LIMIT.test(text), text };
}
