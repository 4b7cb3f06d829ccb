/** Goes up when the rules find other things: what was redacted is then written anew. */
export const REDACTION = 5;
