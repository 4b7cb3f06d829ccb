/** How a usage limit and other errors look: as messages of the system's role that end a turn. */
import { member } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { type Failure, failed } from "../shared/faults.ts";

/** In a session on the screen, which continues. */
const FAILED = /^LLM request failed: ?/;
/** In a run without a screen, which ends; the log notes in `metadata.error` that it is one. */
const FATAL = /^error: (\w+)\n/;

/**
 * null for anything else. `error_class` is what the log notes of such a run's end. `isRequest`: may it be about a
 * request? Right after an answer, it is what a tool printed, be it these very words.
 */
export function errorIn(
  text: string,
  metadata: Json | undefined,
  at: string | null,
  isRequest: boolean,
): Failure | null {
  const isError = member(metadata, "error") === true;
  const [, kind] = (isError && FATAL.exec(text)) || [];
  if (kind === undefined && !(isRequest && FAILED.test(text))) return null;
  return failed({ text, codes: [kind, member(metadata, "error_class")], at });
}
