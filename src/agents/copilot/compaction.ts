/** What the model is told after a compaction: what the user asked for, and the summary. */
const INTRO = "Some of the conversation history has been summarized to free up context.\n";
const ASKED =
  "\nYou were originally given instructions from a user over one or more turns. Here were the user messages:\n";
const OPEN = "\nHere is a summary of the prior context:\n<summary>\n";
const CLOSE = "\n</summary>\n";

/** What a session holds of the user's words is short; no more of it than this is remembered. */
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

  /** The one message that stands for all that was compacted. */
  compacted(summary: string, more: string | undefined): string {
    const asked = this.#text === "" ? "" : ASKED + this.#text;
    return INTRO + asked + OPEN + summary + CLOSE + (more === undefined ? "" : `\n\n${more}`);
  }
}

/** The summary in such a message; the text itself when it is none. */
export function summaryIn(text: string): string {
  const at = text.startsWith(INTRO) && text.endsWith(CLOSE) ? text.indexOf(OPEN) : -1;
  return at < 0 ? text : text.slice(at + OPEN.length, -CLOSE.length);
}
