/** The findings of rules, and what several rules need. */
import type { Range } from "./views.ts";

/**
 * A secret in a text. `kind` as in the placeholder. `exact`: recognized by its form rather than its
 * context, so that its bounds are the right ones if both are found.
 */
export interface Finding extends Range {
  kind: string;
  /** The same for each form of the same secret. */
  identity: string;
  exact: boolean;
}

export function finding(kind: string, start: number, value: string, exact = false): Finding {
  return { kind, start, end: start + value.length, identity: value, exact };
}

/** Base64 of `user:password`. */
export function isPair(word: string): boolean {
  return /^[\x20-\x7e]+:[\x20-\x7e]{3,}$/.test(Buffer.from(word, "base64").toString("latin1"));
}

/** Example values in place of a password. */
export const SAID =
  /^(?:pass(?:word|wd)?|pwd|user(?:name)?|secret|root|admin|test|mypassword|token)$/i;
