/** What a handoff entry stands for: the older part of a session, in the place of which it is sent. */
import type { Entry, Header } from "./types.ts";

/** An entry, and its number in `segue show`. */
export interface Numbered {
  entry: Entry;
  number: number;
}

export interface Replaced {
  /** Of the session that they are of. */
  header: Header;
  /**
   * What the source's model would have seen of the conversation, oldest first, a compaction in force
   * among it. Read from the file each time: nothing holds them all.
   */
  entries: Iterable<Numbered>;
  /** Is the newest turn itself cut? Its request is then the last one here, and is being worked on. */
  midTurn: boolean;
  /** Tokens that the handoff entry may come to. */
  budget: number;
}
