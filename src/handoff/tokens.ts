/**
 * Counts tokens with OpenAI's o200k_base. Other vendors' tokenizers are not published, and count
 * more tokens for the same text, so `MARGIN` of a budget is left unspent.
 */

/** Share of a budget for vendors whose tokenizers count more than o200k. */
export const MARGIN = 0.1;

/** The part of a budget that may be spent, in o200k tokens. */
export function spendable(budget: number): number {
  return Math.floor(budget * (1 - MARGIN));
}

export type Count = (text: string) => number;

/**
 * The tokenizer's time grows with the square of an unbroken run's length (a megabyte of base64
 * would take hours), so longer runs are counted in pieces: splitting never saves a token.
 */
const PIECES = /\S{400}|\s{400}/gu;

/** Text that looks like a special token of the model ("<|endoftext|>") is ordinary text. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/** How many words the tokenizer caches: some MB. */
const REMEMBERED = 20_000;

/** Loads the tokenizer: some 2 MB, so only if tokens are counted. */
export async function tokenCounter(): Promise<Count> {
  const { countTokens, setMergeCacheSize } = await import("gpt-tokenizer/encoding/o200k_base");
  setMergeCacheSize(REMEMBERED);
  return (text) => {
    let sum = 0;
    let at = 0;
    for (const { 0: piece, index } of text.matchAll(PIECES)) {
      sum += countTokens(text.slice(at, index + piece.length), AS_TEXT);
      at = index + piece.length;
    }
    return sum + countTokens(text.slice(at), AS_TEXT);
  };
}
