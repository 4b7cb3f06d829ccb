/** Aider declares no tools to its model: it reads edits and commands out of the answer's text. */
import type { Tools } from "../../session/codec.ts";

export const tools: Tools = {
  toNative: () => null,
  accepts: () => false,
};
