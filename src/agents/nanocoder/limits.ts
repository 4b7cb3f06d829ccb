/** How errors and usage limits show, and what the CLI sends its model again. */
import type { Media } from "../../session/codec.ts";
import type { EventBody } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/** Images of the user's, by their content alone; a tool's result is a text. */
export const media: Media = { imageUrls: false, resultImages: false };

/** What an editor's agent stores as an answer, and sends again, after a request that failed. */
const FAILED = /^\n\n\*\*Error:\*\* ([\s\S]*)\n$/;
const CANCELLED = "\n\n_Cancelled by user._\n";

/** The event that such an answer tells of; null for any other. The screen stores nothing of it. */
export function eventIn(answer: string | undefined): EventBody | null {
  if (answer === CANCELLED) return { event: "interruption" };
  const [, text] = FAILED.exec(answer ?? "") ?? [];
  if (text === undefined) return null;
  return failed({ text });
}
