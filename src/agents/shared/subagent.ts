/**
 * Claude Code and Qwen Code mark a subagent's lines (`isSidechain`, `agentId`), whether they lie in the
 * session's file or in one of their own. In the latter the subagent's conversation is the main one.
 */
import { member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";

export class Subagent {
  #id: string | null | undefined;

  /** The subagent whose file it is; null in a session's own. */
  get id(): string | null {
    return this.#id ?? null;
  }

  /**
   * Does a line of the tree stand beside the conversation of this file? To be asked of each, in
   * order: the first tells whose file it is, as no session begins with a subagent.
   */
  isAside(record: Json): boolean {
    const isSide = member(record, "isSidechain") === true;
    const agent = string(member(record, "agentId")) || null;
    if (this.#id === undefined) this.#id = isSide ? agent : null;
    return isSide && (this.#id === null || agent !== this.#id);
  }
}
