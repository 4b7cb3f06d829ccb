/** What a rule finds, and what several of them ask of it. */
import type { Range } from "./views.ts";

/**
 * A secret in a text. `kind` as it stands in the placeholder. `exact`: known by its form, not by
 * what it stands beside, so that where both are found its ends are the right ones.
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

/** What examples say in place of a password. */
export const SAID =
  /^(?:pass(?:word|wd)?|pwd|user(?:name)?|secret|root|admin|test|mypassword|token)$/i;
