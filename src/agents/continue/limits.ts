/** What the CLI sends its model again. A usage limit leaves nothing in a session: see README.md. */
import type { Media } from "../../session/codec.ts";

/** A tool's result is a text, and a document has no place in a message. */
export const media: Media = { resultImages: false };
