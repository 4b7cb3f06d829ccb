/**
 * Queries for an index that does not store the positions of words: it finds all texts that may
 * match, and if it cannot decide, each of them must be checked.
 */
import { expression, type Phrase, type Words } from "./query.ts";
import { searchable } from "./text.ts";

export interface Loose {
  /** In the index's query language; null if nothing can match. */
  expression: string | null;
  /** Does it find exactly the matches? */
  isExact: boolean;
}

/** `cut`: splits a text into words as the index does. */
export function loosened({ some, without }: Words, cut: (text: string) => string[]): Loose {
  const wordsOf = (phrase: Phrase): Phrase[] => {
    const words = cut(searchable(phrase.text));
    return words.map((text, n) => ({ text, prefix: phrase.prefix && n === words.length - 1 }));
  };
  const wanted = some.map((phrases) => phrases.map(wordsOf));
  const unwanted = without.map(wordsOf);
  // A phrase without any word matches nothing, as in the index.
  const groups = wanted.filter((phrases) => phrases.every((words) => words.length > 0));
  return {
    expression:
      groups.length === 0
        ? null
        : expression({
            some: groups.map((phrases) => phrases.flat()),
            without: unwanted.filter((words) => words.length === 1).flat(),
          }),
    isExact: [...groups.flat(), ...unwanted].every((words) => words.length <= 1),
  };
}
