/**
 * Counts tokens. What counts is OpenAI's o200k_base; other vendors' tokenizers are not published,
 * and find more tokens in the same text, so `MARGIN` of a budget is left unspent.
 */

/** Of a budget, for vendors whose tokenizers count more than o200k does. */
export const MARGIN = 0.1;

/** What of a budget may be spent, in tokens of o200k. */
export function spendable(budget: number): number {
  return Math.floor(budget * (1 - MARGIN));
}

export type Count = (text: string) => number;

/**
 * The tokenizer takes time in the square of a run without a break (a megabyte of base64 would take
 * hours), so that longer ones are counted in pieces: no piece's end saves a token.
 */
const PIECES = /\S{400}|\s{400}/gu;

/** What is spelled like a mark of the model's own ("<|endoftext|>") is text as any other. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/** Words that the tokenizer remembers: some MB. */
const REMEMBERED = 20_000;

/** Loads the tokenizer: some 2 MB, so only where tokens are counted. */
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
