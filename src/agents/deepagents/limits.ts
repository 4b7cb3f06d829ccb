/** How a usage limit looks where a step of the CLI failed. */
import type { EventBody } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/**
 * What a step failed with, as Python prints it: the error's class, and the provider's answer, as in
 * `AnthropicRateLimitError("Error code: 429 - …")`.
 */
export function errorOf(text: string, at: string | null): EventBody {
  return /^CancelledError\(/.test(text) ? { event: "interruption" } : failed({ text, at });
}
