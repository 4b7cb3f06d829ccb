/** How a usage limit shows in Cline's records, and what its request cannot hold. */
import type { Media } from "../../session/codec.ts";
import { member } from "../../session/json.ts";
import type { EventBody, Json } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/** A message for the screen alone: the CLI does not send it again. */
export function isShownOnly(message: Json): boolean {
  return member(member(message, "metadata"), "displayOnly") === true;
}

/** What such a message tells: the words are the vendor's. */
export function readNotice(text: string, at: string | null): EventBody {
  return failed({ text, at });
}

/** As `file` blocks, whose content is text. */
export const media: Media = { documents: ["text/plain"] };
