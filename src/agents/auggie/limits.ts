/** What the CLI sends its model again. A usage limit leaves nothing in a session: see README.md. */
import type { Media } from "../../session/codec.ts";

/** Images by their content alone, and PDF files in a user's message: what `--image` and `--file` take. */
export const media: Media = {
  imageUrls: false,
  // Of one image, and of all in a message, as base64: the CLI attaches no more.
  imageBytes: 3_932_160,
  documents: ["application/pdf"],
};
