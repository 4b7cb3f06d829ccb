/** How a usage limit shows in Cline's records, and what its request cannot hold. */
import type { Media } from "../../session/codec.ts";
import { member } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";

/** A message for the screen alone: the CLI does not send it again. */
export function isShownOnly(message: Json): boolean {
  return member(member(message, "metadata"), "displayOnly") === true;
}

const LIMIT =
  /rate.?limit|too many requests|quota|usage limit|\b429\b|credit balance|insufficient.{0,20}(?:credit|balance|fund)/i;

/** What such a message tells: the words are the vendor's, and nothing says when a limit ends. */
export function readNotice(text: string): EventBody {
  return { event: LIMIT.test(text) ? "limit" : "error", text };
}

/** As `file` blocks, whose content is text. */
export const media: Media = { documents: ["text/plain"] };
