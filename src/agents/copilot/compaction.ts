/** What the model is sent after a compaction: the user's requests, and the summary. */
const INTRO = "Some of the conversation history has been summarized to free up context.\n";
const ASKED =
  "\nYou were originally given instructions from a user over one or more turns. Here were the user messages:\n";
const OPEN = "\nHere is a summary of the prior context:\n<summary>\n";
const CLOSE = "\n</summary>\n";

/** The user's words in a session are usually short; no more than this is remembered. */
const MAX_CHARS = 8 << 20;

/** The user's messages, which every compaction repeats from the first one on. */
export class Requests {
  #text = "";

  add(text: string): void {
    if (text === "" || this.#text.length + text.length > MAX_CHARS) return;
    this.#text += `<user_message>\n${text}\n</user_message>\n`;
  }

  clear(): void {
    this.#text = "";
  }

  /** The one message that replaces everything compacted. */
  compacted(summary: string, more: string | undefined): string {
    const asked = this.#text === "" ? "" : ASKED + this.#text;
    return INTRO + asked + OPEN + summary + CLOSE + (more === undefined ? "" : `\n\n${more}`);
  }
}

/** The summary in such a message; the text itself if it is not one. */
export function summaryIn(text: string): string {
  const at = text.startsWith(INTRO) && text.endsWith(CLOSE) ? text.indexOf(OPEN) : -1;
  return at < 0 ? text : text.slice(at + OPEN.length, -CLOSE.length);
}
