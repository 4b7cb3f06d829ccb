/**
 * What Mistral Vibe sends in the place of the conversation so far: the user's newest messages, and a summary. Users can
 * type the same words, so these count in a message that Vibe marks as its own. 3.x forgets the marks of a session of 2.x
 * that it imports, so all of it in one message counts as the very first, too: nothing is before it that could be lost.
 */
import { array, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

const OPENING = `You are continuing a trajectory after a context compaction.

Here are some of the most recent previous user messages, preserved verbatim where possible. Treat them as prior context, not as new requests.

<previous_user_messages>`;

/** Does 3.x's model hear from here on what is left of the conversation so far? */
export function isOpening(content: Json | undefined): boolean {
  return onlyText(content) === OPENING;
}

const HEAD = "Here is a summary of what has happened so far:\n\n<compaction_summary>\n";
const TAIL = "\n</compaction_summary>";
const CLOSING = "</previous_user_messages>\n\n";

/** The summary in 3.x's message that ends it; null for another message. */
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

/** All of it in one message, as 2.x writes it. */
export function restatedText({ kept, summary }: Restated): string {
  const messages = kept.map((text) => {
    const said = text.replace(/<(\/?previous_user_messages?)>/g, "&lt;$1&gt;");
    return `\n<previous_user_message>\n${said}\n</previous_user_message>`;
  });
  return `${OPENING}${messages.join("")}\n${CLOSING}${summaryText(summary)}`;
}

/** What is left of a conversation. */
export interface Restated {
  /** The user's messages, as the model is sent them. */
  kept: string[];
  summary: string;
}

/**
 * What a message leaves of the conversation before it; null for any other. 2.26 marks such a message with
 * `context_boundary`; before, it is an injected one with all of the tags.
 */
export function boundaryIn(message: JsonObject, isFirst: boolean): Restated | null {
  const isBoundary = message.context_boundary === "compaction";
  if (!isFirst && !isBoundary && message.injected !== true) return null;
  const restated = restatedIn(message.content);
  if (restated !== null || !isBoundary) return restated;
  const summary = onlyText(message.content);
  return summary === "" ? null : { kept: [], summary };
}

/** The parts of the text in which 2.x has all of it; null for another text. */
export function restatedIn(content: Json | undefined): Restated | null {
  const text = onlyText(content);
  if (!text.startsWith(`${OPENING}\n`)) return null;
  const end = text.indexOf(`\n${CLOSING}`, OPENING.length);
  if (end < 0) return null;
  const kept = messagesIn(text.slice(OPENING.length, end));
  const summary = summaryIn(text.slice(end + 1));
  return kept === null || summary === null ? null : { kept, summary };
}

/** Since 2.18 each message stands between two lines; before, its tags had a number. */
const MESSAGE =
  /\n<previous_user_message(?:>\n([\s\S]*?)\n<\/previous_user_message>|_(\d+)>([\s\S]*?)<\/previous_user_message_\2>)/y;

/** The CLI escapes such tags within a message, so that these end it. null for anything else between messages. */
function messagesIn(block: string): string[] | null {
  const kept: string[] = [];
  MESSAGE.lastIndex = 0;
  let at = 0;
  while (at < block.length) {
    const found = MESSAGE.exec(block);
    if (found === null) return null;
    at = MESSAGE.lastIndex;
    kept.push(found[1] ?? found[3] ?? "");
  }
  return kept;
}

/** The text of a message that holds nothing else; else an empty one. */
function onlyText(content: Json | undefined): string {
  const [only, ...more] = array(content);
  const text = typeof content === "string" ? content : string(member(only, "text"));
  return text === undefined || more.length > 0 ? "" : text;
}
