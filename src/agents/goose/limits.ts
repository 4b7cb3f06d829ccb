/** What Goose tells its user of a failed request. Most of it, it only prints: no record holds it. */
import type { Media } from "../../session/codec.ts";
import { saidIn } from "../../session/other.ts";
import type { EventBody, Json } from "../../session/types.ts";

const LIMIT =
  /rate.?limit|too many requests|quota|usage limit|\b429\b|credit|insufficient.{0,20}(?:balance|fund)/i;

/** Of a notification or an error: its kind, and its words, which are the provider's. */
export function readNotice(kind: Json | undefined, words: Json | undefined): EventBody {
  const text = saidIn(words);
  const isLimit = kind === "creditsExhausted" || LIMIT.test(text);
  return { event: isLimit ? "limit" : "error", text };
}

/** As `document` blocks of 1.52; in results as resources. */
export const media: Media = {
  documents: ["application/pdf"],
  resultDocuments: ["application/pdf"],
};
