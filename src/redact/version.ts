/**
 * Increase it when the rules find different things: then everything that was redacted is written
 * again.
 */
export const REDACTION = 5;
