/** What a handoff entry replaces: the older part of a session. */
import type { Entry, Header } from "./types.ts";

/** An entry, and its number in `segue show`. */
export interface Numbered {
  entry: Entry;
  number: number;
}

export interface Replaced {
  /** The header of their session. */
  header: Header;
  /**
   * What the source's model would have seen of the conversation, oldest first, including a
   * compaction in force. Read from the file each time, so they are never all in memory.
   */
  entries: Iterable<Numbered>;
  /**
   * Is the newest turn itself cut? Then its request is the last one here, and is still being worked
   * on.
   */
  midTurn: boolean;
  /** The maximum number of tokens of the handoff entry. */
  budget: number;
}
