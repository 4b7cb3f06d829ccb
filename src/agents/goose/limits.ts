/** What Goose tells its user of a failed request. Most of it, it only prints: no record holds it. */
import type { Media } from "../../session/codec.ts";
import { saidIn } from "../../session/other.ts";
import type { EventBody, Json } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/** Of a notification or an error: its kind, and its words, which are the provider's. */
export function readNotice(
  kind: Json | undefined,
  words: Json | undefined,
  at: string | null,
): EventBody {
  return failed({ text: saidIn(words), codes: [kind], at });
}

/** As `document` blocks of 1.52; in results as resources. */
export const media: Media = {
  documents: ["application/pdf"],
  resultDocuments: ["application/pdf"],
};
