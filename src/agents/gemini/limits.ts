/** How a usage limit looks in Gemini CLI's records, and what its API accepts. */
import type { Media } from "../../session/codec.ts";
import type { EventBody } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/**
 * A message of type "error": on the screen, the CLI records the API's words, "[API Error: You have exhausted
 * your daily quota on this model.]…", and for other failures its whole answer, with the quota's class
 * (`quotaId`). Without a screen, it writes nothing about it into the session.
 */
export function readError(text: string, at: string | null): EventBody {
  return failed({ text, at });
}

const DOCUMENTS = [
  "application/pdf",
  "audio/aac",
  "audio/aiff",
  "audio/flac",
  "audio/mp3",
  "audio/mpeg",
  "audio/ogg",
  "audio/wav",
  "video/mp4",
  "video/mpeg",
  "video/quicktime",
  "video/webm",
];

/**
 * What the API documents, which does not include GIF. 0.61.0 sent PNG, PDF and WAV in messages, PDF
 * after a result and PNG in one unchanged [run]; that other types are sent comes from its source
 * (0.61.0, convertSessionToClientHistory). In tool results, the API accepts images and PDFs.
 */
export const media: Media = {
  images: ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"],
  answerImages: true,
  requestBytes: 100 << 20,
  documents: DOCUMENTS,
  resultDocuments: ["application/pdf"],
};
