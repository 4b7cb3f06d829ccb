/** Files in prompts of Gemini CLI and Qwen Code, its fork. */
import { dirname, sep } from "node:path";
import type { StartRequest } from "../types.ts";

/**
 * A prompt that mentions a file as `@path`, so that it comes along, and the option that lets it:
 * only what lies in one of the CLI's folders does.
 */
export function mentioning({ file, prompt }: StartRequest): { folder: string; prompt: string } {
  return {
    folder: `--include-directories=${dirname(file)}`,
    prompt: prompt(`@${escaped(file)}`),
  };
}

/** A mention ends at what is not part of a plain path. */
function escaped(path: string): string {
  return sep === "\\" ? path : path.replace(/[^\p{L}\p{N}/._+-]/gu, "\\$&");
}
