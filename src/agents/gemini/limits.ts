/** How a usage limit shows in Gemini CLI's records, and what its API takes. */
import type { Media } from "../../session/codec.ts";

const LIMIT =
  /exhausted your (daily )?quota|quota exceeded|usage limit reached|RESOURCE_EXHAUSTED|rate limit/i;

/**
 * The text of a limit, from a message of type "error": on the screen the CLI notes what the API
 * said, "[API Error: You have exhausted your daily quota on this model.]…". Without a screen it
 * writes nothing about it into the session.
 */
export function limitText(content: string): string | undefined {
  return LIMIT.test(content) ? content : undefined;
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
 * What the API documents; GIF is not among it. 0.61.0 sent PNG, PDF and WAV in messages, PDF after a
 * result and PNG in one as they were [run]; of other types it is read in its source alone (0.61.0,
 * convertSessionToClientHistory) that they pass. Images and PDFs are what the API takes of a tool.
 */
export const media: Media = {
  images: ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"],
  requestBytes: 100 << 20,
  documents: DOCUMENTS,
  resultDocuments: ["application/pdf"],
};
