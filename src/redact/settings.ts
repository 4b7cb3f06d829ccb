/** Finds values in the specific forms of files, commands and headers. */
import { isStandIn, looksLikeToken } from "./entropy.ts";
import { type Finding, finding } from "./finding.ts";
import { isAssignment } from "./names.ts";
import { type Sought, WordFinder } from "./words.ts";

export interface Setting extends Pick<Sought, "words" | "before"> {
  kind: string;
  /** How far after a word it may end. */
  reach?: number;
  /**
   * The group that matches at its end, without quotes, is the value. Named groups: `name`, and
   * `quoted` and `bare`, one of which is the value.
   */
  form: RegExp;
  isSecret: (value: string, match: RegExpExecArray) => boolean;
}

/** A private key in base64 is the longest. */
const REACH = 17_000;

export const isAny = (value: string): boolean => !isStandIn(value) && !/^[$%<[{(]/.test(value);
export const isToken = (value: string): boolean => looksLikeToken(value, "quoted");

/** How a line begins that a tool has numbered, or a diff marked. */
export const LINE = String.raw`(?:^[+ -]?(?:[ \t]{0,8}\d{1,6}(?:→|\t|[|│:]))?)`;

/**
 * The text between two quotes of the same kind, with the same number of backslashes before both.
 */
export const QUOTED =
  "(?<escape>\\\\{0,7})(?<quote>[\"'`])(?<quoted>[^\\0\\n]{1,512}?)(?<!\\\\)[ \\t]{0,8}\\k<escape>\\k<quote>";

/** All of them in one pass. */
export class Settings {
  readonly #finder: WordFinder<Setting & Sought>;

  constructor(all: readonly Setting[]) {
    this.#finder = new WordFinder(all.map((setting) => ({ reach: REACH, ...setting })));
  }

  *search(text: string): Generator<Finding> {
    for (const [setting, ranges] of this.#finder.stretches(text)) {
      for (const { start, end } of ranges) {
        for (const match of text.slice(start, end).matchAll(setting.form)) {
          const value = secretOf(match);
          if (value === "" || isAssignment(value) || !setting.isSecret(value, match)) continue;
          yield finding(setting.kind, start + match.index + match[0].lastIndexOf(value), value);
        }
      }
    }
  }
}

function secretOf({ groups, 1: first = "" }: RegExpExecArray): string {
  return groups ? (groups.quoted ?? groups.bare ?? "") : first;
}
