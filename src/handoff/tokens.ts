/**
 * Tokens of a text, by OpenAI's o200k encoding. Import this module only where tokens are counted: its
 * table takes a fifth of a second and some 60 MB.
 */
import { countTokens as count, setMergeCacheSize } from "gpt-tokenizer/encoding/o200k_base";

/**
 * What to leave of a budget: other vendors' tokenizers count more than this one, by a tenth as a rule
 * with code and English. A budget is honoured with this share of it left free.
 */
export const SAFETY = 0.1;

/**
 * A text is counted in pieces of so many characters, cut at a space where there is one: the encoder's
 * time grows with the square of an unbroken run's length (100,000 times "=": 15 s, in pieces 10 ms).
 * A cut adds a token at most, so that what is said is never too little.
 */
const PIECE = 512;

/** The encoder remembers words; so many are some MB. */
const REMEMBERED = 20_000;

/** Special tokens, such as <|endoftext|>, are what they look like: text. */
const PLAIN = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

setMergeCacheSize(REMEMBERED);

/** Never throws, whatever the text. One to four MB of text a second. */
export function countTokens(text: string): number {
  let tokens = 0;
  for (let at = 0; at < text.length; ) {
    const end = endOfPiece(text, at);
    tokens += count(text.slice(at, end), PLAIN);
    at = end;
  }
  return tokens;
}

function endOfPiece(text: string, at: number): number {
  const end = at + PIECE;
  if (end >= text.length) return text.length;
  const piece = text.slice(at, end);
  const space = Math.max(piece.lastIndexOf(" "), piece.lastIndexOf("\n"));
  if (space > 0) return at + space;
  const isHalf = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return isHalf ? end - 1 : end;
}
