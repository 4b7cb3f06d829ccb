/** How a usage limit and other errors look: as messages of the system's role that end a turn. */
import { member } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { type Failure, failed } from "../shared/faults.ts";

/** In a session on the screen, which goes on. */
const FAILED = /^LLM request failed: ?/;
/** In a run without a screen, which ends; the log notes in `metadata.error` that it is one. */
const FATAL = /^error: (\w+)\n/;

/** null for anything else. `error_class` is what the log notes of such a run's end. */
export function errorIn(
  text: string,
  metadata: Json | undefined,
  at: string | null,
): Failure | null {
  const isError = member(metadata, "error") === true;
  const [, kind] = (isError && FATAL.exec(text)) || [];
  if (kind === undefined && !FAILED.test(text)) return null;
  return failed({ text, codes: [kind, member(metadata, "error_class")], at });
}
