/**
 * How entries and messages are counted. An entry is what `segue show` numbers (a message, a tool's
 * result, a compaction …); a message is what the user or the agent said. An answer that is stored
 * in pieces, with calls and results in between, is several entries and one message.
 */
import { isShown } from "./render.ts";
import type { Entry } from "./types.ts";

export interface Messages {
  messages: number;
  /** The group of the last entry: another piece of the same message is not counted again. */
  group: string | null;
}

export class MessageCount implements Messages {
  messages: number;
  group: string | null;

  /** `before`: the counts of what precedes these entries. */
  constructor({ messages, group }: Messages = { messages: 0, group: null }) {
    this.messages = messages;
    this.group = group;
  }

  note(entry: Entry): void {
    if (entry.kind !== "message" || entry.role === "tool" || !isShown(entry)) return;
    const group = entry.group ?? entry.id;
    if (entry.sidechain !== undefined || group === this.group) return;
    this.group = group;
    this.messages++;
  }
}
