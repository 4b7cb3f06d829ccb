/** What the CLI sends its model again. A usage limit leaves nothing that tells of it: see README.md. */
import type { Media } from "../../session/codec.ts";

/** Images of the user's, by their content alone; a tool's result is a text. */
export const media: Media = { imageUrls: false, resultImages: false };
