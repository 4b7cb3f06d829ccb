/** What Mistral Vibe sends in the place of the conversation so far: the user's newest messages, and a summary. */
import { array, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";

const OPENING = "You are continuing a trajectory after a context compaction.";

/** Does the model hear from here on what is left of the conversation so far? */
export function isOpening(content: Json | undefined): boolean {
  return onlyText(content).startsWith(OPENING);
}

const HEAD = "Here is a summary of what has happened so far:\n\n<compaction_summary>\n";
const TAIL = "\n</compaction_summary>";
const CLOSING = "</previous_user_messages>\n\n";

/** The summary in the message that ends it; null for another message. */
export function summaryIn(content: Json | undefined): string | null {
  const text = onlyText(content);
  const said = text.startsWith(CLOSING) ? text.slice(CLOSING.length) : text;
  const isSummary = said.startsWith(HEAD) && said.endsWith(TAIL);
  return isSummary && said.length >= HEAD.length + TAIL.length
    ? said.slice(HEAD.length, -TAIL.length)
    : null;
}

export function summaryText(summary: string): string {
  return HEAD + summary + TAIL;
}

/** The text of a message that holds nothing else; else an empty one. */
function onlyText(content: Json | undefined): string {
  const [only, ...more] = array(content);
  const text = typeof content === "string" ? content : string(member(only, "text"));
  return text === undefined || more.length > 0 ? "" : text;
}
